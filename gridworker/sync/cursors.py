"""Where a desk stands in its buckets, as it tells the centre."""

from collections.abc import Iterable

from gridworker.protocol.sync import NOT_WANTED, vector_of
from gridworker.storage.buckets import Bucket


def cursors_of(buckets: Iterable[Bucket]) -> dict[str, int]:
    """Where each bucket stands. One of which nothing was read is not named: then the centre gives it from its
    beginning, and says so even when it is empty."""
    return {
        bucket.id: NOT_WANTED if bucket.state == "absent" else bucket.cursor
        for bucket in buckets
        if bucket.state != "dropping" and not is_unread(bucket)
    }


def is_unread(bucket: Bucket) -> bool:
    """Whether nothing of the bucket has come yet, or nothing since it is read again."""
    return bucket.cursor == 0 and (bucket.naming or bucket.state == "loading")


def named(vector: str, cursors: dict[str, int], before: dict[str, int]) -> tuple[str, dict[str, int]]:
    """A name that the centre knows for all cursors but those that moved since, and these. ``vector``: the name after
    the last whole answer; ``before``: where all stood before this desk handed in."""
    if vector and cursors and vector == vector_of(cursors):
        return vector, {}
    if vector and before.keys() == cursors.keys() and vector == vector_of(before):
        return vector, {bucket: cursor for bucket, cursor in cursors.items() if cursor != before[bucket]}
    return "", cursors

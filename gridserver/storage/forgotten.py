"""Buckets for named people of which a centre knows nothing any more: it was restored to before the case was theirs.

There the case lies with the town again, and what was written in it meanwhile belongs there, for whoever holds that.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set

from gridserver.storage import scope
from gridserver.storage.engine import Connection, text
from gridserver.storage.rows import Key
from gridworker.records import KINDS
from gridworker.records.change import Change, Verb
from gridworker.records.kind import BucketClass
from gridworker.records.kinds.conflict import CONFLICT
from gridworker.records.row import Row


def among(conn: Connection, buckets: Iterable[str]) -> set[str]:
    """Those of the buckets that do not exist here, or that nobody is named for."""
    return {str(row.id) for row in conn.execute(_FORGOTTEN, {"buckets": list(buckets)})}


def towns(rows: Mapping[Key, Row], changes: Sequence[Change], strange: Set[str], forgotten: Set[str]) -> dict[str, str]:
    """By bucket that its author does not hold: the town's, where the bucket is, by its id, a case's own. ``rows``: as
    they stand here."""
    made = {change.record: change.value for change in changes if change.verb is Verb.CREATE}
    return dict(_towns(rows, made, [change for change in changes if change.bucket in strange], forgotten))


def _towns(
    rows: Mapping[Key, Row], made: Mapping[str, Mapping[str, object]], changes: Sequence[Change], forgotten: Set[str]
) -> Iterator[tuple[str, str]]:
    for change in changes:
        kind, row = KINDS.get(change.kind), rows.get((change.kind, change.record))
        if row is not None and row.bucket == change.bucket:
            continue
        if kind is CONFLICT and row is not None and change.bucket in forgotten:
            yield change.bucket, row.bucket  # it lies where lies what it is about
        if kind is None or kind.home is not BucketClass.CASE:
            continue
        fields = row.fields if row is not None else made.get(change.record, {})
        town, case = fields.get(kind.home_field), fields.get(kind.lies_with) if kind.lies_with else change.record
        if change.bucket == scope.bucket_id(BucketClass.CASE, str(town), str(case)):
            yield change.bucket, scope.bucket_id(BucketClass.CASE, str(town))


_FORGOTTEN = text("""
    SELECT asked.id FROM unnest(CAST(:buckets AS uuid[])) AS asked (id)
    WHERE NOT EXISTS (
        SELECT FROM bucket WHERE bucket.id = asked.id
            AND (record IS NULL OR EXISTS (SELECT FROM bucket_reader WHERE bucket_reader.bucket = asked.id))
    )
""")

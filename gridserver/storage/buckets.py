"""The heads of buckets: the counter that orders a feed, and the sum over all its rows, both under one lock."""

from collections.abc import Iterable
from dataclasses import dataclass

from gridserver.storage import bulk, scope
from gridserver.storage.engine import Connection, Lines, Question, Sheaf, asked, text
from gridworker.records.row import SET_HASH_MODULUS, Row, row_digest


@dataclass(slots=True)
class Head:
    """One bucket's head, as it will be when the transaction ends."""

    bucket: str
    seq: int
    entries: int
    set_hash: int
    before: int
    """The last number when it was locked."""

    def next(self) -> int:
        """The next place in the feed. Only under the lock: then numbers become visible in their order."""
        self.seq += 1
        return self.seq

    def add(self, row: Row) -> None:
        """The row counts from now on."""
        self.set_hash = (self.set_hash + _digest(row)) % SET_HASH_MODULUS

    def take(self, row: Row) -> None:
        """The row, as it was, counts no longer."""
        self.set_hash = (self.set_hash - _digest(row)) % SET_HASH_MODULUS


def bucket_for(conn: Connection, bucket_class: str, region: str, record: str = "") -> str:
    """The id of the bucket of this class and region (or person), made if there is none yet; for ``record``, one
    of its own for named people.
    """
    name = scope.bucket_id(bucket_class, region, record)
    conn.execute(_MAKE, {"id": name, "class": bucket_class, "region": region, "record": record or None})
    return name


def lock(conn: Connection, buckets: Iterable[str], *, wait: bool = True) -> dict[str, Head]:
    """Locks the heads of those buckets that exist, always in the order of their ids, until the transaction ends.
    ``wait``: False for whoever holds others already; raises ``Refused("busy")`` when somebody has one of them."""
    wanted = set(buckets)
    found = locked(asked(conn, *locking(wanted, wait=wait)))
    if len(found) < len(wanted):
        make_heads(conn, wanted)
        found = locked(asked(conn, *locking(wanted, wait=wait)))
    return found


def locking(buckets: Iterable[str], *, wait: bool = True) -> Question:
    """For the same, without the heads that are not there yet; see ``locked``."""
    return Question(_LOCK if wait else _LOCK_AT_ONCE, {"buckets": bulk.uuids(sorted(set(buckets)))})


def locked(found: Lines) -> dict[str, Head]:
    """What ``locking`` brought."""
    return {bucket: Head(bucket, seq, entries, int(total, 16), seq) for bucket, seq, entries, total in found}


def make_heads(conn: Connection, buckets: Iterable[str]) -> None:
    """Makes the heads that are not there yet, of those buckets that exist."""
    conn.execute(_MAKE_HEADS, {"buckets": list(buckets)})


def write(sheaf: Sheaf, heads: Iterable[Head]) -> None:
    """Puts the heads where the feed now ends."""
    written = list(heads)
    if written:
        sheaf.add(
            _WRITE,
            {
                "buckets": [head.bucket for head in written],
                "seqs": [head.seq for head in written],
                "entries": [head.entries for head in written],
                "hashes": [f"{head.set_hash:032x}" for head in written],
            },
        )


def _digest(row: Row) -> int:
    return row_digest(row.kind, row.id, row.ver, row.mark)


_MAKE = text("""
    INSERT INTO bucket (id, class, region, record) VALUES (:id, :class, :region, CAST(:record AS uuid))
    ON CONFLICT DO NOTHING
""")
_MAKE_HEADS = text("""
    INSERT INTO bucket_head (bucket) SELECT id FROM bucket WHERE id = ANY(CAST(:buckets AS uuid[])) ORDER BY id
    ON CONFLICT DO NOTHING
""")
_TAKE = """
    SELECT bucket, seq, entries, set_hash FROM bucket_head
    WHERE bucket = ANY(CAST(:buckets AS uuid[])) ORDER BY bucket FOR UPDATE
"""
_LOCK, _LOCK_AT_ONCE = text(_TAKE), text(f"{_TAKE} NOWAIT")
_WRITE = text("""
    UPDATE bucket_head SET seq = head.seq, entries = head.entries, set_hash = head.set_hash
    FROM unnest(CAST(:buckets AS uuid[]), CAST(:seqs AS bigint[]), CAST(:entries AS integer[]),
        CAST(:hashes AS text[])) AS head (bucket, seq, entries, set_hash)
    WHERE bucket_head.bucket = head.bucket
""")

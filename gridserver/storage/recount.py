"""Counts a bucket's sum again from its rows: a head that says otherwise is told loudly, and never mended unseen."""

import re
from dataclasses import dataclass

import orjson

from gridserver.storage.engine import Connection, text
from gridworker.records.row import SET_HASH_MODULUS, row_digest

_PAGE = 5000
_START = re.compile(r'\{"e":"[^"\\]*","i":"[^"\\]*","v":(\d+),"m":"([^"\\]*)",')
"""How a row begins on the wire; the rest of it need not be read."""


@dataclass(frozen=True, slots=True)
class Recount:
    """One bucket, counted again."""

    bucket: str
    seq: int
    head: str
    """The sum that the head keeps, 32 hex digits."""
    counted: str
    """The sum over the rows."""
    entries_head: int
    entries: int

    @property
    def ok(self) -> bool:
        """Whether both say the same."""
        return self.head == self.counted and self.entries_head == self.entries


def buckets(conn: Connection) -> list[str]:
    """All buckets with a feed, those that were looked at longest ago first."""
    return [str(row.bucket) for row in conn.execute(_BUCKETS)]


def recount(conn: Connection, bucket: str) -> Recount | None:
    """Counts one bucket. ``conn`` sees one picture of everything (``engine.snapshot``). None: no such bucket."""
    head = conn.execute(_HEAD, {"bucket": bucket}).one_or_none()
    if head is None:
        return None
    total, rows, last = 0, 0, 0
    while True:
        page = conn.execute(_ROWS, {"bucket": bucket, "after": last, "most": _PAGE}).all()
        for row in page:
            total += row_digest(row.kind, row.id, *_version(conn, row))
        rows += len(page)
        if len(page) < _PAGE:
            break
        last = page[-1].seq
    gone = int(conn.scalar(_DEPARTURES, {"bucket": bucket}) or 0)
    counted = f"{total % SET_HASH_MODULUS:032x}"
    return Recount(bucket, head.seq, head.set_hash, counted, head.entries, rows + gone)


def keep(conn: Connection, found: Recount, now: int) -> None:
    """Notes what a recount found."""
    told = {"head": found.head, "counted": found.counted, "ok": found.ok, "seq": found.seq}
    conn.execute(_KEEP, {**told, "bucket": found.bucket, "now": now})


def wrong(conn: Connection) -> list[str]:
    """Buckets whose last recount did not agree."""
    return [str(row.bucket) for row in conn.execute(_WRONG)]


def _version(conn: Connection, row: object) -> tuple[int, str]:
    start: str = row.start  # type: ignore[attr-defined]
    if found := _START.match(start):
        return int(found[1]), found[2]
    asked = {"id": row.id, "kind": row.kind}  # type: ignore[attr-defined]
    wire = orjson.loads(str(conn.scalar(_WIRE, asked)))
    return int(wire["v"]), str(wire["m"])


_BUCKETS = text("""
    SELECT bucket_head.bucket FROM bucket_head LEFT JOIN bucket_check ON bucket_check.bucket = bucket_head.bucket
    ORDER BY bucket_check.at NULLS FIRST, bucket_head.bucket
""")
_HEAD = text("SELECT seq, entries, set_hash FROM bucket_head WHERE bucket = CAST(:bucket AS uuid)")
_ROWS = text("""
    SELECT id, kind, seq, substr(wire, 1, 220) AS start FROM record
    WHERE bucket = CAST(:bucket AS uuid) AND seq > :after ORDER BY seq LIMIT :most
""")
_WIRE = text("SELECT wire FROM record WHERE id = CAST(:id AS uuid) AND kind = :kind")
_DEPARTURES = text("SELECT count(*) FROM departure WHERE bucket = CAST(:bucket AS uuid)")
_KEEP = text("""
    INSERT INTO bucket_check (bucket, at, ok, seq, head, counted)
    VALUES (CAST(:bucket AS uuid), :now, :ok, :seq, :head, :counted)
    ON CONFLICT (bucket) DO UPDATE SET at = excluded.at, ok = excluded.ok, seq = excluded.seq,
        head = excluded.head, counted = excluded.counted
""")
_WRONG = text("SELECT bucket FROM bucket_check WHERE NOT ok ORDER BY bucket")

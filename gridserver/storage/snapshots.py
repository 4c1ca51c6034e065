"""Snapshots: a whole bucket as one packed file, so that a first reading can go on at any byte."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

import orjson

from gridserver.settings import DAY
from gridserver.storage.engine import Connection, text
from gridserver.storage.feed import Head
from gridserver.storage.shelf import Shelf
from gridworker.protocol import SCHEMA, SNAPSHOT_FORM
from gridworker.protocol import snapshot as packing
from gridworker.protocol.sync import BucketInfo, Offer, SnapshotHead, Wire

LEAST_ROWS = 300
"""A smaller bucket comes as a page."""
MOST_CHANGED = 0.2
"""A snapshot in which more than this share of the rows has changed is made anew."""
LASTS = 7 * DAY
"""So long a snapshot serves, and so long it is kept after there is a newer one: who has a part may fetch the rest."""
ROW_BYTES = 60
"""What a row takes in a snapshot, about."""
MOST_MADE = 5_000
"""Rows that are packed for one answer, about; whoever holds many buckets asks again."""

AT_ONCE, BEST = 12, 19
"""Levels of zstd: while a desk waits for it, and in quiet moments, when seven times the work for a tenth less of
bytes is worth it."""
_BATCH = 1000


@dataclass(frozen=True, slots=True)
class Made:
    """A snapshot that there is."""

    bucket: str
    sha: str
    seq: int
    rows: int
    bytes: int
    level: int
    made_at: int
    form: int
    """How it is written (``SNAPSHOT_FORM``)."""
    changed: int = 0
    """Entries of the feed that came after it."""

    def offer(self) -> Offer:
        """As a desk is told of it."""
        return Offer.model_construct(bucket=self.bucket, sha=self.sha, seq=self.seq, bytes=self.bytes, rows=self.rows)

    def is_old(self, now: int) -> bool:
        """Whether it is to be made anew."""
        share = MOST_CHANGED * max(self.rows, 1)
        return self.changed > share or (self.changed > 0 and now - self.made_at >= LASTS)


@dataclass(slots=True)
class Offered:
    """What a desk is offered in one answer."""

    snapshots: list[Made] = field(default_factory=list)
    fresh: list[Made] = field(default_factory=list)
    """Those of them that are still to be noted."""


class Workshop:
    """Where snapshots are made: one for all requests of a centre. ``least``: rows of a bucket for which one is worth a
    request of its own; ``most``: rows that are packed for one answer, about; 0: as usual.
    """

    def __init__(self, shelf: Shelf, least: int = 0, most: int = 0) -> None:
        self.shelf = shelf
        self._least, self._most = least, most
        self._latest: dict[tuple[str, str, int], Made] = {}
        """By epoch, bucket and form: what was made by this process, and may not be noted yet."""

    @property
    def least(self) -> int:
        """Rows from which on a bucket comes as a snapshot."""
        return self._least or LEAST_ROWS

    def offers(
        self,
        conn: Connection,
        epoch: str,
        heads: Sequence[Head],
        begun: Mapping[str, str],
        now: int,
        form: int = SNAPSHOT_FORM,
    ) -> Offered:
        """A snapshot of each of these buckets; of the first ones when many are to be made. ``conn`` sees the one
        picture of the database in which the heads were read. ``form``: the newest that the desk reads."""
        offered, packed = Offered(), 0
        found = self._usable(conn, heads, begun, form)
        best = min(form, SNAPSHOT_FORM)
        for head in heads:
            made = found.get(head.bucket)
            is_good = made is not None and (begun.get(made.bucket) == made.sha or not made.is_old(now))
            if not is_good and packed < (self._most or MOST_MADE):
                made = self.make(conn, epoch, head, AT_ONCE, now, best)
                offered.fresh.append(made)
                packed += made.rows
            if made is not None:
                offered.snapshots.append(made)
        return offered

    def make(self, conn: Connection, epoch: str, head: Head, level: int, now: int, form: int = SNAPSHOT_FORM) -> Made:
        """A new snapshot of a bucket, to be noted by the caller; one that somebody made meanwhile will do."""
        with self.shelf.turn(head.bucket):
            latest = self._latest.get((epoch, head.bucket, form))
            if latest is None or latest.seq < head.seq or latest.level < level or not self.has(latest):
                latest = self._latest[epoch, head.bucket, form] = self._make(conn, head, level, now, form)
        return latest

    def _make(self, conn: Connection, head: Head, level: int, now: int, form: int) -> Made:
        """Packs a bucket. ``conn`` sees the one picture of the database in which ``head`` was read."""
        rows, wires = self.rows_of(conn, head.bucket)
        told = SnapshotHead(bucket=head.bucket, seq=head.seq, hash=head.set_hash, schema_version=SCHEMA, rows=rows)
        sha, size = self.shelf.put(chain([packing.head_of(told, form)], packing.blocks_of(wires, level, form)))
        return Made(head.bucket, sha, head.seq, rows, size, level, now, form)

    def has(self, made: Made) -> bool:
        """Whether its file is there."""
        return self.shelf.path(made.sha, made.bytes) is not None

    def _usable(self, conn: Connection, heads: Sequence[Head], begun: Mapping[str, str], form: int) -> dict[str, Made]:
        """For each bucket the snapshot from which a desk can go on: the one it has begun, else the newest."""
        found: dict[str, Made] = {}
        by_bucket = {head.bucket: head for head in heads}
        for made in self.noted(conn, list(by_bucket)):
            head = by_bucket[made.bucket]
            fits = head.floor_seq <= made.seq <= head.seq and made.form <= form
            if fits and (made.bucket not in found or begun.get(made.bucket) == made.sha) and self.has(made):
                found[made.bucket] = made
        return found

    def noted(self, conn: Connection, buckets: Sequence[str]) -> Iterable[Made]:
        """All of these buckets that desks may have, of each the newest first."""
        return (Made(*row) for row in conn.execute(_FOUND, {"buckets": list(buckets), "schema": SCHEMA}))

    def rows_of(self, conn: Connection, bucket: str) -> tuple[int, Iterator[Wire]]:
        """How many rows lie in a bucket, and the rows, kind by kind: like stands beside like, which packs better and
        is read faster."""
        return conn.scalar(_COUNT, {"bucket": bucket}) or 0, _rows(conn, bucket)


def note(conn: Connection, made: Sequence[Made]) -> None:
    """Lets desks have these."""
    for each in made:
        values = {name: getattr(each, name) for name in _COLUMNS.split(", ")}
        conn.execute(_NOTE, {**values, "schema": SCHEMA})


def one(conn: Connection, bucket: str, sha: str) -> Made | None:
    """The snapshot of this name; None when there is none of this bucket."""
    row = conn.execute(_ONE, {"bucket": bucket, "sha": sha}).one_or_none()
    return None if row is None else Made(*row)


def sized(conn: Connection, buckets: Sequence[BucketInfo]) -> list[BucketInfo]:
    """The buckets with what a first reading of them brings."""
    if not buckets:
        return []
    asked = {"buckets": [each.id for each in buckets], "row_bytes": ROW_BYTES}
    found = {row.bucket: row for row in conn.execute(_SIZES, asked)}
    return [
        each.model_copy(update={"rows": found[each.id].rows, "bytes": found[each.id].bytes})
        if each.id in found
        else each
        for each in buckets
    ]


def missing(conn: Connection, now: int) -> list[str]:
    """Buckets of which a snapshot is to be made, or made anew."""
    asked = {
        "least": LEAST_ROWS,
        "schema": SCHEMA,
        "before": now - LASTS,
        "share": MOST_CHANGED,
        "best": BEST,
        "form": SNAPSHOT_FORM,
    }
    return [row.bucket for row in conn.execute(_MISSING, asked)]


def forget_old(conn: Connection, now: int) -> set[str]:
    """Forgets those that were replaced long ago; the names that are still offered."""
    conn.execute(_FORGET, {"before": now - LASTS})
    return {row.sha for row in conn.execute(text("SELECT sha FROM bucket_snapshot"))}


def _rows(conn: Connection, bucket: str) -> Iterator[Wire]:
    streamed = {"stream_results": True, "yield_per": _BATCH}
    for row in conn.execute(_ROWS, {"bucket": bucket}, execution_options=streamed):
        yield orjson.loads(row.wire)


_COLUMNS = "bucket, sha, seq, rows, bytes, level, made_at, form"
_FOUND = text(f"""
    SELECT {_COLUMNS}, (
        SELECT count(*) FROM record WHERE record.bucket = found.bucket AND record.seq > found.seq
    ) + (
        SELECT count(*) FROM departure WHERE departure.bucket = found.bucket AND departure.seq > found.seq
    )
    FROM bucket_snapshot AS found
    WHERE bucket = ANY(CAST(:buckets AS uuid[])) AND schema_version = :schema
    ORDER BY bucket, form DESC, seq DESC, level DESC
""")
_ONE = text(f"SELECT {_COLUMNS} FROM bucket_snapshot WHERE bucket = CAST(:bucket AS uuid) AND sha = :sha")
_COUNT = text("SELECT count(*) FROM record WHERE bucket = CAST(:bucket AS uuid)")
_ROWS = text("SELECT wire FROM record WHERE bucket = CAST(:bucket AS uuid) ORDER BY kind, seq")
_NOTE = text("""
    INSERT INTO bucket_snapshot (bucket, sha, seq, schema_version, rows, bytes, level, made_at, form)
    SELECT :bucket, :sha, :seq, :schema, :rows, :bytes, :level, :made_at, :form
    WHERE NOT EXISTS (SELECT FROM bucket_shut WHERE bucket = CAST(:bucket AS uuid) AND since > :seq)
    ON CONFLICT (bucket, sha) DO UPDATE SET made_at = excluded.made_at
""")
_SIZES = text("""
    SELECT head.bucket, head.entries AS rows, coalesce(made.bytes, head.entries * :row_bytes) AS bytes
    FROM bucket_head AS head LEFT JOIN LATERAL (
        SELECT bytes FROM bucket_snapshot WHERE bucket_snapshot.bucket = head.bucket
        ORDER BY form DESC, seq DESC, level DESC LIMIT 1
    ) AS made ON true
    WHERE head.bucket = ANY(CAST(:buckets AS uuid[]))
""")
_MISSING = text("""
    SELECT head.bucket FROM bucket_head AS head LEFT JOIN LATERAL (
        SELECT seq, rows, made_at, level FROM bucket_snapshot
        WHERE bucket_snapshot.bucket = head.bucket AND schema_version = :schema AND form = :form
            AND seq >= head.floor_seq
        ORDER BY seq DESC, level DESC LIMIT 1
    ) AS made ON true
    WHERE head.entries >= :least AND (made.seq IS NULL OR made.level < :best
        OR made.made_at <= :before AND made.seq < head.seq
        OR (SELECT count(*) FROM record WHERE record.bucket = head.bucket AND record.seq > made.seq)
            > :share * made.rows)
    ORDER BY head.bucket
""")
_FORGET = text("""
    DELETE FROM bucket_snapshot AS old USING bucket_snapshot AS newer
    WHERE newer.bucket = old.bucket AND (newer.seq, newer.form, newer.level) > (old.seq, old.form, old.level)
        AND newer.made_at <= :before
""")

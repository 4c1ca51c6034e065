"""Records as they stand at the centre, and their place in the feeds: read and written many at a time."""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field
from typing import NamedTuple

import orjson

from gridserver.storage import bulk
from gridserver.storage.buckets import Head
from gridserver.storage.engine import Connection, Lines, Question, Sheaf, asked, text
from gridworker.records.kinds.conflict import CONFLICT
from gridworker.records.row import Row

Key = tuple[str, str]
"""(kind, id) of a record."""


@dataclass(slots=True)
class Standing:
    """Records as they stand."""

    rows: dict[Key, Row] = field(default_factory=dict)
    seqs: dict[Key, int] = field(default_factory=dict)
    """Where each stands in the feed of its bucket."""
    about: dict[str, list[Key]] = field(default_factory=dict)
    """By record: the conflicts about it."""


Left = Set[tuple[str, str, str]]
"""(bucket, kind, id)."""
NOTHING: Left = frozenset()


class Placed(NamedTuple):
    """What is to be written: rows with their places in the feeds."""

    seqs: dict[Key, int]
    new: list[Row]
    changed: list[Row]
    moved: list[tuple[str, int, Row]]
    """Bucket that the row has left, and the place in its feed that says so."""


def read(conn: Connection, records: Iterable[str], edited: Iterable[str]) -> Standing:
    """The records with these ids, and the conflicts about those that are edited."""
    return standing(asked(conn, *reading(records, edited)))


def reading(records: Iterable[str], edited: Iterable[str]) -> Question:
    """For the same; see ``standing``."""
    return Question(_READ, {"records": bulk.uuids(records), "edited": bulk.uuids(edited)})


def standing(found: Lines) -> Standing:
    """What ``reading`` brought."""
    told = Standing()
    for record, kind, bucket, seq, about, wire in found:
        key = (kind, record)
        if key in told.rows:
            continue
        told.rows[key] = Row.from_wire(orjson.loads(wire), bucket)
        told.seqs[key] = seq
        if about is not None:
            told.about.setdefault(about, []).append(key)
    return told


def targets(records: Iterable[str]) -> Question:
    """For those of these records that exist; see ``read_targets``."""
    return Question(_TARGETS, {"records": bulk.uuids(records)})


def read_targets(found: Lines) -> dict[str, Row | None]:
    """What ``targets`` brought: the row of one that was removed, None for one that stands."""
    return {
        record: None if wire is None else Row.from_wire(orjson.loads(wire), bucket) for record, bucket, wire in found
    }


def belonging(conn: Connection, bucket: str, kinds: Iterable[str], record: str) -> list[Row]:
    """The records of these kinds that stand and name a record of this bucket: perhaps they belong to it. They lie
    where it lies, or where it lay, as long as they did not go after it."""
    which = {"bucket": bucket, "kinds": list(kinds), "record": record, "named": f'%"{record}"%'}
    return [Row.from_wire(orjson.loads(row.wire), row.bucket) for row in conn.execute(_BELONGING, which)]


def left(conn: Connection, records: Iterable[str]) -> set[tuple[str, str, str]]:
    """(bucket, kind, id) of those of the records that once lay in another bucket."""
    return {(row.bucket, row.kind, row.id) for row in conn.execute(_LEFT, {"records": list(records)})}


def write(
    sheaf: Sheaf, before: Mapping[Key, Row], after: Mapping[Key, Row], heads: Mapping[str, Head], left: Left = NOTHING
) -> dict[Key, int]:
    """Writes the rows of ``after`` and gives each the next place in the feed of its bucket; moves the heads along.

    ``heads`` are locked; ``left``: see ``place``. Returns the places.
    """
    placed = place(before, after, heads, left)
    seqs = placed.seqs
    bulk.put(sheaf, "record", _COLUMNS, (_line(row, seqs[row.kind, row.id]) for row in placed.new))
    changed = [_line(row, seqs[row.kind, row.id]) for row in placed.changed]
    if 0 < len(changed) <= bulk.FEW:
        sheaf.add(_CHANGE, {"lines": bulk.texts(changed)})
    elif changed:
        sheaf.send()
        sheaf.conn.execute(_STAGE)
        bulk.copy(sheaf.conn, "record_in", _COLUMNS, changed)
        sheaf.conn.execute(_FROM_STAGE)
        sheaf.conn.execute(_CLEAR_STAGE)  # the same record may be written once more in this transaction
    _write_departures(sheaf, placed.moved)
    return seqs


def place(
    before: Mapping[Key, Row], after: Mapping[Key, Row], heads: Mapping[str, Head], left: Left = NOTHING
) -> Placed:
    """Gives each row of ``after`` the next place in the feed of its bucket, and moves the heads along. ``left``: where
    records lay and do not any more. One that was made and taken elsewhere at once left its first bucket as well: who
    made it goes on writing there until he has heard of it."""
    placed = Placed({}, [], [], [])
    for key, row in after.items():
        old, head = before.get(key), heads[row.bucket]
        placed.seqs[key] = head.next()
        head.add(row)
        if old is None:
            head.entries += 1
            placed.new.append(row)
            if not left:
                continue
            for bucket in sorted(bucket for bucket, *which in left if tuple(which) == key and bucket != row.bucket):
                heads[bucket].entries += 1
                placed.moved.append((bucket, heads[bucket].next(), row))
            continue
        placed.changed.append(row)
        heads[old.bucket].take(old)
        if old.bucket != row.bucket:
            head.entries += 1
            placed.moved.append((old.bucket, heads[old.bucket].next(), row))
    return placed


def _write_departures(sheaf: Sheaf, moved: list[tuple[str, int, Row]]) -> None:
    """Tells the old bucket's feed that a record left; a record that comes back had not left."""
    if not moved:
        return
    rows = [row for _, _, row in moved]
    here = {"ids": [row.id for row in rows], "kinds": [row.kind for row in rows]}
    sheaf.add(_CAME_BACK, {**here, "buckets": [row.bucket for row in rows]})
    told = [orjson.dumps([row.kind, row.id, row.ver, "m"]).decode() for row in rows]
    places = {"buckets": [each[0] for each in moved], "seqs": [each[1] for each in moved]}
    sheaf.add(_DEPART, {**here, **places, "wires": told})


def _line(row: Row, seq: int) -> bytes:
    about = row.fields["record"] if row.kind == CONFLICT.name else None
    start = (
        f"{row.id}\t{row.kind}\t{row.bucket}\t{seq}\t{'f' if row.removed is None else 't'}\t{about or bulk.NOTHING}\t"
    )
    return start.encode() + orjson.dumps(row.to_wire())


_COLUMNS = {
    "id": "uuid",
    "kind": "text",
    "bucket": "uuid",
    "seq": "bigint",
    "removed": "boolean",
    "about": "uuid",
    "wire": "text",
}
_READ = text("""
    SELECT id, kind, bucket, seq, about, wire FROM record WHERE id = ANY(CAST(:records AS uuid[]))
    UNION ALL
    SELECT id, kind, bucket, seq, about, wire FROM record WHERE about = ANY(CAST(:edited AS uuid[]))
""")
_TARGETS = text("""
    SELECT id, bucket, CASE WHEN removed THEN wire END AS wire FROM record
    WHERE id = ANY(CAST(:records AS uuid[]))
""")
_BELONGING = text("""
    SELECT bucket, wire FROM record
    WHERE bucket IN (
        SELECT CAST(:bucket AS uuid) UNION ALL SELECT bucket FROM departure WHERE id = CAST(:record AS uuid)
    ) AND kind = ANY(CAST(:kinds AS text[])) AND NOT removed AND wire LIKE :named
""")
_LEFT = text("SELECT bucket, kind, id FROM departure WHERE id = ANY(CAST(:records AS uuid[]))")
_STAGE = text("""
    CREATE TEMPORARY TABLE IF NOT EXISTS record_in (
        id uuid, kind text, bucket uuid, seq bigint, removed boolean, about uuid, wire text
    ) ON COMMIT DELETE ROWS
""")
_CLEAR_STAGE = text("DELETE FROM record_in")
_CHANGING = """
    UPDATE record SET bucket = record_in.bucket, seq = record_in.seq, removed = record_in.removed,
        wire = record_in.wire
    FROM {source} WHERE record.id = record_in.id AND record.kind = record_in.kind
"""
_FROM_STAGE = text(_CHANGING.format(source="record_in"))
_CHANGE = text(_CHANGING.format(source=f"({bulk.columns_of('lines', _COLUMNS)}) AS record_in"))
_CAME_BACK = text("""
    DELETE FROM departure USING unnest(CAST(:ids AS uuid[]), CAST(:kinds AS text[]), CAST(:buckets AS uuid[]))
        AS row (id, kind, bucket)
    WHERE departure.id = row.id AND departure.kind = row.kind AND departure.bucket = row.bucket
""")
_DEPART = text("""
    INSERT INTO departure (bucket, seq, id, kind, wire)
    SELECT * FROM unnest(CAST(:buckets AS uuid[]), CAST(:seqs AS bigint[]), CAST(:ids AS uuid[]),
        CAST(:kinds AS text[]), CAST(:wires AS text[]))
    ON CONFLICT (id, kind, bucket) DO UPDATE SET seq = excluded.seq, wire = excluded.wire
""")

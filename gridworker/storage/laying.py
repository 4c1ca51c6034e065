"""Rows of the centre laid into the tables, inside the transaction that is open: many at once where nothing of them is
here, one by one where they meet something."""

from collections.abc import Sequence
from typing import Any

import orjson

from gridworker.protocol.sync import Wire
from gridworker.records.row import Row, row_digest
from gridworker.storage import bare, changed, outbox, project, summaries
from gridworker.storage.faults import BROKEN_ROW
from gridworker.storage.file import BucketRow, File
from gridworker.storage.slices import Slice, Version, version_of
from gridworker.storage.tables import KindTable, put_many_children
from gridworker.storage.unindexed import put_off


def apply(work: Slice, rows: Sequence[Wire]) -> None:
    groups: dict[str, list[Wire]] = {}
    for wire in rows:
        groups.setdefault(str(wire.get("e", "")), []).append(wire)
    covered = outbox.records_laid_over(work.file)
    for kind, wires in groups.items():
        if work.force:
            _name(work, kind, wires)
        _apply_kind(work, kind, wires, covered)
    work.received.rows += len(rows)


def _apply_kind(work: Slice, kind: str, wires: list[Wire], covered: set[str]) -> None:
    table = work.file.tables.get(kind)
    left = wires
    if table is not None and expects_new(work):
        # Nothing is looked up: a record that is here after all makes the table refuse the lot.
        fresh = [wire for wire in wires if wire.get("i") not in covered]
        left = _others(wires, fresh) if _insert_many(work, table, fresh) else wires
    known = versions(work.file, kind, left) if left else {}
    fresh = [w for w in left if table and w.get("i") not in known and w.get("i") not in covered]
    if table is not None and _insert_many(work, table, fresh):
        left = _others(left, fresh)
    if table is not None and left and (anew := changed.write(work, table, left, known)):
        left = [wire for wire in left if wire.get("i") not in anew]
    for wire in left:
        _apply_one(work, kind, wire, known)


def expects_new(work: Slice) -> bool:
    """Whether the bucket is read for the first time, and no row of any bucket was put aside."""
    if work.place.state != "loading" or work.force:
        return False
    aside = "SELECT 1 FROM pull_quarantine UNION ALL SELECT 1 FROM unknown_row LIMIT 1"
    return work.file.db.execute(aside).fetchone() is None


def _others(wires: list[Wire], done: list[Wire]) -> list[Wire]:
    if len(done) == len(wires):
        return []
    ids = {wire["i"] for wire in done}
    return [wire for wire in wires if wire.get("i") not in ids]


def versions(file: File, kind: str, wires: Sequence[Wire]) -> dict[str, Version]:
    """The versions that are here of these records; one put aside is the one that counts."""
    ids = orjson.dumps([str(wire.get("i")) for wire in wires]).decode()
    found: dict[str, Version] = {}
    of_ids = "id IN (SELECT value FROM json_each(?))"
    if kind in file.tables:
        query = f"SELECT id, _bucket, _ver, _mark FROM {file.tables[kind].name} WHERE {of_ids}"
        found = {line[0]: Version(*line[1:]) for line in file.db.execute(query, (ids,))}
    for aside in ("unknown_row", "pull_quarantine"):
        query = f"SELECT id, _bucket, ver, mark FROM {aside} WHERE kind = ? AND {of_ids}"
        found |= {line[0]: Version(*line[1:]) for line in file.db.execute(query, (kind, ids))}
    return found


def _insert_many(work: Slice, table: KindTable, wires: list[Wire]) -> bool:
    """Put in rows of which nothing is here yet, all at once. False: one of them is broken, none was put in."""
    if not wires:
        return True
    file, place, kind = work.file, work.place, table.kind.name
    file.db.execute("SAVEPOINT many")
    try:
        first = 1 + (file.db.execute(f"SELECT max(_row) FROM {table.name}").fetchone()[0] or 0)
        if first == 1 and place.state == "loading":
            bare.strip(file, table)
        file.db.executemany(table.insert, [table.wire_line(w, place.row_id, project.ACCEPTED) for w in wires])
        _put_beside(work, table, wires, first)
        added = sum(row_digest(kind, wire["i"], wire["v"], wire["m"]) for wire in wires)
    except BROKEN_ROW:
        file.db.execute("ROLLBACK TO many")
        file.db.execute("RELEASE many")
        return False
    file.db.execute("RELEASE many")
    work.deltas[place.row_id] = work.deltas.get(place.row_id, 0) + added
    work.received.kinds.add(kind)
    return True


def _put_beside(work: Slice, table: KindTable, wires: list[Wire], first: int) -> None:
    """What goes with new rows; a bucket that is being loaded is counted when it is complete."""
    live = [(row_id, wire["d"]) for row_id, wire in enumerate(wires, first) if not wire.get("x")]
    listed = [field.name for field in (*table.tags, *table.lists)]
    beside = [(row_id, fields) for row_id, fields in live if not fields.keys().isdisjoint(listed)]
    put_many_children(work.file.db, table, beside)
    if work.place.state != "loading":
        summaries.count(work.file, table, work.place.row_id, [fields for _, fields in live])
    put_off(work.file, table.kind.name, first, first + len(wires) - 1, work.place.row_id)


def _apply_one(work: Slice, kind: str, wire: Wire, known: dict[str, Version]) -> None:
    """One row that meets something here, or is of an unknown kind, or stands among broken ones."""
    file, place = work.file, work.place
    old = known.get(str(wire.get("i")))
    new = version_of(wire, place)
    if new is None:
        _put_aside(work, kind, wire, None, "no id or version")
        return
    record = str(wire["i"])
    if old is not None and _is_here(work, kind, wire, old, new):
        return
    file.db.execute("SAVEPOINT one")
    try:
        if kind in file.tables:
            project.set_centre(file, kind, record, Row.from_wire(wire, place.id), place)
            _take_back(file, kind, record)
        else:
            _keep_unknown(file, kind, record, new, wire)
    except BROKEN_ROW as fault:
        file.db.execute("ROLLBACK TO one")
        _put_aside(work, kind, wire, new, type(fault).__name__)
    file.db.execute("RELEASE one")
    work.count(kind, record, old if old is not None and old.ver else None, new)


def _is_here(work: Slice, kind: str, wire: Wire, old: Version, new: Version) -> bool:
    """Whether the row, or a later one, is here. A centre that was restored may reach the same version by another
    way: when a bucket is replaced, it has to be the same people's writing too. What has gone on to another bucket
    meanwhile, and was read there, stays there.
    """
    if not work.force or (old.bucket != new.bucket and old.ver > new.ver):
        return old.ver >= new.ver and not _is_of_an_earlier_reading(work, kind, wire["i"], old)
    if old != new or kind not in work.file.tables:
        return old == new
    here = project.held(work.file, kind, wire["i"])
    row = project.centre_row(work.file, kind, wire["i"], here)
    return row is not None and (row.writers, list(row.removed or ())) == (wire.get("w"), list(wire.get("x") or ()))


def _is_of_an_earlier_reading(work: Slice, kind: str, record: str, old: Version) -> bool:
    """Whether what is here lies in another bucket that is being read anew and did not name it yet: it may be of a
    centre that was restored since, and its version says nothing against what comes."""
    query = (
        "SELECT 1 FROM bucket WHERE _row = ? AND naming AND NOT EXISTS"
        " (SELECT 1 FROM named n WHERE n._bucket = bucket._row AND n.kind = ? AND n.id = ?)"
    )
    return work.file.db.execute(query, (old.bucket, kind, record)).fetchone() is not None


def _put_aside(work: Slice, kind: str, wire: Wire, version: Version | None, fault: str) -> None:
    """Keep a row that cannot be read, whole; the rest goes on. The fault's name, never its words, is noted."""
    where = version or Version(work.place.row_id, 0, "")
    work.file.db.execute(
        "INSERT OR REPLACE INTO pull_quarantine VALUES (?, ?, ?, ?, ?, ?, ?)",
        (kind, str(wire.get("i")), *where, orjson.dumps(wire), fault),
    )
    work.received.put_aside += 1


def _keep_unknown(file: File, kind: str, record: str, version: Version, wire: Wire) -> None:
    file.db.execute(
        "INSERT OR REPLACE INTO unknown_row VALUES (?, ?, ?, ?, ?, ?)",
        (kind, record, *version, orjson.dumps(wire)),
    )


def _take_back(file: File, kind: str, record: str) -> None:
    for aside in ("pull_quarantine", "unknown_row"):
        file.db.execute(f"DELETE FROM {aside} WHERE kind = ? AND id = ?", (kind, record))


def _name(work: Slice, kind: str, wires: Sequence[Wire]) -> None:
    work.file.db.executemany(
        "INSERT OR IGNORE INTO named VALUES (?, ?, ?)",
        [(work.place.row_id, kind, str(wire.get("i"))) for wire in wires],
    )


def remove(work: Slice, kind: str, record: str, old: Version) -> None:
    """Take a row of the centre out; what a person wrote here still lies in the outbox."""
    if kind in work.file.tables:
        project.set_centre(work.file, kind, record, None, work.place)
    _take_back(work.file, kind, record)
    work.count(kind, record, old, None)


def retry(file: File) -> int:
    """Try again what could not be read, and rows of kinds that have become known; how many came in."""
    done = 0
    for source in ("pull_quarantine", "unknown_row"):
        lines = file.db.execute(f"SELECT kind, id, _bucket, body FROM {source}").fetchall()
        for kind, record, bucket, body in lines:
            if kind in file.tables:
                done += _retry_one(file, source, kind, record, bucket, body)
    return done


def _retry_one(file: File, source: str, kind: str, record: str, bucket: int, body: Any) -> int:
    """The set hash counts the row already; it only changes its place."""
    found = file.db.execute("SELECT _row, id, state FROM bucket WHERE _row = ?", (bucket,)).fetchone()
    try:
        with file.writing():
            place = BucketRow(*found)
            project.set_centre(file, kind, record, Row.from_wire(orjson.loads(body), place.id), place)
            file.db.execute(f"DELETE FROM {source} WHERE kind = ? AND id = ?", (kind, record))
    except BROKEN_ROW:
        return 0
    return 1

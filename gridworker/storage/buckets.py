"""The buckets that this desk holds: how far their feed was read, what they add up to, and how one is let go."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from gridworker.protocol.sync import BucketInfo
from gridworker.records.kind import BucketClass
from gridworker.records.row import SET_HASH_MODULUS, row_digest
from gridworker.storage import outbox, owed, project, search, summaries
from gridworker.storage.file import BucketRow, File
from gridworker.storage.tables import drop_children, quoted

TOLD = ("late_work", "put_aside")
"""Notes in which the centre speaks of records; it is asked again."""

LEFT = "left"
"""The note of records that went where this desk may not look."""

SLICE = 150
"""Rows taken out in one short transaction, so that a person's save never waits long."""


class Bucket(NamedTuple):
    """One bucket, of which a supervisor of a county has seventeen hundred. ``state``: absent (the person does not want
    it here), loading (nothing of it is shown yet), live, stale (its hash does not match: to be reset), dropping."""

    id: str
    bucket_class: str
    region: str
    record: str
    state: str
    cursor: int
    naming: bool
    """Whether its rows are being replaced."""
    hash: str
    """Set hash over the centre's versions, 32 hex digits."""
    rows: int = 0
    """Of it at the centre when it was last told, and the bytes of a first reading."""
    bytes: int = 0


def held(file: File) -> list[Bucket]:
    """All buckets of this desk."""
    lines = file.db.execute(
        "SELECT id, class, region, record, state, cursor, naming, hash, rows, bytes FROM bucket ORDER BY _row"
    )
    return [
        Bucket(name, kind, region, record, state, cursor, bool(naming), total or "0" * 32, rows, size)
        for name, kind, region, record, state, cursor, naming, total, rows, size in lines
    ]


def add(file: File, info: BucketInfo) -> None:
    """Hold a bucket; it is not shown before its first reading is complete."""
    file.db.execute(
        "INSERT INTO bucket (id, class, region, record, state, rows, bytes) VALUES (?, ?, ?, ?, 'loading', ?, ?)"
        " ON CONFLICT (id) DO UPDATE SET class = excluded.class, region = excluded.region,"
        " record = excluded.record, rows = excluded.rows, bytes = excluded.bytes",
        (info.id, info.bucket_class, info.region, info.record, info.rows, info.bytes),
    )


def put_off(file: File, held_before: Bucket) -> None:
    """A bucket of the scope that was let go: known, and not wanted here."""
    here = (held_before.id, held_before.bucket_class, held_before.region, held_before.record)
    file.db.execute(
        "INSERT INTO bucket (id, class, region, record, state, rows, bytes) VALUES (?, ?, ?, ?, 'absent', ?, ?)",
        (*here, held_before.rows, held_before.bytes),
    )


def knows(file: File, info: BucketInfo) -> bool:
    """Whether the bucket is held already, just as ``info`` says."""
    found = file.db.execute(
        "SELECT 1 FROM bucket WHERE id = ? AND class = ? AND region = ? AND record = ? AND rows = ? AND bytes = ?",
        (info.id, info.bucket_class, info.region, info.record, info.rows, info.bytes),
    )
    return found.fetchone() is not None


def is_empty(file: File, bucket: int) -> bool:
    """Whether nothing of the centre's lies in the bucket here."""
    tests = [f"{table.name} WHERE _bucket = ? AND _ver > 0" for table in file.tables.values()]
    tests += [f"{aside} WHERE _bucket = ?" for aside in ("pull_quarantine", "unknown_row")]
    return all(file.db.execute(f"SELECT 1 FROM {test} LIMIT 1", (bucket,)).fetchone() is None for test in tests)


def cursor(file: File, bucket: str) -> int | None:
    """How far the feed of the bucket was read; None when it is not held."""
    found = file.db.execute("SELECT cursor FROM bucket WHERE id = ?", (bucket,)).fetchone()
    return None if found is None else int(found[0])


def set_hash(file: File, bucket: int) -> str:
    """What the bucket's rows add up to, 32 hex digits."""
    return str(file.db.execute("SELECT hash FROM bucket WHERE _row = ?", (bucket,)).fetchone()[0]) or "0" * 32


def is_naming(file: File, place: BucketRow) -> bool:
    """Whether the bucket's rows are being replaced."""
    found = file.db.execute("SELECT naming FROM bucket WHERE _row = ?", (place.row_id,))
    return bool(found.fetchone()[0])


def has_put_aside(file: File, bucket: int) -> bool:
    """Whether rows of the bucket lie where they cannot be read."""
    asides = ("pull_quarantine", "unknown_row")
    tests = [f"SELECT 1 FROM {aside} WHERE _bucket = ? LIMIT 1" for aside in asides]
    return any(file.db.execute(test, (bucket,)).fetchone() for test in tests)


def move_on(file: File, bucket: int, to: int, total: str) -> None:
    """The feed is read up to here without having been fetched."""
    file.db.execute("UPDATE bucket SET cursor = ?, hash = ? WHERE _row = ?", (to, total, bucket))


def home(file: File, bucket_class: str, region: str) -> str | None:
    """The id of the bucket for records of a class and region (or person); None when this desk has none."""
    found = file.db.execute(
        "SELECT id FROM bucket WHERE class = ? AND region = ? AND record = '' AND state NOT IN ('absent', 'dropping')",
        (bucket_class, region),
    ).fetchone()
    return None if found is None else found[0]


def reset(file: File, bucket: str) -> None:
    """Read the bucket again from the start; what is not named until its end is gone then."""
    file.db.execute(
        "UPDATE bucket SET cursor = 0, naming = 1,"
        " state = CASE state WHEN 'stale' THEN 'live' ELSE state END WHERE id = ?",
        (bucket,),
    )
    its_row = "_bucket = (SELECT _row FROM bucket WHERE id = ?)"
    file.db.execute(f"DELETE FROM named WHERE {its_row}", (bucket,))
    file.db.execute(f"UPDATE snapshot SET laid = 0 WHERE {its_row}", (bucket,))


def add_to_hash(file: File, deltas: dict[int, int]) -> None:
    """Add to the set hashes of buckets."""
    for row_id, delta in deltas.items():
        found = file.db.execute("SELECT hash FROM bucket WHERE _row = ?", (row_id,)).fetchone()
        if found is not None and delta:
            total = (int(found[0] or "0", 16) + delta) % SET_HASH_MODULUS
            file.db.execute("UPDATE bucket SET hash = ? WHERE _row = ?", (f"{total:032x}", row_id))


def recount(file: File, bucket: int) -> str:
    """The set hash of a bucket, from its rows: 32 hex digits."""
    total = sum(row_digest(*version) for version in _versions(file, bucket))
    return f"{total % SET_HASH_MODULUS:032x}"


def _versions(file: File, bucket: int) -> Iterator[tuple[str, str, int, str]]:
    """(kind, id, ver, mark) of the centre's versions; one put aside stands for the row that it would replace."""
    aside = "SELECT kind, id, ver, mark FROM {} WHERE _bucket = ?"
    put_aside = file.db.execute(aside.format("pull_quarantine"), (bucket,)).fetchall()
    yield from put_aside
    yield from file.db.execute(aside.format("unknown_row"), (bucket,)).fetchall()
    elsewhere = {(kind, record) for kind, record, *_ in put_aside}
    for kind, table in file.tables.items():
        query = f"SELECT id, _ver, _mark FROM {table.name} WHERE _bucket = ? AND _ver > 0"
        for record, ver, mark in file.db.execute(query, (bucket,)).fetchall():
            if (kind, record) not in elsewhere:
                yield kind, record, ver, mark


def drop(file: File, bucket: str) -> bool:
    """Let a bucket go, with everything of it: rows, words, drafts. False while something of it waits here.

    Works in short transactions of its own; broken off, it goes on at the next call. What is at the centre, and
    could be lost there by a restore, is sealed (``owed``).
    """
    place = file.bucket(bucket)
    if place is None:
        return True
    with file.writing():
        if outbox.waits_in(file, bucket) or bucket in file.meta("files_wait", ()):
            return False
        file.db.execute("UPDATE bucket SET state = 'dropping' WHERE id = ?", (bucket,))
        summaries.drop(file, place.row_id)
        note_not_named(file, place.row_id)
    for kind in file.tables:
        while _drop_slice(file, kind, place.row_id):
            pass
    with file.writing():
        written = [(kind, record) for kind, record in outbox.local_records(file, bucket) if kind in file.tables]
        for kind, record in written:
            _drop_rows(file, kind, "id = ? AND _bucket = ?", (record, place.row_id))
        _drop_own_history(file, bucket)
        stays = "SELECT DISTINCT kind, record FROM outbox WHERE bucket = ? ORDER BY record"
        note_left(file, place.row_id, file.db.execute(stays, (bucket,)).fetchall())
        # What was written here and lies in another bucket by now stays, as the centre has it.
        project.tell_all_again(file, written)
        _drop_what_lies_beside(file, place)
        for name in TOLD:
            file.note(name, [])
        file.note("scrub", True)
    return True


def dropping(file: File) -> list[str]:
    """Buckets whose dropping was broken off."""
    return [b for (b,) in file.db.execute("SELECT id FROM bucket WHERE state = 'dropping'")]


def _drop_slice(file: File, kind: str, bucket: int) -> bool:
    with file.writing():
        return _drop_rows(file, kind, "_bucket = ? AND _ver > 0", (bucket,)) == SLICE


def _drop_rows(file: File, kind: str, test: str, values: tuple[Any, ...]) -> int:
    """Take out rows with all that lies beside them; at most ``SLICE``, how many."""
    table = file.tables[kind]
    lines = file.db.execute(f"{table.select} WHERE {test} LIMIT ?", (*values, SLICE)).fetchall()
    for line in lines:
        drop_children(file.db, table, line[0], table.unpacked(line[10:], line[9]))
        search.index(file.db, table.kind, line[0], line[1], None)
        file.db.execute("DELETE FROM base_row WHERE kind = ? AND id = ?", (kind, line[1]))
        file.db.execute(f"DELETE FROM {table.name} WHERE _row = ?", (line[0],))
    _drop_drafts(file, [line[1] for line in lines])
    return len(lines)


def _drop_drafts(file: File, records: list[str]) -> None:
    """A draft that names a dropped record goes with it."""
    drafts = file.db.execute("SELECT key, fields FROM draft").fetchall()
    for key, fields in drafts:
        if any(record in key or record in fields for record in records):
            file.db.execute("DELETE FROM draft WHERE key = ?", (key,))


def _drop_own_history(file: File, bucket: str) -> None:
    """Where the centre has no backup, accepted is the most that is ever promised; a restored one is asked all the
    same. Without the centre's key, what a backup may still lack stays until it does not."""
    file.note("numbers", list(outbox.numbers(file)))
    kept = "" if owed.seal_up(file, bucket) or not file.meta("backup", False) else "accepted"
    file.db.execute("DELETE FROM outbox WHERE bucket = ? AND state <> ?", (bucket, kept))
    # There is no row any more over which they could lie.
    file.db.execute("UPDATE outbox SET laid = 0 WHERE bucket = ? AND laid", (bucket,))


def _drop_what_lies_beside(file: File, place: BucketRow) -> None:
    for name in ("unknown_row", "pull_quarantine", "named", "unindexed", "snapshot", "snapshot_piece"):
        file.db.execute(f"DELETE FROM {quoted(name)} WHERE _bucket = ?", (place.row_id,))
    file.db.execute("DELETE FROM bucket WHERE _row = ?", (place.row_id,))


def note_left(file: File, bucket: int, records: Sequence[tuple[str, str]]) -> None:
    """(kind, record) of what has left a bucket of cases for one that this desk may not hold: see ``forget_left``."""
    found = file.db.execute("SELECT class FROM bucket WHERE _row = ?", (bucket,)).fetchone()
    if records and found == (BucketClass.CASE,):
        file.note(LEFT, [*file.meta(LEFT, []), *(list(each) for each in records)])


def note_elsewhere(file: File, records: Iterable[tuple[str, str]]) -> None:
    """The same, of what was written here and went there at once, or was taken late, so that perhaps no feed of this
    desk ever tells of it."""
    cases = [each for each in records if each[0] in file.tables and file.tables[each[0]].kind.home is BucketClass.CASE]
    if cases:
        file.note(LEFT, [*file.meta(LEFT, []), *(list(each) for each in sorted(cases))])


def note_not_named(file: File, bucket: int) -> None:
    """The same, of a case for which this desk's person is not named any more: what he wrote in it while it was the
    town's goes as well."""
    found = file.db.execute("SELECT record FROM bucket WHERE _row = ?", (bucket,)).fetchone()
    if found is not None and found[0]:
        query = "SELECT id FROM {} WHERE _bucket = ?"
        for kind, table in file.tables.items():
            lines = file.db.execute(query.format(table.name), (bucket,)).fetchall()
            file.note(LEFT, [*file.meta(LEFT, []), *([kind, record] for (record,) in lines)])


def forget_left(file: File) -> None:
    """Of a case that named people alone may see nothing stays at other desks: own history and drafts go too, as with
    a bucket. What still waits here is handed in first; and whoever is named may have the case coming just now."""
    left = [tuple(each) for each in file.meta(LEFT, [])]
    if not left or _is_case_coming(file):
        return
    kept = [each for each in dict.fromkeys(left) if outbox.waits_of(file, each[1])]
    gone = [each for each in dict.fromkeys(left) if each not in kept and not is_row_here(file, *each)]
    for kind, record in gone:
        stays = "" if owed.seal_up_record(file, record) or not file.meta("backup", False) else "accepted"
        file.note("numbers", list(outbox.numbers(file)))
        file.db.execute("DELETE FROM outbox WHERE record = ? AND state <> ?", (record, stays))
        _drop_drafts(file, [record])
        if stays and file.db.execute("SELECT 1 FROM outbox WHERE record = ? LIMIT 1", (record,)).fetchone():
            kept.append((kind, record))  # it goes when a backup has it
    if len(kept) < len(left):
        file.note(LEFT, [list(each) for each in kept])
        file.note("scrub", True)


def _is_case_coming(file: File) -> bool:
    found = file.db.execute("SELECT 1 FROM bucket WHERE record <> '' AND state = 'loading' LIMIT 1").fetchone()
    return found is not None


def is_row_here(file: File, kind: str, record: str) -> bool:
    """Whether the record lies here, in whatever bucket."""
    table = file.tables.get(kind)
    if table is None:
        return False
    return file.db.execute(f"SELECT 1 FROM {table.name} WHERE id = ?", (record,)).fetchone() is not None


def forget_dropped(file: File) -> None:
    """Own history of buckets that are no longer held goes once it is durable."""
    file.db.execute("DELETE FROM outbox WHERE state = 'durable' AND bucket NOT IN (SELECT id FROM bucket)")

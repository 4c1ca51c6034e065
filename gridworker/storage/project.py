"""What is shown of a record: the centre's row with the changes on it that wait. The one place that writes rows."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, NamedTuple

import orjson

from gridworker.protocol.sync import GroupResult, Standing
from gridworker.records.change import Change, Verb
from gridworker.records.fields import Merge
from gridworker.records.kind import Kind
from gridworker.records.merge import is_move, lay
from gridworker.records.row import Row
from gridworker.storage import fresh, outbox, owed, own_changes, summaries
from gridworker.storage.file import BucketRow, File
from gridworker.storage.outbox import Laid, Settled
from gridworker.storage.summaries import Place
from gridworker.storage.tables import KindTable, drop_children, put_children, quoted

ACCEPTED, DURABLE, LOCAL, ATTENTION = 0, 1, 2, 3
STANDINGS = ("accepted", "durable", "local", "attention")
"""What ``_standing`` means."""


@dataclass(slots=True)
class Held:
    """A record as it lies in its table; ``row.ver`` and ``row.mark`` are the centre's."""

    row_id: int
    bucket: int
    standing: int
    row: Row
    writers: bytes


class Stood(NamedTuple):
    """A record that stands at the centre as it is shown here."""

    ver: int
    mark: str
    row_id: int
    record: str


def held(file: File, kind: str, record: str) -> Held | None:
    """The record as it is shown; None when it is not here."""
    table = file.tables[kind]
    line = file.db.execute(f"{table.select} WHERE id = ?", (record,)).fetchone()
    if line is None:
        return None
    bucket = file.db.execute("SELECT id FROM bucket WHERE _row = ?", (line[2],)).fetchone()[0]
    return Held(line[0], line[2], line[7], table.row(line, bucket), line[5])


def centre_row(file: File, kind: str, record: str, here: Held | None) -> Row | None:
    """The centre's version of a record; None when the centre has none that this desk knows."""
    if here is None or here.row.ver == 0:
        return None
    found = file.db.execute("SELECT body FROM base_row WHERE kind = ? AND id = ?", (kind, record)).fetchone()
    return here.row if found is None else Row.from_wire(orjson.loads(found[0]), here.row.bucket)


def shown(file: File, kind: str, base: Row | None, changes: Iterable[Laid]) -> Row | None:
    """The centre's row with own changes laid on it; ``ver`` and ``mark`` stay the centre's."""
    row = base
    for change, author in changes:
        if lies_on(file.tables[kind].kind, row, change):
            row = lay(file.tables[kind].kind, row, change, author)
    if row is not None and row is not base:
        row.ver, row.mark = (base.ver, base.mark) if base is not None else (0, "")
    return row


def keep(file: File, changes: Sequence[Change], author: str, *, again: bool = False) -> list[Change]:
    """Number the changes, put them into the outbox and lay them on their rows. ``again``: what they make may be here
    already."""
    numbered, incarnation = _numbered(file, [change for mine in by_record(changes) for change in mine])
    for mine in by_record(numbered):
        # A new record is not looked for: its id is new, and the table would refuse a second one.
        is_new = mine[0].verb is Verb.CREATE and not again
        here = None if is_new else held(file, mine[0].kind, mine[0].record)
        _keep_row(file, here, mine, author, incarnation)
    return numbered


def by_record(changes: Sequence[Change]) -> list[list[Change]]:
    """The changes of an act record by record, group by group: in this order they are written, numbered and handed in,
    also those of an act that goes back and forth between two records."""
    parts: dict[tuple[str, str, str], list[Change]] = {}
    for change in changes:
        parts.setdefault((change.tx, change.kind, change.record), []).append(change)
    return list(parts.values())


def set_centre(file: File, kind: str, record: str, base: Row | None, bucket: BucketRow) -> None:
    """The centre's version of a record is ``base`` now; what waits is laid on it again."""
    here = held(file, kind, record)
    changes = outbox.laid_over(file, record)
    if base is not None and any(each.change.bucket != bucket.id for each in changes):
        outbox.lift(file, record, bucket.id)
        changes = outbox.laid_over(file, record)
    _set_base(file, kind, record, base if changes else None)
    row = shown(file, kind, base, changes)
    if row is not None:
        row.bucket = bucket.id
    standing = _standing(file, record, None if base is None else (base.mark, here))
    write(file, file.tables[kind], here, row, bucket, standing)


def tell_again(file: File, kind: str, record: str) -> None:
    """Work out again what is shown of a record, after its changes came to stand differently."""
    if kind not in file.tables:
        return
    here = held(file, kind, record)
    base = centre_row(file, kind, record, here)
    place = here.row.bucket if here is not None else _bucket_of_changes(file, record)
    bucket = None if place is None else file.bucket(place)
    if bucket is not None:
        set_centre(file, kind, record, base, bucket)


def tell_all_again(file: File, records: Iterable[tuple[str, str]]) -> None:
    """``tell_again`` for several records."""
    for kind, record in sorted(records):
        tell_again(file, kind, record)


def stand_again(file: File, records: Iterable[tuple[str, str]]) -> None:
    """Only how safe the records are has changed, not what is shown of them."""
    for kind, record in records:
        here = held(file, kind, record) if kind in file.tables else None
        if here is not None:
            standing = _standing(file, record, (here.row.mark, here))
            file.db.execute(
                f"UPDATE {file.tables[kind].name} SET _standing = ? WHERE _row = ?", (standing, here.row_id)
            )


def set_made(file: File, kind: str, records: Iterable[tuple[str, str]]) -> None:
    """The centre took these new records (id, change) just as they are shown, and nothing else of them waits."""
    query = f"UPDATE {file.tables[kind].name} SET _ver = 1, _mark = ?, _standing = {ACCEPTED} WHERE id = ?"
    file.db.executemany(query, [(change, record) for record, change in records])


def shows(here: Held, row: Row, bucket: BucketRow) -> bool:
    """Whether what is shown of a record is just this row."""
    shown = here.row
    same = (shown.fields, shown.writers, shown.removed) == (row.fields, row.writers, row.removed)
    return same and here.bucket == bucket.row_id


def stand_in(file: File, kind: str, records: Sequence[str], bucket: BucketRow) -> list[tuple[int, str, int, str]]:
    """Row, id, version and mark of those of the records that the centre has and that lie, not removed, in the
    bucket."""
    query = (
        f"SELECT _row, id, _ver, _mark FROM {file.tables[kind].name}"
        " WHERE id IN (SELECT value FROM json_each(?)) AND +_bucket = ? AND +_ver > 0 AND _removed IS NULL"
    )
    found: list[tuple[int, str, int, str]] = file.db.execute(
        query, (orjson.dumps(records).decode(), bucket.row_id)
    ).fetchall()
    return found


def set_stood(file: File, kind: str, stood: Sequence[Stood]) -> None:
    """The centre took what was written into these records: they stand there just as they are shown, and nothing else
    of them waits."""
    query = f"UPDATE {file.tables[kind].name} SET _ver = ?, _mark = ?, _standing = {ACCEPTED} WHERE _row = ?"
    # In the order in which they lie in the file.
    file.db.executemany(query, [each[:3] for each in sorted(stood, key=attrgetter("row_id"))])
    asked = orjson.dumps([each.record for each in stood]).decode()
    file.db.execute("DELETE FROM base_row WHERE kind = ? AND id IN (SELECT value FROM json_each(?))", (kind, asked))


def accepted(file: File, records: Iterable[tuple[str, str]]) -> None:
    """Changes of these records were taken, and what is shown stays: the records stand safer where nothing waits."""
    by_kind: dict[str, list[str]] = {}
    for kind, record in records:
        by_kind.setdefault(kind, []).append(record)
    for kind, ids in by_kind.items():
        waiting = outbox.unsettled(file, ids)
        stand_again(file, [(kind, record) for record in ids if record in waiting])
        if kind in file.tables:
            query = f"UPDATE {file.tables[kind].name} SET _standing = ? WHERE id = ?"
            file.db.executemany(query, [(ACCEPTED, record) for record in ids if record not in waiting])


def settle(file: File, results: Sequence[GroupResult], standing: Standing, now: int) -> Settled:
    """Note the centre's answers and what follows from them for what is shown."""
    cursors: dict[str, int] = dict(file.db.execute("SELECT id, cursor FROM bucket").fetchall())
    settled = outbox.settle(file, results, cursors.get, now)
    tell_all_again(file, settled.told_again)
    stand_again(file, settled.records - settled.told_again)
    note_standing(file, standing)
    return settled


def note_standing(file: File, standing: Standing) -> None:
    """Note what the centre's backup covers."""
    file.note("backup", standing.backup)
    file.note("durable_n", standing.durable_n)
    file.note("files_durable", standing.files_durable)
    owed.make_durable(file, standing)
    stand_again(file, outbox.make_durable(file, standing))


def resend(file: File, tx: str, now: int, new_id: Callable[[], str]) -> list[Change]:
    """A refused group as a new one, in its place."""
    changes = outbox.refused(file, tx)
    touched = outbox.give_up(file, tx, now)
    again = [_where_it_lies(file, change) for change in outbox.again([change for change, _ in changes], new_id)]
    numbered = keep(file, again, changes[0].author, again=True) if changes else []
    stand_again(file, touched)
    return numbered


def _where_it_lies(file: File, change: Change) -> Change:
    """The change, made where its record lies by now."""
    here = held(file, change.kind, change.record)
    return change if here is None else change._replace(bucket=here.row.bucket)


def count_again(file: File, bucket: BucketRow) -> None:
    """Count the rows of a bucket anew, in every kind."""
    summaries.drop(file, bucket.row_id)
    local: dict[str, list[dict[str, Any]]] = {}
    for kind, record in outbox.local_records(file, bucket.id):
        here = held(file, kind, record) if kind in file.tables else None
        if here is None or here.row.ver or here.row.removed or fresh.is_new(file, file.tables[kind], here.row_id):
            continue
        local.setdefault(kind, []).append(here.row.fields)
    for kind, table in file.tables.items():
        summaries.rebuild(file, table, bucket.row_id, local.get(kind, ()))


def write(file: File, table: KindTable, here: Held | None, row: Row | None, bucket: BucketRow, standing: int) -> None:
    """Make the tables say ``row``: the line, what lies beside it, the counts and the words to search."""
    is_counted = not table.is_new if here is None else not fresh.is_new(file, table, here.row_id)
    before = _counted(file, here) if here is not None and is_counted else None
    if row is None:
        if here is not None:
            _delete(file, table, here, before)
        return
    row_id = _insert(file, table, row, bucket, standing) if here is None else here.row_id
    if here is not None:
        _update(file, table, here, row, bucket, standing)
    shown = row.removed is None and bucket.state not in ("loading", "dropping")
    after = Place(bucket.row_id, row.fields) if shown else None
    if is_counted:
        summaries.shift(file, table, before, after)
    if here is None or here.row.fields != row.fields or here.row.removed != row.removed:
        fresh.tell(file, table, row_id, row.id, None if row.removed else row.fields)


def _numbered(file: File, changes: Sequence[Change]) -> tuple[list[Change], int]:
    """Numbers without gaps, and hybrid times that never run backwards whatever the clock does; the incarnation."""
    incarnation, next_n, last = outbox.numbers(file)
    offset = file.meta("clock_offset", 0)
    numbered = []
    for n, change in enumerate(changes, next_n):
        last = max((change.at + offset) << 16, last + 1)
        numbered.append(change.counted(n, last))
    return numbered, incarnation


def _keep_row(file: File, here: Held | None, changes: list[Change], author: str, incarnation: int) -> None:
    kind, record = changes[0].kind, changes[0].record
    bucket = file.held_bucket(changes[0].bucket)
    row = None if here is None else here.row
    if here is not None and row is not None and row.ver and not _has_base(file, kind, record):
        _set_base(file, kind, record, row)
    for change in changes:
        before = _stood_at(file, row, change)
        before = before if change.base is None else change.base
        outbox.put(file, change, author, incarnation, before)
        if lies_on(file.tables[kind].kind, row, change):
            row = lay(file.tables[kind].kind, row, change, author)
    if row is not None:
        row.ver, row.mark = (here.row.ver, here.row.mark) if here is not None else (0, "")
    write(file, file.tables[kind], here, row, bucket, LOCAL)


def _stood_at(file: File, row: Row | None, change: Change) -> Any:
    """What the person had before his eyes when he made the change."""
    if row is None or change.verb is Verb.CREATE:
        return None
    waiting = own_changes.bound_for(file, row.id, change.path) if is_move(file.tables[row.kind].kind, change) else None
    return row.value(change.path) if waiting is None else waiting.value


def lies_on(kind: Kind, row: Row | None, change: Change) -> bool:
    """Whether a change finds what it is to be laid on; the centre will tell what becomes of it otherwise.

    A record stays where it lies until the centre has moved it: see ``own_changes.bound_for``.
    """
    if change.verb is Verb.CREATE:
        return row is None
    if row is None or is_move(kind, change):
        return False
    if change.verb is Verb.SET and change.path.count("/") == 2:
        return row.value(change.path.rpartition("/")[0]) is not None
    field = kind.by_name.get(change.path.partition("/")[0])
    if change.verb is Verb.ADD and field is not None and field.merge is Merge.SET:
        return all(stamp.change != change.id for stamp in row.adds(change.path))
    return True


def _standing(file: File, record: str, base: tuple[str, Held | None] | None) -> int:
    """How safe the record is, from the states of its own changes."""
    states = outbox.states(file, record)
    if states.intersection(outbox.WAITS):
        return LOCAL
    if "attention" in states:
        return ATTENTION
    if "accepted" in states or base is None:
        return ACCEPTED
    mark, here = base
    same = here is not None and here.row.mark == mark
    return DURABLE if same and ("durable" in states or (here and here.standing == DURABLE)) else ACCEPTED


def _set_base(file: File, kind: str, record: str, base: Row | None) -> None:
    if base is None:
        file.db.execute("DELETE FROM base_row WHERE kind = ? AND id = ?", (kind, record))
        return
    file.db.execute("INSERT OR REPLACE INTO base_row VALUES (?, ?, ?)", (kind, record, orjson.dumps(base.to_wire())))


def _has_base(file: File, kind: str, record: str) -> bool:
    found = file.db.execute("SELECT 1 FROM base_row WHERE kind = ? AND id = ?", (kind, record))
    return found.fetchone() is not None


def _bucket_of_changes(file: File, record: str) -> str | None:
    found = file.db.execute("SELECT bucket FROM outbox WHERE record = ? LIMIT 1", (record,)).fetchone()
    return None if found is None else found[0]


def _counted(file: File, here: Held) -> Place | None:
    if here.row.removed is not None or here.bucket in file.unseen():
        return None
    return Place(here.bucket, here.row.fields)


def _insert(file: File, table: KindTable, row: Row, bucket: BucketRow, standing: int) -> int:
    line = table.line(row, bucket.row_id, row.ver, row.mark, standing)
    row_id = int(file.db.execute(table.insert_new, line).lastrowid)
    if row.removed is None:
        put_children(file.db, table, row_id, row.fields)
    return row_id


def _update(file: File, table: KindTable, here: Held, row: Row, bucket: BucketRow, standing: int) -> None:
    """Write the columns that differ, so that the indexes of the others are left alone."""
    old, new = table.values(here.row.fields), table.values(row.fields)
    changed = [(n, v) for n, o, v in zip(table.fields, old, new, strict=True) if o != v]
    removed = None if row.removed is None else orjson.dumps(list(row.removed))
    own = {
        "_bucket": bucket.row_id,
        "_ver": row.ver,
        "_mark": row.mark,
        "_writers": orjson.dumps(row.writers),
        "_removed": removed,
        "_standing": standing,
        "_extra": table.extra(row.fields),
    }
    sets = ", ".join(f"{quoted(name)} = ?" for name in (*own, *(name for name, _ in changed)))
    values = (*own.values(), *(value for _, value in changed), here.row_id)
    file.db.execute(f"UPDATE {table.name} SET {sets} WHERE _row = ?", values)
    shown = {} if row.removed else row.fields
    write_beside(file, table, here.row_id, {} if here.row.removed else here.row.fields, shown)


def write_beside(
    file: File, table: KindTable, row_id: int, before: Mapping[str, Any], after: Mapping[str, Any]
) -> None:
    """Make the tables beside a row say what it says now."""
    differing = [name for name in table.beside if before.get(name) != after.get(name)]
    drop_children(file.db, table, row_id, {name: before.get(name) for name in differing})
    leading = {each.found_by: after.get(each.found_by) for each in table.lists if each.found_by}
    put_children(file.db, table, row_id, leading | {name: after.get(name) for name in differing})


def _delete(file: File, table: KindTable, here: Held, before: Place | None) -> None:
    drop_children(file.db, table, here.row_id, here.row.fields)
    file.db.execute(f"DELETE FROM {table.name} WHERE _row = ?", (here.row_id,))
    summaries.shift(file, table, before, None)
    fresh.tell(file, table, here.row_id, here.row.id, None)

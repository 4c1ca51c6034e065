"""A sheet of a snapshot laid by its columns, where nothing of the bucket is here yet: a tenth of the steps that rows
take one by one."""

from collections.abc import Iterator, Sequence
from itertools import repeat
from typing import Any

import orjson

from gridworker.protocol.sheets import Sheet
from gridworker.records.row import digest_sum
from gridworker.storage import bare, outbox, project
from gridworker.storage.faults import BROKEN_ROW
from gridworker.storage.laying import expects_new
from gridworker.storage.slices import Slice
from gridworker.storage.tables import KindTable, packed_column, put_many_children, quoted
from gridworker.storage.unindexed import put_off


def lay(work: Slice, sheet: Sheet) -> bool:
    """Put in all rows of a sheet. False: they do not fit so, nothing was put in, and they are to be laid as rows."""
    table = work.file.tables.get(sheet.kind)
    if table is None or not table.known.issuperset(sheet.fields) or not expects_new(work):
        return False
    if not outbox.records_laid_over(work.file).isdisjoint(sheet.ids):
        return False
    file, bucket = work.file, work.place.row_id
    file.db.execute("SAVEPOINT sheet")
    try:
        first = 1 + (file.db.execute(f"SELECT max(_row) FROM {table.name}").fetchone()[0] or 0)
        if first == 1:
            bare.strip(file, table)
        _insert(work, table, sheet)
        put_many_children(file.db, table, list(_beside(table, sheet, first)))
        put_off(file, sheet.kind, first, first + len(sheet) - 1, bucket)
        added = digest_sum(sheet.kind, sheet.ids, sheet.versions, sheet.marks)
    except BROKEN_ROW:
        file.db.execute("ROLLBACK TO sheet")
        file.db.execute("RELEASE sheet")
        return False
    file.db.execute("RELEASE sheet")
    work.deltas[bucket] = work.deltas.get(bucket, 0) + added
    work.received.kinds.add(sheet.kind)
    work.received.rows += len(sheet)
    return True


def _insert(work: Slice, table: KindTable, sheet: Sheet) -> None:
    if min(sheet.versions, default=1) < 1:
        raise ValueError("a row of the centre has a version")
    columns: dict[str, Any] = {
        "id": sheet.ids,
        "_bucket": repeat(work.place.row_id),
        "_ver": sheet.versions,
        "_mark": sheet.marks,
        "_writers": _writers(sheet),
        "_standing": repeat(project.ACCEPTED),
        "_made": [time >> 16 for time in sheet.times],
    }
    if sheet.removed:
        columns["_removed"] = [_packed(sheet.removed.get(row)) for row in range(len(sheet))]
    for name, column in sheet.fields.items():
        packer = table.packers.get(name)
        columns[name] = column if packer is None else packed_column(packer, column)
    names = ", ".join(map(quoted, columns))
    into = f"INSERT INTO {table.name} ({names}) VALUES ({', '.join('?' * len(columns))})"
    work.file.db.executemany(into, zip(*columns.values(), strict=False))


def _writers(sheet: Sheet) -> list[bytes]:
    """As ``orjson`` would write them; nearly every row has only the writer of its first fields."""
    stamps = zip(sheet.changes, sheet.people, sheet.times, strict=True)
    written = [f'{{"":["{change}","{person}",{time}]}}'.encode() for change, person, time in stamps]
    for row, others in sheet.writers.items():
        stamp = [sheet.changes[row], sheet.people[row], sheet.times[row]]
        written[row] = orjson.dumps({"": stamp, **others})
    return written


def _packed(removed: Sequence[Any] | None) -> bytes | None:
    return None if removed is None else orjson.dumps(removed)


def _beside(table: KindTable, sheet: Sheet, first: int) -> Iterator[tuple[int, dict[str, Any]]]:
    """The fields of which something lies beside a row, of the rows that have any."""
    listed = [field.name for field in (*table.tags, *table.lists) if field.name in sheet.fields]
    leading = [each.found_by for each in table.lists if each.found_by in sheet.fields]
    for name in listed:
        lead = [each for each in leading if each != name]
        for row, value in enumerate(sheet.fields[name]):
            if value is not None and row not in sheet.removed:
                yield first + row, {name: value, **{each: sheet.fields[each][row] for each in lead}}

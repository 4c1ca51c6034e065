"""Records that came anew while nothing of them waits here: read, compared and written together, not one by one."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from gridworker.protocol.sync import Wire
from gridworker.storage import fresh, outbox, project, search, summaries
from gridworker.storage.faults import BROKEN_ROW
from gridworker.storage.slices import Slice, Version, version_of
from gridworker.storage.summaries import Place
from gridworker.storage.tables import KindTable, quoted

_FIELDS = 10
"""Where the fields begin in a line of ``KindTable.select``."""


class _Anew:
    """One of them: what is shown, and what came."""

    __slots__ = ("changed", "fields", "line", "values", "wire")

    def __init__(self, table: KindTable, line: Sequence[Any], wire: Wire) -> None:
        self.line, self.wire = line, wire
        self.fields: dict[str, Any] = wire["d"]
        self.values = table.values(self.fields)
        places = enumerate(zip(line[_FIELDS:], self.values, strict=True))
        self.changed = tuple(place for place, (old, new) in places if old != new)

    def was(self, table: KindTable) -> dict[str, Any]:
        """The fields that are shown."""
        return table.unpacked(self.line[_FIELDS:], self.line[9])


def write(work: Slice, table: KindTable, wires: Sequence[Wire], known: Mapping[str, Version]) -> set[str]:
    """Lay those of the rows that are simply newer than what is shown of them; the ids of those that were laid.

    The others meet something: own changes, another bucket, a removal, a row that could not be read.
    """
    if work.force or work.place.state in ("loading", "dropping"):
        return set()
    plain = {wire["i"]: wire for wire in wires if _is_newer(work, wire, known)}
    if not plain or _something_aside(work):
        return set()
    for record in outbox.open_of(work.file, plain):
        del plain[record]
    work.file.db.execute("SAVEPOINT anew")
    try:
        done = _write(work, table, plain)
    except BROKEN_ROW:
        work.file.db.execute("ROLLBACK TO anew")
        done = []
    work.file.db.execute("RELEASE anew")
    for each in done:
        record = each.line[1]
        work.count(table.kind.name, record, known[record], version_of(each.wire, work.place))
    return {each.line[1] for each in done}


def _is_newer(work: Slice, wire: Wire, known: Mapping[str, Version]) -> bool:
    old, new = known.get(str(wire.get("i"))), version_of(wire, work.place)
    if old is None or new is None or wire.get("x") is not None:
        return False
    return old.bucket == new.bucket and 0 < old.ver < new.ver and old.mark != new.mark


def _something_aside(work: Slice) -> bool:
    aside = "SELECT 1 FROM pull_quarantine UNION ALL SELECT 1 FROM unknown_row LIMIT 1"
    return work.file.db.execute(aside).fetchone() is not None


def _write(work: Slice, table: KindTable, plain: Mapping[str, Wire]) -> list[_Anew]:
    file = work.file
    asked = orjson.dumps(list(plain)).decode()
    upto = search.indexed_up_to(file.db, table.kind.name)
    lines = file.db.execute(f"{table.select} WHERE id IN (SELECT value FROM json_each(?))", (asked,)).fetchall()
    anew = [
        _Anew(table, line, plain[line[1]])
        for line in lines
        if line[6] is None and line[2] == work.place.row_id and (upto is None or line[0] <= upto)
    ]
    _write_rows(work, table, anew)
    for each in anew:
        _write_beside(work, table, each)
    told = {place for place, name in enumerate(table.fields) if name in table.told}
    words = [(each.line[0], each.line[1], each.fields) for each in anew if not told.isdisjoint(each.changed)]
    if words:
        fresh.tell_anew(file, table, words)
    return anew


def _write_rows(work: Slice, table: KindTable, anew: Sequence[_Anew]) -> None:
    """The columns that differ, so that the indexes of the others are left alone."""
    alike: dict[tuple[int, ...], list[_Anew]] = {}
    for each in anew:
        alike.setdefault(each.changed, []).append(each)
    for changed, some in alike.items():
        names = ("_ver", "_mark", "_writers", "_extra", "_standing", *(table.fields[place] for place in changed))
        sets = ", ".join(f"{quoted(name)} = ?" for name in names)
        lines = [
            (
                each.wire["v"],
                each.wire["m"],
                orjson.dumps(each.wire["w"]),
                table.extra(each.fields),
                project.ACCEPTED,
                *(each.values[place] for place in changed),
                each.line[0],
            )
            for each in some
        ]
        work.file.db.executemany(f"UPDATE {table.name} SET {sets} WHERE _row = ?", lines)


def _write_beside(work: Slice, table: KindTable, each: _Anew) -> None:
    """Tags, lists and counts, of which most changes say nothing."""
    changed = {table.fields[place] for place in each.changed}
    if not changed.isdisjoint(table.beside):
        project.write_beside(work.file, table, each.line[0], each.was(table), each.fields)
    if not changed.isdisjoint(table.counted):
        bucket = work.place.row_id
        before, after = Place(bucket, each.was(table)), Place(bucket, each.fields)
        summaries.shift(work.file, table, before, after)

"""Rows of one kind as columns: read at once, and laid into a table without taking each row apart.

A column is a list with a value for each row, or ``{"all": value}``; what few rows have stands by the row's number. A
column of ids travels as places in the list of ids. Rows that do not fit into such a sheet travel as they are.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby, islice
from typing import Any

import orjson

from gridworker.protocol.codec import NotReadable, collector_off
from gridworker.protocol.ids_apart import ID, filled
from gridworker.protocol.sync import Wire
from gridworker.protocol.told_once import time_of

_USUAL = frozenset("eivmdwx")
_NEAR = 1 << 53
_RECORD, _CHANGE, _PERSON, _FIELD = "i", "c", "b", "d/"
"""Columns of ids: the record, the change that made it, who made it, and before the name of a field."""
_ALIKE = (str, int, bool)


@dataclass(frozen=True, slots=True)
class Sheet:
    """Rows of one kind; ``sheet[2:5]`` is a sheet, too."""

    kind: str
    ids: list[str]
    versions: list[int]
    marks: list[str]
    changes: list[str]
    """The changes that made the records, with those who made them and the hybrid times."""
    people: list[str]
    times: list[int]
    writers: Mapping[int, dict[str, Any]]
    """Besides these; by the row's number."""
    removed: Mapping[int, Any]
    fields: Mapping[str, list[Any]]
    """None where a row has no such field."""

    def __len__(self) -> int:
        return len(self.ids)

    def __getitem__(self, some: slice) -> "Sheet":
        begin, end, _ = some.indices(len(self.ids))
        if begin == 0 and end == len(self.ids):
            return self
        return Sheet(
            self.kind,
            self.ids[some],
            self.versions[some],
            self.marks[some],
            self.changes[some],
            self.people[some],
            self.times[some],
            {row - begin: told for row, told in self.writers.items() if begin <= row < end},
            {row - begin: told for row, told in self.removed.items() if begin <= row < end},
            {name: column[some] for name, column in self.fields.items()},
        )

    def wires(self) -> list[Wire]:
        """The rows as the feed sends them."""
        return list(self._wires())

    def _wires(self) -> Iterator[Wire]:
        stamps = zip(self.changes, self.people, self.times, strict=True)
        for row, (record, ver, mark, stamp) in enumerate(zip(self.ids, self.versions, self.marks, stamps, strict=True)):
            fields = {name: column[row] for name, column in self.fields.items() if column[row] is not None}
            writers = {"": list(stamp), **self.writers.get(row, {})}
            wire: Wire = {"e": self.kind, "i": record, "v": ver, "m": mark, "d": fields, "w": writers}
            yield {**wire, "x": self.removed[row]} if row in self.removed else wire


def sheets_of(rows: Iterable[Wire]) -> tuple[bytes, list[bytes]]:
    """Rows as the text of sheets, and the ids of their columns in order."""
    told: list[Any] = []
    ids: list[bytes] = []
    for kind, some in groupby(rows, _kind_of):
        if kind is None:
            told.append({"rows": list(some)})
        else:
            sheet, columns = _told(kind, list(some))
            told.append(sheet)
            ids += [str(each or "").encode() for column in columns for each in column]
    return orjson.dumps(told), ids


def read_sheets(rows: int, text: bytes, ids: list[str]) -> Iterator[Sheet | list[Wire]]:
    """What ``sheets_of`` was given. Raises ``NotReadable``."""
    whole, left = filled(text, ids)
    taken = iter(left)
    try:
        with collector_off():
            read = [_read(each, taken) for each in orjson.loads(whole)]
    except (TypeError, ValueError, KeyError, AttributeError, IndexError):
        raise NotReadable("sheet") from None
    if sum(map(len, read)) != rows or next(taken, None) is not None:
        raise NotReadable("rows")
    yield from read


def _kind_of(row: Wire) -> str | None:
    """The kind of a row that fits into a sheet; None for one that does not."""
    writers, fields = row.get("w"), row.get("d")
    if not isinstance(writers, dict) or not isinstance(fields, dict) or not row.keys() <= _USUAL:
        return None
    stamp: Any = writers.get("")
    kind, began = row.get("e"), time_of(stamp)
    if began is None or len(stamp) != 3 or abs(stamp[2] - began) >= _NEAR:
        return None
    if not isinstance(kind, str) or type(row.get("v")) is not int or not isinstance(row.get("m"), str):
        return None
    is_whole = _is_id(row.get("i")) and _is_id(stamp[0]) and (stamp[1] == "" or _is_id(stamp[1]))
    return kind if is_whole and None not in fields.values() and row.get("x", 0) is not None else None


def _is_id(value: Any) -> bool:
    return isinstance(value, str) and value.isascii() and ID.fullmatch(value.encode()) is not None


def _told(kind: str, rows: list[Wire]) -> tuple[Wire, list[list[Any]]]:
    """A sheet as it travels, and its columns of ids."""
    stamps = [row["w"][""] for row in rows]
    columns: dict[str, list[Any]] = {
        _RECORD: [row["i"] for row in rows],
        _CHANGE: [stamp[0] for stamp in stamps],
        _PERSON: [stamp[1] for stamp in stamps],
    }
    fields: dict[str, Any] = {}
    for name in dict.fromkeys(name for row in rows for name in row["d"]):
        column = [row["d"].get(name) for row in rows]
        fields[name] = _short(column)
        if isinstance(fields[name], list) and all(each is None or _is_id(each) for each in column):
            columns[_FIELD + name] = column
            fields[name] = None
    others = ({path: each for path, each in row["w"].items() if path} for row in rows)
    sheet = {
        "e": kind,
        "ids": list(columns),
        "v": _short([row["v"] for row in rows]),
        "h": _short([stamp[2] - (time_of(stamp) or 0) for stamp in stamps]),
        "d": fields,
        "m": {str(place): row["m"] for place, row in enumerate(rows) if row["m"] != stamps[place][0]},
        "w": {str(place): other for place, other in enumerate(others) if other},
        "x": {str(place): row["x"] for place, row in enumerate(rows) if "x" in row},
        "n": len(rows),
    }
    return sheet, list(columns.values())


def _short(column: list[Any]) -> Any:
    first = column[0]
    same = type(first) in _ALIKE and all(type(each) is type(first) and each == first for each in column)
    return {"all": first} if same else column


def _read(told: Any, ids: Iterator[str]) -> Sheet | list[Wire]:
    if "rows" in told:
        rows = told["rows"]
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise TypeError
        return rows
    count = told["n"]
    columns = {name: list(islice(ids, count)) for name in told["ids"]}
    if {len(column) for column in columns.values()} != {count}:
        raise IndexError
    changes = columns[_CHANGE]
    marks = list(changes)
    for place, mark in told["m"].items():
        marks[int(place)] = str(mark)
    near = _long(told["h"], count)
    fields = {
        name: [each or None for each in columns[_FIELD + name]] if column is None else _long(column, count)
        for name, column in told["d"].items()
    }
    return Sheet(
        str(told["e"]),
        columns[_RECORD],
        _numbers(_long(told["v"], count)),
        marks,
        changes,
        columns[_PERSON],
        _numbers([far + (int(name[:8] + name[9:13], 16) << 16) for far, name in zip(near, changes, strict=True)]),
        _by_place(told["w"], count),
        _by_place(told["x"], count),
        fields,
    )


def _long(column: Any, count: int) -> list[Any]:
    if isinstance(column, dict):
        return [column["all"]] * count
    if not isinstance(column, list) or len(column) != count:
        raise TypeError
    return column


def _numbers(column: list[Any]) -> list[int]:
    if not {int}.issuperset(map(type, column)):
        raise TypeError
    return column


def _by_place(told: Mapping[str, Any], count: int) -> dict[int, Any]:
    found = {int(place): each for place, each in told.items()}
    if not all(0 <= place < count for place in found):
        raise IndexError
    return found

"""Reads records as they are shown: by id, by conditions on declared fields, as ids or as pages."""

from array import array
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

import orjson

from gridworker.records.fields import Field
from gridworker.records.row import Row
from gridworker.records.several import Entries, Tags
from gridworker.storage import project
from gridworker.storage.file import UNSEEN, File
from gridworker.storage.tables import KindTable, pointer_of, quoted

Condition: TypeAlias = tuple[str, str, Any]
"""(field, op, value). op: = != < <= > >= in has is_null not_null begins.

``has``: a tag of a set; of a list, an entry's ``(field, value)``. ``in``: a sequence of values.
"""
Where: TypeAlias = Sequence[Condition]
Order: TypeAlias = Sequence[str]
"""Fields, a ``-`` before one that runs backwards."""

_COMPARED = {"=": "=", "!=": "IS NOT", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_OWN = {"id": "id", "_row": "_row", "_made": "_made"}
CONFLICT = "conflict"


class NotAField(ValueError):
    """A condition or an order names what the kind does not declare, or an operation that does not exist."""


def get(file: File, kind: str, record: str) -> Row | None:
    """The record as it is shown, removed or not; None when it is not here."""
    here = project.held(file, kind, record)
    if here is None or (here.bucket in file.unseen() and here.standing != project.LOCAL):
        return None
    return here.row


def glance(file: File, kind: str, record: str, fields: Sequence[str]) -> tuple[Any, ...] | None:
    """Some fields of the record as it is shown, removed or not; None when it is not here.

    For fields of which the column says all: no set, list or flag.
    """
    table = file.tables[kind]
    columns = ", ".join(_column(table, field)[0] for field in fields)
    # Asked of the one row: a list of all that is not seen would be made anew for each question.
    test = f"id = ? AND (_standing = {project.LOCAL} OR NOT EXISTS ({UNSEEN} AND bucket._row = _bucket))"
    found: tuple[Any, ...] | None = file.db.execute(
        f"SELECT {columns} FROM {table.name} WHERE {test}", (record,)
    ).fetchone()
    return found


def region_of(file: File, kind: str, record: str) -> str | None:
    """The region (or person) in whose bucket the record lies; None when it is not here."""
    lies = f"SELECT region FROM {file.tables[kind].name} AS t JOIN bucket ON bucket._row = t._bucket WHERE t.id = ?"
    found = file.db.execute(lies, (record,)).fetchone()
    return None if found is None else str(found[0])


def ids(file: File, kind: str, where: Where = (), order: Order = (), limit: int | None = None) -> "array[int]":
    """The rows of live records that meet every condition."""
    table = file.tables[kind]
    compared = "".join(f", {_column(table, name.removeprefix('-'))[0]}" for name in order)
    text, values = _live(file, table, f"SELECT _row{compared} FROM {table.name}", where, order, limit)
    # In one piece: half a million single rows take twice as long.
    ((found,),) = file.db.execute(f"SELECT json_group_array(_row) FROM ({text})", values)
    return array("q", orjson.loads(found))


def count(file: File, kind: str, where: Where = ()) -> int:
    """How many live records meet every condition."""
    table = file.tables[kind]
    text, values = _live(file, table, f"SELECT count(*) FROM {table.name}", where)
    return sum(int(n) for (n,) in file.db.execute(text, values))


def find(file: File, kind: str, where: Where = (), order: Order = (), limit: int | None = None) -> list[dict[str, Any]]:
    """The live records that meet every condition, as ``page`` gives them."""
    table = file.tables[kind]
    text, values = _live(file, table, table.select, where, order, limit)
    return _pages(file, table, file.db.execute(text, values).fetchall())


def page(file: File, kind: str, rows: Sequence[int]) -> list[dict[str, Any]]:
    """The records of these rows, in this order: their fields, ``_row``, ``id`` and ``_state``.

    A row that is gone by now is left out.
    """
    table = file.tables[kind]
    wanted = orjson.dumps(list(rows)).decode()
    lines = file.db.execute(
        f"{table.select} WHERE _row IN (SELECT value FROM json_each(?)) AND _removed IS NULL", (wanted,)
    ).fetchall()
    found = {each["_row"]: each for each in _pages(file, table, lines)}
    return [found[row] for row in rows if row in found]


def many(file: File, kind: str, records: Iterable[str]) -> dict[str, dict[str, Any]]:
    """The live records with these ids, by id, as ``page`` gives them."""
    table = file.tables[kind]
    wanted = orjson.dumps(list(records)).decode()
    lines = file.db.execute(
        f"{table.select} WHERE id IN (SELECT value FROM json_each(?)) AND _removed IS NULL{_seen(file)}",
        (wanted,),
    ).fetchall()
    return {each["id"]: each for each in _pages(file, table, lines)}


def state_of(file: File, kind: str, record: str) -> str:
    """local, accepted, durable, conflict or attention; "" when the record is not here."""
    table = file.tables[kind]
    found = file.db.execute(f"SELECT _standing FROM {table.name} WHERE id = ?", (record,)).fetchone()
    if found is None:
        return _state_of_refused(file, record)
    return _state(found[0], record, _contested(file, [record]))


def visible(file: File, kind: str, rows: Iterable[int]) -> list[int]:
    """Those of the rows that are shown, in the same order."""
    given = list(rows)
    if not file.unseen():
        return given
    wanted = orjson.dumps(given).decode()
    found = file.db.execute(
        f"SELECT _row FROM {file.tables[kind].name} WHERE _row IN (SELECT value FROM json_each(?)){_seen(file)}",
        (wanted,),
    )
    shown = {row for (row,) in found}
    return [row for row in given if row in shown]


def among(file: File, kind: str, rows: Sequence[int], where: Where, order: Order) -> list[int]:
    """Those of the rows that meet every condition, in the given order, or else in their own."""
    table = file.tables[kind]
    tests, values = _tests(file, table, where)
    wanted = orjson.dumps(list(rows)).decode()
    text = f"SELECT _row FROM {table.name} WHERE _row IN (SELECT value FROM json_each(?)) AND _removed IS NULL{tests}"
    found = [row for (row,) in file.db.execute(text + _ordered(table, order), (wanted, *values))]
    if order:
        return found
    kept = set(found)
    return [row for row in rows if row in kept]


def _state_of_refused(file: File, record: str) -> str:
    found = file.db.execute("SELECT 1 FROM outbox WHERE record = ? AND state = 'attention'", (record,)).fetchone()
    return "" if found is None else "attention"


def _pages(file: File, table: KindTable, lines: Sequence[Any]) -> list[dict[str, Any]]:
    contested = _contested(file, [line[1] for line in lines])
    result = []
    for line in lines:
        fields = table.unpacked(line[10:], line[9])
        fields["_row"], fields["id"] = line[0], line[1]
        fields["_state"] = _state(line[7], line[1], contested)
        result.append(fields)
    return result


def _state(standing: int, record: str, contested: set[str]) -> str:
    return CONFLICT if record in contested else project.STANDINGS[standing]


def _contested(file: File, records: Sequence[str]) -> set[str]:
    """Those of the records about which a conflict is open."""
    if CONFLICT not in file.tables or not records:
        return set()
    is_open = "state = 'open' AND _removed IS NULL"
    if len(records) > 200:
        found = file.db.execute(f'SELECT DISTINCT "record" FROM conflict WHERE {is_open}')
    else:
        found = file.db.execute(
            f'SELECT "record" FROM conflict WHERE "record" IN (SELECT value FROM json_each(?)) AND {is_open}',
            (orjson.dumps(records).decode(),),
        )
    return {record for (record,) in found}


def _seen(file: File) -> str:
    """A test that leaves out what is not shown yet, where there is such; what was written here is shown."""
    if not file.unseen():
        return ""
    return f" AND (_bucket NOT IN ({UNSEEN}) OR _standing = {project.LOCAL})"


def _live(
    file: File, table: KindTable, select: str, where: Where, order: Order = (), limit: int | None = None
) -> tuple[str, list[Any]]:
    """``select`` for the live records that meet every condition: for those that the indexes know, and the others."""
    tests, given = _tests(file, table, where)
    text = " UNION ALL ".join(f"{select} WHERE {live}{tests}" for live in table.live)
    values = given * len(table.live)
    if order:
        text += _ordered(table, order)
    return (text, values) if limit is None else (f"{text} LIMIT ?", [*values, limit])


def _tests(file: File, table: KindTable, where: Where) -> tuple[str, list[Any]]:
    """The conditions, to be added to a test."""
    tests, values = "", []
    for name, op, value in where:
        text, given = _test(table, name, op, value)
        tests += f" AND {text}"
        values += given
    return tests + _seen(file), values


def _test(table: KindTable, name: str, op: str, value: Any) -> tuple[str, list[Any]]:
    column, field = _column(table, name)
    if op in _COMPARED:
        if value is None and op in ("=", "!="):
            return f"{column} IS {'NOT ' if op == '!=' else ''}NULL", []
        return f"{column} {_COMPARED[op]} ?", [value]
    match op:
        case "in":
            return f"{column} IN (SELECT value FROM json_each(?))", [orjson.dumps(list(value)).decode()]
        case "is_null":
            return f"{column} IS NULL", []
        case "not_null":
            return f"{column} IS NOT NULL", []
        case "begins":
            return f"{column} >= ? AND {column} < ?", [value, value + "\U0010ffff"]
        case "has" if isinstance(field, Tags) and field not in table.tags:
            return f"EXISTS (SELECT 1 FROM json_each({column}) WHERE value = ?)", [value]
        case "has" if isinstance(field, Tags):
            return f"_row IN (SELECT _row FROM {table.child(name)} WHERE tag = ?)", [value]
        case "has" if isinstance(field, Entries):
            return _has_entry(table, field, value)
    raise NotAField(f"{table.kind.name}.{name} {op}")


def _has_entry(table: KindTable, field: Entries, value: Any) -> tuple[str, list[Any]]:
    inner, wanted = value
    if field.field(inner) is None or field not in table.lists:
        raise NotAField(f"{table.kind.name}.{field.name} has {inner}")
    listed = f"SELECT _row FROM {table.child(field.name)} WHERE {quoted(inner)} = ?"
    if field.found_by and inner == pointer_of(field):
        # No OR: SQLite uses no partial index for its halves.
        found = [f"SELECT _row FROM {table.name} WHERE {live} AND {quoted(field.found_by)} = ?" for live in table.live]
        return f"_row IN ({' UNION ALL '.join((listed, *found))})", [wanted] * (1 + len(found))
    if field.found_by:
        entries = f"json_each({quoted(field.name)})"
        return f"EXISTS (SELECT 1 FROM {entries} AS e WHERE e.value ->> ? = ?)", [f'$."{inner}"', wanted]
    return f"_row IN ({listed})", [wanted]


def _column(table: KindTable, name: str) -> tuple[str, Field | None]:
    if name in _OWN:
        return _OWN[name], None
    if name not in table.known:
        raise NotAField(f"{table.kind.name}.{name}")
    return quoted(name), table.kind.by_name[name]


def _ordered(table: KindTable, order: Order) -> str:
    if not order:
        return ""
    columns = []
    for name in order:
        column, _ = _column(table, name.removeprefix("-"))
        columns.append(f"{column} DESC" if name.startswith("-") else column)
    return f" ORDER BY {', '.join(columns)}"


def as_condition(kind_fields: Mapping[str, Field], text: str) -> Condition:
    """``FIELD=VALUE`` as a condition: a tag is looked for in its set. Raises ``NotAField``."""
    name, equals, value = text.partition("=")
    field = kind_fields.get(name)
    if not equals or (field is None and name not in _OWN):
        raise NotAField(name)
    if isinstance(field, Tags):
        return name, "has", value
    if field is not None and field.column == "INTEGER":
        return name, "=", {"true": 1, "false": 0, "是": 1, "否": 0}.get(value, value)
    return (name, "=", value) if value else (name, "is_null", None)

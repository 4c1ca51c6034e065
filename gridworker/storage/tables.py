"""The tables that the kinds declare: one a kind, beside it one for each set of tags, list and summary."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

import orjson

from gridworker.records.fields import Field, Flag, Ref
from gridworker.records.files import Files
from gridworker.records.kind import Kind
from gridworker.records.row import CREATED, Row, Stamp
from gridworker.records.several import Entries, Tags
from gridworker.records.wrong import Wrong
from gridworker.storage.connection import Connection, writing
from gridworker.storage.search_text import searched_paths

OWN = ("id", "_bucket", "_ver", "_mark", "_writers", "_removed", "_standing", "_made", "_extra")
"""Columns of every kind table, after ``_row`` and before the fields.

``_ver`` and ``_mark`` are the centre's, the fields and ``_writers`` are what is shown; ``_standing``: see
``standing``; ``_made``: when the record was made, ms UTC; ``_extra``: fields that this version does not know.
"""

NEW = "_new"
"""The column, where the kind is indexed later, that marks a row which its indexes do not know yet."""
_LIVE = "_removed IS NULL"


def quoted(name: str) -> str:
    """``name`` as SQL knows it: a field may be called ``case`` or ``text``."""
    return '"' + name.replace('"', '""') + '"'


class KindTable:
    """The table of one kind, and how a row goes into it and comes out."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.name = quoted(kind.name)
        self.fields = tuple(field.name for field in kind.fields)
        self.known = frozenset(self.fields)
        # A set that a list shows is filtered by; for the others the row itself will do.
        self.tags = tuple(f for f in kind.fields if isinstance(f, Tags) and f.name in kind.columns)
        self.lists = tuple(f for f in kind.fields if isinstance(f, Entries) and not f.hidden)
        self.beside = tuple(field.name for field in (*self.tags, *self.lists))
        """The fields of which something lies in a table beside this one."""
        counts = kind.summaries
        self.counted = frozenset(name for each in counts for name in (*each.by, *each.where, each.latest))
        searched = (path.partition("/")[0] for path in searched_paths(kind))
        # What a record is found by, and what names it.
        self.told = tuple(dict.fromkeys((*kind.title_fields, *searched)))
        self._packers = tuple((place, _packer(field)) for place, field in enumerate(kind.fields) if is_packed(field))
        self.packers = {kind.fields[place].name: packer for place, packer in self._packers}
        """What turns the values of fields that rest as JSON into their columns; it raises ``Wrong``."""
        self._flags = tuple(field.name for field in kind.fields if isinstance(field, Flag))
        columns = (*OWN, *self.fields)
        names = ", ".join(map(quoted, columns))
        self.insert = f"INSERT INTO {self.name} ({names}) VALUES ({', '.join('?' * len(columns))})"
        self.select = f"SELECT _row, {names} FROM {self.name}"
        # A new row is above what is indexed (``fresh``), so that it is found without an index of its own.
        above = f"_row > coalesce((SELECT upto FROM search_kind WHERE kind = '{kind.name}'), 0)"
        self.is_new = f"{NEW} = 1 AND {above}" if kind.indexed_later else ""
        """The test for a row that is not in the declared indexes yet; "" where every row is at once."""
        self.live: tuple[str, ...] = (_LIVE,)
        """Tests of which each live record meets exactly one; each by itself can be answered with the indexes."""
        self.insert_new = self.insert
        if self.is_new:
            self.live = f"{_LIVE} AND {NEW} IS NULL", f"{_LIVE} AND {self.is_new}"
            marks = ", ".join("?" * len(columns))
            self.insert_new = f"INSERT INTO {self.name} ({names}, {NEW}) VALUES ({marks}, 1)"

    def child(self, field: str) -> str:
        """The table beside this one that holds the tags or entries of ``field``."""
        return quoted(f"{self.kind.name}__{field}")

    def values(self, fields: Mapping[str, Any]) -> list[Any]:
        """The fields as columns. Raises ``Wrong`` for a set or list of the wrong shape."""
        values = list(map(fields.get, self.fields))
        for place, packed in self._packers:
            if values[place] is not None:
                values[place] = packed(values[place])
        return values

    def extra(self, fields: Mapping[str, Any]) -> bytes | None:
        """The fields that this version does not know, packed."""
        if self.known.issuperset(fields):
            return None
        return orjson.dumps({k: v for k, v in fields.items() if k not in self.known})

    def line(self, row: Row, bucket: int, ver: int, mark: str, standing: int) -> list[Any]:
        """All columns of ``insert``; ``ver`` and ``mark`` are those of the centre's version."""
        return [
            row.id,
            bucket,
            ver,
            mark,
            orjson.dumps(row.writers),
            None if row.removed is None else orjson.dumps(list(row.removed)),
            standing,
            row.writers[CREATED][2] >> 16,
            self.extra(row.fields),
            *self.values(row.fields),
        ]

    def wire_line(self, wire: Mapping[str, Any], bucket: int, standing: int) -> list[Any]:
        """All columns of ``insert`` for a row as it travels. Raises ``KeyError``, ``TypeError``, ``ValueError``."""
        fields, writers, removed, ver = wire["d"], wire["w"], wire.get("x"), wire["v"]
        if ver < 1:
            raise ValueError("a row of the centre has a version")
        return [
            wire["i"],
            bucket,
            ver,
            wire["m"],
            orjson.dumps(writers),
            None if removed is None else orjson.dumps(removed),
            standing,
            writers[CREATED][2] >> 16,
            self.extra(fields),
            *self.values(fields),
        ]

    def unpacked(
        self, values: Sequence[Any], extra: bytes | None, names: Sequence[str] | None = None
    ) -> dict[str, Any]:
        """The fields that have a value, from their columns; of all fields, or of those with these ``names``."""
        fields = {n: v for n, v in zip(names or self.fields, values, strict=True) if v is not None}
        for name in self.packers:
            if name in fields:
                fields[name] = orjson.loads(fields[name])
        for name in self._flags:
            if name in fields:
                fields[name] = bool(fields[name])
        if extra is not None:
            fields.update(orjson.loads(extra))
        return fields

    def row(self, line: Sequence[Any], bucket: str) -> Row:
        """The row in a line of ``select``."""
        removed = None if line[6] is None else Stamp(*orjson.loads(line[6]))
        fields = self.unpacked(line[10:], line[9])
        writers = orjson.loads(line[5])
        return Row(self.kind.name, line[1], bucket, line[3], line[4], fields, writers, removed)

    def statements(self) -> Iterator[str]:
        """What makes the table and those beside it."""
        fields = "".join(f", {quoted(f.name)} {_type(f)}" for f in self.kind.fields)
        yield (
            f"CREATE TABLE IF NOT EXISTS {self.name} (_row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, "
            "_bucket INTEGER NOT NULL, _ver INTEGER NOT NULL, _mark TEXT NOT NULL, _writers BLOB NOT NULL, "
            "_removed BLOB, _standing INTEGER NOT NULL DEFAULT 0, _made INTEGER NOT NULL, _extra BLOB"
            f"{fields}{f', {NEW} INTEGER' if self.is_new else ''}) STRICT"
        )
        # Rows that the centre does not know yet are found by their changes (``outbox.local_records``).
        index = quoted(f"{self.kind.name}_in_bucket")
        yield f"CREATE INDEX IF NOT EXISTS {index} ON {self.name} (_bucket) WHERE _ver > 0"
        yield from self.indexes().values()
        if "same_as" in self.known:  # few, and looked for among all that were removed
            yield _index(self.kind.name, ("same_as",), "same_as IS NOT NULL")
        for field in self.tags:
            yield (
                f"CREATE TABLE IF NOT EXISTS {self.child(field.name)} (tag TEXT NOT NULL, _row INTEGER NOT NULL,"
                " PRIMARY KEY (tag, _row)) STRICT, WITHOUT ROWID"
            )
        for entries in self.lists:
            yield from self._list_statements(entries)

    def indexes(self) -> dict[str, str]:
        """The declared indexes: name to what makes it."""
        name = self.kind.name
        return {_index_name(name, each): _index(name, each, self.live[0]) for each in self.kind.indexes}

    def _list_statements(self, entries: Entries) -> Iterator[str]:
        """What an entry points at comes first in the key: that is what entries are looked for by."""
        columns = "".join(f", {quoted(f.name)} {_type(f)}{_never_null(entries, f)}" for f in entries.fields)
        refs = [field.name for field in entries.fields if isinstance(field, Ref)]
        key = ", ".join((*map(quoted, refs[:1]), "_row", "entry"))
        yield (
            f"CREATE TABLE IF NOT EXISTS {self.child(entries.name)} (_row INTEGER NOT NULL, entry TEXT NOT NULL"
            f"{columns}, PRIMARY KEY ({key})) STRICT, WITHOUT ROWID"
        )
        for name in refs[1:]:
            yield _index(f"{self.kind.name}__{entries.name}", (name,), f"{quoted(name)} <> ''")
        if isinstance(entries, Files):
            yield _index(f"{self.kind.name}__{entries.name}", ("sha256",), "stored IS NULL")


def is_packed(field: Field) -> bool:
    """Whether the field's value rests in its column as JSON."""
    return isinstance(field, Tags | Entries) or field.type == "any"


def tables_of(kinds: Mapping[str, Kind]) -> dict[str, KindTable]:
    """The table of every kind."""
    return {name: KindTable(kind) for name, kind in kinds.items()}


def create(db: Connection, tables: Mapping[str, KindTable]) -> bool:
    """Make what is missing: tables, columns, indexes. True when an older catalogue had been here.

    A field that became known takes its values out of ``_extra``; a table beside a kind that is new is filled.
    """
    statements = [text for table in tables.values() for text in table.statements()]
    counted = [repr(table.kind.summaries) for table in tables.values()]
    mark = hashlib.blake2b("\n".join([*statements, *counted]).encode(), digest_size=16).hexdigest()
    found = db.execute("SELECT v FROM meta WHERE k = 'catalogue'").fetchone()
    if found is not None and orjson.loads(found[0]) == mark:
        return False
    with writing(db):
        before = {name for (name,) in db.execute("SELECT name FROM sqlite_schema")}
        grown = [table for table in tables.values() if _add_columns(db, table, before)]
        _drop_old_indexes(db, tables)
        for text in statements:
            db.execute(text)
        for table in tables.values():
            if table in grown or _has_new_child(table, before):
                _tell_again(db, table)
        db.execute("INSERT OR REPLACE INTO meta VALUES ('catalogue', ?)", (orjson.dumps(mark),))
    return found is not None


def put_children(db: Connection, table: KindTable, row_id: int, fields: Mapping[str, Any]) -> None:
    """Write the tags and entries of one row beside it; there are none yet."""
    put_many_children(db, table, [(row_id, fields)])


def put_many_children(db: Connection, table: KindTable, rows: Sequence[tuple[int, Mapping[str, Any]]]) -> None:
    """The same for several rows."""
    for field in table.tags:
        tags = [(tag, row_id) for row_id, fields in rows for tag in fields.get(field.name) or ()]
        if tags:
            db.executemany(f"INSERT INTO {table.child(field.name)} VALUES (?, ?)", tags)
    for entries in table.lists:
        listed = [
            (row_id, each)
            for row_id, fields in rows
            for each in (fields.get(entries.name) or {}).items()
            if not _is_found(entries, fields, each[1])
        ]
        if listed:
            marks = ", ".join("?" * (len(entries.fields) + 2))
            put = f"INSERT INTO {table.child(entries.name)} VALUES ({marks})"
            db.executemany(put, [_entry_line(entries, row_id, *each) for row_id, each in listed])


def pointer_of(entries: Entries) -> str | None:
    """The field by which entries are looked for: the first that points at a record."""
    return next((field.name for field in entries.fields if isinstance(field, Ref)), None)


def _is_found(entries: Entries, fields: Mapping[str, Any], entry: Mapping[str, Any]) -> bool:
    """Whether the record's own field leads to the entry: a line beside the record would cost a save a page."""
    if not entries.found_by:
        return False
    pointed = entry.get(pointer_of(entries) or "")
    return pointed is not None and pointed == fields.get(entries.found_by)


def drop_children(db: Connection, table: KindTable, row_id: int, fields: Mapping[str, Any]) -> None:
    """Take out what ``put_children`` wrote for these fields."""
    for field in table.tags:
        if tags := fields.get(field.name):
            take = f"DELETE FROM {table.child(field.name)} WHERE tag = ? AND _row = ?"
            db.executemany(take, [(tag, row_id) for tag in tags])
    for entries in table.lists:
        if listed := fields.get(entries.name):
            first = pointer_of(entries)
            test = "" if first is None else f" AND {quoted(first)} = ?"
            take = f"DELETE FROM {table.child(entries.name)} WHERE _row = ? AND entry = ?{test}"
            refs = [() if first is None else (value.get(first) or "",) for value in listed.values()]
            keys = [(row_id, entry, *ref) for entry, ref in zip(listed, refs, strict=True)]
            db.executemany(take, keys)


def _entry_line(entries: Entries, row_id: int, entry: str, value: Mapping[str, Any]) -> list[Any]:
    return [row_id, entry, *(_entry_value(field, value.get(field.name)) for field in entries.fields)]


def _entry_value(field: Field, value: Any) -> Any:
    if isinstance(field, Ref):
        return value or ""
    return value if value is None or not is_packed(field) else orjson.dumps(value)


def _never_null(entries: Entries, field: Field) -> str:
    """A column of a key may not be NULL: an entry that points nowhere has ""."""
    return " NOT NULL" if isinstance(field, Ref) else ""


def _type(field: Field) -> str:
    return "BLOB" if is_packed(field) else field.column


def _index_name(table: str, names: Sequence[str]) -> str:
    return "_by_".join((table, "_".join(names)))


def _index(table: str, names: Sequence[str], where: str) -> str:
    index = quoted(_index_name(table, names))
    columns = ", ".join(map(quoted, names))
    return f"CREATE INDEX IF NOT EXISTS {index} ON {quoted(table)} ({columns}) WHERE {where}"


def _packer(field: Field) -> Any:
    if isinstance(field, Tags):
        return _packed_tags
    return _packed_list if isinstance(field, Entries) else orjson.dumps


_WRONG_TAGS = "标签的格式不对。"
_TEXT, _ENTRY = frozenset([str]), frozenset([dict])


def packed_column(packer: Callable[[Any], bytes | None], column: Sequence[Any]) -> list[bytes | None]:
    """A whole column of values of a field that rests as JSON. Raises ``Wrong``."""
    if packer is _packed_tags and {list, type(None)}.issuperset(map(type, column)):
        # Nearly every value is a short list of codes: they are looked at together.
        if not _TEXT.issuperset(map(type, chain.from_iterable(filter(None, column)))):
            raise Wrong(_WRONG_TAGS)
        return [orjson.dumps(value) if value else None for value in column]
    return [None if value is None else packer(value) for value in column]


def _packed_tags(value: Any) -> bytes | None:
    if not isinstance(value, list) or not _TEXT.issuperset(map(type, value)):
        raise Wrong(_WRONG_TAGS)
    return orjson.dumps(value) if value else None


def _packed_list(value: Any) -> bytes | None:
    if not isinstance(value, dict) or not _ENTRY.issuperset(map(type, value.values())):
        raise Wrong("名单的格式不对。")
    return orjson.dumps(value) if value else None


def _add_columns(db: Connection, table: KindTable, before: set[str]) -> bool:
    """Add the columns that the table lacks; True when there were such."""
    if table.kind.name not in before:
        return False
    there = {line[1] for line in db.execute(f"PRAGMA table_info({table.name})")}
    missing = [field for field in table.kind.fields if field.name not in there]
    if table.is_new and NEW not in there:
        db.execute(f"ALTER TABLE {table.name} ADD COLUMN {NEW} INTEGER")
    for field in missing:
        db.execute(f"ALTER TABLE {table.name} ADD COLUMN {quoted(field.name)} {_type(field)}")
    for entries in table.lists:
        _add_list_columns(db, table, entries, before)
    return bool(missing)


def _add_list_columns(db: Connection, table: KindTable, entries: Entries, before: set[str]) -> None:
    child = f"{table.kind.name}__{entries.name}"
    if child not in before:
        return
    names = {line[1] for line in db.execute(f"PRAGMA table_info({quoted(child)})")}
    if names != {"_row", "entry", *(field.name for field in entries.fields)}:
        # Made anew and filled again: its whole content also stands in the row.
        db.execute(f"DROP TABLE {quoted(child)}")
        before.discard(child)


def _has_new_child(table: KindTable, before: set[str]) -> bool:
    names = [f"{table.kind.name}__{field.name}" for field in (*table.tags, *table.lists)]
    return table.kind.name in before and not before.issuperset(names)


def _tell_again(db: Connection, table: KindTable) -> None:
    """Write each row's known fields into their columns, and the tables beside the kind from its rows."""
    for field in (*table.tags, *table.lists):
        db.execute(f"DELETE FROM {table.child(field.name)}")
    marks = ", ".join(f"{quoted(name)} = ?" for name in table.fields)
    for line in db.execute(table.select).fetchall():
        fields = table.unpacked(line[10:], line[9])
        if line[9] is not None:
            values = (table.extra(fields), *table.values(fields), line[0])
            db.execute(f"UPDATE {table.name} SET _extra = ?, {marks} WHERE _row = ?", values)
        if line[6] is None:
            put_children(db, table, line[0], fields)


def _drop_old_indexes(db: Connection, tables: Mapping[str, KindTable]) -> None:
    """An index that no declaration makes any more, or not in this way, only costs time."""
    wanted = {text.replace(" IF NOT EXISTS", "") for table in tables.values() for text in table.statements()}
    there = db.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL").fetchall()
    for name, made_by in there:
        kind = name.partition("_by_")[0].partition("__")[0]
        if "_by_" in name and kind in tables and made_by not in wanted:
            db.execute(f"DROP INDEX {quoted(name)}")

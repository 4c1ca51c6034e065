"""The tables that the kinds declare: one a kind, beside it one for each set of tags, list and summary."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson

from gridworker.records.fields import Entries, Field, Flag, Ref, Tags
from gridworker.records.kind import Kind, Summary
from gridworker.records.row import CREATED, Row, Stamp
from gridworker.records.wrong import Wrong
from gridworker.storage.connection import Connection, writing

OWN = ("id", "_bucket", "_ver", "_mark", "_writers", "_removed", "_standing", "_made", "_extra")
"""Columns of every kind table, after ``_row`` and before the fields.

``_ver`` and ``_mark`` are the centre's, the fields and ``_writers`` are what is shown; ``_standing``: see
``standing``; ``_made``: when the record was made, ms UTC; ``_extra``: fields that this version does not know.
"""


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
        self.tags = tuple(field for field in kind.fields if isinstance(field, Tags))
        self.lists = tuple(f for f in kind.fields if isinstance(f, Entries) and not f.hidden)
        self._packers = tuple((place, _packer(field)) for place, field in enumerate(kind.fields) if is_packed(field))
        self._packed = tuple(field.name for field in kind.fields if is_packed(field))
        self._flags = tuple(field.name for field in kind.fields if isinstance(field, Flag))
        columns = (*OWN, *self.fields)
        names = ", ".join(map(quoted, columns))
        self.insert = f"INSERT INTO {self.name} ({names}) VALUES ({', '.join('?' * len(columns))})"
        self.select = f"SELECT _row, {names} FROM {self.name}"

    def child(self, field: str) -> str:
        """The table beside this one that holds the tags or entries of ``field``."""
        return quoted(f"{self.kind.name}__{field}")

    def values(self, fields: Mapping[str, Any]) -> list[Any]:
        """The fields as columns. Raises ``Wrong`` for a set or list of the wrong shape."""
        get = fields.get
        values = [get(name) for name in self.fields]
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

    def unpacked(self, values: Sequence[Any], extra: bytes | None) -> dict[str, Any]:
        """The fields that have a value, from their columns."""
        fields = {n: v for n, v in zip(self.fields, values, strict=True) if v is not None}
        for name in self._packed:
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
            f"{fields}) STRICT"
        )
        yield (f"CREATE INDEX IF NOT EXISTS {quoted(self.kind.name + '_in_bucket')} ON {self.name} (_bucket)")
        for names in self.kind.indexes:
            yield _index(self.kind.name, names, "_removed IS NULL")
        for field in self.tags:
            yield (
                f"CREATE TABLE IF NOT EXISTS {self.child(field.name)} (tag TEXT NOT NULL, _row INTEGER NOT NULL,"
                " PRIMARY KEY (tag, _row)) STRICT, WITHOUT ROWID"
            )
        for entries in self.lists:
            yield from self._list_statements(entries)
        for summary in self.kind.summaries:
            yield from _summary_statements(summary)

    def _list_statements(self, entries: Entries) -> Iterator[str]:
        columns = "".join(f", {quoted(f.name)} {_type(f)}" for f in entries.fields)
        yield (
            f"CREATE TABLE IF NOT EXISTS {self.child(entries.name)} (_row INTEGER NOT NULL, entry TEXT NOT NULL"
            f"{columns}, PRIMARY KEY (_row, entry)) STRICT, WITHOUT ROWID"
        )
        for field in entries.fields:
            if isinstance(field, Ref):
                table = f"{self.kind.name}__{entries.name}"
                yield _index(table, (field.name,), f"{quoted(field.name)} IS NOT NULL")


def is_packed(field: Field) -> bool:
    """Whether the field's value rests in its column as JSON."""
    return isinstance(field, Tags | Entries) or field.type == "any"


def summary_table(summary: Summary) -> str:
    """The table in which a summary is kept."""
    return quoted(f"_sum_{summary.name}")


def tables_of(kinds: Mapping[str, Kind]) -> dict[str, KindTable]:
    """The table of every kind."""
    return {name: KindTable(kind) for name, kind in kinds.items()}


def create(db: Connection, tables: Mapping[str, KindTable]) -> bool:
    """Make what is missing: tables, columns, indexes. True when the catalogue is not the one of the last time.

    A field that became known takes its values out of ``_extra``; a table beside a kind that is new is filled.
    """
    statements = [text for table in tables.values() for text in table.statements()]
    mark = hashlib.blake2b("\n".join(statements).encode(), digest_size=16).hexdigest()
    found = db.execute("SELECT v FROM meta WHERE k = 'catalogue'").fetchone()
    if found is not None and orjson.loads(found[0]) == mark:
        return False
    with writing(db):
        before = {name for (name,) in db.execute("SELECT name FROM sqlite_schema")}
        grown = [table for table in tables.values() if _add_columns(db, table, before)]
        for text in statements:
            db.execute(text)
        _drop_old_indexes(db, tables)
        for table in tables.values():
            if table in grown or _has_new_child(table, before):
                _tell_again(db, table)
        db.execute("INSERT OR REPLACE INTO meta VALUES ('catalogue', ?)", (orjson.dumps(mark),))
    return True


def put_children(db: Connection, table: KindTable, row_id: int, fields: Mapping[str, Any]) -> None:
    """Write the tags and entries of one row beside it; there are none yet."""
    for field in table.tags:
        if tags := fields.get(field.name):
            put = f"INSERT INTO {table.child(field.name)} VALUES (?, ?)"
            db.executemany(put, [(tag, row_id) for tag in tags])
    for entries in table.lists:
        if listed := fields.get(entries.name):
            names = [field.name for field in entries.fields]
            marks = ", ".join("?" * (len(names) + 2))
            put = f"INSERT INTO {table.child(entries.name)} VALUES ({marks})"
            db.executemany(
                put,
                [(row_id, entry, *map(value.get, names)) for entry, value in listed.items()],
            )


def drop_children(db: Connection, table: KindTable, row_id: int, fields: Mapping[str, Any]) -> None:
    """Take out what ``put_children`` wrote for these fields."""
    for field in table.tags:
        if tags := fields.get(field.name):
            take = f"DELETE FROM {table.child(field.name)} WHERE tag = ? AND _row = ?"
            db.executemany(take, [(tag, row_id) for tag in tags])
    for entries in table.lists:
        if fields.get(entries.name):
            db.execute(f"DELETE FROM {table.child(entries.name)} WHERE _row = ?", (row_id,))


def _type(field: Field) -> str:
    return "BLOB" if is_packed(field) else field.column


def _index(table: str, names: Sequence[str], where: str) -> str:
    index = quoted("_by_".join((table, "_".join(names))))
    columns = ", ".join(map(quoted, names))
    return f"CREATE INDEX IF NOT EXISTS {index} ON {quoted(table)} ({columns}) WHERE {where}"


def _summary_statements(summary: Summary) -> Iterator[str]:
    table = summary_table(summary)
    by = "".join(f"{quoted(name)} ANY NOT NULL, " for name in summary.by)
    key = ", ".join(map(quoted, summary.by))
    yield (
        f"CREATE TABLE IF NOT EXISTS {table} ({by}_bucket INTEGER NOT NULL, n INTEGER NOT NULL,"
        f" latest ANY, PRIMARY KEY ({key}, _bucket)) STRICT, WITHOUT ROWID"
    )
    yield (f"CREATE INDEX IF NOT EXISTS {quoted('_sum_' + summary.name + '_in_bucket')} ON {table} (_bucket, latest)")


def _packer(field: Field) -> Any:
    if isinstance(field, Tags):
        return _packed_tags
    return _packed_list if isinstance(field, Entries) else orjson.dumps


def _packed_tags(value: Any) -> bytes | None:
    if not isinstance(value, list) or not all(isinstance(tag, str) for tag in value):
        raise Wrong("标签的格式不对。")
    return orjson.dumps(value) if value else None


def _packed_list(value: Any) -> bytes | None:
    if not isinstance(value, dict) or not all(isinstance(entry, dict) for entry in value.values()):
        raise Wrong("名单的格式不对。")
    return orjson.dumps(value) if value else None


def _add_columns(db: Connection, table: KindTable, before: set[str]) -> bool:
    """Add the columns that the table lacks; True when there were such."""
    if table.kind.name not in before:
        return False
    there = {line[1] for line in db.execute(f"PRAGMA table_info({table.name})")}
    missing = [field for field in table.kind.fields if field.name not in there]
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
    names += [f"_sum_{summary.name}" for summary in table.kind.summaries]
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
    buckets = db.execute("SELECT _row FROM bucket WHERE state NOT IN ('loading', 'dropping')").fetchall()
    for (bucket,) in buckets:
        rebuild(db, table, bucket)


def rebuild(db: Connection, table: KindTable, bucket: int) -> None:
    """Count the rows of one bucket anew."""
    for summary in table.kind.summaries:
        name = summary_table(summary)
        db.execute(f"DELETE FROM {name} WHERE _bucket = ?", (bucket,))
        by = ", ".join(f"coalesce({quoted(each)}, '')" for each in summary.by)
        latest = f"max({quoted(summary.latest)})" if summary.latest else "NULL"
        where, wanted = counted(summary)
        db.execute(
            f"INSERT INTO {name} SELECT {by}, _bucket, count(*), {latest} FROM {table.name}"
            f" WHERE _bucket = ? AND _removed IS NULL{where} GROUP BY {by}",
            (bucket, *wanted),
        )


def counted(summary: Summary) -> tuple[str, list[Any]]:
    """Which rows a summary counts, as SQL to append to a WHERE, with its values."""
    text, values = "", []
    for name, allowed in summary.where.items():
        given = [value for value in allowed if value is not None]
        either = [f"{quoted(name)} IN ({', '.join('?' * len(given))})"] if given else []
        either += [f"{quoted(name)} IS NULL"] if None in allowed else []
        text += f" AND ({' OR '.join(either)})"
        values += given
    return text, values


def _drop_old_indexes(db: Connection, tables: Mapping[str, KindTable]) -> None:
    """An index that no declaration names any more only costs time."""
    wanted = "\n".join(text for table in tables.values() for text in table.statements())
    names = [name for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'index'")]
    for name in names:
        kind = name.partition("_by_")[0].partition("__")[0]
        if "_by_" in name and kind in tables and quoted(name) not in wanted:
            db.execute(f"DROP INDEX {quoted(name)}")

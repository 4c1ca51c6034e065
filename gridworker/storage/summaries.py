"""Counts kept beside the rows, in the same transaction, so that an overview needs no scan."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from gridworker.records.kind import Summary
from gridworker.storage.file import UNSEEN, File
from gridworker.storage.tables import KindTable, quoted

_JOIN = "\x1f"
"""Between the values of a group with several; no field can hold it."""


_ADD = (
    "INSERT INTO summary VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET n = n + excluded.n,"
    " latest = max(coalesce(latest, excluded.latest), coalesce(excluded.latest, latest))"
)


class Place(NamedTuple):
    """Where a row counts: its bucket and its fields."""

    bucket: int
    fields: Mapping[str, Any]


class _Group(NamedTuple):
    bucket: int
    values: tuple[Any, ...]
    latest: Any


def name_of(table: KindTable, summary: Summary) -> str:
    """The summary's name in its table: those of one kind lie together, in the order of the declaration."""
    return f"{table.kind.name}{table.kind.summaries.index(summary)}"


def key_of(values: Sequence[Any]) -> str:
    """The key of a group."""
    return _JOIN.join("" if value is None else str(value) for value in values)


def shift(file: File, table: KindTable, before: Place | None, after: Place | None) -> None:
    """Count a row elsewhere: as it was, and as it is now; None where it does not count.

    Call it when the row itself is written: the latest of those that are left is read from them.
    """
    added = []
    for place, summary in enumerate(table.kind.summaries):
        old, new = _group(summary, before), _group(summary, after)
        if old == new:
            continue
        if old is not None:
            _take(file, table, summary, old)
        if new is not None:
            added.append((new.bucket, f"{table.kind.name}{place}", key_of(new.values), 1, new.latest))
    if added:
        file.db.executemany(_ADD, added)


def count(file: File, table: KindTable, bucket: int, rows: Sequence[Mapping[str, Any]]) -> None:
    """Count new rows of a bucket, all at once."""
    for summary in table.kind.summaries:
        groups: dict[tuple[Any, ...], list[Any]] = {}
        for fields in rows:
            if (group := _group(summary, Place(bucket, fields))) is not None:
                groups.setdefault(group.values, []).append(group.latest)
        for values, latest in groups.items():
            last = max((each for each in latest if each is not None), default=None)
            _add(file, table, summary, _Group(bucket, values, last), len(latest))


def totals(
    file: File, table: KindTable, name: str, where: Mapping[str, Any], by: tuple[str, ...]
) -> list[dict[str, Any]]:
    """The counts of the summary ``name``, added up per ``by``, over the groups with the values of ``where``."""
    summary = next(each for each in table.kind.summaries if each.name == name)
    if not {*where, *by} <= set(summary.by):
        raise KeyError(f"{name} is not counted by {sorted({*where, *by} - set(summary.by))}")
    found: dict[tuple[str, ...], dict[str, Any]] = {}
    for key, n, latest in _lines(file, table, summary):
        group = dict(zip(summary.by, key.split(_JOIN), strict=True))
        if all(group[field] == str(value) for field, value in where.items()):
            wanted = tuple(group[field] for field in by)
            line = found.setdefault(wanted, {**dict(zip(by, wanted, strict=True)), "n": 0, "latest": None})
            line["n"] += n
            line["latest"] = max((each for each in (line["latest"], latest) if each is not None), default=None)
    return list(found.values())


def rebuild(file: File, table: KindTable, bucket: int, local: Sequence[Mapping[str, Any]]) -> None:
    """Count the rows of one bucket, of which no count is left; ``local``: the fields of those that the centre does
    not know yet."""
    for summary in table.kind.summaries:
        by = ", ".join(map(quoted, summary.by))
        latest = f"max({quoted(summary.latest)})" if summary.latest else "NULL"
        test, wanted = _counted(summary)
        lines = file.db.execute(
            f"SELECT count(*), {latest}, {by} FROM {table.name}"
            f" WHERE _bucket = ? AND _ver > 0 AND _removed IS NULL{test} GROUP BY {by}",
            (bucket, *wanted),
        ).fetchall()
        for n, last, *values in lines:
            _add(file, table, summary, _Group(bucket, tuple(values), last), n)
    for fields in local:
        shift(file, table, None, Place(bucket, fields))


def drop(file: File, bucket: int) -> None:
    """Forget the counts of a bucket."""
    file.db.execute("DELETE FROM summary WHERE _bucket = ?", (bucket,))


def _lines(file: File, table: KindTable, summary: Summary) -> Iterator[tuple[str, int, Any]]:
    yield from file.db.execute(
        "SELECT s.key, s.n, s.latest FROM bucket AS b CROSS JOIN summary AS s ON s._bucket = b._row"
        f" WHERE s.name = ? AND b._row NOT IN ({UNSEEN})",
        (name_of(table, summary),),
    )


def _group(summary: Summary, place: Place | None) -> _Group | None:
    """The group that a row belongs to; None when it is not counted."""
    if place is None:
        return None
    fields = place.fields
    if any(fields.get(name) not in allowed for name, allowed in summary.where.items()):
        return None
    latest = fields.get(summary.latest) if summary.latest else None
    return _Group(place.bucket, tuple(fields.get(name) for name in summary.by), latest)


def _add(file: File, table: KindTable, summary: Summary, group: _Group, n: int) -> None:
    file.db.execute(_ADD, (group.bucket, name_of(table, summary), key_of(group.values), n, group.latest))


def _take(file: File, table: KindTable, summary: Summary, group: _Group) -> None:
    key = (group.bucket, name_of(table, summary), key_of(group.values))
    same = "_bucket = ? AND name = ? AND key = ?"
    file.db.execute(f"UPDATE summary SET n = n - 1 WHERE {same}", key)
    file.db.execute(f"DELETE FROM summary WHERE {same} AND n < 1", key)
    if not summary.latest:
        return
    test, wanted = _counted(summary)
    of_group = "".join(f" AND {quoted(name)} IS ?" for name in summary.by)
    select = f"SELECT max({quoted(summary.latest)}) AS t FROM {table.name} WHERE _bucket = ?{of_group}{test}"
    left = " UNION ALL ".join(f"{select} AND {live}" for live in table.live)
    values = (group.bucket, *group.values, *wanted) * len(table.live)
    file.db.execute(
        f"UPDATE summary SET latest = (SELECT max(t) FROM ({left})) WHERE {same} AND latest = ?",
        (*values, *key, group.latest),
    )


def _counted(summary: Summary) -> tuple[str, list[Any]]:
    """Which rows a summary counts, as SQL to append to a WHERE, with its values."""
    text, values = "", []
    for name, allowed in summary.where.items():
        given = [value for value in allowed if value is not None]
        either = [f"{quoted(name)} IN ({', '.join('?' * len(given))})"] if given else []
        either += [f"{quoted(name)} IS NULL"] if None in allowed else []
        text += f" AND ({' OR '.join(either)})"
        values += given
    return text, values

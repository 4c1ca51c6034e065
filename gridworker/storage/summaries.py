"""Counts kept beside the rows, so that an overview needs no scan.

They are kept in the transaction that writes the row, with one exception: where a kind is indexed later (``fresh``),
its new rows are not counted either until they are taken in. They are few, and whoever asks reads them; counting each
at once would cost its save a page.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from gridworker.records.kind import Summary
from gridworker.storage.file import UNSEEN, File
from gridworker.storage.tables import NEW, KindTable, quoted

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


class Counted(NamedTuple):
    """Rows of one bucket that count together."""

    bucket: int
    values: tuple[Any, ...]
    n: int
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
            added.append((new.bucket, f"{table.kind.name}{place}", key_of(new.values), new.n, new.latest))
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
            _add(file, table, summary, Counted(bucket, values, len(latest), last))


def take_in(file: File, table: KindTable, test: str, values: Sequence[Any]) -> None:
    """Count the new rows that meet ``test``; they are not new any more when the transaction is over."""
    shown = f"({test}) AND _removed IS NULL AND _bucket NOT IN ({UNSEEN})"
    for summary in table.kind.summaries:
        for counted in _grouped(file, table, summary, shown, values):
            _add(file, table, summary, counted)


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
    old = f" AND {NEW} IS NULL" if table.is_new else ""
    for summary in table.kind.summaries:
        test = f"_bucket = ? AND _ver > 0 AND _removed IS NULL{old}"
        for counted in _grouped(file, table, summary, test, (bucket,)):
            _add(file, table, summary, counted)
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
    for new in table.live[1:]:
        for counted in _grouped(file, table, summary, f"{new} AND _bucket NOT IN ({UNSEEN})", ()):
            yield key_of(counted.values), counted.n, counted.latest


def _grouped(file: File, table: KindTable, summary: Summary, test: str, values: Sequence[Any]) -> list[Counted]:
    """The rows that meet ``test``, counted."""
    by = ", ".join(map(quoted, summary.by))
    latest = f"max({quoted(summary.latest)})" if summary.latest else "NULL"
    counts, wanted = _counted(summary)
    lines = file.db.execute(
        f"SELECT _bucket, count(*), {latest}, {by} FROM {table.name} WHERE {test}{counts} GROUP BY _bucket, {by}",
        (*values, *wanted),
    ).fetchall()
    return [Counted(bucket, tuple(group), n, last) for bucket, n, last, *group in lines]


def _group(summary: Summary, place: Place | None) -> Counted | None:
    """The group that a row belongs to; None when it is not counted."""
    if place is None:
        return None
    fields = place.fields
    if any(fields.get(name) not in allowed for name, allowed in summary.where.items()):
        return None
    latest = fields.get(summary.latest) if summary.latest else None
    return Counted(place.bucket, tuple(fields.get(name) for name in summary.by), 1, latest)


def _add(file: File, table: KindTable, summary: Summary, group: Counted) -> None:
    file.db.execute(_ADD, (group.bucket, name_of(table, summary), key_of(group.values), group.n, group.latest))


def _take(file: File, table: KindTable, summary: Summary, group: Counted) -> None:
    key = (group.bucket, name_of(table, summary), key_of(group.values))
    same = "_bucket = ? AND name = ? AND key = ?"
    file.db.execute(f"UPDATE summary SET n = n - 1 WHERE {same}", key)
    file.db.execute(f"DELETE FROM summary WHERE {same} AND n < 1", key)
    if not summary.latest:
        return
    test, wanted = _counted(summary)
    of_group = "".join(f" AND {quoted(name)} IS ?" for name in summary.by)
    left = (
        f"SELECT max({quoted(summary.latest)}) FROM {table.name} WHERE {table.live[0]} AND _bucket = ?{of_group}{test}"
    )
    file.db.execute(
        f"UPDATE summary SET latest = ({left}) WHERE {same} AND latest = ?",
        (group.bucket, *group.values, *wanted, *key, group.latest),
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

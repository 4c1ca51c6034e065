"""Counts kept beside the rows, in the same transaction, so that an overview needs no scan."""

from collections.abc import Mapping
from typing import Any

from gridworker.records.kind import Summary
from gridworker.storage.connection import Connection
from gridworker.storage.file import UNSEEN, File
from gridworker.storage.tables import KindTable, counted, quoted, summary_table

Key = tuple[Any, ...]


def shift(
    file: File,
    table: KindTable,
    before: tuple[int, Mapping[str, Any]] | None,
    after: tuple[int, Mapping[str, Any]] | None,
) -> None:
    """Count a row elsewhere: ``(bucket, fields)`` as it was and as it is now; None where it does not count."""
    for summary in table.kind.summaries:
        old = _key(summary, before)
        new = _key(summary, after)
        if old == new:
            continue
        if old is not None:
            _take(file.db, table, summary, old)
        if new is not None:
            _add(file.db, summary, new)


def totals(
    file: File, table: KindTable, name: str, where: Mapping[str, Any], by: tuple[str, ...]
) -> list[dict[str, Any]]:
    """The counts of the summary ``name``, added up per ``by``, over the groups with these values."""
    summary = next(each for each in table.kind.summaries if each.name == name)
    if not {*where, *by} <= set(summary.by):
        raise KeyError(f"{name} is not counted by {sorted({*where, *by} - set(summary.by))}")
    columns = "".join(f"{quoted(each)}, " for each in by)
    tests = "".join(f" AND {quoted(each)} = ?" for each in where)
    group = f" GROUP BY {', '.join(map(quoted, by))}" if by else ""
    lines = file.db.execute(
        f"SELECT {columns}sum(n), max(latest) FROM {summary_table(summary)}"
        f" WHERE _bucket NOT IN ({UNSEEN}){tests}{group}",
        tuple(where.values()),
    )
    return [dict(zip((*by, "n", "latest"), line, strict=True)) for line in lines]


def _key(summary: Summary, place: tuple[int, Mapping[str, Any]] | None) -> Key | None:
    """The group that a row belongs to, the bucket, and its ``latest``; None when it is not counted."""
    if place is None:
        return None
    bucket, fields = place
    if any(fields.get(name) not in allowed for name, allowed in summary.where.items()):
        return None
    group = tuple("" if (v := fields.get(name)) is None else v for name in summary.by)
    return (*group, bucket, fields.get(summary.latest) if summary.latest else None)


def _add(db: Connection, summary: Summary, key: Key) -> None:
    db.execute(
        f"INSERT INTO {summary_table(summary)} VALUES ({'?, ' * (len(key) - 1)}1, ?)"
        " ON CONFLICT DO UPDATE SET n = n + 1,"
        " latest = max(coalesce(latest, excluded.latest), coalesce(excluded.latest, latest))",
        key,
    )


def _take(db: Connection, table: KindTable, summary: Summary, key: Key) -> None:
    """Call it when the row itself has been written: the latest of those that are left is read from them."""
    name = summary_table(summary)
    group = "".join(f"{quoted(each)} = ? AND " for each in summary.by) + "_bucket = ?"
    db.execute(f"UPDATE {name} SET n = n - 1 WHERE {group}", key[:-1])
    db.execute(f"DELETE FROM {name} WHERE {group} AND n < 1", key[:-1])
    if not summary.latest:
        return
    test = "".join(f" AND coalesce({quoted(each)}, '') = ?" for each in summary.by[1:])
    first = f"{quoted(summary.by[0])} = ?" if key[0] != "" else f"coalesce({quoted(summary.by[0])}, '') = ?"
    where, wanted = counted(summary)
    db.execute(
        f"UPDATE {name} SET latest = (SELECT max({quoted(summary.latest)}) FROM {table.name}"
        f" WHERE {first}{test} AND _bucket = ? AND _removed IS NULL{where})"
        f" WHERE {group} AND latest = ?",
        (*key[:-1], *wanted, *key),
    )

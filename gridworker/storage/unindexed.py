"""Rows that came in large pages: found at once by reading them, indexed for search in quiet moments."""

import time
from array import array
from collections.abc import Callable, Sequence

from gridworker.records.fields import Searched
from gridworker.records.several import Entries
from gridworker.storage import bare, fresh, query, search
from gridworker.storage.file import UNSEEN, File
from gridworker.storage.query import Order, Where
from gridworker.storage.search import Hit, Read
from gridworker.storage.search_query import words_typed
from gridworker.storage.tables import KindTable, quoted

STEP, MOST_WORDS = 150, 20_000
"""Rows indexed in one short transaction, and words, at most: about 20 ms, in which nobody can save."""
MOST_READ = 20_000
"""Rows that a search reads for itself, at most."""


def put_off(file: File, kind: str, first: int, last: int, bucket: int) -> None:
    """Note that the rows ``first`` to ``last`` of a kind, the last that it has, are not in the search index."""
    fresh.put_behind(file, file.tables[kind], first, last)
    _note(file, kind, first, last, bucket)


def _note(file: File, kind: str, first: int, last: int, bucket: int) -> None:
    file.db.execute(
        "INSERT INTO unindexed VALUES (?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET last = max(last, excluded.last), _bucket = excluded._bucket",
        (kind, first, last, bucket),
    )


def index_backlog(file: File, limit_ms: int, clock: Callable[[], float] = time.monotonic) -> bool:
    """Make the indexes that are missing and take in the rows that were put off, for about ``limit_ms``; True while
    some are left."""
    until = clock() + limit_ms / 1000
    while bare.dress_some(file):
        if clock() >= until:
            return True
    fresh.gather_quietly(file)
    while fresh.renew_some(file):
        if clock() >= until:
            return True
    while stretch := _next(file):
        _index_some(file, *stretch)
        if _can_be_read(file.tables[stretch[0]]):
            # Left alone, every sixteenth step would merge what those before it wrote, and hold the store for 100 ms.
            with file.writing():
                search.merge_some(file.db, stretch[0])
        if clock() >= until:
            return _next(file) is not None
    return False


def read_unindexed(file: File, text: str, kinds: Sequence[str], limit: int) -> list[tuple[str, int]]:
    """(kind, row) of rows not yet indexed in which ``text`` stands in a searched field."""
    found: list[tuple[str, int]] = []
    if not text.strip() or limit <= 0:
        return found
    stretches = file.db.execute(f"SELECT kind, first, last FROM unindexed WHERE _bucket NOT IN ({UNSEEN})").fetchall()
    for kind, first, last in stretches:
        table = file.tables.get(kind)
        if table is not None and (not kinds or kind in kinds) and _can_be_read(table):
            rows = _read(file, table, first, min(last, first + MOST_READ), text, limit - len(found))
            found += [(kind, row) for row in rows]
        if len(found) >= limit:
            break
    return found


def put_off_all(file: File, kind: str) -> None:
    """The index of a kind is new: all of its rows are to be indexed."""
    table = file.tables[kind]
    lines = file.db.execute(f"SELECT min(_row), max(_row), _bucket FROM {table.name} GROUP BY _bucket").fetchall()
    if lines:
        first, last = min(line[0] for line in lines), max(line[1] for line in lines)
        fresh.list_new(file, table)
        put_off(file, kind, first, last, lines[0][2])


def search_all(file: File, text: str, kinds: Sequence[str], limit: int) -> list[Hit]:
    """What the index answers, and what stands in rows that are not in it yet."""
    read = fresh.read(file, words_typed(text), kinds)
    hits = search.search(file.db, text, kinds, limit, read)
    known = {(hit.kind, hit.row) for hit in hits}
    for kind, row in read_unindexed(file, text, kinds, limit - len(hits)):
        if (kind, row) not in known:
            hits.append(_hit(file, kind, row))
    if not file.unseen():
        return hits
    found = {kind: [hit.row for hit in hits if hit.kind == kind] for kind in {hit.kind for hit in hits}}
    shown = {kind: set(query.visible(file, kind, rows)) for kind, rows in found.items()}
    return [hit for hit in hits if hit.row in shown[hit.kind]]


def search_ids(file: File, kind: str, text: str, where: Where, order: Order, limit: int | None) -> "array[int]":
    """Rows of a kind that answer ``text`` and meet every condition; newest first when no order is given."""
    read = fresh.read(file, words_typed(text), [kind]).get(kind)
    rows = _with(read, search.search_ids(file.db, kind, text, None))
    if unread := read_unindexed(file, text, [kind], MOST_READ):
        # Not before there is need of it: a hundred thousand rows are as many steps.
        known = set(rows)
        rows += [row for _, row in unread if row not in known]
    shown = query.among(file, kind, rows, where, order) if where or order else query.visible(file, kind, rows)
    return array("q", shown[:limit])


def _with(read: Read | None, rows: list[int]) -> list[int]:
    """All of them, each once, downwards: another connection may have indexed some since they were read."""
    newer = [hit.row for hit in read.hits] if read is not None else []
    stale = read.stale if read is not None else frozenset()
    if not stale and (not newer or not rows or rows[0] < newer[-1]):
        return newer + rows
    known = {*newer, *stale}
    return sorted([*newer, *(row for row in rows if row not in known)], reverse=True)


def _hit(file: File, kind: str, row: int) -> Hit:
    fields = query.page(file, kind, [row])[0]
    return Hit(kind, fields["id"], file.tables[kind].kind.title_of(fields), row, "")


def _next(file: File) -> tuple[str, int, int] | None:
    found = file.db.execute(
        f"SELECT kind, first, last FROM unindexed WHERE _bucket NOT IN ({UNSEEN}) LIMIT 1"
    ).fetchone()
    return None if found is None else (found[0], found[1], found[2])


def _index_some(file: File, kind: str, first: int, last: int) -> None:
    """The words are cut before the transaction, which is held half as long; should somebody have written meanwhile,
    they are cut again in it."""
    table = file.tables[kind]
    end = min(last, first + STEP - 1)
    before = _version(file)
    found, upto = _cut(file, table, first, end)
    with file.writing():
        if _version(file) != before:
            found, upto = _cut(file, table, first, end)
        search.put(file.db, table.kind, found)
        file.db.execute("DELETE FROM unindexed WHERE kind = ? AND first = ?", (kind, first))
        if upto < last:
            bucket = _bucket_at(file, table, upto + 1, last)
            if bucket is not None:
                _note(file, kind, upto + 1, last, bucket)


def _version(file: File) -> int:
    """Another number when another connection has written."""
    return int(file.db.execute("PRAGMA data_version").fetchone()[0])


def _cut(file: File, table: KindTable, first: int, last: int) -> tuple[search.Cut, int]:
    """The words of rows from the first one on, and up to which row they are cut."""
    query = f"{table.select} WHERE _row BETWEEN ? AND ? AND _removed IS NULL ORDER BY _row"
    found: search.Cut = {}
    words = 0
    for line in file.db.execute(query, (first, last)).fetchall():
        found |= search.cut(table.kind, [(line[0], line[1], table.unpacked(line[10:], line[9]))])
        doc = found[line[0]]
        words += len(doc.words) if doc is not None else 0
        if words >= MOST_WORDS:
            return found, int(line[0])
    return found, last


def _bucket_at(file: File, table: KindTable, first: int, last: int) -> int | None:
    """The bucket of the rest; None when nothing of it is left."""
    found = file.db.execute(
        f"SELECT _bucket FROM {table.name} WHERE _row BETWEEN ? AND ? LIMIT 1", (first, last)
    ).fetchone()
    return None if found is None else int(found[0])


def _read(file: File, table: KindTable, first: int, last: int, text: str, limit: int) -> list[int]:
    """Rows in which every word stands somewhere, as it was typed: no pinyin, for the seconds that this takes."""
    places = [quoted(field.name) for field in table.kind.searched_fields]
    places += [f"CAST({quoted(each.name)} AS TEXT)" for each in table.lists if _is_searched(each)]
    tests, asked = "", []
    for word in text.split():
        # What has no large and small letters is found in half the time by its bytes.
        by_bytes = word.lower() == word.upper()
        test = "instr({}, ?)" if by_bytes else "{} LIKE ? ESCAPE '\\'"
        tests += f" AND ({' OR '.join(map(test.format, places))})"
        asked += [word if by_bytes else f"%{_escaped(word)}%"] * len(places)
    lines = file.db.execute(
        f"SELECT _row FROM {table.name} WHERE _row BETWEEN ? AND ? AND _removed IS NULL{tests} LIMIT ?",
        (first, last, *asked, limit),
    )
    return [row for (row,) in lines]


def _can_be_read(table: KindTable) -> bool:
    return bool(table.kind.searched_fields) or any(map(_is_searched, table.lists))


def _is_searched(entries: Entries) -> bool:
    return any(field.searched is not Searched.NO for field in entries.fields)


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")

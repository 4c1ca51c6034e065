"""Finds records by name, pinyin, initials, a piece of an address or of a text, telephone and number.

Each kind with searched fields has two tables. ``search_<kind>`` is FTS5 without content or places:
single characters, pairs, and marked words for pinyin and numbers (``search_text``); prefixes of
these are as fast there as in B-trees of their own, in half the space. ``search_<kind>_doc`` keeps
what was indexed: to take exactly those words out again, to look twice, and to name the hit.
Every function works on an open connection, inside the transaction of its caller.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from heapq import merge
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import orjson

from gridworker.records.kind import Kind
from gridworker.storage.search_query import Word, answering, certain, expression, words_typed
from gridworker.storage.search_text import Part, parts_of, searched_paths, words_of

if TYPE_CHECKING:
    from sqlcipher3.dbapi2 import Connection

VERSION = 1
"""To be raised when other words are made of the same fields: every index is then built anew."""
MOST_CHECKED = 1_000
"""So many finds at most get a second look; it takes 20 µs each."""
AT_ONCE = 500
"""Rows written together."""
NOTHING: Mapping[str, "Read"] = {}

_SETTINGS = {"secure-delete": 1, "automerge": 0, "crisismerge": 16, "pgsz": 3900}
"""Words of removed records are gone at once. Merging is left to ``tidy``: it would hold up every
64th save for 30 ms. A leaf fits into one page of SQLCipher, which keeps 80 of 4096 bytes to itself."""


@dataclass(frozen=True)
class Hit:
    """One record that was found."""

    kind: str
    id: str
    title: str
    row: int
    field: str
    """The path of the field that answers the first word: ``head_name``, ``parties/name``."""


class Read(NamedTuple):
    """What was found by reading records of a kind, the newest first, instead of asking the index."""

    hits: list[Hit]
    stale: frozenset[int]
    """Rows of which the index has former words: nothing that it says of them counts."""


@dataclass(frozen=True)
class _Doc:
    """What is kept of an indexed record."""

    row: int
    id: str
    title: str
    parts: list[Part]

    @cached_property
    def words(self) -> frozenset[str]:
        """What it is found by; to be asked for before a transaction begins, where many are."""
        return frozenset(words_of(self.parts))


Cut: TypeAlias = dict[int, _Doc | None]
"""By row: what it is to be found by; None where it is not."""


def create(db: "Connection", kinds: Iterable[Kind]) -> frozenset[str]:
    """Make the tables of ``kinds`` where they are missing or of another shape.

    Returns the names of the kinds whose index is new and empty: their rows, if there are any,
    must be handed to ``index_many``.
    """
    db.execute(
        "CREATE TABLE IF NOT EXISTS search_kind (kind TEXT PRIMARY KEY, shape TEXT NOT NULL,"
        " upto INTEGER NOT NULL DEFAULT 0)"
    )
    _let_new_rows_wait(db)
    db.execute(
        "CREATE TABLE IF NOT EXISTS search_stale (kind TEXT NOT NULL, row INTEGER NOT NULL, PRIMARY KEY (kind, row))"
        " STRICT, WITHOUT ROWID"
    )
    made = dict(db.execute("SELECT kind, shape FROM search_kind"))
    wanted = {kind.name: shape for kind in kinds if (shape := _shape(kind))}
    stale = {name: shape for name, shape in wanted.items() if made.get(name) != shape}
    for name, shape in stale.items():
        _make_tables(db, name)
        db.execute("INSERT OR REPLACE INTO search_kind (kind, shape) VALUES (?, ?)", (name, shape))
    return frozenset(stale)


def indexed(db: "Connection") -> dict[str, int]:
    """The kinds that can be searched, in the order in which they were declared: up to which row they are indexed.

    What is above is new, and is read (``fresh``).
    """
    return dict(db.execute("SELECT kind, upto FROM search_kind ORDER BY rowid").fetchall())


def indexed_up_to(db: "Connection", kind: str) -> int | None:
    """Up to which row a kind is indexed; None when nothing of it is searched."""
    found = db.execute("SELECT upto FROM search_kind WHERE kind = ?", (kind,)).fetchone()
    return None if found is None else int(found[0])


def note_indexed(db: "Connection", kind: str, upto: int) -> None:
    """The rows up to ``upto`` are indexed, or noted as not indexed."""
    db.execute("UPDATE search_kind SET upto = ? WHERE kind = ? AND upto < ?", (upto, kind, upto))


def stale(db: "Connection", kind: str) -> frozenset[int]:
    """The rows that were written anew and are still indexed by their former words."""
    return frozenset(row for (row,) in db.execute("SELECT row FROM search_stale WHERE kind = ?", (kind,)))


def note_stale(db: "Connection", kind: str, rows: Iterable[int]) -> None:
    """These rows were written anew: they are read until they are indexed again."""
    db.executemany("INSERT OR IGNORE INTO search_stale VALUES (?, ?)", [(kind, row) for row in rows])


def index(db: "Connection", kind: Kind, row_id: int, record: str, fields: Mapping[str, Any] | None) -> None:
    """Let a record be found by its shown ``fields``, or no longer when they are None."""
    index_many(db, kind, [(row_id, record, fields)])


def index_many(db: "Connection", kind: Kind, rows: Iterable[tuple[int, str, Mapping[str, Any] | None]]) -> None:
    """The same as ``index`` for many (row, record, fields); a row may come once only."""
    coming = iter(rows)
    while some := list(islice(coming, AT_ONCE)):
        put(db, kind, cut(kind, some))


def cut(kind: Kind, rows: Iterable[tuple[int, str, Mapping[str, Any] | None]]) -> Cut:
    """The first half of ``index_many``, for which no transaction is needed."""
    return {
        row: _Doc(row, record, kind.title_of(fields), parts) if fields and (parts := parts_of(kind, fields)) else None
        for row, record, fields in rows
    }


def put(db: "Connection", kind: Kind, found: Cut) -> None:
    """The other half, of not too many rows."""
    if stale(db, kind.name):
        old = [(kind.name, row) for row in found]
        db.executemany("DELETE FROM search_stale WHERE kind = ? AND row = ?", old)
    after = {row: doc for row, doc in found.items() if doc is not None}
    if after or searched_paths(kind):  # a kind of which nothing is searched has no tables
        _write(db, kind.name, _docs(db, kind.name, list(found)), after)


def search(
    db: "Connection", text: str, kinds: Sequence[str] = (), limit: int = 50, read: Mapping[str, Read] = NOTHING
) -> list[Hit]:
    """At most ``limit`` records that answer every word of ``text``: kind after kind, newest first.

    ``kinds`` gives names and order; none means all. Kinds with few hits keep theirs when others
    have many. ``read``: what was found, by kind, among rows that the index does not know, or not as they are.
    """
    words = words_typed(text)
    if not words:
        return []
    known = indexed(db)
    wanted = [name for name in kinds or known if name in known]
    found = [list(islice(_with(read.get(name), _hits(db, name, words)), limit)) for name in wanted]
    return [hit for hits in _fairly(found, limit) for hit in hits]


def search_ids(db: "Connection", kind: str, text: str, limit: int | None = None) -> list[int]:
    """The rows of one kind that answer every word of ``text``, newest first.

    Above ``MOST_CHECKED`` rows a word of three or more characters is taken as found where all of
    its pairs are, which in rare cases is somewhere else in the same record.
    """
    words = words_typed(text)
    if not words or kind not in indexed(db):
        return []
    rows = _rows(db, kind, expression(words), -1 if limit is None else max(limit, MOST_CHECKED + 1))
    if len(rows) <= MOST_CHECKED and not all(word.sure for word in words):
        exact = certain(words)
        known = set() if exact is None else set(_rows(db, kind, exact, -1))
        parts = _parts_by_row(db, kind, [row for row in rows if row not in known])
        rows = [row for row in rows if row in known or answering(words, parts[row]) is not None]
    return rows[:limit]


def _rows(db: "Connection", kind: str, match: str, most: int) -> list[int]:
    sql = (
        f'SELECT json_group_array(rowid) FROM (SELECT rowid FROM "search_{kind}"'
        f' WHERE "search_{kind}" MATCH ? ORDER BY rowid DESC LIMIT ?)'
    )
    ((found,),) = db.execute(sql, (match, most))  # row by row takes twice as long
    return sorted(orjson.loads(found), reverse=True)


def tidy(db: "Connection", pages: int = 50) -> bool:
    """Merge what many small saves left behind, about ``pages`` pages a kind; True: there is more.

    To be called from the local background lane, each time in a transaction of its own; a call with
    50 pages takes about 20 ms.
    """
    more = False
    for name in indexed(db):
        more |= merge_some(db, name, pages)
    return more


def merge_some(db: "Connection", kind: str, pages: int = 50) -> bool:
    """The same of one kind."""
    before = db.total_changes
    db.execute(f'INSERT INTO "search_{kind}" ("search_{kind}", rank) VALUES (?, ?)', ("merge", pages))
    return bool(db.total_changes - before >= 2)  # one change is the command itself


def _hits(db: "Connection", kind: str, words: list[Word]) -> Iterator[Hit]:
    sql = (
        f'SELECT d.row, d.id, d.title, d.parts FROM "search_{kind}" AS s CROSS JOIN "search_{kind}_doc" AS d'
        f' ON d.row = s.rowid WHERE "search_{kind}" MATCH ? ORDER BY s.rowid DESC'
    )
    with closing(db.execute(sql, (expression(words),))) as rows:
        for checked, (row, record, title, parts) in enumerate(rows):
            field = answering(words, _parts(parts))
            if field is not None or checked >= MOST_CHECKED:
                yield Hit(kind, record, title, row, field or "")


def _with(read: Read | None, found: Iterator[Hit]) -> Iterator[Hit]:
    """All of them, each once: another connection may have indexed some since they were read."""
    if read is None:
        return found
    known = {*read.stale, *(hit.row for hit in read.hits)}
    return merge(read.hits, (hit for hit in found if hit.row not in known), key=lambda hit: -hit.row)


def _fairly(found: list[list[Hit]], limit: int) -> list[list[Hit]]:
    """Shorten the longest lists until all together hold no more than ``limit``."""
    lengths = [len(hits) for hits in found]
    while sum(lengths) > limit:
        longest = max(range(len(lengths)), key=lengths.__getitem__)
        lengths[longest] -= 1
    return [hits[:length] for hits, length in zip(found, lengths, strict=True)]


def _write(db: "Connection", kind: str, before: dict[int, _Doc], after: dict[int, _Doc]) -> None:
    """Put the words that are new into the index and take out those that are gone."""
    changed = [doc for row, doc in after.items() if before.get(row) != doc]
    removed = [row for row in before if row not in after]
    gone, new = _words_moved(before, {doc.row: doc for doc in changed}, removed)
    fts, docs = f'"search_{kind}"', f'"search_{kind}_doc"'
    if gone:
        db.executemany(f"INSERT INTO {fts} ({fts}, rowid, words) VALUES ('delete', ?, ?)", gone)
    if new:
        db.executemany(f"INSERT INTO {fts} (rowid, words) VALUES (?, ?)", new)
    if removed:
        db.executemany(f"DELETE FROM {docs} WHERE row = ?", [(row,) for row in removed])
    if changed:
        db.executemany(f"INSERT OR REPLACE INTO {docs} VALUES (?, ?, ?, ?)", map(_kept, changed))


_Words: TypeAlias = list[tuple[int, str]]


def _words_moved(before: dict[int, _Doc], changed: dict[int, _Doc], removed: list[int]) -> tuple[_Words, _Words]:
    """The words to take out and to put in, by row.

    FTS5 counts its rows by these two: a row that stays is in both, if only without words.
    """
    gone: _Words = [(row, " ".join(before[row].words)) for row in removed]
    new: _Words = []
    for row, doc in changed.items():
        had: frozenset[str] = before[row].words if row in before else frozenset()
        if row in before:
            gone.append((row, " ".join(had - doc.words)))
        new.append((row, " ".join(doc.words - had if had else doc.words)))
    return gone, new


def _parts_by_row(db: "Connection", kind: str, rows: list[int]) -> dict[int, list[Part]]:
    found = {}
    for start in range(0, len(rows), AT_ONCE):
        some = rows[start : start + AT_ONCE]
        marks = ", ".join("?" * len(some))
        for row, parts in db.execute(f'SELECT row, parts FROM "search_{kind}_doc" WHERE row IN ({marks})', some):
            found[row] = _parts(parts)
    return found


def _docs(db: "Connection", kind: str, rows: list[int]) -> dict[int, _Doc]:
    docs = {}
    for start in range(0, len(rows), AT_ONCE):
        some = rows[start : start + AT_ONCE]
        marks = ", ".join("?" * len(some))
        sql = f'SELECT row, id, title, parts FROM "search_{kind}_doc" WHERE row IN ({marks})'
        for row, record, title, parts in db.execute(sql, some):
            docs[row] = _Doc(row, record, title, _parts(parts))
    return docs


def _kept(doc: _Doc) -> tuple[int, str, str, str]:
    parts = orjson.dumps([(part.field, part.searched, part.text) for part in doc.parts])
    return doc.row, doc.id, doc.title, parts.decode()


def _parts(kept: str) -> list[Part]:
    return list(map(Part._make, orjson.loads(kept)))


def _let_new_rows_wait(db: "Connection") -> None:
    """In a store of an older program every row is indexed already, or noted as not indexed."""
    if "upto" in {line[1] for line in db.execute("PRAGMA table_info(search_kind)")}:
        return
    db.execute("ALTER TABLE search_kind ADD COLUMN upto INTEGER NOT NULL DEFAULT 0")
    for (kind,) in db.execute("SELECT kind FROM search_kind").fetchall():
        db.execute(
            f'UPDATE search_kind SET upto = (SELECT coalesce(max(_row), 0) FROM "{kind}") WHERE kind = ?', (kind,)
        )


def _shape(kind: Kind) -> str:
    """What an index of this kind looks like; "" when nothing of it is searched."""
    paths = searched_paths(kind)
    return f"{VERSION} {orjson.dumps(paths).decode()}" if paths else ""


def _make_tables(db: "Connection", kind: str) -> None:
    fts = f'"search_{kind}"'
    db.execute("DELETE FROM search_stale WHERE kind = ?", (kind,))
    db.execute(f"DROP TABLE IF EXISTS {fts}")
    db.execute(f'DROP TABLE IF EXISTS "search_{kind}_doc"')
    db.execute(
        f"CREATE VIRTUAL TABLE {fts} USING fts5(words, content = '', detail = none, columnsize = 0, tokenize = 'ascii')"
    )
    for setting, value in _SETTINGS.items():
        db.execute(f"INSERT INTO {fts} ({fts}, rank) VALUES (?, ?)", (setting, value))
    db.execute(
        f'CREATE TABLE "search_{kind}_doc"'
        " (row INTEGER PRIMARY KEY, id TEXT NOT NULL, title TEXT NOT NULL, parts TEXT NOT NULL)"
    )

"""New records: found by reading them, and taken into the indexes together when some have gathered.

The words of one record lie on six or seven pages of the search index, those of a hundred on not many more. So a save
writes none of them; a search reads the few rows that are newer than the index, and judges them as exactly as it
judges what the index gives. ``search.indexed_up_to`` says where the new ones begin. The same holds for the indexes
by which the records of a kind are listed and for its counts, where the kind says so: see ``KindTable.live``.

Records that the centre has sent anew are read in the same way until they are indexed by their new words.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from gridworker.storage import search, summaries
from gridworker.storage.file import File
from gridworker.storage.search import Hit, Read
from gridworker.storage.search_query import Word, answering
from gridworker.storage.search_text import parts_of
from gridworker.storage.tables import NEW, KindTable, quoted

MOST = 300
"""So many new rows of a kind at most are left to be read, 10 ms of a search; quiet moments leave far fewer."""
WORTH_IT = 20
"""From so many on they are taken in when there is nothing else to do."""
AT_ONCE = 20
"""Records indexed anew in one short transaction: each takes a millisecond."""


def tell(file: File, table: KindTable, row_id: int, record: str, fields: Mapping[str, Any] | None) -> None:
    """Let a record be found by its shown ``fields``, or no longer when they are None. The row is written already."""
    upto = search.indexed_up_to(file.db, table.kind.name)
    if upto is None:
        return
    if row_id <= upto:
        # Written now, and yet not above: its number had been another's.
        list_new(file, table, f"{NEW} = 1 AND _row = ?", row_id)
        search.index(file.db, table.kind, row_id, record, fields)
    elif row_id - upto >= MOST:
        gather(file, table)


def gather(file: File, table: KindTable, before: int | None = None) -> None:
    """Take the new rows of a kind into the index; only those ``before`` a row."""
    kind = table.kind.name
    upto = search.indexed_up_to(file.db, kind)
    if upto is None:
        return
    end = before or 1 + _last(file, table)
    if end <= upto + 1:
        return
    test = "_row > ? AND _row < ? AND _removed IS NULL"
    lines = file.db.execute(f"{table.select} WHERE {test}", (upto, end)).fetchall()
    search.index_many(file.db, table.kind, [(line[0], line[1], table.unpacked(line[10:], line[9])) for line in lines])
    list_new(file, table, f"{table.is_new} AND _row < ?", end)
    search.note_indexed(file.db, kind, end - 1)


def list_new(file: File, table: KindTable, test: str = f"{NEW} = 1", *values: int) -> None:
    """Let new rows of a kind into the indexes by which records are listed, and into the counts."""
    if table.is_new:
        summaries.take_in(file, table, test, values)
        file.db.execute(f"UPDATE {table.name} SET {NEW} = NULL WHERE {test}", values)


def is_new(file: File, table: KindTable, row_id: int) -> bool:
    """Whether a row is in no declared index and no count yet."""
    query = f"SELECT 1 FROM {table.name} WHERE _row = ? AND {NEW} = 1"
    return bool(table.is_new) and file.db.execute(query, (row_id,)).fetchone() is not None


def gather_quietly(file: File) -> None:
    """Take in the new rows of every kind that has enough of them, each in a short transaction."""
    for kind, upto in search.indexed(file.db).items():
        table = file.tables.get(kind)
        if table is not None and _last(file, table) - upto >= WORTH_IT:
            with file.writing():
                gather(file, table)


def tell_anew(file: File, table: KindTable, rows: Sequence[tuple[int, str, Mapping[str, Any]]]) -> None:
    """Let records (row, id, fields) be found by what they say now; no row of them is above the index."""
    if search.indexed_up_to(file.db, table.kind.name) is None:
        return
    if len(search.stale(file.db, table.kind.name)) + len(rows) > MOST:
        search.index_many(file.db, table.kind, rows)
    else:
        search.note_stale(file.db, table.kind.name, [row for row, _, _ in rows])


def renew_some(file: File) -> bool:
    """Index a few records by what they say now, in a transaction of its own; False: all are."""
    found = file.db.execute("SELECT kind FROM search_stale LIMIT 1").fetchone()
    if found is None:
        return False
    table = file.tables.get(found[0])
    with file.writing():
        if table is None:
            file.db.execute("DELETE FROM search_stale WHERE kind = ?", found)
            return True
        rows = sorted(search.stale(file.db, table.kind.name))[:AT_ONCE]
        some = f"_row IN ({', '.join(map(str, rows))})"
        lines = file.db.execute(f"{table.select} WHERE {some} AND _removed IS NULL").fetchall()
        shown = {line[0]: (line[1], table.unpacked(line[10:], line[9])) for line in lines}
        search.index_many(file.db, table.kind, [(row, *shown.get(row, ("", None))) for row in rows])
    return True


def put_behind(file: File, table: KindTable, first: int, last: int) -> None:
    """The rows ``first`` to ``last`` came together and are taken in later; what is older and new goes in now."""
    gather(file, table, before=first)
    search.note_indexed(file.db, table.kind.name, last)


def read(file: File, words: Sequence[Word], kinds: Sequence[str]) -> dict[str, Read]:
    """The records that answer every word and are new, or were written anew, by kind."""
    if not words:
        return {}
    upto = search.indexed(file.db)
    return {
        kind: _of_kind(file, file.tables[kind], words, upto[kind])
        for kind in kinds or upto
        if kind in upto and kind in file.tables
    }


def _of_kind(file: File, table: KindTable, words: Sequence[Word], upto: int) -> Read:
    names = table.told
    columns = ", ".join(map(quoted, names))
    stale = search.stale(file.db, table.kind.name)
    some = f"(_row > ? OR _row IN ({', '.join(map(str, stale))}))" if stale else "_row > ?"
    lines = file.db.execute(
        f"SELECT _row, id, {columns} FROM {table.name} WHERE {some} AND _removed IS NULL ORDER BY _row DESC", (upto,)
    ).fetchall()
    found = []
    for row, record, *values in lines:
        fields = table.unpacked(values, None, names)
        if (field := answering(words, parts_of(table.kind, fields))) is not None:
            found.append(Hit(table.kind.name, record, table.kind.title_of(fields), row, field))
    return Read(found, stale)


def _last(file: File, table: KindTable) -> int:
    return int(file.db.execute(f"SELECT coalesce(max(_row), 0) FROM {table.name}").fetchone()[0])

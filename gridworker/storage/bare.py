"""Indexes of a kind that is loaded for the first time are made once, not row by row: in the quiet moment behind it.

Until then whatever asks finds the same, only more slowly.
"""

from collections.abc import Iterator

from gridworker.storage.file import File
from gridworker.storage.tables import KindTable, quoted

MOST = 20_000
"""Rows of a kind without its indexes, at most; making one takes 20 ms then."""
_NOTE = "bare"


def strip(file: File, table: KindTable) -> None:
    """Take the declared indexes off an empty table, inside the transaction that is open."""
    if not table.kind.indexes:
        return
    for name in table.indexes():
        file.db.execute(f"DROP INDEX IF EXISTS {quoted(name)}")
    file.note(_NOTE, sorted({*file.meta(_NOTE, []), table.kind.name}))


def dress(file: File) -> None:
    """Make all indexes that are missing: nobody waits yet."""
    for step in _missing(file, file.meta(_NOTE, [])):
        _make(file, *step)


def dress_large(file: File) -> None:
    """Make those of the tables that have grown large while they are still being loaded."""
    large = [kind for kind in file.meta(_NOTE, []) if kind in file.tables and _rows(file, file.tables[kind]) > MOST]
    for step in _missing(file, large):
        _make(file, *step)


def dress_some(file: File) -> bool:
    """Make one that is missing, when nothing is being loaded any more; False: none was."""
    kinds = file.meta(_NOTE, [])
    if not kinds or file.db.execute("SELECT 1 FROM bucket WHERE state = 'loading'").fetchone() is not None:
        return False
    step = next(_missing(file, kinds), None)
    if step is not None:
        _make(file, *step)
    return step is not None


def _missing(file: File, kinds: list[str]) -> Iterator[tuple[str, str, bool]]:
    """(kind, what makes an index of it that is not there, whether that is the kind's last one)."""
    for kind in kinds:
        wanted = file.tables[kind].indexes() if kind in file.tables else {}
        there = {name for (name,) in file.db.execute("SELECT name FROM sqlite_schema WHERE type = 'index'")}
        lacking = [text for name, text in wanted.items() if name not in there]
        for place, text in enumerate(lacking or [""], 1):
            yield kind, text, place >= len(lacking)


def _make(file: File, kind: str, text: str, is_last: bool) -> None:
    with file.writing():
        if text:
            file.db.execute(text)
        if is_last:
            file.note(_NOTE, [each for each in file.meta(_NOTE, []) if each != kind])


def _rows(file: File, table: KindTable) -> int:
    return int(file.db.execute(f"SELECT coalesce(max(_row), 0) FROM {table.name}").fetchone()[0])

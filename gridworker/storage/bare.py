"""Indexes of a kind that is loaded for the first time are made once at its end, not row by row."""

from gridworker.storage.file import File
from gridworker.storage.tables import KindTable, quoted

MOST = 20_000
"""Rows of a kind without its indexes, at most; making them takes 50 ms then."""
_NOTE = "bare"


def strip(file: File, table: KindTable) -> None:
    """Take the declared indexes off an empty table, inside the transaction that is open."""
    if not table.kind.indexes:
        return
    for name in table.indexes():
        file.db.execute(f"DROP INDEX IF EXISTS {quoted(name)}")
    file.note(_NOTE, sorted({*file.meta(_NOTE, []), table.kind.name}))


def dress(file: File, *, all_of_them: bool = False) -> None:
    """Make the indexes that are missing, when nothing is being loaded any more or a table has grown large."""
    kinds = [kind for kind in file.meta(_NOTE, []) if kind in file.tables]
    if not kinds:
        return
    is_over = all_of_them or file.db.execute("SELECT 1 FROM bucket WHERE state = 'loading'").fetchone() is None
    for kind in kinds:
        if is_over or _rows(file, file.tables[kind]) > MOST:
            with file.writing():
                for text in file.tables[kind].indexes().values():
                    file.db.execute(text)
                file.note(_NOTE, [each for each in file.meta(_NOTE, []) if each != kind])


def _rows(file: File, table: KindTable) -> int:
    return int(file.db.execute(f"SELECT coalesce(max(_row), 0) FROM {table.name}").fetchone()[0])

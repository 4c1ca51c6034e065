"""The rows of a full store put raw into an empty file, by a program that is nothing but the driver.

It stands by itself, since our store tells the driver once for the whole process to take NULL and bytes as they are:
with that, putting rows in raw takes half the time, and what a plain program takes could not be seen.
"""

import sys
import time
from pathlib import Path

from sqlcipher3 import dbapi2

_AS_A_STORE = ("journal_mode = WAL", "synchronous = FULL", "secure_delete = ON", "cache_size = -32000")


def main(full: str, empty: str, key: str, *tables: str) -> None:
    """Prints how many ms it took."""
    source, target = _opened(full, key), _opened(empty, key)
    lines = {}
    for table in tables:
        made_by = "SELECT sql FROM sqlite_schema WHERE tbl_name = ? AND sql IS NOT NULL ORDER BY type DESC"
        for (text,) in source.execute(made_by, (table,)).fetchall():
            target.execute(text)
        lines[table] = source.execute(f'SELECT * FROM "{table}"').fetchall()
    start = time.perf_counter()
    target.execute("BEGIN IMMEDIATE")
    for table, rows in lines.items():
        marks = ", ".join("?" * len(rows[0])) if rows else ""
        target.executemany(f'INSERT INTO "{table}" VALUES ({marks})', rows)
    target.execute("COMMIT")
    print((time.perf_counter() - start) * 1000)


def _opened(path: str, key: str) -> dbapi2.Connection:
    db = dbapi2.connect(str(Path(path)), isolation_level=None)
    db.execute(f"PRAGMA key = \"x'{key}'\"")
    for pragma in _AS_A_STORE:
        db.execute(f"PRAGMA {pragma}")
    return db


if __name__ == "__main__":
    main(*sys.argv[1:])

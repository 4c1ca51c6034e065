"""Opens the encrypted file and says how a write to it begins and ends."""

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TypeAlias

from sqlcipher3 import dbapi2

Connection: TypeAlias = dbapi2.Connection

KEY_BYTES = 32
BUSY_MS = 5_000
"""How long a write waits for the other process of the same worker."""

for _plain in (type(None), bytes):
    # Where nothing is registered the driver looks into the protocols of each value, four microseconds for a NULL, and
    # most columns of a row are NULL.
    dbapi2.register_adapter(_plain, lambda value: value)
dbapi2.register_adapter(bool, int)

_PRAGMAS = (
    "temp_store = MEMORY",
    "journal_mode = WAL",
    # FULL: after a power cut everything that was confirmed to a person is still there.
    "synchronous = FULL",
    "secure_delete = ON",
    f"busy_timeout = {BUSY_MS}",
    "cache_size = -32000",
    # A checkpoint inside a save would be felt; `Store.tidy` and closing do it in quiet moments.
    "wal_autocheckpoint = 8000",
    "journal_size_limit = 4194304",
    "trusted_schema = OFF",
)


def connect(path: Path, key: bytes) -> Connection:
    """A connection with the raw ``key`` (32 bytes). Nothing was read yet: a wrong key shows at the first read."""
    if len(key) != KEY_BYTES:
        raise ValueError("a store key has 32 bytes")
    if not path.exists():
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    db = dbapi2.connect(str(path), isolation_level=None, cached_statements=1024, timeout=BUSY_MS / 1000)
    db.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
    return db


def prepare(db: Connection) -> None:
    """The settings under which every store is read and written."""
    for pragma in _PRAGMAS:
        db.execute(f"PRAGMA {pragma}")


@contextmanager
def writing(db: Connection, begin: str = "BEGIN IMMEDIATE") -> Iterator[None]:
    """One write transaction, taken at once, so that no reader has to become a writer half-way."""
    db.execute(begin)
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        # A full disk may already have ended the transaction.
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


def reading(db: Connection) -> AbstractContextManager[None]:
    """One transaction that reads, and in rare cases finds that it has to write."""
    return writing(db, "BEGIN")

"""Whole, encrypted copies of the store, and the way back from one."""

import os
from pathlib import Path

from gridworker.storage.connection import Connection, connect


def folder_of(path: Path) -> Path:
    """Where a store's own copies lie."""
    return path.with_name(path.name + ".backups")


def copy(db: Connection, path: Path, key: bytes) -> None:
    """Write a copy of the open store to ``path``; a copy that was there before is replaced only by a whole one."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = path.with_name(path.name + ".part")
    part.unlink(missing_ok=True)
    target = connect(part, key)
    try:
        target.execute("PRAGMA synchronous = FULL")
        db.backup(target)
    except BaseException:
        target.close()
        part.unlink(missing_ok=True)
        raise
    target.close()
    os.replace(part, path)


def before_migration(db: Connection, path: Path, folder: Path, key: bytes) -> Path:
    """A copy named by the store's version."""
    version = db.execute("PRAGMA user_version").fetchone()[0]
    target = folder / f"{path.stem}-{version}{path.suffix}"
    copy(db, target, key)
    return target


def is_sound(db: Connection) -> bool:
    """Whether every page bears its seal (HMAC) and the tables agree with their indexes."""
    seals = db.execute("PRAGMA cipher_integrity_check").fetchall()
    return not seals and db.execute("PRAGMA quick_check").fetchone()[0] == "ok"

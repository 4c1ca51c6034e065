"""Puts a backup in the place of a store; what was written since the backup comes along where it can be read."""

import os
from pathlib import Path

from gridworker.errors import StoreDamaged
from gridworker.storage import backup
from gridworker.storage.faults import turned
from gridworker.storage.store import Store


def put_back(path: Path, key: bytes, source: Path, aside: Path) -> int:
    """The copy ``source`` becomes the store at ``path``; the files that were there go into the folder ``aside``.

    How many unsent changes came along from them. The store must be closed everywhere. Raises ``StoreDamaged``
    when the copy is not sound or bears another key: then nothing was touched. At its next sync the centre
    recognises the older state, and the store goes on under a new incarnation.
    """
    return int(turned(_put_back)(path, key, source, aside))


def _put_back(path: Path, key: bytes, source: Path, aside: Path) -> int:
    new = path.with_name(path.name + ".restored")
    if not source.stat().st_size:
        raise StoreDamaged("the backup is empty")
    backup.remove(new)
    try:
        _copy(source, new)
        store = Store.open(new, key, backups=backup.folder_of(path))
        try:
            if not store.check():
                raise StoreDamaged("the backup is not sound")
            carried = store.carry_over(path, key)
        finally:
            store.close()
        _exchange(path, new, aside)
    finally:
        backup.remove(new)
    return carried


def _copy(source: Path, target: Path) -> None:
    descriptor = os.open(target, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    with source.open("rb") as old, os.fdopen(descriptor, "wb") as new:
        while piece := old.read(1 << 20):
            new.write(piece)
        new.flush()
        os.fsync(new.fileno())


def _exchange(path: Path, new: Path, aside: Path) -> None:
    aside.mkdir(parents=True, exist_ok=True, mode=0o700)
    for part in backup.parts(path):
        if part.exists():
            os.replace(part, aside / part.name)
    os.replace(new, path)

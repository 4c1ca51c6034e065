"""Puts a backup in the place of a store; what was written since the backup comes along where it can be read."""

import logging
import os
from pathlib import Path

from gridworker.errors import StoreDamaged
from gridworker.storage import backup
from gridworker.storage.connection import connect
from gridworker.storage.faults import FAULTS, turned
from gridworker.storage.store import Store
from gridworker.storage.whole_file import make_folder, sync_folder

LOG = logging.getLogger(__name__)


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
        _exchange(path, new, aside, key)
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


def _exchange(path: Path, new: Path, aside: Path, key: bytes) -> None:
    """One renaming puts the new store in the place of the old: a power cut finds one of the two there, never none."""
    make_folder(aside)
    _fold_in(path, key)
    for part in backup.parts(path)[1:]:
        if part.exists():  # of a store that cannot be read; the new one must not be taken to be its file
            os.replace(part, aside / part.name)
    if path.exists():
        _keep(path, aside / path.name)
    sync_folder(aside)
    os.replace(new, path)
    sync_folder(path.parent)


def _fold_in(path: Path, key: bytes) -> None:
    """Let the file hold all that is in its log, as far as it can be read."""
    if not path.exists():
        return
    db = connect(path, key)
    try:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    except FAULTS:
        LOG.info("the log of the store that is replaced cannot be folded in")
    finally:
        db.close()


def _keep(path: Path, aside: Path) -> None:
    """A second name for the file, or a copy where a file system knows only one name for each."""
    aside.unlink(missing_ok=True)
    try:
        os.link(path, aside)
    except OSError:
        _copy(path, aside)

"""Whole, encrypted copies of the store, and the way back from one without losing what was written since."""

import logging
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from gridworker.errors import StoreDamaged
from gridworker.storage import outbox, project
from gridworker.storage.connection import Connection, connect
from gridworker.storage.faults import FAULTS
from gridworker.storage.file import File
from gridworker.storage.whole_file import make_folder, sync_folder

LOG = logging.getLogger(__name__)

_UNSETTLED = ("new", "sent", "held", "accepted", "attention")
"""``sent``: as waiting changes were called when their push was under way, in copies from before that went."""


def folder_of(path: Path) -> Path:
    """Where a store's own copies lie."""
    return path.with_name(path.name + ".backups")


def copy(db: Connection, path: Path, key: bytes | None) -> None:
    """Write a copy of the open store to ``path``, under the same key, without the traces of what was deleted.

    A copy that was there before is replaced only by a whole one. With ``key`` the copy is opened and looked at
    first. Raises ``StoreDamaged`` when it is not sound.
    """
    make_folder(path.parent)
    part = path.with_name(path.name + ".part")
    remove(part)
    os.close(os.open(part, os.O_CREAT | os.O_RDWR, 0o600))
    try:
        db.execute("VACUUM INTO ?", (str(part),))
        if key is not None:
            _look_at(part, key)
        _sync(part)
        for left in parts(path)[1:]:  # beside a copy that somebody opened: it would be taken for a part of this one
            left.unlink(missing_ok=True)
        os.replace(part, path)
        sync_folder(path.parent)
    finally:
        remove(part)


def before_migration(db: Connection, path: Path, folder: Path) -> Path:
    """A copy named by the store's version."""
    version = db.execute("PRAGMA user_version").fetchone()[0]
    target = folder / f"{path.stem}-{version}{path.suffix}"
    copy(db, target, None)
    return target


def is_sound(db: Connection) -> bool:
    """Whether every page bears its seal (HMAC) and the tables agree with their indexes."""
    seals = db.execute("PRAGMA cipher_integrity_check").fetchall()
    return not seals and bool(db.execute("PRAGMA quick_check").fetchone()[0] == "ok")


def renew(db: Connection, path: Path) -> int:
    """The store's own copies hold what has been let go since: one new copy takes their place. How many went."""
    old = sorted(folder_of(path).glob("*.db"))
    if old:
        copy(db, old[-1], None)
        for each in old[:-1]:
            remove(each)
    return len(old)


class Unsent(NamedTuple):
    """What a store holds that the centre may not have, line by line as it lies there."""

    changes: list[Any]
    drafts: list[Any]
    buckets: list[Any]
    boxes: list[Any]


def unsent_of(path: Path, key: bytes) -> Unsent:
    """What a store holds that the centre may not have, as far as it can still be read."""
    if not path.exists():
        return Unsent([], [], [], [])
    db = connect(path, key)
    try:
        marks = ", ".join("?" * len(_UNSETTLED))
        changes = db.execute(
            f"SELECT {_CARRIED} FROM outbox WHERE state IN ({marks}) ORDER BY _row", _UNSETTLED
        ).fetchall()
        drafts = db.execute("SELECT key, form, title, fields, at FROM draft").fetchall()
        buckets = db.execute("SELECT id, class, region, record FROM bucket").fetchall()
        has_boxes = db.execute("SELECT 1 FROM sqlite_schema WHERE name = 'owed'").fetchone()  # not before step 4
        boxes = db.execute("SELECT box FROM owed ORDER BY _row").fetchall() if has_boxes else []
        return Unsent(changes, drafts, buckets, boxes)
    except FAULTS as fault:
        LOG.info("the store that is replaced cannot be read: %s", type(fault).__name__)
        return Unsent([], [], [], [])
    finally:
        db.close()


def carry_over(file: File, unsent: Unsent) -> int:
    """Put into a restored store what its successor held and it does not have; how many changes.

    The changes are handed in again: what the centre has already, it knows by its id.
    """
    changes, drafts, buckets, boxes = unsent
    with file.writing():
        known = {change for (change,) in file.db.execute("SELECT id FROM outbox")}
        missing = [line for line in changes if line[0] not in known]
        file.db.executemany(
            "INSERT OR IGNORE INTO bucket (id, class, region, record, state) VALUES (?, ?, ?, ?, 'loading')", buckets
        )
        _put_changes(file, missing)
        file.db.executemany(
            "INSERT INTO draft VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET form = excluded.form,"
            " title = excluded.title, fields = excluded.fields, at = excluded.at WHERE excluded.at > at",
            drafts,
        )
        file.db.executemany("INSERT INTO owed (incarnation, n, box, waits) VALUES (0, 0, ?, 1)", boxes)
        project.tell_all_again(file, {(line[5], line[6]) for line in missing})
    return len(missing)


_CARRIED = "id, tx, act, author, state, kind, record, bucket, hlc, body, before, made_at, code, reason, settled_at"


def _put_changes(file: File, lines: Iterable[Any]) -> None:
    incarnation, next_n, _ = outbox.numbers(file)
    for n, (name, tx, act, author, state, *rest) in enumerate(lines, next_n):
        state = "attention" if state == "attention" else "new"
        file.db.execute(
            f"INSERT INTO outbox (incarnation, n, laid, {_CARRIED})"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (incarnation, n, int(state == "new"), name, tx, act, author, state, *rest),
        )


def _look_at(path: Path, key: bytes) -> None:
    """A copy that was never opened is no backup."""
    db = connect(path, key)
    try:
        if not is_sound(db):
            raise StoreDamaged("the copy is not sound")
    except FAULTS as fault:
        raise StoreDamaged(type(fault).__name__) from None
    finally:
        db.close()


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def parts(path: Path) -> tuple[Path, ...]:
    """The files of a store: its own, and those that SQLite may have left beside it."""
    return path, *(path.with_name(path.name + end) for end in ("-wal", "-shm", "-journal"))


def remove(path: Path) -> None:
    """Delete a store's files."""
    for part in parts(path):
        part.unlink(missing_ok=True)

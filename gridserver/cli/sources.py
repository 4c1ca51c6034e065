"""From what a centre can be restored: a dump in one file, or an archive of base copies and the log since."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from gridserver import archive
from gridserver.archive import Archive, Part
from gridserver.backup import SUFFIX, Secret, pieces, read_head
from gridserver.beginning import new_id
from gridserver.errors import CommandFailed
from gridserver.keys import Keys
from gridserver.storage import dump, embedded, migrate, recover
from gridserver.storage.engine import connect
from gridserver.storage.recover import Piece

_NEWER = "the backup was made by a newer centre; install that version, nothing was changed"


class Source(Protocol):
    """One of the two."""

    @property
    def path(self) -> Path:
        """The file in which it lies, or with which it begins."""

    @property
    def made_at(self) -> int:
        """ms UTC: what came in before is in it."""

    def check(self) -> Keys:
        """The centre's keys in it. Raises ``CommandFailed`` when it cannot be read, or is a newer centre's."""

    def restore(self, url: str, epoch: str) -> None:
        """Puts it in the place of everything in that database, under a new epoch. Raises ``CommandFailed``."""

    def copy(self) -> AbstractContextManager[str]:
        """The address of a scratch server that holds it, until the end of the block."""


class DumpSource:
    """A dump."""

    def __init__(self, path: Path, secret: Secret) -> None:
        self.path, self._secret = path, secret
        self._head = read_head(path)
        self.made_at = int(self._head["made_at"])

    def check(self) -> Keys:
        """Reads the whole file."""
        if self._head["schema"] not in migrate.steps():
            raise CommandFailed(_NEWER)
        content = pieces(self.path, self._secret)
        kept: dict[str, Any] = json.loads(next(content))
        for _ in content:
            pass
        return Keys(bytes.fromhex(kept["sign"]), bytes.fromhex(kept["seal"]))

    def restore(self, url: str, epoch: str) -> None:
        """In one transaction."""
        content = pieces(self.path, self._secret)
        next(content)  # the keys
        dump.restore(url, embedded.programs(), content, dump.Rebirth(epoch, self.made_at))

    @contextmanager
    def copy(self) -> Iterator[str]:
        """In an empty database."""
        with recover.scratch(embedded.programs()) as url:
            self.restore(url, new_id())
            yield url


class ArchiveSource:
    """An archive, to its end or to a moment (``to``, ms UTC)."""

    def __init__(self, kept: Archive, to: int | None) -> None:
        self._archive, self._to = kept, to
        self._base: Part = archive.base_for(kept, to)
        end = kept.end(self._base.start)
        self._logs = [part for part in kept.logs() if self._base.start < part.end and part.start < end]
        last = max(part.made_at for part in self._logs)
        self.made_at = last if to is None else min(last, to)
        self.path = self._base.path

    def check(self) -> Keys:
        """The head and the keys; the rest is read when the scratch server rises from it."""
        head, keys, _ = self._archive.base_of(self._base)
        if head["schema"] not in migrate.steps():
            raise CommandFailed(_NEWER)
        if reason := archive.why_not_here(str(head.get("system", "")), archive.here()):
            raise CommandFailed(reason)
        return keys

    def restore(self, url: str, epoch: str) -> None:
        """By way of a scratch server; nothing is touched before that stands."""
        with self.copy() as risen:
            engine = connect(risen, pool=1)
            try:
                with dump.dump(engine, risen, embedded.programs()) as reading:
                    dump.restore(url, embedded.programs(), reading.pieces, dump.Rebirth(epoch, self.made_at))
            finally:
                engine.dispose()

    @contextmanager
    def copy(self) -> Iterator[str]:
        """The server as it was."""
        head, _, tar = self._archive.base_of(self._base)
        log = [Piece(part.start, partial(self._archive.log_of, part)) for part in self._logs]
        source = recover.Source(tar, log, head["segment"], head["timeline"], head["user"], head["database"])
        with recover.risen(source, _programs(int(head["major"])), self._to) as url:
            yield url


def find(folder: Path, secret: Secret, to: int | None = None) -> Source:
    """What is newest in a folder, or the file that is named; ``to``: only an archive reaches a moment.

    Raises ``CommandFailed``.
    """
    if folder.is_file():
        return DumpSource(folder, secret)
    kept = archive.newest(folder, secret, bytes, to)
    archived = ArchiveSource(kept, to) if kept is not None else None
    dumps = sorted(folder.glob(f"*{SUFFIX}")) if folder.is_dir() else []
    if to is not None:
        if archived is None:
            raise CommandFailed(f"there is no archive in {folder} that reaches back to that moment")
        return archived
    dumped = DumpSource(dumps[-1], secret) if dumps else None
    found = [each for each in (dumped, archived) if each is not None]
    if not found:
        raise CommandFailed(f"there is no backup in {folder}")
    return max(found, key=lambda each: each.made_at)


def _programs(major: int) -> Path:
    """PostgreSQL's programs of this major: what a server wrote only its own major reads."""
    if major == embedded.MAJOR:
        return embedded.programs()
    for found in embedded.installed(major, sys.platform, os.environ):
        if (found / "postgres").exists() or (found / "postgres.exe").exists():
            return found
    raise CommandFailed(
        f"the archive is of PostgreSQL {major}, which is not installed on this machine (or is it elsewhere? name the"
        " folder of its programs in GRIDWORKER_POSTGRESQL)"
    )

"""Copies of attached files beside a backup: each encrypted once, and put back where the records speak of it.

They lie in ``files/`` under the backup's folder, named by a hash of where the bytes lie, so that a name tells
nothing about a file; a file never changes, so one copy is enough for all backups of a folder.
"""

import hashlib
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from gridserver.backup import PIECE, Secret, Writer, pieces
from gridserver.errors import CommandFailed
from gridserver.storage.files import Stored
from gridserver.storage.stacks import Stacks, sync_folder


@dataclass(frozen=True)
class Copies:
    """The copies in one folder of backups."""

    folder: Path
    secret: Secret
    chance: Callable[[int], bytes]

    @classmethod
    def beside(cls, backups: Path, secret: Secret, chance: Callable[[int], bytes]) -> "Copies":
        """Those of a folder of backups."""
        return cls(backups / "files", secret, chance)

    def add(self, stored: Iterable[Stored], stacks: Stacks, now: int) -> int:
        """Copies what is not there yet; how many. Raises ``CommandFailed`` for a file whose bytes are not here."""
        made = 0
        for each in stored:
            path = self._path(each)
            if path.exists():
                continue
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            writer = Writer(path, self.secret, {"made_at": now, "schema": ""}, self.chance)
            try:
                _write(writer, stacks.path(each.home, each.sha256))
            except BaseException:
                writer.give_up()
                raise
            made += 1
        return made

    def let_go(self, gone: Iterable[Stored]) -> int:
        """What no backup of this folder speaks of any more; how many copies went."""
        went = 0
        for each in gone:
            path = self._path(each)
            if path.exists():
                path.unlink()
                went += 1
        return went

    def missing(self, stored: Iterable[Stored]) -> int:
        """Of how many there is no copy."""
        return sum(not self._path(each).exists() for each in stored)

    def put_back(self, stored: Iterable[Stored], stacks: Stacks) -> tuple[int, int]:
        """Puts the bytes that are not in the stacks back into them, compared; how many, and how many have no copy."""
        back = lost = 0
        for each in stored:
            path = stacks.path(each.home, each.sha256)
            if path.exists():
                continue
            if not self._path(each).exists():
                lost += 1
                continue
            self._put_back(each, path)
            back += 1
        return back, lost

    def _put_back(self, stored: Stored, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        partial, digest = path.with_name(path.name + ".partial"), hashlib.sha256()
        with open(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            for piece in pieces(self._path(stored), self.secret):
                digest.update(piece)
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        if digest.hexdigest() != stored.sha256:
            partial.unlink()
            raise CommandFailed(f"the copy of file {stored.n} is another one")
        partial.replace(path)
        sync_folder(path.parent)

    def _path(self, stored: Stored) -> Path:
        name = hashlib.sha256(f"{stored.home}/{stored.sha256}".encode()).hexdigest()
        return self.folder / name[:2] / f"{name}.copy"


def _write(writer: Writer, source: Path) -> None:
    try:
        with open(source, "rb") as file:
            while piece := file.read(PIECE):
                writer.write(piece)
    except FileNotFoundError:
        raise CommandFailed("the bytes of an attached file are not where they should be: look at the disk") from None
    writer.finish()

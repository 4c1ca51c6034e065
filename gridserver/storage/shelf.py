"""The shelf: files that never change, each named by its SHA-256, whole or not there."""

import hashlib
import os
import tempfile
import threading
from collections.abc import Collection, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

_UNFINISHED = ".part"


@dataclass(frozen=True)
class Shelf:
    """One folder, for the centre's eyes only: what lies there is names and addresses."""

    folder: Path
    _turns: dict[str, threading.Lock] = field(default_factory=dict, compare=False)

    def path(self, sha: str, size: int) -> Path | None:
        """The file of this name, when it is there and has so many bytes."""
        path = self.folder / sha
        try:
            return path if path.stat().st_size == size else None
        except OSError:
            return None

    def put(self, pieces: Iterable[bytes]) -> tuple[str, int]:
        """A new file of these bytes: its name and its size. Only a part of it is in memory at any time."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        sha, size = hashlib.sha256(), 0
        handle, name = tempfile.mkstemp(_UNFINISHED, dir=self.folder)
        try:
            with os.fdopen(handle, "wb") as file:
                for piece in pieces:
                    sha.update(piece)
                    size += file.write(piece)
                file.flush()
                os.fsync(file.fileno())
            os.replace(name, self.folder / sha.hexdigest())
        except BaseException:
            os.unlink(name)
            raise
        return sha.hexdigest(), size

    def sweep(self, kept: Collection[str], before: float) -> int:
        """Takes away what is not ``kept`` and was not touched since ``before`` (s UTC); how many files."""
        gone = 0
        for path in self.folder.glob("*"):
            if path.name not in kept and path.stat().st_mtime < before:
                path.unlink(missing_ok=True)
                gone += 1
        return gone

    def turn(self, name: str) -> AbstractContextManager[object]:
        """One at a time: who finds that a file is to be made may find it made by the one before him."""
        return self._turns.setdefault(name, threading.Lock())

"""Locks that live in files and die with the process that holds them, however it dies."""

import contextlib
import sys
import time
from pathlib import Path
from typing import IO

if sys.platform == "win32":
    import msvcrt

    def _lock(file: IO[bytes]) -> None:
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(file: IO[bytes]) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


_PAUSE = 0.05
"""Seconds between two tries."""


class FileLock:
    """One file that one holder at a time has locked."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[bytes] | None = None

    def try_take(self) -> bool:
        """Takes it if nobody else holds it."""
        file = open(self._path, "ab")  # noqa: SIM115 - stays open for as long as the lock is held
        try:
            _lock(file)
        except OSError:
            file.close()
            return False
        self._file = file
        return True

    def take(self, wait: float) -> bool:
        """Takes it, waiting for ``wait`` seconds at most."""
        until = time.monotonic() + wait
        while not self.try_take():
            if time.monotonic() > until:
                return False
            time.sleep(_PAUSE)
        return True

    def release(self, *, forget: bool = False) -> None:
        """Lets it go; ``forget`` removes the file too, which only its holder may do."""
        if self._file is None:
            return
        if forget:
            with contextlib.suppress(OSError):  # Windows keeps an open file; the next one to look removes it
                self._path.unlink()
        self._file.close()
        self._file = None


class Users:
    """Who uses a folder at this moment: one lock file a user."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        self._name = name
        self._mine: FileLock | None = None

    def enter(self) -> None:
        """Counts this user in."""
        self._folder.mkdir(exist_ok=True, mode=0o700)
        self._mine = FileLock(self._folder / f"{self._name}.lock")
        if not self._mine.try_take():
            raise RuntimeError("two users of one name")

    def leave(self) -> None:
        """Counts this user out."""
        if self._mine is not None:
            self._mine.release(forget=True)
            self._mine = None

    def others(self) -> bool:
        """Whether somebody else is in; what dead processes left is cleared away."""
        if not self._folder.exists():
            return False
        return any(self._is_live(path) for path in self._folder.glob("*.lock"))

    def _is_live(self, path: Path) -> bool:
        if self._mine is not None and path.stem == self._name:
            return False
        lock = FileLock(path)
        if not lock.try_take():
            return True
        lock.release(forget=True)
        return False

"""Locks between programs: one window a store, one program that syncs it.

The operating system holds them, so that they are gone with the program that took them, however it
ended. The file says who that is and stays.
"""

import json
import os
import sys
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType

from gridworker.errors import StoreBusy

if sys.platform == "win32":
    import msvcrt

    _FAR = 1 << 30
    """Windows lets nobody read a locked byte: one far behind the note is taken."""

    def _take(handle: int) -> None:
        os.lseek(handle, _FAR, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _take(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


@dataclass(frozen=True)
class Holder:
    """The program that holds a lock."""

    pid: int
    socket: str = ""
    """The local socket on which it listens for being brought to the front; "" when on none."""


class FileLock:
    """One lock; taken twice in one program it is busy too. ``busy``: what a person is told then."""

    def __init__(self, path: Path, busy: str = "") -> None:
        self._path = path
        self._busy = busy
        self._handle: int | None = None

    def take(self, socket: str = "") -> "FileLock":
        """Hold the lock and note who does. Raises ``StoreBusy``; then ask ``holder``."""
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _take(handle)
        except OSError:
            os.close(handle)
            raise StoreBusy("locked", advice=self._busy) from None
        self._handle = handle
        self._note(json.dumps(asdict(Holder(os.getpid(), socket))))
        return self

    def holder(self) -> Holder | None:
        """Who holds the lock, as noted; None when nobody noted it."""
        try:
            noted = json.loads(self._path.read_text("utf-8"))
            return Holder(int(noted["pid"]), str(noted["socket"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def release(self) -> None:
        """Let go; nothing when it is not held."""
        if self._handle is None:
            return
        self._note("")
        os.close(self._handle)  # which unlocks
        self._handle = None

    def __enter__(self) -> "FileLock":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

    def _note(self, words: str) -> None:
        assert self._handle is not None
        with suppress(OSError):  # the disk is full: the lock holds without its note
            os.ftruncate(self._handle, 0)
            os.lseek(self._handle, 0, os.SEEK_SET)
            os.write(self._handle, words.encode())

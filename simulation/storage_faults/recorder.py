"""The library beneath the store: it notes each write, and lets some fail. It is compiled where it is used."""

import ctypes
import errno
import os
import shutil
import struct
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

SOURCE = Path(__file__).with_name("recorder.c")
ROOT = SOURCE.parents[2]
WRITES, SYNCS, CUTS, OPENS, NAMES = 1, 2, 4, 8, 16
"""Sorts of calls that can be made to fail."""

_HEAD = struct.Struct("=cIQI")
OPEN, MADE, RENAME, LINK, REMOVE = b"o", b"c", b"r", b"l", b"u"
WRITE, SYNC, CUT, MARK = b"w", b"s", b"t", b"m"


class Note(NamedTuple):
    """One call. ``file``: a number that an opened file has until it is closed; ``body``: bytes, or names."""

    what: bytes
    file: int
    offset: int
    body: bytes


class NoCompiler(Exception):
    """There is no C compiler on this machine."""


def compiled(folder: Path) -> Path:
    """The library, made in this folder."""
    compiler = next((found for name in ("cc", "gcc", "clang") if (found := shutil.which(name))), None)
    if compiler is None:
        raise NoCompiler("a C compiler is needed: installers/bootstrap.sh test")
    library = folder / "recorder.so"
    command = [compiler, "-O2", "-Wall", "-Werror", "-shared", "-fPIC", "-o", str(library), str(SOURCE), "-ldl"]
    subprocess.run(command, check=True)
    return library


def quick_folder() -> str | None:
    """Where images cost no disk: a folder in memory, or the usual one."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


def child(library: Path, module: str, arguments: Sequence[str], **how: object) -> "subprocess.Popen[str]":
    """A Python of its own with the library beneath it."""
    surroundings: Mapping[str, str] = {**os.environ, "LD_PRELOAD": str(library), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", module, *arguments]
    return subprocess.Popen(command, cwd=ROOT, env=surroundings, text=True, **how)  # type: ignore[call-overload, no-any-return]


class Recorder:
    """What the library has noted since ``begin``; one a process."""

    def __init__(self) -> None:
        library = ctypes.CDLL(None)
        if not hasattr(library, "t2_begin"):
            raise RuntimeError("start this through recorder.child: the library is not beneath it")
        library.t2_used.restype = ctypes.c_size_t
        library.t2_notes.restype = ctypes.c_void_p
        library.t2_failed.restype = ctypes.c_long
        library.t2_space.argtypes = [ctypes.c_long]
        library.t2_fail.argtypes = [ctypes.c_int, ctypes.c_long, ctypes.c_int, ctypes.c_long]
        self._library = library

    def begin(self, folder: Path) -> None:
        """From here on all that happens to files below this folder is noted."""
        self._library.t2_begin(str(folder).encode())
        self.heal()

    def end(self) -> None:
        """Nothing is noted any more."""
        self._library.t2_end()
        self.heal()

    def mark(self, word: str) -> None:
        """Notes a word of ours between the calls."""
        body = word.encode()
        self._library.t2_mark(body, len(body))

    def notes(self) -> list[Note]:
        """All that was noted."""
        size = self._library.t2_used()
        return list(read(ctypes.string_at(self._library.t2_notes(), size))) if size else []

    def forget(self) -> None:
        """What was noted so far is done with."""
        self._library.t2_forget()

    def room(self, size: int) -> None:
        """The disk takes so many bytes more."""
        self._library.t2_space(size)

    def fail(self, calls: int, after: int, fault: int = errno.EIO, times: int = 1) -> None:
        """The so-manyth call of these sorts from now fails, and those behind it, ``times`` in all."""
        self._library.t2_fail(calls, after, fault, times)

    def heal(self) -> int:
        """The disk is good again and has room; how many calls had failed."""
        self._library.t2_space(-1)
        self._library.t2_fail(0, 0, 0, 0)
        return int(self._library.t2_failed())


def read(raw: bytes) -> Iterator[Note]:
    """The notes in a library's buffer."""
    at = 0
    while at < len(raw):
        what, file, offset, length = _HEAD.unpack_from(raw, at)
        at += _HEAD.size
        yield Note(what, file, offset, raw[at : at + length])
        at += length

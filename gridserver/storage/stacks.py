"""The stacks: the folder in which the bytes of attached files lie, and what of them is on its way.

A file stands under its bucket and its SHA-256 when it is whole, on the disk, and compared; until then its bytes
gather under the name of their upload. How far an upload has come is how long that file is: nothing else knows it.
"""

import contextlib
import hashlib
import os
import shutil
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from gridserver.errors import Refused

SPARE = 1 << 30
"""Bytes of the disk that are left to the database and the rest of the machine."""
_PIECE = 1 << 20


@dataclass(frozen=True)
class Stacks:
    """One folder, for the centre's own account alone; used by one process."""

    folder: Path
    spare: int = SPARE
    _busy: set[str] = field(default_factory=set, compare=False)

    # ------------------------------------------------------------------ what is here

    def path(self, bucket: str, sha256: str) -> Path:
        """Where a whole file stands."""
        return self.folder / bucket / sha256[:2] / sha256

    def has(self, bucket: str, sha256: str) -> bool:
        """Whether it stands there."""
        return self.path(bucket, sha256).exists()

    def has_room(self, size: int) -> bool:
        """Whether the disk takes so many bytes more."""
        self._make(self.folder)
        return shutil.disk_usage(self.folder).free - size >= self.spare

    # ------------------------------------------------------------------ what is on its way

    def partial(self, upload: str) -> Path:
        """Where the bytes of an upload gather."""
        return self.folder / "coming" / upload

    def coming(self, begins: str) -> int:
        """How many are on their way whose names begin so."""
        folder = self.folder / "coming"
        return sum(path.name.startswith(begins) for path in folder.iterdir()) if folder.exists() else 0

    def length(self, upload: str) -> int:
        """How many bytes of an upload have come."""
        try:
            return self.partial(upload).stat().st_size
        except FileNotFoundError:
            return 0

    @contextlib.contextmanager
    def turn(self, upload: str) -> Iterator[None]:
        """One piece of an upload at a time. Raises ``Refused("locked")``."""
        if upload in self._busy:
            raise Refused("locked", retry_after=1)
        self._busy.add(upload)
        try:
            yield
        finally:
            self._busy.discard(upload)

    def open(self, upload: str, offset: int) -> "Gathering":
        """Where the next bytes of an upload go. Raises ``Refused("offset")`` when they do not follow."""
        if self.length(upload) != offset:
            raise Refused("offset")
        path = self.partial(upload)
        self._make(path.parent)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        return Gathering(os.fdopen(handle, "ab", buffering=0), offset)

    def digest(self, upload: str, first: int) -> tuple[str, bytes]:
        """The SHA-256 of all that has come, and its ``first`` bytes."""
        digest, head = hashlib.sha256(), b""
        with open(self.partial(upload), "rb") as file:
            while piece := file.read(_PIECE):
                head = head or piece[:first]
                digest.update(piece)
        return digest.hexdigest(), head

    def shelve(self, upload: str, bucket: str, sha256: str) -> None:
        """The upload is whole and right: it stands in its place, on the disk, when this returns."""
        partial, path = self.partial(upload), self.path(bucket, sha256)
        self._make(path.parent)
        with open(partial, "rb") as file:
            os.fsync(file.fileno())
        os.replace(partial, path)
        sync_folder(path.parent)

    def drop(self, upload: str) -> None:
        """Nobody waits for it any more."""
        self.partial(upload).unlink(missing_ok=True)

    def sweep(self, on_their_way: Collection[str], before: float) -> int:
        """Takes away what came in part, is not ``on_their_way`` and was not touched since ``before`` (s UTC)."""
        gone = 0
        for path in (self.folder / "coming").glob("*"):
            if path.name not in on_their_way and path.stat().st_mtime < before:
                path.unlink(missing_ok=True)
                gone += 1
        return gone

    def _make(self, folder: Path) -> None:
        """The folder and those above it, each for the owner's eyes only: `mkdir` alone closes just the last one."""
        above = [each for each in folder.parents if each.is_relative_to(self.folder)]
        for each in (*reversed(above), folder):
            each.mkdir(parents=True, exist_ok=True, mode=0o700)


class Gathering:
    """The bytes of one piece on their way into a file. What was taken back leaves no trace."""

    def __init__(self, file: IO[bytes], offset: int) -> None:
        self._file = file
        self._offset = offset
        self._taken = 0
        self._sums = {name: hashlib.new(name) for name in CHECKSUMS}

    def write(self, some: bytes) -> int:
        """Adds bytes; how many the upload has now."""
        self._file.write(some)
        self._taken += len(some)
        for each in self._sums.values():
            each.update(some)
        return self._offset + self._taken

    def is_right(self, algorithm: str, checksum: bytes) -> bool:
        """Whether the bytes of this piece have that checksum."""
        return self._sums[algorithm].digest() == checksum

    def take_back(self) -> None:
        """The piece is none: it was garbled, or its rest never came and it cannot be compared."""
        self._file.truncate(self._offset)

    def close(self) -> None:
        """No more of it comes."""
        self._file.close()


CHECKSUMS = ("sha1", "sha256")
"""What the bytes of a piece may be compared with; sha1 because the standard asks for it."""


def sync_folder(folder: Path) -> None:
    """Let a new name outlive a power cut; Windows does it by itself."""
    if os.name != "nt":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

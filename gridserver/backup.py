"""The file in which a backup lies: encrypted, whole or not at all, and useless to whoever finds it.

Format: a line ``gridworker backup 1``; a line of JSON with what is no secret; then pieces, each with its length
in 4 bytes, under AES-256-GCM. The key of the file is HKDF-SHA256 of the master key with the file's own salt; the
nonce is the number of the piece and whether it is the last; the two lines are authenticated with every piece.
The master key is what a key file holds, or Argon2id of a password with the file's salt.
"""

import base64
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from argon2.low_level import Type, hash_secret_raw
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from gridserver.errors import CommandFailed
from gridserver.storage.stacks import sync_folder
from gridworker.protocol.sealing import Chain

SUFFIX = ".backup"
PIECE = 1 << 20

_FIRST_LINE = b"gridworker backup 1\n"
_LONGEST_HEAD = 10_000
_TAG = 16
_ARGON2 = {"time_cost": 3, "memory_cost": 65536, "parallelism": 4}


@dataclass(frozen=True)
class Secret:
    """By what backups are locked: a key file's 32 bytes, or a password."""

    key: bytes = b""
    password: str = ""

    def master(self, head: dict[str, Any]) -> bytes:
        """The master key for a file with this head. Raises ``CommandFailed`` when it was locked the other way."""
        if head["by"] == "password" and not self.password:
            raise CommandFailed("this backup was locked with a password: set GRIDWORKER_BACKUP_PASSWORD")
        if head["by"] == "key" and not self.key:
            raise CommandFailed("this backup was locked with a key file: name it with --key-file")
        if head["by"] == "key":
            return self.key
        salt = base64.b64decode(head["salt"])
        return hash_secret_raw(self.password.encode(), salt, hash_len=32, type=Type.ID, **head["argon2"])


def read_key(path: Path) -> bytes:
    """The key in a key file. Raises ``CommandFailed``."""
    try:
        key = bytes.fromhex(path.read_text("ascii").strip())
    except OSError as error:
        raise CommandFailed(f"the key file {path}: {error.strerror}") from None
    except ValueError:
        key = b""
    if len(key) != 32:
        raise CommandFailed(f"{path} is no key file for backups")
    return key


def write_key(path: Path, key: bytes) -> None:
    """Keeps a new key, for the owner's eyes only."""
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(key.hex() + "\n")


class Writer:
    """Writes one backup beside its place; it stands there only when it is complete and on the disk."""

    def __init__(self, path: Path, secret: Secret, told: dict[str, Any], chance: Callable[[int], bytes]) -> None:
        self._path = path
        self._partial = path.with_suffix(".partial")
        salt = base64.b64encode(chance(16)).decode()
        head = {**told, "salt": salt, "by": "password" if secret.password else "key", "argon2": _ARGON2}
        self._lines = _FIRST_LINE + json.dumps(head).encode() + b"\n"
        self._chain = _chain(secret.master(head), salt, self._lines)
        self._is_first = True
        self._kept = b""
        self._file = open(  # noqa: SIM115 - open for as long as pieces come
            os.open(self._partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb"
        )
        self._file.write(self._lines)

    def write(self, piece: bytes) -> None:
        """One piece, as it is to be read again."""
        if not self._is_first or self._kept:
            self._put(last=False)
        self._kept = piece

    def finish(self, path: Path | None = None) -> int:
        """The last piece is written; ``path``: another name than the one given first. Returns the size in bytes."""
        self._path = path or self._path
        self._put(last=True)
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        self._partial.replace(self._path)
        sync_folder(self._path.parent)
        return self._path.stat().st_size

    def give_up(self) -> None:
        """Leaves nothing behind."""
        self._file.close()
        self._partial.unlink(missing_ok=True)

    def _put(self, *, last: bool) -> None:
        sealed = self._chain.close(self._kept, last=last)
        self._file.write(len(sealed).to_bytes(4, "big") + sealed)
        self._is_first = False


def read_head(path: Path) -> dict[str, Any]:
    """What is no secret. Raises ``CommandFailed`` for what is no backup."""
    try:
        with open(path, "rb") as file:
            return _head(file)[0]
    except OSError as error:
        raise CommandFailed(f"{path}: {error.strerror}") from None


def pieces(path: Path, secret: Secret) -> Iterator[bytes]:
    """The pieces of a backup, in order. Raises ``CommandFailed`` as soon as one is not what was written."""
    with open(path, "rb") as file:
        head, lines = _head(file)
        chain = _chain(secret.master(head), head["salt"], lines)
        number, last = 0, False
        while not last:
            sealed = _sealed(file)
            last = not file.peek(1)
            try:
                yield chain.open(sealed, last=last)
            except ValueError:
                raise CommandFailed(_wrong(path, number)) from None
            number += 1


def _wrong(path: Path, number: int) -> str:
    if number == 0:
        return f"{path.name} does not open: another key or password, or a damaged file"
    return f"{path.name} is damaged or incomplete (piece {number}); nothing was changed"


def _sealed(file: IO[bytes]) -> bytes:
    size = int.from_bytes(file.read(4), "big")
    return file.read(size) if _TAG <= size <= 2 * PIECE else b"\0" * _TAG


def _head(file: IO[bytes]) -> tuple[dict[str, Any], bytes]:
    first, second = file.readline(len(_FIRST_LINE)), file.readline(_LONGEST_HEAD)
    try:
        if first != _FIRST_LINE:
            raise ValueError
        head = json.loads(second)
        if not {"salt", "by", "argon2", "schema"} <= head.keys():
            raise ValueError
    except (ValueError, AttributeError):
        raise CommandFailed(f"{Path(file.name).name} is no backup of a centre") from None
    return head, first + second


def _chain(master: bytes, salt: str, lines: bytes) -> Chain:
    return Chain(HKDF(SHA256(), 32, base64.b64decode(salt), b"gridworker backup 1").derive(master), lines)

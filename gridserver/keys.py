"""The centre's own keys: by one it signs, to the other the stores of desks are sealed."""

import os
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from gridserver.errors import CommandFailed

SIGN = "sign.key"
SEAL = "seal.key"
"""Names of the two files."""


@dataclass(frozen=True)
class Keys:
    """Both private keys, as their 32 raw bytes."""

    sign: bytes
    seal: bytes

    @property
    def sign_public(self) -> bytes:
        """Ed25519, 32 bytes: by it receipts and orders of the centre are known."""
        return _raw_public(Ed25519PrivateKey.from_private_bytes(self.sign))

    @property
    def seal_public(self) -> bytes:
        """X25519, 32 bytes: to it desks seal what only the centre may open."""
        return _raw_public(X25519PrivateKey.from_private_bytes(self.seal))


def make() -> Keys:
    """A new pair of keys."""
    return Keys(Ed25519PrivateKey.generate().private_bytes_raw(), X25519PrivateKey.generate().private_bytes_raw())


def read(folder: Path) -> Keys | None:
    """The keys in ``folder``; None when there are none. Raises ``CommandFailed`` when they are damaged."""
    if not (folder / SIGN).exists() and not (folder / SEAL).exists():
        return None
    try:
        keys = Keys((folder / SIGN).read_bytes(), (folder / SEAL).read_bytes())
    except OSError as error:
        raise CommandFailed(f"the centre's keys in {folder} cannot be read: {error.strerror}") from None
    if len(keys.sign) != 32 or len(keys.seal) != 32:
        raise CommandFailed(f"the centre's keys in {folder} are damaged; restore them from a backup")
    return keys


def write(folder: Path, keys: Keys) -> None:
    """Keeps the keys, for the owner's eyes only, and never over others."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.chmod(0o700)
    for name, key in ((SIGN, keys.sign), (SEAL, keys.seal)):
        with open(os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(key)
            file.flush()
            os.fsync(file.fileno())


def _raw_public(key: Ed25519PrivateKey | X25519PrivateKey) -> bytes:
    return key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)

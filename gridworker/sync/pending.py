"""The key of a device that is being enrolled, kept until the centre's answer has arrived.

A code is good for one device, which the centre knows by its key. Should the line, or the machine, break after
the centre took the code, the same key has to be shown once more. Until the store exists the key lies in a file
of its own, wrapped (AES-256-GCM) under the code and the password together, of which neither is on this machine.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from gridworker.storage.whole_file import shred, write

KEY_BYTES = 32
_NONCE = 12


class PendingKey:
    """The device's key (Ed25519, 32 bytes) of one enrolment that has begun."""

    def __init__(self, home: Path, code: str, password: str) -> None:
        self._path = home / "enrolling" / f"{hashlib.sha256(code.encode()).hexdigest()[:16]}.key"
        secret = f"{code}\0{password}".encode()
        self._cipher = AESGCM(HKDF(SHA256(), KEY_BYTES, None, b"gridworker pending key 1").derive(secret))

    def take(self, chance: Callable[[int], bytes]) -> bytes:
        """The key of the last try; a new one at the first, or when code or password were others then."""
        try:
            kept = self._path.read_bytes()
            return self._cipher.decrypt(kept[:_NONCE], kept[_NONCE:], None)
        except (FileNotFoundError, InvalidTag):
            pass
        key, nonce = chance(KEY_BYTES), chance(_NONCE)
        write(self._path, nonce + self._cipher.encrypt(nonce, key, None))
        return key

    def done(self) -> None:
        """The store has the key now, or nobody needs it."""
        shred(self._path)

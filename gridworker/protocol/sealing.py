"""A sealed box: what anybody can close for the holder of an X25519 key and he alone can open.

Format, in this order: 4 bytes ``GWB1``; 32 bytes, the public half of a key made for this box alone;
the text under AES-256-GCM with its tag of 16 bytes at the end. The key of the cipher is
HKDF-SHA256 (RFC 5869) of the X25519 secret (RFC 7748) with the two public halves, the box's and
the receiver's, as salt and ``gridworker sealed box 1`` as info. It is used once, so the nonce is
twelve zero bytes. ``GWB1`` and the box's public half are authenticated with the text. The box does
not say who closed it.

What is too long for one box is closed piece by piece, as a ``Chain`` under a key that was agreed in the same way.
"""

import os
from collections.abc import Callable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
"""Length of either half of a key."""

_HEAD = b"GWB1"
_INFO = b"gridworker sealed box 1"
_NONCE = bytes(12)  # every box has a key of its own
TAG = 16
"""Bytes by which what is closed is longer."""


def public_of(private: bytes) -> bytes:
    """The public half (32 bytes) of a private one (32 bytes)."""
    return X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def seal(public: bytes, text: bytes, chance: Callable[[int], bytes] = os.urandom) -> bytes:
    """``text`` in a box that only the holder of the key to ``public`` (32 bytes) can open.

    Raises ``ValueError`` when ``public`` is no key.
    """
    once = X25519PrivateKey.from_private_bytes(chance(KEY_BYTES))
    head = _HEAD + once.public_key().public_bytes_raw()
    secret = once.exchange(X25519PublicKey.from_public_bytes(public))
    return head + _cipher(secret, head, public).encrypt(_NONCE, text, head)


def open(private: bytes, box: bytes) -> bytes:
    """What was sealed to the key whose private half (32 bytes) this is.

    Raises ``ValueError`` when the box is for another key, was changed, or is no box.
    """
    head, sealed = box[: len(_HEAD) + KEY_BYTES], box[len(_HEAD) + KEY_BYTES :]
    if not head.startswith(_HEAD) or len(sealed) < TAG:
        raise ValueError("not a sealed box")
    mine = X25519PrivateKey.from_private_bytes(private)
    secret = mine.exchange(X25519PublicKey.from_public_bytes(head[len(_HEAD) :]))
    try:
        return _cipher(secret, head, public_of(private)).decrypt(_NONCE, sealed, head)
    except InvalidTag:
        raise ValueError("sealed to another key, or changed") from None


def agreed(private: bytes, public: bytes, salt: bytes, info: bytes) -> bytes:
    """A key that only the holders of the two X25519 keys know. Raises ``ValueError`` when ``public`` is no key."""
    secret = X25519PrivateKey.from_private_bytes(private).exchange(X25519PublicKey.from_public_bytes(public))
    return HKDF(SHA256(), KEY_BYTES, salt, info).derive(secret)


class Chain:
    """Pieces in their order under AES-256-GCM and a key that is used for nothing else.

    The nonce is the number of the piece (11 bytes) and whether it is the last (1 byte), the construction STREAM of
    Hoang, Reyhanitabar, Rogaway and Vizár: a piece fits in its own place alone, and what is cut off after any piece
    but the last has no end. ``context`` is authenticated with every piece.
    """

    def __init__(self, key: bytes, context: bytes) -> None:
        self._cipher, self._context, self._number = AESGCM(key), context, 0

    def close(self, piece: bytes, *, last: bool) -> bytes:
        """The next piece, closed."""
        return self._cipher.encrypt(self._nonce(last), piece, self._context)

    def open(self, sealed: bytes, *, last: bool) -> bytes:
        """The next piece, opened. Raises ``ValueError`` when it is not the one that was closed in this place."""
        try:
            return self._cipher.decrypt(self._nonce(last), sealed, self._context)
        except InvalidTag:
            raise ValueError("another piece, another key, or changed") from None

    def _nonce(self, last: bool) -> bytes:
        nonce = self._number.to_bytes(11, "big") + bytes([last])
        self._number += 1
        return nonce


def _cipher(secret: bytes, head: bytes, public: bytes) -> AESGCM:
    salt = head[len(_HEAD) :] + public
    return AESGCM(HKDF(SHA256(), KEY_BYTES, salt, _INFO).derive(secret))

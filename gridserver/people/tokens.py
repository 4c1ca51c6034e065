"""Tokens: opaque, kept as hashes, a new pair for an old one, worthless without the device's key."""

import base64
import binascii
import hmac
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from gridserver.settings import ACCESS_LASTS
from gridserver.storage import devices
from gridserver.storage.people import token_hash
from gridworker.protocol.people import Tokens, proof_text

if TYPE_CHECKING:
    from gridserver.doors import Visit

_ACCESS_BYTES, _REFRESH_BYTES = 18, 32
"""The first goes with every request, and is good for a quarter of an hour."""


def raw_of(text: str) -> bytes:
    """The bytes of a base64url text, padded or not; b"" for what is none."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return b""


def text_of(raw: bytes) -> str:
    """Base64url without padding, as keys, tokens and signatures travel."""
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def is_device_key(raw: bytes) -> bool:
    """Whether these bytes are an Ed25519 public key."""
    if len(raw) != 32:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(raw)
    except ValueError:
        return False
    return True


def is_signed(key: bytes, proof: str, act: str, device: str, secret: str, at: int) -> bool:
    """Whether the device signed this. Its clock is not asked: a wrong one must not lock a worker out."""
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(raw_of(proof), proof_text(act, device, secret, at))
    except InvalidSignature:
        return False
    return True


def successor(key: bytes, device: str, used: str) -> bytes:
    """The refresh token that follows one: always the same, for a request may come twice or late, and only one of the
    answers is heard. Nobody without the centre's key can tell it.
    """
    return hmac.digest(key, f"refresh\0{device}\0{used}".encode(), "sha256")


def give(visit: "Visit", device: str, used: str = "") -> Tokens:
    """A new pair. ``used``: the refresh token that was shown for it, which stays good until the new one is
    first used, since the answer may be lost on its way.
    """
    access = text_of(visit.ground.chance(_ACCESS_BYTES))
    refresh = text_of(successor(visit.ground.keys.sign, device, used) if used else visit.ground.chance(_REFRESH_BYTES))
    until = visit.now + ACCESS_LASTS
    devices.keep_tokens(
        visit.conn,
        device,
        access=token_hash(access),
        until=until,
        refresh=token_hash(refresh),
        before=token_hash(used) if used else None,
        now=visit.now,
    )
    return Tokens(access=access, access_until=until, refresh=refresh)

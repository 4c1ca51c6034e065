"""What a desk seals to the centre so that a forgotten password loses nothing: the store's key, and whose it is.

The centre opens it only for the person named inside: the sealed key of a stolen laptop is of no use to
somebody else who has an account.
"""

from uuid import UUID

_HEAD = b"gridworker store key 1\0"


def sealed_text(person: str, key: bytes) -> bytes:
    """What goes into the sealed box: ``key`` (32 bytes) of the store of ``person`` (id of the account)."""
    return _HEAD + UUID(person).bytes + key


def read_sealed_text(text: bytes) -> tuple[str, bytes]:
    """Person and key of an opened box. Raises ``ValueError``."""
    if not text.startswith(_HEAD) or len(text) != len(_HEAD) + 16 + 32:
        raise ValueError("not the key of a store")
    rest = text[len(_HEAD) :]
    return str(UUID(bytes=rest[:16])), rest[16:]

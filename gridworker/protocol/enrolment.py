"""The one-time code by which a desk is enrolled: what an administrator prints and a worker types."""

import hashlib
from dataclasses import dataclass

_SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no letter that looks like another or like a digit."""
_MEANT = str.maketrans("OIL", "011")
_SECRET = _FINGERPRINT = 20
"""Signs of each half: 100 bits."""
_GROUP = 4


@dataclass(frozen=True, slots=True)
class EnrolmentCode:
    """What the code carries."""

    secret: str
    """20 signs; the centre knows its hash and takes it once."""
    fingerprint: str = ""
    """20 signs over the centre's keys and its private authority, see ``fingerprint``; "" when not carried."""
    address: str = ""
    """The centre's address; "" when not carried."""

    def __str__(self) -> str:
        signs = self.secret + self.fingerprint
        groups = "-".join(signs[at : at + _GROUP] for at in range(0, len(signs), _GROUP))
        return f"{groups}@{self.address}" if self.address else groups

    def fits(self, sign_key: bytes, seal_key: bytes, ca: str) -> bool:
        """Whether these are the keys (32 bytes each) and the authority (PEM) of the centre that printed the code."""
        return not self.fingerprint or self.fingerprint == fingerprint(sign_key, seal_key, ca)


def new_code(chance: bytes, printed: str, address: str = "") -> EnrolmentCode:
    """A code from 13 random bytes or more; ``printed``: the centre's ``fingerprint``."""
    return EnrolmentCode(_signs(chance, _SECRET), printed, address)


def read_code(text: str) -> EnrolmentCode:
    """The code as a person typed it: small letters, blanks and missing dashes are forgiven. Raises ``ValueError``."""
    typed, _, address = text.strip().partition("@")
    signs = "".join(typed.split()).replace("-", "").upper().translate(_MEANT)
    if len(signs) not in (_SECRET, _SECRET + _FINGERPRINT) or not set(signs) <= set(_SIGNS):
        raise ValueError("not an enrolment code")
    return EnrolmentCode(signs[:_SECRET], signs[_SECRET:], address.strip())


def fingerprint(sign_key: bytes, seal_key: bytes, ca: str) -> str:
    """What stands in the code for the centre's Ed25519 and X25519 keys and the certificate (PEM) of the private
    authority that signed its own; "" where a public one did.
    """
    lines = "".join(ca.split())
    told = hashlib.sha256(b"gridworker centre\0" + sign_key + seal_key + lines.encode())
    return _signs(told.digest(), _FINGERPRINT)


def _signs(raw: bytes, count: int) -> str:
    number = int.from_bytes(raw, "big") >> max(len(raw) * 8 - count * 5, 0)
    return "".join(_SIGNS[number >> 5 * place & 31] for place in reversed(range(count)))

"""Which addresses a desk may speak with: https anywhere, plain http with this machine alone."""

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from gridworker.errors import InsecureAddress, NameNotFound


@dataclass(frozen=True, slots=True)
class Address:
    """A centre's address, taken apart and put in order."""

    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = {"https": 443, "http": 80}[self.scheme]
        return f"{self.scheme}://{host}" + ("" if self.port == usual else f":{self.port}")

    @property
    def is_loopback(self) -> bool:
        """Whether it is this machine; then no proxy has any business with it."""
        return _is_loopback(self.host)


def read(text: str) -> Address:
    """The address that a person typed; without a scheme https is meant.

    Raises ``InsecureAddress`` for plain http to another machine, ``NameNotFound`` for what is no address.
    """
    text = text.strip()
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise NameNotFound("not an address") from None
    if parts.scheme not in ("https", "http") or not host or parts.username is not None:
        raise NameNotFound("not an address")
    if parts.path not in ("", "/") or parts.query or any(sign.isspace() for sign in host):
        raise NameNotFound("more than an address")
    if parts.scheme == "http" and not _is_loopback(host):
        raise InsecureAddress("plain http")
    return Address(parts.scheme, host, port or {"https": 443, "http": 80}[parts.scheme])


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False

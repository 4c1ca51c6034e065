"""The certificate with which the centre shows itself to desks."""

import ssl
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization

from gridserver.errors import CommandFailed


def private_authority(cert: Path, key: Path) -> str:
    """The certificate (PEM) of the authority at the end of the chain in ``cert`` when it signed itself, as a
    private one does; "" when a public one is to be looked for. Raises ``CommandFailed`` when certificate and
    key cannot be used.
    """
    chain = read_chain(cert)
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(cert, key, password=_no_password)
    except ssl.SSLError:
        raise CommandFailed(f"{key} is not the key of the certificate in {cert}") from None
    except OSError as error:
        raise CommandFailed(f"{key}: {error.strerror}") from None
    last = chain[-1]
    return last.public_bytes(_PEM).decode() if _signed_itself(last) else ""


def read_chain(cert: Path) -> list[x509.Certificate]:
    """The certificates in a PEM file. Raises ``CommandFailed``."""
    try:
        return x509.load_pem_x509_certificates(cert.read_bytes())
    except OSError as error:
        raise CommandFailed(f"{cert}: {error.strerror}") from None
    except ValueError:
        raise CommandFailed(f"{cert} is no certificate in PEM form") from None


def why_not_now(cert: Path, now: datetime | None = None) -> str:
    """Why desks will not believe the certificate at this time; "" when its dates are in order."""
    now = now or datetime.now(UTC)
    first = read_chain(cert)[0]
    if now > first.not_valid_after_utc:
        return f"the certificate in {cert} ran out on {first.not_valid_after_utc:%Y-%m-%d}"
    if now < first.not_valid_before_utc:
        return f"the certificate in {cert} is not valid before {first.not_valid_before_utc:%Y-%m-%d}"
    return ""


def _no_password() -> str:
    """Instead of a prompt that nobody sees."""
    raise CommandFailed("the key is locked with a password; give one that is not, readable for the centre alone")


def _signed_itself(cert: x509.Certificate) -> bool:
    try:
        cert.verify_directly_issued_by(cert)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


_PEM = serialization.Encoding.PEM

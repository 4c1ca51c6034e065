"""What a device shows with its requests: tokens that are worthless without the key inside its store."""

import base64
from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gridworker.protocol.people import Refresh, SignedIn, SignIn, Tokens, proof_text

_SPARE = 30_000
"""ms: a token this close to its end is renewed before it is used."""


def text_of(raw: bytes) -> str:
    """base64url without padding, as keys and signatures travel."""
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def raw_of(text: str) -> bytes:
    """What ``text_of`` wrote."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def public_key_of(device_key: bytes) -> str:
    """The public half of a device's Ed25519 key (32 bytes), base64url."""
    return text_of(Ed25519PrivateKey.from_private_bytes(device_key).public_key().public_bytes_raw())


class Badge:
    """The standing of one device with the one centre that enrolled it.

    ``load`` and ``keep`` read and write the tokens where they are kept (inside the encrypted store), so
    that a window and a command share one pair. ``now`` gives the centre's time in ms UTC as well as the
    desk knows it.
    """

    def __init__(
        self,
        device: str,
        device_key: bytes,
        *,
        load: Callable[[], Tokens | None],
        keep: Callable[[SignedIn], None],
        now: Callable[[], int],
    ) -> None:
        self.device = device
        self._key = Ed25519PrivateKey.from_private_bytes(device_key)
        self._load = load
        self._keep = keep
        self._now = now

    @property
    def token(self) -> str:
        """The token for ordinary requests; "" when there is none."""
        tokens = self._load()
        return tokens.access if tokens else ""

    @property
    def is_stale(self) -> bool:
        """Whether the token has run out, as far as this machine's clock can tell."""
        tokens = self._load()
        return tokens is None or tokens.access_until - _SPARE <= self._now()

    def refresh(self) -> Refresh | None:
        """The request for new tokens; None when only the password can help."""
        tokens = self._load()
        if tokens is None:
            return None
        at = self._now()
        proof = self._proof("refresh", tokens.refresh, at)
        return Refresh(device=self.device, refresh=tokens.refresh, at=at, proof=proof)

    def sign_in(self, user: str, password: str) -> SignIn:
        """The request to sign in with the password."""
        at = self._now()
        proof = self._proof("sign-in", user, at)
        return SignIn(user=user, password=password, device=self.device, at=at, proof=proof)

    def renewed(self, answer: SignedIn) -> None:
        """Keeps what the centre gave."""
        self._keep(answer)

    def _proof(self, act: str, secret: str, at: int) -> str:
        return text_of(self._key.sign(proof_text(act, self.device, secret, at)))

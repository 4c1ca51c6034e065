"""A worker's side of coming in: his key, his name, and what he sends."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gridserver.people.tokens import text_of
from gridworker.protocol.codec import pack, unpack
from gridworker.protocol.people import proof_text
from tests.helpers.centre import PASSWORD, Centre

GRID = "330683106211001"


@dataclass
class Laptop:
    """A machine that speaks for one worker."""

    centre: Centre
    user: str = "wang"
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    device: str = ""
    tokens: dict[str, Any] = field(default_factory=dict)

    def post(self, path: str, message: dict[str, Any], token: str = "") -> requests.Response:
        """One request, as a desk sends it."""
        body, compressed = pack(message)
        headers = {"Accept-Encoding": "zstd", "User-Agent": "gridworker/0.1.0"}
        if compressed:
            headers["Content-Encoding"] = "zstd"
        if token:
            headers["Authorization"] = f"Bearer {token}"
        return self.centre.session().post(self.centre.address + path, data=body, headers=headers)

    def enrol(self, code: str, password: str = PASSWORD) -> requests.Response:
        """First sign-in."""
        key = text_of(self.key.public_key().public_bytes_raw())
        asked = {"user": self.user, "password": password, "code": code, "machine": "laptop 7", "device_key": key}
        return self._signed_in(self.post("/people/v1/enrol", asked))

    def sign_in(self, password: str = PASSWORD, **otherwise: Any) -> requests.Response:
        """A later sign-in."""
        asked = {"user": self.user, "device": self.device, "at": 7, **otherwise}
        proof = text_of(self.key.sign(proof_text("sign-in", asked["device"], asked["user"], 7)))
        return self._signed_in(self.post("/people/v1/sign-in", {"proof": proof, **asked, "password": password}))

    def refresh(self, token: str = "") -> requests.Response:
        """New tokens for an old one."""
        shown = token or self.tokens["refresh"]
        proof = text_of(self.key.sign(proof_text("refresh", self.device, shown, 9)))
        asked = {"device": self.device, "refresh": shown, "at": 9, "proof": proof}
        return self._signed_in(self.post("/people/v1/refresh", asked))

    def _signed_in(self, answer: requests.Response) -> requests.Response:
        if answer.ok:
            found = body_of(answer)
            self.device, self.tokens = found["device"], found["tokens"]
        return answer


def body_of(answer: requests.Response) -> Any:
    """The message in an answer."""
    return unpack(answer.content, compressed=answer.headers.get("Content-Encoding") == "zstd")


def refusal_of(answer: requests.Response) -> tuple[int, str]:
    """Status and code of a refusal."""
    return answer.status_code, body_of(answer)["error"]


@pytest.fixture
def wang(centre: Centre) -> str:
    """A grid worker with one grid; his id."""
    centre.district()
    return centre.account("wang", "grid_worker", GRID)


@pytest.fixture
def laptop(centre: Centre, wang: str) -> Callable[..., Laptop]:
    """Makes laptops."""
    return lambda user="wang": Laptop(centre, user)


@pytest.fixture
def enrolled(centre: Centre, laptop: Callable[..., Laptop]) -> Laptop:
    """王's laptop, enrolled."""
    mine = laptop()
    assert mine.enrol(centre.enrolment_code("wang")).status_code == 200
    return mine

"""A grid worker with a photo in a diary that the centre has, and a line on which tus is spoken."""

import base64
import hashlib
from dataclasses import dataclass
from typing import Any

import pytest
import requests

from gridworker.protocol.codec import unpack
from gridworker.protocol.files import PIECE_TYPE
from gridworker.protocol.sync import Problem
from gridworker.records.row import Row
from tests.helpers.centre import Centre, Desk
from tests.helpers.writer import GRID, Writer

PHOTO = b"RIFF\x00\x00\x00\x00WEBPVP8 " + bytes(range(256)) * 1200
"""300 KB that begin like a photo."""


@dataclass
class Tus:
    """Somebody who speaks tus with a centre."""

    centre: Centre
    desk: Desk
    bucket: str

    def say(self, method: str, path: str, body: bytes = b"", **headers: str | None) -> requests.Response:
        """One request; ``_`` in a header's name stands for ``-``, None leaves a usual one away."""
        usual: dict[str, str | None] = {"Tus-Resumable": "1.0.0"}
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        kept = {name: value for name, value in {**usual, **named}.items() if value is not None}
        session = self.centre.session(self.desk)
        return session.request(method, f"{self.centre.address}{path}", data=body, headers=kept)

    def create(self, body: bytes = PHOTO, **headers: str | None) -> requests.Response:
        """Announce a file."""
        digest = base64.b64encode(hashlib.sha256(body).hexdigest().encode()).decode()
        usual = {"Upload_Length": str(len(body)), "Upload_Metadata": f"sha256 {digest}"}
        return self.say("POST", f"/files/v1/{self.bucket}", **{**usual, **headers})

    def patch(self, place: str, offset: int, body: bytes, **headers: str | None) -> requests.Response:
        """Send a piece."""
        usual = {"Upload_Offset": str(offset), "Content_Type": PIECE_TYPE}
        return self.say("PATCH", place, body, **{**usual, **headers})

    def offset(self, place: str) -> int:
        """Where the centre says that an upload stands."""
        return int(self.say("HEAD", place).headers["Upload-Offset"])

    def bring(self, body: bytes = PHOTO) -> requests.Response:
        """A whole file, in two pieces."""
        place, half = self.create(body).headers["Location"], len(body) // 2
        self.patch(place, 0, body[:half])
        return self.patch(place, half, body[half:])

    def fetch(self, body: bytes = PHOTO, **headers: str) -> requests.Response:
        """Ask for a file."""
        return self.say("GET", f"/files/v1/{self.bucket}/{hashlib.sha256(body).hexdigest()}", **headers)


@dataclass
class Album:
    """A grid worker, his diary with a photo, and his line."""

    writer: Writer
    visit: Row
    tus: Tus

    @property
    def entry(self) -> dict[str, Any]:
        """The photo as the diary tells of it now."""
        row = self.writer.row("visit", self.visit.id)
        return next(iter(row.fields["photos"].values()))

    def attach(self, body: bytes, media_type: str = "image/webp") -> Row:
        """One more diary, with this file."""
        return attach(self.writer, body, media_type)

    def of(self, writer: Writer) -> Tus:
        """Another one's line, about the same bucket."""
        return Tus(writer.centre, writer.desk, self.tus.bucket)


def attach(writer: Writer, body: bytes, media_type: str = "image/webp") -> Row:
    """A diary with this file, taken by the centre."""
    grid, photo = writer.centre.regions[GRID], writer.hand.new_id()
    fields = {
        "grid": grid,
        "visitor": writer.desk.person,
        "visited_at": writer.centre.clock(),
        "text": "看望",
        "photos": {photo: {"sha256": hashlib.sha256(body).hexdigest(), "size": len(body), "media_type": media_type}},
    }
    return writer.create("visit", writer.bucket("grid", GRID), fields)


def problem(response: requests.Response, status: int) -> Problem:
    """Why a request was not served."""
    assert response.status_code == status, (response.status_code, response.content[:200])
    return Problem.model_validate(unpack(response.content, compressed=False))


@pytest.fixture
def album(centre: Centre) -> Album:
    """wang of the first grid and his photo."""
    centre.district()
    wang = Writer.at(centre, "wang", "grid_worker", GRID)
    return Album(wang, attach(wang, PHOTO), Tus(centre, wang.desk, wang.bucket("grid", GRID)))

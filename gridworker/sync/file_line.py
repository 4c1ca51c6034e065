"""How a file crosses the line: tus 1.0 up, ranges down, in pieces that fit the line."""

import base64
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from gridworker.protocol.files import PIECE_TYPE, STORED, TUS
from gridworker.sync.centre import Plain
from gridworker.sync.line import Take

LEAST, MOST = 32 * 1024, 256 * 1024
"""Bytes of a piece."""
QUICK, SLOW = 1_500, 4_000
"""ms: a piece that took less may be twice as large the next time, one that took more is halved."""


class FileRefused(Exception):
    """The centre does not take the file, or the piece; the text is its code."""


class Carrier(Protocol):
    """What is needed of ``centre.Centre``."""

    def plain(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: bytes = b"",
        take: Take | None = None,
    ) -> Plain: ...


@dataclass(frozen=True, slots=True)
class Begun:
    """An upload as the centre knows it."""

    place: str
    offset: int
    stored: int
    """The file's number; 0 while bytes are missing."""


@dataclass(frozen=True, slots=True)
class PieceSize:
    """How large the next piece is."""

    size: int = LEAST

    def after(self, took: int) -> "PieceSize":
        """A piece of this size took so many ms."""
        if took < QUICK:
            return PieceSize(min(MOST, 2 * self.size))
        return self.halved() if took > SLOW else self

    def halved(self) -> "PieceSize":
        """The line was too slow for it, or broke."""
        return PieceSize(max(LEAST, self.size // 2))


def announce(line: Carrier, bucket: str, sha256: str, size: int) -> Begun:
    """Tells the centre of a file; where it goes on. May be repeated. Raises ``FileRefused``."""
    name = base64.b64encode(sha256.encode()).decode()
    told = {"Tus-Resumable": TUS, "Upload-Length": str(size), "Upload-Metadata": f"sha256 {name}"}
    answer = said_of(line.plain("POST", f"/files/v1/{bucket}", told))
    return Begun(answer.headers.get("Location", ""), number_in(answer, "Upload-Offset"), number_in(answer, STORED))


def send(line: Carrier, begun: Begun, body: bytes) -> Begun:
    """The next bytes; none at all once they have all come and the centre has not said yet that it has them.

    Raises ``FileRefused``: ``offset`` and ``expired`` mean, announce it again.
    """
    told = {
        "Tus-Resumable": TUS,
        "Content-Type": PIECE_TYPE,
        "Upload-Offset": str(begun.offset),
        **checked(body),
    }
    answer = said_of(line.plain("PATCH", begun.place, told, body))
    return Begun(begun.place, number_in(answer, "Upload-Offset"), number_in(answer, STORED))


def fetch(line: Carrier, bucket: str, sha256: str, start: int, take: Callable[[bytes], object]) -> None:
    """The bytes of a file from ``start`` on, as they come. Raises ``FileRefused``.

    Whoever stands between may not understand ranges: then all of it comes, and what is here already is passed over.
    """
    told = {"Range": f"bytes={start}-", "If-Range": f'"{sha256}"'} if start else {}

    def missing(place: int, some: bytes) -> None:
        if some := some[max(start - place, 0) :]:
            take(some)

    said_of(line.plain("GET", f"/files/v1/{bucket}/{sha256}", told, take=missing))


def checked(body: bytes) -> dict[str, str]:
    """The header by which a piece counts whole or not at all."""
    return {"Upload-Checksum": f"sha256 {base64.b64encode(hashlib.sha256(body).digest()).decode()}"}


def said_of(answer: Plain) -> Plain:
    """The answer. Raises ``FileRefused``."""
    if answer.problem:
        raise FileRefused(answer.problem)
    return answer


def number_in(answer: Plain, name: str) -> int:
    """The number in a header; 0 when there is none."""
    said = answer.headers.get(name, "")
    return int(said) if said.isascii() and said.isdecimal() else 0

"""When a photo was taken, as the camera wrote it into the file: the only thing of that which is kept."""

from __future__ import annotations

import struct
from datetime import datetime, timedelta, timezone, tzinfo
from typing import Final

from gridworker.ui.civil import CHINA

_POINTER, _ORIGINAL, _CHANGED, _OFFSET = 0x8769, 0x9003, 0x0132, 0x9011
_MOST_ENTRIES: Final = 500


def taken_at(body: bytes) -> int | None:
    """ms UTC; None when nothing, or nonsense, is told."""
    try:
        tags = _tags(_exif(body))
        said = tags.get(_ORIGINAL) or tags.get(_CHANGED)
        if said is None:
            return None
        moment = datetime.strptime(said[:19], "%Y:%m:%d %H:%M:%S")
        if not 1990 <= moment.year < 2100:
            return None  # a camera whose clock was never set
        return int(moment.replace(tzinfo=_zone(tags.get(_OFFSET, ""))).timestamp() * 1000)
    except (ValueError, IndexError, struct.error, OverflowError):
        return None


def _zone(said: str) -> tzinfo:
    """The zone that the camera names; without one it means China's time."""
    try:
        hours, minutes = int(said[:3]), int(said[4:6])
    except ValueError:
        return CHINA
    return timezone(timedelta(hours=hours, minutes=minutes if hours >= 0 else -minutes))


def _exif(body: bytes) -> bytes:
    """The block that JPEG, PNG and WebP all carry: TIFF."""
    if body[:2] == b"\xff\xd8":
        return _of_jpeg(body)
    mark = {b"RIFF": b"EXIF", b"\x89PNG": b"eXIf"}.get(body[:4])
    place = body.find(mark) if mark else -1
    return body[place + (8 if mark == b"EXIF" else 4) :].removeprefix(b"Exif\0\0") if place >= 0 else b""


def _of_jpeg(body: bytes) -> bytes:
    place = 2
    while body[place : place + 1] == b"\xff" and body[place + 1] != 0xDA:
        (size,) = struct.unpack_from(">H", body, place + 2)
        if body[place + 1] == 0xE1 and body[place + 4 : place + 10] == b"Exif\0\0":
            return body[place + 10 : place + 2 + size]
        place += 2 + size
    return b""


def _tags(tiff: bytes) -> dict[int, str]:
    """The texts of the first directory and of the one about the photo."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return {}
    found, pointer = _directory(tiff, order, struct.unpack_from(f"{order}I", tiff, 4)[0])
    if pointer is not None:
        found |= _directory(tiff, order, pointer)[0]
    return found


def _directory(tiff: bytes, order: str, place: int) -> tuple[dict[int, str], int | None]:
    (count,) = struct.unpack_from(f"{order}H", tiff, place)
    found: dict[int, str] = {}
    pointer = None
    for entry in range(min(count, _MOST_ENTRIES)):
        tag, kind, length, value = struct.unpack_from(f"{order}HHII", tiff, place + 2 + 12 * entry)
        if tag == _POINTER:
            pointer = value
        elif kind == 2 and tag in (_ORIGINAL, _CHANGED, _OFFSET):
            start = value if length > 4 else place + 2 + 12 * entry + 8
            found[tag] = tiff[start : start + length].split(b"\0")[0].decode("ascii", "replace")
    return found, pointer

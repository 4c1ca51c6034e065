"""Photos as a telephone takes them: with the place, the time and the way it was held written into the file."""

import random
import struct

from PySide6.QtCore import QBuffer, QIODevice
from PySide6.QtGui import QImage

GPS_MARK = b"GPSDATUM-WGS-84-29.59N-120.81E"
MAKER = b"Made-up Telephone 12"


def picture(width: int, height: int, seed: int = 1) -> QImage:
    """A picture with as much in it as a photo has: coarse noise, drawn large."""
    small = QImage(max(1, width // 3), max(1, height // 3), QImage.Format.Format_RGB32)
    chance = random.Random(seed)
    bits = small.bits()
    bits[:] = chance.randbytes(len(bits))
    return small.scaled(width, height)


def jpeg(image: QImage, quality: int = 90) -> bytes:
    """The picture as a camera compresses it."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "JPG", quality)
    return bytes(buffer.data().data())


def with_exif(body: bytes, taken: str = "2026:03:02 09:14:00", orientation: int = 1, offset: str = "") -> bytes:
    """The JPEG with what a telephone adds: maker, orientation, place, and when it was taken."""
    block = b"Exif\0\0" + _tiff(taken, orientation, offset)
    return body[:2] + b"\xff\xe1" + struct.pack(">H", len(block) + 2) + block + body[2:]


def _tiff(taken: str, orientation: int, offset: str) -> bytes:
    first = [(0x010F, 2, MAKER + b"\0"), (0x0112, 3, struct.pack("<HH", orientation, 0))]
    photo = [(0x9003, 2, taken.encode() + b"\0")] + ([(0x9011, 2, offset.encode() + b"\0")] if offset else [])
    place = [(0x0012, 2, GPS_MARK + b"\0")]
    size_of_first = 2 + 12 * (len(first) + 2) + 4
    photo_at = 8 + size_of_first + sum(len(value) for _, _, value in first if len(value) > 4)
    photo_block = _directory(photo, photo_at)
    place_at = photo_at + len(photo_block)
    pointers = [(0x8769, 4, struct.pack("<I", photo_at)), (0x8825, 4, struct.pack("<I", place_at))]
    return (
        b"II*\0" + struct.pack("<I", 8) + _directory([*first, *pointers], 8) + photo_block + _directory(place, place_at)
    )


def _directory(entries: list[tuple[int, int, bytes]], at: int) -> bytes:
    after = at + 2 + 12 * len(entries) + 4
    lines, rest = b"", b""
    for tag, kind, value in entries:
        count = {2: len(value), 3: len(value) // 4, 4: 1}[kind]
        if len(value) <= 4:
            lines += struct.pack("<HHI", tag, kind, count) + value.ljust(4, b"\0")
        else:
            lines += struct.pack("<HHII", tag, kind, count, after + len(rest))
            rest += value
    return struct.pack("<H", len(entries)) + lines + b"\0\0\0\0" + rest

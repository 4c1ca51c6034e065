"""Ids stand outside of a text, where their random half costs what it must and no more, and come back into it.

Whoever packs a text takes its ids out and leaves holes. Three things are packed beside it: the times of the ids, their
random bytes place by place, and which id fills which hole. ``docs/decisions/0013-ids-outside-of-the-text.md`` tells
what that saves.
"""

import re
import struct
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import IO

import zstandard

from gridworker.protocol.codec import NotReadable

ID = re.compile(rb"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
HOLE = b"\x1f"
"""Stands for an id; JSON never holds it."""
WRITTEN = 36
"""Signs of an id as it is written."""
_TIME, _BYTES, _REF = 6, 16, 4
"""Bytes of an id that are its time, of a whole one, and of a place in the list of ids."""
_MOST_TEXT = 64 * 1024 * 1024
_PARTS = 1 + 1 + (_BYTES - _TIME) + _REF
_COUNTS = struct.Struct("<4I")
_SIZES = struct.Struct(f"<{_PARTS}I")


def pack(rows: int, text: bytes, used: Iterable[bytes], level: int) -> bytes:
    """One block: ``text`` with holes, and the ids in the order of their use, b"" where none is. ``rows``: a number
    that comes along."""
    places: dict[bytes, int] = {}
    refs: list[int] = []
    for name in used:
        place = places.get(name) if name else -1
        refs.append(0 if place is None else place + 1)
        if place is None:
            places[name] = len(places)
    # The place behind the last id is that of none.
    refs = [ref if ref or name else len(places) + 1 for ref, name in zip(refs, used, strict=True)]
    ids = bytes.fromhex(b"".join(places).replace(b"-", b"").decode())
    back = struct.pack(f"<{len(refs)}I", *refs)
    packing = zstandard.ZstdCompressor(level=level)
    parts = [
        text,
        b"".join(ids[start : start + _TIME] for start in range(0, len(ids), _BYTES)),
        *(ids[place::_BYTES] for place in range(_TIME, _BYTES)),
        *(back[place::_REF] for place in range(_REF)),
    ]
    packed = [packing.compress(part) for part in parts]
    counts = _COUNTS.pack(rows, len(text), len(places), len(refs))
    return b"".join((counts, _SIZES.pack(*map(len, packed)), *packed))


def unpack(file: IO[bytes]) -> tuple[int, bytes, list[str]] | None:
    """What ``pack`` was given, from the next bytes of a file; None at its end. What a block says of its sizes is
    believed as far as it stays below a bound. Raises ``NotReadable``."""
    if not (counts := file.read(_COUNTS.size)):
        return None
    try:
        rows, size, known, used = _COUNTS.unpack(counts)
        sizes = _SIZES.unpack(file.read(_SIZES.size))
        full = [size, known * _TIME, *[known] * (_BYTES - _TIME), *[used] * _REF]
        if max(rows, *sizes, *full) > _MOST_TEXT or known > used:
            raise NotReadable("too long")
        text, times, *planes = [
            _unpacked(file.read(packed), length) for packed, length in zip(sizes, full, strict=True)
        ]
    except struct.error:
        raise NotReadable("cut") from None
    names = _names(times, planes[: _BYTES - _TIME], known)
    return rows, text, _used(planes[_BYTES - _TIME :], names)


def filled(text: bytes, names: Sequence[str]) -> tuple[bytes, Sequence[str]]:
    """``text`` with the first of these ids in its holes, and the ids that are left. Raises ``NotReadable``."""
    parts = text.split(HOLE)
    holes = len(parts) - 1
    if holes > len(names):
        raise NotReadable("holes")
    whole = [b""] * (2 * holes + 1)
    whole[0::2] = parts
    whole[1::2] = map(str.encode, names[:holes])
    return b"".join(whole), names[holes:]


def _unpacked(packed: bytes, size: int) -> bytes:
    try:
        if zstandard.get_frame_parameters(packed).content_size != size:
            raise NotReadable("size")
        return zstandard.ZstdDecompressor().decompress(packed)
    except zstandard.ZstdError as error:
        raise NotReadable(type(error).__name__) from None


def _names(times: bytes, planes: Sequence[bytes], known: int) -> list[str]:
    """The ids as they are written."""
    ids = bytearray(known * _BYTES)
    for place in range(_TIME):
        ids[place::_BYTES] = times[place::_TIME]
    for place, plane in enumerate(planes, _TIME):
        ids[place::_BYTES] = plane
    digits = ids.hex().encode()
    written = bytearray(b"-" * (WRITTEN * known))
    for digit, place in enumerate(chain(range(8), range(9, 13), range(14, 18), range(19, 23), range(24, WRITTEN))):
        written[place::WRITTEN] = digits[digit::32]
    text = written.decode()
    return [text[start : start + WRITTEN] for start in range(0, len(text), WRITTEN)]


def _used(planes: Sequence[bytes], names: list[str]) -> list[str]:
    """The ids in the order of their use; a place of 0 is that of the next one."""
    back = bytearray(len(planes[0]) * _REF)
    for place, plane in enumerate(planes):
        back[place::_REF] = plane
    fresh = iter(names)
    known = [*names, ""]
    try:
        return [known[ref - 1] if ref else next(fresh) for ref in struct.unpack(f"<{len(planes[0])}I", back)]
    except (IndexError, StopIteration):
        raise NotReadable("ids") from None

"""How a whole bucket becomes one file, and rows again: like beside like, and what cannot be packed apart.

A file is a line with its name, a line that is a ``SnapshotHead``, and blocks of rows. In a block the rows are lines
of JSON as the feed sends them, except that each id stands outside of the text, where its random half costs what it
must and no more, and that the stamp of the change that made a row is told once. The same rows make the same bytes.
``docs/decisions/0013-ids-outside-of-the-text.md`` tells what that saves.
"""

import re
import struct
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import IO, Any

import orjson
import zstandard
from pydantic import ValidationError

from gridworker.protocol.codec import NotReadable, read_lines
from gridworker.protocol.sync import SnapshotHead, Wire

BLOCK_ROWS = 4_000
BLOCK_TEXT = 4 * 1024 * 1024
"""A block ends when it has so many rows, or so many bytes of text: whoever reads it needs a few times as much."""

_MOST_TEXT = 64 * 1024 * 1024
_NAME = b"gridworker snapshot 1\n"
_LONGEST_HEAD = 10_000
_ID = re.compile(rb"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_HOLE = b"\x1f"
"""Stands for an id; JSON never holds it."""
_TIME, _BYTES, _REF, _WRITTEN = 6, 16, 4, 36
"""Bytes of an id that are its time, of a whole one, of a place in the list of ids, and of an id as it is written."""
_PARTS = 1 + 1 + (_BYTES - _TIME) + _REF
_COUNTS = struct.Struct("<4I")
_SIZES = struct.Struct(f"<{_PARTS}I")


def head_of(head: SnapshotHead) -> bytes:
    """The beginning of a file."""
    return _NAME + orjson.dumps(head.model_dump()) + b"\n"


def blocks_of(rows: Iterable[Wire], level: int) -> Iterator[bytes]:
    """The rest of it. Never more than a block is in memory. ``level``: of zstd, how hard to try."""
    lines: list[bytes] = []
    size = 0
    for row in rows:
        lines.append(orjson.dumps(_told_once(row)))
        size += len(lines[-1])
        if len(lines) >= BLOCK_ROWS or size >= BLOCK_TEXT:
            yield _block(lines, level)
            lines, size = [], 0
    if lines:
        yield _block(lines, level)


def read_head(file: IO[bytes]) -> SnapshotHead:
    """The head of a file; the blocks follow. Raises ``NotReadable``."""
    if file.readline(len(_NAME)) != _NAME:
        raise NotReadable("no snapshot")
    try:
        return SnapshotHead.model_validate_json(file.readline(_LONGEST_HEAD))
    except ValidationError:
        raise NotReadable("no head") from None


def read_blocks(file: IO[bytes], some: int) -> Iterator[list[Wire]]:
    """The rows behind the head, ``some`` at a time. Raises ``NotReadable``."""
    while counts := file.read(_COUNTS.size):
        lines = _lines(file, counts)
        for start in range(0, len(lines), some):
            yield _told_again(read_lines(lines[start : start + some]))


def _block(lines: Sequence[bytes], level: int) -> bytes:
    text = b"\n".join(lines)
    places: dict[bytes, int] = {}
    refs: list[int] = []
    for name in _ID.findall(text):
        place = places.get(name)
        refs.append(0 if place is None else place + 1)
        places.setdefault(name, len(places))
    ids = bytes.fromhex(b"".join(places).replace(b"-", b"").decode())
    back = struct.pack(f"<{len(refs)}I", *refs)
    packing = zstandard.ZstdCompressor(level=level)
    parts = [
        _ID.sub(_HOLE, text),
        b"".join(ids[start : start + _TIME] for start in range(0, len(ids), _BYTES)),
        *(ids[place::_BYTES] for place in range(_TIME, _BYTES)),
        *(back[place::_REF] for place in range(_REF)),
    ]
    packed = [packing.compress(part) for part in parts]
    counts = _COUNTS.pack(len(lines), len(parts[0]), len(places), len(refs))
    return b"".join((counts, _SIZES.pack(*map(len, packed)), *packed))


def _lines(file: IO[bytes], counts: bytes) -> list[bytes]:
    """The lines of a block. What it says of its sizes is believed as far as it stays below a bound."""
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
    between = _between(planes[_BYTES - _TIME :], names)
    parts = text.split(_HOLE)
    if len(parts) != used + 1:
        raise NotReadable("holes")
    whole = [b""] * (2 * used + 1)
    whole[0::2] = parts
    whole[1::2] = between
    lines = b"".join(whole).split(b"\n")
    if len(lines) != rows:
        raise NotReadable("rows")
    return lines


def _unpacked(packed: bytes, size: int) -> bytes:
    try:
        if zstandard.get_frame_parameters(packed).content_size != size:
            raise NotReadable("size")
        return zstandard.ZstdDecompressor().decompress(packed)
    except zstandard.ZstdError as error:
        raise NotReadable(type(error).__name__) from None


def _names(times: bytes, planes: Sequence[bytes], known: int) -> list[bytes]:
    """The ids as they are written."""
    ids = bytearray(known * _BYTES)
    for place in range(_TIME):
        ids[place::_BYTES] = times[place::_TIME]
    for place, plane in enumerate(planes, _TIME):
        ids[place::_BYTES] = plane
    digits = ids.hex().encode()
    written = bytearray(b"-" * (_WRITTEN * known))
    for digit, place in enumerate(chain(range(8), range(9, 13), range(14, 18), range(19, 23), range(24, 36))):
        written[place::_WRITTEN] = digits[digit::32]
    return [bytes(written[start : start + _WRITTEN]) for start in range(0, len(written), _WRITTEN)]


def _between(planes: Sequence[bytes], names: Sequence[bytes]) -> list[bytes]:
    """The ids in the order in which they stand in the text; a place of 0 is that of the next one."""
    back = bytearray(len(planes[0]) * _REF)
    for place, plane in enumerate(planes):
        back[place::_REF] = plane
    fresh = iter(names)
    try:
        refs = struct.unpack(f"<{len(planes[0])}I", back)
        return [names[ref - 1] if ref else next(fresh) for ref in refs]
    except (IndexError, StopIteration):
        raise NotReadable("ids") from None


def _told_once(row: Wire) -> Wire:
    """The change that made a row names a time, which the stamp's is near, and mostly it is the last one, too."""
    writers = row.get("w")
    stamp = writers.get("") if isinstance(writers, dict) else None
    began = _time_of(stamp)
    if writers is None or stamp is None or began is None or len(stamp) != 3:
        return row
    near = stamp[2] - began
    short = {**row, "w": {**writers, "": [stamp[0], stamp[1], near] if abs(near) < _NEAR else [*stamp, 1]}}
    if row.get("m") == stamp[0]:
        del short["m"]
    return short


def _told_again(rows: list[Wire]) -> list[Wire]:
    """What ``_told_once`` was given, of many rows: half of the time that a row takes is the calling."""
    for row in rows:
        try:
            stamp = row["w"][""]
            change, _, hlc, *flag = stamp
            if type(hlc) is not int or len(change) != _WRITTEN:
                continue
            began = int(change[:8] + change[9:13], 16) << 16
        except (KeyError, TypeError, ValueError):
            continue
        if flag:
            del stamp[3]
        else:
            stamp[2] = hlc + began
        if "m" not in row:
            row["m"] = change
    return rows


_NEAR = 1 << 53


def _time_of(stamp: Any) -> int | None:
    """The hybrid time at which the change of a stamp was named; None when it has no such name."""
    try:
        change, _, hlc, *_ = stamp
        if type(hlc) is int and len(change) == _WRITTEN:
            return int(change[:8] + change[9:13], 16) << 16
    except (TypeError, ValueError):
        pass
    return None

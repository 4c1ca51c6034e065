"""How a message becomes bytes: JSON, compressed with zstd or bzip2 when that pays."""

import bz2
import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import orjson
import zstandard

from gridworker.protocol import MOST_BYTES

JSON = "application/json"
OCTETS = "application/octet-stream"
ZSTD = "zstd"
BZIP2 = "bzip2"
CODINGS = (ZSTD, BZIP2)
"""What is read here, as HTTP names it."""
_LEVELS = ((16 * 1024, 15), (256 * 1024, 7))
"""Most bytes of a body, and the level of zstd that is worth its time there: a twelfth less to send in 2 ms more."""
_LEVEL = 3
"""Of larger ones."""
_FEW_KB, _MANY_KB = 12 * 1024, 256 * 1024
"""Bodies of a size between make up most of what people wait for on a thin line. Chinese text is a sixth smaller when
it is packed by bzip2, which costs 12 ms in 120 KB; with more the time would be felt, with less there is no gain."""
_EITHER_KB = 16 * 1024
"""Up to this it depends on what is said, and both are tried: a day of visits repeats itself, which zstd sees better."""
_BZIP2_MARK = b"BZh"
_MOST_BZIP2 = 2 * _MANY_KB
"""Text of such a body, at most: it is unpacked slowly, and nobody packs more."""
_SMALL = 200
"""Below this many bytes compression costs more than it saves."""


class NotReadable(ValueError):
    """Bytes that are no message: cut, garbled, or somebody else's."""


class TooLong(NotReadable):
    """More text than ``MOST_BYTES``."""


def pack(message: Any, *, compress: bool = True, bzip2: bool = False) -> tuple[bytes, bool]:
    """The bytes of a message, and whether they are compressed (how, ``coding_of`` tells). ``bzip2``: whoever reads
    them knows that, too."""
    body = orjson.dumps(message)
    if not compress or len(body) <= _SMALL:
        return body, False
    if not bzip2 or not _FEW_KB < len(body) <= _MANY_KB:
        return _by_zstd(body), True
    packed = bz2.compress(body)
    return min(packed, _by_zstd(body), key=len) if len(body) <= _EITHER_KB else packed, True


def _by_zstd(body: bytes) -> bytes:
    level = next((level for most, level in _LEVELS if len(body) <= most), _LEVEL)
    return zstandard.ZstdCompressor(level=level).compress(body)


def coding_of(packed: bytes) -> str:
    """How compressed bytes are called in a header."""
    return BZIP2 if packed.startswith(_BZIP2_MARK) else ZSTD


def unpack(body: bytes, *, compressed: bool) -> Any:
    """The message in ``body``. Raises ``NotReadable``; never reads more than ``MOST_BYTES`` of text."""
    try:
        if compressed:
            body = _expanded(body)
        elif len(body) > MOST_BYTES:
            raise TooLong("too long")
        return _read(body)
    except (zstandard.ZstdError, OSError, orjson.JSONDecodeError) as error:
        raise NotReadable(type(error).__name__) from None


def read_lines(lines: Sequence[bytes]) -> list[dict[str, Any]]:
    """The objects in lines of JSON, one a line. Raises ``NotReadable``."""
    try:
        found: list[dict[str, Any]] = _read(b"[" + b",".join(lines) + b"]")
    except orjson.JSONDecodeError as error:
        raise NotReadable(type(error).__name__) from None
    if len(found) != len(lines) or not all(isinstance(each, dict) for each in found):
        raise NotReadable("not one object a line")
    return found


def _read(body: bytes) -> Any:
    with collector_off():
        return orjson.loads(body)


@contextmanager
def collector_off() -> Iterator[None]:
    """A page of rows is a hundred thousand objects without a circle among them: were the collector of circles left
    on, it would walk through the whole program several times meanwhile, for longer than the reading takes.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def _expanded(body: bytes) -> bytes:
    if body.startswith(_BZIP2_MARK):
        return _expanded_slowly(body)
    reader = zstandard.ZstdDecompressor(max_window_size=2**27).stream_reader(body)
    text = reader.read(MOST_BYTES + 1)
    if len(text) > MOST_BYTES:
        raise TooLong("too long")
    return text


def _expanded_slowly(body: bytes) -> bytes:
    reader = bz2.BZ2Decompressor()
    text = reader.decompress(body, _MOST_BZIP2 + 1)
    if len(text) > _MOST_BZIP2:
        raise TooLong("too long")
    if not reader.eof:
        raise NotReadable("cut")
    return text

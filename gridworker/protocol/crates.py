"""Crates: attached files on a USB stick, as many as a stick takes, of which nobody holds more than a piece in memory.

A line that says what it is; a line of JSON that anybody may read (the head); a line with the device's Ed25519
signature (base64url) over the two lines before; then pieces, each behind 4 bytes that tell its length and, by their
highest bit, whether it is the last; at the end 32 bytes, the SHA-256 of everything before. The pieces are a chain
(``sealing.Chain``): their key is agreed between the centre's public key and one that was made for this crate alone,
whose public half stands in the signed head. So only the centre opens a piece, only the device that signed the head
can have closed it, and none can be cut away, swapped, repeated or taken from another crate. The hash at the end is no
proof of anything; by it whoever carries a crate notices a bad stick before he goes home.

Inside, a line of JSON (the key to which the receipt is sealed), then for each file a line of JSON and its bytes.
"""

import base64
import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import IO, TypeVar

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pydantic import Field, ValidationError

from gridworker.protocol import sealing
from gridworker.protocol.courier import NoPackage
from gridworker.protocol.sync import Message

CRATE = b"gridworker crate 1"
"""The first line."""
MOST_FILES = 5000
"""Files in one crate."""
MOST_CRATE = 256 * 1024 * 1024
"""Bytes of the files that a desk puts into one crate: what goes wrong with one costs no more, and a stick with FAT32
takes files of 4 GB at most."""
LONGEST = MOST_CRATE + 32 * 1024 * 1024
"""Bytes of a crate, at most."""
PIECE = 256 * 1024
"""Bytes of a piece before it is closed."""

_LONGEST_LINE = 4096
_LAST = 1 << 31
_HASH = 32
_AnyMessage = TypeVar("_AnyMessage", bound=Message)


class CrateHead(Message):
    """What anybody may read."""

    county: str = Field(max_length=40)
    """Id of the county's region."""
    device: str = Field(max_length=40)
    """Whose files they are."""
    at: int
    """When it was begun, ms UTC of whoever closed it."""
    once: str = Field(max_length=64)
    """The crate's own X25519 public key, base64url."""


class _Inside(Message):
    """The first line inside."""

    reply_key: str = Field(max_length=64)
    """X25519 public key to which the receipt is sealed, base64url."""


class CrateFile(Message):
    """What goes before the bytes of a file."""

    bucket: str = Field(max_length=40)
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    size: int = Field(gt=0)


class Writer:
    """Fills a crate, from the first byte to the last. ``finish`` tells its name."""

    def __init__(
        self,
        sink: IO[bytes],
        head: dict[str, object],
        reply_key: bytes,
        seal_to: bytes,
        sign: bytes,
        chance: Callable[[int], bytes] = os.urandom,
    ) -> None:
        """``reply_key``, ``seal_to``: X25519 public halves; ``sign``: Ed25519 private half."""
        self._sink, self._digest = sink, hashlib.sha256()
        once = chance(sealing.KEY_BYTES)
        told = orjson.dumps({**head, "once": _text(sealing.public_of(once))})
        signed = CRATE + b"\n" + told
        lines = b"\n".join((signed, _text(Ed25519PrivateKey.from_private_bytes(sign).sign(signed)).encode(), b""))
        self._write(lines)
        self._chain = sealing.Chain(sealing.agreed(once, seal_to, _salt(once, seal_to), CRATE), lines)
        self._kept = bytearray()
        self._put(orjson.dumps({"reply_key": _text(reply_key)}) + b"\n")

    def add(self, about: CrateFile, content: Iterable[bytes]) -> None:
        """One file. Raises ``ValueError`` when its bytes are more or fewer than was said."""
        self._put(about.model_dump_json().encode() + b"\n")
        left = about.size
        for some in content:
            left -= len(some)
            self._put(some)
        if left:
            raise ValueError("not as long as was said")

    def finish(self) -> str:
        """The last piece; the crate's name (SHA-256 of the whole, hex)."""
        self._close(bytes(self._kept), last=True)
        self._write(self._digest.digest())
        return self._digest.hexdigest()

    def _put(self, some: bytes) -> None:
        self._kept += some
        while len(self._kept) > PIECE:
            self._close(bytes(self._kept[:PIECE]), last=False)
            del self._kept[:PIECE]

    def _close(self, piece: bytes, *, last: bool) -> None:
        sealed = self._chain.close(piece, last=last)
        self._write((len(sealed) | (_LAST if last else 0)).to_bytes(4, "big") + sealed)

    def _write(self, some: bytes) -> None:
        self._digest.update(some)
        self._sink.write(some)


@dataclass(frozen=True)
class Opened:
    """A crate that was read as far as anybody can."""

    head: CrateHead
    lines: bytes
    """What stands before the pieces."""
    signature: bytes

    def is_of(self, public: bytes) -> bool:
        """Whether the holder of the key whose public half (Ed25519, 32 bytes) this is closed it."""
        try:
            signed = b"\n".join(self.lines.split(b"\n")[:2])
            Ed25519PublicKey.from_public_bytes(public).verify(self.signature, signed)
        except (InvalidSignature, ValueError):
            return False
        return True


def begin(source: IO[bytes]) -> Opened:
    """What anybody can read; ``source`` stands before the first piece then. Raises ``NoPackage``."""
    lines = [source.readline(_LONGEST_LINE) for _ in range(3)]
    if lines[0] != CRATE + b"\n":
        raise NoPackage("another kind of file")
    try:
        head = CrateHead.model_validate_json(lines[1])
        signature = base64.urlsafe_b64decode(lines[2])
    except (ValidationError, ValueError):
        raise NoPackage("a damaged head") from None
    return Opened(head, b"".join(lines), signature)


def pieces(source: IO[bytes], opened: Opened, private: bytes) -> Iterator[bytes]:
    """What is inside, piece by piece, from where ``begin`` stopped to the end. ``private``: X25519, 32 bytes.

    Raises ``NoPackage`` as soon as something is not as it was closed, and at the end when something is missing or
    stands behind it.
    """
    chain = _chain_of(opened, private)
    last = False
    while not last:
        told = int.from_bytes(_exactly(source, 4), "big")
        size, last = told & ~_LAST, bool(told & _LAST)
        if size > PIECE + sealing.TAG:
            raise NoPackage("a piece that is too long")
        try:
            yield chain.open(_exactly(source, size), last=last)
        except ValueError:
            raise NoPackage("sealed to another key, or damaged") from None
    _exactly(source, _HASH)
    if source.read(1):
        raise NoPackage("something stands behind its end")


class Contents:
    """What is inside, file by file."""

    def __init__(self, plain: Iterator[bytes]) -> None:
        """Raises ``NoPackage``."""
        self._plain, self._kept, self._read = plain, bytearray(), 0
        self.reply_key = _raw(self._message(_Inside).reply_key)
        if len(self.reply_key) != sealing.KEY_BYTES:
            raise NoPackage("no key for the answer")

    def next(self) -> CrateFile | None:
        """The next file, whose bytes are to be read to their end; None after the last. Raises ``NoPackage``."""
        if not self._more():
            return None
        self._read += 1
        if self._read > MOST_FILES:
            raise NoPackage("too many files")
        return self._message(CrateFile)

    def content(self, about: CrateFile) -> Iterator[bytes]:
        """The bytes of the file that ``next`` told of. Raises ``NoPackage``."""
        left = about.size
        while left:
            if not self._more():
                raise NoPackage("it ends in the middle of a file")
            some = bytes(self._kept[:left])
            del self._kept[:left]
            left -= len(some)
            yield some

    def _message(self, shape: type[_AnyMessage]) -> _AnyMessage:
        while b"\n" not in self._kept:
            before = len(self._kept)
            if before > _LONGEST_LINE or not self._more(before + 1):
                raise NoPackage("no line where one should be")
        line, _, rest = self._kept.partition(b"\n")
        self._kept = bytearray(rest)
        try:
            return shape.model_validate_json(bytes(line))
        except ValidationError:
            raise NoPackage("a damaged line") from None

    def _more(self, wanted: int = 1) -> bool:
        """Whether so many bytes are at hand, or can be got."""
        while len(self._kept) < wanted:
            some = next(self._plain, None)
            if some is None:
                return False
            self._kept += some
        return True


class Copying:
    """Watches a crate while it is copied: its name, and whether it came whole off the stick."""

    def __init__(self) -> None:
        self._all, self._before, self._tail = hashlib.sha256(), hashlib.sha256(), b""

    def add(self, some: bytes) -> None:
        """The next bytes."""
        self._all.update(some)
        kept = self._tail + some
        self._before.update(kept[:-_HASH])
        self._tail = kept[-_HASH:]

    @property
    def name(self) -> str:
        """The crate's name; "" when it is not as it was written."""
        return self._all.hexdigest() if self._before.digest() == self._tail else ""


def _chain_of(opened: Opened, private: bytes) -> sealing.Chain:
    try:
        once = _raw(opened.head.once)
        key = sealing.agreed(private, once, once + sealing.public_of(private), CRATE)
    except ValueError:
        raise NoPackage("no key") from None
    return sealing.Chain(key, opened.lines)


def _salt(once: bytes, seal_to: bytes) -> bytes:
    return sealing.public_of(once) + seal_to


def _exactly(source: IO[bytes], size: int) -> bytes:
    found = source.read(size)
    if len(found) != size:
        raise NoPackage("it is cut short")
    return found


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode("ascii")


def _raw(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text)
    except ValueError:
        raise NoPackage("no key") from None

"""Packages and receipts on a USB stick: what a desk hands in and what the centre says to it, where no line reaches.

Both files have one form: a line that says what it is, a line of JSON that anybody may read (the head), a line
with an Ed25519 signature (base64url) over the two lines before, and a sealed box to the end. A package's box is
for the centre and signed by the device; a receipt's box is for the device and signed by the centre. Whoever
carries them can read who sent them and when, and nothing of what is inside.

An order to wipe a lost desk travels as a file, too (``write_word``), and the word that it was carried out comes back.
"""

import base64
import hashlib
from collections.abc import Callable
from typing import TypeVar

import orjson
import zstandard
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pydantic import BaseModel, Field, ValidationError

from gridworker.protocol import MOST_BYTES, sealing
from gridworker.protocol.sync import Message, Problem, Push, PushAnswer, Standing

PACKAGE = b"gridworker package 1"
RECEIPT = b"gridworker receipt 1"
ORDER = b"gridworker order 1"
WIPED = b"gridworker wiped 1"
"""The first lines. An order to wipe and the word that it was carried out are one more line, JSON with a proof in it."""
MOST_FILE = MOST_BYTES + 64 * 1024
"""Bytes of a file, at most; what unpacks to more than ``MOST_BYTES`` is refused as well."""

_LEVEL = 10
_LONGEST_WORD = 4096
_AnyModel = TypeVar("_AnyModel", bound=BaseModel)
_AnyMessage = TypeVar("_AnyMessage", bound=Message)


class NoPackage(ValueError):
    """Bytes that are no package or receipt, or were changed, or are for somebody else."""


class Head(Message):
    """What anybody may read."""

    county: str = Field(max_length=40)
    """Id of the county's region."""
    device: str = Field(max_length=40)
    """Whose changes they are."""
    at: int
    """When it was closed, ms UTC of whoever closed it."""
    box: str = Field(max_length=64)
    """SHA-256 of the sealed box, hex."""
    package: str = Field(default="", max_length=64)
    """A receipt's: the name of the package that it answers."""


class Contents(Message):
    """What is sealed in a package: pushes to be taken in this order, and the key to which the answer is sealed."""

    pushes: list[Push]
    reply_key: str = Field(max_length=100)
    """X25519 public key, base64url."""


NOT_YET = frozenset({"not_found", "not_allowed", "full"})
"""Why a file is not taken that may be taken another time: when a record speaks of it, or there is room."""


class FileSaid(Message):
    """What became of one file of a crate."""

    bucket: str
    sha256: str
    stored: int = 0
    """The file's number, when it lies at the centre; otherwise see ``code``."""
    code: str = ""


class Said(Message):
    """What is sealed in a receipt: an answer for each push, until one was not served; of a crate, what became of its
    files, and how the device stands."""

    answers: list[PushAnswer] = Field(default_factory=list)
    problem: Problem | None = None
    files: list[FileSaid] = Field(default_factory=list)
    standing: Standing | None = None


class Closed(Message):
    """A file that was read as far as anybody can: the head, what was signed, and the box."""

    head: Head
    signed: bytes
    signature: bytes
    sealed: bytes

    def is_of(self, public: bytes) -> bool:
        """Whether the holder of the key whose public half (Ed25519, 32 bytes) this is closed it."""
        try:
            Ed25519PublicKey.from_public_bytes(public).verify(self.signature, self.signed)
        except (InvalidSignature, ValueError):
            return False
        return True


def write_word(form: bytes, message: BaseModel) -> bytes:
    """A file that is no more than a form and a message that bears its own signature."""
    return form + b"\n" + message.model_dump_json().encode()


def read_word(form: bytes, file: bytes, shape: type[_AnyModel]) -> _AnyModel:
    """The message in such a file. Raises ``NoPackage``."""
    head, _, text = file.partition(b"\n")
    try:
        if head != form or len(text) > _LONGEST_WORD:
            raise NoPackage("another kind of file")
        return shape.model_validate_json(text)
    except ValidationError:
        raise NoPackage("a damaged message") from None


def name_of(file: bytes) -> str:
    """The name by which a receipt speaks of a package: SHA-256, hex."""
    return hashlib.sha256(file).hexdigest()


def close(
    form: bytes, head: dict[str, object], message: Message, seal_to: bytes, sign: bytes, chance: Callable[[int], bytes]
) -> bytes:
    """The file. ``seal_to``: X25519 public half; ``sign``: Ed25519 private half (32 bytes each).

    Raises ``NoPackage`` when the message is longer than any that would be read.
    """
    text = message.model_dump_json(exclude_defaults=True).encode()
    if len(text) > MOST_BYTES:
        raise NoPackage("too long")
    box = sealing.seal(seal_to, zstandard.ZstdCompressor(level=_LEVEL).compress(text), chance)
    told = orjson.dumps({**head, "box": hashlib.sha256(box).hexdigest()})
    signed = form + b"\n" + told
    signature = Ed25519PrivateKey.from_private_bytes(sign).sign(signed)
    return b"\n".join((signed, base64.urlsafe_b64encode(signature), box))


def read(form: bytes, file: bytes) -> Closed:
    """What anybody can read of a file. Raises ``NoPackage``."""
    if len(file) > MOST_FILE:
        raise NoPackage("too long")
    lines = file.split(b"\n", 3)
    if len(lines) != 4 or lines[0] != form:
        raise NoPackage("another kind of file")
    _, told, signature, box = lines
    try:
        head = Head.model_validate_json(told)
        raw = base64.urlsafe_b64decode(signature)
    except (ValidationError, ValueError):
        raise NoPackage("a damaged head") from None
    if hashlib.sha256(box).hexdigest() != head.box:
        raise NoPackage("a damaged box")
    return Closed(head=head, signed=form + b"\n" + told, signature=raw, sealed=box)


def open_box(closed: Closed, private: bytes, shape: type[_AnyMessage]) -> _AnyMessage:
    """What is inside. ``private``: X25519, 32 bytes. Raises ``NoPackage``."""
    try:
        packed = sealing.open(private, closed.sealed)
        with zstandard.ZstdDecompressor().stream_reader(packed) as reader:
            text = reader.read(MOST_BYTES + 1)
        if len(text) > MOST_BYTES:
            raise NoPackage("too long")
        return shape.model_validate_json(text)
    except (ValueError, zstandard.ZstdError):  # ValidationError is a ValueError
        raise NoPackage("sealed to another key, or damaged") from None

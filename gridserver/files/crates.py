"""Takes in what comes in a crate on a stick, by whatever hand, and closes the receipt that goes back the same way.

A file from a crate is written beside uploads that come by the line and put into its place by one rename: whatever the
line has brought of it meanwhile, the half or all, is neither used nor harmed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gridserver import author
from gridserver.doors import Ground
from gridserver.errors import Refused
from gridserver.files import service
from gridserver.storage import files, scope
from gridserver.storage.closed_by import closed_by
from gridserver.storage.engine import Connection, transaction
from gridserver.storage.files import Upload
from gridserver.storage.people import Caller, caller_of_device, standing_of
from gridserver.storage.stacks import Stacks
from gridworker.protocol import courier, crates
from gridworker.protocol.courier import NOT_YET, RECEIPT, FileSaid, NoPackage, Said
from gridworker.protocol.crates import Contents, CrateFile, Opened
from gridworker.records.fields import ENTRY_ID
from gridworker.records.files import MOST_BYTES, SHA256

_STRANGE = "这个照片包不是本中心的电脑导出的，或者文件不完整，请重新导出一份。"


@dataclass(frozen=True)
class _Wanted:
    """A file that is to be put into its place; ``code``: why it is not, or ``stored``: that it is there."""

    media_type: str = ""
    code: str = ""
    stored: int = 0


MOST_OPEN = 8
"""Crates that one device may have begun to hand over."""


@dataclass(frozen=True)
class Coming:
    """A crate on its way in, by the hand of a device that carries it."""

    ground: Ground
    stacks: Stacks
    name: str
    begins: str
    """By which name all that this device carries begins."""
    said: str
    """Under which name the receipt is kept, should its answer be lost; a centre that was restored has another."""

    @property
    def upload(self) -> str:
        """Under which name its bytes gather."""
        return self.begins + self.name

    @property
    def length(self) -> int:
        """Bytes that are here."""
        return self.stacks.length(self.upload)

    @property
    def is_taken(self) -> bool:
        """Whether all of it came and was taken in."""
        return self.stacks.length(self.said) > 0

    def check_room(self, size: int) -> None:
        """Raises ``Refused``: ``too_big``, ``throttled``, ``full``."""
        if size > crates.LONGEST:
            raise Refused("too_big")
        if not self.length and self.stacks.coming(self.begins) >= MOST_OPEN:
            raise Refused("throttled", retry_after=60)
        # Its files lie beside it for a moment.
        if not self.stacks.has_room(2 * size - self.length):
            raise Refused("full", retry_after=3600)

    def take(self) -> bytes:
        """All bytes have come: the receipt, which is kept for as long as nothing more could come of it. Raises
        ``Refused``: ``checksum``, ``media``; then they are gone."""
        try:
            if self.stacks.digest(self.upload, 0)[0] != self.name:
                raise Refused("checksum")
            receipt, is_last_word = _take_in(self.ground, self.stacks.partial(self.upload), self.name)
        except Refused as refused:
            if refused.error in ("checksum", "media"):
                self.stacks.drop(self.upload)
            raise
        if is_last_word:
            gathering = self.stacks.open(self.said, 0)
            try:
                gathering.write(receipt)
            finally:
                gathering.close()
        self.stacks.drop(self.upload)
        return receipt

    def receipt(self) -> bytes:
        """What goes back to the desk that closed it."""
        return self.stacks.partial(self.said).read_bytes()


def coming(ground: Ground, carrier: Caller, name: str) -> Coming:
    """The crate of this name that a device hands over. Raises ``Refused("not_found")`` for what is no name."""
    if not SHA256.match(name):
        raise Refused("not_found")
    receipt = f"receipt-{carrier.device}-{carrier.epoch}-{name}"
    return Coming(ground, service.stacks_of(ground), name, f"crate-{carrier.device}-", receipt)


def take(ground: Ground, path: Path, name: str) -> bytes:
    """Takes in every file of the crate at ``path`` (``name``: its SHA-256, hex) that a record speaks of, and returns
    the receipt. A crate may come several times; what no record speaks of yet comes with the next one.

    Raises ``Refused``: ``media`` for what no desk of ours closed or was changed since; then nothing was taken.
    """
    return _take_in(ground, path, name)[0]


def _take_in(ground: Ground, path: Path, name: str) -> tuple[bytes, bool]:
    """The receipt, and whether it is the last word about each file."""
    stacks = service.stacks_of(ground)
    opened, caller = _opened(ground, path)
    with path.open("rb") as source:
        crates.begin(source)
        contents = _contents(crates.pieces(source, opened, ground.keys.seal))
        said = list(_take_all(ground, stacks, caller, contents))
    author.tell_of_files(ground.engine, ground.clock(), ground.new_id)
    with transaction(ground.engine) as conn:
        caller = caller_of_device(conn, caller.device) or caller
    told = Said(files=said, standing=standing_of(caller, ground.clock()))
    head = {"county": caller.county, "device": caller.device, "at": ground.clock(), "package": name}
    receipt = courier.close(RECEIPT, head, told, contents.reply_key, ground.keys.sign, ground.chance)
    return receipt, all(each.code not in NOT_YET for each in said)


def _opened(ground: Ground, path: Path) -> tuple[Opened, Caller]:
    """The crate, once it is sure that a desk of this centre closed it, and every piece of it."""
    try:
        with path.open("rb") as source:
            opened = crates.begin(source)
            caller = closed_by(ground.engine, opened.head, opened.is_of)
            for _ in crates.pieces(source, opened, ground.keys.seal):
                pass
    except NoPackage as error:
        raise Refused("media", _STRANGE) from error
    return opened, caller


def _contents(plain: Iterator[bytes]) -> Contents:
    try:
        return Contents(plain)
    except NoPackage as error:
        raise Refused("media", _STRANGE) from error


def _take_all(ground: Ground, stacks: Stacks, caller: Caller, contents: Contents) -> Iterator[FileSaid]:
    try:
        while (about := contents.next()) is not None:
            content = contents.content(about)
            yield _take(ground, stacks, caller, about, content)
            for _ in content:  # what was not wanted is passed over
                pass
    except NoPackage as error:  # a desk that closed in what is no crate
        raise Refused("media", _STRANGE) from error


def _take(ground: Ground, stacks: Stacks, caller: Caller, about: CrateFile, content: Iterator[bytes]) -> FileSaid:
    with transaction(ground.engine) as conn:
        wanted = _wanted(conn, stacks, caller, about)
    said = FileSaid(bucket=about.bucket, sha256=about.sha256, stored=wanted.stored, code=wanted.code)
    if wanted.stored or wanted.code:
        return said
    upload = Upload(
        ground.new_id(), about.bucket, about.sha256, about.size, wanted.media_type, caller.device, ground.clock()
    )
    try:
        _write(stacks, upload, content)
        wrong = service.what_is_wrong(stacks, upload)
        if wrong:
            return said.model_copy(update={"code": wrong})
        if not stacks.has(upload.bucket, upload.sha256):
            stacks.shelve(upload.id, upload.bucket, upload.sha256)
        with transaction(ground.engine) as conn:
            return said.model_copy(update={"stored": files.keep(conn, upload, ground.clock())})
    finally:
        stacks.drop(upload.id)


def _wanted(conn: Connection, stacks: Stacks, caller: Caller, about: CrateFile) -> _Wanted:
    if not ENTRY_ID.match(about.bucket):
        return _Wanted(code="not_found")
    expected = files.expected(conn, caller.person, about.bucket, about.sha256)
    if expected is None:
        sees = scope.may_see(conn, caller.person, about.bucket)
        return _Wanted(code="not_found" if sees else "not_allowed")
    if (here := files.stored(conn, about.bucket, about.sha256)) is not None:
        return _Wanted(stored=here.n)
    if about.size != expected.size or about.size > MOST_BYTES:
        return _Wanted(code="too_big" if about.size > MOST_BYTES else "checksum")
    full = files.bytes_in(conn, about.bucket) + about.size > service.MOST_IN_BUCKET
    return _Wanted(expected.media_type, "full" if full or not stacks.has_room(about.size) else "")


def _write(stacks: Stacks, upload: Upload, content: Iterator[bytes]) -> None:
    gathering = stacks.open(upload.id, 0)
    try:
        for some in content:
            gathering.write(some)
    finally:
        gathering.close()

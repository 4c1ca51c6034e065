"""Photos and papers where no line reaches: own ones go into crates on a USB stick, those of others are carried.

Nothing is noted of what is in a crate but the key to its receipt. A file waits until a receipt, or the line, says that
the centre has it; what came twice is there once.
"""

import logging
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from gridworker.errors import BrokenAnswer, Cancelled, NotThisFile, SignInNeeded
from gridworker.protocol import crates, sealing
from gridworker.protocol.courier import MOST_FILE, FileSaid, NoPackage
from gridworker.protocol.crates import MOST_CRATE, MOST_FILES, Copying, CrateFile, Writer
from gridworker.protocol.files import PIECE_TYPE, STORED, TUS
from gridworker.protocol.sync import Clock
from gridworker.storage.cabinet import PIECE, Cabinet
from gridworker.storage.file_links import FileLink
from gridworker.storage.store import Store
from gridworker.sync import courier
from gridworker.sync.badge import raw_of
from gridworker.sync.file_line import Carrier, FileRefused, PieceSize, checked, number_in, said_of
from gridworker.sync.files import TROUBLE, Told, to_send

LOG = logging.getLogger(__name__)

OVERHEAD = 64 * 1024
"""Bytes by which a crate is longer than its files, at most, but for 600 a file."""
_PER_FILE = 600
_SPARE = 512 * 1024 * 1024
"""Bytes of the disk that what is carried for others leaves free."""
_DAMAGED = "文件不完整或被改动过，请在原来的电脑上重新导出一份。"
_NO_ROOM = "这台电脑的磁盘空间不够，装不下这个照片包，请换一台电脑或先清理磁盘。"
_MOST_TRIES = 3
_COMING = "coming-"
_STALE_MS = 86_400_000


@dataclass(frozen=True)
class Load:
    """What waits to go on a stick, before anything is written."""

    changes: int
    files: int
    size: int
    """Bytes of the files."""
    parts: int
    """Crates that they fill."""
    free: int
    """Bytes that are free where they are to go."""

    @property
    def needs(self) -> int:
        """Bytes that crates take, about."""
        return self.size + self.files * _PER_FILE + self.parts * OVERHEAD

    @property
    def fits(self) -> bool:
        """Whether the files find room."""
        return self.needs < self.free


@dataclass(frozen=True)
class Exported:
    """What was written to a stick."""

    package: Path | None
    """None: no change waits."""
    changes: int
    left: int
    """Changes that did not fit into the package."""
    crates: Sequence[Path] = ()
    files: int = 0
    """Files in the crates."""


def waiting(store: Store, cabinet: Cabinet) -> list[FileLink]:
    """Own files that the centre lacks, small ones first, but for those whose record came back."""
    return [link for link in to_send(store, cabinet) if "attention" not in _states(store, link)]


def parts_of(links: Sequence[FileLink]) -> list[list[FileLink]]:
    """The files of each crate."""
    parts: list[list[FileLink]] = []
    room = 0
    for link in links:
        if not parts or link.size > room or len(parts[-1]) == MOST_FILES:
            parts.append([])
            room = MOST_CRATE
        parts[-1].append(link)
        room -= link.size
    return parts


def fill(
    store: Store,
    cabinet: Cabinet,
    part: Sequence[FileLink],
    sink: IO[bytes],
    now: int,
    chance: Callable[[int], bytes],
    step: Callable[[int], object],
) -> str:
    """Write a crate with these files; its name. ``step`` hears of bytes, and may raise ``Cancelled``.

    Raises ``SignInNeeded`` before the store was enrolled.
    """
    device = str(store.meta("device", ""))
    if not device:
        raise SignInNeeded("not enrolled", advice=courier.NO_CENTRE)
    cabinet.bind((link.sha256, link.bucket) for link in part)
    reply = chance(sealing.KEY_BYTES)
    head: dict[str, object] = {"county": courier.county_of(store), "device": device, "at": now}
    seal_to, sign = raw_of(store.meta("recovery_key")), raw_of(store.meta("device_key"))
    writer = Writer(sink, head, sealing.public_of(reply), seal_to, sign, chance)
    for link in part:
        about = CrateFile(bucket=link.bucket, sha256=link.sha256, size=link.size)
        writer.add(about, _bytes_of(cabinet, link, step))
    name = writer.finish()
    courier.remember(store, name, reply)
    return name


def note(store: Store, cabinet: Cabinet, said: Sequence[FileSaid], epoch: str) -> tuple[int, int]:
    """What a receipt says of files: how many the centre has, and how many it has not."""
    trouble = dict(store.meta(TROUBLE, {}))
    stored = 0
    for each in said:
        if each.stored:
            cabinet.bind([(each.sha256, each.bucket)])
            cabinet.handed_in(each.sha256, each.bucket, epoch, each.stored)
            stored += 1
            trouble.pop(each.sha256, None)
        else:
            trouble[each.sha256] = each.code
    store.set_meta(TROUBLE, trouble)
    return stored, len(said) - stored


def _bytes_of(cabinet: Cabinet, link: FileLink, step: Callable[[int], object]) -> Iterator[bytes]:
    for start in range(0, link.size, PIECE):
        some = cabinet.read(link.sha256, start, PIECE)
        step(len(some))
        yield some


def _states(store: Store, link: FileLink) -> set[str]:
    return {change.state for change in store.own_changes(link.record)}


# ------------------------------------------------------------------ carried for others


def carry(
    store: Store, folder: Path, source: IO[bytes], size: int, free: int, now: int, step: Callable[[int], object]
) -> None:
    """Take a crate of another desk along: its bytes lie in ``folder``, as closed as they came.

    Raises ``NotThisFile``; then nothing was changed.
    """
    if size > crates.LONGEST:
        raise NotThisFile("too long", advice=_DAMAGED)
    if free - size < _SPARE:
        raise NotThisFile("no room", advice=_NO_ROOM)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, made = tempfile.mkstemp(prefix=_COMING, dir=folder)
    beside = Path(made)
    try:
        with os.fdopen(handle, "w+b") as sink:
            head, name = _copied(source, sink, step)
        if head.county != courier.county_of(store):
            raise NotThisFile("another county", advice=courier.NOT_FOR_US)
        beside.replace(folder / name)
        if not store.carry(name, head.device, b"", now, crate=True):
            (folder / name).unlink()
            raise NotThisFile("no room", advice=courier.FULL)
    finally:
        beside.unlink(missing_ok=True)


def _copied(source: IO[bytes], sink: IO[bytes], step: Callable[[int], object]) -> tuple[crates.CrateHead, str]:
    copying = Copying()
    while some := source.read(PIECE):
        step(len(some))
        copying.add(some)
        sink.write(some)
    sink.flush()
    os.fsync(sink.fileno())
    sink.seek(0)
    try:
        head = crates.begin(sink).head
    except NoPackage as error:
        raise NotThisFile(str(error), advice=_DAMAGED) from None
    if not copying.name:
        raise NotThisFile("not as it was written", advice=_DAMAGED)
    return head, copying.name


def deliver(
    store: Store,
    folder: Path,
    line: Carrier,
    clock: Callable[[], Clock],
    *,
    progress: Told = lambda done, total, words: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> int:
    """Hand over the crates that are carried, each from where it was broken off; how many the centre has now.

    Raises ``CentreError``, ``SignInError``, ``Cancelled``; what came across until then stays there.
    """

    def told(at: int, size: int) -> None:
        progress(at, size, "正在转交别人的照片包")

    done = 0
    for name in store.crates_to_deliver():
        path = folder / name
        there = path.exists()
        receipt = hand_over(path, line, clock, told, cancelled) if there else courier.REFUSED
        if receipt:
            store.carried_delivered(name, receipt)
            path.unlink(missing_ok=True)
            done += 1
    for path in folder.glob(_COMING + "*"):  # a copy that was broken off with the program
        if path.stat().st_mtime * 1000 < clock().wall - _STALE_MS:
            path.unlink(missing_ok=True)
    return done


def hand_over(
    path: Path,
    line: Carrier,
    clock: Callable[[], Clock],
    told: Callable[[int, int], object],
    cancelled: Callable[[], bool],
) -> bytes:
    """Hands over the crate at ``path``, from where it was broken off: its receipt; ``courier.REFUSED`` when it is none
    of this centre's, b"" when it is not taken now. ``told``: bytes done, and bytes of all.
    """
    place, size, piece = f"/files/v1/crates/{path.name}", path.stat().st_size, PieceSize()
    for _ in range(_MOST_TRIES):
        try:
            at = number_in(said_of(line.plain("HEAD", place, {"Tus-Resumable": TUS})), "Upload-Offset")
            with path.open("rb") as source:
                while True:
                    if cancelled():
                        raise Cancelled
                    told(at, size)
                    source.seek(at)
                    asked, before, body = clock().mono, at, source.read(piece.size)
                    at, receipt = _send(line, place, at, size, body)
                    if receipt:
                        return receipt
                    if at <= before:
                        raise FileRefused("offset")
                    piece = piece.after(clock().mono - asked)
        except FileRefused as refused:
            LOG.info("a crate was not taken: %s", refused)
            if str(refused) in ("media", "too_big", "not_found"):
                return courier.REFUSED
            if str(refused) not in ("offset", "checksum", "locked"):
                return b""
    return b""


def _send(line: Carrier, place: str, at: int, size: int, body: bytes) -> tuple[int, bytes]:
    """The next bytes; how many are there now, and the receipt once all of them are."""
    receipt = bytearray()

    def keep(_: int, some: bytes) -> None:
        if len(receipt) + len(some) > MOST_FILE:
            raise BrokenAnswer("a receipt that never ends")
        receipt.extend(some)

    told = {"Content-Type": PIECE_TYPE, "Upload-Offset": str(at), "Upload-Length": str(size), **checked(body)}
    answer = said_of(line.plain("PATCH", place, {"Tus-Resumable": TUS, **told}, body, keep))
    return (size, bytes(receipt)) if STORED in answer.headers else (number_in(answer, "Upload-Offset"), b"")

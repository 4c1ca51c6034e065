"""The queue of files: small ones first, each from where it was broken off, and never in the way of text.

Nothing about an upload is kept here: the records say which files the centre lacks, the cabinet has their bytes, and
the centre says where each goes on. So the queue may end at any byte, with the program or without it.
"""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from gridworker.errors import BrokenAnswer, Cancelled, TooSlow
from gridworker.protocol.sync import Clock
from gridworker.storage.cabinet import Cabinet, WrongBytes
from gridworker.storage.file_links import FileLink
from gridworker.storage.outbox import WAITS
from gridworker.storage.store import Store
from gridworker.sync.file_line import Begun, Carrier, FileRefused, PieceSize, announce, fetch, send

LOG = logging.getLogger(__name__)

Told = Callable[[int, int, str], object]
"""How far it is: bytes done, bytes of all, and the words that the worker reads."""

TROUBLE = "files_trouble"
"""The note that tells, by hash, why a file did not go up; see ``ledger.files``."""

MOST_HERE = 500 * 1024 * 1024
"""Bytes of files that lie on a desk; what the centre has safe goes first."""
STAYS = 60 * 86_400_000
"""ms for which a file that the centre has safe stays here after somebody looked at it."""
LONE = 30 * 86_400_000
"""ms after which a file goes that was attached and never saved."""

_AGAIN = ("offset", "expired", "checksum")
"""What is mended by announcing the file once more."""
_MOST_TRIES = 3
_FETCHED = 128 * 1024


@dataclass(slots=True)
class FilesReport:
    """What a run of the queue brought about."""

    stored: int = 0
    """Files that the centre has now."""
    left: int = 0
    """Files that wait all the same; the store's note tells why."""
    trouble: dict[str, str] = field(default_factory=dict)
    """By hash: why it did not go up."""


def to_send(store: Store, cabinet: Cabinet) -> list[FileLink]:
    """Own files that the centre lacks, each once a bucket, small ones first."""
    found: dict[tuple[str, str], FileLink] = {}
    epoch = str(store.meta("epoch", ""))
    for link in store.unstored_files():
        kept = cabinet.about(link.sha256)
        if kept is None or not kept.mine or not kept.whole:
            continue
        # What the centre has said here is told once more by the feed, unless the bucket left the scope meanwhile.
        if not cabinet.is_handed_in(link.sha256, link.bucket, epoch):
            found.setdefault((link.bucket, link.sha256), link)
    return sorted(found.values(), key=lambda link: (link.size, link.sha256))


def send_files(
    store: Store,
    cabinet: Cabinet,
    line: Carrier,
    clock: Callable[[], Clock],
    *,
    progress: Told = lambda done, total, words: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> FilesReport:
    """Send what waits. Safe to break off anywhere and to repeat.

    Raises ``CentreError``, ``SignInError``, ``StoreError``, ``Cancelled``; what came across until then stays there.
    """
    queue = _Queue(store, cabinet, line, clock, progress, cancelled)
    try:
        queue.run()
    finally:
        store.set_metas({"file_piece": queue.piece.size, TROUBLE: queue.report.trouble})
        LOG.info("files stored=%s left=%s", queue.report.stored, queue.report.left)
    return queue.report


class _Queue:
    """One run."""

    def __init__(
        self,
        store: Store,
        cabinet: Cabinet,
        line: Carrier,
        clock: Callable[[], Clock],
        progress: Told,
        cancelled: Callable[[], bool],
    ) -> None:
        self._store, self._cabinet, self._line, self._clock = store, cabinet, line, clock
        self._progress, self._cancelled = progress, cancelled
        self.piece = PieceSize(int(store.meta("file_piece", PieceSize().size)))
        self.report = FilesReport()
        self._links = to_send(store, cabinet)
        self._total = sum(link.size for link in self._links)
        self._done = 0
        self._number = 0
        """Of the file that was sent last."""

    def run(self) -> None:
        """Every file, one after the other; one that the centre does not take does not hold up the next."""
        self._cabinet.bind((link.sha256, link.bucket) for link in self._links)
        self.report.left = len(self._links)
        for number, link in enumerate(self._links, 1):
            words = f"正在上传照片和文件 {number} / {len(self._links)}"
            done = self._done
            trouble = "text" if self._text_waits(link) else self._send_one(link, words)
            self._done = done + link.size
            if not trouble:
                epoch = str(self._store.meta("epoch", ""))
                self._cabinet.handed_in(link.sha256, link.bucket, epoch, self._number)
                self.report.stored += 1
                self.report.left -= 1
                continue
            self.report.trouble[link.sha256] = trouble
            if trouble == "full":
                break

    def _text_waits(self, link: FileLink) -> bool:
        """The centre takes no file of which it has not heard from a record."""
        states = {change.state for change in self._store.own_changes(link.record)}
        return bool(states.intersection((*WAITS, "attention")))

    def _send_one(self, link: FileLink, words: str) -> str:
        """Why it did not go up; "" when it did."""
        for tries in range(_MOST_TRIES):
            try:
                begun = announce(self._line, link.bucket, link.sha256, link.size)
                while not begun.stored:
                    self._tell(link, begun, words)
                    begun = self._send_piece(link, begun)
                self._number = begun.stored
                return ""
            except FileRefused as refused:
                code = str(refused)
                if code not in _AGAIN or tries == _MOST_TRIES - 1:
                    return code
        raise AssertionError("the last try returns")

    def _send_piece(self, link: FileLink, begun: Begun) -> Begun:
        asked = self._clock().mono
        body = self._cabinet.read(link.sha256, begun.offset, self.piece.size)
        try:
            after = send(self._line, begun, body)
        except (TooSlow, BrokenAnswer):
            self.piece = self.piece.halved()
            raise
        self.piece = self.piece.after(self._clock().mono - asked)
        if not after.stored and after.offset <= begun.offset:
            raise RuntimeError("the centre took a piece and stands where it stood")
        return after

    def _tell(self, link: FileLink, begun: Begun, words: str) -> None:
        if self._cancelled():
            raise Cancelled
        self._progress(self._done + begun.offset, self._total, words)


def fetch_file(
    cabinet: Cabinet,
    line: Carrier,
    link: FileLink,
    now: int,
    thumb: Callable[[bytes], bytes | None],
    progress: Told = lambda done, total, words: None,
) -> None:
    """Bring a file here that the centre has. Broken off, it goes on from there the next time.

    Raises ``CentreError``, ``FileRefused``, ``WrongBytes`` for bytes that are not what the hash says.
    """
    start = cabinet.begin(link.sha256, link.size, link.media_type, now)
    cabinet.bind([(link.sha256, link.bucket)])
    kept, at = bytearray(), start

    def keep() -> None:
        nonlocal at
        cabinet.add(link.sha256, at, bytes(kept))
        at += len(kept)
        kept.clear()
        progress(at, link.size, "正在下载照片和文件")

    def take(some: bytes) -> None:
        kept.extend(some)
        if len(kept) >= _FETCHED:
            keep()

    if start < link.size:
        try:
            fetch(line, link.bucket, link.sha256, start, take)
        finally:
            if kept:
                keep()
    cabinet.complete(link.sha256, thumb)


def let_go(store: Store, cabinet: Cabinet, now: int, *, most: int = MOST_HERE, stays: int = STAYS) -> int:
    """What the centre has safe may go when it was not looked at for long, or when there is much; how many files.

    What was attached here stays until a backup of the centre covers it.
    """
    buckets = {bucket.id for bucket in store.buckets()}
    cabinet.keep_only(buckets)
    drafts = [str(draft.fields) for draft in store.drafts()]
    cabinet.sweep(now - LONE, lambda sha256: any(sha256 in draft for draft in drafts))
    size, gone = cabinet.size(), 0
    if size <= most and all(kept.used_at >= now - stays for kept in cabinet.all() if kept.whole):
        return 0
    for sha256, length, used_at in _may_go(store, cabinet):
        if size > most or used_at < now - stays:
            cabinet.evict(sha256)
            size -= length
            gone += 1
    return gone


def _may_go(store: Store, cabinet: Cabinet) -> Iterator[tuple[str, int, int]]:
    covered = store.covered_files(int(store.meta("files_durable", 0)))
    for kept in cabinet.all():
        if kept.whole and (not kept.mine or covered.get(kept.sha256)):
            yield kept.sha256, kept.size, kept.used_at


__all__ = ["FilesReport", "WrongBytes", "fetch_file", "let_go", "send_files", "to_send"]

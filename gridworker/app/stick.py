"""The files on a USB stick: packages and crates out, what others or the centre wrote in, receipts back."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from gridworker.errors import DeviceWiped, DiskFull, NotThisFile, StickFault, StickFull
from gridworker.protocol.courier import MOST_FILE, PACKAGE, name_of
from gridworker.protocol.crates import CRATE
from gridworker.sync import courier, crates
from gridworker.sync.crates import Exported, Load
from gridworker.ui.background import Progress

if TYPE_CHECKING:
    from gridworker.app.desk import Desk

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_PARTS = "已经写好 {} 份照片包；其余的都在本机，一个也没有丢。请换一个U盘或重新插好，再导出一次。"
_TOO_MUCH = "照片和文件要 {} MB，U盘上只剩 {} MB。请换一个U盘，或者先不带照片导出。"
_UNREADABLE = "读不出这个文件，请检查U盘和文件名。"


class StickOf:
    """Answers ``ui.pages.stick_card.Stick`` for one desk; every method takes its time and may run in a lane."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def look(self, folder: Path, progress: Progress | None = None) -> Load:
        """How much waits, and how much room there is. Raises ``StickFault``."""
        desk = self._desk
        with contextlib.closing(desk.open_store()) as store, contextlib.closing(desk.open_cabinet()) as cabinet:
            links = crates.waiting(store, cabinet)
            changes = store.count_to_hand_in()
        size = sum(link.size for link in links)
        return Load(changes, len(links), size, len(crates.parts_of(links)), _free(folder))

    def export(self, path: Path, progress: Progress | None = None, *, files: bool = False) -> Exported:
        """Writes what waits to *path*, a file or the folder for one, and *files* into crates beside it.

        Raises ``StickFault``, ``StickFull``, ``Cancelled``; the packages and crates that were complete by then are
        good.
        """
        folder = path if path.is_dir() else path.parent
        if files:
            load = self.look(folder)
            if not load.fits:
                raise StickFull("too much", advice=_TOO_MUCH.format(-(-load.needs // 2**20), load.free // 2**20))
        package = self._desk.pack()
        if package is not None:
            if path.is_dir():
                path = path / courier.file_name(PACKAGE, package.device, name_of(package.file))
            _write(path, package.file)
        written, count = self._fill(folder, progress) if files else ([], 0)
        changes, left = (package.changes, package.left) if package is not None else (0, 0)
        return Exported(None if package is None else path, changes, left, tuple(written), count)

    def take(self, path: Path, progress: Progress | None = None) -> courier.Taken:
        """Another desk's package or crate, or the receipt of one's own. Raises ``NotThisFile``, and ``DeviceWiped`` for
        an order of the centre's: then the word that it was carried out lies beside it, for whoever brought it.
        """
        if _form(path) == CRATE:
            return self._carry(path, progress)
        try:
            return self._desk.take(_read(path))
        except DeviceWiped:
            word = self._desk.wipe_word()
            if word is not None:
                with contextlib.suppress(StickFault):  # the centre hears of it by the line one day
                    _write(path.with_name(word[0]), word[1])
            raise

    def receipts(self, folder: Path, progress: Progress | None = None) -> list[Path]:
        """Writes the receipts of what was carried into *folder*."""
        written = []
        for name, file in self._desk.receipts():
            _write(folder / name, file)
            written.append(folder / name)
        return written

    def _fill(self, folder: Path, progress: Progress | None) -> tuple[list[Path], int]:
        """The crates that were written, and how many files are in them."""
        desk, machine = self._desk, self._desk.machine
        written: list[Path] = []
        with (
            desk.vault.files_lock(desk.user).take(),
            contextlib.closing(desk.open_store()) as store,
            contextlib.closing(desk.open_cabinet()) as cabinet,
        ):
            links = crates.waiting(store, cabinet)
            step = _steps(progress, sum(link.size for link in links), "正在把照片装进U盘")
            device = str(store.meta("device", ""))
            try:
                for part in crates.parts_of(links):
                    beside = folder / f"民情日记-{device[-6:]}.part"
                    with _whole(beside) as sink:
                        name = crates.fill(store, cabinet, part, sink, machine.now(), machine.chance, step)
                    written.append(folder / courier.file_name(CRATE, device, name))
                    beside.replace(written[-1])
            except OSError as error:
                raise _fault(error, _PARTS.format(len(written)) if written else "") from None
        return written, len(links)

    def _carry(self, path: Path, progress: Progress | None) -> courier.Taken:
        desk = self._desk
        try:
            with contextlib.closing(desk.open_store()) as store, path.open("rb") as source:
                size, free = os.fstat(source.fileno()).st_size, shutil.disk_usage(desk.opened.entry.path.parent).free
                step = _steps(progress, size, "正在收下照片包")
                crates.carry(store, desk.carried_crates, source, size, free, desk.machine.now(), step)
        except OSError as error:
            if error.errno in _FULL:
                raise DiskFull(type(error).__name__) from None
            raise NotThisFile(type(error).__name__, advice=_UNREADABLE) from None
        return courier.Taken(CRATE)


def _steps(progress: Progress | None, total: int, words: str) -> Callable[[int], Any]:
    """Hears of bytes; tells how far it is, and stops when a person wants it to."""
    done = 0

    def step(some: int) -> None:
        nonlocal done
        done += some
        if progress is not None:
            progress.check()
            progress.report(done, total, words)

    return step


def _free(folder: Path) -> int:
    try:
        return shutil.disk_usage(folder).free
    except OSError as error:
        raise _fault(error) from None


def _form(path: Path) -> bytes:
    """The first line."""
    try:
        with path.open("rb") as file:
            return file.readline(len(CRATE) + 1).rstrip(b"\n")
    except OSError as error:
        raise NotThisFile(type(error).__name__, advice=_UNREADABLE) from None


def _read(path: Path) -> bytes:
    """Never more than any package holds."""
    try:
        with path.open("rb") as file:
            return file.read(MOST_FILE + 1)
    except OSError as error:
        raise NotThisFile(type(error).__name__, advice=_UNREADABLE) from None


def _write(path: Path, file: bytes) -> None:
    """Whole or not at all, and truly on the stick when this returns."""
    beside = path.with_name(path.name + ".part")
    try:
        with _whole(beside) as sink:
            sink.write(file)
        beside.replace(path)
    except OSError as error:
        raise _fault(error) from None


@contextlib.contextmanager
def _whole(beside: Path) -> Iterator[IO[bytes]]:
    """A file that is truly on the stick at the end of the block, or not there."""
    try:
        with beside.open("wb") as sink:
            yield sink
            sink.flush()
            os.fsync(sink.fileno())
    except BaseException:
        with contextlib.suppress(OSError):  # the stick is gone: it is written over the next time
            beside.unlink(missing_ok=True)
        raise


def _fault(error: OSError, advice: str = "") -> StickFault:
    kind = StickFull if error.errno in _FULL else StickFault
    return kind(type(error).__name__, advice=advice)

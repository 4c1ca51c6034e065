"""The files on a USB stick: packages out, packages and receipts in, receipts back."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

from gridworker.errors import DeviceWiped, DiskFull, NotThisFile
from gridworker.protocol.courier import MOST_FILE, PACKAGE, name_of
from gridworker.sync import courier
from gridworker.ui.background import Progress

if TYPE_CHECKING:
    from gridworker.app.desk import Desk


class StickOf:
    """Answers ``ui.pages.stick_card.Stick`` for one desk; every method takes its time and may run in a lane."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def export(self, path: Path, progress: Progress | None = None) -> tuple[Path, courier.Package] | None:
        """Writes what waits to *path*, a file or the folder for one; None when nothing waits."""
        package = self._desk.pack()
        if package is None:
            return None
        if path.is_dir():
            path = path / courier.file_name(PACKAGE, package.device, name_of(package.file))
        _write(path, package.file)
        return path, package

    def take(self, path: Path, progress: Progress | None = None) -> courier.Taken:
        """Another desk's package, or the receipt of one's own. Raises ``NotThisFile``, and ``DeviceWiped`` for an order
        of the centre's: then the word that it was carried out lies beside it, for whoever brought it.
        """
        try:
            return self._desk.take(_read(path))
        except DeviceWiped:
            word = self._desk.wipe_word()
            if word is not None:
                with contextlib.suppress(DiskFull):  # the centre hears of it by the line one day
                    _write(path.with_name(word[0]), word[1])
            raise

    def receipts(self, folder: Path, progress: Progress | None = None) -> list[Path]:
        """Writes the receipts of carried packages into *folder*."""
        written = []
        for name, file in self._desk.receipts():
            _write(folder / name, file)
            written.append(folder / name)
        return written


def _read(path: Path) -> bytes:
    """Never more than any package holds."""
    try:
        with path.open("rb") as file:
            return file.read(MOST_FILE + 1)
    except OSError as error:
        raise NotThisFile(type(error).__name__, advice="读不出这个文件，请检查U盘和文件名。") from None


def _write(path: Path, file: bytes) -> None:
    """Whole or not at all, and truly on the stick when this returns."""
    beside = path.with_name(path.name + ".part")
    try:
        with beside.open("wb") as sink:
            sink.write(file)
            sink.flush()
            os.fsync(sink.fileno())
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise DiskFull(type(error).__name__, advice="没有写到U盘上，请检查U盘是否写保护、空间是否够。") from None

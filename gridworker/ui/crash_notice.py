"""After a crash: what is being written is kept first, then it is said plainly that something went wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    from gridworker.ui.pages.crash import CrashSheet, Written
    from gridworker.ui.window import MainWindow


class CrashNotice:
    """One is told at a time, over whatever stands in the window."""

    def __init__(self, over: QWidget, go_on: Callable[[bool], object]) -> None:
        """*go_on*: somebody has read it; True: he is to come in anew."""
        self._over, self._go_on = over, go_on
        self._sheet: CrashSheet | None = None
        self._telling = False

    def tell(self, window: MainWindow | None, again: bool, falls: Callable[[], int], save: Callable[[], Path]) -> None:
        """*window*: of whoever is in. *again*: the same has happened before. *falls* counts, so that it is seen when
        keeping fails too. *save* writes the diagnosis.
        """
        if self._sheet is not None or self._telling:
            return  # one is said already, or saying it is what fails
        from gridworker.ui.pages.crash import CrashSheet

        self._telling = True
        written = _keep_what_is_written(window, falls)
        anew = again and written != "lost"
        self._sheet = CrashSheet(
            self._over, written=written, again=again, go_on=lambda: self._was_read(anew), save=save
        )
        self._sheet.open_over()
        self._telling = False

    def forget(self) -> None:
        """Whoever was told has left."""
        sheet, self._sheet = self._sheet, None
        if sheet is not None:
            sheet.hide()
            sheet.deleteLater()

    def _was_read(self, anew: bool) -> None:
        self._sheet = None
        self._go_on(anew)


def _keep_what_is_written(window: MainWindow | None, falls: Callable[[], int]) -> Written:
    before = falls()
    if window is None:
        return "nothing"
    window.acts.trigger("keep")
    # What fails in there is not raised here: Qt called it.
    if falls() != before:
        return "lost"
    return "kept" if window.drawer is not None else "nothing"

"""Draws a page a little at a time: between two pieces keys, clicks and the paint have their turn."""

from __future__ import annotations

from collections.abc import Iterator
from time import monotonic
from typing import Final

from PySide6.QtCore import QObject, QTimer

ENOUGH_S: Final = 0.004
"""Small pieces are done together up to this; what was drawn has to be laid out and painted, too."""


class Turns(QObject):
    """What is to be drawn comes as an iterator that yields after every piece."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pieces: Iterator[None] | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._go_on)

    @property
    def over(self) -> bool:
        """Whether all is drawn."""
        return self._pieces is None

    def begin(self, pieces: Iterator[None]) -> None:
        """Draw in turns; what was being drawn is given up: these draw it again."""
        self._pieces = pieces
        self._timer.start(0)

    def now(self, pieces: Iterator[None]) -> None:
        """Draw at once, what was begun before it first."""
        begun, self._pieces = self._pieces, None
        self._timer.stop()
        for each in (begun, pieces):
            for _ in each or ():
                pass

    def _go_on(self) -> None:
        pieces, until = self._pieces, monotonic() + ENOUGH_S
        while pieces is not None and monotonic() < until:
            try:
                next(pieces)
            except StopIteration:
                self._pieces = pieces = None
            except BaseException:
                self._pieces = None
                raise
        if pieces is not None:
            self._timer.start(0)

"""Python's rubbish is cleared on the window's thread, and on no other.

Objects that only hold one another, as a page, its buttons and their slots do, are freed by Python's collector of
circles. Left to itself it runs on whichever thread happens to make one object too many: often a lane in the middle of
a sync. Then widgets are taken down beside the window's own thread, and Qt falls, at once or minutes later.
"""

from __future__ import annotations

import gc
from typing import Final

from PySide6.QtCore import QObject, QTimer

EVERY_MS: Final = 1_000


def sweep() -> None:
    """Clear what is due by the collector's own count: the young often, the old seldom."""
    made, young, middle = gc.get_count()
    most_made, most_young, most_middle = gc.get_threshold()
    if made > most_made:
        gc.collect(0 if young <= most_young else 1 if middle <= most_middle else 2)


class Sweeper(QObject):
    """While it is entered nothing but :func:`sweep` clears, now and then; lives on the window's thread."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._before = False
        self._timer = QTimer(self)
        self._timer.timeout.connect(sweep)

    def __enter__(self) -> None:
        self._before = gc.isenabled()
        gc.disable()
        self._timer.start(EVERY_MS)

    def __exit__(self, *_: object) -> None:
        self._timer.stop()
        if self._before:
            gc.enable()

"""Notices that nobody has touched the window for a while, at next to no cost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QWindow

LOOK_EVERY_MS: Final = 5_000
_TOUCHES: Final = frozenset(
    {
        QEvent.Type.KeyPress,
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseMove,
        QEvent.Type.Wheel,
        QEvent.Type.TouchBegin,
        QEvent.Type.TouchUpdate,
        QEvent.Type.TabletPress,
    }
)


class Idle(QObject):
    """``due`` comes once when the window was left alone for as long as was set.

    It listens to the window's own surface, where a person's touches arrive before they are handed to the hundreds of
    widgets; what an input method writes shows by the cursor that moves. Whoever comes back too late, after
    the laptop has slept, finds the touch swallowed: what stands on the screen is not his any more.
    """

    due = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._clock: Callable[[], int] = lambda: 0
        self._limit = 0
        self._touched = 0
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.look)

    @property
    def watching(self) -> bool:
        """Whether it would tell."""
        return self._timer.isActive()

    def watch(self, window: QWindow | None) -> None:
        """Listen to this surface."""
        if window is not None:
            window.installEventFilter(self)
        QGuiApplication.inputMethod().cursorRectangleChanged.connect(self.touch, Qt.ConnectionType.UniqueConnection)

    def begin(self, clock: Callable[[], int], limit: int) -> None:
        """From now on: *limit* ms by *clock*, which runs on while the machine sleeps; 0: never."""
        self._clock, self._limit = clock, limit
        self._touched = clock()
        if limit:
            self._timer.start(min(LOOK_EVERY_MS, limit))
        else:
            self._timer.stop()

    def end(self) -> None:
        """Nobody is in."""
        self._timer.stop()

    def look(self) -> None:
        """Tell if it is time."""
        if self._timer.isActive() and self._clock() - self._touched >= self._limit:
            self._timer.stop()
            self.due.emit()

    def touch(self) -> None:
        """Somebody is here."""
        self.look()
        if self._timer.isActive():
            self._touched = self._clock()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Whatever a person does to the window puts the lock off."""
        if event.type() not in _TOUCHES or not self._timer.isActive():
            return False
        self.touch()
        return not self._timer.isActive()

"""A dimmed window with one thing on top: what drawer and palette have in common."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

_DIMMED: Final = QColor(8, 14, 22, 92)


class Overlay(QWidget):
    """Covers its parent; Tab stays inside; Escape or a click beside it asks to close."""

    left = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._under = parent
        self._before: QWidget | None = None
        parent.installEventFilter(self)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hide()

    def open_over(self) -> None:
        """Cover the parent and remember who had the focus."""
        if not self.isVisible():
            self._before = QApplication.focusWidget()
        self.setGeometry(self._under.rect())
        self.show()
        self.raise_()
        self.place()

    def close_over(self) -> None:
        """Uncover the parent and give the focus back."""
        before, self._before = self._before, None
        # A list that was reloaded meanwhile has taken its rows away.
        there = before is not None and isValid(before) and before.isVisible()
        target = before if before is not None and there else self._under
        target.setFocus(Qt.FocusReason.OtherFocusReason)
        self.hide()

    def place(self) -> None:
        """Put what is on top in its place; for subclasses."""

    def covers(self, point_x: int, point_y: int) -> bool:
        """Whether what is on top stands at this point; for subclasses."""
        return any(
            isinstance(child, QWidget) and child.isVisible() and child.geometry().contains(point_x, point_y)
            for child in self.children()
        )

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep the parent covered when it is resized."""
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self.setGeometry(self._under.rect())
            self.place()
        return super().eventFilter(watched, event)

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Walk round inside; what is dimmed cannot be reached."""
        here = QApplication.focusWidget() or self
        step = here
        for _ in range(10_000):
            following = step.nextInFocusChain() if forward else step.previousInFocusChain()
            if following is None or following is here:
                return True
            step = following
            if self.isAncestorOf(step) and _takes_tab(step):
                reason = Qt.FocusReason
                step.setFocus(reason.TabFocusReason if forward else reason.BacktabFocusReason)
                return True
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape closes; other keys go no further than this."""
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click on the dimmed part closes."""
        point = event.position().toPoint()
        if not self.covers(point.x(), point.y()):
            self.left.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Dim what lies below."""
        QPainter(self).fillRect(self.rect(), _DIMMED)


def _takes_tab(widget: QWidget) -> bool:
    tab = Qt.FocusPolicy.TabFocus
    return widget.isVisible() and widget.isEnabled() and bool(widget.focusPolicy() & tab)

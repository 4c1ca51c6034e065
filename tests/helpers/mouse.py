"""A worker's hand: it presses what it can see, and counts."""

from __future__ import annotations

from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QWidget

from gridworker.ui.widgets import Chip, ListRow, Tags

W = TypeVar("W", bound=QWidget)


class Mouse:
    """Clicks in a window; ``clicks`` says how many it took."""

    def __init__(self, window: QWidget) -> None:
        self._window = window
        self.clicks = 0

    def button(self, words: str, within: QWidget | None = None, number: int = 0) -> QAbstractButton:
        """The visible button with these words on it, or at the beginning of its name."""
        seen = [each for each in (within or self._window).findChildren(QAbstractButton) if each.isVisible()]
        found = [each for each in seen if each.text() == words or each.accessibleName().startswith(words)]
        assert len(found) > number, f"no button {words!r} among {[each.accessibleName() for each in seen]}"
        return found[number]

    def press(self, words: str, within: QWidget | None = None, number: int = 0) -> None:
        """One click on a button."""
        self.click(self.button(words, within, number))

    def click(self, widget: QWidget) -> None:
        """One click on anything."""
        self.clicks += 1
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton)
        QApplication.processEvents()

    def row(self, words: str, within: QWidget | None = None) -> ListRow:
        """The visible row of a list that begins with these words."""
        rows = [each for each in (within or self._window).findChildren(ListRow) if each.isVisible()]
        found = [each for each in rows if each.accessibleName().startswith(words)]
        assert found, f"no row {words!r} among {[each.accessibleName() for each in rows]}"
        return found[0]

    def field(self, kind: type[W], name: str, within: QWidget | None = None) -> W:
        """The visible field of a class with this accessible name."""
        found = [
            each
            for each in (within or self._window).findChildren(kind)
            if each.isVisible() and each.accessibleName() == name
        ]
        assert found, f"no {kind.__name__} {name!r}"
        return found[0]


def write(into: QWidget, text: str) -> None:
    """Write as an input method does: whole words arrive at once."""
    into.setFocus()
    event = QInputMethodEvent()
    event.setCommitString(text)
    QApplication.sendEvent(into, event)
    QApplication.processEvents()


def words_of(root: QWidget) -> str:
    """Everything that can be read in a part of the window."""
    QApplication.processEvents()
    shown = [each for each in root.findChildren(QWidget) if each.isVisible()]
    words = [each.text() if isinstance(each, QLabel) else each.accessibleName() for each in shown if _told(each)]
    return "\n".join(words)


def _told(widget: QWidget) -> bool:
    return isinstance(widget, QLabel | Chip | Tags)

"""Everything that is pressed, with a focus ring for those who use the keyboard."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFocusEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QCheckBox, QPushButton, QWidget

from gridworker.ui.icons import icon
from gridworker.ui.style import mark
from gridworker.ui.theme import colour, px

Kind = Literal["primary", "quiet", "tint", "danger", "link", "icon", "chip", "segment", "status", "opener", "clear"]

_ICON_TOKEN: dict[Kind, str] = {
    "primary": "on_primary",
    "quiet": "text2",
    "tint": "primary",
    "danger": "bad",
    "link": "primary",
    "icon": "text2",
    "chip": "text2",
    "segment": "text2",
    "status": "text2",
    "opener": "text3",
    "clear": "text3",
}
_BY_KEYBOARD = frozenset(
    {
        Qt.FocusReason.TabFocusReason,
        Qt.FocusReason.BacktabFocusReason,
        Qt.FocusReason.ShortcutFocusReason,
    }
)


class KeyboardRing:
    """Remembers whether focus came by the keyboard; only then is a ring drawn."""

    _ring = False

    def note_focus(self, event: QFocusEvent) -> None:
        """To be called from ``focusInEvent`` and ``focusOutEvent``."""
        self._ring = event.gotFocus() and event.reason() in _BY_KEYBOARD
        assert isinstance(self, QWidget)
        self.update()

    def paint_ring(self, radius: int = 8) -> None:
        """To be called at the end of ``paintEvent``; *radius* in design pixels."""
        if not self._ring:
            return
        assert isinstance(self, QWidget)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for inset, token, width in ((1.0, "primary", 2.0), (2.5, "surface", 1.0)):
            painter.setPen(QPen(colour(token), width))
            box = QRectF(self.rect()).adjusted(inset, inset, -inset, -inset)
            painter.drawRoundedRect(box, px(radius) - inset, px(radius) - inset)


class Button(KeyboardRing, QPushButton):
    """A button of one *kind*; *run* is called without arguments when it is pressed."""

    def __init__(
        self,
        text: str = "",
        run: Callable[[], object] | None = None,
        *,
        kind: Kind = "quiet",
        icon_name: str = "",
        name: str = "",
        parent: QWidget | None = None,
    ) -> None:
        QPushButton.__init__(self, text, parent)
        self.kind: Kind = kind
        self._caption = text
        mark(self, kind=kind)
        if icon_name:
            self.set_icon(icon_name)
        # Return on a focused button presses it, as Space does.
        self.setAutoDefault(False)
        self.setAccessibleName(name or text)
        if name and not text:
            self.setToolTip(name)
        if run is not None:
            self.clicked.connect(lambda: run())

    def set_icon(self, name: str, token: str = "") -> None:
        """Show icon *name* before the words."""
        on = "primary" if self.kind in ("segment", "chip") else ""
        self.setIcon(icon(name, token or _ICON_TOKEN[self.kind], on=on))

    def set_caption(self, text: str) -> None:
        """Other words."""
        self._caption = text
        self.setText(text)
        self.setAccessibleName(text)

    def fold(self, folded: bool) -> None:
        """Show the icon alone where room is short; the words become the tooltip."""
        self.setText("" if folded else self._caption)
        self.setToolTip(self._caption if folded else "")

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Draw the ring if the keyboard brought us here."""
        QPushButton.focusInEvent(self, event)
        self.note_focus(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take the ring away."""
        QPushButton.focusOutEvent(self, event)
        self.note_focus(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The sheet's button and, for the keyboard, the ring."""
        QPushButton.paintEvent(self, event)
        self.paint_ring(15 if self.kind == "chip" else 8)


class PrimaryButton(Button):
    """The one thing this page is for."""

    def __init__(
        self,
        text: str,
        run: Callable[[], object] | None = None,
        *,
        icon_name: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(text, run, kind="primary", icon_name=icon_name, parent=parent)


class QuietButton(Button):
    """A white button with an outline: everything else that can be done here."""

    def __init__(
        self,
        text: str,
        run: Callable[[], object] | None = None,
        *,
        icon_name: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(text, run, kind="quiet", icon_name=icon_name, parent=parent)


class TintButton(Button):
    """A pale blue button: the usual act on one row."""

    def __init__(
        self,
        text: str,
        run: Callable[[], object] | None = None,
        *,
        icon_name: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(text, run, kind="tint", icon_name=icon_name, parent=parent)


class LinkButton(Button):
    """Blue words without a box, for the head of a card."""

    def __init__(
        self,
        text: str,
        run: Callable[[], object] | None = None,
        *,
        icon_name: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(text, run, kind="link", icon_name=icon_name, parent=parent)


class IconButton(Button):
    """An icon alone; *name* is what screen readers and the tooltip say."""

    def __init__(
        self,
        icon_name: str,
        name: str,
        run: Callable[[], object] | None = None,
        *,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("", run, kind="icon", icon_name=icon_name, name=name, parent=parent)


class Check(KeyboardRing, QCheckBox):
    """A box to tick with its words after it."""

    def __init__(self, text: str = "", *, name: str = "", parent: QWidget | None = None) -> None:
        QCheckBox.__init__(self, text, parent)
        self.setAccessibleName(name or text)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Draw the ring if the keyboard brought us here."""
        QCheckBox.focusInEvent(self, event)
        self.note_focus(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take the ring away."""
        QCheckBox.focusOutEvent(self, event)
        self.note_focus(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The sheet's box and, for the keyboard, the ring."""
        QCheckBox.paintEvent(self, event)
        self.paint_ring(6)


class Pressable(KeyboardRing, QAbstractButton):
    """A whole area that is pressed: painted by its subclass."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        QAbstractButton.__init__(self, parent)
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Draw the ring if the keyboard brought us here."""
        QAbstractButton.focusInEvent(self, event)
        self.note_focus(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take the ring away."""
        QAbstractButton.focusOutEvent(self, event)
        self.note_focus(event)

    def minimumSizeHint(self) -> QSize:
        """As large as it asks to be."""
        return self.sizeHint()

"""Boxes and rows that hold other widgets and keep their gaps at every size."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, cast

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLayout,
    QLayoutItem,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
    QWidgetItem,
)

from gridworker.ui.style import mark
from gridworker.ui.theme import px
from gridworker.ui.tokens import Tone

Margins = tuple[int, int, int, int]
NO_MARGINS: Margins = (0, 0, 0, 0)


class _Spaced:
    """What the three layouts share: margins and gap in design pixels."""

    _margins: Margins
    _gap: int

    def rescale(self) -> None:
        """Take the size in use."""
        assert isinstance(self, QLayout)
        self.setContentsMargins(*(px(edge) for edge in self._margins))
        self.setSpacing(px(self._gap))


class Row(_Spaced, QHBoxLayout):
    """Side by side; margins (left, top, right, bottom) and gap in design pixels."""

    def __init__(self, parent: QWidget | None = None, *, margins: Margins = NO_MARGINS, gap: int = 8) -> None:
        QHBoxLayout.__init__(self)
        if parent is not None:
            parent.setLayout(self)
        self._margins, self._gap = margins, gap
        self.rescale()


class Column(_Spaced, QVBoxLayout):
    """One below the other; margins (left, top, right, bottom) and gap in design pixels."""

    def __init__(self, parent: QWidget | None = None, *, margins: Margins = NO_MARGINS, gap: int = 8) -> None:
        QVBoxLayout.__init__(self)
        if parent is not None:
            parent.setLayout(self)
        self._margins, self._gap = margins, gap
        self.rescale()


class Flow(_Spaced, QLayout):
    """Side by side as long as there is room, then on the next line: for chips."""

    def __init__(self, parent: QWidget | None = None, *, margins: Margins = NO_MARGINS, gap: int = 8) -> None:
        QLayout.__init__(self)
        self._items: list[QLayoutItem] = []
        self._margins, self._gap = margins, gap
        if parent is not None:
            parent.setLayout(self)
            policy = parent.sizePolicy()
            policy.setHeightForWidth(True)
            parent.setSizePolicy(policy)
        self.rescale()

    def addItem(self, item: QLayoutItem) -> None:
        """Take an item; called by ``addWidget``."""
        self._items.append(item)

    def addWidget(self, widget: QWidget) -> None:
        """Put *widget* at the end."""
        self.addChildWidget(widget)
        self.addItem(QWidgetItem(widget))
        self.invalidate()

    def count(self) -> int:
        """How many items there are."""
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        """The item at *index*; Qt asks one past the end to know when to stop."""
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:  # type: ignore[override]
        """Give the item at *index* away."""
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        """Chips do not stretch."""
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        """Narrower means more lines."""
        return True

    def heightForWidth(self, width: int) -> int:
        """The height of all lines at *width*."""
        return self._arrange(QRect(0, 0, width, 0), move=False)

    def setGeometry(self, rect: QRect) -> None:
        """Lay the items out in *rect*."""
        super().setGeometry(rect)
        self._arrange(rect, move=True)

    def sizeHint(self) -> QSize:
        """All on one line."""
        shown = [item for item in self._items if not item.isEmpty()]
        width = sum(item.sizeHint().width() for item in shown) + self.spacing() * (len(shown) - 1)
        height = max((item.sizeHint().height() for item in shown), default=0)
        return self._with_margins(QSize(max(0, width), height))

    def minimumSize(self) -> QSize:
        """The widest item alone."""
        size = QSize(0, 0)
        for item in self._items:
            if not item.isEmpty():
                size = size.expandedTo(item.minimumSize())
        return self._with_margins(size)

    def _with_margins(self, size: QSize) -> QSize:
        margins = self.contentsMargins()
        return size + QSize(margins.left() + margins.right(), margins.top() + margins.bottom())

    def _arrange(self, rect: QRect, *, move: bool) -> int:
        inner = rect.marginsRemoved(self.contentsMargins())
        x, y, line = inner.x(), inner.y(), 0
        for item in self._items:
            if item.isEmpty():
                continue
            hint = item.sizeHint()
            if line and x + hint.width() > inner.x() + inner.width():
                x, y, line = inner.x(), y + line + self.spacing(), 0
            if move:
                width = min(hint.width(), inner.width())
                item.setGeometry(QRect(QPoint(x, y), QSize(width, hint.height())))
            x += hint.width() + self.spacing()
            line = max(line, hint.height())
        return y + line + self.contentsMargins().bottom() - rect.y()


def clear(layout: QLayout) -> None:
    """Take everything out of *layout* and let it go."""
    while layout.count():
        item = layout.takeAt(0)
        widget = cast("QWidget | None", item.widget())
        if widget is not None:
            widget.hide()
            widget.deleteLater()
        elif (inner := item.layout()) is not None:
            clear(inner)


class Card(QFrame):
    """A white box with a hairline; put things into ``body``."""

    body: Column

    def __init__(
        self,
        *,
        margins: Margins = (18, 16, 18, 16),
        gap: int = 10,
        sunken: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        mark(self, box="sunken" if sunken else "card")
        self.body = Column(self, margins=margins, gap=gap)


class Banner(QFrame):
    """A coloured box for something the worker must know; put things into ``body``."""

    def __init__(self, tone: Tone, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        mark(self, box="banner", tone=tone)
        self.body = Row(self, margins=(18, 12, 18, 12), gap=14)

    def set_tone(self, tone: Tone) -> None:
        """Another colour."""
        mark(self, tone=tone)


class Rule(QFrame):
    """A hairline between rows."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        mark(self, box="line")
        self.setFixedHeight(1)


class _Inside(QWidget):
    """What scrolls; it tells when what stands in it wants another width."""

    def __init__(self, wants: Callable[[], object]) -> None:
        super().__init__()
        self._wants = wants

    def event(self, event: QEvent) -> bool:
        """What stands inside sets the least width: nothing is cut off at the side."""
        done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self._wants()
        return done


class Scroll(QScrollArea):
    """A column that scrolls up and down and never sideways; put things into ``body``."""

    body: Column

    def __init__(self, *, margins: Margins = NO_MARGINS, gap: int = 12, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        # A viewport and an inside of our own: to ask Qt for its viewport, or to filter events of widgets that Python
        # does not know yet, loads all of Qt's classes, which the first frame would wait for.
        view = QWidget()
        self.setViewport(view)
        inner = _Inside(self._keep_width)
        inner.setObjectName("clear")
        self.body = Column(inner, margins=margins, gap=gap)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(inner)
        # setWidget() switches it on, and on 6.9 it beats the sheet.
        inner.setAutoFillBackground(False)
        view.setAutoFillBackground(False)

    def _keep_width(self) -> None:
        needed = self.widget().minimumSizeHint().width()
        self.setMinimumWidth(needed + self.verticalScrollBar().sizeHint().width())

    def showEvent(self, event: object) -> None:
        """The first measure, once everything stands in it."""
        self._keep_width()

    def sizeHint(self) -> QSize:
        """As tall as what stands in it."""
        return self.widget().sizeHint()


class Space(QWidget):
    """Empty room that takes what is left."""

    def __init__(self, direction: Literal["across", "down"] = "across", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("clear")
        wide, fixed = QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum
        across = direction == "across"
        self.setSizePolicy(wide if across else fixed, fixed if across else wide)


def fill(layout: QBoxLayout, *widgets: QWidget) -> None:
    """Put several widgets into *layout* in order."""
    for widget in widgets:
        layout.addWidget(widget)

"""The drawer at the right: for writing something down while the list stays in sight."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QWidget

from gridworker.ui.message_bar import MessageBar
from gridworker.ui.overlay import Overlay
from gridworker.ui.style import mark
from gridworker.ui.theme import px
from gridworker.ui.widgets.boxes import Column, Row, Scroll
from gridworker.ui.widgets.buttons import IconButton
from gridworker.ui.widgets.text import Elide

NARROW = 500
WIDE = 640


class Drawer(QFrame):
    """Title and close at the top, ``body`` that scrolls, ``foot`` that always stays in sight.

    ``submitted``: Ctrl+Enter. ``keep``: Ctrl+S. ``closed``: it is gone; the caller keeps the
    draft. Call ``close_drawer()`` of the frame to close it from inside. What is said while it is
    open is said in it (``messages``).
    """

    submitted = Signal()
    keep = Signal()
    closed = Signal()
    leave = Signal()

    def __init__(self, title: str, *, width: int = NARROW, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        mark(self, box="drawer")
        self.setAccessibleName(title)
        self.design_width = width
        self._title = Elide(title, "h1")
        column = Column(self, margins=(22, 18, 12, 18), gap=10)
        head = Row(margins=(0, 0, 0, 0), gap=8)
        head.addWidget(self._title, 1)
        self.head_end = Row(gap=6)
        head.addLayout(self.head_end)
        head.addWidget(IconButton("dismiss", self.tr("关闭（草稿保留）"), self.leave.emit))
        column.addLayout(head)
        self.messages = MessageBar()
        column.addWidget(self.messages)
        self._scroll = Scroll(margins=(0, 0, 10, 4), gap=14)
        self.body: Column = self._scroll.body
        column.addWidget(self._scroll, 1)
        self.foot = Row(margins=(0, 0, 10, 0), gap=10)
        column.addLayout(self.foot)

    def set_title(self, title: str) -> None:
        """Another title."""
        self._title.setText(title)
        self.setAccessibleName(title)

    def first_field(self) -> QWidget | None:
        """Where typing begins: the first field that takes the focus; a page may override it."""
        for child in self._scroll.widget().findChildren(QWidget):
            if child.isEnabled() and child.focusPolicy() & Qt.FocusPolicy.TabFocus:
                return child
        return None


class DrawerHost(Overlay):
    """Holds one drawer at the right edge over the dimmed window."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._drawer: Drawer | None = None
        self.left.connect(self.close_drawer)

    @property
    def drawer(self) -> Drawer | None:
        """The one that is open."""
        return self._drawer

    def open_drawer(self, drawer: Drawer) -> None:
        """Open *drawer*; one that is open already is closed (its draft is its own affair)."""
        self.close_drawer()
        self._drawer = drawer
        drawer.setParent(self)
        drawer.leave.connect(self.close_drawer)
        self.open_over()
        drawer.show()
        first = drawer.first_field()
        if first is not None:
            first.setFocus(Qt.FocusReason.OtherFocusReason)

    def close_drawer(self) -> None:
        """Close it and ask nothing."""
        drawer, self._drawer = self._drawer, None
        if drawer is None:
            return
        self.close_over()
        drawer.hide()
        drawer.closed.emit()
        drawer.deleteLater()

    def place(self) -> None:
        """At the right edge, full height, never wider than the window."""
        if self._drawer is not None:
            width = min(px(self._drawer.design_width), self.width())
            self._drawer.setGeometry(self.width() - width, 0, width, self.height())

    def rescale(self) -> None:
        """Take the size in use."""
        self.place()

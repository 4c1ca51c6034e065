"""Help over whatever is open: before the window, and while a drawer is being filled in."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QWidget

from gridworker.ui.overlay import Overlay
from gridworker.ui.pages.help_book import INDEX, HelpBook, Sheet
from gridworker.ui.pages.help_browser import HelpBrowser
from gridworker.ui.style import mark
from gridworker.ui.theme import px
from gridworker.ui.widgets.boxes import Column, Row
from gridworker.ui.widgets.buttons import IconButton, LinkButton
from gridworker.ui.widgets.text import Label


class HelpOverlay(Overlay):
    """One page over the dimmed window; Escape closes it and it is gone."""

    def __init__(self, parent: QWidget, topic: str, sheet: Sheet = ()) -> None:
        super().__init__(parent)
        self._sheet = sheet
        self._box = QFrame(self)
        mark(self._box, box="palette")
        column = Column(self._box, margins=(6, 10, 8, 10), gap=4)
        head = Row(margins=(14, 0, 0, 0), gap=8)
        head.addWidget(Label(self.tr("帮助"), "strong"))
        head.addStretch(1)
        head.addWidget(LinkButton(self.tr("全部帮助"), lambda: self.show_topic(INDEX), icon_name="book_open"))
        self._close = IconButton("dismiss", self.tr("关闭帮助"), self.left.emit)
        head.addWidget(self._close)
        column.addLayout(head)
        self.browser = HelpBrowser(HelpBook())
        self.browser.wanted.connect(self.show_topic)
        column.addWidget(self.browser, 1)
        self.left.connect(self._go)
        self.show_topic(topic)

    def show_topic(self, topic: str) -> None:
        """Show another page."""
        self.browser.show_page(topic, self._sheet)

    def open_over(self) -> None:
        """Cover the parent; the arrow keys scroll at once."""
        super().open_over()
        self.browser.setFocus(Qt.FocusReason.OtherFocusReason)

    def place(self) -> None:
        """In the middle, with room around it."""
        width = min(px(720), self.width() - px(24))
        height = min(px(620), self.height() - px(24))
        left, top = (self.width() - width) // 2, (self.height() - height) // 2
        self._box.setGeometry(left, top, width, height)

    def rescale(self) -> None:
        """Take the size in use."""
        self.place()

    def _go(self) -> None:
        self.close_over()
        self.deleteLater()

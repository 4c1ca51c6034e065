"""帮助: the book that is always there, found by plain words, opened by F1 at the page that fits."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QStackedWidget, QWidget

from gridworker.ui.page import Frame, Page
from gridworker.ui.page_head import PageHead
from gridworker.ui.pages.help_book import FIRST, INDEX, KEYS, Found, HelpBook, fitting
from gridworker.ui.pages.help_browser import HelpBrowser
from gridworker.ui.pages.unlock_fields import ChoiceRow, Chooser
from gridworker.ui.theme import colour, px
from gridworker.ui.widgets import Card, Column, EmptyState, Row, Scroll, clear
from gridworker.ui.window import MainWindow

LIST_WIDTH = 268
NARROW_LIST = 214
NARROW_BELOW = 900
ONE_COLUMN_BELOW = 620


class TopicRow(ChoiceRow):
    """One page in the list: flat, tinted while it is open."""

    def __init__(self, found: Found) -> None:
        super().__init__(
            found.topic.title,
            line=found.excerpt,
            icon_name="book_open" if not found.excerpt else "search",
            height=56 if found.excerpt else 44,
            margins=(12, 0, 8, 0),
        )

    def minimumSizeHint(self) -> QSize:
        """The list is narrow; titles shorten."""
        return QSize(px(120), self.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """A pale ground when it is open or under the pointer."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        if self.chosen or self.underMouse():
            painter.setBrush(colour("tint" if self.chosen else "sunken"))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), px(8), px(8))
        painter.end()
        self.paint_ring()


class HelpPage(Page):
    """The list of pages at the left, the open one at the right."""

    key = "help"
    title = "帮助"
    icon = "question_circle"
    place = "foot"
    search_hint = "用平常的话找，如 没有网"

    def __init__(self, book: HelpBook | None = None) -> None:
        self._book = book or HelpBook()

    def build(self, frame: Frame, head: PageHead) -> QWidget:
        """The list, the browser, and what is said when nothing fits."""
        self._frame, self._head = frame, head
        head.set_context("不用联网，随时按 F1 打开")
        self._contents = head.add_button("目录", self._show_index, icon_name="book_open")
        self._contents.hide()
        body = QWidget()
        body.setObjectName("clear")
        halves = Row(body, gap=12)
        self._left = Card(margins=(8, 8, 2, 8))
        self._list = Scroll(margins=(0, 0, 6, 0), gap=2)
        self._left.body.addWidget(self._list)
        halves.addWidget(self._left)
        self._stack = QStackedWidget()
        page = Card(margins=(6, 4, 4, 4))
        self.browser = HelpBrowser(self._book)
        self.browser.wanted.connect(self.open_topic)
        page.body.addWidget(self.browser)
        self._stack.addWidget(page)
        self._stack.addWidget(self._nothing())
        halves.addWidget(self._stack, 1)
        self.chooser = Chooser()
        self._fill("")
        self.open_topic(FIRST)
        return body

    def opened(self, target: object) -> None:
        """*target*: the key of a help page, or of the page for which help is wanted."""
        if self._head.search_field is not None:
            self._head.search_field.set_quietly("")
        self._fill("")
        key = str(target)
        self.open_topic(key if self._book.has(key) else fitting(key))

    def search(self, text: str) -> None:
        """Show the pages that fit, the best one open, its words coloured."""
        found = self._fill(text)
        self._stack.setCurrentIndex(0 if found else 1)
        if text and found:
            self.open_topic(found[0].topic.key)
            self.browser.mark_words(tuple(text.split()))
        else:
            self.browser.mark_words(())

    def fitted(self, width: int) -> None:
        """A narrower list where room is short; below that the list becomes a page of its own."""
        self._left.setVisible(width >= ONE_COLUMN_BELOW)
        self._contents.setVisible(width < ONE_COLUMN_BELOW)
        self._left.setFixedWidth(px(NARROW_LIST if width < NARROW_BELOW else LIST_WIDTH))

    def open_topic(self, key: str) -> None:
        """Show the page *key*; an unknown one is the first."""
        topic = self._book.topic(key)
        self._stack.setCurrentIndex(0)
        self.chooser.choose(topic.key)
        if self.browser.key != topic.key:
            self.browser.mark_words(())
            self.browser.show_page(topic.key, self._frame.acts.sheet() if topic.key == KEYS else ())

    def _fill(self, text: str) -> list[Found]:
        found = self._book.search(text)
        clear(self._list.body)
        self.chooser = Chooser(gap=2)
        self.chooser.setAccessibleName("帮助目录")
        for each in found:
            self.chooser.add(each.topic.key, TopicRow(each))
        self.chooser.chosen.connect(self.open_topic)
        self.chooser.choose(self.browser.key)
        self._list.body.addWidget(self.chooser)
        self._list.body.addStretch(1)
        return found

    def _nothing(self) -> QWidget:
        card = Card()
        column = Column(gap=0)
        words = ("没有找到相关的帮助", "换几个平常的字试试，比如：没有网、密码、撤销。")
        column.addWidget(EmptyState("question_circle", *words, ways_out=(("看全部帮助", self._show_all),)))
        card.body.addLayout(column)
        return card

    def _show_index(self) -> None:
        self._stack.setCurrentIndex(0)
        self.browser.mark_words(())
        self.browser.show_page(INDEX)

    def _show_all(self) -> None:
        if self._head.search_field is not None:
            self._head.search_field.set_quietly("")
        self.search("")
        self.open_topic(FIRST)


def bind_help(window: MainWindow) -> None:
    """F1 opens the page that fits; over a drawer that is open, so that what is being written stays."""

    def open_help() -> None:
        drawer = window.drawer
        if drawer is None:
            window.go(HelpPage.key, fitting(window.here))
            return
        # Imported here: most people never press F1 with a drawer open.
        from gridworker.ui.pages.help_overlay import HelpOverlay

        if window.findChild(HelpOverlay) is None:
            topic = fitting(window.here, drawer.accessibleName())
            HelpOverlay(window, topic, window.acts.sheet()).open_over()

    window.acts.bind("help", open_help)

"""Shows one help page in the window's own colours and size."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QFocusEvent, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QTextBrowser, QTextEdit, QWidget

from gridworker.ui.pages.help_book import FOLDER, HelpBook, Sheet
from gridworker.ui.style import render
from gridworker.ui.theme import colour, look, px
from gridworker.ui.tokens import SCHEMES

_STYLES: Final = FOLDER / "help.css"
_MOST_MARKS: Final = 200


class HelpBrowser(QTextBrowser):
    """One page; ``wanted`` carries the key of a page whose link was pressed."""

    wanted = Signal(str)

    def __init__(self, book: HelpBook, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._book = book
        self._styles = _STYLES.read_text(encoding="utf-8")
        self._key = ""
        self._sheet: Sheet = ()
        self._words: tuple[str, ...] = ()
        self._ring = False
        self.setOpenLinks(False)
        self.setAccessibleName(self.tr("帮助内容"))
        self.anchorClicked.connect(self._follow)
        look().changed.connect(self._dress)
        self._dress()

    @property
    def key(self) -> str:
        """The page that is shown."""
        return self._key

    def show_page(self, key: str, sheet: Sheet = ()) -> None:
        """Show page *key* from its top."""
        self._key, self._sheet = key, sheet
        self._dress()
        self.moveCursor(QTextCursor.MoveOperation.Start)
        self.verticalScrollBar().setValue(0)

    def mark_words(self, words: tuple[str, ...]) -> None:
        """Colour every place where one of *words* stands, and scroll to the first."""
        self._words = words
        places = self._mark()
        if places:
            cursor = QTextCursor(places[0])
            cursor.clearSelection()
            self.setTextCursor(cursor)
            self.ensureCursorVisible()

    def rescale(self) -> None:
        """Take the size in use."""
        self._dress()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Draw the ring if the keyboard brought us here."""
        super().focusInEvent(event)
        self._show_ring(event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason))

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take the ring away."""
        super().focusOutEvent(event)
        self._show_ring(False)

    def _show_ring(self, ring: bool) -> None:
        self._ring = ring
        edge = colour("primary").name() if ring else "transparent"
        # Its own sheet: a page to read is not a field to fill in.
        self.setStyleSheet(f"QTextBrowser {{ border: 2px solid {edge}; padding: 0; background: transparent; }}")

    def _dress(self) -> None:
        self._show_ring(self._ring)
        if not self._key:
            return
        bar = self.verticalScrollBar()
        place = bar.value() / max(1, bar.maximum())
        document = self.document()
        document.setDocumentMargin(px(18))
        document.setDefaultStyleSheet(render(self._styles, SCHEMES[look().scheme], look().scale))
        self.setHtml(self._book.page(self._key, self._sheet))
        bar.setValue(round(place * bar.maximum()))
        self._mark()

    def _mark(self) -> list[QTextCursor]:
        places = sorted(self._places(), key=QTextCursor.selectionStart)
        self.setExtraSelections([_marked(place) for place in places])
        return places

    def _places(self) -> list[QTextCursor]:
        places: list[QTextCursor] = []
        for word in self._words:
            found = self.document().find(word)
            while not found.isNull() and len(places) < _MOST_MARKS:
                places.append(found)
                found = self.document().find(word, found)
        return places

    def _follow(self, link: QUrl) -> None:
        self.wanted.emit(link.path().removesuffix(".html"))


def _marked(place: QTextCursor) -> QTextEdit.ExtraSelection:
    ground = QTextCharFormat()
    ground.setBackground(colour("warn_bg"))
    ground.setForeground(colour("text"))
    mark = QTextEdit.ExtraSelection()
    mark.cursor, mark.format = place, ground  # type: ignore[attr-defined]
    return mark

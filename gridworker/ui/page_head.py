"""The line at the top of a page: title and context at the left, search and acts at the right."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QAction, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gridworker.ui import fonts
from gridworker.ui.icons import paint_icon
from gridworker.ui.theme import colour, look, px
from gridworker.ui.tokens import Tone
from gridworker.ui.widgets.boxes import Column, Row, clear
from gridworker.ui.widgets.buttons import Button, Kind, LinkButton
from gridworker.ui.widgets.chips import Chip
from gridworker.ui.widgets.fields import SearchField
from gridworker.ui.widgets.text import Elide, Label


class PaletteOpener(Button):
    """Looks like a field, opens the palette."""

    def __init__(self, run: Callable[[], object], parent: QWidget | None = None) -> None:
        super().__init__("", run, kind="opener", parent=parent)
        self._long = self.tr("搜住户、日记、案件，或输入命令")
        self._short = self.tr("搜索或输入命令")
        self.setAccessibleName(self._long + " Ctrl+K")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.rescale()

    def sizeHint(self) -> QSize:
        """330 wide where there is room."""
        return QSize(px(330), px(40))

    def minimumSizeHint(self) -> QSize:
        """Room for the short words."""
        return QSize(px(190), px(40))

    def rescale(self) -> None:
        """Take the size in use."""
        self.setMaximumWidth(px(330))

    def paintEvent(self, event: QPaintEvent) -> None:
        """The box, the glass, the words and the keys."""
        super().paintEvent(event)
        painter = QPainter(self)
        side = px(20)
        top = (self.height() - side) // 2
        paint_icon(painter, QRectF(px(15), top + 1, side, side), "search", "text2")
        painter.setFont(look().font(fonts.SECONDARY))
        painter.setPen(colour("text3"))
        keys = painter.fontMetrics().horizontalAdvance("Ctrl K")
        right = self.width() - px(12) - keys
        middle = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.drawText(QRect(right, 0, keys + 2, self.height()), middle, "Ctrl K")
        painter.setFont(look().font(fonts.BODY))
        room = right - px(38) - px(8)
        fits = painter.fontMetrics().horizontalAdvance(self._long) <= room
        words = self._long if fits else self._short
        shown = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QRect(px(38), 0, room, self.height()), middle, shown)


class PageHead(QWidget):
    """One page's title line. With a crumb it has two lines: crumb and acts, title and chips."""

    FOLD_BELOW = 1000

    def __init__(
        self,
        title: str,
        *,
        crumb: tuple[str, Callable[[], object]] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("clear")
        self._title = Elide(title, "h1")
        self._context = Elide("", "second")
        self._acts = Row(gap=12)
        self._chips = Row(gap=10)
        self._note = Label("", "second")
        self._buttons: list[Button] = []
        self._search: SearchField | None = None
        if crumb is None:
            self._one_line()
        else:
            self._two_lines(crumb)

    def _one_line(self) -> None:
        row = Row(self, margins=(1, 0, 0, 18), gap=16)
        words = Column(gap=1)
        top = Row(gap=10)
        top.addWidget(self._title)
        top.addLayout(self._chips)
        top.addStretch(1)
        words.addLayout(top)
        words.addWidget(self._context)
        row.addLayout(words, 3)
        row.addLayout(self._acts, 4)
        self._acts.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._note.hide()

    def _two_lines(self, crumb: tuple[str, Callable[[], object]]) -> None:
        column = Column(self, margins=(0, 0, 0, 12), gap=8)
        top, low = Row(gap=10), Row(margins=(1, 0, 0, 0), gap=10)
        self._crumb = LinkButton(crumb[0], crumb[1], icon_name="chevron_left")
        top.addWidget(self._crumb)
        top.addWidget(self._context, 1)
        top.addLayout(self._acts)
        low.addWidget(self._title)
        low.addLayout(self._chips)
        low.addStretch(1)
        low.addWidget(self._note)
        column.addLayout(top)
        column.addLayout(low)

    def set_title(self, title: str) -> None:
        """The page's name, or the record's."""
        self._title.setText(title)

    def set_context(self, words: str) -> None:
        """One grey line: where, how many, since when."""
        self._context.setText(words)

    def set_note(self, words: str, tone: Tone | None = None) -> None:
        """Words at the right end of the title's line (pages with a crumb)."""
        self._note.setText(words)
        self._note.set_tone(tone)

    def set_chips(self, chips: list[tuple[str, Tone]]) -> None:
        """Coloured words after the title."""
        clear(self._chips)
        for word, tone in chips:
            self._chips.addWidget(Chip(word, tone))

    def add_opener(self, run: Callable[[], object]) -> None:
        """The field that opens the palette."""
        self._acts.addStretch(1)
        self._acts.addWidget(PaletteOpener(run), 100)

    def add_search(self, hint: str, search: Callable[[str], object]) -> SearchField:
        """The page's own live filter."""
        self._search = SearchField(hint)
        self._search.setMaximumWidth(px(430))
        self._search.setMinimumWidth(px(190))
        self._search.searched.connect(lambda text: search(text))
        self._acts.addStretch(1)
        self._acts.addWidget(self._search, 100)
        return self._search

    @property
    def search_field(self) -> SearchField | None:
        """The page's own live filter, when it has one."""
        return self._search

    def add_act(self, action: QAction, icon_name: str, *, kind: Kind = "quiet") -> Button:
        """A button for *action*: its title, its keys in the tooltip, enabled as it is."""
        button = self.add_button(action.text(), action.trigger, icon_name=icon_name, kind=kind)
        button.setToolTip(action.toolTip())
        button.setEnabled(action.isEnabled())
        action.enabledChanged.connect(button.setEnabled)
        return button

    def add_button(self, words: str, run: Callable[[], object], *, icon_name: str = "", kind: Kind = "quiet") -> Button:
        """A button of the page's own; the primary one belongs at the end."""
        button = Button(words, run, kind=kind, icon_name=icon_name)
        self._buttons.append(button)
        self._acts.addWidget(button)
        return button

    def fit(self, width: int) -> None:
        """Below 1000 design pixels quiet buttons show their icon alone."""
        for button in self._buttons:
            if button.kind == "quiet" and not button.icon().isNull():
                button.fold(width < self.FOLD_BELOW)

    def rescale(self) -> None:
        """Take the size in use."""
        if self._search is not None:
            self._search.setMaximumWidth(px(430))
            self._search.setMinimumWidth(px(190))

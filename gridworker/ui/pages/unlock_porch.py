"""What stands around the pages before the window: the name, one card, and the switches for size and theme."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QAction, QActionGroup, QResizeEvent
from PySide6.QtWidgets import QLabel, QMenu, QWidget

from gridworker.ui.actions import STANDARD, Actions
from gridworker.ui.icons import app_icon
from gridworker.ui.theme import SCALE_NAMES, SCALES, look, px
from gridworker.ui.widgets.boxes import Banner, Card, Column, Row, Scroll
from gridworker.ui.widgets.buttons import Button
from gridworker.ui.widgets.text import Label

_KEYS: Final = ("larger", "smaller", "usual_size", "theme", "help")


class Notice(Banner):
    """What went wrong, or what holds now, at the top of a card; hidden while there is nothing to say."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("warn", parent=parent)
        words = Column(gap=2)
        self._title = Label("", "strong", wrap=True)
        self._advice = Label("", "second", wrap=True)
        words.addWidget(self._title)
        words.addWidget(self._advice)
        self.body.addLayout(words, 1)
        self.ends = Row(gap=8)
        self.body.addLayout(self.ends)
        self.hide()

    def say(self, title: str, advice: str = "", *, bad: bool = True) -> None:
        """Say it; *bad* in red, otherwise amber."""
        self.set_tone("bad" if bad else "warn")
        self._title.setText(title)
        self._advice.setText(advice)
        self._advice.setVisible(bool(advice))
        self.setAccessibleName(f"{title} {advice}".strip())
        self.show()

    def words(self) -> str:
        """What is said now; empty when nothing is."""
        return "" if self.isHidden() else f"{self._title.text()} {self._advice.text()}".strip()


class _Brand(QLabel):
    def rescale(self) -> None:
        """Take the size in use."""
        self.setPixmap(app_icon().pixmap(QSize(px(40), px(40)), self.devicePixelRatioF()))


class Porch(QWidget):
    """A page before the window. Put things into ``card.body``; *width* is the card's, in design pixels.

    What goes into ``bar`` stays in sight below the card, whatever scrolls. The program's name is
    shown where the window is at least *name_from* design pixels high.
    """

    def __init__(
        self, *, width: int = 560, name_from: int = 520, help_topic: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("desk")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._width, self._name_from = width, name_from
        self.help_topic = help_topic
        column = Column(self, gap=0)
        self._scroll = Scroll(margins=(16, 20, 16, 20), gap=18)
        self._scroll.body.addStretch(1)
        self._top = self._head()
        self._scroll.body.addWidget(self._top)
        self.card = Card(margins=(26, 22, 26, 22), gap=16)
        # Between two stretches, not aligned: only so are wrapped lines counted at the card's own width.
        across = Row(gap=0)
        across.addStretch(1)
        across.addWidget(self.card)
        across.addStretch(1)
        self._scroll.body.addLayout(across)
        self._scroll.body.addStretch(2)
        column.addWidget(self._scroll, 1)
        column.addLayout(self._bar_row())
        column.addWidget(self._foot())
        self._bind()
        look().changed.connect(self._show_look)
        self._show_look()

    def _head(self) -> QWidget:
        head = QWidget()
        head.setObjectName("clear")
        row = Row(head, gap=12)
        row.addStretch(1)
        brand = _Brand()
        brand.rescale()
        row.addWidget(brand)
        words = Column(gap=0)
        words.addWidget(Label(self.tr("民情日记"), "h1"))
        words.addWidget(Label(self.tr("没有网也能用的工作台"), "second"))
        row.addLayout(words)
        row.addStretch(1)
        return head

    def _bar_row(self) -> Row:
        self._bar_box = QWidget()
        self._bar_box.setObjectName("clear")
        self.bar = Row(self._bar_box, margins=(0, 10, 0, 14), gap=10)
        across = Row(margins=(16, 0, 16, 0), gap=0)
        across.addStretch(1)
        across.addWidget(self._bar_box)
        across.addStretch(1)
        self._bar_box.hide()
        slider = self._scroll.verticalScrollBar()

        def keep_in_line(_: int, most: int) -> None:
            across.setContentsMargins(px(16), 0, px(16) + (slider.sizeHint().width() if most else 0), 0)

        slider.rangeChanged.connect(keep_in_line)
        return across

    def announce(self, title: str, advice: str) -> None:
        """Say something at the top of the card that has nothing to do with what is typed below."""
        notice = Notice()
        self.card.body.insertWidget(0, notice)
        notice.say(title, advice, bad=False)

    def show_bar(self) -> None:
        """Give ``bar`` its place below the card."""
        self._bar_box.show()

    def _foot(self) -> QWidget:
        foot = QWidget()
        foot.setObjectName("status")
        foot.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        row = Row(foot, margins=(16, 3, 20, 2), gap=20)
        self._help = self._part(row, "question_circle", self.open_help)
        self._help.set_caption(self.tr("帮助（F1）"))
        row.addStretch(1)
        self._size = self._part(row, "text_font_size", self._ask_size)
        self._theme = self._part(row, "weather_moon", self._switch_theme)
        return foot

    def _part(self, row: Row, icon_name: str, run: Callable[[], object]) -> Button:
        part = Button("", run, kind="status", icon_name=icon_name)
        row.addWidget(part)
        return part

    def _bind(self) -> None:
        acts = Actions(self, [act for act in STANDARD if act.id in _KEYS])
        acts.bind("larger", lambda: look().step_scale(1))
        acts.bind("smaller", lambda: look().step_scale(-1))
        acts.bind("usual_size", lambda: look().set_scale(1.0))
        acts.bind("theme", self._switch_theme)
        acts.bind("help", self.open_help)

    def open_help(self) -> None:
        """Show the help page that fits, over this one."""
        # Imported here: the first frame does not pay for the browser.
        from gridworker.ui.pages.help_overlay import HelpOverlay

        if self.findChild(HelpOverlay) is None:
            HelpOverlay(self, self.help_topic).open_over()

    def bring_into_sight(self, part: QWidget) -> None:
        """Scroll until *part* is seen."""
        inside = self._scroll.widget().layout()
        assert inside is not None
        inside.activate()
        self._scroll.ensureWidgetVisible(part, 0, px(24))

    def rescale(self) -> None:
        """Take the size in use."""
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The card is as wide as it likes to be, but never wider than the window."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        room = self.width() - px(32) - self._scroll.verticalScrollBar().sizeHint().width()
        width = max(px(320), min(px(self._width), room))
        self.card.setFixedWidth(width)
        self._bar_box.setFixedWidth(width)
        # Large text counts as a smaller window: then the name gives way to what must be done.
        self._top.setVisible(self.height() >= px(self._name_from))

    def _show_look(self) -> None:
        theme = look()
        self._size.set_caption(self.tr("字号 {}").format(SCALE_NAMES.get(theme.scale, f"{theme.scale:g}")))
        dark = theme.scheme == "dark"
        self._theme.set_icon("weather_sunny" if dark else "weather_moon")
        self._theme.set_caption(self.tr("浅色") if dark else self.tr("深色"))

    def _switch_theme(self) -> None:
        look().set_mode("light" if look().scheme == "dark" else "dark")

    def _ask_size(self) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        group = QActionGroup(menu)
        for scale in SCALES:
            entry = QAction(SCALE_NAMES[scale], menu, checkable=True)
            entry.setChecked(scale == look().scale)
            entry.triggered.connect(lambda _, scale=scale: look().set_scale(scale))
            group.addAction(entry)
            menu.addAction(entry)
        corner = self._size.mapToGlobal(self._size.rect().topLeft())
        menu.popup(corner - QPoint(0, menu.sizeHint().height()))

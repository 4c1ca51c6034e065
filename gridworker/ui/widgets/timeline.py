"""What happened, newest first, each entry with its own piece of the line at the left."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gridworker.ui.icons import paint_icon
from gridworker.ui.theme import colour, px
from gridworker.ui.tokens import Tone, tone_pair
from gridworker.ui.widgets.boxes import Column, Flow, Row, clear
from gridworker.ui.widgets.buttons import LinkButton
from gridworker.ui.widgets.chips import Chip
from gridworker.ui.widgets.text import Elide, Label


@dataclass(frozen=True)
class Entry:
    """One thing that happened; *act* is (words, what to do)."""

    title: str
    when: str = ""
    text: str = ""
    chips: tuple[tuple[str, Tone], ...] = ()
    icon_name: str = "circle"
    tone: Tone = "neutral"
    act: tuple[str, Callable[[], object]] | None = None
    key: object = None


class TimelineEntry(QWidget):
    """One entry with its gutter; a hundred of them are still quick."""

    opened = Signal(object)

    def __init__(self, entry: Entry, *, last: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._entry, self._last = entry, last
        self.setAccessibleName(f"{entry.when} {entry.title} {entry.text}".strip())
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        column = Column(self, margins=(46, 2, 0, 18), gap=5)
        head = Row(gap=10)
        head.addWidget(Elide(entry.title, "strong"), 1)
        if entry.when:
            head.addWidget(Label(entry.when, "hint2"))
        column.addLayout(head)
        if entry.text:
            column.addWidget(Label(entry.text, "second", wrap=True))
        if entry.chips or entry.act:
            holder = QWidget()
            flow = Flow(holder, gap=6)
            for word, tone in entry.chips:
                flow.addWidget(Chip(word, tone))
            if entry.act:
                flow.addWidget(LinkButton(*entry.act))
            column.addWidget(holder)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click opens what has a key."""
        if event.button() == Qt.MouseButton.LeftButton and self._entry.key is not None:
            self.opened.emit(self._entry.key)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the circle and the piece of line down to the next entry."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        word, ground = tone_pair(self._entry.tone)
        side, left = px(28), px(4)
        box = QRectF(left, 0, side, side)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour(ground))
        painter.drawEllipse(box)
        inner = px(16)
        gap = (side - inner) / 2
        paint_icon(painter, QRectF(left + gap, gap, inner, inner), self._entry.icon_name, word)
        if not self._last:
            top = side + px(3)
            painter.fillRect(left + side // 2 - 1, top, px(2), self.height() - top - px(3), colour("line"))


class Timeline(QWidget):
    """Entries below one another; ``opened`` carries the key of the one clicked."""

    opened = Signal(object)

    def __init__(self, entries: Sequence[Entry] = (), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("clear")
        self._column = Column(self, gap=0)
        self.set_entries(entries)

    def set_entries(self, entries: Sequence[Entry]) -> None:
        """Show these and no others."""
        clear(self._column)
        for n, entry in enumerate(entries):
            shown = TimelineEntry(entry, last=n == len(entries) - 1)
            shown.opened.connect(self.opened)
            self._column.addWidget(shown)
        self._column.addStretch(1)

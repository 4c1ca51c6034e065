"""What stands where nothing stands yet, and how far something has come."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QProgressBar, QSizePolicy, QWidget

from gridworker.ui import fonts
from gridworker.ui.icons import paint_icon
from gridworker.ui.theme import colour, look, px
from gridworker.ui.widgets.boxes import Column, Row
from gridworker.ui.widgets.buttons import Button, LinkButton
from gridworker.ui.widgets.text import Elide, Label


class _RoundIcon(QWidget):
    def __init__(self, icon_name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon = icon_name
        self.rescale()

    def rescale(self) -> None:
        """Take the size in use."""
        self.setFixedSize(px(64), px(64))

    def paintEvent(self, event: QPaintEvent) -> None:
        """A pale circle with the icon in it."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour("neutral_bg"))
        painter.drawEllipse(QRectF(self.rect()))
        side = px(28)
        gap = (self.width() - side) / 2
        paint_icon(painter, QRectF(gap, gap, side, side), self._icon, "text2")


class EmptyState(QWidget):
    """Icon, one sentence, one piece of advice and the ways out (the first in blue)."""

    def __init__(
        self,
        icon_name: str,
        sentence: str,
        advice: str = "",
        *,
        ways_out: Sequence[tuple[str, Callable[[], object]]] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("clear")
        centre = Qt.AlignmentFlag.AlignHCenter
        column = Column(self, margins=(20, 16, 20, 24), gap=10)
        column.addStretch(2)
        column.addWidget(_RoundIcon(icon_name), 0, centre)
        self._sentence = Label(sentence, "h2", wrap=True)
        self._advice = Label(advice, "second", wrap=True)
        for label in (self._sentence, self._advice):
            label.setAlignment(centre)
            column.addWidget(label)
        if not advice:
            self._advice.hide()
        acts = Row(gap=8)
        acts.addStretch(1)
        for n, (words, run) in enumerate(ways_out):
            acts.addWidget(Button(words, run, kind="quiet" if n else "tint"))
        acts.addStretch(1)
        column.addLayout(acts)
        column.addStretch(3)

    def set_words(self, sentence: str, advice: str = "") -> None:
        """Say something else."""
        self._sentence.setText(sentence)
        self._advice.setText(advice)
        self._advice.setVisible(bool(advice))


class ProgressStrip(QWidget):
    """A thin bar with its words and 取消; without a total it only says that work goes on."""

    def __init__(self, cancel: Callable[[], object] | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._words = Elide("", "second")
        column = Column(self, gap=8)
        column.addWidget(self._bar)
        row = Row(gap=8)
        row.addWidget(self._words, 1)
        if cancel is not None:
            row.addWidget(LinkButton(self.tr("取消"), cancel))
        column.addLayout(row)

    def show_progress(self, done: int, total: int, text: str) -> None:
        """*done* of *total*; a total of 0 means that nobody knows how much there is."""
        self._bar.setRange(0, total)
        self._bar.setValue(done)
        self._words.setText(text)
        self._bar.setAccessibleName(text)


class Stepper(QWidget):
    """The stages of a case: done with a tick, the present one outlined, the rest grey."""

    def __init__(self, steps: Sequence[str] = (), current: int = 0, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._steps: tuple[str, ...] = ()
        self._current = 0
        self._failed = False
        self.set_steps(steps, current)

    def set_steps(self, steps: Sequence[str], current: int, *, failed: bool = False) -> None:
        """Show *steps*; those before *current* are done; a failed one is red with a cross."""
        self._steps, self._current, self._failed = tuple(steps), current, failed
        here = steps[current] if 0 <= current < len(steps) else ""
        self.setAccessibleName(self.tr("进度：") + f"{here}（{current + 1}/{len(steps)}）")
        self.update()

    def rescale(self) -> None:
        """Take the size in use."""
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        """Circle and word."""
        return QSize(px(90) * max(1, len(self._steps)), px(54))

    def minimumSizeHint(self) -> QSize:
        """Words may stand close."""
        return QSize(px(58) * max(1, len(self._steps)), px(54))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the line, the circles and the words."""
        if not self._steps:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        step = self.width() / len(self._steps)
        for n in range(len(self._steps)):
            middle = step * (n + 0.5)
            if n:
                self._line(painter, middle - step, middle, done=n <= self._current)
            self._circle(painter, n, middle)
            self._word(painter, n, middle, step)

    def _line(self, painter: QPainter, start: float, end: float, *, done: bool) -> None:
        gap, y = px(17), px(14)
        left, right = round(start + gap), round(end - gap)
        height = px(2)
        painter.fillRect(left, y - height // 2, right - left, height, colour("primary" if done else "line2"))

    def _circle(self, painter: QPainter, n: int, middle: float) -> None:
        radius = px(12)
        box = QRectF(middle - radius, px(14) - radius, 2 * radius, 2 * radius)
        done, here = n < self._current, n == self._current
        failed = here and self._failed
        token = "bad" if failed else "primary" if done or here else "line2"
        painter.setPen(QPen(colour(token), px(2)))
        painter.setBrush(colour("bad" if failed else "primary" if done else "surface"))
        painter.drawEllipse(box)
        if done or failed:
            side = px(16)
            inner = QRectF(middle - side / 2, px(14) - side / 2, side, side)
            name = "dismiss" if failed else "checkmark"
            paint_icon(painter, inner, name, "on_bad" if failed else "on_primary")
            return
        painter.setPen(colour("primary" if here else "text3"))
        painter.setFont(look().font(fonts.HINT, bold=True))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, str(n + 1))

    def _word(self, painter: QPainter, n: int, middle: float, room: float) -> None:
        here = n == self._current
        painter.setFont(look().font(fonts.BODY if here else fonts.SECONDARY, bold=here))
        painter.setPen(colour("text" if here else "text2"))
        box = QRectF(middle - room / 2, px(30), room, px(24))
        word = painter.fontMetrics().elidedText(self._steps[n], Qt.TextElideMode.ElideRight, int(room))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, word)

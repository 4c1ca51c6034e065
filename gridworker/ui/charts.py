"""Charts that say their values: zero baseline, direct labels, no legend to decode."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from typing import Final

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from gridworker.ui import fonts
from gridworker.ui.theme import colour, look, px
from gridworker.ui.widgets.buttons import KeyboardRing

MOST: Final = 8
_CENTRE: Final = Qt.AlignmentFlag.AlignCenter
_LEFT: Final = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
_RIGHT: Final = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight


@dataclass(frozen=True, slots=True)
class Bar:
    """One value with its label; *short* is below what was aimed at, *note* is for the tooltip.

    *target*: what this bar alone aims at (upright bars); *words* stand over it instead of the bare value.
    """

    label: str
    value: float
    short: bool = False
    note: str = ""
    target: float = 0
    words: str = ""


def steps(highest: float, count: int = 4) -> list[float]:
    """Round values from zero to at least *highest*, for the lines behind bars."""
    if highest <= 0:
        return [0.0, 1.0]
    rough = highest / count
    size = 10.0 ** floor(log10(rough))
    step = next(size * n for n in (1, 2, 2.5, 5, 10) if size * n >= rough * 0.999)
    if step < 1:
        step = 1.0  # people and visits are whole
    return [step * n for n in range(ceil(highest / step) + 1)]


def largest(bars: Sequence[Bar], most: int = MOST) -> list[Bar]:
    """The largest *most* of them in falling order, the rest as 其他."""
    falling = sorted(bars, key=lambda bar: -bar.value)
    if len(falling) <= most:
        return falling
    rest = falling[most - 1 :]
    return [*falling[: most - 1], Bar("其他", sum(bar.value for bar in rest))]


def shown(value: float) -> str:
    """A value as it is written beside its bar."""
    return f"{value:,.0f}" if value == round(value) else f"{value:,.1f}"


class Chart(KeyboardRing, QWidget):
    """What all charts share: values by pointer, by arrow keys and for screen readers.

    ``pressed`` carries the number of the bar that was clicked or entered.
    """

    pressed = Signal(int)

    def __init__(self, title: str, unit: str = "", parent: QWidget | None = None) -> None:
        QWidget.__init__(self, parent)
        self._title, self._unit = title, unit
        self._bars: tuple[Bar, ...] = ()
        self._at = -1
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setAccessibleName(title)

    def show_bars(self, bars: Sequence[Bar]) -> None:
        """Show these values."""
        self._bars = tuple(bars)
        self._at = -1
        self._name()
        self.updateGeometry()
        self.update()

    def bars(self) -> tuple[Bar, ...]:
        """What is shown, for the table behind 看数据."""
        return self._bars

    def rescale(self) -> None:
        """Take the size in use."""
        self.updateGeometry()

    def spoken(self, bar: Bar) -> str:
        """One bar in words."""
        words = f"{bar.label} {bar.words or shown(bar.value)}{self._unit}"
        return f"{words}，{bar.note}" if bar.note else words

    def box_of(self, n: int) -> QRectF:
        """Where bar *n* stands, with its label."""
        raise IndexError(n)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows walk the bars; Return presses one."""
        keys = Qt.Key
        step = {keys.Key_Right: 1, keys.Key_Down: 1, keys.Key_Left: -1, keys.Key_Up: -1}
        if event.key() in step and self._bars:
            self._at = max(0, min(len(self._bars) - 1, self._at + step[keys(event.key())]))
            self.setAccessibleDescription(self.spoken(self._bars[self._at]))
            self.update()
        elif event.key() in (keys.Key_Return, keys.Key_Enter) and self._at >= 0:
            self.pressed.emit(self._at)
        else:
            super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click presses the bar under it."""
        n = self._under(event.position())
        if n >= 0:
            self.pressed.emit(n)

    def event(self, event: QEvent) -> bool:
        """The value under the pointer as a tooltip."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            n = self._under(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), self.spoken(self._bars[n]) if n >= 0 else "", self)
            return True
        return super().event(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Draw the ring if the keyboard brought us here."""
        QWidget.focusInEvent(self, event)
        self.note_focus(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take the ring away."""
        QWidget.focusOutEvent(self, event)
        self._at = -1
        self.note_focus(event)

    def _under(self, point: QPointF) -> int:
        return next((n for n in range(len(self._bars)) if self.box_of(n).contains(point)), -1)

    def _name(self) -> None:
        values = "，".join(self.spoken(bar) for bar in self._bars)
        self.setAccessibleName(f"{self._title}：{values}" if values else self._title)

    def _highest(self) -> float:
        return max((bar.value for bar in self._bars), default=0.0)

    def _painter(self) -> QPainter:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if 0 <= self._at < len(self._bars):
            painter.fillRect(self.box_of(self._at), colour("tint"))
        painter.setPen(Qt.PenStyle.NoPen)
        return painter


def _paint_words(
    painter: QPainter, box: QRectF, text: str, token: str, align: Qt.AlignmentFlag, *, bold: bool = False
) -> None:
    painter.setFont(look().font(fonts.HINT, bold=bold))
    painter.setPen(colour(token))
    fitted = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(box.width()) + 1)
    painter.drawText(box, align, fitted)
    painter.setPen(Qt.PenStyle.NoPen)


def _rounded_top(box: QRectF, radius: float) -> QPainterPath:
    radius = min(radius, box.height())
    path = QPainterPath()
    path.moveTo(box.bottomLeft())
    path.lineTo(box.left(), box.top() + radius)
    path.quadTo(box.topLeft(), QPointF(box.left() + radius, box.top()))
    path.lineTo(box.right() - radius, box.top())
    path.quadTo(box.topRight(), QPointF(box.right(), box.top() + radius))
    path.lineTo(box.bottomRight())
    path.closeSubpath()
    return path


class BarChart(Chart):
    """Upright bars with a target line over each; bars below the target are amber."""

    def __init__(self, title: str, unit: str = "", *, target: float = 0, parent: QWidget | None = None) -> None:
        super().__init__(title, unit, parent)
        self._target = target

    def set_target(self, target: float) -> None:
        """Another target; 0 draws none."""
        self._target = target
        self._name()
        self.update()

    def spoken(self, bar: Bar) -> str:
        """The bar and its target in words."""
        aim = self._aim(bar)
        return super().spoken(bar) + (f"，目标 {shown(aim)}" if aim else "")

    def _aim(self, bar: Bar) -> float:
        """The bar's own target, or the one for all."""
        return bar.target or self._target

    def _highest(self) -> float:
        """Targets need room as well."""
        return max((max(bar.value, self._aim(bar)) for bar in self._bars), default=0.0)

    def sizeHint(self) -> QSize:
        """220 high."""
        return QSize(px(480), px(220))

    def minimumSizeHint(self) -> QSize:
        """Labels of bars may be shortened."""
        return QSize(px(44) + px(40) * max(1, len(self._bars)), px(150))

    def box_of(self, n: int) -> QRectF:
        """The column of bar *n*."""
        plot = self._plot()
        width = plot.width() / max(1, len(self._bars))
        return QRectF(plot.x() + n * width, 0, width, self.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw lines, bars, values, labels, targets."""
        painter = self._painter()
        plot, lines = self._plot(), steps(self._highest())
        for line in lines:
            y = self._y(line, lines[-1], plot)
            painter.fillRect(QRectF(plot.x(), round(y), plot.width(), 1), colour("line"))
            box = QRectF(0, y - px(10), plot.x() - px(8), px(20))
            _paint_words(painter, box, shown(line), "text3", _RIGHT)
        for n in range(len(self._bars)):
            self._paint_bar(painter, n, plot, lines[-1])
        painter.end()
        self.paint_ring()

    def _plot(self) -> QRectF:
        left, top, low = px(44), px(22), px(30)
        return QRectF(left, top, self.width() - left - px(4), self.height() - top - low)

    def _y(self, value: float, highest: float, plot: QRectF) -> float:
        return plot.bottom() - plot.height() * value / highest

    def _paint_bar(self, painter: QPainter, n: int, plot: QRectF, highest: float) -> None:
        bar, room = self._bars[n], self.box_of(n)
        width = min(px(40), room.width() * 0.6)
        top = self._y(bar.value, highest, plot)
        box = QRectF(room.center().x() - width / 2, top, width, plot.bottom() - top)
        aim = self._aim(bar)
        behind = bar.short or bar.value < aim
        painter.setBrush(colour("chart2" if behind else "chart1"))
        painter.drawPath(_rounded_top(box, px(4)))
        label_top = top
        if aim:
            y = round(self._y(aim, highest, plot))
            mark = QRectF(box.x() - px(6), y, width + px(12), max(2, px(1.5)))
            painter.fillRect(mark, colour("text2"))
            if 0 <= top - y < px(20):
                label_top = y  # the value would stand on the line: put it above
        value = QRectF(room.x(), label_top - px(22), room.width(), px(20))
        words = bar.words or shown(bar.value)
        self._clear_behind(painter, value, words)
        _paint_words(painter, value, words, "text", _CENTRE)
        label = QRectF(room.x() + 2, plot.bottom() + px(8), room.width() - 4, px(20))
        _paint_words(painter, label, bar.label, "text2", _CENTRE)

    def _clear_behind(self, painter: QPainter, box: QRectF, words: str) -> None:
        """A line of the scale must not run through the value."""
        painter.setFont(look().font(fonts.HINT))
        width = painter.fontMetrics().horizontalAdvance(words) + px(6)
        ground = QRectF(box.center().x() - width / 2, box.y() + px(2), width, px(16))
        painter.fillRect(ground, colour("surface"))


class SideBars(Chart):
    """Bars lying down with their labels before and their values behind them."""

    LINE = 32

    def __init__(self, title: str, unit: str = "", *, label_width: int = 80, parent: QWidget | None = None) -> None:
        super().__init__(title, unit, parent)
        self._label_width = label_width

    def sizeHint(self) -> QSize:
        """32 a bar."""
        return QSize(px(360), px(self.LINE) * max(1, len(self._bars)))

    def minimumSizeHint(self) -> QSize:
        """All bars, and room for a label and a value."""
        return QSize(px(self._label_width + 120), self.sizeHint().height())

    def box_of(self, n: int) -> QRectF:
        """The line of bar *n*."""
        return QRectF(0, n * px(self.LINE), self.width(), px(self.LINE))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw label, track, bar and value of each."""
        painter = self._painter()
        highest = self._highest() or 1.0
        left, right = px(self._label_width), px(52)
        for n, bar in enumerate(self._bars):
            line = self.box_of(n)
            name = QRectF(0, line.y(), left - px(8), line.height())
            _paint_words(painter, name, bar.label, "text2", _LEFT)
            track = QRectF(left, line.center().y() - px(4), line.width() - left - right, px(8))
            painter.setBrush(colour("track"))
            painter.drawRoundedRect(track, px(4), px(4))
            track.setWidth(max(px(8), track.width() * bar.value / highest) if bar.value else 0)
            painter.setBrush(colour("chart2" if bar.short else "primary"))
            painter.drawRoundedRect(track, px(4), px(4))
            value = QRectF(line.right() - right, line.y(), right - px(2), line.height())
            _paint_words(painter, value, shown(bar.value), "text", _RIGHT, bold=True)
        painter.end()
        self.paint_ring()


class WeekBars(Chart):
    """Seven small bars; today's is blue. Give Monday to Sunday."""

    def __init__(self, title: str, unit: str = "", parent: QWidget | None = None) -> None:
        super().__init__(title, unit, parent)
        self._today = -1

    def show_week(self, values: Sequence[float], today: int) -> None:
        """Seven values from Monday; *today* is 0 to 6, or -1 for another week."""
        self._today = today
        self.show_bars([Bar(day, value) for day, value in zip("一二三四五六日", values, strict=True)])

    def spoken(self, bar: Bar) -> str:
        """The day in full."""
        return f"周{super().spoken(bar)}"

    def sizeHint(self) -> QSize:
        """78 high."""
        return QSize(px(300), px(78))

    def minimumSizeHint(self) -> QSize:
        """Seven narrow columns."""
        return QSize(px(196), px(78))

    def box_of(self, n: int) -> QRectF:
        """The column of day *n*."""
        width = self.width() / 7
        return QRectF(n * width, 0, width, self.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw bars, values and days."""
        painter = self._painter()
        highest = self._highest() or 1.0
        bottom, room = self.height() - px(24), self.height() - px(24) - px(20)
        for n, bar in enumerate(self._bars):
            column, here = self.box_of(n), n == self._today
            height = max(px(3), room * bar.value / highest)
            box = QRectF(column.center().x() - px(9), bottom - height, px(18), height)
            painter.setBrush(colour("primary" if here else "chart_rest"))
            painter.drawRoundedRect(box, min(px(4), height / 2), min(px(4), height / 2))
            if bar.value:
                value = QRectF(column.x(), box.y() - px(20), column.width(), px(18))
                _paint_words(painter, value, shown(bar.value), "text2", _CENTRE)
            day = QRectF(column.x(), bottom + px(4), column.width(), px(20))
            token = "primary" if here else "text2"
            _paint_words(painter, day, bar.label, token, _CENTRE, bold=here)
        painter.end()
        self.paint_ring()

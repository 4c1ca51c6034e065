"""A month to pick a day from, in the look of the desk."""

from __future__ import annotations

from datetime import date
from typing import Final

from PySide6.QtCore import QDate, QEvent, QLocale, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPen, QTextCharFormat
from PySide6.QtWidgets import QCalendarWidget, QToolButton, QWidget

from gridworker.ui import fonts
from gridworker.ui.icons import icon
from gridworker.ui.theme import colour, look, px

_DAYS: Final = tuple(Qt.DayOfWeek(n) for n in range(1, 8))


class DayCalendar(QCalendarWidget):
    """Weeks begin on Monday; ``picked`` carries a date. Also for ``QDateEdit.setCalendarWidget``."""

    picked = Signal(object)

    def __init__(self, day: date, today: date | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._today = QDate(today.year, today.month, today.day) if today else QDate()
        self.setLocale(QLocale(QLocale.Language.Chinese, QLocale.Country.China))
        self.setFirstDayOfWeek(Qt.DayOfWeek.Monday)
        self.setVerticalHeaderFormat(QCalendarWidget.VerticalHeaderFormat.NoVerticalHeader)
        self.setHorizontalHeaderFormat(QCalendarWidget.HorizontalHeaderFormat.SingleLetterDayNames)
        self.setGridVisible(False)
        self.setSelectedDate(QDate(day.year, day.month, day.day))
        self.setAccessibleName(self.tr("日历"))
        self._dress()
        self.clicked.connect(self._emit)
        self.activated.connect(self._emit)

    def rescale(self) -> None:
        """Take the size in use."""
        self.setMinimumSize(px(340), px(310))

    def paintCell(self, painter: QPainter, rect: QRect, day: QDate | date) -> None:
        """A round mark for the day chosen, a ring for today, grey for the months beside."""
        shown = QDate(day.year, day.month, day.day) if isinstance(day, date) else day
        chosen = shown == self.selectedDate()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(rect, colour("surface"))
        side = min(rect.width(), rect.height()) - px(4)
        mark = QRectF(0, 0, side, side)
        mark.moveCenter(QRectF(rect).center())
        painter.setPen(QPen(colour("primary"), 1.5) if shown == self._today else Qt.PenStyle.NoPen)
        painter.setBrush(colour("primary") if chosen else Qt.BrushStyle.NoBrush)
        if chosen or shown == self._today:
            painter.drawEllipse(mark)
        beside = shown.month() != self.monthShown()
        painter.setPen(colour("on_primary" if chosen else "text3" if beside else "text"))
        painter.setFont(look().font(fonts.SECONDARY, bold=chosen))
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, str(shown.day()))
        painter.restore()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape belongs to what is around it."""
        if event.key() == Qt.Key.Key_Escape:
            event.ignore()
            return
        super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Another theme: other words over the days."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and hasattr(self, "_today"):
            self._dress()

    def _dress(self) -> None:
        self.rescale()
        words = QTextCharFormat()
        words.setForeground(colour("text3"))
        words.setBackground(colour("surface"))
        self.setHeaderTextFormat(words)
        for day in _DAYS:
            self.setWeekdayTextFormat(day, words)
        for name, drawing in (("prevmonth", "chevron_left"), ("nextmonth", "chevron_right")):
            button = self.findChild(QToolButton, f"qt_calendar_{name}")
            if button is not None:
                button.setIcon(icon(drawing, "primary"))

    def _emit(self, day: QDate) -> None:
        self.picked.emit(date(day.year(), day.month(), day.day()))

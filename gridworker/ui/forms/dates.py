"""How a civil date and an instant are edited: empty until a link fills them, in China's time on every machine."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from PySide6.QtCore import QDate, QDateTime, QTime, QTimeZone
from PySide6.QtWidgets import QDateEdit, QDateTimeEdit, QWidget

from gridworker.records.fields import Day, Field, Moment
from gridworker.ui.civil import china_day, china_now, instant
from gridworker.ui.forms.editors import Editor, NoWheel
from gridworker.ui.theme import px
from gridworker.ui.widgets import DayCalendar, LinkButton

# Civil time goes through Qt as if it were UTC: no zone of the machine, no summer time, touches it.
_CIVIL = QTimeZone(QTimeZone.Initialization.UTC)


class _Optional(Editor):
    """A date or time that may be empty: a link fills it, another empties it."""

    def __init__(self, field: Field, edit: QDateTimeEdit, offer: str, now: Callable[[], int]) -> None:
        super().__init__(field, edit)
        self._edit, self._now = edit, now
        edit.setTimeZone(_CIVIL)
        edit.setCalendarPopup(True)
        today = china_day(now())
        edit.setCalendarWidget(DayCalendar(today, today))
        edit.installEventFilter(NoWheel(edit))
        self._fill = LinkButton(offer, self._start)
        self._fill.setAccessibleName(f"{field.title}：{offer}")
        self._empty = LinkButton(self.tr("清除"), self._clear)
        self._empty.setAccessibleName(f"{field.title}：{self.tr('清除')}")
        self._row.addWidget(self._fill)
        self._row.addWidget(self._empty)
        self._row.addStretch(1)
        edit.dateTimeChanged.connect(self._edited)
        self._quiet = False
        # Layouts show their widgets by themselves; only what is hidden has to be told.
        self._filled = False
        edit.hide()
        self._empty.hide()
        self.rescale()

    def rescale(self) -> None:
        """Take the size in use."""
        self._edit.setMinimumWidth(px(190))

    def focus_on(self, path: str) -> QWidget:
        target = self._edit if self._filled else self._fill
        target.setFocus()
        return target

    def _edited(self) -> None:
        if not self._quiet:
            self.changed.emit()

    def _start(self) -> None:
        self._show_civil(china_now(self._now()))
        self.changed.emit()
        self._edit.setFocus()

    def _clear(self) -> None:
        self._show_nothing()
        self.changed.emit()
        self._fill.setFocus()

    def _show_nothing(self) -> None:
        self._switch(False)

    def _show_civil(self, civil: datetime) -> None:
        self._quiet = True
        day, clock = QDate(civil.year, civil.month, civil.day), QTime(civil.hour, civil.minute)
        self._edit.setDateTime(QDateTime(day, clock, _CIVIL))
        self._quiet = False
        self._switch(True)

    def _switch(self, filled: bool) -> None:
        self._filled = filled
        self._edit.setVisible(filled)
        self._fill.setVisible(not filled)
        self._empty.setVisible(filled and not self.field.required)

    def _civil(self) -> datetime:
        shown = self._edit.dateTime()
        day, clock = shown.date(), shown.time()
        return datetime(day.year(), day.month(), day.day(), clock.hour(), clock.minute())


class DayEditor(_Optional):
    """A civil date."""

    def __init__(self, field: Day, now: Callable[[], int]) -> None:
        edit = QDateEdit()
        edit.setDisplayFormat("yyyy-MM-dd")
        super().__init__(field, edit, "填日期", now)

    def value(self) -> str | None:
        return self._civil().date().isoformat() if self._filled else None

    def set_value(self, value: Any) -> None:
        if value:
            day = date.fromisoformat(str(value))
            self._show_civil(datetime(day.year, day.month, day.day))
        else:
            self._show_nothing()


class MomentEditor(_Optional):
    """An instant, shown in China's time to the minute."""

    def __init__(self, field: Moment, now: Callable[[], int]) -> None:
        edit = QDateTimeEdit()
        edit.setDisplayFormat("yyyy-MM-dd HH:mm")
        super().__init__(field, edit, "填时间", now)
        self._exact: int | None = None

    def value(self) -> int | None:
        if not self._filled:
            return None
        shown = instant(self._civil())
        # What was not touched keeps its seconds.
        return self._exact if self._exact is not None and self._exact // 60_000 == shown // 60_000 else shown

    def set_value(self, value: Any) -> None:
        self._exact = None if value is None else int(value)
        if self._exact is None:
            self._show_nothing()
        else:
            self._show_civil(china_now(self._exact))

"""Dates and times are China's on every machine, and may be empty."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCalendarWidget, QDateTimeEdit

from gridworker.records.fields import Day, Field, Moment
from gridworker.ui.widgets import DayCalendar
from tests.helpers.mouse import Mouse
from tests.helpers.small_grid import MORNING

Edit = Callable[[Field], Any]


@pytest.fixture(params=["Asia/Shanghai", "America/New_York", "Europe/London"])
def zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The machine's own zone."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield request.param
    monkeypatch.undo()
    time.tzset()


def test_a_date_is_empty_until_it_is_filled_and_can_be_emptied(edit: Edit) -> None:
    editor = edit(Day("due", "期限"))
    mouse = Mouse(editor)
    assert editor.value() is None
    mouse.press("期限：填日期")
    assert editor.value() == "2026-03-02", "today"
    mouse.press("期限：清除")
    assert editor.value() is None
    assert editor.told == ["2026-03-02", None]


def test_a_date_that_must_be_there_is_not_emptied(edit: Edit) -> None:
    editor = edit(Day("due", "期限", required=True))
    editor.set_value("2026-05-06")
    assert not [each for each in editor.findChildren(QDateTimeEdit) if not each.isVisible()]
    with pytest.raises(AssertionError, match="no button"):
        Mouse(editor).press("期限：清除")


def test_the_calendar_is_our_own(edit: Edit) -> None:
    editor = edit(Day("due", "期限"))
    assert isinstance(editor.findChild(QDateTimeEdit).calendarWidget(), DayCalendar)
    assert isinstance(edit(Moment("at", "时间")).findChild(QDateTimeEdit).calendarWidget(), QCalendarWidget)


@pytest.mark.parametrize("day", ["2026-03-02", "1931-12-31", "1986-05-04", "2026-03-29"])
def test_a_date_shown_comes_back_unchanged_wherever_the_machine_stands(edit: Edit, zone: str, day: str) -> None:
    editor = edit(Day("born", "出生日期"))
    editor.set_value(day)
    assert editor.value() == day


@pytest.mark.parametrize("moment", [MORNING, MORNING + 12_345, 1_774_746_000_000, 1_774_749_600_000])
def test_an_instant_shown_comes_back_unchanged_with_its_seconds(edit: Edit, zone: str, moment: int) -> None:
    editor = edit(Moment("at", "时间"))
    editor.set_value(moment)
    assert editor.value() == moment


def test_an_instant_is_read_as_chinas_time(edit: Edit, zone: str) -> None:
    editor = edit(Moment("at", "时间"))
    editor.set_value(MORNING)
    assert editor.findChild(QDateTimeEdit).text() == "2026-03-02 09:14"
    Mouse(editor).press("时间：清除")
    Mouse(editor).press("时间：填时间")
    assert editor.value() == MORNING


def test_an_hour_that_is_typed_is_kept_as_chinas(edit: Edit, zone: str) -> None:
    editor = edit(Moment("at", "时间"))
    editor.set_value(MORNING)
    box = editor.findChild(QDateTimeEdit)
    box.setSelectedSection(QDateTimeEdit.Section.HourSection)
    QTest.keyClick(box, Qt.Key.Key_Up)
    assert editor.value() == MORNING + 3_600_000
    assert editor.told == [MORNING + 3_600_000]


def test_a_day_that_does_not_exist_cannot_be_typed(edit: Edit) -> None:
    editor = edit(Day("due", "期限"))
    editor.set_value("2026-02-28")
    box = editor.findChild(QDateTimeEdit)
    box.setFocus()
    box.setSelectedSection(QDateTimeEdit.Section.DaySection)
    QTest.keyClicks(box, "30")
    QTest.keyClick(box, Qt.Key.Key_Tab)
    QApplication.processEvents()
    assert editor.field.clean(editor.value()) == editor.value()

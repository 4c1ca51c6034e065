"""A field that points to another record: a few letters, and Return."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QListWidget
from pytestqt.qtbot import QtBot

from gridworker.records.fields import Field, Ref
from gridworker.ui.widgets import SearchField
from tests.helpers.mouse import Mouse, words_of
from tests.helpers.notebook import name_of
from tests.helpers.small_grid import HOME, home_id

Edit = Callable[[Field], Any]
HOUSEHOLD = Ref("household", "相关住户", to=("household",))


def test_letters_and_return_choose_the_first_that_fits(edit: Edit) -> None:
    editor = edit(HOUSEHOLD)
    line = editor.findChild(SearchField)
    QTest.keyClicks(line, "wgy")
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert editor.value() == HOME
    assert "王桂英　马村后岸路1号" in words_of(editor)
    assert editor.told == [HOME]


def test_down_goes_into_the_list_and_up_comes_back(edit: Edit, qtbot: QtBot) -> None:
    editor = edit(HOUSEHOLD)
    line, offers = editor.findChild(SearchField), editor.findChild(QListWidget)
    QTest.keyClicks(line, "chen")
    qtbot.waitUntil(offers.isVisible)
    QTest.keyClick(line, Qt.Key.Key_Down)
    assert QApplication.focusWidget() is offers
    QTest.keyClick(offers, Qt.Key.Key_Up)
    assert QApplication.focusWidget() is line
    QTest.keyClick(line, Qt.Key.Key_Down)
    QTest.keyClick(offers, Qt.Key.Key_Down)
    second = offers.item(1).data(Qt.ItemDataRole.UserRole)
    QTest.keyClick(offers, Qt.Key.Key_Return)
    assert editor.value() == second


def test_nothing_found_is_said_and_return_chooses_nothing(edit: Edit, qtbot: QtBot) -> None:
    editor = edit(HOUSEHOLD)
    line = editor.findChild(SearchField)
    QTest.keyClicks(line, "qqq")
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert editor.value() is None
    assert editor.findChild(QListWidget).item(0).text() == "没有找到，试试少输几个字"
    assert editor.faults() == [("", "相关住户：请从列表里选一条，或者清空输入的字。")]


def test_escape_empties_the_field_and_takes_the_list_away(edit: Edit, qtbot: QtBot) -> None:
    editor = edit(HOUSEHOLD)
    line, offers = editor.findChild(SearchField), editor.findChild(QListWidget)
    QTest.keyClicks(line, "wgy")
    qtbot.waitUntil(offers.isVisible)
    QTest.keyClick(line, Qt.Key.Key_Escape)
    assert line.text() == ""
    assert editor.faults() == []
    qtbot.waitUntil(offers.isHidden)


def test_another_is_chosen_and_the_choice_is_taken_away(edit: Edit) -> None:
    editor = edit(HOUSEHOLD)
    editor.set_value(HOME)
    mouse = Mouse(editor)
    mouse.press("相关住户：换")
    assert editor.value() == HOME, "until another one is chosen"
    line = editor.findChild(SearchField)
    QTest.keyClicks(line, "mjg")
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert editor.value() == home_id(2)
    mouse.press("相关住户：清除")
    assert editor.value() is None
    assert QApplication.focusWidget() is line


def test_what_must_be_there_cannot_be_taken_away(edit: Edit) -> None:
    editor = edit(Ref("household", "走访住户", to=("household",), required=True))
    editor.set_value(HOME)
    with pytest.raises(AssertionError, match="no button"):
        Mouse(editor).button("走访住户：清除")


def test_a_record_that_one_may_not_see_says_so(edit: Edit) -> None:
    editor = edit(HOUSEHOLD)
    editor.set_value(name_of(0xFFFF))
    assert "不在您的范围内" in words_of(editor)
    assert editor.value() == name_of(0xFFFF)


def test_people_places_and_colleagues_are_told_apart(edit: Edit) -> None:
    person = edit(Ref("person", "本人", to=("person",)))
    QTest.keyClicks(person.findChild(SearchField), "wangxiaobao")
    QTest.keyClick(person.findChild(SearchField), Qt.Key.Key_Return)
    assert "王小宝　马村后岸路" in words_of(person)
    region = edit(Ref("region", "网格", to=("region",)))
    QTest.keyClicks(region.findChild(SearchField), "330683106211001")
    QTest.keyClick(region.findChild(SearchField), Qt.Key.Key_Return)
    assert "第1网格　330683106211001" in words_of(region)

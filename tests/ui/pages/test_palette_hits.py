"""Ctrl+K finds households, people, diaries, disputes and matters, and opens each on its page."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from gridworker.ui.pages.visit_drawer import VisitDrawer
from gridworker.ui.palette import Palette
from tests.helpers.mouse import words_of
from tests.ui.pages.conftest import Opened


def palette(opened: Opened, text: str) -> Palette:
    """The palette with these words in it."""
    opened.window.open_palette(text)
    QApplication.processEvents()
    return opened.window.palette_box


def hits(box: Palette) -> list[tuple[str, str]]:
    """Group and title of what is offered."""
    found = [box.list.item(row).data(Qt.ItemDataRole.UserRole) for row in range(box.list.count())]
    return [(hit.group, hit.title) for hit in found if hit is not None]


@pytest.mark.parametrize(
    ("words", "group", "title", "page"),
    [
        ("wgy", "住户", "王桂英", "household"),
        ("王小宝", "人口", "王小宝", "household"),
        ("陈阿毛与周伟明", "纠纷", "陈阿毛与周伟明宅基地纠纷", "case"),
        ("路灯", "事项", "后岸路灯不亮", "matters"),
        ("王桂英家里都好", "走访", "王桂英家里都好，谈到春茶收成。", "visits"),
        ("13805750001", "住户", "王桂英", "household"),
    ],
)
def test_each_sort_is_found_and_opened(opened: Opened, words: str, group: str, title: str, page: str) -> None:
    box = palette(opened, words)
    assert (group, title) in hits(box)
    row = next(
        n
        for n in range(box.list.count())
        if (hit := box.list.item(n).data(Qt.ItemDataRole.UserRole)) and hit.title == title
    )
    box.list.setCurrentRow(row)
    box.run_current()
    assert opened.window.here == page


def test_a_household_says_where_it_is_and_offers_a_visit(opened: Opened) -> None:
    box = palette(opened, "wgy")
    hit = box.current()
    assert hit is not None
    assert (hit.title, hit.detail) == ("王桂英", "马村后岸路1号")
    QTest.keyClick(box.field, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    drawer = opened.window.drawer
    assert isinstance(drawer, VisitDrawer)
    assert "马村后岸路1号" in words_of(drawer)


def test_a_diary_says_when_it_was_and_where(opened: Opened) -> None:
    box = palette(opened, "王桂英家里都好")
    row = next(
        n
        for n in range(box.list.count())
        if (hit := box.list.item(n).data(Qt.ItemDataRole.UserRole)) and hit.group == "走访"
    )
    assert box.list.item(row).data(Qt.ItemDataRole.UserRole).detail == "2025-09-18 09:14·王桂英"


def test_a_record_that_is_gone_is_said_and_nothing_opens(opened: Opened) -> None:
    assert not opened.desktop.open_record("household", "01900000-0000-7000-8000-00000000ffff")
    assert "不在您的范围内" in words_of(opened.window)
    assert opened.window.here == "today"

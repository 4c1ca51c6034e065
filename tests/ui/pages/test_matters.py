"""事项: what was heard is followed until it is solved and told."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QMenu, QPlainTextEdit
from pytestqt.qtbot import QtBot

from gridworker.ui.widgets import Line, SearchField
from tests.helpers.mouse import Mouse, words_of, write
from tests.helpers.small_grid import DAY, GRID, HOME, MATTER, OTHER_GRID, WANG, SmallGrid
from tests.ui.pages.conftest import Opened

popups = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
LAMP = "后岸路灯不亮"


class Matters:
    """The page 事项 of a window."""

    def __init__(self, opened: Opened) -> None:
        self.opened, self.window = opened, opened.window
        self.mouse = Mouse(opened.window)
        opened.window.go("matters")
        QApplication.processEvents()

    def said(self) -> str:
        """Everything on the page."""
        return words_of(self.window)

    def steps(self, title: str) -> dict[str, bool]:
        """What the menu of a matter offers, and what of it may be done."""
        return {action.text(): action.isEnabled() for action in self._menu(title).actions()}

    def step(self, title: str, words: str) -> None:
        """Choose a step."""
        menu = self._menu(title)
        next(action for action in menu.actions() if action.text() == words).trigger()
        menu.close()
        QApplication.processEvents()

    def state(self, matter: str = MATTER) -> str:
        """Where a matter stands."""
        return str((self.opened.grid.ledger.get("matter", matter) or {})["state"])

    def _menu(self, title: str) -> QMenu:
        for old in self.window.findChildren(QMenu):
            old.close()
        self.mouse.press("下一步", self.mouse.row(title))
        return next(each for each in self.window.findChildren(QMenu) if each.isVisible())


@pytest.fixture
def matters(opened: Opened) -> Matters:
    return Matters(opened)


def test_what_goes_on_stands_by_its_state_with_who_reported_it(matters: Matters) -> None:
    said = matters.said()
    assert "办理中" in said
    assert "1 件" in said
    assert matters.mouse.row(LAMP).accessibleName() == f"{LAMP}，马建国反映　2月27日 09:14"
    assert "剩 2 天" in said
    assert "水管漏水" not in said, "which is done"
    matters.mouse.press("筛选：全部")
    assert "水管漏水" in matters.said()


def test_what_is_late_is_counted_and_can_be_shown_alone(matters: Matters) -> None:
    matters.opened.grid.now[0] += 5 * DAY
    matters.window.go("matters")
    assert "1 件，1 件已逾期" in matters.said()
    matters.mouse.press("筛选：已逾期")
    assert matters.mouse.row(LAMP)


def test_words_find_a_matter_that_is_done_as_well(matters: Matters, qtbot: QtBot) -> None:
    field = matters.window.page_head("matters").search_field
    assert isinstance(field, SearchField)
    write(field, "水管")
    qtbot.waitUntil(lambda: "水管漏水" in matters.said())
    QTest.keyClick(field, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: LAMP in matters.said())


def test_nothing_found_leads_back_to_what_goes_on(matters: Matters, qtbot: QtBot) -> None:
    field = matters.window.page_head("matters").search_field
    assert field is not None
    write(field, "飞碟")
    qtbot.waitUntil(lambda: "没有找到符合的事项。" in matters.said())
    matters.mouse.press("看在办的")
    assert matters.mouse.row(LAMP)


def test_a_new_matter_takes_two_clicks(matters: Matters) -> None:
    matters.mouse.press("登记事项")
    write(matters.mouse.field(Line, "事项"), "水沟堵了")
    matters.mouse.press("保存", matters.window.drawer)
    assert matters.mouse.clicks == 2
    (matter,) = matters.opened.grid.records("matter", title="水沟堵了")
    assert (matter["state"], matter["grid"], matter["responsible"]) == ("reported", GRID, WANG)
    assert matters.mouse.row("水沟堵了")


def test_its_household_tells_its_grid(matters: Matters) -> None:
    matters.mouse.press("登记事项")
    write(matters.mouse.field(Line, "事项"), "水沟堵了")
    household = matters.mouse.field(SearchField, "反映住户")
    QTest.keyClicks(household, "yuanaizhen")
    QTest.keyClick(household, Qt.Key.Key_Return)
    matters.mouse.press("保存", matters.window.drawer)
    assert matters.opened.grid.records("matter", title="水沟堵了")[0]["grid"] == OTHER_GRID


@popups
def test_the_menu_offers_lawful_steps_and_says_why_others_are_not(matters: Matters) -> None:
    assert matters.steps(LAMP) == {"办结": True}
    matters.opened.grid.ledger.save("matter", {"title": "新事", "grid": GRID})
    matters.window.redraw(frozenset({"matter"}))
    QApplication.processEvents()
    assert matters.steps("新事") == {
        "受理": True,
        "开始办理": True,
        "办结": True,
        "退回（您的岗位不能办理）": False,
        "撤回": True,
    }


@popups
def test_an_end_needs_its_result_and_says_so_at_the_field(matters: Matters) -> None:
    matters.step(LAMP, "办结")
    drawer = matters.window.drawer
    assert drawer is not None
    matters.mouse.press("办结", drawer)
    assert "请填写办理结果。" in words_of(drawer)
    assert matters.state() == "handling"
    write(matters.mouse.field(QPlainTextEdit, "办理结果"), "换了两盏灯")
    matters.mouse.press("办结", drawer)
    assert matters.state() == "done"
    matters.mouse.press("撤销")
    assert matters.state() == "handling"


@popups
def test_a_step_without_questions_is_done_at_once_and_taken_back(matters: Matters) -> None:
    matter = matters.opened.grid.ledger.save("matter", {"title": "新事", "grid": GRID}).id
    matters.window.redraw(frozenset({"matter"}))
    QApplication.processEvents()
    matters.step("新事", "撤回")
    assert matters.state(matter) == "withdrawn"


def test_a_matter_is_edited_and_removed_with_a_way_back(matters: Matters) -> None:
    matters.mouse.click(matters.mouse.row(LAMP))
    matters.mouse.field(Line, "事项").setText("后岸路灯两盏不亮")
    matters.mouse.press("保存", matters.window.drawer)
    assert matters.mouse.row("后岸路灯两盏不亮")
    matters.mouse.click(matters.mouse.row("后岸路灯两盏不亮"))
    matters.mouse.press("移到回收站：后岸路灯两盏不亮")
    assert "没有在办的事项。" in matters.said()
    matters.mouse.press("撤销")
    assert matters.mouse.row("后岸路灯两盏不亮")


def test_a_step_is_written_into_its_story(matters: Matters) -> None:
    matters.mouse.click(matters.mouse.row(LAMP))
    matters.mouse.press("添加办理经过")
    matters.mouse.press("时间：填时间")
    write(matters.mouse.field(QPlainTextEdit, "办理经过 1：内容"), "报给供电所")
    matters.mouse.press("保存", matters.window.drawer)
    shown = matters.opened.grid.ledger.get("matter", MATTER)
    assert shown is not None
    assert [step["text"] for step in shown["steps"].values()] == ["报给供电所"]


def test_when_nothing_goes_on_it_says_where_matters_come_from(matters: Matters) -> None:
    matters.opened.grid.ledger.remove("matter", MATTER)
    matters.window.redraw(frozenset({"matter"}))
    assert "没有在办的事项。" in matters.said()
    assert "走访时听到的问题" in matters.said()
    assert matters.mouse.button("登记事项").text() == "登记事项"


def test_a_matter_left_half_way_in_a_step_is_gone_on_with_there(matters: Matters) -> None:
    matters.window.go("today")
    matters.window.go("matters", f"{MATTER}:done")
    drawer = matters.window.drawer
    assert drawer is not None
    assert drawer.accessibleName() == "办结"


@popups
def test_a_supervisor_sees_where_and_by_whom_and_sends_it_back(
    desk_of: Callable[[str], SmallGrid], open_window: Callable[[SmallGrid], Opened]
) -> None:
    grid = desk_of("supervisor")
    grid.ledger.save("matter", {"title": "新事", "grid": OTHER_GRID, "household": HOME})
    matters = Matters(open_window(grid))
    assert "谷来镇·马村·第1网格　办理人 王芳" in matters.mouse.row(LAMP).accessibleName()
    matters.step("新事", "退回")
    write(matters.mouse.field(Line, "退回原因"), "不属于本网格")
    matters.mouse.press("退回", matters.window.drawer)
    (matter,) = grid.records("matter", title="新事")
    assert (matter["state"], matter["return_reason"]) == ("returned", "不属于本网格")


def test_a_supervisor_chooses_the_grid_of_a_new_matter(
    desk_of: Callable[[str], SmallGrid], open_window: Callable[[SmallGrid], Opened]
) -> None:
    matters = Matters(open_window(desk_of("supervisor")))
    matters.mouse.press("登记事项")
    write(matters.mouse.field(Line, "事项"), "水沟堵了")
    grids = matters.mouse.field(QComboBox, "网格")
    grids.setCurrentIndex(grids.findData(OTHER_GRID))
    matters.mouse.press("保存", matters.window.drawer)
    assert matters.opened.grid.records("matter", title="水沟堵了")[0]["grid"] == OTHER_GRID

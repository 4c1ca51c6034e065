"""今日: what a worker sees first in the morning, and what he can do about it at once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gridworker.ui.pages.today import TodayPage
from gridworker.ui.pages.visit_drawer import VisitDrawer
from gridworker.ui.theme import Theme
from gridworker.ui.widgets import Chip, ListRow, StatTile
from tests.helpers import small_grid
from tests.helpers.mouse import Mouse, words_of, write
from tests.helpers.small_grid import DAY, HOME, MORNING, RETURNED_VISIT, SmallGrid, home_id
from tests.ui.pages.conftest import Opened


@pytest.fixture
def mouse(opened: Opened) -> Mouse:
    return Mouse(opened.window)


def due_names(opened: Opened) -> list[str]:
    """Whom the list tells him to visit, from above to below."""
    return [row.accessibleName().partition("，")[0] for row in due_rows(opened)]


def due_rows(opened: Opened) -> list[ListRow]:
    """The rows of that list."""
    QApplication.processEvents()
    rows = [row for row in opened.window.findChildren(ListRow) if row.isVisible() and "走访" in row.accessibleName()]
    return [row for row in rows if "上次走访" in row.accessibleName() or "还没走访过" in row.accessibleName()]


def tile(opened: Opened, title: str) -> StatTile:
    """One of the four tiles."""
    return next(each for each in opened.window.findChildren(StatTile) if title in each.accessibleName())


def test_the_window_of_a_grid_worker_opens_on_today(opened: Opened) -> None:
    assert opened.window.here == "today"
    said = words_of(opened.window)
    assert "上午好，王芳" in said
    assert "3月2日 星期一·谷来镇·马村·第1网格" in said


def test_the_latest_household_stands_first_with_what_one_must_know(opened: Opened, mouse: Mouse) -> None:
    assert due_names(opened)[0] == "王桂英"
    row = mouse.row("王桂英")
    assert "马村后岸路1号　上次走访 2025-09-18（165 天前）" in row.accessibleName()
    assert "逾期 135 天" in [chip.accessibleName() for chip in row.findChildren(Chip)]
    assert due_names(opened)[-1] == "曹文斌", "who moved in last week and was never visited"


def test_the_tiles_count_and_open_what_they_count(opened: Opened, mouse: Mouse) -> None:
    due = opened.grid.ledger.due_visits("2026-03-02")
    assert f"{len(due)}" in tile(opened, "今日待走访").accessibleName()
    mouse.click(tile(opened, "待办事项"))
    assert opened.window.here == "matters"
    opened.window.go("today")
    mouse.click(tile(opened, "在办纠纷"))
    assert opened.window.here == "disputes"
    opened.window.go("today")
    mouse.click(tile(opened, "待上传"))
    assert opened.window.here == "sync"


def test_the_way_round_the_village_sorts_house_numbers_as_one_walks_them(opened: Opened, mouse: Mouse) -> None:
    mouse.press("按路线排序")
    walked = due_names(opened)
    ledger = opened.grid.ledger
    numbers = {str(home["head_name"]): int(str(home["address"])[5:-1]) for home in ledger.find("household")}
    assert [numbers[name] for name in walked] == sorted(numbers[name] for name in walked)
    mouse.press("按逾期排序")
    assert due_names(opened)[0] == "王桂英"


def test_a_row_opens_the_file_of_the_household(opened: Opened, mouse: Mouse) -> None:
    mouse.click(mouse.row("王桂英"))
    assert opened.window.here == "household"
    assert "王桂英" in words_of(opened.window)


def test_a_telephone_is_masked_until_a_reason_is_written_down(opened: Opened, mouse: Mouse) -> None:
    mouse.press("电话：王桂英")
    assert "138****0001" in words_of(opened.window)
    assert opened.grid.records("audit") == []
    mouse.press("显示号码")
    assert "13805750001" in words_of(opened.window)
    (noted,) = opened.grid.records("audit")
    assert (noted["act"], noted["record"], noted["reason"]) == ("reveal", HOME, "联系本人或家属")


def test_a_diary_that_came_back_is_a_task_of_today(opened: Opened, mouse: Mouse) -> None:
    assert "赵强：请写明老人用药情况。" in words_of(opened.window)
    mouse.press("去补充")
    drawer = opened.window.drawer
    assert isinstance(drawer, VisitDrawer)
    mouse.press("常用语：身体不适")
    mouse.press("保存并提交")
    assert "请写明老人用药情况" not in words_of(opened.window)
    shown = opened.grid.ledger.get("visit", RETURNED_VISIT)
    assert shown is not None
    assert shown["state"] == "submitted"


def test_a_task_says_who_reported_it_and_not_ones_own_grid(opened: Opened, mouse: Mouse) -> None:
    row = mouse.row("后岸路灯不亮")
    assert row.accessibleName() == "后岸路灯不亮，马建国反映·民生服务"
    mouse.click(row)
    assert opened.window.here == "matters"


def test_a_follow_up_is_ticked_off_and_the_tick_is_taken_back(opened: Opened, mouse: Mouse) -> None:
    grid = opened.grid
    visit = grid.ledger.save("visit", {"household": HOME, "text": "灶具打不着火", "follow_up": "2026-03-02"}).id
    opened.window.redraw(frozenset({"visit"}))
    assert "跟进：灶具打不着火" in words_of(opened.window)
    mouse.press("跟进：灶具打不着火")
    shown = grid.ledger.get("visit", visit)
    assert shown is not None
    assert shown["follow_up_done"] is True
    assert "跟进：灶具打不着火" not in words_of(opened.window)
    opened.window.undo_last()
    assert "跟进：灶具打不着火" in words_of(opened.window)


def test_a_draft_is_offered_and_thrown_away_with_a_way_back(opened: Opened, mouse: Mouse) -> None:
    opened.grid.ledger.keep_draft("visit:new", "visit", "走访：王桂英", {"text": "写到一半"})
    opened.window.redraw(frozenset({"draft"}))
    assert "1 篇没写完" in words_of(opened.window)
    mouse.press("丢弃草稿：走访：王桂英")
    assert opened.grid.ledger.drafts() == []
    mouse.press("撤销")
    assert [draft.fields for draft in opened.grid.ledger.drafts()] == [{"text": "写到一半"}]


@pytest.mark.parametrize(
    ("key", "form", "opens"),
    [
        ("household:new", "household", "新建住户"),
        (f"household:{HOME}", "household", "修改住户"),
        (f"person:new:{HOME}", "person", "添加成员"),
        (f"key_group_tag:new:{HOME}", "key_group_tag", "添加敏感标签"),
        ("matter:new", "matter", "登记事项"),
        (f"matter:{small_grid.MATTER}", "matter", "事项"),
        (f"matter:{small_grid.MATTER}:done", "matter", "办结"),
        (f"visit:{RETURNED_VISIT}", "visit", "修改走访"),
        ("visit:new:7", "visit", "记走访"),
    ],
)
def test_every_form_that_was_left_is_gone_on_with(
    opened: Opened, mouse: Mouse, key: str, form: str, opens: str
) -> None:
    opened.grid.ledger.keep_draft(key, form, "没写完的", {"note": "一半"})
    opened.window.redraw(frozenset({"draft"}))
    QApplication.processEvents()
    mouse.press("接着写")
    assert opened.window.drawer is not None
    assert opened.window.drawer.accessibleName() == opens


def test_the_week_counts_the_households_one_has_met(opened: Opened) -> None:
    opened.grid.ledger.save("visit", {"household": HOME, "text": "好"})
    opened.window.redraw(frozenset({"visit"}))
    assert "本周已走访 1 户次" in words_of(opened.window)


def test_a_saved_visit_leaves_the_list(opened: Opened, mouse: Mouse) -> None:
    mouse.press("记走访", mouse.row("王桂英"))
    mouse.press("常用语：一切正常")
    mouse.press("保存", opened.window.drawer, number=1)
    assert "王桂英" not in due_names(opened)


def test_ctrl_n_writes_a_visit(opened: Opened) -> None:
    QTest.keyClick(opened.window, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    assert isinstance(opened.window.drawer, VisitDrawer)


def test_arrows_walk_from_row_to_row_and_return_opens(opened: Opened, mouse: Mouse) -> None:
    mouse.row("王桂英").setFocus()
    QTest.keyClick(mouse.row("王桂英"), Qt.Key.Key_Down)
    second = QApplication.focusWidget()
    assert isinstance(second, ListRow)
    assert second.accessibleName().startswith(due_names(opened)[1])
    QTest.keyClick(second, Qt.Key.Key_Return)
    assert opened.window.here == "household"


def test_a_sync_does_not_take_the_row_away_from_who_walks_the_list(opened: Opened, mouse: Mouse) -> None:
    mouse.row("马建国").setFocus()
    opened.window.redraw(frozenset({"visit"}))
    QApplication.processEvents()
    row = QApplication.focusWidget()
    assert isinstance(row, ListRow)
    assert row.accessibleName().startswith("马建国")


def test_a_day_without_visits_says_so_and_shows_two_ways_on(opened: Opened, mouse: Mouse) -> None:
    for each in opened.grid.ledger.due_visits("2026-03-02"):
        opened.grid.ledger.save("visit", {"household": each.household, "text": "好"})
    opened.window.redraw(frozenset({"visit"}))
    assert "今天没有要走访的住户。" in words_of(opened.window)
    mouse.press("看住户")
    assert opened.window.here == "homes"


def test_nobody_at_home_is_remembered_on_the_row(opened: Opened, mouse: Mouse) -> None:
    opened.grid.ledger.save("visit", {"household": HOME, "met": False, "visited_at": MORNING - DAY})
    opened.window.redraw(frozenset({"visit"}))
    QApplication.processEvents()
    assert mouse.row("王桂英").accessibleName().endswith("敲门 1 次未遇")


def test_where_room_is_short_everything_stands_in_one_column(opened: Opened, theme: Theme) -> None:
    opened.window.resize(1024, 640)
    theme.set_scale(1.4)
    said = words_of(opened.window)
    assert "今天要走访" in said
    assert "我的任务" in said
    assert "本周已走访 0 户次" in said


def test_deadlines_are_counted_not_listed(opened: Opened) -> None:
    assert "最近一件剩 2 天" in tile(opened, "待办事项").accessibleName()
    opened.grid.now[0] += 5 * DAY
    opened.window.redraw(frozenset({"matter"}))
    assert "1 件已逾期" in tile(opened, "待办事项").accessibleName()


def test_a_new_desk_without_records_stands_as_well(
    tmp_path: Path, open_window: Callable[[SmallGrid], Opened], grid_template: Path
) -> None:
    grid = SmallGrid.open(tmp_path / "new.db", copied_from=grid_template)
    for number in range(1, 31):
        if grid.ledger.get("household", home_id(number)) is not None:
            grid.ledger.remove("household", home_id(number))
    opened = open_window(grid)
    assert "今天没有要走访的住户。" in words_of(opened.window)
    grid.close()


def test_what_is_typed_in_the_drawer_of_today_is_a_draft_there(opened: Opened, mouse: Mouse) -> None:
    mouse.press("记走访", mouse.row("王桂英"))
    drawer = opened.window.drawer
    assert drawer is not None
    write(QApplication.focusWidget(), "写到一半")
    opened.window.close_drawer()
    assert "1 篇没写完" in words_of(opened.window)


def test_after_a_sync_rows_that_say_something_else_change_in_their_place(
    opened: Opened, mouse: Mouse, qtbot: QtBot
) -> None:
    names, rows = due_names(opened), due_rows(opened)
    changed = opened.grid.ledger.find("household", (("head_name", "=", names[1]),))[0]
    opened.grid.ledger.save("household", {"address": "马村新屋99号"}, str(changed["id"]))
    opened.window.redraw(frozenset({"household"}), at_leisure=True)
    page = opened.window.page("today")
    assert isinstance(page, TodayPage)
    qtbot.waitUntil(lambda: page._turns.over)
    assert due_names(opened) == names
    now = due_rows(opened)
    assert "马村新屋99号" in now[1].accessibleName()
    assert [row is before for row, before in zip(now, rows, strict=True)] == [True, False, *[True] * (len(rows) - 2)]
    now[0].setFocus()
    QTest.keyClick(now[0], Qt.Key.Key_Down)
    assert now[1].hasFocus()
    now[0].setFocus()
    met = []
    while (here := QApplication.focusWidget()) is not now[3]:
        met += [number for number, row in enumerate(now) if row is here or row.isAncestorOf(here)]
        QTest.keyClick(here, Qt.Key.Key_Tab)
    assert sorted(met) == met, "Tab goes from above to below"
    assert set(met) == {0, 1, 2}


def test_a_save_in_the_middle_of_drawing_shows_everything_at_once(opened: Opened, mouse: Mouse) -> None:
    opened.window.redraw(frozenset({"household"}), at_leisure=True)
    opened.grid.ledger.remove("household", HOME)
    opened.window.redraw(frozenset({"household"}))
    assert "王桂英" not in due_names(opened)
    assert str(len(opened.grid.ledger.due_visits("2026-03-02"))) in tile(opened, "今日待走访").accessibleName()

"""纠纷 / 案件: what is going on, grouped by where it stands, with the deadlines in sight."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from gridworker.records.kinds.dispute import MACHINE, STATES
from gridworker.ui.pages.disputes import OPEN, ORDER
from gridworker.ui.theme import Theme
from gridworker.ui.widgets import Chip, ListRow, SectionTitle
from tests.helpers.legible import cut_off, nameless, settle
from tests.helpers.mouse import Mouse, words_of
from tests.helpers.small_grid import DISPUTE, GRID, MORNING, WANG, SmallGrid
from tests.ui.pages.conftest import Opened

DAY = 86_400_000


def dispute(grid: SmallGrid, title: str, **more: Any) -> str:
    """One more dispute."""
    fields = {"title": title, "grid": GRID, "dispute_type": "02", **more}
    return grid.ledger.save("dispute", fields).id


def through(grid: SmallGrid, record: str, *states: str) -> str:
    """Moved along by somebody who may."""
    for state in states:
        grid.ledger.move("dispute", record, state)
    return record


def rows(opened: Opened) -> list[str]:
    """What the rows say, from above."""
    settle(opened.window)
    return [row.accessibleName() for row in opened.window.findChildren(ListRow) if row.isVisible()]


def titles(opened: Opened) -> list[str]:
    """The groups, from above."""
    return [words_of(each).split("\n")[0] for each in opened.window.findChildren(SectionTitle) if each.isVisible()]


def words_of_chips(opened: Opened) -> list[str]:
    """The words of all chips in sight."""
    return [chip.text() for chip in opened.window.findChildren(Chip) if chip.isVisible()]


def tag_words(row: ListRow) -> list[str]:
    """The words of a row's tags."""
    return [word for word, _ in row._tags._tags] if row._tags is not None else []


@pytest.fixture
def mediator(desk_of: Callable[[str], SmallGrid], open_window: Callable[[SmallGrid], Opened]) -> Opened:
    """李明's window, on his cases."""
    opened = open_window(desk_of("mediator"))
    opened.window.go("disputes")
    return opened


def test_a_mediator_calls_them_cases_and_a_worker_disputes(mediator: Opened, opened: Opened) -> None:
    assert mediator.window.page("disputes").title == "案件"
    assert opened.window.page("disputes").title == "纠纷"


def test_what_is_going_on_is_grouped_by_where_it_stands(mediator: Opened) -> None:
    assert titles(mediator) == ["已登记", "调解中"]
    assert [row.split("，")[0] for row in rows(mediator)] == ["马小燕与钱金水相邻采光纠纷", "陈阿毛与周伟明宅基地纠纷"]
    assert mediator.window.page_head("disputes")._context.text() == "在办 2 件"


def test_every_state_has_its_group() -> None:
    assert set(ORDER) == set(STATES)
    assert set(OPEN) == set(STATES) - MACHINE.ended


def test_a_row_leads_to_the_case(mediator: Opened) -> None:
    Mouse(mediator.window).click(Mouse(mediator.window).row("陈阿毛"))
    assert mediator.window.here == "case"
    assert mediator.window.page_head("case")._title.text() == "陈阿毛与周伟明宅基地纠纷"


def test_deadlines_near_and_past_are_counted_and_filtered(mediator: Opened) -> None:
    grid = mediator.grid
    late = dispute(grid, "赡养纠纷", due="2026-03-01")
    soon = dispute(grid, "相邻纠纷", due="2026-03-09")
    far = dispute(grid, "合同纠纷", due="2026-03-10")
    for record in (late, soon, far):
        through(grid, record, "accepted")
    not_running = dispute(grid, "没有受理的", due="2026-03-01")
    assert not_running
    mediator.window.redraw(frozenset({"dispute"}))
    mouse = Mouse(mediator.window)
    mouse.press("筛选：临期 2")
    assert [row.split("，")[0] for row in rows(mediator)] == ["赡养纠纷", "相邻纠纷"]
    chips = words_of_chips(mediator)
    assert "超期 1 天" in chips
    assert "剩 7 天" in chips
    assert "2 件快到期或已超期" in mediator.window.page_head("disputes")._context.text()


def test_what_may_flare_up_is_a_click_away(mediator: Opened) -> None:
    dispute(mediator.grid, "斗殴苗头", escalating=True, risk="low")
    dispute(mediator.grid, "高风险的", risk="high", escalating=True)
    dispute(mediator.grid, "寻常的", risk="low")
    mediator.window.redraw(frozenset({"dispute"}))
    Mouse(mediator.window).press("筛选：高风险 2")
    assert sorted(row.split("，")[0] for row in rows(mediator)) == ["斗殴苗头", "高风险的"]
    assert "有激化迹象" in [word for row in mediator.window.findChildren(ListRow) for word in tag_words(row)]


def test_a_mediator_sees_his_own_and_a_worker_what_he_reported(mediator: Opened, opened: Opened) -> None:
    dispute(mediator.grid, "别人的", mediator=WANG)
    mediator.window.redraw(frozenset({"dispute"}))
    Mouse(mediator.window).press("筛选：我主办")
    assert [row.split("，")[0] for row in rows(mediator)] == ["陈阿毛与周伟明宅基地纠纷"]
    opened.window.go("disputes")
    Mouse(opened.window).press("筛选：我登记的")
    assert len(rows(opened)) == 2


def test_a_row_says_when_it_goes_on_and_what_came_of_it(mediator: Opened) -> None:
    ledger = mediator.grid.ledger
    ledger.save("dispute", {"next_at": MORNING + 2 * DAY}, DISPUTE)
    over = through(mediator.grid, dispute(mediator.grid, "赡养纠纷"), "refused")
    ledger.save("dispute", {"outcome": "已向法院起诉，不予受理。"}, over)
    mediator.window.redraw(frozenset({"dispute"}))
    assert "下次调解 3月4日 09:14" in "".join(rows(mediator))
    Mouse(mediator.window).press("筛选：全部")
    assert "已向法院起诉" in "".join(rows(mediator))


def test_a_party_is_found_by_the_initials_of_his_name(qtbot: QtBot, mediator: Opened) -> None:
    page = mediator.window.page("disputes")
    page.search("zwm")
    assert [row.split("，")[0] for row in rows(mediator)] == ["陈阿毛与周伟明宅基地纠纷"]
    page.search("没有这个人")
    assert "没有找到符合的纠纷。" in words_of(mediator.window)
    Mouse(mediator.window).press("看全部")
    assert len(rows(mediator)) == 2


def test_a_long_group_shows_twenty_and_the_rest_on_demand(mediator: Opened) -> None:
    for n in range(30):
        dispute(mediator.grid, f"第{n}件")
    mediator.window.redraw(frozenset({"dispute"}))
    assert len(rows(mediator)) == 21
    Mouse(mediator.window).press("显示更多（还有 11 件）")
    assert len(rows(mediator)) == 32
    assert "显示更多" not in words_of(mediator.window)


def test_an_empty_list_shows_a_way_out(mediator: Opened) -> None:
    for each in mediator.grid.records("dispute"):
        through(mediator.grid, each["id"], "withdrawn")
    mediator.window.redraw(frozenset({"dispute"}))
    assert "现在没有在办的纠纷。" in words_of(mediator.window)
    Mouse(mediator.window).press("登记纠纷", mediator.window._stack)
    assert mediator.window.drawer is not None


def test_ctrl_n_registers_a_dispute(mediator: Opened) -> None:
    mediator.window.acts.trigger("new")
    drawer = mediator.window.drawer
    assert drawer is not None
    assert drawer.accessibleName() == "登记纠纷"


@pytest.mark.parametrize(("scale", "width"), [(1.0, 1366), (1.4, 1366), (1.0, 1024)])
def test_everything_can_be_read_and_has_a_name(mediator: Opened, theme: Theme, scale: float, width: int) -> None:
    theme.set_scale(scale)
    mediator.window.resize(width, 690)
    settle(mediator.window)
    assert cut_off(mediator.window) == []
    assert nameless(mediator.window) == []

"""Nothing on a worker's pages is cut off at any size of text or window, and everything has a name."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QAbstractButton
from pytestqt.qtbot import QtBot

from gridworker.ui.forms.form_drawer import FormDrawer
from gridworker.ui.pages.household import HISTORY, MATTERS, MEMBERS, OVERVIEW, VISITS
from gridworker.ui.pages.visit_drawer import VisitDrawer
from gridworker.ui.theme import Theme
from gridworker.ui.widgets import TabStrip
from tests.helpers.legible import cut_off, nameless, settle
from tests.helpers.mouse import Mouse
from tests.helpers.small_grid import HOME, MATTER, RETURNED_VISIT, SmallGrid, home_id
from tests.ui.pages.conftest import Opened

SIZES = [(1366, 768, 1.0), (1366, 690, 1.2), (1366, 768, 1.4), (1024, 640, 1.0), (1024, 640, 1.4)]


@pytest.fixture(params=SIZES, ids=lambda size: "{}x{}-{}".format(*size))
def busy(request: pytest.FixtureRequest, opened: Opened, theme: Theme) -> Opened:
    """A desk on a full day, at one size: drafts, follow-ups, sensitive tags, several tags."""
    width, height, scale = request.param
    ledger = opened.grid.ledger
    ledger.keep_draft("visit:new", "visit", "走访：王桂英、马建国、陈阿毛", {"text": "写到一半"})
    ledger.save("visit", {"household": HOME, "text": "灶打不着火", "follow_up": "2026-03-02", "promise": "找师傅来换"})
    tag = {"tag": "disabled", "household": HOME, "source": "残联 2025 年名册", "valid_from": "2025-01-01"}
    ledger.save("key_group_tag", tag)
    ledger.save(
        "household",
        {"safety_notes": "煤气管老化，插线板在灶边", "tags": ["living_alone", "aged_80", "low_income", "veteran"]},
        HOME,
    )
    opened.window.resize(width, height)
    theme.set_scale(scale)
    opened.window.redraw(frozenset({"visit", "household", "draft"}))
    return opened


def faults(opened: Opened) -> list[str]:
    """What in front of one cannot be read whole, or has no name."""
    settle(opened.window)
    return [*cut_off(opened.window), *nameless(opened.window)]


def test_every_page_and_every_tab_is_legible(busy: Opened) -> None:
    found: dict[str, list[str]] = {}
    for page in ("today", "homes", "visits", "matters"):
        busy.window.go(page)
        found[page] = faults(busy)
    busy.window.go("household", HOME)
    for tab in (OVERVIEW, MEMBERS, VISITS, MATTERS, HISTORY):
        busy.window.findChild(TabStrip).setCurrentIndex(tab)
        found[f"household {tab}"] = faults(busy)
    assert {place: wrong for place, wrong in found.items() if wrong} == {}


def test_a_visit_with_everything_in_it_is_legible(busy: Opened) -> None:
    found: dict[str, list[str]] = {}
    mouse = Mouse(busy.window)
    busy.desktop.open_visit((HOME, home_id(3)))
    assert isinstance(busy.window.drawer, VisitDrawer)
    for words in ("方式：其他", "需要跟进", "转为事项", "转为纠纷", "更多：", "改走访时间"):
        mouse.press(words)
        found[words] = faults(busy)
    busy.window.close_drawer()
    busy.desktop.open_visit((home_id(9),))
    mouse.press("保存", busy.window.drawer, number=1)
    found["wrong"] = faults(busy)
    busy.window.close_drawer()
    busy.desktop.edit_visit(RETURNED_VISIT)
    found["returned"] = faults(busy)
    assert {place: wrong for place, wrong in found.items() if wrong} == {}


def test_every_form_is_legible_with_all_that_is_wrong_in_it(busy: Opened) -> None:
    forms = busy.desktop._forms
    home = {**(busy.grid.ledger.get("household", HOME) or {}), "id": HOME}
    opens: dict[str, Callable[[], object]] = {
        "household": lambda: forms.new_home(busy.window),
        "person": lambda: forms.new_member(busy.window, home),
        "tag": lambda: forms.new_tag(busy.window, home),
        "matter": lambda: busy.window.go("matters", MATTER),
    }
    found: dict[str, list[str]] = {}
    for name, open_form in opens.items():
        open_form()
        drawer = busy.window.drawer
        assert isinstance(drawer, FormDrawer)
        if name != "matter":
            Mouse(busy.window).press("保存", drawer)
        found[name] = faults(busy)
        busy.window.close_drawer()
    assert {place: wrong for place, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize(
    ("page", "way", "number"), [("homes", "去同步", 0), ("visits", "记走访", 1), ("matters", "登记事项", 1)]
)
def test_an_empty_page_says_so_and_offers_a_way_out(
    desk_of: Callable[[str], SmallGrid],
    open_window: Callable[[SmallGrid], Opened],
    qtbot: QtBot,
    page: str,
    way: str,
    number: int,
) -> None:
    grid = desk_of("grid_worker")
    for kind in ("visit", "matter", "household"):
        for each in grid.ledger.find(kind):
            grid.ledger.remove(kind, str(each["id"]))
    opened = open_window(grid)
    opened.window.go(page)

    def ways() -> int:
        buttons = opened.window.findChildren(QAbstractButton)
        return sum(1 for each in buttons if each.isVisible() and each.text() == way)

    qtbot.waitUntil(lambda: ways() > number)
    assert faults(opened) == []

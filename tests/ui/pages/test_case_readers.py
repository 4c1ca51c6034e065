"""限定知情人: the mediator in charge ticks who may see a case; the centre does it, and others have none of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from gridworker.app.desk import Desk
from gridworker.ui.pages.case_readers import ReadersDrawer
from gridworker.ui.theme import Theme
from gridworker.ui.widgets import CheckRow
from tests.helpers.centre import Centre
from tests.helpers.centre_fixtures import centre, database, portal, postgres
from tests.helpers.desk_fixtures import GRID, Village
from tests.helpers.desk_window import DeskWindow, window_of
from tests.helpers.legible import cut_off, nameless, settle
from tests.helpers.mouse import Mouse, words_of

__all__ = ["centre", "database", "portal", "postgres"]

TOWN = "330683106"


class Town:
    """李 mediates a case that 胡 and the supervisor hold as well."""

    def __init__(self, village: Village) -> None:
        self.village = village
        self.li, self.hu, self.zhao = (village.desk(name) for name in ("李明", "胡敏", "赵强"))
        centre = village.centre
        given = {"title": "宅基地边界", "dispute_type": "03", "grid": centre.regions[GRID]}
        self.dispute = self.zhao.ledger.save("dispute", given).id
        self.zhao.sync()
        self.li.sync()
        self.li.ledger.move("dispute", self.dispute, "accepted", {"due": "2026-04-01"})
        told = {"title": "宅基地边界", "dispute": self.dispute, "town": centre.regions[TOWN]}
        self.case = self.li.ledger.save("mediation_case", {**told, "accepted_on": "2026-03-02"}).id
        for desk in (self.li, self.hu, self.zhao):
            desk.sync()


@pytest.fixture
def town(centre: Centre, tmp_path: Path) -> Iterator[Town]:
    """Three desks in one town."""
    centre.found()
    for name, role in (("李明", "mediator"), ("胡敏", "mediator"), ("赵强", "supervisor")):
        centre.hire(name, role, TOWN)
    village = Village(centre, tmp_path)
    yield Town(village)
    village.close()


@pytest.fixture
def at(town: Town, qtbot: QtBot, theme: Theme) -> Iterator[Callable[[Desk], DeskWindow]]:
    """Opens a desk's window on the case."""
    opened = []

    def open_it(desk: Desk) -> DeskWindow:
        context = window_of(desk, qtbot)
        shown = context.__enter__()
        opened.append(context)
        shown.window.go("case", town.dispute)
        settle(shown.window)
        return shown

    yield open_it
    for context in reversed(opened):
        context.__exit__(None, None, None)


def drawer(shown: DeskWindow) -> ReadersDrawer:
    """更多 › 限定知情人."""
    mouse = Mouse(shown.window)
    mouse.press("更多")
    settle(shown.window)
    mouse.click(mouse.row("限定知情人", shown.window.drawer))
    settle(shown.window)
    found = shown.window.drawer
    assert isinstance(found, ReadersDrawer)
    return found


def offered(shown: DeskWindow) -> list[str]:
    """What 更多 offers."""
    Mouse(shown.window).press("更多")
    settle(shown.window)
    return words_of(shown.window.drawer).splitlines()


def until_synced(shown: DeskWindow, act: Callable[[], object]) -> None:
    """Press, and wait for the sync that follows."""
    with shown.qtbot.waitSignal(shown.control.finished, timeout=20_000):
        act()
    settle(shown.window)


def test_the_mediator_in_charge_names_who_may_see_it_and_takes_it_back(
    town: Town, at: Callable[[Desk], DeskWindow]
) -> None:
    shown = at(town.li)
    asked = drawer(shown)
    rows = {row._box.accessibleName(): row for row in asked.findChildren(CheckRow)}
    assert {name: row.is_ticked() for name, row in rows.items()} == {"胡敏": False, "赵强": False}
    assert "您自己始终在内" in words_of(asked)
    assert "督导" in words_of(rows["赵强"])
    rows["赵强"]._box.click()
    until_synced(shown, lambda: Mouse(shown.window).press("限定", asked))
    assert "这个案件只有 2 人能看了" in words_of(shown.window)
    assert "限定 2 人知情" in words_of(shown.window)
    town.hu.sync()
    theirs = at(town.hu)
    assert "这个案件不在您的范围内，可能限定了由指定的人办理" in words_of(theirs.window)
    assert "限定知情人" not in offered(theirs), "who is not in charge is not offered it"
    until_synced(shown, lambda: Mouse(shown.window).press("取消限定", drawer(shown)))
    assert "已取消限定" in words_of(shown.window)
    assert "人知情" not in words_of(shown.window)


def test_only_people_who_see_the_dispute_are_offered_and_without_a_line_nothing_is_restricted(
    town: Town, at: Callable[[Desk], DeskWindow]
) -> None:
    town.village.centre.hire("周远", "mediator", "330683107")
    town.village.centre.hire("孙县", "supervisor", "330683")
    town.li.sync()
    shown = at(town.li)
    asked = drawer(shown)
    words = words_of(asked)
    assert "孙县" in words, "the county's supervisor sees it"
    assert "周远" not in words
    town.village.centre.line.cut = True
    Mouse(shown.window).press("限定", asked)
    shown.qtbot.waitUntil(lambda: "现在还没有限定" in words_of(asked))
    assert town.li.ledger.get("mediation_case", town.case).get("readers") is None
    assert asked._take.isEnabled(), "it may be tried again"


def test_a_supervisor_is_offered_it_and_everything_can_be_read_and_has_a_name(
    town: Town, at: Callable[[Desk], DeskWindow], theme: Theme
) -> None:
    shown = at(town.zhao)
    drawer(shown)
    for mode, scale in (("light", 1.0), ("dark", 1.4)):
        theme.set_mode(mode)
        theme.set_scale(scale)
        settle(shown.window)
        assert cut_off(shown.window) == []
        assert nameless(shown.window) == []

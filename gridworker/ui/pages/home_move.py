"""迁到别的网格: a household that has moved house goes to the list of another grid, with all that is its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gridworker.errors import GridworkerError
from gridworker.ledger import Ledger
from gridworker.ui.act_undo import undoable
from gridworker.ui.drawer import NARROW, Drawer
from gridworker.ui.page import Frame
from gridworker.ui.pages.place_box import PlaceBox
from gridworker.ui.widgets import Banner, Button, Label, PrimaryButton
from gridworker.ui.work import Work

FOLLOWS = "成员、走访和在办事项一起转过去；已办结的事项和纠纷留在原网格。"
KEPT = f"仍在您的名单里，归到新的网格。{FOLLOWS}"
GOES = f"联网同步后，这一户转给新网格，不再在您的名单里。{FOLLOWS}"


def bound_words(ledger: Ledger, household: str) -> str:
    """``将迁往谷来镇·马村·第2网格``; "" for a household that stays where it is."""
    region = ledger.bound_for("household", household)
    home = ledger.get("household", household) or {}
    if not region or region == home.get("grid"):
        return ""
    return f"将迁往{ledger.region_path(region) or '别的网格'}"


def resettle(work: Work, frame: Frame, household: str, region: str) -> None:
    """Says that the household goes there, with a way back as long as it has not gone."""
    ledger = work.ledger
    try:
        saved = ledger.resettle("household", household, region)
    except GridworkerError as error:
        frame.say_error(error)
        return
    frame.close_drawer()
    frame.redraw(saved.changed.kinds)
    frame.offer_undo(undoable(ledger, frame, bound_words(ledger, household) or "不迁了", saved))


def bound_banner(work: Work, frame: Frame, home: Mapping[str, Any], words: str) -> Banner:
    """Where it is to go, until it has gone, and a way to leave it where it is."""
    banner = Banner("info")
    banner.body.addWidget(Label(f"{words}。同步以前仍在这里，可以照常走访。", "second", wrap=True), 1)
    stay = Button("不迁了", lambda: resettle(work, frame, str(home["id"]), str(home.get("grid") or "")), kind="quiet")
    banner.body.addWidget(stay)
    return banner


class MoveDrawer(Drawer):
    """Town, village, grid, one under the other; what will happen is said before it does."""

    def __init__(self, work: Work, frame: Frame, home: Mapping[str, Any]) -> None:
        super().__init__("迁到别的网格", width=NARROW)
        self._work, self._frame, self._home = work, frame, home
        ledger = work.ledger
        here = ledger.bound_for("household", str(home["id"])) or str(home.get("grid") or "")
        self._here = here
        self._mine = {grid for region in ledger.me.regions for grid in ledger.grids_in(region)}
        self._paths = {grid: path for grid, path in ledger.living_grids().items() if grid != here}
        self.body.addWidget(Label(str(home.get("head_name") or ""), "strong"))
        self.body.addWidget(Label(f"现在：{ledger.region_path(here)}", "second", wrap=True))
        self._town = self._box("乡镇街道", "请选乡镇", lambda: self._show_villages())
        self._village = self._box("村社区", "请选村", lambda: self._show_grids())
        self._grid = self._box("网格", "请选网格", lambda: self._told())
        self._words = Label("", "second", wrap=True)
        self.body.addWidget(self._words)
        self.body.addStretch(1)
        self.foot.addStretch(1)
        self.foot.addWidget(Button("先不迁", frame.close_drawer, kind="quiet"))
        self._go = PrimaryButton("迁过去", self._move, icon_name="checkmark")
        self.foot.addWidget(self._go)
        self.submitted.connect(self._move)
        towns = self._above("town", self._paths)
        self._town.set_options(towns)
        self._town.choose(mine if (mine := ledger.town_of(here)) in towns else "")
        self._show_villages()

    def first_field(self) -> PlaceBox:
        """Where the choosing begins."""
        return self._town

    def _box(self, name: str, all_words: str, then: Any) -> PlaceBox:
        self.body.addWidget(Label(name, "second"))
        box = PlaceBox(name, all_words, letters=12)
        box.picked.connect(lambda _: then())
        self.body.addWidget(box)
        return box

    def _above(self, level: str, grids: Mapping[str, str]) -> dict[str, str]:
        """The regions of *level* in which these grids lie, by id, in the order of their paths."""
        ledger = self._work.ledger
        ids = dict.fromkeys(ledger.regions.above(grid, level) for grid in grids)
        return {each: ledger.region_path(each).rpartition("·")[2] for each in ids if each}

    def _inside(self, level: str, region: str) -> dict[str, str]:
        regions = self._work.ledger.regions
        return {grid: path for grid, path in self._paths.items() if region and regions.above(grid, level) == region}

    def _show_villages(self) -> None:
        self._village.set_options(self._above("village", self._inside("town", self._town.value())))
        self._show_grids()

    def _show_grids(self) -> None:
        inside = self._inside("village", self._village.value())
        self._grid.set_options({grid: path.rpartition("·")[2] for grid, path in inside.items()})
        self._told()

    def _told(self) -> None:
        chosen = self._grid.value()
        self._go.setEnabled(bool(chosen))
        self._words.setText((KEPT if chosen in self._mine else GOES) if chosen else "选好新家所在的网格。")

    def _move(self) -> None:
        if chosen := self._grid.value():
            resettle(self._work, self._frame, str(self._home["id"]), chosen)

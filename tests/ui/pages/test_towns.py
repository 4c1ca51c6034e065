"""资料范围: sizes before anything is loaded, a tick is enough, the order is the worker's; half a list says so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtWidgets import QAbstractButton, QCheckBox, QLabel, QWidget
from pytestqt.qtbot import QtBot

from gridworker.protocol.sync import BucketInfo, Offer
from gridworker.storage import wish
from gridworker.storage.wish import Town
from gridworker.sync import driver
from gridworker.ui import wording
from gridworker.ui.pages.settings_towns import TownsCard
from gridworker.ui.sync_control import SyncView
from tests.helpers.legible import cut_off, nameless, settle
from tests.helpers.notebook import name_of
from tests.helpers.paper_housekeeping import PaperHousekeeping
from tests.ui.pages.conftest import Opened

FAR_GRID = name_of(0xA9)
FAR = BucketInfo(id=name_of(0xC9), bucket_class="grid", region=FAR_GRID, rows=900, bytes=2_000_000)


@pytest.fixture
def house(tmp_path) -> PaperHousekeeping:
    house = PaperHousekeeping(tmp_path)
    house.places = [
        Town("t1", "谷来镇", 26_400, 2_210_000, 2_210_000, "live"),
        Town("t2", "仙岩镇", 18_900, 1_480_000, 640_000, "loading"),
        Town("t3", "三界镇", 31_200, 2_900_000, 0, "absent"),
    ]
    return house


@pytest.fixture
def card(house: PaperHousekeeping, theme: Any, qtbot: QtBot) -> TownsCard:
    synced: list[bool] = []
    card = TownsCard(house, lambda: synced.append(True))
    card.synced = synced  # type: ignore[attr-defined]
    qtbot.addWidget(card)
    card.load()
    card.resize(900, 400)
    card.show()
    settle(card)
    return card


def words(widget: QWidget) -> str:
    found = [each.text() for each in widget.findChildren(QLabel)]
    found += [each.text() for each in widget.findChildren(QAbstractButton)]
    return "\n".join(found) + "\n".join(str(each.property("words") or "") for each in widget.findChildren(QWidget))


def box(card: TownsCard, name: str) -> QCheckBox:
    return next(each for each in reversed(card.findChildren(QCheckBox)) if each.text() == name)


def press(card: TownsCard, name: str) -> None:
    button = next(each for each in reversed(card.findChildren(QAbstractButton)) if each.accessibleName() == name)
    assert button.isEnabled()
    button.click()


def test_each_town_says_how_much_it_is_before_it_is_loaded(card):
    said = words(card)
    for part in ("谷来镇", "26,400 条", "2.2 MB", "三界镇", "31,200 条", "2.9 MB"):
        assert part in said
    assert "已选 2 个乡镇：约 45,300 条资料，3.7 MB。" in said
    assert [box(card, name).isChecked() for name in ("谷来镇", "仙岩镇", "三界镇")] == [True, True, False]
    assert cut_off(card) == []
    assert nameless(card) == []


def test_a_tick_is_enough_and_a_town_that_is_let_go_is_said_to_leave(card, house):
    box(card, "三界镇").click()
    assert house.wanted == ["t1", "t2", "t3"]
    box(card, "谷来镇").click()
    assert house.wanted == ["t2", "t3"]
    assert card.synced == [True, True]
    assert [town.state for town in house.places] == ["loading", "loading", "leaving"]


def test_the_order_is_the_workers(card, house):
    press(card, "仙岩镇：先下载")
    assert house.wanted == ["t2", "t1"]
    press(card, "仙岩镇：后下载")
    assert house.wanted == ["t1", "t2"]
    first = next(
        each for each in reversed(card.findChildren(QAbstractButton)) if each.accessibleName() == "谷来镇：先下载"
    )
    assert not first.isEnabled(), "it is the first already"


def test_who_holds_one_town_is_not_shown_a_choice(house, card):
    house.places = house.places[:1]
    card.load()
    assert card.isHidden()


def test_while_a_grid_is_loading_every_list_says_so_with_bytes_and_goes_on_with_one_press(opened: Opened):
    strip, store = opened.window.coming, opened.grid.store
    assert strip.words == ("", "")
    store.add_bucket(FAR)
    store.offered(Offer(bucket=FAR.id, sha="a" * 64, seq=9, bytes=1_500_000, rows=900))
    store.keep_piece(FAR.id, 0, bytes(60_000))
    opened.desktop.show_sync()
    assert strip.isVisible()
    assert strip.words[0] == "还有资料没下载完：4%（0.1 / 1.5 MB）"
    assert "还不全" in strip.words[1]
    strip.show_state(SyncView(running=True, done=645_000, total=1_500_000, words=driver.LOADING), opened.grid.ledger)
    assert strip.words[0] == "资料下载中 43%（0.6 / 1.5 MB）"
    opened.window.go("sync")
    assert not strip.isVisible(), "it says so itself"
    opened.window.go("homes")
    assert strip.isVisible()


def test_a_supervisor_whose_area_is_large_is_asked_and_what_is_not_here_is_said(
    open_window: Callable[[Any], Opened], desk_of: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(wish, "MOST_UNASKED", 1_000)
    grid = desk_of("supervisor")
    grid.store.set_meta("account", {"role": "supervisor"})
    grid.store.add_bucket(FAR)
    grid.store.arrange()
    window = open_window(grid).window
    assert window.coming.words[0] == "还没有选要下载的乡镇"
    grid.store.want_towns([])
    open_window(grid).desktop.show_sync()
    assert "没有下载到这台电脑" in open_window(grid).window.coming.words[0]


def test_the_words_of_the_driver_are_those_that_the_window_knows():
    assert driver.LOADING == wording.LOADING


@pytest.mark.parametrize(
    ("done", "total", "told", "said"),
    [
        (0, 0, "正在下载", "正在下载"),
        (70, 0, "正在下载", "正在下载 70 条"),
        (3, 20, "正在上传", "正在上传 3 / 20"),
        (5_200_000, 12_100_000, wording.LOADING, "资料下载中 42%（5.2 / 12.1 MB）"),
        (12_099_999, 12_100_000, wording.LOADING, "资料下载中 99%（12.1 / 12.1 MB）"),
        (40_000, 40_000, wording.LOADING, "资料下载中 100%（0.1 / 0.1 MB）"),
    ],
)
def test_how_far_a_sync_is_in_words(done, total, told, said):
    assert wording.progress_words(done, total, told) == said

"""需要核对: what two people wrote unseen by each other stands side by side until one of them decides."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QListWidget, QPushButton, QRadioButton
from pytestqt.qtbot import QtBot

from gridworker.app.desk import Desk
from gridworker.records.merge import ClashType
from gridworker.ui.pages.conflict_card import ConflictCard
from gridworker.ui.theme import Theme
from gridworker.ui.widgets import Marked, SearchField
from tests.helpers.centre import Centre
from tests.helpers.centre_fixtures import centre, database, portal, postgres
from tests.helpers.desk_fixtures import GRID, Village
from tests.helpers.desk_window import DeskWindow, window_of
from tests.helpers.legible import cut_off, nameless, settle
from tests.helpers.mouse import Mouse, words_of, write

__all__ = ["centre", "database", "portal", "postgres"]

MINE, THEIRS = "13805750001", "13905750002"
MY_NOTE = "阿婆一人在家，女儿每周末来看一次。"
THEIR_NOTE = "家里煤气灶已换新，钥匙在隔壁。"


@dataclass
class Two:
    """王 and 陈 work in one grid; what each saves is unknown to the other until both have synced."""

    village: Village
    wang: Desk
    chen: Desk
    home: str

    def exchange(self, *, first: Desk | None = None) -> None:
        """Both sync until nothing moves; *first* reaches the centre before the other."""
        one = first or self.chen
        other = self.wang if one is self.chen else self.chen
        for desk in (one, other, one, other):
            desk.sync()

    def agree(self, kind: str, record: str) -> Any:
        """What both desks show."""
        self.exchange()
        mine, theirs = self.wang.ledger.get(kind, record), self.chen.ledger.get(kind, record)
        assert mine == theirs
        return mine


@pytest.fixture
def two(centre: Centre, tmp_path: Path) -> Iterator[Two]:
    """A district whose people and places every desk knows by name."""
    centre.found()
    for name, role, code in (
        ("王芳", "grid_worker", GRID),
        ("陈勇", "grid_worker", GRID),
        ("李明", "mediator", "330683106"),
    ):
        centre.hire(name, role, code)
    village = Village(centre, tmp_path)
    wang, chen = village.desk("王芳"), village.desk("陈勇")
    home = village.household(wang, "王桂英", phone="13000000000", note="独居")
    wang.sync()
    chen.sync()
    yield Two(village, wang, chen, home)
    village.close()


@pytest.fixture
def at(two: Two, qtbot: QtBot, theme: Theme) -> Iterator[Callable[[Desk], DeskWindow]]:
    """Opens a desk's window on 同步."""
    opened = []

    def open_it(desk: Desk) -> DeskWindow:
        context = window_of(desk, qtbot)
        shown = context.__enter__()
        opened.append(context)
        shown.window.go("sync")
        settle(shown.window)
        return shown

    yield open_it
    for context in reversed(opened):
        context.__exit__(None, None, None)


def cards(shown: DeskWindow) -> list[ConflictCard]:
    """The cards in sight."""
    settle(shown.window)
    return [card for card in shown.window.findChildren(ConflictCard) if card.isVisible()]


def versions(card: ConflictCard) -> list[tuple[str, str]]:
    """Heading and words of each version, in their order."""
    found = []
    for radio in card.findChildren(QRadioButton):
        words = [label.text() for label in radio.parentWidget().findChildren(QLabel)]
        found.append((radio.text(), words[-1]))
    return found


def both_phones(two: Two) -> None:
    """Both changed the telephone; 陈's came to the centre first."""
    two.wang.ledger.save("household", {"phone": MINE}, two.home)
    two.village.centre.clock.move(minutes=1)
    two.chen.ledger.save("household", {"phone": THEIRS}, two.home)
    two.exchange()


def test_both_versions_stand_side_by_side_with_who_and_when(two: Two, at: Callable[[Desk], DeskWindow]) -> None:
    both_phones(two)
    [card] = cards(at(two.wang))
    words = words_of(card)
    assert "住户：王桂英" in words
    assert "联系电话" in words
    assert "原来：130****0000" in words
    assert versions(card) == [("陈勇改的　今天 09:15", THEIRS), ("我改的　今天 09:14", MINE)]
    [other] = cards(at(two.chen))
    assert versions(other) == [("我改的　今天 09:15", THEIRS), ("王芳改的　今天 09:14", MINE)]


def test_two_clicks_take_the_other_version_and_all_desks_agree(two: Two, at: Callable[[Desk], DeskWindow]) -> None:
    both_phones(two)
    shown = at(two.wang)
    mouse = Mouse(shown.window)
    mouse.press("另一份")
    mouse.press("采用所选")
    assert mouse.clicks == 2
    assert cards(shown) == []
    assert two.wang.ledger.get("household", two.home)["phone"] == MINE
    assert two.agree("household", two.home)["phone"] == MINE
    assert two.chen.ledger.conflicts() == []


def test_keeping_what_is_shown_is_one_click(two: Two, at: Callable[[Desk], DeskWindow]) -> None:
    both_phones(two)
    Mouse(at(two.wang).window).press("采用所选")
    assert two.agree("household", two.home)["phone"] == THEIRS
    assert two.wang.ledger.conflicts() == []


def test_a_decision_can_be_taken_back_and_made_again(two: Two, at: Callable[[Desk], DeskWindow]) -> None:
    both_phones(two)
    shown = at(two.wang)
    Mouse(shown.window).press("另一份")
    Mouse(shown.window).press("采用所选")
    shown.window.undo_last()
    [card] = cards(shown)
    assert two.wang.ledger.get("household", two.home)["phone"] == THEIRS
    assert len(versions(card)) == 2
    shown.window.acts.trigger("redo")
    assert two.wang.ledger.get("household", two.home)["phone"] == MINE
    assert cards(shown) == []


def test_of_two_long_texts_both_may_stay(two: Two, at: Callable[[Desk], DeskWindow]) -> None:
    two.wang.ledger.save("household", {"note": MY_NOTE}, two.home)
    two.chen.ledger.save("household", {"note": THEIR_NOTE}, two.home)
    two.exchange()
    shown = at(two.wang)
    [card] = cards(shown)
    assert versions(card)[-1][0] == "两份都留"
    Mouse(shown.window).press("两份都留")
    Mouse(shown.window).press("采用所选")
    kept = two.agree("household", two.home)["note"]
    assert MY_NOTE in kept
    assert THEIR_NOTE in kept


def test_one_sentence_that_both_rewrote_is_marked_and_the_rest_is_not(
    two: Two, at: Callable[[Desk], DeskWindow]
) -> None:
    two.wang.ledger.save("household", {"note": f"独居。{MY_NOTE}"}, two.home)
    two.exchange(first=two.wang)
    two.wang.ledger.save("household", {"note": "独居。女儿在绍兴。"}, two.home)
    two.chen.ledger.save("household", {"note": "独居。女儿回来了。"}, two.home)
    two.exchange()
    [card] = cards(at(two.wang))
    texts = [label for label in card.findChildren(Marked) if label.textFormat() == Qt.TextFormat.RichText]
    marked = {re.sub("<[^>]*>", "", part) for label in texts for part in re.findall("<span.*?</span>", label.text())}
    assert marked == {"女儿在绍兴。", "女儿回来了。"}
    assert "原来：独居。" in words_of(card)


def test_two_records_of_one_household_are_made_one_and_two_again(two: Two, at: Callable[[Desk], DeskWindow]) -> None:
    two.wang.ledger.save("household", {"household_no": "0012"}, two.home)
    grid = two.village.centre.regions[GRID]
    told = {"head_name": "王桂瑛", "address": "马村3号东", "grid": grid, "household_no": "0012"}
    again = two.chen.ledger.save("household", told).id
    two.exchange(first=two.wang)
    shown = at(two.wang)
    [card] = cards(shown)
    assert "可能是同一份档案" in words_of(card)
    assert [title for title, _ in versions(card)] == ["是同一个，留这一份", "是同一个，留这一份", "不是同一个"]
    [_, old, _] = card.findChildren(QRadioButton)
    old.setChecked(True)
    Mouse(shown.window).press("采用所选")
    assert two.wang.ledger.get("household", again) is None
    assert two.agree("household", two.home)["head_name"] == "王桂英"
    assert two.chen.ledger.contested() == []
    shown.window.undo_last()
    assert two.agree("household", again)["head_name"] == "王桂瑛"
    assert len(cards(shown)) == 1


def test_a_visit_to_a_removed_household_brings_it_back_with_two_clicks(
    two: Two, at: Callable[[Desk], DeskWindow]
) -> None:
    two.wang.ledger.remove("household", two.home)
    two.chen.ledger.save("visit", {"household": two.home, "text": "一切正常。"})
    two.exchange(first=two.wang)
    shown = at(two.chen)
    [card] = cards(shown)
    assert versions(card)[1][1].startswith("恢复：王桂英")
    Mouse(shown.window).press("另一份")
    Mouse(shown.window).press("采用所选")
    assert two.agree("household", two.home)["head_name"] == "王桂英"
    assert two.chen.ledger.contested() == []


@pytest.fixture
def lost_home(two: Two) -> str:
    """王 takes a household out while 陈 writes a member into it."""
    other = two.village.household(two.wang, "陈建国", household_no="0099")
    two.exchange()
    member = two.chen.ledger.save("person", {"household": two.home, "name": "王小明"}).id
    two.wang.ledger.remove("household", two.home)
    two.exchange(first=two.wang)
    assert two.chen.ledger.get("household", other) is not None
    return member


def test_another_household_is_found_by_name_and_taken_with_two_clicks(
    two: Two, at: Callable[[Desk], DeskWindow], lost_home: str, qtbot: QtBot
) -> None:
    shown = at(two.chen)
    [card] = cards(shown)
    assert [heading for heading, _ in versions(card)][-1] == "改成另一条"
    line, offers = card.findChild(SearchField), card.findChild(QListWidget)
    write(line, "陈建国")
    qtbot.waitUntil(lambda: offers.count() == 1 and "陈建国" in offers.item(0).text())
    where = offers.visualItemRect(offers.item(0)).center()
    QTest.mouseClick(offers.viewport(), Qt.MouseButton.LeftButton, pos=where)
    Mouse(shown.window).press("采用所选")
    assert two.agree("person", lost_home)["household"] != two.home
    assert [desk.ledger.contested() for desk in (two.chen, two.wang)] == [[], []]
    shown.window.undo_last()
    assert two.agree("person", lost_home)["household"] == two.home
    assert len(cards(shown)) == 1


def test_another_household_is_taken_by_keys_alone_and_nothing_without_one(
    two: Two, at: Callable[[Desk], DeskWindow], lost_home: str
) -> None:
    shown = at(two.chen)
    [card] = cards(shown)
    next(each for each in card.findChildren(QRadioButton) if each.text() == "改成另一条").setChecked(True)
    Mouse(shown.window).press("采用所选")
    assert "请先找到并选好一条" in words_of(card)
    line = card.findChild(SearchField)
    assert line.hasFocus()
    write(line, "陈建国")
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert "请先找到并选好一条" not in words_of(card)
    take = next(each for each in card.findChildren(QPushButton) if each.text() == "采用所选")
    take.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(take, Qt.Key.Key_Space)
    assert two.agree("person", lost_home)["household"] != two.home


def test_a_telephone_cannot_be_kept_twice(two: Two, at: Callable[[Desk], DeskWindow]) -> None:
    both_phones(two)
    [card] = cards(at(two.wang))
    assert "两份都留" not in [heading for heading, _ in versions(card)]


def test_several_things_of_one_household_are_decided_on_one_card(two: Two, at: Callable[[Desk], DeskWindow]) -> None:
    two.wang.ledger.save("household", {"phone": MINE, "note": MY_NOTE, "members": 2}, two.home)
    two.chen.ledger.save("household", {"phone": THEIRS, "note": THEIR_NOTE}, two.home)
    two.exchange()
    shown = at(two.wang)
    [card] = cards(shown)
    assert "2 处两边都改过，其余的已自动合并" in words_of(card)
    mouse = Mouse(shown.window)
    mouse.press("全选另一份")
    mouse.press("采用所选")
    home = two.agree("household", two.home)
    assert {home["phone"], home["note"]} in ({MINE, MY_NOTE}, {THEIRS, THEIR_NOTE})
    assert home["members"] == 2
    shown.window.undo_last()
    assert len(two.wang.ledger.conflicts()) == 2, "one decision is taken back as one"


def test_a_step_that_two_took_is_decided(two: Two, at: Callable[[Desk], DeskWindow]) -> None:
    fields = {"title": "田埂纠纷", "grid": two.village.centre.regions[GRID], "dispute_type": "07"}
    dispute = two.wang.ledger.save("dispute", fields).id
    two.exchange(first=two.wang)
    mediator = two.village.desk("李明")
    mediator.ledger.move("dispute", dispute, "refused")
    two.wang.ledger.move("dispute", dispute, "withdrawn")
    mediator.sync()
    two.exchange(first=two.wang)
    shown = at(two.wang)
    [card] = cards(shown)
    assert "两人都办理了同一件事" in words_of(card)
    assert [words for _, words in versions(card)] == ["办理为：不予受理", "办理为：已撤回"]
    Mouse(shown.window).press("采用所选")
    assert two.wang.ledger.get("dispute", dispute)["state"] == "refused"
    assert two.wang.ledger.conflicts() == []


def test_a_step_that_cannot_be_taken_any_more_says_why(two: Two, at: Callable[[Desk], DeskWindow]) -> None:
    fields = {"title": "田埂纠纷", "grid": two.village.centre.regions[GRID], "dispute_type": "07"}
    dispute = two.wang.ledger.save("dispute", fields).id
    two.exchange(first=two.wang)
    two.chen.ledger.move("dispute", dispute, "transferred")
    two.wang.ledger.move("dispute", dispute, "withdrawn")
    two.exchange(first=two.chen)
    shown = at(two.wang)
    Mouse(shown.window).press("另一份")
    Mouse(shown.window).press("采用所选")
    message = shown.window.messages.current()
    assert message is not None
    assert "现在是“已移送”，不能直接变为“已撤回”" in message.advice
    assert len(two.wang.ledger.conflicts()) == 1


def test_a_household_removed_by_one_and_edited_by_the_other_stays_until_it_is_decided(
    two: Two, at: Callable[[Desk], DeskWindow]
) -> None:
    two.wang.ledger.remove("household", two.home)
    two.chen.ledger.save("household", {"note": THEIR_NOTE}, two.home)
    two.exchange(first=two.chen)
    assert [each.type for each in two.wang.ledger.contested()] == [ClashType.DEL_VS_EDIT]
    shown = at(two.wang)
    [card] = cards(shown)
    assert [words for _, words in versions(card)] == ["保留这条记录", "移除这条记录"]
    Mouse(shown.window).press("另一份")
    Mouse(shown.window).press("采用所选")
    assert two.wang.ledger.get("household", two.home) is None
    shown.window.undo_last()
    assert two.wang.ledger.get("household", two.home) is not None


def test_what_was_written_on_a_removed_household_can_bring_it_back(two: Two, at: Callable[[Desk], DeskWindow]) -> None:
    two.wang.ledger.remove("household", two.home)
    two.wang.sync()
    two.chen.ledger.save("household", {"note": THEIR_NOTE}, two.home)
    two.exchange(first=two.chen)
    assert [each.type for each in two.chen.ledger.contested()] == [ClashType.EDIT_ON_DELETED]
    shown = at(two.chen)
    [card] = cards(shown)
    assert "住户：王桂英" in words_of(card)
    assert [words for _, words in versions(card)] == ["已移除", THEIR_NOTE]
    Mouse(shown.window).press("另一份")
    Mouse(shown.window).press("采用所选")
    assert two.agree("household", two.home)["note"] == THEIR_NOTE


def test_a_party_taken_out_by_one_and_edited_by_the_other_is_shown_as_a_person(
    two: Two, at: Callable[[Desk], DeskWindow]
) -> None:
    entry = "01900000-0000-7000-8000-0000000000aa"
    fields = {"title": "田埂纠纷", "grid": two.village.centre.regions[GRID], "dispute_type": "07"}
    fields["parties"] = {entry: {"name": "马小燕", "phone": MINE}}
    dispute = two.wang.ledger.save("dispute", fields).id
    two.exchange(first=two.wang)
    two.wang.ledger.save("dispute", {"parties": {}}, dispute)
    two.chen.ledger.save("dispute", {"parties": {entry: {"name": "马小燕", "phone": THEIRS}}}, dispute)
    two.exchange(first=two.chen)
    shown = at(two.wang)
    [card] = cards(shown)
    assert [words for _, words in versions(card)] == [f"保留：马小燕·{THEIRS}", "移除这一项"]


def test_a_tag_put_on_a_removed_household_is_named(two: Two, at: Callable[[Desk], DeskWindow]) -> None:
    two.wang.ledger.remove("household", two.home)
    two.wang.sync()
    two.chen.ledger.save("household", {"tags": ["low_income"]}, two.home)
    two.exchange(first=two.chen)
    [card] = cards(at(two.chen))
    assert versions(card)[-1][1] == "加上：低保"


def test_a_choice_survives_a_sync_that_comes_in_between(two: Two, at: Callable[[Desk], DeskWindow]) -> None:
    both_phones(two)
    shown = at(two.wang)
    Mouse(shown.window).press("另一份")
    two.chen.ledger.save("household", {"note": THEIR_NOTE}, two.home)
    two.village.household(two.chen, "马建国")
    two.chen.sync()
    shown.sync()
    [card] = cards(shown)
    assert [radio.isChecked() for radio in card.findChildren(QRadioButton)] == [False, True]


def test_what_is_put_off_waits_folded_and_is_not_forgotten(two: Two, at: Callable[[Desk], DeskWindow]) -> None:
    both_phones(two)
    shown = at(two.wang)
    Mouse(shown.window).press("稍后处理")
    [card] = cards(shown)
    assert not any(radio.isVisible() for radio in card.findChildren(QRadioButton))
    shown.window.go("today")
    shown.window.go("sync")
    [card] = cards(shown)
    assert not any(radio.isVisible() for radio in card.findChildren(QRadioButton))
    Mouse(shown.window).press("现在核对")
    assert all(radio.isVisible() for radio in card.findChildren(QRadioButton))


def test_the_record_behind_it_is_one_click_away(two: Two, at: Callable[[Desk], DeskWindow]) -> None:
    both_phones(two)
    shown = at(two.wang)
    Mouse(shown.window).press("打开记录")
    assert shown.window.here == "household"


def test_the_rail_and_the_status_bar_say_that_something_is_to_be_checked(
    two: Two, at: Callable[[Desk], DeskWindow]
) -> None:
    both_phones(two)
    shown = at(two.wang)
    shown.window.go("today")
    shown.desktop.show_sync()
    Mouse(shown.window).press("需要核对 1")
    assert shown.window.here == "sync"


@pytest.mark.parametrize(("scale", "width"), [(1.0, 1366), (1.4, 1366), (1.0, 1024)])
def test_everything_can_be_read_and_has_a_name(
    two: Two, at: Callable[[Desk], DeskWindow], theme: Theme, scale: float, width: int
) -> None:
    two.wang.ledger.save("household", {"phone": MINE, "note": MY_NOTE * 4}, two.home)
    two.chen.ledger.save("household", {"phone": THEIRS, "note": THEIR_NOTE * 4}, two.home)
    two.exchange()
    shown = at(two.wang)
    theme.set_scale(scale)
    shown.window.resize(width, 690)
    settle(shown.window)
    assert cut_off(shown.window) == []
    assert nameless(shown.window) == []

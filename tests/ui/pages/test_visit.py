"""记走访: a visit is written down in three clicks, and nothing of it is ever lost."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QPlainTextEdit
from pytestqt.qtbot import QtBot

from gridworker.storage.store import Store
from gridworker.ui.pages.visit_drawer import VisitDrawer
from gridworker.ui.pages.visit_record import dispute_title, joined
from gridworker.ui.widgets import Line
from tests.helpers.mouse import Mouse, words_of, write
from tests.helpers.notebook import KEY
from tests.helpers.small_grid import DAY, HOME, MORNING, RETURNED_VISIT, WANG, SmallGrid, home_id
from tests.ui.pages.conftest import Opened

MINUTE = 60_000


@pytest.fixture
def mouse(opened: Opened) -> Mouse:
    return Mouse(opened.window)


def drawer_of(opened: Opened) -> VisitDrawer:
    """The 记走访 that is open."""
    drawer = opened.window.drawer
    assert isinstance(drawer, VisitDrawer)
    return drawer


def begin(opened: Opened, *households: str) -> VisitDrawer:
    """记走访 is opened."""
    opened.desktop.open_visit(households)
    return drawer_of(opened)


def text_of(drawer: VisitDrawer) -> QPlainTextEdit:
    """The box for what was seen and heard."""
    return Mouse(drawer).field(QPlainTextEdit, "情况")


def newest(grid: SmallGrid) -> dict[str, object]:
    """The visit that was written last."""
    return grid.ledger.find("visit", (("visitor", "=", WANG),), ("-visited_at",), 1)[0]


# ---------------------------------------------------------------------- saving


def test_a_due_visit_without_anything_special_takes_three_clicks_and_no_typing(opened: Opened, mouse: Mouse) -> None:
    before = opened.grid.ledger.count("visit")
    mouse.press("记走访", mouse.row("王桂英"))
    mouse.press("常用语：一切正常")
    mouse.press("保存", drawer_of(opened), number=1)
    assert mouse.clicks == 3
    assert opened.grid.ledger.count("visit") == before + 1
    visit = newest(opened.grid)
    assert visit["household"] == HOME
    assert visit["text"] == "一切正常"
    assert visit["situation"] == ["well"]
    assert visit["visited_at"] == MORNING
    assert opened.window.drawer is None
    assert HOME not in [each.household for each in opened.grid.ledger.due_visits("2026-03-02")]


def test_two_sentences_and_a_follow_up_in_a_week_take_three_clicks(opened: Opened, mouse: Mouse) -> None:
    mouse.press("记走访", mouse.row("王桂英"))
    QTest.keyClicks(text_of(drawer_of(opened)), "xue ya yao yi xu")
    mouse.press("需要跟进")
    mouse.press("保存", drawer_of(opened), number=1)
    assert mouse.clicks == 3
    assert newest(opened.grid)["follow_up"] == "2026-03-09"


def test_by_keyboard_alone_from_anywhere(opened: Opened, qtbot: QtBot) -> None:
    opened.window.go("matters")
    QTest.keyClick(opened.window, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    drawer = drawer_of(opened)
    QTest.keyClicks(QApplication.focusWidget(), "wgy")
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    assert next(iter(drawer.fields.subjects.subjects().values()))["record"] == HOME
    write(text_of(drawer), "电话里说都好。")
    QTest.keyClick(text_of(drawer), Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert newest(opened.grid)["text"] == "电话里说都好。"


def test_a_whole_stairwell_takes_two_clicks_a_household(opened: Opened, mouse: Mouse) -> None:
    due = [each.household for each in opened.grid.ledger.due_visits("2026-03-02")]
    mouse.press("记走访", mouse.row("王桂英"))
    mouse.press("方式：路遇")
    mouse.clicks = 0
    for _ in range(2):
        mouse.press("常用语：一切正常")
        mouse.press("保存，记下一户")
    assert mouse.clicks == 4
    written = opened.grid.ledger.find("visit", (("visited_at", "=", MORNING),))
    assert {each["household"] for each in written} == set(due[:2])
    assert {each["mode"] for each in written} == {"met"}, "the way is kept"
    here = drawer_of(opened)
    assert next(iter(here.fields.subjects.subjects().values()))["record"] == due[2]
    assert here.fields.mode() == "met"


def test_the_next_household_is_the_one_after_this_one_and_not_the_first_again(opened: Opened, mouse: Mouse) -> None:
    due = [each.household for each in opened.grid.ledger.due_visits("2026-03-02")]
    begin(opened, due[1])
    mouse.press("常用语：一切正常")
    mouse.press("保存，记下一户")
    assert next(iter(drawer_of(opened).fields.subjects.subjects().values()))["record"] == due[2]


def test_after_the_last_due_household_the_drawer_closes_and_says_so(opened: Opened, mouse: Mouse) -> None:
    ledger = opened.grid.ledger
    due = [each.household for each in ledger.due_visits("2026-03-02")]
    for household in due[1:]:
        ledger.save("visit", {"household": household, "text": "好"})
    begin(opened, due[0])
    mouse.press("常用语：一切正常")
    mouse.press("保存，记下一户")
    assert opened.window.drawer is None
    assert "今天没有要走访的住户" in words_of(opened.window)


def test_a_diary_of_last_night_keeps_its_time_for_the_next_household(opened: Opened, mouse: Mouse) -> None:
    drawer = begin(opened, HOME)
    yesterday = MORNING - DAY
    drawer.fields.show_fields({**drawer.fields.values(), "visited_at": yesterday, "_own_time": True})
    mouse.press("常用语：一切正常")
    mouse.press("保存，记下一户")
    assert drawer_of(opened).fields.values()["visited_at"] == yesterday


def test_several_households_stand_in_one_diary(opened: Opened, mouse: Mouse) -> None:
    drawer = begin(opened, HOME)
    mouse.press("再加一户")
    QTest.keyClicks(QApplication.focusWidget(), "mjg")
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    mouse.press("常用语：一切正常")
    mouse.press("保存", drawer, number=1)
    visit = newest(opened.grid)
    assert visit["household"] == HOME
    subjects = visit["subjects"]
    assert isinstance(subjects, dict)
    assert [subjects[entry]["name"] for entry in sorted(subjects)] == ["王桂英", "马建国"]


def test_nobody_at_home_needs_no_words(opened: Opened, mouse: Mouse) -> None:
    begin(opened, HOME)
    mouse.press("没有见到人（未遇）")
    mouse.press("保存", drawer_of(opened), number=1)
    visit = newest(opened.grid)
    assert visit["met"] is False
    due = [each for each in opened.grid.ledger.due_visits("2026-03-02") if each.household == HOME]
    assert due[0].attempts == 1, "it counts as a try, not as a visit"


def test_an_empty_diary_is_asked_for_a_sentence(opened: Opened, mouse: Mouse) -> None:
    drawer = begin(opened, HOME)
    before = opened.grid.ledger.count("visit")
    mouse.press("保存", drawer, number=1)
    assert "请写一句情况" in words_of(drawer)
    assert QApplication.focusWidget() is text_of(drawer)
    assert opened.grid.ledger.count("visit") == before


def test_without_a_household_it_says_so_at_the_field(opened: Opened, mouse: Mouse) -> None:
    drawer = begin(opened)
    mouse.press("常用语：一切正常")
    mouse.press("保存", drawer, number=1)
    assert "请选择走访的住户" in words_of(drawer)
    assert QApplication.focusWidget().accessibleName() == "走访住户"


def test_words_that_led_to_no_household_are_not_dropped_unseen(opened: Opened, mouse: Mouse) -> None:
    drawer = begin(opened, HOME)
    mouse.press("再加一户")
    QTest.keyClicks(QApplication.focusWidget(), "zhangsan")
    mouse.press("常用语：一切正常")
    mouse.press("保存", drawer, number=1)
    assert opened.window.drawer is drawer
    assert "请从列表里选一条" in words_of(drawer)


def test_a_time_that_has_not_come_is_said_at_the_time(opened: Opened, mouse: Mouse) -> None:
    drawer = begin(opened, HOME)
    tomorrow = {"visited_at": MORNING + DAY, "text": "好"}
    drawer.fields.show_fields({**drawer.fields.values(), **tomorrow})
    mouse.press("保存", drawer, number=1)
    assert "走访时间还没到" in words_of(drawer)


@pytest.mark.parametrize(
    ("text", "said"), [("好" * 20_000, "最多 5000 个字，现有 20000 个字"), ("血压\0高", "无法保存的特殊字符")]
)
def test_what_cannot_be_kept_is_said_at_the_text_and_stays(opened: Opened, mouse: Mouse, text: str, said: str) -> None:
    drawer = begin(opened, HOME)
    write(text_of(drawer), text)
    entered = text_of(drawer).toPlainText()
    mouse.press("保存", drawer, number=1)
    assert said in words_of(drawer)
    assert text_of(drawer).toPlainText() == entered
    assert QApplication.focusWidget() is text_of(drawer)


def test_ways_that_are_seldom_stand_behind_the_others(opened: Opened, mouse: Mouse) -> None:
    drawer = begin(opened, HOME)
    mouse.press("方式：其他")
    mouse.press("其他方式：微信")
    mouse.press("常用语：一切正常")
    mouse.press("保存", drawer, number=1)
    assert newest(opened.grid)["mode"] == "wechat"


def test_what_is_filled_in_seldom_unfolds_and_is_kept(opened: Opened, mouse: Mouse) -> None:
    drawer = begin(opened, HOME)
    mouse.press("更多：")
    mouse.press("目的：政策宣传")
    mouse.press("安全检查：燃气")
    write(mouse.field(QPlainTextEdit, "现场处置"), "关紧了阀门")
    mouse.press("常用语：一切正常")
    mouse.press("保存", drawer, number=1)
    visit = newest(opened.grid)
    assert (visit["purposes"], visit["safety"], visit["handled"]) == (["publicity"], ["gas"], "关紧了阀门")


# ---------------------------------------------------------------------- undo


def test_the_message_bar_takes_it_back_and_the_words_become_a_draft_again(opened: Opened, mouse: Mouse) -> None:
    before = opened.grid.ledger.count("visit")
    mouse.press("记走访", mouse.row("王桂英"))
    mouse.press("常用语：一切正常")
    mouse.press("保存", drawer_of(opened), number=1)
    mouse.press("撤销")
    assert opened.grid.ledger.count("visit") == before
    (draft,) = opened.grid.ledger.drafts()
    assert draft.fields["text"] == "一切正常"
    QTest.keyClick(opened.window, Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
    assert opened.grid.ledger.count("visit") == before + 1
    assert opened.grid.ledger.drafts() == []


def test_the_next_drawer_offers_to_take_the_last_visit_back(opened: Opened, mouse: Mouse) -> None:
    before = opened.grid.ledger.count("visit")
    begin(opened, HOME)
    mouse.press("常用语：一切正常")
    mouse.press("保存，记下一户")
    assert "已记走访：王桂英" in words_of(drawer_of(opened))
    mouse.press("撤销", drawer_of(opened))
    assert opened.grid.ledger.count("visit") == before


def test_undo_takes_back_all_that_came_of_the_visit(opened: Opened, mouse: Mouse) -> None:
    ledger = opened.grid.ledger
    before = [ledger.count(kind) for kind in ("visit", "matter", "dispute")]
    drawer = begin(opened, HOME)
    write(text_of(drawer), "路灯坏了。和隔壁吵过。")
    mouse.press("转为事项")
    mouse.press("转为纠纷")
    mouse.press("保存", drawer, number=1)
    assert [ledger.count(kind) for kind in ("visit", "matter", "dispute")] == [n + 1 for n in before]
    QTest.keyClick(opened.window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert [ledger.count(kind) for kind in ("visit", "matter", "dispute")] == before


# ---------------------------------------------------------------------- what was heard


def test_a_dispute_takes_two_clicks_and_carries_over_what_is_known(opened: Opened, mouse: Mouse) -> None:
    drawer = begin(opened, HOME)
    write(text_of(drawer), "为了屋檐滴水吵了一架。")
    mouse.press("转为纠纷")
    mouse.press("保存", drawer, number=1)
    assert mouse.clicks == 2
    (dispute,) = opened.grid.records("dispute", visit=newest(opened.grid)["id"])
    assert dispute["title"] == "王桂英家邻里纠纷"
    assert dispute["summary"] == "为了屋檐滴水吵了一架。"
    assert dispute["place"] == "马村后岸路1号"
    assert (dispute["household"], dispute["source"], dispute["state"]) == (HOME, "visit", "registered")
    (party,) = dispute["parties"].values()
    assert party == {
        "name": "王桂英",
        "role": "applicant",
        "household": HOME,
        "phone": "13805750001",
        "address": "马村后岸路1号",
    }


def test_the_name_of_a_dispute_follows_its_type_and_the_other_party(opened: Opened, mouse: Mouse) -> None:
    drawer = begin(opened, HOME)
    mouse.press("转为纠纷")
    types = mouse.field(QComboBox, "纠纷类型")
    types.setCurrentIndex(types.findData("03"))
    types.activated.emit(types.currentIndex())
    write(mouse.field(Line, "对方当事人"), "马建国")
    assert mouse.field(Line, "纠纷名称").text() == "王桂英与马建国房屋宅基地纠纷"
    write(text_of(drawer), "吵了一架")
    mouse.press("保存", drawer, number=1)
    (dispute,) = opened.grid.records("dispute", visit=newest(opened.grid)["id"])
    assert sorted(party["role"] for party in dispute["parties"].values()) == ["applicant", "respondent"]


def test_a_problem_becomes_a_matter_named_after_what_was_written(opened: Opened, mouse: Mouse) -> None:
    drawer = begin(opened, HOME)
    write(text_of(drawer), "后岸路的路灯坏了两盏。晚上出门不安全。")
    mouse.press("转为事项")
    mouse.press("保存", drawer, number=1)
    (matter,) = opened.grid.records("matter", visit=newest(opened.grid)["id"])
    assert matter["title"] == "后岸路的路灯坏了两盏"
    assert (matter["reporter"], matter["reporter_phone"]) == ("王桂英", "13805750001")
    assert matter["content"] == "后岸路的路灯坏了两盏。晚上出门不安全。"
    assert matter["responsible"] == WANG


def test_what_was_heard_is_never_dropped_for_want_of_a_name(opened: Opened, mouse: Mouse) -> None:
    drawer = begin(opened, HOME)
    mouse.press("转为事项")
    mouse.press("保存", drawer, number=1)
    assert opened.window.drawer is drawer
    assert "请用一句话说清是什么事" in words_of(drawer)
    assert QApplication.focusWidget().accessibleName() == "事项名称"


def test_a_line_that_was_taken_out_can_be_put_back(opened: Opened, mouse: Mouse) -> None:
    drawer = begin(opened, HOME)
    mouse.press("转为事项")
    write(mouse.field(Line, "事项名称"), "水管漏水")
    mouse.press("去掉这件事项")
    assert drawer.fields.heard.lines() == []
    mouse.press("放回刚才去掉的")
    assert drawer.fields.heard.lines() == [{"kind": "matter", "title": "水管漏水"}]


def test_names_of_disputes_read_as_people_say_them() -> None:
    assert dispute_title("王桂英", "", "01") == "王桂英家婚姻家庭纠纷"
    assert dispute_title("王桂英", "马建国", "02") == "王桂英与马建国邻里纠纷"
    assert dispute_title("", "", "99") == "纠纷"


# ---------------------------------------------------------------------- going on with an entry


def test_within_two_hours_the_first_entry_is_offered_and_takes_over_what_was_typed(
    opened: Opened, mouse: Mouse
) -> None:
    grid = opened.grid
    first = grid.ledger.save("visit", {"household": HOME, "text": "早上去过，血压高。", "met": True}).id
    grid.now[0] += 90 * MINUTE
    drawer = begin(opened, HOME)
    assert "今天 09:14 您已经记过王桂英" in words_of(drawer)
    write(text_of(drawer), "陪她去了卫生院。")
    before = grid.ledger.count("visit")
    mouse.press("接着那一篇写")
    again = drawer_of(opened)
    assert text_of(again).toPlainText() == "早上去过，血压高。\n陪她去了卫生院。"
    assert [draft.key for draft in grid.ledger.drafts()] == [f"visit:{first}"], "and is safe there already"
    mouse.press("保存", again)
    assert grid.ledger.count("visit") == before
    shown = grid.ledger.get("visit", first)
    assert shown is not None
    assert shown["text"] == "早上去过，血压高。\n陪她去了卫生院。"
    assert grid.ledger.drafts() == []


def test_nothing_forces_one_to_go_on_with_it(opened: Opened, mouse: Mouse) -> None:
    opened.grid.ledger.save("visit", {"household": HOME, "text": "早上去过。"})
    before = opened.grid.ledger.count("visit")
    drawer = begin(opened, HOME)
    mouse.press("常用语：一切正常")
    mouse.press("保存", drawer, number=1)
    assert opened.grid.ledger.count("visit") == before + 1


def test_after_two_hours_or_for_another_worker_nothing_is_offered(opened: Opened) -> None:
    grid = opened.grid
    grid.ledger.save("visit", {"household": HOME, "text": "早上去过。"})
    grid.now[0] += 121 * MINUTE
    assert "您已经记过" not in words_of(begin(opened, HOME))


def test_two_versions_of_a_diary_become_one_without_loss() -> None:
    here = {"text": "甲", "situation": ["well"], "follow_up": "2026-03-09", "handled": "关阀"}
    more = {"text": "乙", "situation": ["help", "well"], "follow_up": "2026-03-05", "promise": "换灶"}
    assert joined(here, more) == {
        "text": "甲\n乙",
        "situation": ["well", "help"],
        "follow_up": "2026-03-09",
        "handled": "关阀",
        "promise": "换灶",
    }


def test_a_diary_that_came_back_shows_why_and_is_handed_in_again(opened: Opened, mouse: Mouse) -> None:
    opened.desktop.edit_visit(RETURNED_VISIT)
    drawer = drawer_of(opened)
    assert "赵强退回补充：请写明老人用药情况。" in words_of(drawer)
    write(text_of(drawer), "每天两种降压药，按时吃。")
    mouse.press("保存并提交")
    shown = opened.grid.ledger.get("visit", RETURNED_VISIT)
    assert shown is not None
    assert shown["state"] == "submitted"
    assert shown["text"].endswith("春茶收成。每天两种降压药，按时吃。"), "one goes on where one left off"
    said = opened.window.messages.current()
    assert said is not None
    assert said.act is None, "what was handed in is no longer only one's own to take back"


def test_editing_keeps_what_the_drawer_does_not_show(opened: Opened, mouse: Mouse) -> None:
    fields = {"household": HOME, "text": "座谈", "mode": "meeting", "ended_at": MORNING + MINUTE}
    visit = opened.grid.ledger.save("visit", fields).id
    opened.desktop.edit_visit(visit)
    drawer = drawer_of(opened)
    assert drawer.fields.mode() == "meeting"
    write(text_of(drawer), "，谈了春茶")
    mouse.press("保存", drawer)
    shown = opened.grid.ledger.get("visit", visit)
    assert shown is not None
    assert (shown["mode"], shown["ended_at"]) == ("meeting", MORNING + MINUTE)


def test_a_problem_that_comes_to_mind_later_is_added_to_the_diary(opened: Opened, mouse: Mouse) -> None:
    visit = opened.grid.ledger.save("visit", {"household": HOME, "text": "好"}).id
    opened.desktop.edit_visit(visit)
    mouse.press("转为事项")
    mouse.press("保存", drawer_of(opened))
    assert [each["title"] for each in opened.grid.records("matter", visit=visit)] == ["好"]


# ---------------------------------------------------------------------- drafts


def test_a_second_after_the_last_key_the_draft_is_kept(opened: Opened, qtbot: QtBot) -> None:
    drawer = begin(opened, HOME)
    QTest.keyClicks(text_of(drawer), "abc")
    assert opened.grid.ledger.drafts() == []
    qtbot.waitUntil(lambda: bool(opened.grid.ledger.drafts()), timeout=3000)
    (draft,) = opened.grid.ledger.drafts()
    assert (draft.title, draft.fields["text"]) == ("走访：王桂英", "abc")
    assert "草稿已自动保存 09:14" in words_of(drawer)


def test_a_choice_is_kept_like_a_key(opened: Opened, mouse: Mouse, qtbot: QtBot) -> None:
    begin(opened, HOME)
    mouse.press("方式：电话")
    qtbot.waitUntil(lambda: bool(opened.grid.ledger.drafts()), timeout=3000)
    assert opened.grid.ledger.drafts()[0].fields["mode"] == "phone"


def test_closing_asks_nothing_and_today_offers_to_go_on(opened: Opened, mouse: Mouse) -> None:
    drawer = begin(opened, HOME)
    write(text_of(drawer), "写到一半")
    QTest.keyClick(text_of(drawer), Qt.Key.Key_Escape)
    assert opened.window.drawer is None
    assert "1 篇没写完" in words_of(opened.window)
    mouse.press("接着写")
    assert text_of(drawer_of(opened)).toPlainText() == "写到一半"


def test_a_drawer_that_was_only_looked_at_leaves_no_draft(opened: Opened) -> None:
    begin(opened, HOME)
    opened.window.close_drawer()
    assert opened.grid.ledger.drafts() == []


def test_what_was_put_back_as_it_was_leaves_no_draft(opened: Opened) -> None:
    drawer = begin(opened, HOME)
    write(text_of(drawer), "错了")
    drawer.keep_draft()
    text_of(drawer).clear()
    opened.window.close_drawer()
    assert opened.grid.ledger.drafts() == []


def test_two_unfinished_diaries_do_not_write_over_each_other(opened: Opened) -> None:
    first = begin(opened, home_id(2))
    write(text_of(first), "马建国家的一半")
    second = begin(opened, HOME)
    write(text_of(second), "王桂英家的一半")
    opened.window.close_drawer()
    assert sorted(draft.fields["text"] for draft in opened.grid.ledger.drafts()) == ["王桂英家的一半", "马建国家的一半"]
    assert text_of(begin(opened, home_id(2))).toPlainText() == "马建国家的一半"
    assert text_of(begin(opened, HOME)).toPlainText() == "王桂英家的一半"


def test_without_a_household_the_last_unfinished_one_comes_back_and_another_can_be_begun(
    opened: Opened, mouse: Mouse
) -> None:
    write(text_of(begin(opened, HOME)), "写到一半")
    drawer = begin(opened)
    assert text_of(drawer).toPlainText() == "写到一半"
    mouse.press("另写一篇")
    assert text_of(drawer_of(opened)).toPlainText() == ""
    write(text_of(drawer_of(opened)), "另一篇")
    opened.window.close_drawer()
    assert len(opened.grid.ledger.drafts()) == 2


def test_everything_in_a_draft_comes_back(opened: Opened, mouse: Mouse) -> None:
    drawer = begin(opened, HOME)
    write(text_of(drawer), "身体还好")
    mouse.press("方式：其他")
    mouse.press("需要跟进")
    mouse.press("没有见到人")
    mouse.press("转为纠纷")
    write(mouse.field(Line, "对方当事人"), "马建国")
    mouse.press("更多：")
    mouse.press("安全检查：燃气")
    entered = drawer.fields.values()
    opened.window.close_drawer()
    assert begin(opened, HOME).fields.values() == entered


def test_saving_drops_the_draft(opened: Opened, mouse: Mouse) -> None:
    drawer = begin(opened, HOME)
    write(text_of(drawer), "写完了")
    drawer.keep_draft()
    mouse.press("保存", drawer, number=1)
    assert opened.grid.ledger.drafts() == []


def test_a_draft_of_an_edit_holds_the_edit_and_not_the_whole_diary(opened: Opened, mouse: Mouse) -> None:
    visit = opened.grid.ledger.save("visit", {"household": HOME, "text": "好", "handled": "关阀"}).id
    opened.desktop.edit_visit(visit)
    mouse.press("需要跟进")
    mouse.field(QPlainTextEdit, "现场处置").clear()
    opened.window.close_drawer()
    opened.grid.ledger.save("visit", {"text": "在另一台电脑上补了几句"}, visit)
    opened.desktop.edit_visit(visit)
    drawer = drawer_of(opened)
    assert text_of(drawer).toPlainText() == "在另一台电脑上补了几句"
    mouse.press("保存", drawer)
    shown = opened.grid.ledger.get("visit", visit)
    assert shown is not None
    assert (shown["text"], shown["follow_up"]) == ("在另一台电脑上补了几句", "2026-03-09")
    assert "handled" not in shown


KILLED = """
import sys
from pathlib import Path
from PySide6.QtWidgets import QApplication, QPlainTextEdit
from gridworker.ui.background import Background
from gridworker.ui.pages.visit_drawer import VisitDrawer
from gridworker.ui.theme import look
from gridworker.ui.window import MainWindow
from tests.helpers.mouse import write
from tests.helpers.small_grid import HOME, SmallGrid

application = QApplication([])
look()
grid = SmallGrid.open(Path(sys.argv[1]))
window = MainWindow(Background())
window.show()
drawer = VisitDrawer(grid.work, window, (HOME,))
window.open_drawer(drawer)
write(drawer.findChild(QPlainTextEdit), sys.argv[2])
print("typed", flush=True)
while not grid.ledger.drafts():
    application.processEvents()
print("kept", flush=True)
application.exec()
"""


def test_a_killed_program_has_kept_the_draft(grid: SmallGrid) -> None:
    grid.close()
    words = "阿婆身体还好，煤气灶打火不灵。"
    command = [sys.executable, "-c", KILLED, str(grid.path), words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[3]) as program:
        assert program.stdout is not None
        assert [program.stdout.readline().strip() for _ in range(2)] == ["typed", "kept"]
        program.send_signal(signal.SIGKILL)
    store = Store.open(grid.path, KEY)
    (draft,) = store.drafts()
    assert draft.fields["text"] == words
    store.close()


# ---------------------------------------------------------------------- who may


def test_a_mediator_writes_visits_as_well(
    desk_of: Callable[[str], SmallGrid], open_window: Callable[[SmallGrid], Opened]
) -> None:
    opened = open_window(desk_of("mediator"))
    drawer = begin(opened, HOME)
    mouse = Mouse(opened.window)
    mouse.press("常用语：一切正常")
    mouse.press("保存", drawer, number=1)
    assert opened.grid.ledger.find("visit", (("visited_at", "=", MORNING),))[0]["household"] == HOME

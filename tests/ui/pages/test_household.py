"""户档案: everything of one household, with what is sensitive covered until a reason is given."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QMenu
from pytestqt.qtbot import QtBot

from gridworker.records.merge import ClashType
from gridworker.ui.pages.household import HISTORY, MATTERS, MEMBERS, VISITS
from gridworker.ui.pages.place_box import PlaceBox
from gridworker.ui.widgets import Chip, Line, TabStrip
from gridworker.ui.widgets.timeline import TimelineEntry
from tests.helpers.mouse import Mouse, words_of, write
from tests.helpers.notebook import Centre
from tests.helpers.small_grid import GRID, HOME, ID_NUMBER, OTHER_GRID, SmallGrid, home_id, name_of
from tests.ui.pages.conftest import Opened

OpenWindow = Callable[[SmallGrid], Opened]
REASON = "走访前核对"
popups = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)


class File:
    """The file of a household, in front."""

    def __init__(self, opened: Opened, household: str = HOME) -> None:
        self.opened = opened
        self.window = opened.window
        self.mouse = Mouse(opened.window)
        opened.window.go("household", household)

    def turn(self, tab: int) -> None:
        """Another tab."""
        self.window.findChild(TabStrip).setCurrentIndex(tab)
        QApplication.processEvents()

    def said(self) -> str:
        """Everything on the page."""
        return words_of(self.window)

    def reveal(self, words: str, reason: str = REASON) -> None:
        """Press a button that asks for the reason, and give one."""
        self.mouse.press(words)
        menu = next(each for each in self.window.findChildren(QMenu) if each.isVisible())
        action = next(each for each in menu.actions() if each.text() == reason)
        action.trigger()
        menu.close()
        QApplication.processEvents()


@pytest.fixture
def file(opened: Opened) -> File:
    return File(opened)


# ---------------------------------------------------------------------- overview


def test_the_head_says_who_where_how_and_when_next(file: File) -> None:
    said = file.said()
    for words in ("王桂英", "HH0001·马村后岸路1号", "独居老人", "高龄", "中心已收到", "应走访：逾期 135 天"):
        assert words in said


def test_only_what_is_known_stands_in_the_overview(file: File) -> None:
    said = file.said()
    assert "户别" in said
    assert "层数" not in said
    assert "帮扶" not in said, "a section without content has no heading"
    file.opened.grid.ledger.save("household", {"difficulty": "灶具老化"}, HOME)
    file.window.redraw(frozenset({"household"}))
    assert "灶具老化" in file.said()


def test_what_is_missing_can_be_filled_in_from_there(file: File) -> None:
    file.opened.grid.ledger.save("household", {"phone": None}, HOME)
    file.window.redraw(frozenset({"household"}))
    assert "还没有登记：联系电话" in file.said()
    file.mouse.press("现在补上")
    assert file.window.drawer is not None


@popups
def test_a_telephone_is_shown_after_a_reason_that_is_written_down(file: File) -> None:
    assert "138****0001" in file.said()
    file.reveal("显示号码")
    assert "13805750001" in file.said()
    (noted,) = file.opened.grid.records("audit")
    assert (noted["act"], noted["record_kind"], noted["record"], noted["reason"]) == (
        "reveal",
        "household",
        HOME,
        REASON,
    )
    file.window.go("household", home_id(2))
    file.window.go("household", HOME)
    assert "138****0001" in file.said(), "covered again when one comes back"


def test_opening_the_form_that_shows_everything_is_written_down_as_well(file: File) -> None:
    file.mouse.press("修改")
    assert file.mouse.field(Line, "联系电话").text() == "13805750001"
    assert [each["reason"] for each in file.opened.grid.records("audit")] == ["修改资料"]


def test_a_household_is_edited_and_the_edit_taken_back(file: File) -> None:
    file.mouse.press("修改")
    file.mouse.field(Line, "地址").setText("马村后岸路88号")
    file.mouse.press("保存", file.window.drawer)
    assert "马村后岸路88号" in file.said()
    file.mouse.press("撤销")
    assert "马村后岸路1号" in file.said()


def test_it_is_moved_to_the_bin_from_its_form_and_comes_back(file: File, qtbot: QtBot) -> None:
    file.mouse.press("修改")
    file.mouse.press("移到回收站：王桂英")
    assert file.window.here == "homes"
    assert file.opened.grid.ledger.get("household", HOME) is None
    file.mouse.press("撤销")
    assert file.opened.grid.ledger.get("household", HOME) is not None


def test_keys_edit_add_a_member_and_remove(file: File) -> None:
    QTest.keyClick(file.window, Qt.Key.Key_F2)
    assert file.window.drawer is not None
    assert file.window.drawer.accessibleName() == "修改住户"
    file.window.close_drawer()
    QTest.keyClick(file.window, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    assert file.window.drawer is not None
    assert file.window.drawer.accessibleName() == "添加成员"
    file.window.close_drawer()
    QTest.keyClick(file.window, Qt.Key.Key_Delete)
    assert file.opened.grid.ledger.get("household", HOME) is None


# ---------------------------------------------------------------------- members


def test_the_head_comes_first_and_numbers_are_masked(file: File) -> None:
    file.turn(MEMBERS)
    assert "2 人" in file.said()
    row = file.mouse.row("王桂英")
    assert ID_NUMBER not in row.accessibleName()
    assert f"{ID_NUMBER[:6]}********{ID_NUMBER[-4:]}" in row.accessibleName()
    assert "户主" in row.accessibleName()


def test_a_member_is_added_edited_and_removed(file: File) -> None:
    file.turn(MEMBERS)
    file.mouse.press("添加成员")
    write(file.mouse.field(Line, "姓名"), "王小梅")
    file.mouse.press("保存", file.window.drawer)
    assert "3 人" in file.said()
    (added,) = file.opened.grid.records("person", name="王小梅")
    assert added["household"] == HOME
    file.mouse.click(file.mouse.row("王小梅"))
    file.mouse.field(Line, "姓名").setText("王晓梅")
    file.mouse.press("保存", file.window.drawer)
    assert file.mouse.row("王晓梅")
    file.mouse.click(file.mouse.row("王晓梅"))
    file.mouse.press("移到回收站：王晓梅")
    assert "2 人" in file.said()
    file.mouse.press("撤销")
    assert "3 人" in file.said()


def test_a_number_that_contradicts_the_birthday_is_said_before_it_is_kept(file: File) -> None:
    file.turn(MEMBERS)
    file.mouse.click(file.mouse.row("王桂英"))
    file.mouse.press("性别：男")
    file.mouse.press("保存", file.window.drawer)
    assert file.window.drawer is not None
    assert "性别与身份证号不一致，请对照证件核对。" in words_of(file.window.drawer)


def test_a_household_without_members_offers_to_add_one(file: File) -> None:
    for member in file.opened.grid.ledger.members(HOME):
        file.opened.grid.ledger.remove("person", member["id"])
    file.turn(MEMBERS)
    assert "还没有登记家庭成员。" in file.said()


# ---------------------------------------------------------------------- visits, disputes, matters, history


def test_visits_stand_with_the_newest_first_and_open_the_diary(file: File, qtbot: QtBot) -> None:
    file.opened.grid.ledger.save("visit", {"household": HOME, "text": "没人应门", "met": False})
    file.turn(VISITS)
    entries = [each for each in file.window.findChildren(TimelineEntry) if each.isVisible()]
    assert "上门·未遇" in entries[0].accessibleName()
    file.mouse.click(entries[1])
    qtbot.waitUntil(lambda: file.window.here == "visits")
    qtbot.waitUntil(lambda: "王桂英家里都好" in words_of(file.window))


def test_a_dispute_in_which_it_is_a_party_is_found_in_both_files(opened: Opened) -> None:
    for household in (home_id(3), home_id(4)):
        file = File(opened, household)
        file.turn(MATTERS)
        assert file.mouse.row("陈阿毛与周伟明宅基地纠纷")
    file.mouse.click(file.mouse.row("陈阿毛与周伟明宅基地纠纷"))
    assert opened.window.here == "case"


def test_its_matters_stand_beside_its_disputes(opened: Opened) -> None:
    file = File(opened, home_id(2))
    file.turn(MATTERS)
    file.mouse.click(file.mouse.row("后岸路灯不亮"))
    assert opened.window.here == "matters"


def test_a_household_without_trouble_says_so(opened: Opened) -> None:
    file = File(opened, home_id(20))
    file.turn(MATTERS)
    assert "这一户没有纠纷和事项。" in file.said()


def test_the_history_tells_who_what_and_whether_the_centre_has_it(file: File) -> None:
    ledger = file.opened.grid.ledger
    ledger.save("household", {"phone": "13900001234", "tags": ["living_alone"]}, HOME)
    file.turn(HISTORY)
    said = file.said()
    assert "修改“联系电话”·王芳" in said
    assert "139****1234" in said
    assert "13900001234" not in said
    assert "移除“重点标签”·王芳" in said
    assert "仅在本机" in said


# ---------------------------------------------------------------------- sensitive tags


@popups
def test_a_sensitive_tag_is_covered_until_a_reason_is_given(opened: Opened) -> None:
    file = File(opened, home_id(3))
    assert "敏感标签" in file.said()
    assert "1 项" in [chip.accessibleName() for chip in file.window.findChildren(Chip)]
    assert "邻里积怨" not in file.said()
    file.reveal("查看", "办理事项需要")
    assert "2025 年矛盾排查表" in file.said()
    assert [each["reason"] for each in opened.grid.records("audit")] == ["办理事项需要"]


@popups
def test_a_sensitive_tag_is_added_and_removed_with_a_way_back(file: File) -> None:
    grid = file.opened.grid
    assert "没有敏感标签。" in file.said()
    file.mouse.press("添加", number=0)
    tags = file.mouse.field(QComboBox, "标签")
    tags.setCurrentIndex(tags.findData("disabled"))
    people = file.mouse.field(QComboBox, "本人")
    people.setCurrentIndex(people.findText("王桂英"))
    write(file.mouse.field(Line, "依据"), "残联 2025 年名册")
    file.mouse.press("保存", file.window.drawer)
    (tag,) = grid.records("key_group_tag", household=HOME)
    assert (tag["tag"], tag["person"], tag["valid_from"]) == ("disabled", name_of(0xD102), "2026-03-02")
    assert "残疾" not in file.said(), "even to who wrote it down"
    home = grid.ledger.get("household", HOME)
    assert home is not None
    assert home["tags"] == ["aged_80", "living_alone"], "and it does not lie in the file itself"
    file.reveal("查看")
    file.mouse.press("移除敏感标签：残疾")
    assert grid.records("key_group_tag", household=HOME) == []
    file.mouse.press("撤销")
    assert len(grid.records("key_group_tag", household=HOME)) == 1


def test_a_sensitive_tag_needs_its_source(file: File) -> None:
    file.mouse.press("添加", number=0)
    file.mouse.press("保存", file.window.drawer)
    assert file.window.drawer is not None
    said = words_of(file.window.drawer)
    assert "请填写标签" in said
    assert "请填写依据" in said


# ---------------------------------------------------------------------- reminders, roles


def test_what_must_not_be_forgotten_stands_at_the_right(file: File, qtbot: QtBot) -> None:
    ledger = file.opened.grid.ledger
    ledger.save("household", {"safety_notes": "煤气管老化", "next_visit": "2026-03-05"}, HOME)
    ledger.save("visit", {"household": HOME, "text": "灶打不着火", "follow_up": "2026-03-03", "promise": "找师傅"})
    file.window.redraw(frozenset({"household", "visit"}))
    said = file.said()
    for words in ("要跟进（剩 1 天）：找师傅", "安全隐患：煤气管老化", "约定 2026-03-05 再去。"):
        assert words in said
    file.mouse.press("去看")
    qtbot.waitUntil(lambda: file.window.here == "visits")


def test_what_two_people_changed_is_said_in_the_file_and_leads_to_the_decision(file: File) -> None:
    grid = file.opened.grid
    conflict = {
        "type": str(ClashType.FIELD),
        "record_kind": "household",
        "record": HOME,
        "field": "phone",
        "state": "open",
    }
    centre = Centre()
    row = centre.write("conflict", {**conflict, "shown_value": "1", "others": {name_of(0x81): {"value": "2"}}})
    grid.store.receive(centre.page("grid", row).model_copy(update={"to": 10_000, "hash": ""}))
    file.window.redraw(frozenset({"conflict"}))
    assert "这一户有两边都改过的内容，请您核对。" in file.said()
    assert "需要核对" in file.said()
    file.mouse.press("去核对")
    assert file.window.here == "sync"


def test_a_mediator_sees_no_sensitive_tag_and_changes_no_person(
    desk_of: Callable[[str], SmallGrid], open_window: OpenWindow
) -> None:
    file = File(open_window(desk_of("mediator")), home_id(20))
    assert "敏感标签" not in file.said()
    file.turn(MEMBERS)
    with pytest.raises(AssertionError, match="no button"):
        file.mouse.button("添加成员")
    file.mouse.click(file.mouse.row("王伯良"))
    assert file.window.drawer is None


def test_a_household_that_left_ones_area_leads_back_to_the_list(file: File) -> None:
    file.opened.grid.ledger.remove("household", HOME)
    file.window.redraw(frozenset({"household"}))
    assert file.window.here == "homes"


# ---------------------------------------------------------------------- moving house


def choose(file: File, name: str, words: str) -> None:
    box = next(each for each in file.window.findChildren(PlaceBox) if each.accessibleName() == name)
    box.setCurrentIndex(box.findText(words))
    box.activated.emit(box.currentIndex())
    QApplication.processEvents()


def test_a_household_that_has_moved_is_sent_to_another_grid_and_stays_in_sight_until_it_has_gone(file: File) -> None:
    ledger = file.opened.grid.ledger
    file.mouse.press("迁到别的网格…")
    said = file.said()
    assert "第1网格" in said
    assert "选好新家所在的网格" in said
    choose(file, "村社区", "马村")
    choose(file, "网格", "第2网格")
    assert "不再在您的名单里" in file.said()
    file.mouse.press("迁过去")
    assert file.window.drawer is None
    assert ledger.bound_for("household", HOME) == OTHER_GRID
    said = file.said()
    assert "第2网格。同步以前仍在这里，可以照常走访" in said
    assert "迁到别的网格…" not in said
    file.turn(HISTORY)
    assert "迁到" in file.said()
    assert ledger.get("household", HOME)["grid"] == GRID, "it is still here"


def test_who_thinks_better_of_it_leaves_it_where_it_is(file: File) -> None:
    ledger = file.opened.grid.ledger
    ledger.resettle("household", HOME, OTHER_GRID)
    file.window.redraw(frozenset({"household"}))
    QApplication.processEvents()
    file.mouse.press("不迁了")
    assert ledger.bound_for("household", HOME) == GRID
    assert "同步以前仍在这里" not in file.said()


def test_a_mediator_moves_no_household(desk_of: Callable[[str], SmallGrid], open_window: OpenWindow) -> None:
    file = File(open_window(desk_of("mediator")))
    assert "王桂英" in file.said()
    assert "迁到别的网格…" not in file.said()

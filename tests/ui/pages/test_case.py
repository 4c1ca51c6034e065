"""案件: a dispute from its registration to the archive, with the law at every step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QPushButton

from gridworker.ledger import Ledger, Me
from gridworker.records.kinds.dispute import MACHINE
from gridworker.ui.drawer import WIDE
from gridworker.ui.pages.case_session import SessionDrawer
from gridworker.ui.pages.case_words import USUAL, steps
from gridworker.ui.theme import Theme
from gridworker.ui.widgets import ListRow, Stepper
from tests.helpers.legible import cut_off, nameless, settle
from tests.helpers.mouse import Mouse, words_of, write
from tests.helpers.notebook import BUCKETS, TOWN, name_of
from tests.helpers.small_grid import CASE, DAY, DISPUTE, GRID, LI, MORNING, SmallGrid
from tests.ui.pages.conftest import Opened

FRESH = name_of(0xE102)
"""The registered dispute."""
TOLD = {"consents": True, "notified_on": "2026-03-01"}
WEEK_LATER = MORNING + 7 * DAY + (5 * 60 + 16) * 60_000
"""14:30 on the Monday after."""


class Case:
    """One person before one case."""

    def __init__(self, opened: Opened, dispute: str = DISPUTE) -> None:
        self.opened, self.grid, self.window = opened, opened.grid, opened.window
        self.mouse = Mouse(opened.window)
        self.dispute = dispute
        self.window.go("case", dispute)
        settle(self.window)

    @property
    def fields(self) -> dict[str, Any]:
        return self.grid.ledger.get("dispute", self.dispute) or {}

    @property
    def case(self) -> dict[str, Any]:
        found = self.grid.records("mediation_case", dispute=self.dispute)
        return found[0] if found else {}

    @property
    def sessions(self) -> list[dict[str, Any]]:
        return self.grid.ledger.find("mediation_session", (("dispute", "=", self.dispute),), ("number",))

    @property
    def drawer(self) -> Any:
        assert self.window.drawer is not None, "no drawer is open"
        return self.window.drawer

    def words(self) -> str:
        settle(self.window)
        return words_of(self.window)

    def save(self, caption: str = "保存") -> None:
        """The blue button of the drawer."""
        button = next(each for each in self.drawer.findChildren(type(self.drawer._button)) if each.text() == caption)
        self.mouse.click(button)

    def write(self, name: str, text: str) -> None:
        """Into a box of the drawer."""
        write(self.mouse.field(QPlainTextEdit, name, self.drawer), text)

    def step(self, words: str) -> None:
        """A step of 更多."""
        self.mouse.press("更多")
        settle(self.window)
        self.mouse.click(self.mouse.row(words, self.drawer))
        settle(self.window)

    def said(self) -> str:
        """What the message bar says."""
        drawer = self.window.drawer
        bar = self.window.messages if drawer is None else drawer.messages
        message = bar.current()
        return "" if message is None else f"{message.text} {message.advice}"

    def takes_back(self) -> bool:
        """Whether 撤销 is offered."""
        message = self.window.messages.current()
        return message is not None and message.act is not None and message.act[0] == "撤销"


def _somebody_else(grid: SmallGrid, role: str) -> Ledger:
    """What another person wrote, as if it had come with a sync."""
    other = Me(name_of(0xB9), "other", "另一位", role, (TOWN,))
    return Ledger(grid.store, other, clock=lambda: MORNING, new_id=grid.work.references.new_id)


def _remove(grid: SmallGrid, kind: str, record: str) -> None:
    _somebody_else(grid, "supervisor").remove(kind, record)


@pytest.fixture
def li(desk_of: Callable[[str], SmallGrid], open_window: Callable[[SmallGrid], Opened]) -> Opened:
    """The mediator's window."""
    grid = desk_of("mediator")
    parties = {
        name_of(0xE211): {"name": "陈阿毛", "role": "applicant", "phone": "13805750003", **TOLD},
        name_of(0xE212): {"name": "周伟明", "role": "respondent", "phone": "13805750004", **TOLD},
    }
    grid.ledger.save("mediation_case", {"parties": parties}, CASE)
    return open_window(grid)


@pytest.fixture
def case(li: Opened) -> Case:
    """The mediator before the dispute that is being mediated."""
    return Case(li)


@pytest.fixture
def wangs(opened: Opened) -> Case:
    """The grid worker before the same dispute; the town's cases are not on her desk."""
    assert opened.grid.store.drop_bucket(BUCKETS["case"][0])
    return Case(opened)


# ---------------------------------------------------------------------- sessions


def test_from_the_list_to_a_kept_session_takes_four_clicks(li: Opened) -> None:
    li.window.go("disputes")
    settle(li.window)
    mouse = Mouse(li.window)
    mouse.click(mouse.row("陈阿毛"))
    settle(li.window)
    mouse.press("记一次调解")
    box = QApplication.focusWidget()
    assert box is not None
    assert box.accessibleName() == "调解过程"
    write(box, "双方都到场，量了界址，同意下周再谈。")
    mouse.press("结果：择日再调")
    mouse.press("保存", li.window.drawer, number=0)
    assert mouse.clicks == 4
    kept = li.grid.ledger.find("mediation_session", (("number", "=", 2),))[0]
    assert kept["process"] == "双方都到场，量了界址，同意下周再谈。"
    assert kept["next_at"] == WEEK_LATER
    assert kept["held_at"] == MORNING
    assert kept["mediator"] == LI
    assert sorted(each["name"] for each in kept["participants"].values()) == ["周伟明", "陈阿毛"]
    assert li.grid.ledger.get("dispute", DISPUTE)["next_at"] == WEEK_LATER
    assert "已约：第 3 次调解" in words_of(li.window)


def test_the_session_drawer_is_wide_and_has_one_box_per_party(case: Case) -> None:
    case.mouse.press("记一次调解")
    assert case.drawer.design_width == WIDE
    case.write("陈阿毛的意见", "要求拆墙。")
    case.write("周伟明的意见", "只肯让半尺。")
    case.write("调解过程", "分头谈过。")
    case.mouse.press("结果：中止", case.drawer)
    case.save()
    opinions = case.sessions[-1]["opinions"].values()
    assert sorted((each["party"], each["text"]) for each in opinions) == [
        ("周伟明", "只肯让半尺。"),
        ("陈阿毛", "要求拆墙。"),
    ]


def test_the_next_date_is_asked_for_only_when_there_is_to_be_one(case: Case) -> None:
    case.mouse.press("记一次调解")
    row = case.drawer.form.row("next_at")
    assert not row.isVisible()
    case.mouse.press("结果：择日再调", case.drawer)
    assert row.isVisible()
    case.mouse.press("3 天后", case.drawer)
    assert case.drawer.form.values()["next_at"] == WEEK_LATER - 4 * DAY
    case.mouse.press("结果：未达成", case.drawer)
    assert not row.isVisible()
    assert case.drawer.form.values()["next_at"] is None


def test_who_may_remove_a_session_takes_it_back_with_everything(
    desk_of: Callable[[str], SmallGrid], open_window: Callable[[SmallGrid], Opened]
) -> None:
    case = Case(open_window(desk_of("supervisor")))
    case.mouse.press("记一次调解")
    case.write("调解过程", "量了界址。")
    case.mouse.press("结果：择日再调", case.drawer)
    case.save()
    assert len(case.sessions) == 2
    assert case.takes_back()
    case.window.undo_last()
    assert len(case.sessions) == 1
    assert case.fields.get("next_at") is None


def test_who_may_not_is_not_offered_it(case: Case) -> None:
    case.mouse.press("记一次调解")
    case.write("调解过程", "量了界址。")
    case.mouse.press("结果：择日再调", case.drawer)
    case.save()
    assert "已记下这次调解" in case.said()
    assert not case.takes_back()


def test_an_agreement_at_a_session_moves_the_dispute_and_asks_for_its_words(case: Case) -> None:
    case.mouse.press("记一次调解")
    case.write("调解过程", "都让了一步。")
    case.mouse.press("结果：达成协议", case.drawer)
    assert "这一步不能撤销" in case.words()
    case.save()
    assert case.fields["state"] == "agreed"
    assert not case.takes_back()
    assert "还没有登记协议内容" in case.words()
    case.window.messages.press_act()
    case.write("协议内容", "墙退后半尺，周伟明四月底前完工。")
    case.save("登记协议")
    assert case.case["agreement"] == "墙退后半尺，周伟明四月底前完工。"
    assert case.fields["outcome"] == "已达成书面协议。"
    assert "还没有登记协议内容" not in case.words()
    assert "司法确认" in case.words()


def test_what_a_worker_reads_of_an_agreement_tells_nothing_of_its_content(case: Case) -> None:
    case.step("达成协议")
    case.write("协议内容", "赔偿三千元。")
    case.save("登记协议")
    assert "三千" not in str(case.fields)


def test_a_session_without_an_agreement_ends_the_attempt(case: Case) -> None:
    case.mouse.press("记一次调解")
    case.write("调解过程", "谈不拢。")
    case.mouse.press("结果：未达成", case.drawer)
    case.save()
    assert case.fields["state"] == "failed"
    assert case.fields["outcome"]
    stepper = case.window.findChild(Stepper)
    assert stepper is not None
    assert "未达成（4/5）" in stepper.accessibleName()


def test_nothing_is_kept_without_the_text_and_the_result(case: Case) -> None:
    case.mouse.press("记一次调解")
    case.save()
    assert len(case.sessions) == 1
    assert "请填写调解过程。" in case.words()
    assert "请填写结果。" in case.words()


def test_before_the_first_session_everybody_is_told_his_rights(li: Opened) -> None:
    parties = {name_of(0xE211): {"name": "陈阿毛", "consents": True}, name_of(0xE212): {"name": "周伟明", **TOLD}}
    li.grid.ledger.save("mediation_case", {"parties": parties}, CASE)
    for session in li.grid.records("mediation_session", dispute=DISPUTE):
        _remove(li.grid, "mediation_session", session["id"])
    case = Case(li)
    case.mouse.press("记一次调解")
    assert "还有 1 方没有登记“已告知权利义务”" in case.said()
    assert case.drawer.accessibleName() == "当事人"
    case.mouse.press("当事人 1：已告知权利义务：填日期", case.drawer)
    case.save()
    assert isinstance(case.drawer, SessionDrawer), "with the notice given the session can begin"


def test_what_was_typed_and_left_is_there_again(case: Case) -> None:
    case.mouse.press("记一次调解")
    case.write("调解过程", "刚开始谈")
    case.write("周伟明的意见", "不同意")
    case.mouse.press("参加人：周伟明", case.drawer)
    case.window.close_drawer()
    [draft] = case.grid.ledger.drafts()
    case.window.go("today")
    case.opened.desktop.open_draft(draft.key)
    settle(case.window)
    assert isinstance(case.drawer, SessionDrawer)
    assert case.mouse.field(QPlainTextEdit, "调解过程", case.drawer).toPlainText() == "刚开始谈"
    assert case.mouse.field(QPlainTextEdit, "周伟明的意见", case.drawer).toPlainText() == "不同意"
    boxes = [each for each in case.drawer.findChildren(QPlainTextEdit) if each.accessibleName().endswith("的意见")]
    assert sorted(each.accessibleName() for each in boxes if each.isVisible()) == ["周伟明的意见", "陈阿毛的意见"]
    pills = [each for each in case.drawer.findChildren(QPushButton) if each.accessibleName().startswith("参加人：")]
    there = {each.accessibleName(): each.isChecked() for each in pills if each.isVisible()}
    assert there == {"参加人：陈阿毛（申请人）": True, "参加人：周伟明（被申请人）": False}
    case.mouse.press("结果：中止", case.drawer)
    case.save()
    assert case.grid.ledger.drafts() == []


def test_who_else_took_part_is_added_by_a_word(case: Case) -> None:
    case.mouse.press("记一次调解")
    case.write("调解过程", "村里也来了人。")
    case.mouse.press("参加人：周伟明", case.drawer)
    write(case.mouse.field(QLineEdit, "添加参加人", case.drawer), "马国权 村调解员")
    case.mouse.press("结果：中止", case.drawer)
    case.save()
    people = case.sessions[-1]["participants"].values()
    assert sorted((each["name"], each["standing"]) for each in people) == [("陈阿毛", "申请人"), ("马国权", "村调解员")]


def test_a_session_is_read_again_and_corrected_until_it_is_signed(case: Case) -> None:
    case.mouse.click(_entry(case, "第 1 次调解"))
    assert "双方到场，同意先量界址。" in words_of(case.drawer)
    case.mouse.press("修改这次记录", case.drawer)
    write(_process(case), "并约好带图纸。")
    case.mouse.press("各方已签字：是", case.drawer)
    case.save()
    assert case.sessions[0]["process"] == "双方到场，同意先量界址。并约好带图纸。"
    assert case.fields["state"] == "mediating", "correcting a record moves nothing"
    case.mouse.click(_entry(case, "第 1 次调解"))
    with pytest.raises(AssertionError):
        case.mouse.button("修改这次记录", case.drawer)


def _entry(case: Case, title: str) -> Any:
    from gridworker.ui.widgets.timeline import TimelineEntry

    settle(case.window)
    return next(each for each in case.window.findChildren(TimelineEntry) if title in each.accessibleName())


def _process(case: Case) -> QPlainTextEdit:
    box = case.mouse.field(QPlainTextEdit, "调解过程", case.drawer)
    box.moveCursor(box.textCursor().MoveOperation.End)
    return box


def test_a_signed_session_is_only_added_to(case: Case) -> None:
    session = case.sessions[0]
    case.grid.ledger.save("mediation_session", {"signed": True}, session["id"])
    case.window.redraw(frozenset({"mediation_session"}))
    case.mouse.click(_entry(case, "第 1 次调解"))
    case.mouse.press("补充", case.drawer)
    assert "请写明要补充什么。" in words_of(case.drawer)
    case.write("补充记录", "会后陈阿毛来电，同意让一尺。")
    case.mouse.press("补充", case.drawer)
    [addendum] = case.sessions[0]["addenda"].values()
    assert addendum == {"at": MORNING, "text": "会后陈阿毛来电，同意让一尺。"}
    assert case.sessions[0]["process"] == session["process"]
    assert "补充 1 条" in str([each.text() for each in _chips(case)])


def _chips(case: Case) -> list[Any]:
    from gridworker.ui.widgets import Chip

    settle(case.window)
    return case.window.findChildren(Chip)


# ---------------------------------------------------------------------- accepting


def test_a_dispute_is_accepted_when_every_party_consents_and_not_before(li: Opened) -> None:
    case = Case(li, FRESH)
    case.mouse.press("受理")
    case.save("受理")
    assert "至少要登记两方当事人" in case.words()
    for number, name in ((1, "马小燕"), (2, "钱金水")):
        write(case.mouse.field(QLineEdit, f"当事人 {number}：姓名或单位", case.drawer), name)
    case.save("受理")
    assert "还有 2 方没有确认同意调解" in case.words()
    case.mouse.press("当事人 1：同意调解：是", case.drawer)
    case.mouse.press("当事人 2：同意调解：否", case.drawer)
    case.save("受理")
    assert "人民调解法第十七条" in case.words()
    assert case.fields["state"] == "registered"
    assert case.case == {}
    case.mouse.press("当事人 2：同意调解：是", case.drawer)
    case.save("受理")
    assert case.fields["state"] == "accepted"
    assert case.fields["due"] == "2026-04-02"
    assert case.fields["mediator"] == LI
    assert case.case["accepted_on"] == "2026-03-02"
    acts = {change.act for change in case.grid.waiting() if change.record in (FRESH, case.case["id"])}
    assert len(acts) == 1, "one act: the case, the deadline, the step"
    assert not case.takes_back()


def test_until_the_centre_numbers_it_the_number_is_called_provisional(li: Opened) -> None:
    li.grid.store.set_meta("device", "01900000-0000-7000-8000-00000000ab12")
    case = _accepted(li)
    assert case.case["provisional_no"] == "暂-ab12-2"
    assert li.window.page_head("case")._context.text() == "暂编号 暂-ab12-2"


def _accepted(li: Opened) -> Case:
    case = Case(li, FRESH)
    parties = {name_of(0xE1A1): {"name": "马小燕"}, name_of(0xE1A2): {"name": "钱金水"}}
    li.grid.ledger.save("dispute", {"parties": parties}, FRESH)
    li.window.redraw(frozenset({"dispute"}))
    case.mouse.press("受理")
    for number in (1, 2):
        case.mouse.press(f"当事人 {number}：同意调解：是", case.drawer)
    case.save("受理")
    return case


def test_a_number_once_given_is_not_given_again(li: Opened) -> None:
    case = _accepted(li)
    first = case.case["provisional_no"]
    _remove(li.grid, "mediation_case", case.case["id"])
    other = li.grid.ledger.save("dispute", {"title": "另一件", "grid": GRID, "dispute_type": "02"}).id
    li.grid.ledger.save(
        "dispute", {"parties": {name_of(0xE1B1): {"name": "甲"}, name_of(0xE1B2): {"name": "乙"}}}, other
    )
    case = Case(li, other)
    case.mouse.press("受理")
    for number in (1, 2):
        case.mouse.press(f"当事人 {number}：同意调解：是", case.drawer)
    case.save("受理")
    assert case.case["provisional_no"] != first


def test_a_worker_cannot_accept(opened: Opened) -> None:
    case = Case(opened, FRESH)
    with pytest.raises(AssertionError):
        case.mouse.button("受理")
    case.step("受理")
    assert "您的岗位不能办理“受理”" in case.said()
    assert case.fields["state"] == "registered"


# ---------------------------------------------------------------------- steps


def test_every_step_is_offered_and_the_blocked_ones_say_why(case: Case) -> None:
    case.mouse.press("更多")
    settle(case.window)
    rows = {row.accessibleName().split("，")[0]: row.accessibleName() for row in case.drawer.findChildren(ListRow)}
    for move in MACHINE.moves:
        assert move.title in rows
        lawful = "mediating" in move.sources
        reason = MACHINE.why_not("mediating", move.target, "mediator", {}) if move.target != "mediating" else "这一步"
        assert lawful == (reason not in rows[move.title] or not reason), move.title
    assert "现在是“调解中”，不能直接变为“已归档”" in rows["归档"]


def test_a_blocked_step_does_nothing_but_say_why(case: Case) -> None:
    case.step("归档")
    assert "现在是“调解中”，不能直接变为“已归档”" in case.said()
    assert case.fields["state"] == "mediating"


def test_from_the_session_to_the_archive(case: Case) -> None:
    case.step("达成协议")
    case.save("登记协议")
    assert "请写明协议内容" in case.words()
    case.write("协议内容", "墙退后半尺。")
    case.save("登记协议")
    case.mouse.press("登记回访")
    case.write("回访情况", "墙已退后，两家都满意。")
    case.mouse.press("已履行：是", case.drawer)
    case.save("登记回访")
    assert case.fields["state"] == "visited"
    assert case.fields["outcome"] == "已回访，协议已履行。"
    case.mouse.press("归档")
    assert "调解记录上各方的签字" in case.words(), "what the file lacks is said beforehand"
    case.save("归档")
    assert case.fields["state"] == "archived"
    assert case.case["end_reason"] == "agreed"
    assert case.case["closed_on"] == "2026-03-02"
    assert "已经办完，没有下一步。" in _more(case)


def _more(case: Case) -> str:
    case.mouse.press("更多")
    settle(case.window)
    return words_of(case.drawer)


def test_who_ends_a_mediation_is_reminded_of_the_other_ways(case: Case) -> None:
    case.step("调解未达成")
    assert "人民调解法第二十六条" in case.words()
    case.save("调解未达成")
    assert case.fields["state"] == "failed"
    assert case.case["end_reason"] == "not_agreed"


def test_a_failed_mediation_may_begin_again_and_that_can_be_taken_back(case: Case) -> None:
    case.step("调解未达成")
    case.save("调解未达成")
    case.step("开始调解")
    case.mouse.press("开始调解", case.drawer)
    assert case.fields["state"] == "mediating"
    assert case.takes_back()
    case.window.undo_last()
    assert case.fields["state"] == "failed"


def test_a_refusal_is_explained(li: Opened) -> None:
    case = Case(li, FRESH)
    case.step("不予受理")
    case.save("不予受理")
    assert "请写明不予受理的理由。" in case.words()
    write(case.mouse.field(QLineEdit, "结果摘要", case.drawer), "钱金水明确拒绝调解。")
    case.save("不予受理")
    assert case.fields["state"] == "refused"
    assert case.fields["outcome"] == "钱金水明确拒绝调解。"


def test_a_worker_hands_over_what_may_flare_up(wangs: Case) -> None:
    wangs.step("移送有关部门")
    wangs.save("移送有关部门")
    assert "请写明移送到哪里，或者何时报告了谁。" in wangs.words()
    write(wangs.mouse.field(QLineEdit, "报告公安情况", wangs.drawer), "3月2日电话报告谷来派出所。")
    wangs.save("移送有关部门")
    assert wangs.fields["state"] == "transferred"


def test_a_party_may_withdraw_at_any_time_and_the_worker_is_asked_once(wangs: Case) -> None:
    wangs.step("当事人撤回")
    assert "不能撤销" in wangs.words()
    assert wangs.fields["state"] == "mediating"
    wangs.mouse.press("先不办", wangs.drawer)
    assert wangs.fields["state"] == "mediating"
    wangs.step("当事人撤回")
    wangs.mouse.press("当事人撤回", wangs.drawer)
    assert wangs.fields["state"] == "withdrawn"


def test_with_everybodys_consent_the_time_limit_is_one_month_longer(case: Case) -> None:
    case.step("延长调解期限")
    case.mouse.press("各方都同意，延长", case.drawer)
    assert case.case["extended"] is True
    assert case.case["due"] == case.fields["due"] == "2026-04-28"
    case.mouse.press("更多")
    settle(case.window)
    with pytest.raises(AssertionError):
        case.mouse.row("延长调解期限", case.drawer)
    case.window.close_drawer()
    case.window.undo_last()
    assert case.fields["due"] == "2026-03-12"


def test_somebody_elses_step_is_not_overwritten_unseen(case: Case) -> None:
    case.mouse.press("记一次调解")
    case.write("调解过程", "谈成了。")
    case.mouse.press("结果：达成协议", case.drawer)
    case.grid.ledger.move("dispute", DISPUTE, "withdrawn")
    case.save()
    assert "现在是“已撤回”" in case.said()
    assert len(case.sessions) == 1, "all of the act or nothing"
    assert case.mouse.field(QPlainTextEdit, "调解过程", case.drawer).toPlainText() == "谈成了。"


# ---------------------------------------------------------------------- what each may see


def test_a_worker_sees_the_state_the_next_date_and_the_outcome_and_never_a_session(wangs: Case) -> None:
    grid = wangs.grid
    row = grid.store.get("dispute", DISPUTE)
    assert row is not None
    assert grid.ledger.count("mediation_session") == 0
    words = wangs.words()
    assert "办理情况" in words
    assert "调解中" in words
    assert "调解记录、证据和协议由镇调解委员会保管" in words
    assert "同意先量界址" not in words
    assert "第 1 次调解" not in words


def test_a_worker_sees_when_it_goes_on(wangs: Case) -> None:
    _somebody_else(wangs.grid, "mediator").save(
        "dispute", {"next_at": MORNING + 2 * DAY, "outcome": "双方同意先量界址。"}, DISPUTE
    )
    wangs.window.redraw(frozenset({"dispute"}))
    words = wangs.words()
    assert "下次调解\n3月4日 09:14" in words
    assert "已约调解" in words, "how many sessions there were is not for her"
    assert "双方同意先量界址。" in words


def test_a_case_that_has_not_been_downloaded_says_so(li: Opened) -> None:
    _remove(li.grid, "mediation_case", CASE)
    li.grid.store._file.db.execute("UPDATE bucket SET state = 'loading' WHERE id = ?", (BUCKETS["case"][0],))
    case = Case(li)
    assert "案件还没有下载到本机" in case.words()
    with pytest.raises(AssertionError):
        case.mouse.button("记一次调解")
    case.step("达成协议")
    assert "还没有下载到本机，请先同步" in case.said()


def test_a_case_that_may_be_for_named_people_alone_says_so(li: Opened) -> None:
    _remove(li.grid, "mediation_case", CASE)
    case = Case(li)
    assert "这个案件不在您的范围内，可能限定了由指定的人办理" in case.words()
    with pytest.raises(AssertionError):
        case.mouse.button("记一次调解")
    case.step("达成协议")
    assert "请联系督导" in case.said()


def test_a_supervisor_of_a_whole_county_learns_that_the_case_is_not_for_him(
    desk_of: Callable[[str], SmallGrid], open_window: Callable[[SmallGrid], Opened]
) -> None:
    grid = desk_of("supervisor")
    assert grid.store.drop_bucket(BUCKETS["case"][0])
    case = Case(open_window(grid))
    assert "这个乡镇的案件不在您的范围内" in case.words()
    with pytest.raises(AssertionError):
        case.mouse.button("记一次调解")


def test_telephones_are_masked_until_somebody_asks_and_that_is_noted(case: Case) -> None:
    assert "138****0003" in case.words()
    assert "13805750003" not in case.words()
    case.mouse.press("查看电话：陈阿毛")
    assert "13805750003" in case.said()
    [noted] = case.grid.records("audit", act="reveal")
    assert (noted["record_kind"], noted["record"]) == ("mediation_case", CASE)


def test_a_dispute_is_registered_by_its_parties_and_named_after_them(opened: Opened) -> None:
    opened.window.go("disputes")
    settle(opened.window)
    mouse = Mouse(opened.window)
    mouse.press("登记纠纷")
    focus = QApplication.focusWidget()
    assert focus is not None
    assert focus.accessibleName() == "当事人 1：姓名或单位"
    case = Case.__new__(Case)
    case.opened, case.grid, case.window, case.mouse = opened, opened.grid, opened.window, mouse
    write(mouse.field(QLineEdit, "当事人 1：姓名或单位", case.drawer), "马小燕")
    write(mouse.field(QLineEdit, "当事人 2：姓名或单位", case.drawer), "王国平")
    kinds = case.drawer.form.editor("dispute_type")
    kinds.set_value("02")
    kinds.changed.emit()
    assert case.drawer.form.values()["title"] == "马小燕与王国平邻里纠纷"
    case.save()
    [kept] = opened.grid.records("dispute", title="马小燕与王国平邻里纠纷")
    assert kept["grid"] == GRID
    assert kept["reported_at"] == MORNING
    assert sorted(each["role"] for each in kept["parties"].values()) == ["applicant", "respondent"]
    assert case.takes_back()
    opened.window.undo_last()
    assert opened.grid.records("dispute", title="马小燕与王国平邻里纠纷") == []


def test_a_name_that_was_written_by_hand_stays(opened: Opened) -> None:
    opened.desktop._cases.register()
    case = Case.__new__(Case)
    case.opened, case.grid, case.window, case.mouse = opened, opened.grid, opened.window, Mouse(opened.window)
    write(case.mouse.field(QLineEdit, "纠纷名称", case.drawer), "后岸路排水纠纷")
    write(case.mouse.field(QLineEdit, "当事人 1：姓名或单位", case.drawer), "马小燕")
    assert case.drawer.form.values()["title"] == "后岸路排水纠纷"


def test_who_looks_after_several_grids_is_asked_which(li: Opened) -> None:
    li.desktop._cases.register()
    drawer = li.window.drawer
    assert drawer is not None
    assert "grid" in drawer.form.values()  # type: ignore[attr-defined]


def test_f2_and_ctrl_n_are_the_ways_of_the_keyboard(case: Case) -> None:
    case.window.acts.trigger("edit")
    assert case.drawer.accessibleName() == "修改纠纷登记"
    case.window.close_drawer()
    case.window.acts.trigger("new")
    assert isinstance(case.drawer, SessionDrawer)
    QTest.keyClick(case.window, Qt.Key.Key_Escape)


@pytest.mark.parametrize(
    ("fields", "case", "way"),
    [
        ({"state": "registered"}, None, (USUAL, 0, False)),
        ({"state": "mediating", "due": "2026-04-02"}, None, (USUAL, 2, False)),
        ({"state": "refused"}, None, (("登记", "不予受理", "归档"), 1, True)),
        ({"state": "withdrawn", "due": "2026-04-02"}, None, (("登记", "受理", "当事人撤回", "归档"), 2, True)),
        ({"state": "transferred"}, None, (("登记", "移送", "归档"), 1, False)),
        ({"state": "archived"}, {"agreed_on": "2026-03-02"}, (USUAL, 5, False)),
        (
            {"state": "archived"},
            {"end_reason": "not_agreed"},
            (("登记", "受理", "调解", "未达成", "归档"), 4, False),
        ),
        ({"state": "archived", "due": "2026-04-02"}, None, (("登记", "受理", "办理", "归档"), 3, False)),
    ],
)
def test_the_stepper_shows_the_way_that_was_really_gone(
    fields: dict[str, str], case: dict[str, str] | None, way: tuple[tuple[str, ...], int, bool]
) -> None:
    assert steps(fields, case) == way


@pytest.mark.parametrize(("scale", "width"), [(1.0, 1366), (1.4, 1366), (1.0, 1024)])
def test_everything_can_be_read_and_has_a_name(case: Case, theme: Theme, scale: float, width: int) -> None:
    theme.set_scale(scale)
    case.window.resize(width, 690)
    for form in ("", "记一次调解", "更多", "修改登记"):
        if form:
            case.mouse.press(form)
        settle(case.window)
        assert cut_off(case.window) == [], form
        assert nameless(case.window) == [], form
        case.window.close_drawer()

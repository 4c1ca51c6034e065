"""A form made from a kind: what is wrong is said at the field, all at once, and the first gets the focus."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QApplication, QComboBox, QWidget
from pytestqt.qtbot import QtBot

from gridworker.records import KINDS
from gridworker.ui.forms.editors import ManyEditor
from gridworker.ui.forms.record_form import RecordForm
from gridworker.ui.widgets import Line, Scroll
from tests.helpers.legible import nameless, settle
from tests.helpers.mouse import Mouse, words_of, write
from tests.helpers.small_grid import ID_NUMBER, SmallGrid, name_of

PERSON = (("", ("name", "id_number", "phone", "birth_date")), ("其他", ("population", "note")))
Show = Callable[[QWidget], QWidget]


@pytest.fixture
def form(grid: SmallGrid, shown: Show) -> RecordForm:
    """The form of a person."""
    form = RecordForm(KINDS["person"], grid.work.references, PERSON)
    shown(form)
    return form


def line(form: RecordForm, name: str) -> Line:
    """A line of the form."""
    return Mouse(form).field(Line, name)


def test_the_fields_stand_under_their_headings_and_have_names(form: RecordForm) -> None:
    assert "其他" in words_of(form)
    assert "姓名 *" in words_of(form), "what must be filled in is marked"
    assert nameless(form) == []


def test_what_fits_comes_back_as_it_is_kept(form: RecordForm) -> None:
    write(line(form, "姓名"), "王 桂英")
    write(line(form, "身份证号"), ID_NUMBER.lower())
    write(line(form, "联系电话"), "138-0575-0001")
    kept = form.checked()
    assert kept is not None
    assert (kept["name"], kept["id_number"], kept["phone"]) == ("王桂英", ID_NUMBER.upper(), "13805750001")
    assert kept["birth_date"] is None


def test_everything_wrong_is_said_at_its_field_and_the_first_gets_the_focus(form: RecordForm) -> None:
    write(line(form, "身份证号"), ID_NUMBER[:-1] + ("0" if ID_NUMBER[-1] != "0" else "1"))
    write(line(form, "联系电话"), "138057")
    assert form.checked() is None
    said = words_of(form)
    assert "请填写姓名" in said
    assert "校验位不对" in said
    assert "手机号应为 11 位，现有 6 位" in said
    assert QApplication.focusWidget() is line(form, "姓名")
    assert line(form, "姓名").property("wrong") is True


@pytest.mark.parametrize(
    ("number", "said"),
    [
        ("330683193002308229", "出生日期部分不对"),
        ("33068319411203", "应为 18 位，现有 14 位"),
        ("33068319411203822A", "含有其他字符"),
    ],
)
def test_an_impossible_id_number_is_said_with_its_reason(form: RecordForm, number: str, said: str) -> None:
    write(line(form, "姓名"), "王桂英")
    write(line(form, "身份证号"), number)
    assert form.checked() is None
    assert said in words_of(form)
    assert line(form, "身份证号").text() == number, "what was typed stays"


def test_the_red_goes_as_soon_as_one_mends_it(form: RecordForm) -> None:
    assert form.checked() is None
    write(line(form, "姓名"), "王")
    assert "请填写姓名" not in words_of(form)
    assert line(form, "姓名").property("wrong") is False


def test_what_the_ledger_refuses_is_shown_at_the_field_or_handed_back(form: RecordForm) -> None:
    assert form.show_wrong("phone", "这个号码已停用")
    assert "这个号码已停用" in words_of(form)
    assert QApplication.focusWidget() is line(form, "联系电话")
    assert not form.show_wrong("household", "不在这张表上")


def test_a_path_inside_a_list_is_shown_in_that_list(grid: SmallGrid, shown: Show) -> None:
    form = RecordForm(KINDS["dispute"], grid.work.references, (("", ("title", "parties")),))
    shown(form)
    entry = name_of(0x51)
    form.set_values({"title": "纠纷", "parties": {entry: {"name": "甲", "phone": "138"}}})
    settle(form)
    assert form.show_wrong(f"parties/{entry}/phone", "号码不对")
    assert "号码不对" in words_of(form)
    assert QApplication.focusWidget().accessibleName() == "当事人 1：联系电话"
    assert form.show_wrong("parties", "至少要有两方当事人")
    assert "至少要有两方当事人" in words_of(form)


def test_a_fault_inside_a_list_is_found_before_saving(grid: SmallGrid, shown: Show) -> None:
    form = RecordForm(KINDS["dispute"], grid.work.references, (("", ("title", "parties")),))
    shown(form)
    form.set_values({"title": "纠纷", "parties": {name_of(0x51): {"role": "applicant"}}})
    settle(form)
    assert form.checked() is None
    assert "请填写姓名或单位" in words_of(form)


def test_a_field_that_is_wrong_is_brought_into_sight(grid: SmallGrid, shown: Show, qtbot: QtBot) -> None:
    form = RecordForm(KINDS["person"], grid.work.references)
    scroll = Scroll()
    scroll.body.addWidget(form)
    scroll.resize(400, 300)
    shown(scroll)
    form.set_values({"name": "王", "household": name_of(1), "grid": name_of(2), "guardian_phone": "12"})
    settle(scroll)
    assert scroll.verticalScrollBar().value() == 0
    assert form.checked() is None
    box = Mouse(form).field(Line, "联系人电话")
    qtbot.waitUntil(lambda: not box.visibleRegion().isEmpty())


def test_a_page_may_have_a_better_editor_for_a_field(grid: SmallGrid, shown: Show) -> None:
    people = {name_of(1): "王桂英", name_of(2): "王小宝"}
    form = RecordForm(
        KINDS["key_group_tag"],
        grid.work.references,
        (("", ("tag", "person")),),
        editors={"person": lambda field, _: ManyEditor(field, people)},
    )
    shown(form)
    combo = Mouse(form).field(QComboBox, "本人")
    assert [combo.itemText(n) for n in range(combo.count())] == ["（未填）", "王桂英", "王小宝"]


def test_a_hint_stands_once(grid: SmallGrid, shown: Show) -> None:
    form = RecordForm(KINDS["household"], grid.work.references, (("", ("household_no", ("members", "present"))),))
    shown(form)
    settle(form)
    assert line(form, "户编号").placeholderText() == "户口簿号或本村编号，保留前面的 0"
    assert "户口簿号" not in words_of(form)
    assert line(form, "人口").y() == line(form, "常住人口").y(), "what belongs together stands side by side"


def test_one_second_after_the_last_change_it_is_time_for_the_draft(form: RecordForm, qtbot: QtBot) -> None:
    with qtbot.waitSignal(form.paused, timeout=3000):
        write(line(form, "姓名"), "王")
    form.set_values({"name": "李"})
    with qtbot.assertNotEmitted(form.paused, wait=1300):
        form.stop_pause()

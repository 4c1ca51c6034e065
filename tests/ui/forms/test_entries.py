"""A list inside a record: entries are added, filled in, taken out and put back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtWidgets import QApplication, QLineEdit

from gridworker.records.fields import Choice, Field, Name, Phone, Text
from gridworker.records.several import Entries
from gridworker.ui.forms.entries import EntryForm
from tests.helpers.legible import nameless, settle
from tests.helpers.mouse import Mouse, words_of, write
from tests.helpers.small_grid import name_of

Edit = Callable[[Field], Any]
ONE, TWO = name_of(0x51), name_of(0x52)
PARTIES = Entries(
    "parties",
    "当事人",
    fields=(
        Name("name", "姓名", required=True),
        Choice("role", "身份", choices={"applicant": "申请人", "respondent": "被申请人"}),
        Phone("phone", "联系电话"),
        Text("inner", "内部", hidden=True),
    ),
)


def titles(editor: Any) -> list[str]:
    """What stands over the entries, from above to below."""
    settle(editor)
    forms = [form for form in editor.findChildren(EntryForm) if form.isVisible()]
    return [words_of(form).splitlines()[0] for form in sorted(forms, key=lambda form: form.y())]


def test_an_entry_is_added_and_the_focus_is_in_it(edit: Edit) -> None:
    editor = edit(PARTIES)
    Mouse(editor).press("添加当事人")
    assert QApplication.focusWidget().accessibleName() == "当事人 1：姓名"
    write(QApplication.focusWidget(), "王桂英")
    (entry,) = editor.value().values()
    assert entry == {"name": "王桂英"}


def test_what_is_shown_comes_back_with_what_is_hidden(edit: Edit) -> None:
    editor = edit(PARTIES)
    value = {TWO: {"name": "乙"}, ONE: {"name": "甲", "role": "applicant", "inner": "x", "newer": 1}}
    editor.set_value(value)
    assert editor.value() == value
    assert titles(editor) == ["当事人 1", "当事人 2"]
    assert nameless(editor) == []


def test_an_entry_that_was_left_empty_is_none(edit: Edit) -> None:
    editor = edit(PARTIES)
    Mouse(editor).press("添加当事人")
    assert editor.value() == {}
    assert editor.faults() == []


def test_what_is_wrong_is_said_at_its_place_inside(edit: Edit) -> None:
    editor = edit(PARTIES)
    editor.set_value({ONE: {"name": "甲", "phone": "123"}, TWO: {"phone": "1380575"}})
    assert editor.faults() == [
        (f"{TWO}/name", "请填写姓名。"),
        (f"{TWO}/phone", "联系电话：手机号应为 11 位，现有 7 位，请核对。"),
    ]
    assert editor.show_wrong_inside(f"{TWO}/phone", "手机号应为 11 位")
    settle(editor)
    assert "手机号应为 11 位" in words_of(editor)
    assert editor.focus_on(f"{TWO}/phone").accessibleName() == "联系电话"
    assert QApplication.focusWidget().accessibleName() == "当事人 2：联系电话"
    editor.set_wrong(False)
    assert "手机号应为 11 位" not in words_of(editor)


def test_a_place_that_is_not_there_is_left_to_the_whole_list(edit: Edit) -> None:
    editor = edit(PARTIES)
    editor.set_value({ONE: {"name": "甲"}})
    assert not editor.show_wrong_inside(f"{TWO}/name", "缺")
    assert not editor.show_wrong_inside(f"{ONE}/unknown", "缺")
    assert editor.focus_on("nowhere").accessibleName() == "添加当事人"


def test_an_entry_taken_out_by_mistake_is_put_back_as_it_was(edit: Edit) -> None:
    editor = edit(PARTIES)
    value = {ONE: {"name": "甲"}, TWO: {"name": "乙", "phone": "13805750002"}}
    editor.set_value(value)
    settle(editor)
    mouse = Mouse(editor)
    mouse.press("移除当事人 1")
    assert editor.value() == {TWO: value[TWO]}
    assert titles(editor) == ["当事人 1"], "numbered anew"
    mouse.press("放回刚才移除的")
    assert editor.value() == value
    assert len(editor.told) == 2


def test_an_empty_entry_leaves_without_a_trace(edit: Edit) -> None:
    editor = edit(PARTIES)
    mouse = Mouse(editor)
    mouse.press("添加当事人")
    mouse.press("移除当事人 1")
    assert editor.value() == {}
    assert not [each for each in editor.findChildren(QLineEdit) if each.isVisible()]
    assert "放回" not in words_of(editor)

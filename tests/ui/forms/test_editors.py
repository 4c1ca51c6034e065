"""Each type of field has its editor: what is typed comes out as typed, and what is shown stays unchanged."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QPlainTextEdit

from gridworker.records import KINDS
from gridworker.records.fields import Choice, Day, Field, Flag, IdNumber, Moment, Money, Name, Phone, Ref, Text, Whole
from gridworker.records.kind import Role
from gridworker.records.several import Entries, Tags
from gridworker.records.wrong import Wrong
from gridworker.ui.album import Album
from gridworker.ui.background import Background
from gridworker.ui.forms.choose import editor_for
from gridworker.ui.forms.dates import DayEditor, MomentEditor
from gridworker.ui.forms.editors import FewEditor, ManyEditor, MoneyEditor, NumberEditor, TagsEditor, TextEditor
from gridworker.ui.forms.entries import EntriesEditor
from gridworker.ui.forms.reference import RefEditor
from tests.helpers.legible import nameless, settle
from tests.helpers.mouse import Mouse, write
from tests.helpers.small_grid import SmallGrid

Edit = Callable[[Field], Any]
FEW = {"home": "上门", "phone": "电话", "met": "路遇"}
MANY = {str(number): f"第 {number} 种" for number in range(9)}


@pytest.mark.parametrize(
    ("field", "editor"),
    [
        (Text("note", "备注"), TextEditor),
        (Name("name", "姓名"), TextEditor),
        (Phone("phone", "电话"), TextEditor),
        (IdNumber("id_number", "身份证号"), TextEditor),
        (Whole("members", "人口"), NumberEditor),
        (Money("amount", "金额"), MoneyEditor),
        (Flag("away", "外出"), FewEditor),
        (Choice("mode", "方式", choices=FEW), FewEditor),
        (Choice("sort", "类别", choices=MANY), ManyEditor),
        (Tags("tags", "标签", choices=FEW), TagsEditor),
        (Day("due", "期限"), DayEditor),
        (Moment("at", "时间"), MomentEditor),
        (Ref("household", "住户", to=("household",)), RefEditor),
        (Entries("parties", "当事人", fields=(Text("name", "姓名"),)), EntriesEditor),
    ],
)
def test_a_field_chooses_its_editor(field: Field, editor: type, edit: Edit) -> None:
    assert type(edit(field)) is editor


@pytest.mark.parametrize(
    "kind", [kind for kind in KINDS.values() if kind.rights.create - {Role.CENTRE}], ids=lambda kind: kind.name
)
def test_every_field_of_every_kind_that_people_write_can_be_edited(
    kind: Any, grid: SmallGrid, background: Background
) -> None:
    grid.work.references.album = Album(grid.ledger, background, grid.work.lane_ledger)
    for field in kind.fields:
        editor = editor_for(field, grid.work.references)
        assert editor.accessibleName() == field.title
        editor.set_value(None)
        assert editor.value() in (None, [], {})
        editor.deleteLater()


def test_a_line_is_typed_and_shown(edit: Edit) -> None:
    editor = edit(Text("note", "备注"))
    write(editor.findChild(QLineEdit), "在家")
    assert editor.value() == "在家"
    assert editor.told == ["在家"]
    editor.set_value("外出")
    assert editor.value() == "外出"
    assert editor.told == ["在家"], "what is shown was not typed"
    editor.set_value(None)
    assert editor.value() is None


def test_long_text_has_a_box_that_keeps_its_lines(edit: Edit) -> None:
    editor = edit(Text("note", "备注", lines=True, limit=5000))
    write(editor.findChild(QPlainTextEdit), "第一行\n第二行")
    assert editor.value() == "第一行\n第二行"


def test_too_long_a_text_is_let_in_whole_and_refused_with_its_length(edit: Edit) -> None:
    editor = edit(Text("note", "备注", lines=True, limit=500))
    write(editor.findChild(QPlainTextEdit), "好" * 20_000)
    assert len(editor.value()) == 20_000
    with pytest.raises(Wrong, match="现有 20000 个字"):
        editor.field.clean(editor.value())


def test_a_number_is_typed_and_what_is_none_is_said(edit: Edit) -> None:
    editor = edit(Whole("members", "人口", most=99))
    write(editor.findChild(QLineEdit), "4")
    assert editor.field.clean(editor.value()) == 4
    editor.set_value(12)
    assert editor.field.clean(editor.value()) == 12
    editor.set_value("四")
    with pytest.raises(Wrong, match="应当填写整数"):
        editor.field.clean(editor.value())


@pytest.mark.parametrize(
    ("typed", "fen"),
    [("1200", 120_000), ("1,200.5", 120_050), ("0.07", 7), ("12.30 元", 1230), ("１２００", 120_000)],
)
def test_money_is_typed_in_yuan_and_kept_in_fen(edit: Edit, typed: str, fen: int) -> None:
    editor = edit(Money("amount", "金额"))
    write(editor.findChild(QLineEdit), typed)
    assert editor.value() == fen
    assert editor.faults() == []


@pytest.mark.parametrize(("fen", "yuan"), [(120_000, "1200"), (120_050, "1200.50"), (7, "0.07")])
def test_money_is_shown_in_yuan(edit: Edit, fen: int, yuan: str) -> None:
    editor = edit(Money("amount", "金额"))
    editor.set_value(fen)
    assert editor.findChild(QLineEdit).text() == yuan
    assert editor.value() == fen


@pytest.mark.parametrize("typed", ["一千", "12.345", "-5", "1.2.3"])
def test_what_is_no_amount_is_said_with_an_example(edit: Edit, typed: str) -> None:
    editor = edit(Money("amount", "金额"))
    write(editor.findChild(QLineEdit), typed)
    ((place, reason),) = editor.faults()
    assert place == ""
    assert "例如 1200 或 1200.50" in reason
    assert editor.findChild(QLineEdit).text() == typed


def test_a_few_choices_are_all_in_sight_and_one_is_taken_back_by_pressing_it_again(edit: Edit) -> None:
    editor = edit(Choice("mode", "方式", choices=FEW))
    mouse = Mouse(editor)
    assert editor.value() is None
    mouse.press("方式：电话")
    mouse.press("方式：路遇")
    assert editor.value() == "met"
    assert not mouse.button("方式：电话").isChecked()
    mouse.press("方式：路遇")
    assert editor.value() is None
    assert not mouse.button("方式：路遇").isChecked()
    assert editor.told == ["phone", "met", None]


def test_a_choice_that_must_be_made_is_not_taken_back(edit: Edit) -> None:
    editor = edit(Choice("mode", "方式", choices=FEW, required=True))
    mouse = Mouse(editor)
    mouse.press("方式：电话")
    mouse.press("方式：电话")
    assert editor.value() == "phone"
    assert mouse.button("方式：电话").isChecked()


def test_yes_no_and_not_asked(edit: Edit) -> None:
    editor = edit(Flag("away", "外出"))
    assert editor.value() is None
    mouse = Mouse(editor)
    mouse.press("外出：否")
    assert editor.value() is False
    editor.set_value(True)
    assert mouse.button("外出：是").isChecked()


def test_many_choices_are_a_list_that_keeps_codes_it_does_not_know(edit: Edit) -> None:
    editor = edit(Choice("sort", "类别", choices=MANY))
    combo = editor.findChild(QComboBox)
    QTest.keyClick(combo, Qt.Key.Key_Down)
    assert editor.value() == "0"
    editor.set_value("77")
    assert editor.value() == "77", "a newer centre may know more"


def test_the_wheel_over_a_list_changes_nothing(edit: Edit) -> None:
    editor = edit(Choice("sort", "类别", choices=MANY))
    editor.set_value("3")
    combo = editor.findChild(QComboBox)
    turned = QWheelEvent(
        QPointF(5, 5),
        combo.mapToGlobal(QPointF(5, 5)),
        QPoint(),
        QPoint(0, -120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(combo, turned)
    assert editor.value() == "3"


def test_tags_are_switched_one_by_one_and_unknown_ones_stay(edit: Edit) -> None:
    editor = edit(Tags("tags", "标签", choices=FEW))
    editor.set_value(["phone", "newer"])
    mouse = Mouse(editor)
    mouse.press("标签：上门")
    mouse.press("标签：电话")
    assert editor.value() == ["home", "newer"]
    assert editor.told == [["home", "newer", "phone"], ["home", "newer"]]


@pytest.mark.parametrize(
    "field",
    [
        Text("note", "备注"),
        Choice("mode", "方式", choices=FEW),
        Choice("sort", "类别", choices=MANY),
        Tags("tags", "标签", choices=FEW),
        Day("due", "期限"),
        Moment("at", "时间"),
        Ref("household", "住户", to=("household",)),
        Entries("parties", "当事人", fields=(Text("name", "姓名"),)),
    ],
    ids=lambda field: field.type,
)
def test_an_editor_takes_the_focus_and_every_part_of_it_has_a_name(field: Field, edit: Edit) -> None:
    editor = edit(field)
    settle(editor)
    there = editor.focus_on("")
    assert QApplication.focusWidget() is (there.focusProxy() or there)
    assert nameless(editor) == []

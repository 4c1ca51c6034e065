"""A form in the drawer never loses what was typed: not when it closes, not when another wrote meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPlainTextEdit
from pytestqt.qtbot import QtBot

from gridworker.errors import DiskFull, NotAccepted, NotAllowed
from gridworker.records import KINDS
from gridworker.ui.forms.form_drawer import FormDrawer
from gridworker.ui.widgets import Line
from gridworker.ui.window import MainWindow
from tests.helpers.mouse import Mouse, words_of, write
from tests.helpers.notebook import LI, MORNING, Centre
from tests.helpers.small_grid import HOME, SmallGrid

SECTIONS = (("", ("head_name", "phone", "address", "tags", "note")),)
KEY = f"household:{HOME}"


class Desk:
    """A window in which the household 王桂英 is edited."""

    def __init__(self, window: MainWindow, grid: SmallGrid) -> None:
        self.window, self.grid = window, grid
        self.fails: Exception | None = None

    def edit(self) -> FormDrawer:
        """Opens the form."""
        ledger = self.grid.ledger
        initial = {**(ledger.get("household", HOME) or {}), "id": HOME}

        def save(kept: dict[str, Any]) -> Any:
            if self.fails is not None:
                raise self.fails
            return ledger.save("household", kept, HOME, seen=drawer.seen, draft=KEY)

        drawer = FormDrawer(
            self.grid.work,
            self.window,
            KINDS["household"],
            "修改住户",
            draft=KEY,
            save=save,
            done="已修改住户",
            sections=SECTIONS,
            initial=initial,
            seen=ledger.row("household", HOME),
        )
        self.window.open_drawer(drawer)
        return drawer

    def field(self, name: str) -> Line:
        """A line of the form."""
        return Mouse(self.window).field(Line, name)

    def other_writes(self, **fields: Any) -> None:
        """The centre brings a newer version by somebody else."""
        row = self.grid.ledger.row("household", HOME)
        assert row is not None
        fresh = row.copy()
        fresh.ver += 1
        fresh.mark = Centre().new_id()
        fresh.fields |= fields
        fresh.writers |= {name: [fresh.mark, LI, (MORNING + 1) << 16] for name in fields}
        page = Centre().page("grid", fresh).model_copy(update={"to": 10_000, "hash": ""})
        self.grid.store.receive(page)
        shown = self.grid.ledger.get("household", HOME)
        assert shown is not None
        assert fields.items() <= shown.items()


@pytest.fixture
def desk(window: MainWindow, grid: SmallGrid) -> Desk:
    return Desk(window, grid)


def shown(desk: Desk) -> dict[str, Any]:
    """The household as it stands."""
    return desk.grid.ledger.get("household", HOME) or {}


def test_a_change_is_saved_and_taken_back_from_the_message(desk: Desk) -> None:
    desk.edit()
    desk.field("联系电话").selectAll()
    write(desk.field("联系电话"), "13900000000")
    Mouse(desk.window).press("保存")
    assert shown(desk)["phone"] == "13900000000"
    assert desk.window.drawer is None
    Mouse(desk.window).press("撤销")
    assert shown(desk)["phone"] == "13805750001"


def test_only_what_was_changed_becomes_a_change(desk: Desk) -> None:
    desk.edit()
    write(Mouse(desk.window).field(QPlainTextEdit, "备注"), "养了两只羊")
    Mouse(desk.window).press("保存")
    assert [change.path for change in desk.grid.waiting()] == ["note"]


def test_a_form_saved_without_a_change_writes_nothing(desk: Desk) -> None:
    desk.edit()
    Mouse(desk.window).press("保存")
    assert desk.grid.waiting() == []
    assert desk.window.drawer is None
    assert "没有改动" in words_of(desk.window)


def test_the_draft_is_kept_after_a_second_and_found_again(desk: Desk, qtbot: QtBot) -> None:
    drawer = desk.edit()
    write(desk.field("户主"), "（新）")
    qtbot.waitUntil(lambda: desk.grid.ledger.draft(KEY) is not None, timeout=3000)
    assert "草稿已自动保存 09:14" in words_of(drawer)
    desk.window.close_drawer()
    again = desk.edit()
    assert "已恢复没写完的内容" in words_of(again)
    assert "（新）" in desk.field("户主").text()


def test_closing_keeps_what_was_typed_a_moment_ago(desk: Desk) -> None:
    desk.edit()
    write(desk.field("户主"), "甲")
    QTest.keyClick(desk.field("户主"), Qt.Key.Key_Escape)
    draft = desk.grid.ledger.draft(KEY)
    assert draft is not None
    assert draft.title == "修改住户：" + draft.fields["head_name"]


def test_what_was_emptied_stays_empty_in_the_draft(desk: Desk) -> None:
    desk.edit()
    desk.field("联系电话").clear()
    desk.window.close_drawer()
    desk.edit()
    assert desk.field("联系电话").text() == ""
    Mouse(desk.window).press("保存")
    assert "phone" not in shown(desk)


def test_a_form_put_back_as_it_was_leaves_no_draft(desk: Desk) -> None:
    drawer = desk.edit()
    before = desk.field("户主").text()
    write(desk.field("户主"), "甲")
    drawer.keep_draft()
    desk.field("户主").setText(before)
    desk.window.close_drawer()
    assert desk.grid.ledger.draft(KEY) is None


def test_throwing_a_draft_away_can_be_taken_back(desk: Desk) -> None:
    drawer = desk.edit()
    write(desk.field("户主"), "甲")
    drawer.keep_draft()
    mouse = Mouse(desk.window)
    mouse.press("放弃草稿")
    assert desk.field("户主").text() == "王桂英"
    assert desk.grid.ledger.draft(KEY) is None
    mouse.press("撤销")
    assert "甲" in desk.field("户主").text()
    assert desk.grid.ledger.draft(KEY) is not None


def test_a_draft_does_not_write_over_what_somebody_else_changed_meanwhile(desk: Desk) -> None:
    desk.edit()
    write(Mouse(desk.window).field(QPlainTextEdit, "备注"), "写到一半")
    desk.window.close_drawer()
    desk.other_writes(phone="13911111111")
    desk.edit()
    Mouse(desk.window).press("保存")
    assert shown(desk)["note"] == "写到一半"
    assert shown(desk)["phone"] == "13911111111", "he did not touch it"


def test_a_change_begun_before_the_other_one_says_what_it_was_begun_on(desk: Desk) -> None:
    seen = desk.grid.ledger.row("household", HOME)
    assert seen is not None
    desk.edit()
    desk.field("联系电话").setText("13922222222")
    desk.window.close_drawer()
    desk.other_writes(phone="13911111111")
    desk.edit()
    Mouse(desk.window).press("保存")
    (change,) = desk.grid.waiting()
    assert (change.path, change.value) == ("phone", "13922222222")
    assert change.parent == seen.writer("phone").change, "so that the centre sees two versions, not one"


def test_what_the_ledger_refuses_is_said_at_the_field_and_the_form_stays(desk: Desk) -> None:
    drawer = desk.edit()
    desk.fails = NotAccepted("这个地址不在本网格。", field="address")
    Mouse(desk.window).press("保存")
    assert desk.window.drawer is drawer
    assert "这个地址不在本网格" in words_of(drawer)
    assert QApplication.focusWidget() is desk.field("地址")


def test_what_has_no_field_is_said_over_the_form(desk: Desk) -> None:
    drawer = desk.edit()
    desk.fails = NotAllowed("您的岗位没有这项权限。", field="grid")
    Mouse(desk.window).press("保存")
    assert "您的岗位没有这项权限" in words_of(drawer)


def test_a_full_disk_loses_nothing_and_can_be_tried_again(desk: Desk) -> None:
    drawer = desk.edit()
    write(desk.field("户主"), "甲")
    desk.fails = DiskFull()
    mouse = Mouse(desk.window)
    mouse.press("保存")
    assert "保存失败：磁盘空间不足" in words_of(drawer)
    assert "甲" in desk.field("户主").text()
    desk.fails = None
    mouse.press("再试一次")
    assert "甲" in shown(desk)["head_name"]


def test_ctrl_enter_saves_and_ctrl_s_keeps_the_draft(desk: Desk) -> None:
    desk.edit()
    write(desk.field("户主"), "甲")
    QTest.keyClick(desk.field("户主"), Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert desk.grid.ledger.draft(KEY) is not None
    QTest.keyClick(desk.field("户主"), Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert "甲" in shown(desk)["head_name"]
    assert desk.grid.ledger.draft(KEY) is None


@pytest.mark.parametrize("role", ["grid_worker", "supervisor"])
def test_undo_and_redo_of_an_edit(desk_of: Callable[[str], SmallGrid], window: MainWindow, role: str) -> None:
    desk = Desk(window, desk_of(role))
    desk.edit()
    desk.field("联系电话").setText("13900000000")
    Mouse(window).press("保存")
    window.acts.trigger("undo")
    assert shown(desk)["phone"] == "13805750001"
    window.acts.trigger("redo")
    assert shown(desk)["phone"] == "13900000000"
    window.acts.trigger("undo")
    assert shown(desk)["phone"] == "13805750001"

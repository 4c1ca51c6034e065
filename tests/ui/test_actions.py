"""One list of acts: keys, menus, palette and sheet agree because they read it."""

import pytest
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QWidget

from gridworker.ui.actions import STANDARD, Act, Actions, shown_keys

# Keys of the whole desk and what each does: the worker's sheet.
KEYS = {
    "Ctrl+K": "palette",
    "Ctrl+N": "new",
    "Ctrl+Shift+N": "visit",
    "Ctrl+F": "filter",
    "Ctrl+Return": "save",
    "Ctrl+S": "keep",
    "Ctrl+Z": "undo",
    "Ctrl+Y": "redo",
    "F5": "sync",
    "Ctrl+P": "print",
    "Ctrl+E": "export",
    "Ctrl+L": "lock",
    "Ctrl++": "larger",
    "Ctrl+-": "smaller",
    "Ctrl+0": "usual_size",
    "Ctrl+Shift+D": "theme",
    "F1": "help",
    "F2": "edit",
    "Del": "remove",
    "Ctrl+/": "shortcuts",
}


@pytest.fixture
def desk(qtbot, theme):
    desk = QWidget()
    qtbot.addWidget(desk)
    return desk


@pytest.fixture
def acts(desk):
    return Actions(desk)


@pytest.mark.parametrize(("keys", "act_id"), KEYS.items())
def test_each_key_does_its_act(acts, keys, act_id):
    assert QKeySequence(keys) in acts.action(act_id).shortcuts()


def test_no_key_means_two_things():
    keys = [key for act in STANDARD for key in act.keys]
    assert len(keys) == len(set(keys))


def test_an_act_that_nobody_answers_is_neither_enabled_nor_offered(acts):
    assert not acts.action("sync").isEnabled()
    assert "sync" not in {act.id for act in acts.offered()}
    acts.bind("sync", lambda: None)
    assert acts.action("sync").isEnabled()
    assert "sync" in {act.id for act in acts.offered()}


def test_the_one_who_answers_last_answers(acts):
    done = []
    acts.bind("sync", lambda: done.append("old"))
    acts.bind("sync", lambda: done.append("new"))
    acts.trigger("sync")
    assert done == ["new"]


def test_the_sheet_names_the_keys_that_work_and_those_that_widgets_answer(acts):
    acts.bind("sync", lambda: None)
    sheet = dict(acts.sheet())
    assert ("立即同步", "F5") in sheet["同步与输出"]
    assert ("打开选中的一条", "Enter") in sheet["找"]
    assert all(title != "锁定" for titles in sheet.values() for title, _ in titles)


def test_a_page_adds_an_act_of_its_own_and_it_stands_in_a_menu(desk, acts):
    done = []
    acts.add(Act("report", "导出月报", ("Ctrl+M",)), lambda: done.append("报表"))
    menu = acts.menu(["report", "", "sync"], desk)
    assert [entry.text() for entry in menu.actions()] == ["导出月报", "", "立即同步"]
    menu.actions()[0].trigger()
    assert done == ["报表"]
    assert acts.action("report").toolTip() == "导出月报（Ctrl+M）"


def test_keys_are_shown_as_they_stand_on_the_keyboard():
    assert shown_keys(Act("save", "保存", ("Ctrl+Return", "Ctrl+Enter"))) == "Ctrl+Enter"

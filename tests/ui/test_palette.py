"""Ctrl+K, two letters, Enter."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QApplication

from gridworker.ui.palette import Hit

DONE = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def done(window, qtbot):
    """What was done from the palette, which is open."""
    done: list[str] = []

    def homes(text):
        names = [name for name in ("王桂英", "王霞洋", "吴建国") if text and text in name]
        return [
            Hit(
                name,
                run=lambda name=name: done.append(f"打开{name}"),
                group=f"住户（{len(names)}）",
                second=("记走访", lambda name=name: done.append(f"走访{name}")),
            )
            for name in names
        ]

    window.palette_box.add_provider(homes)
    window.acts.bind("sync", lambda: done.append("同步"))
    qtbot.keyClick(window, Qt.Key.Key_K, DONE)
    qtbot.waitUntil(window.palette_box.field.hasFocus)
    return done


@pytest.fixture
def typed(window, qtbot):
    def type_in(text):
        window.palette_box.field.setText(text)

    return type_in


def press(qtbot, window, key, modifiers=Qt.KeyboardModifier.NoModifier):
    qtbot.keyClick(window.palette_box.field, key, modifiers)


def test_control_k_opens_it_with_the_commands(window, done):
    palette = window.palette_box
    assert palette.isVisible()
    titles = [palette.list.item(row).text() for row in range(palette.list.count())]
    assert titles[0] == "命令"
    assert "立即同步" in titles


def test_enter_does_the_first_hit_even_before_the_pause_is_over(window, done, typed, qtbot):
    typed("王")
    press(qtbot, window, Qt.Key.Key_Return)
    assert done == ["打开王桂英"]
    assert not window.palette_box.isVisible()


def test_arrows_choose_and_skip_headings(window, done, typed, qtbot):
    typed("王")
    window.palette_box.field.search_now()
    press(qtbot, window, Qt.Key.Key_Down)
    press(qtbot, window, Qt.Key.Key_Return)
    assert done == ["打开王霞洋"]


def test_control_enter_logs_a_visit_for_the_one_picked(window, done, typed, qtbot):
    typed("吴")
    press(qtbot, window, Qt.Key.Key_Return, DONE)
    assert done == ["走访吴建国"]


def test_control_enter_on_a_command_does_nothing(window, done, typed, qtbot):
    typed("同步")
    press(qtbot, window, Qt.Key.Key_Return, DONE)
    assert done == []
    assert window.palette_box.isVisible()


def test_enter_while_a_word_is_being_spelled_belongs_to_the_input_method(window, done, qtbot):
    field = window.palette_box.field
    QApplication.sendEvent(field, QInputMethodEvent("wang", []))
    assert field.spelling
    press(qtbot, window, Qt.Key.Key_Return)
    assert done == []
    assert window.palette_box.isVisible()
    commit = QInputMethodEvent("", [])
    commit.setCommitString("王")
    QApplication.sendEvent(field, commit)
    assert field.text() == "王"
    press(qtbot, window, Qt.Key.Key_Return)
    assert done == ["打开王桂英"]


def test_commands_are_found_by_characters_in_order(window, done, typed, qtbot):
    typed("同步")
    press(qtbot, window, Qt.Key.Key_Return)
    assert done == ["同步"]


def test_pages_are_found_by_their_names(window, done, typed, qtbot):
    typed("住户")
    press(qtbot, window, Qt.Key.Key_Return)
    assert window.here == "homes"


def test_nothing_found_says_what_to_try(window, done, typed):
    typed("zzzz")
    window.palette_box.field.search_now()
    assert window.palette_box.current() is None
    assert window.palette_box._none.isVisible()


def test_escape_closes_it(window, done, qtbot):
    press(qtbot, window, Qt.Key.Key_Escape)
    assert not window.palette_box.isVisible()
    assert done == []


def test_a_click_does_what_was_clicked(window, done, typed, qtbot):
    typed("王")
    palette = window.palette_box
    palette.field.search_now()
    box = palette.list.visualItemRect(palette.list.item(2))
    qtbot.mouseClick(palette.list.viewport(), Qt.MouseButton.LeftButton, pos=box.center())
    assert done == ["打开王霞洋"]

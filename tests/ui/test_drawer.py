"""The drawer: write something down while the list stays in sight; Escape asks nothing."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication
from shiboken6 import delete

from gridworker.ui.drawer import WIDE, Drawer
from gridworker.ui.message_bar import Message
from gridworker.ui.widgets import PrimaryButton, TextBox


@pytest.fixture
def drawer(window, qtbot):
    drawer = Drawer("记走访")
    drawer.body.addWidget(TextBox("情况"))
    drawer.foot.addWidget(PrimaryButton("保存"))
    window.open_drawer(drawer)
    qtbot.waitUntil(lambda: drawer.first_field().hasFocus())
    return drawer


def test_it_stands_at_the_right_edge_from_top_to_bottom(window, drawer):
    assert drawer.width() == 500
    assert drawer.mapTo(window, QPoint(drawer.width(), drawer.height())) == QPoint(window.width(), window.height())


def test_escape_closes_it_and_gives_the_focus_back(window, drawer, qtbot):
    with qtbot.waitSignal(drawer.closed):
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Escape)
    assert window.drawer is None


def test_a_click_on_the_dimmed_list_closes_it(window, drawer, qtbot):
    with qtbot.waitSignal(drawer.closed):
        qtbot.mouseClick(drawer.parentWidget(), Qt.MouseButton.LeftButton, pos=QPoint(50, 300))


def test_a_click_inside_does_not(window, drawer, qtbot):
    qtbot.mouseClick(drawer, Qt.MouseButton.LeftButton, pos=QPoint(5, 5))
    assert window.drawer is drawer


def test_tab_stays_inside(window, drawer, qtbot):
    seen = set()
    for _ in range(12):
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        assert drawer.isAncestorOf(QApplication.focusWidget())
        seen.add(QApplication.focusWidget().accessibleName())
    assert {"情况", "保存", "关闭（草稿保留）"} <= seen
    here = QApplication.focusWidget()
    qtbot.keyClick(here, Qt.Key.Key_Backtab)
    assert QApplication.focusWidget() is not here
    assert drawer.isAncestorOf(QApplication.focusWidget())


def test_control_enter_hands_it_in_and_control_s_keeps_the_draft(window, drawer, qtbot):
    with qtbot.waitSignal(drawer.submitted):
        window.acts.trigger("save")
    with qtbot.waitSignal(drawer.keep):
        window.acts.trigger("keep")


def test_the_page_below_is_not_asked_while_it_is_open(window, drawer):
    window.acts.trigger("new")
    assert window.page("today").times("act") == []


def test_opening_another_closes_the_first(window, drawer, qtbot):
    with qtbot.waitSignal(drawer.closed):
        window.open_drawer(Drawer("记一次调解", width=WIDE))
    assert window.drawer.width() == 640


def test_it_grows_with_the_text_and_follows_the_window(window, drawer, theme):
    theme.set_scale(1.4)
    assert drawer.width() == 700
    window.resize(1200, 700)
    assert drawer.geometry().right() == 1199


def test_what_goes_wrong_while_it_is_open_is_said_in_it_and_afterwards_in_the_window(window, drawer):
    failure = Message("保存失败：磁盘空间不足", "bad")
    window.say(failure)
    assert drawer.messages.current() is failure
    assert window.messages.current() is None
    window.close_drawer()
    assert window.messages.current() == failure


def test_a_row_that_was_reloaded_meanwhile_gets_no_focus_back(window, drawer, qtbot):
    window.close_drawer()
    row = PrimaryButton("记走访")
    row.setParent(window)
    row.show()
    row.setFocus()
    window.open_drawer(Drawer("记走访"))
    delete(row)
    window.close_drawer()
    assert window.drawer is None


def test_another_page_closes_it(window, drawer, qtbot):
    with qtbot.waitSignal(drawer.closed):
        window.go("homes")


def test_closing_the_window_closes_it_first(window, drawer, qtbot):
    with qtbot.waitSignals([drawer.closed, window.closing], order="strict"):
        window.close()

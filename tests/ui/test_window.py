"""The frame: pages by key, messages, undo, sizes, and nothing cut off on a small laptop."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QWidget

from gridworker.errors import DiskFull
from gridworker.ui.message_bar import Message
from gridworker.ui.theme import SCALES
from gridworker.ui.undo import Undoable
from gridworker.ui.widgets import Elide, Line, TextBox
from gridworker.ui.window import LEAST, MainWindow
from tests.ui.gallery import sample_window

CONTROL = Qt.KeyboardModifier.ControlModifier
ALT = Qt.KeyboardModifier.AltModifier


def test_a_page_is_built_when_it_is_first_visited_and_only_then(window):
    homes = window.page("homes")
    assert homes.asked == []
    window.go("homes")
    window.go("today")
    window.go("homes")
    assert len(homes.times("build")) == 1
    assert len(homes.times("shown")) == 2


def test_alt_and_a_number_open_the_pages_in_order(window, qtbot):
    qtbot.keyClick(window, Qt.Key.Key_2, ALT)
    assert window.here == "homes"
    qtbot.keyClick(window, Qt.Key.Key_1, ALT)
    assert window.here == "today"


def test_the_rail_opens_pages_and_marks_the_one_in_front(window, qtbot):
    help_item = next(b for b in window.rail.findChildren(QAbstractButton) if b.accessibleName() == "帮助")
    qtbot.mouseClick(help_item, Qt.MouseButton.LeftButton)
    assert window.here == "help"
    assert help_item.isChecked()
    window.go("homes")
    assert not help_item.isChecked()


def test_another_page_is_shown_what_it_is_to_open_and_back_returns(window):
    window.go("homes", 17)
    assert window.page("homes").times("opened") == [17]
    window.back()
    assert window.here == "today"
    window.back()
    assert window.here == "today"


def test_a_change_reaches_the_page_in_front_now_and_the_others_when_they_are_visited(window):
    today, homes = window.page("today"), window.page("homes")
    window.go("homes")
    window.go("today")
    window.redraw(frozenset({"visit"}))
    window.redraw(frozenset({"household"}))
    assert today.times("redraw") == [frozenset({"visit"}), frozenset({"household"})]
    assert homes.times("redraw") == []
    window.go("homes")
    assert homes.times("redraw") == [frozenset({"visit", "household"})]
    assert window.page("help").asked == []


def test_the_pages_own_filter_gets_what_is_typed_in_its_head(window, qtbot):
    window.go("homes")
    qtbot.keyClick(window, Qt.Key.Key_F, CONTROL)
    field = window.page_head("homes").search_field
    assert field.hasFocus()
    qtbot.keyClicks(field, "wgy")
    qtbot.waitUntil(lambda: window.page("homes").times("search") == ["wgy"])


def test_without_a_filter_control_f_opens_the_palette(window, qtbot):
    qtbot.keyClick(window, Qt.Key.Key_F, CONTROL)
    assert window.palette_box.isVisible()


@pytest.mark.parametrize("act_id", ["new", "edit", "remove", "print", "export", "save", "keep"])
def test_the_page_in_front_answers_the_keys(window, act_id):
    window.acts.trigger(act_id)
    assert window.page("today").times("act") == [act_id]


def test_a_covered_page_is_not_asked(window):
    window.open_palette()
    window.acts.trigger("new")
    assert window.page("today").times("act") == []


def test_what_went_wrong_is_said_with_advice_and_can_be_tried_again(window):
    tries = []
    window.say_error(DiskFull(), retry=lambda: tries.append(1))
    told = window.messages.current()
    assert told.stays
    assert "磁盘空间不足" in told.text
    assert "腾出" in told.advice
    window.messages.press_act()
    assert tries == [1]


def test_control_z_takes_back_and_control_y_does_again(window, qtbot):
    bin_: list[str] = ["王桂英"]
    window.offer_undo(Undoable("已移到回收站：王桂英", undo=bin_.clear, redo=lambda: bin_.append("王桂英")))
    assert window.messages.current().act[0] == "撤销"
    qtbot.keyClick(window, Qt.Key.Key_Z, CONTROL)
    assert bin_ == []
    assert window.messages.current() == Message("已撤销：已移到回收站：王桂英", "info")
    qtbot.keyClick(window, Qt.Key.Key_Y, CONTROL)
    assert bin_ == ["王桂英"]
    assert window.messages.current().act[0] == "撤销"
    window.messages.press_act()
    assert bin_ == []


def test_control_z_in_a_text_takes_back_typing(window, qtbot):
    field = Line("电话")
    field.setParent(window)
    field.show()
    field.setFocus()
    undone: list[int] = []
    window.offer_undo(Undoable("删了", undo=lambda: undone.append(1)))
    qtbot.keyClicks(field, "138")
    qtbot.keyClick(field, Qt.Key.Key_Z, CONTROL)
    assert undone == []
    assert field.text() == ""


@pytest.mark.parametrize("field_class", [Line, TextBox])
@pytest.mark.parametrize("key", [Qt.Key.Key_K, Qt.Key.Key_E, Qt.Key.Key_N, Qt.Key.Key_P])
def test_a_text_field_never_takes_the_windows_keys(qtbot, theme, field_class, key):
    field = field_class("情况")
    qtbot.addWidget(field)
    asked = QKeyEvent(QEvent.Type.ShortcutOverride, key, CONTROL)
    QApplication.sendEvent(field, asked)
    assert not asked.isAccepted()


def test_size_and_theme_have_keys(window, theme, qtbot):
    qtbot.keyClick(window, Qt.Key.Key_Plus, CONTROL)
    assert theme.scale == 1.2
    qtbot.keyClick(window, Qt.Key.Key_Minus, CONTROL)
    assert theme.scale == 1.0
    theme.set_scale(1.4)
    qtbot.keyClick(window, Qt.Key.Key_0, CONTROL)
    assert theme.scale == 1.0
    qtbot.keyClick(window, Qt.Key.Key_D, CONTROL | Qt.KeyboardModifier.ShiftModifier)
    assert theme.scheme == "dark"


def test_large_text_counts_as_a_smaller_window(window, theme):
    window.resize(1366, 690)
    assert window.design_width() == 1366
    theme.set_scale(1.4)
    assert window.design_width() == 976
    assert window.page("today").times("fitted")[-1] == 976


def test_the_shortcut_sheet_opens_and_escape_closes_it(window, qtbot):
    qtbot.keyClick(window, Qt.Key.Key_Slash, CONTROL)
    assert window._sheet.isVisible()
    words = [label.text() for label in window._sheet.findChildren(QLabel)]
    assert "Ctrl+Enter" in words
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Escape)
    assert not window._sheet.isVisible()


def test_the_status_bar_says_the_state_in_words_and_hides_what_is_nought(window, qtbot):
    status = window.status
    status.show_sync("running", "正在同步 4/9")
    status.show_counts(5, 0)
    status.show_person("李秀兰·网格员")
    shown = [b.text() for b in status.findChildren(QAbstractButton) if b.isVisible()]
    assert shown == ["正在同步 4/9", "待上传 5", "数据已加密", "字号 标准", "深色", "李秀兰·网格员"]
    with qtbot.waitSignal(status.sync_pressed):
        status.findChildren(QAbstractButton)[0].click()


def test_a_count_on_the_rail_is_spoken_too(window):
    window.rail.set_count("homes", 6)
    names = [b.accessibleName() for b in window.rail.findChildren(QAbstractButton)]
    assert "住户，6" in names


class OtherWindows(QObject):
    """Notes every window that comes up and is not the desk."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
            self.seen.append(type(watched).__name__)
        return False


@pytest.fixture
def desk(qtbot, theme, background):
    """A window full of samples."""
    desk = sample_window(background)
    qtbot.addWidget(desk)
    desk.resize(LEAST)
    desk.show()
    return desk


PAGES = ("today", "homes", "visits", "case", "board", "sync")


def test_no_part_flashes_up_as_a_window_of_its_own(qapp, qtbot, theme, background):
    watch = OtherWindows()
    qapp.installEventFilter(watch)
    desk = sample_window(background)
    qtbot.addWidget(desk)
    desk.show()
    for key in PAGES:
        desk.go(key)
    qapp.removeEventFilter(watch)
    assert watch.seen == ["MainWindow"]


def cut(window: QWidget) -> list[str]:
    """Words that do not fit the place they stand in."""
    short = []
    for label in window.findChildren(QLabel):
        if not label.isVisible() or not label.text() or isinstance(label, Elide):
            continue
        needed = label.heightForWidth(label.width()) if label.wordWrap() else label.sizeHint().height()
        if label.height() < needed or (not label.wordWrap() and label.width() < label.sizeHint().width()):
            short.append(label.text())
    for button in window.findChildren(QAbstractButton):
        if button.isVisible() and button.text():
            need, have = button.sizeHint(), button.size()
            if have.width() < need.width() - 1 or have.height() < need.height() - 1:
                short.append(button.text())
    return short


@pytest.mark.parametrize("size", [LEAST, QSize(1366, 690)])
@pytest.mark.parametrize("scale", SCALES[:3])
def test_no_words_are_cut_off(desk, theme, qtbot, scale, size):
    desk.resize(size)
    theme.set_scale(scale)
    for key in PAGES:
        desk.go(key)
        QApplication.processEvents()
        assert cut(desk) == []
        assert desk.size() == size, f"{key} pushes the window wider"


def test_everything_that_takes_the_focus_has_a_name(desk: MainWindow):
    nameless = []
    for key in PAGES:
        desk.go(key)
        for part in desk.findChildren(QWidget):
            takes = part.focusPolicy() != Qt.FocusPolicy.NoFocus and part.isVisible()
            own = not part.objectName().startswith("qt_")
            if takes and own and not part.accessibleName() and not isinstance(part, QLabel):
                nameless.append(type(part).__name__)
    assert nameless == []


@pytest.mark.parametrize("scale", SCALES)
def test_every_page_stays_within_reach_on_a_small_laptop(desk, theme, scale):
    desk.resize(1366, 690)
    theme.set_scale(scale)
    QApplication.processEvents()
    for key in tuple(desk.rail.keys()):
        desk.go(key)
        QApplication.processEvents()
        item = desk.rail._items[key]
        assert item.visibleRegion().boundingRect().height() == item.height()
    assert desk.size() == QSize(1366, 690)


def test_at_the_largest_size_the_status_bar_keeps_the_counts(desk, theme):
    desk.resize(1366, 690)
    theme.set_scale(2.0)
    shown = [b.text() for b in desk.status.findChildren(QAbstractButton) if b.isVisible()]
    assert shown == ["正在同步 4/9", "5", "1", "", "", "", ""]
    theme.set_scale(1.0)
    assert desk.status.findChildren(QAbstractButton)[1].text() == "待上传 5"

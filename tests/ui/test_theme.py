"""A worker makes the text larger and the window dark, and it stays so."""

import pytest
from PySide6.QtCore import QDate, QLocale, Qt
from PySide6.QtGui import QGuiApplication, QPalette
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from gridworker.ui import fonts
from gridworker.ui.theme import SCALE_NAMES, SCALES, look, px
from gridworker.ui.widgets import Avatar, Column


def test_this_machine_can_draw_chinese(qapp):
    assert fonts.has_chinese()


def test_qts_own_words_are_chinese(qtbot, theme):
    box = QPlainTextEdit("一")
    qtbot.addWidget(box)
    words = " ".join(action.text() for action in box.createStandardContextMenu().actions())
    assert "粘贴" in words
    assert QLocale().toString(QDate(2026, 11, 21), "dddd") == "星期六"


def test_the_application_carries_one_look(theme):
    assert look() is theme


def test_dark_changes_palette_and_sheet(qtbot, theme, qapp):
    with qtbot.waitSignal(theme.changed):
        theme.set_mode("dark")
    assert theme.scheme == "dark"
    assert qapp.palette().color(QPalette.ColorRole.Window) == theme.colour("app")
    assert "#11151B" in qapp.styleSheet()


def test_what_is_painted_follows_every_switch(theme):
    """Colours, faces and short words are made once for a look, and made anew for the next one."""
    before = theme.colour("text"), theme.face()[0].pixelSize(), theme.label("独居老人").size().width()
    theme.set_mode("dark")
    assert theme.colour("text") != before[0]
    theme.set_scale(1.4)
    assert theme.face()[0].pixelSize() == round(15 * 1.4)
    assert theme.label("独居老人").size().width() > before[2] * 1.3
    theme.set_mode("light")
    theme.set_scale(1.0)
    assert (theme.colour("text"), theme.face()[0].pixelSize(), theme.label("独居老人").size().width()) == before


def test_a_theme_that_follows_the_desktop_has_the_desktops_scheme(theme):
    theme.set_mode("system")
    dark = QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
    assert theme.scheme == ("dark" if dark else "light")


@pytest.mark.parametrize("scale", SCALES)
def test_body_text_is_as_large_as_the_worker_chose(theme, qapp, scale):
    theme.set_scale(scale)
    assert qapp.font().pixelSize() == round(15 * scale)
    assert px(10) == round(10 * scale)
    assert SCALE_NAMES[scale]


def test_larger_and_smaller_stop_at_the_ends(theme):
    for _ in range(10):
        theme.step_scale(1)
    assert theme.scale == SCALES[-1]
    for _ in range(10):
        theme.step_scale(-1)
    assert theme.scale == SCALES[0]


def test_widgets_and_gaps_grow_with_the_text(qtbot, theme):
    box = QWidget()
    qtbot.addWidget(box)
    outer = Column(box, margins=(10, 0, 0, 0), gap=8)
    inner = Column(gap=20)
    outer.addLayout(inner)
    avatar = Avatar("王桂英", 40)
    inner.addWidget(avatar)
    theme.set_scale(2.0)
    assert avatar.width() == 80
    assert outer.contentsMargins().left() == 20
    assert inner.spacing() == 40

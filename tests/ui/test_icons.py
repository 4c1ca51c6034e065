"""Icons take the colour of the theme by themselves and stay sharp."""

import gc
import re
from pathlib import Path

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QIcon, QImage
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QPushButton

import gridworker
from gridworker.ui.icons import ICONS, app_icon, icon

DRAWINGS = sorted(ICONS.glob("*.svg"))
NAMES = sorted({re.sub(r"_(20|24)_(regular|filled)$", "", d.stem) for d in DRAWINGS} - {"gridworker"})
SOURCE = Path(gridworker.__file__).parent / "ui"


def strongest(image: QImage) -> QColor:
    """The colour of the pixel that is covered most."""
    points = [(x, y) for x in range(image.width()) for y in range(image.height())]
    best = max(points, key=lambda at: image.pixelColor(*at).alpha())
    return image.pixelColor(*best)


@pytest.mark.parametrize("name", NAMES)
def test_every_icon_has_both_grids_and_both_styles(name):
    for grid in (20, 24):
        for style in ("regular", "filled"):
            assert (ICONS / f"{name}_{grid}_{style}.svg").is_file()


def test_every_drawing_can_be_drawn(qapp):
    assert [d.name for d in DRAWINGS if not QSvgRenderer(str(d)).isValid()] == []


def test_every_icon_named_in_the_window_exists():
    named = re.compile(r'(?:icon_name=|icon = |[Ii]con\()"([a-z0-9_]+)"')
    used = {name for file in SOURCE.rglob("*.py") for name in named.findall(file.read_text("utf-8"))}
    assert used
    assert used - set(NAMES) == set()


def test_an_icon_follows_the_theme_without_being_told(theme):
    home = icon("home", "primary", sink=False)
    light = strongest(home.pixmap(QSize(24, 24), 1.0).toImage())
    theme.set_mode("dark")
    dark = strongest(home.pixmap(QSize(24, 24), 1.0).toImage())
    assert (light.name(), dark.name()) == ("#1b5ebe", "#5c9df5")


def test_a_checked_icon_is_filled_and_a_disabled_one_grey(theme):
    home = icon("home", "text2", on="primary")
    size = QSize(24, 24)
    on = home.pixmap(size, 1.0, QIcon.Mode.Normal, QIcon.State.On).toImage()
    off = home.pixmap(size, 1.0, QIcon.Mode.Disabled, QIcon.State.Off).toImage()
    assert strongest(on) == theme.colour("primary")
    assert strongest(off) == theme.colour("ctl")


@pytest.mark.parametrize("ratio", [1.0, 1.25, 1.5, 2.0])
def test_an_icon_has_as_many_dots_as_the_screen(theme, ratio):
    pixmap = icon("home").pixmap(QSize(24, 24), ratio)
    assert pixmap.width() == round(24 * ratio)
    assert pixmap.devicePixelRatio() == ratio


def test_icons_outlive_their_makers(qtbot, theme):
    buttons = []
    for _ in range(200):
        button = QPushButton("记走访")
        qtbot.addWidget(button)
        button.setIcon(QIcon(icon("notebook_add")))
        buttons.append(button)
    gc.collect()
    assert all(not button.grab().isNull() for button in buttons)


def test_the_program_has_a_mark(theme):
    assert not app_icon().pixmap(QSize(64, 64)).isNull()


def test_the_notice_names_who_drew_the_icons():
    notice = (ICONS.parents[1] / "NOTICE").read_text(encoding="utf-8")
    assert "Fluent UI System Icons" in notice
    assert "Copyright (c) 2020 Microsoft Corporation" in notice
    assert "MIT License" in notice

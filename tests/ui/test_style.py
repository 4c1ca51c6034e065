"""One sheet, every theme and size."""

import pytest
from PySide6.QtWidgets import QLabel

from gridworker.ui.style import TEMPLATE, mark, pixels, render
from gridworker.ui.theme import SCALES
from gridworker.ui.tokens import SCHEMES


def test_tokens_become_colours_and_design_pixels_become_screen_pixels():
    sheet = render("QLabel { color: @text; padding: 0 10u 2.5u; }", {"text": "#123456"}, 1.4)
    assert sheet == "QLabel { color: #123456; padding: 0 14px 4px; }"


def test_a_misspelled_token_is_an_error_and_not_a_black_box():
    with pytest.raises(KeyError, match="txet"):
        render("color: @txet;", {"text": "#123456"}, 1.0)


def test_a_hairline_never_vanishes_and_nothing_stays_nothing():
    assert pixels(0.3, 1.0) == 1
    assert pixels(0, 2.0) == 0


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_whole_sheet_renders(scheme, scale):
    values = SCHEMES[scheme] | {"styles": "/styles", "scheme": scheme}
    sheet = render(TEMPLATE.read_text(encoding="utf-8"), values, scale)
    assert "@" not in sheet
    for name in ("down", "up", "check", "dot"):
        assert f"{name}-{scheme}.svg" in sheet
        assert (TEMPLATE.parent / f"{name}-{scheme}.svg").is_file()


def test_a_marked_label_takes_the_colour_of_its_mark(qtbot, theme):
    label = QLabel("逾期")
    qtbot.addWidget(label)
    mark(label, role="strong", tone="bad")
    label.ensurePolished()
    assert label.palette().windowText().color() == theme.colour("bad")
    mark(label, tone="")
    assert label.palette().windowText().color() == theme.colour("text")

"""Charts say their values to eyes, to keys and to screen readers."""

import pytest
from PySide6.QtCore import QPoint, Qt

from gridworker.ui.charts import Bar, BarChart, SideBars, WeekBars, largest, shown, steps

GRIDS = [Bar("第1网格", 168), Bar("第5网格", 96), Bar("第7网格", 150)]


@pytest.mark.parametrize(
    ("highest", "lines"),
    [
        (172, [0, 50, 100, 150, 200]),
        (7, [0, 2, 4, 6, 8]),
        (3, [0, 1, 2, 3]),
        (0, [0, 1]),
        (1, [0, 1]),
        (1000, [0, 250, 500, 750, 1000]),
    ],
)
def test_the_lines_behind_are_round_and_begin_at_nought(highest, lines):
    assert steps(highest) == lines


def test_many_kinds_become_eight_and_the_rest():
    bars = [Bar(str(n), n) for n in range(1, 13)]
    few = largest(bars)
    assert [bar.label for bar in few] == ["12", "11", "10", "9", "8", "7", "6", "其他"]
    assert few[-1].value == 1 + 2 + 3 + 4 + 5
    assert largest(bars[:3]) == [bars[2], bars[1], bars[0]]


def test_values_are_written_as_people_write_them():
    assert shown(1234) == "1,234"
    assert shown(0.5) == "0.5"


@pytest.fixture(params=["bars", "side", "week"])
def chart(request, qtbot, theme):
    charts = {
        "bars": lambda: BarChart("各网格走访户次", "户", target=150),
        "side": lambda: SideBars("纠纷类型", "件"),
        "week": lambda: WeekBars("本周走访", "户"),
    }
    chart = charts[request.param]()
    qtbot.addWidget(chart)
    if isinstance(chart, WeekBars):
        chart.show_week([9, 11, 7, 12, 10, 2, 0], today=5)
    else:
        chart.show_bars(GRIDS)
    chart.resize(chart.sizeHint())
    chart.show()
    qtbot.waitUntil(chart.isActiveWindow)
    return chart


def test_a_screen_reader_hears_every_value(chart):
    for bar in chart.bars():
        assert f"{bar.label} {shown(bar.value)}{chart._unit}" in chart.accessibleName()


def test_arrow_keys_walk_the_values_and_return_presses_one(chart, qtbot):
    chart.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(chart, Qt.Key.Key_Right)
    qtbot.keyClick(chart, Qt.Key.Key_Right)
    assert chart.accessibleDescription() == chart.spoken(chart.bars()[1])
    with qtbot.waitSignal(chart.pressed) as pressed:
        qtbot.keyClick(chart, Qt.Key.Key_Return)
    assert pressed.args == [1]


def test_a_click_presses_the_bar_under_it(chart, qtbot):
    spot = chart.box_of(2).center().toPoint()
    with qtbot.waitSignal(chart.pressed) as pressed:
        qtbot.mouseClick(chart, Qt.MouseButton.LeftButton, pos=spot)
    assert pressed.args == [2]


def test_nothing_to_show_is_no_error(chart):
    chart.show_bars([])
    assert not chart.grab().isNull()


def test_a_bar_below_its_target_has_another_colour(qtbot, theme):
    chart = BarChart("各网格走访户次", "户", target=150)
    qtbot.addWidget(chart)
    chart.show_bars(GRIDS)
    chart.resize(480, 220)
    image = chart.grab().toImage()

    def foot(n: int) -> str:
        at = QPoint(chart.box_of(n).center().toPoint().x(), 220 - 40)
        return image.pixelColor(at).name()

    assert foot(0) == theme.colour("chart1").name()
    assert foot(1) == theme.colour("chart2").name()
    assert "目标 150" in chart.spoken(GRIDS[1])


def test_only_today_is_blue(qtbot, theme):
    chart = WeekBars("本周走访")
    qtbot.addWidget(chart)
    chart.show_week([5] * 7, today=2)
    chart.resize(350, 78)
    image = chart.grab().toImage()
    feet = [image.pixelColor(25 + 50 * n, 78 - 30).name() for n in range(7)]
    assert feet.index(theme.colour("primary").name()) == 2
    assert feet.count(theme.colour("chart_rest").name()) == 6


def test_each_bar_may_aim_at_a_mark_of_its_own_and_say_visited_of_households(theme) -> None:
    chart = BarChart("各网格走访户数", "户")
    chart.show_bars([Bar("第1网格", 24, target=33, words="24 / 274"), Bar("第2网格", 20, words="20 / 118")])
    assert chart.accessibleName() == "各网格走访户数：第1网格 24 / 274户，目标 33，第2网格 20 / 118户"
    assert chart._highest() == 33, "the mark needs room as well"

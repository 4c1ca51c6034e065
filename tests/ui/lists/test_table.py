"""The table: arrows and Enter, a choice that survives, and a way out when nothing is found."""

from __future__ import annotations

import threading
from array import array

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage

from gridworker.ui.lists import Cell, IdListModel, ListColumn, Query, RecordTable
from gridworker.ui.lists.delegate import matches
from gridworker.ui.lists.table import SKELETON_AFTER_MS
from gridworker.ui.widgets import EmptyState

COLUMNS = [
    ListColumn("code", "户编号", 116, hide_below=1100),
    ListColumn("head", "户主", 92),
    ListColumn("address", "地址", stretch=True),
    ListColumn("tags", "标签", 176, sortable=False),
    ListColumn("due", "应走访", 116),
]


def rows(ids):
    return {
        n: (
            Cell(f"HH{n:07}", tone="neutral"),
            Cell("王桂英", bold=True),
            Cell(f"建设路{n}号"),
            Cell(tags=(("独居老人", "warn"), ("高龄", "warn"), ("低保", "info"))),
            Cell("逾期 4 天", tone="bad"),
        )
        for n in ids
    }


@pytest.fixture
def homes():
    """The ids there are; a test changes them."""
    return list(range(1, 501))


@pytest.fixture
def model(qapp, homes):
    def ids(query, _):
        kept = [n for n in homes if query.text in f"建设路{n}号"]
        return array("q", reversed(kept) if query.descending else kept)

    return IdListModel(COLUMNS, ids=ids, rows=rows)


@pytest.fixture
def table(qtbot, theme, model):
    table = RecordTable(
        model,
        name="住户",
        none=EmptyState("home_person", "还没有住户。"),
        no_hits=EmptyState("search", "没有找到符合的住户。"),
    )
    qtbot.addWidget(table)
    table.resize(900, 500)
    table.show()
    model.ask(Query())
    return table


def test_rows_are_46_high_and_the_columns_fill_the_width(table):
    assert table.rowHeight(0) == 46
    used = sum(table.columnWidth(n) for n in range(5))
    assert used == table.viewport().width()


def test_columns_give_way_in_a_small_window_and_come_back(table):
    table.fit(1099)
    assert table.isColumnHidden(0)
    table.fit(1100)
    assert not table.isColumnHidden(0)


def test_arrows_choose_and_enter_opens(table, qtbot):
    table.select_first()
    with qtbot.waitSignal(table.picked) as picked:
        qtbot.keyClick(table, Qt.Key.Key_Down)
    assert picked.args == [2]
    with qtbot.waitSignal(table.opened) as opened:
        qtbot.keyClick(table, Qt.Key.Key_Return)
    assert opened.args == [2]


def test_a_double_click_opens(table, qtbot):
    spot = QPoint(300, 46 * 3 + 10)
    with qtbot.waitSignal(table.opened) as opened:
        qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=spot)
        qtbot.mouseDClick(table.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    assert opened.args == [4]


def test_the_choice_survives_a_refresh_by_its_id(table, model, homes, qtbot):
    with qtbot.waitSignal(table.picked):
        table.select_id(300)
    del homes[:100]
    with qtbot.assertNotEmitted(table.picked, wait=300):
        model.refresh()
    assert table.current_id() == 300
    assert table.currentIndex().row() == 199


def test_a_choice_is_told_when_the_rows_are_painted_and_only_the_last_one(table, qtbot, monkeypatch):
    """A preview is drawn after the list that it belongs to, and once however fast one walks."""
    happened: list[object] = []
    table.picked.connect(happened.append)
    paint = table._delegate.paint
    monkeypatch.setattr(table._delegate, "paint", lambda *given: (happened.append("painted"), paint(*given)))
    for row in range(1, 6):
        table.select_id(row)
    assert happened == []
    qtbot.waitUntil(lambda: 5 in happened)
    assert set(happened[: happened.index(5)]) == {"painted"}
    assert [each for each in happened if each != "painted"] == [5]


def test_a_choice_is_told_though_nothing_of_the_table_is_painted(table, qtbot):
    table.setUpdatesEnabled(False)
    with qtbot.waitSignal(table.picked) as picked:
        table.select_id(3)
    assert picked.args == [3]


def test_a_choice_that_is_gone_is_told(table, model, homes, qtbot):
    with qtbot.waitSignal(table.picked):
        table.select_id(300)
    homes.remove(300)
    with qtbot.waitSignal(table.picked) as picked:
        model.refresh()
    assert picked.args == [0]
    assert not table.select_id(300)


@pytest.mark.parametrize("scale", [1.2, 1.4, 1.0])
def test_size_of_text_changes_the_rows_and_keeps_choice_and_place(table, theme, scale):
    table.select_id(300)
    top = table.rowAt(0)
    theme.set_scale(2.0)
    theme.set_scale(scale)
    assert table.rowHeight(0) == round(46 * scale)
    assert table.current_id() == 300
    assert table.rowAt(0) == top


def test_an_empty_list_and_a_search_without_hits_say_different_things(table, model, homes):
    assert not table._none.isVisible()
    model.ask(Query(text="zzzz"))
    assert table._no_hits.isVisible()
    assert not table._none.isVisible()
    homes.clear()
    model.ask(Query())
    assert table._none.isVisible()
    assert not table._no_hits.isVisible()
    assert table._none.size() == table.viewport().size()


def test_a_header_click_sorts_and_a_second_one_turns_it_round(table, model, qtbot):
    header = table.horizontalHeader()
    spot = QPoint(header.sectionViewportPosition(1) + 20, 10)
    qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    assert (model.query.sort, model.query.descending) == ("head", False)
    qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    assert (model.query.sort, model.query.descending) == ("head", True)
    assert model.row_id(0) == 500
    tags = QPoint(header.sectionViewportPosition(3) + 20, 10)
    qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=tags)
    assert model.query.sort == "head"
    assert header.sortIndicatorSection() == 1


def colours(image: QImage) -> set[str]:
    return {image.pixelColor(x, y).name() for x in range(0, image.width(), 2) for y in range(0, image.height(), 2)}


def test_what_was_typed_is_marked_in_the_rows(table, model, theme):
    mark = theme.colour("warn_bg").name()
    address = table.visualRect(model.index(0, 2)).translated(0, table.horizontalHeader().height())
    assert mark not in colours(table.grab(address).toImage())
    model.ask(Query(text="建设"))
    assert mark in colours(table.grab(address).toImage())


def test_marks_stand_where_the_words_stand():
    assert matches("建设路18号", "路 建设") == [(0, 2), (2, 1)]
    assert matches("WANG 网格", "wang") == [(0, 4)]
    assert matches("建设路", "滨河") == []
    assert matches("建设路", "建设 设路") == [(0, 2)]


def test_grey_bars_stand_in_when_the_first_answer_is_slow(qtbot, theme, background):
    gate = threading.Event()

    def ids(query, progress):
        gate.wait(10)
        return array("q", [1])

    model = IdListModel(COLUMNS, ids=ids, rows=rows, background=background)
    table = RecordTable(model, name="住户")
    qtbot.addWidget(table)
    table.resize(900, 400)
    table.show()
    grey = theme.colour("neutral_bg").name()
    model.ask(Query())
    assert grey not in colours(table.viewport().grab().toImage())
    qtbot.wait(SKELETON_AFTER_MS + 50)
    assert grey in colours(table.viewport().grab().toImage())
    gate.set()
    qtbot.waitUntil(lambda: model.answered)
    assert model.rowCount() == 1

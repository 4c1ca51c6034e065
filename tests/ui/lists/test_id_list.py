"""Half a million households in one list, and only those in sight are fetched."""

from __future__ import annotations

import threading
from array import array

import pytest
from PySide6.QtCore import QAbstractItemModel, QModelIndex, Qt

from gridworker.errors import StoreBusy
from gridworker.ui.lists import ID, Cell, IdListModel, ListColumn, Query
from gridworker.ui.lists.id_list import PAGE, PAGES_KEPT

MANY = 500_000
COLUMNS = [ListColumn("head", "户主"), ListColumn("tags", "标签", sortable=False)]


class Shelf:
    """Where the rows come from; counts how often it was asked."""

    def __init__(self, count: int = MANY) -> None:
        self.count = count
        self.asked: list[tuple[int, ...]] = []
        self.queries: list[Query] = []

    def ids(self, query: Query, _: object) -> array[int]:
        self.queries.append(query)
        wanted = [n for n in range(1, self.count + 1) if query.text in str(n)] if query.text else None
        found = array("q", wanted if wanted is not None else range(1, self.count + 1))
        if query.descending:
            found.reverse()
        return found

    def rows(self, ids: array[int]) -> dict[int, tuple[Cell, ...]]:
        self.asked.append(tuple(ids))
        return {n: (Cell(f"第{n}户", bold=True), Cell(tags=(("低保", "info"),))) for n in ids}


@pytest.fixture
def shelf():
    return Shelf()


@pytest.fixture
def model(qapp, shelf):
    model = IdListModel(COLUMNS, ids=shelf.ids, rows=shelf.rows)
    model.ask(Query())
    return model


def test_it_keeps_the_rules_of_a_model(qtmodeltester, shelf):
    shelf.count = 230
    small = IdListModel(COLUMNS, ids=shelf.ids, rows=shelf.rows)
    small.ask(Query())
    qtmodeltester.check(small)


def words(model: QAbstractItemModel, row: int, column: int = 0) -> str:
    return str(model.data(model.index(row, column)))


def test_the_scroll_bar_tells_the_truth(model):
    assert model.rowCount() == MANY
    assert words(model, MANY - 1) == f"第{MANY}户"


def test_a_jump_fetches_two_screens_of_rows_and_no_more(model, shelf):
    assert words(model, 321_654) == "第321655户"
    assert len(shelf.asked) == 1
    assert len(shelf.asked[0]) == PAGE
    words(model, 321_640)
    assert len(shelf.asked) == 1


def test_pages_seen_long_ago_are_let_go(model, shelf):
    for page in range(PAGES_KEPT + 1):
        words(model, page * PAGE)
    words(model, PAGE)  # still kept
    assert len(shelf.asked) == PAGES_KEPT + 1
    words(model, 0)  # the oldest was let go
    assert len(shelf.asked) == PAGES_KEPT + 2


def test_a_jump_asks_only_for_the_page_jumped_to(model, shelf):
    for row in range(0, MANY, 5000):
        words(model, row)
    assert len(shelf.asked) == 100
    assert {len(ids) for ids in shelf.asked} == {PAGE}


def test_a_cell_says_its_tags_to_a_screen_reader_and_gives_its_id(model):
    index = model.index(6, 1)
    assert model.data(index, Qt.ItemDataRole.AccessibleTextRole) == "低保"
    assert model.cell(index.row(), index.column()).tags == (("低保", "info"),)
    assert model.data(index, ID) == 7
    assert model.data(QModelIndex()) is None


def test_rows_and_ids_find_each_other(model):
    assert model.row_id(41) == 42
    assert model.row_of(42) == 41
    assert model.row_of(MANY + 1) == -1
    assert model.row_id(-1) == 0


def test_a_header_click_asks_for_another_order(model, shelf):
    model.sort(0, Qt.SortOrder.DescendingOrder)
    assert shelf.queries[-1] == Query(sort="head", descending=True)
    assert model.row_id(0) == MANY
    model.ask(Query(text="4999"))
    assert shelf.queries[-1] == Query(text="4999", sort="head", descending=True)
    before = len(shelf.queries)
    model.sort(1, Qt.SortOrder.AscendingOrder)  # tags have no order
    assert len(shelf.queries) == before


def test_the_same_ids_again_show_fresh_rows_without_a_reset(qtbot, model, shelf):
    words(model, 0)
    with qtbot.assertNotEmitted(model.modelReset), qtbot.waitSignal(model.dataChanged):
        model.refresh()
    words(model, 0)
    assert len(shelf.asked) == 2


def test_a_row_that_was_removed_meanwhile_is_empty_until_the_next_refresh(qapp):
    model = IdListModel(COLUMNS, ids=lambda *_: array("q", [1]), rows=lambda _: {})
    model.ask(Query())
    assert words(model, 0) == ""


def test_the_answer_comes_from_the_lane_and_the_window_goes_on(qtbot, background, shelf):
    lanes = []

    def ids(query, progress):
        lanes.append(threading.current_thread().name)
        return shelf.ids(query, progress)

    model = IdListModel(COLUMNS, ids=ids, rows=shelf.rows, background=background)
    with qtbot.waitSignal(model.counted) as counted:
        model.ask(Query())
        assert model.waiting
        assert not model.answered
    assert counted.args == [MANY]
    assert lanes == ["lane-local"]


def test_the_newest_question_wins(qtbot, background):
    gate, counts = threading.Event(), []

    def ids(query, progress):
        if query.text == "王":
            gate.wait(10)  # deaf to being stopped: its late answer must not be shown
            return array("q", [1, 2, 3])
        return array("q", [9])

    model = IdListModel(COLUMNS, ids=ids, rows=lambda _: {}, background=background)
    model.counted.connect(counts.append)
    model.ask(Query(text="王"))
    model.ask(Query(text="王霞"))
    gate.set()
    qtbot.waitUntil(lambda: counts == [1])
    qtbot.wait(30)
    assert counts == [1]
    assert model.row_id(0) == 9


def test_a_store_that_is_busy_is_told_to_the_page(qtbot, background):
    def ids(query, progress):
        raise StoreBusy

    model = IdListModel(COLUMNS, ids=ids, rows=lambda _: {}, background=background)
    with qtbot.waitSignal(model.failed) as failed:
        model.ask(Query())
    assert isinstance(failed.args[0], StoreBusy)

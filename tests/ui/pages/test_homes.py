"""住户: a household is found while one types, seen beside the list, and opened by the keyboard."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QTableView
from pytestqt.qtbot import QtBot

from gridworker.ui.lists import RecordTable
from gridworker.ui.pages.home_preview import HomePreview
from gridworker.ui.pages.homes import HomesPage
from gridworker.ui.widgets import Line, SearchField
from tests.helpers.mouse import Mouse, words_of, write
from tests.helpers.small_grid import GRID, HOME, OTHER_GRID, SmallGrid
from tests.ui.pages.conftest import Opened

OpenWindow = Callable[[SmallGrid], Opened]


class Homes:
    """The page 住户 of a window, answered."""

    def __init__(self, opened: Opened, qtbot: QtBot) -> None:
        self.opened, self._qtbot = opened, qtbot
        opened.window.go("homes")
        self.answered()
        self.mouse = Mouse(opened.window)

    @property
    def table(self) -> RecordTable:
        """The list."""
        tables = self.opened.window.findChildren(RecordTable)
        return next(table for table in tables if table.accessibleName() == "住户列表")

    @property
    def field(self) -> SearchField:
        """The live filter."""
        field = self.opened.window.page_head("homes").search_field
        assert field is not None
        return field

    def answered(self) -> None:
        """Wait until the list shows what was asked."""
        model = self.table._model
        self._qtbot.waitUntil(lambda: model.answered and not model.waiting)
        QApplication.processEvents()

    def column(self, number: int) -> list[str]:
        """What stands in a column."""
        model = self.table.model()
        return [str(model.index(row, number).data()) for row in range(model.rowCount())]

    def names(self) -> list[str]:
        """Heads of the households in the list."""
        return self.column(1)

    def preview(self) -> str:
        """What the preview says."""
        return words_of(self.opened.window.findChild(HomePreview))

    def context(self) -> str:
        """The grey line under the title."""
        return words_of(self.opened.window.page_head("homes"))


@pytest.fixture
def homes(opened: Opened, qtbot: QtBot) -> Homes:
    return Homes(opened, qtbot)


# ---------------------------------------------------------------------- finding


def test_the_first_household_is_chosen_and_the_preview_shows_it(homes: Homes) -> None:
    assert homes.names()[:3] == ["王桂英", "马建国", "陈阿毛"]
    assert "共 30 户" in homes.context()
    said = homes.preview()
    assert "王桂英" in said
    assert "138****0001" in said
    assert "13805750001" not in said, "masked beside the list"
    assert "逾期 135 天" in said


def test_letters_of_the_name_find_her_at_once(homes: Homes, qtbot: QtBot) -> None:
    QTest.keyClicks(homes.field, "wgy")
    qtbot.waitUntil(lambda: homes.names() == ["王桂英"])
    assert "找到 1 户" in homes.context()
    assert "王桂英" in homes.preview()


@pytest.mark.parametrize(
    ("words", "name"), [("王桂英", "王桂英"), ("后岸路26", "曹文斌"), ("13805750005", "单雪芬"), ("HH0007", "钱金水")]
)
def test_name_address_telephone_and_number_find_a_household(homes: Homes, qtbot: QtBot, words: str, name: str) -> None:
    write(homes.field, words)
    qtbot.waitUntil(lambda: homes.context().find("找到") >= 0)
    assert name in homes.names()


def test_the_keyboard_alone_filters_walks_and_opens(homes: Homes, qtbot: QtBot) -> None:
    QTest.keyClick(homes.opened.window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert QApplication.focusWidget() is homes.field
    QTest.keyClicks(homes.field, "ma")
    qtbot.waitUntil(lambda: "找到" in homes.context())
    QTest.keyClick(homes.field, Qt.Key.Key_Down)
    assert isinstance(QApplication.focusWidget(), QTableView)
    qtbot.waitUntil(lambda: bool(homes.preview()))
    first = homes.preview()
    QTest.keyClick(homes.table, Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: homes.preview() != first)
    QTest.keyClick(homes.table, Qt.Key.Key_Return)
    assert homes.opened.window.here == "household"


def test_return_in_the_field_opens_the_first_that_is_found(homes: Homes, qtbot: QtBot) -> None:
    QTest.keyClicks(homes.field, "wgy")
    QTest.keyClick(homes.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: homes.opened.window.here == "household")
    assert "王桂英" in words_of(homes.opened.window)


def test_escape_empties_the_field_and_all_are_there_again(homes: Homes, qtbot: QtBot) -> None:
    QTest.keyClicks(homes.field, "wgy")
    qtbot.waitUntil(lambda: len(homes.names()) == 1)
    QTest.keyClick(homes.field, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: len(homes.names()) == 30)
    assert homes.table.current_id(), "one is always chosen"


def test_a_tag_filters_and_words_filter_within_it(homes: Homes, qtbot: QtBot) -> None:
    homes.mouse.press("按标签筛选：独居老人")
    homes.answered()
    assert homes.names() == ["王桂英", "童建军"]
    QTest.keyClicks(homes.field, "tong")
    qtbot.waitUntil(lambda: homes.names() == ["童建军"])


def test_nothing_found_offers_a_way_out(homes: Homes, qtbot: QtBot) -> None:
    QTest.keyClicks(homes.field, "qqqq")
    qtbot.waitUntil(lambda: homes.names() == [])
    assert "没有找到符合的住户。" in words_of(homes.opened.window)
    homes.mouse.press("清空筛选")
    qtbot.waitUntil(lambda: len(homes.names()) == 30)


def test_the_list_is_sorted_by_its_headers(homes: Homes) -> None:
    homes.table.model().sort(1, Qt.SortOrder.AscendingOrder)
    homes.answered()
    assert homes.names() == sorted(homes.names())


def test_a_sensitive_tag_never_stands_in_the_list(homes: Homes) -> None:
    assert "邻里积怨" not in "".join(homes.column(4))


def test_rows_cost_the_same_number_of_questions_however_many_they_are(homes: Homes) -> None:
    page = homes.opened.window.page("homes")
    assert isinstance(page, HomesPage)
    database = homes.opened.grid.store._file.db

    def questions(rows: list[int]) -> int:
        asked: list[str] = []
        database.set_trace_callback(asked.append)
        assert len(page._rows(rows)) == len(rows)
        database.set_trace_callback(None)
        return len(asked)

    rows = list(homes.opened.grid.ledger.ids("household"))
    assert questions(rows) == questions(rows[:2])


# ---------------------------------------------------------------------- acting


def test_a_visit_and_a_dispute_are_begun_from_the_preview(homes: Homes) -> None:
    homes.mouse.press("记走访", homes.opened.window.findChild(HomePreview))
    assert homes.opened.window.drawer is not None
    assert "马村后岸路1号" in words_of(homes.opened.window.drawer)
    homes.opened.window.close_drawer()
    homes.mouse.press("登记纠纷", homes.opened.window.findChild(HomePreview))
    assert homes.opened.window.drawer is not None


def test_a_new_household_takes_two_clicks(homes: Homes, qtbot: QtBot) -> None:
    assert homes.mouse.button("新建住户").text() == "新建住户", "the button says what it makes"
    homes.mouse.press("新建住户")
    for name, text in (("户主", "何水英"), ("地址", "马村后岸路31号"), ("联系电话", "13805759999")):
        write(homes.mouse.field(Line, name), text)
    homes.mouse.press("保存", homes.opened.window.drawer)
    assert homes.mouse.clicks == 2
    (home,) = homes.opened.grid.records("household", head_name="何水英")
    assert (home["grid"], home["household_kind"]) == (GRID, "family")
    qtbot.waitUntil(lambda: "何水英" in homes.names())


def test_who_is_here_already_is_shown_while_one_types(homes: Homes) -> None:
    homes.mouse.press("新建住户")
    write(homes.mouse.field(Line, "户主"), "王桂英")
    assert homes.opened.window.drawer is not None
    assert "可能已经有这一户" in words_of(homes.opened.window.drawer)
    assert "马村后岸路1号" in words_of(homes.opened.window.drawer)


def test_what_is_missing_is_said_at_the_fields(homes: Homes) -> None:
    homes.mouse.press("新建住户")
    homes.mouse.press("保存", homes.opened.window.drawer)
    assert homes.opened.window.drawer is not None
    said = words_of(homes.opened.window.drawer)
    assert "请填写户主" in said
    assert "请填写地址" in said


def test_del_moves_a_household_away_and_undo_brings_it_back(homes: Homes, qtbot: QtBot) -> None:
    homes.table.setFocus()
    QTest.keyClick(homes.opened.window, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: "王桂英" not in homes.names())
    assert "马建国" in homes.preview(), "the next one is chosen"
    homes.mouse.press("撤销")
    qtbot.waitUntil(lambda: "王桂英" in homes.names())


def test_the_bin_keeps_what_was_removed_and_gives_it_back(homes: Homes, qtbot: QtBot) -> None:
    homes.mouse.press("按标签筛选：回收站")
    assert "回收站里没有住户。" in words_of(homes.opened.window)
    homes.mouse.press("看全部住户")
    homes.answered()
    homes.table.setFocus()
    QTest.keyClick(homes.opened.window, Qt.Key.Key_Delete)
    homes.mouse.press("按标签筛选：回收站")
    assert "回收站 1 户" in homes.context()
    row = homes.mouse.row("王桂英")
    assert "王芳 今天 09:14 移走" in row.accessibleName()
    homes.mouse.press("恢复", row)
    assert "回收站里没有住户。" in words_of(homes.opened.window)
    homes.mouse.press("按标签筛选：全部")
    homes.answered()
    assert "王桂英" in homes.names()
    assert [each["relation"] for each in homes.opened.grid.ledger.members(HOME)] == ["02", "20"]


def test_typing_leaves_the_bin(homes: Homes, qtbot: QtBot) -> None:
    homes.mouse.press("按标签筛选：回收站")
    QTest.keyClicks(homes.field, "wgy")
    qtbot.waitUntil(lambda: homes.names() == ["王桂英"])


def test_what_sync_brings_stands_in_the_list(homes: Homes, qtbot: QtBot) -> None:
    homes.opened.grid.ledger.save(
        "household", {"head_name": "新户", "address": "马村1号", "household_no": "A1", "grid": GRID}
    )
    homes.opened.window.redraw(frozenset({"household"}))
    qtbot.waitUntil(lambda: "新户" in homes.names())


# ---------------------------------------------------------------------- who may


def test_a_mediator_reads_households_and_makes_none(
    desk_of: Callable[[str], SmallGrid], open_window: OpenWindow, qtbot: QtBot
) -> None:
    homes = Homes(open_window(desk_of("mediator")), qtbot)
    with pytest.raises(AssertionError, match="no button"):
        homes.mouse.button("新建住户")
    QTest.keyClick(homes.opened.window, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    assert homes.opened.window.drawer is None


def test_a_supervisor_sees_the_grid_and_chooses_it_for_a_new_household(
    desk_of: Callable[[str], SmallGrid], open_window: OpenWindow, qtbot: QtBot
) -> None:
    homes = Homes(open_window(desk_of("supervisor")), qtbot)
    assert homes.column(2)[0] == "马村·第1网格"
    homes.mouse.press("新建住户")
    grids = homes.mouse.field(QComboBox, "网格")
    grids.setCurrentIndex(grids.findData(OTHER_GRID))
    write(homes.mouse.field(Line, "户主"), "何水英")
    write(homes.mouse.field(Line, "地址"), "马村9号")
    homes.mouse.press("保存", homes.opened.window.drawer)
    assert homes.opened.grid.records("household", head_name="何水英")[0]["grid"] == OTHER_GRID

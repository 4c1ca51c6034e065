"""走访: the diaries one may see, read beside the list, found by any word in them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gridworker.ui.lists import RecordTable
from gridworker.ui.pages.diary_reader import DiaryReader
from gridworker.ui.pages.visit_drawer import VisitDrawer
from gridworker.ui.theme import Theme
from gridworker.ui.widgets import SearchField
from tests.helpers.mouse import Mouse, words_of, write
from tests.helpers.notebook import Centre
from tests.helpers.small_grid import DAY, HOME, LI, MORNING, RETURNED_VISIT, SmallGrid, home_id, name_of
from tests.ui.pages.conftest import Opened

TIME, SUBJECTS, MODE, TEXT, VISITOR, STATE = range(6)


class Visits:
    """The page 走访 of a window, answered."""

    def __init__(self, opened: Opened, qtbot: QtBot, target: object = None) -> None:
        self.opened, self.window, self._qtbot = opened, opened.window, qtbot
        self.mouse = Mouse(opened.window)
        opened.window.go("visits", target)
        self.answered()

    @property
    def table(self) -> RecordTable:
        """The list."""
        tables = self.window.findChildren(RecordTable)
        return next(table for table in tables if table.accessibleName() == "日记列表")

    @property
    def field(self) -> SearchField:
        """The live filter."""
        field = self.window.page_head("visits").search_field
        assert field is not None
        return field

    def answered(self) -> None:
        """Wait until the list shows what was asked."""
        model = self.table._model
        self._qtbot.waitUntil(lambda: model.answered and not model.waiting)
        QApplication.processEvents()

    def shows(self, words: str) -> None:
        """Wait until the reader shows *words*."""
        self._qtbot.waitUntil(lambda: words in self.read())

    def column(self, number: int) -> list[str]:
        """What stands in a column."""
        model = self.table.model()
        return [str(model.index(row, number).data()) for row in range(model.rowCount())]

    def read(self) -> str:
        """The diary beside the list."""
        return words_of(next(each for each in self.window.findChildren(DiaryReader) if each.isVisible()))


@pytest.fixture
def visits(opened: Opened, qtbot: QtBot) -> Visits:
    return Visits(opened, qtbot)


def test_the_newest_stands_first_is_chosen_and_is_read(visits: Visits) -> None:
    assert visits.column(SUBJECTS)[:2] == ["吕海林", "童丽娟"]
    said = visits.read()
    assert "吕海林家里都好，谈到春茶收成。" in said
    assert "已提交" in said
    assert "王芳" in said
    assert "中心已收到" in said


def test_time_and_names_are_not_cut(visits: Visits, theme: Theme) -> None:
    grid = visits.opened.grid
    two = {
        name_of(0x71): {"kind": "household", "record": HOME, "name": "王桂英"},
        name_of(0x72): {"kind": "household", "record": home_id(2), "name": "马建国"},
    }
    grid.ledger.save("visit", {"subjects": two, "text": "两家", "visited_at": MORNING - 100 * DAY})
    visits.window.redraw(frozenset({"visit"}))
    visits.answered()
    for scale in (1.0, 1.2, 1.4):
        theme.set_scale(scale)
        QApplication.processEvents()
        width = QFontMetrics(theme.font()).horizontalAdvance
        assert "2025-11-22 09:14" in visits.column(TIME)
        assert width("2025-11-22 09:14") + theme.px(24) <= visits.table.columnWidth(TIME)
        assert width("王桂英、马建国") <= visits.table.columnWidth(SUBJECTS) - theme.px(24)


def test_who_wrote_it_is_told_only_where_it_may_be_somebody_else(visits: Visits) -> None:
    assert visits.table.isColumnHidden(VISITOR)
    visits.mouse.press("筛选：全部")
    visits.answered()
    assert not visits.table.isColumnHidden(VISITOR)


@pytest.mark.parametrize(
    ("chip", "names"), [("退回补充", ["陈阿毛"]), ("要跟进", ["王桂英"]), ("未遇", ["马建国（未遇）"])]
)
def test_chips_show_what_is_to_be_done(visits: Visits, chip: str, names: list[str]) -> None:
    ledger = visits.opened.grid.ledger
    ledger.save("visit", {"household": HOME, "text": "灶", "follow_up": "2026-03-09"})
    ledger.save("visit", {"household": home_id(2), "met": False})
    visits.mouse.press(f"筛选：{chip}")
    visits.answered()
    assert visits.column(SUBJECTS) == names


def test_any_word_of_a_diary_finds_it(visits: Visits, qtbot: QtBot) -> None:
    visits.opened.grid.ledger.save("visit", {"household": HOME, "text": "煤气灶打不着火，约了师傅"})
    write(visits.field, "打不着火")
    qtbot.waitUntil(lambda: visits.column(SUBJECTS) == ["王桂英"])
    assert "煤气灶打不着火" in visits.read()
    QTest.keyClick(visits.field, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: len(visits.column(SUBJECTS)) == 26)


def test_nothing_found_shows_the_way_to_all(visits: Visits, qtbot: QtBot) -> None:
    write(visits.field, "飞碟")
    qtbot.waitUntil(lambda: visits.column(SUBJECTS) == [])
    assert "没有找到符合的日记。" in words_of(visits.window)
    visits.mouse.press("看全部")
    qtbot.waitUntil(lambda: len(visits.column(SUBJECTS)) == 25)


def test_return_opens_ones_own_diary_to_go_on_with(visits: Visits) -> None:
    visits.table.setFocus()
    QTest.keyClick(visits.table, Qt.Key.Key_Return)
    drawer = visits.window.drawer
    assert isinstance(drawer, VisitDrawer)
    assert drawer.accessibleName() == "修改走访"


def test_one_that_was_sent_back_says_why_and_is_mended_from_there(opened: Opened, qtbot: QtBot) -> None:
    visits = Visits(opened, qtbot, RETURNED_VISIT)
    assert "请写明老人用药情况。" in visits.read()
    visits.mouse.press("补充后提交")
    visits.mouse.press("常用语：身体不适")
    visits.mouse.press("保存并提交")
    visits.answered()
    assert "已提交" in visits.read()


def test_a_diary_of_somebody_else_is_read_and_not_edited(visits: Visits) -> None:
    grid = visits.opened.grid
    centre = Centre()
    fields = {"household": HOME, "grid": grid.ledger.my_grid(), "visitor": LI, "visited_at": MORNING, "mode": "home"}
    row = centre.write("visit", {**fields, "met": True, "text": "调解员来过", "state": "submitted"}, by=LI)
    grid.store.receive(centre.page("grid", row).model_copy(update={"to": 10_000, "hash": ""}))
    visits.mouse.press("筛选：全部")
    visits.answered()
    assert "吕海林" in visits.read(), "what one reads stays"
    visits.table.select_first()
    visits.shows("调解员来过")
    assert "李明" in visits.read()
    with pytest.raises(AssertionError, match="no button"):
        visits.mouse.button("修改")
    visits.table.setFocus()
    QTest.keyClick(visits.table, Qt.Key.Key_Return)
    assert visits.window.here == "household"


def test_another_page_opens_a_diary_even_if_it_is_filtered_away(opened: Opened, qtbot: QtBot) -> None:
    visits = Visits(opened, qtbot)
    visits.mouse.press("筛选：未遇")
    visits.answered()
    visits.window.go("today")
    again = Visits(opened, qtbot, ("visit", name_of(0xE401)))
    assert "王桂英家里都好" in again.read()
    assert again.table.current_id()


def test_a_diary_is_removed_and_comes_back(visits: Visits) -> None:
    before = len(visits.column(SUBJECTS))
    visits.table.setFocus()
    QTest.keyClick(visits.window, Qt.Key.Key_Delete)
    visits.answered()
    assert len(visits.column(SUBJECTS)) == before - 1
    assert "童丽娟" in visits.read(), "the next one is read"
    visits.mouse.press("撤销")
    visits.answered()
    assert len(visits.column(SUBJECTS)) == before


def test_where_room_is_short_the_diary_is_read_below_the_list(visits: Visits, theme: Theme) -> None:
    theme.set_scale(1.4)
    QApplication.processEvents()
    reader = next(each for each in visits.window.findChildren(DiaryReader) if each.isVisible())
    top = reader.mapTo(visits.window, reader.rect().topLeft())
    table = visits.table.mapTo(visits.window, visits.table.rect().bottomLeft())
    assert top.y() >= table.y()
    assert "吕海林家里都好" in visits.read()


def test_a_desk_without_diaries_shows_the_first_step(
    desk_of: Callable[[str], SmallGrid], open_window: Callable[[SmallGrid], Opened], qtbot: QtBot
) -> None:
    grid = desk_of("grid_worker")
    for visit in grid.ledger.find("visit"):
        grid.ledger.remove("visit", visit["id"])
    visits = Visits(open_window(grid), qtbot)
    assert "记下第一次走访，三下就好。" in words_of(visits.window)
    visits.mouse.press("记走访")
    assert visits.window.drawer is not None

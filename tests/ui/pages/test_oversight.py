"""督导: how the district is covered, and its diaries read one after the other."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QPlainTextEdit
from pytestqt.qtbot import QtBot

from gridworker.ui.charts import BarChart
from gridworker.ui.pages.oversight_board import Board
from gridworker.ui.pages.oversight_diaries import Diaries
from gridworker.ui.pages.oversight_facts import first_day, look, silent_desks
from gridworker.ui.pages.oversight_review import ReviewReader
from gridworker.ui.pages.oversight_skeleton import Skeleton
from gridworker.ui.theme import Theme
from gridworker.ui.widgets import ListRow, StatTile
from tests.helpers.centre import Centre
from tests.helpers.centre_fixtures import centre, database, portal, postgres
from tests.helpers.desk_fixtures import GRID as GRID_CODE
from tests.helpers.desk_fixtures import Village
from tests.helpers.desk_window import window_of
from tests.helpers.legible import cut_off, nameless, settle
from tests.helpers.mouse import Mouse, words_of, write
from tests.helpers.notebook import TODAY, name_of
from tests.helpers.small_grid import DAY, GRID, MORNING, RETURNED_VISIT, TOWN, WANG, ZHAO, SmallGrid
from tests.ui.conftest import SomePage
from tests.ui.pages.conftest import Opened

__all__ = ["centre", "database", "portal", "postgres"]


class Office:
    """赵强 at his desk."""

    def __init__(self, opened: Opened, qtbot: QtBot) -> None:
        self.opened, self.grid, self.window, self.qtbot = opened, opened.grid, opened.window, qtbot
        self.mouse = Mouse(opened.window)

    def board(self) -> str:
        """What the board says, once it has been counted."""
        self.window.go("oversight", "board")
        board = self.window.findChild(Board)
        assert board is not None
        self.qtbot.waitUntil(lambda: board._job is not None and board._job.over and board._facts is not None)
        settle(self.window)
        return words_of(self.window)

    def diaries(self) -> Diaries:
        """The diaries, once they are listed."""
        self.window.go("oversight", "diaries")
        diaries = self.window.findChild(Diaries)
        assert diaries is not None
        self.listed(diaries)
        return diaries

    def listed(self, diaries: Diaries) -> int:
        """How many are listed now."""
        self.qtbot.waitUntil(lambda: diaries._model.answered and not diaries._model.waiting)
        settle(self.window)
        return diaries._model.rowCount()

    def tiles(self) -> dict[str, str]:
        """Title to what stands on the tile."""
        shown = [tile for tile in self.window.findChildren(StatTile) if tile.isVisible()]
        return {tile._title: f"{tile._number} {tile._note}" for tile in shown}

    def reader(self) -> ReviewReader:
        """Where a diary is read."""
        return self.window.findChild(ReviewReader)

    def press(self, words: str) -> None:
        """A button under the diary."""
        self.mouse.press(words, self.reader())

    def choose(self, name: str, words: str) -> None:
        """One of the options of a list, once they have come."""
        box = self.mouse.field(QComboBox, name)
        self.qtbot.waitUntil(lambda: box.findText(words) >= 0)
        box.setCurrentIndex(box.findText(words))
        box.activated.emit(box.currentIndex())

    def rows(self) -> list[str]:
        """All rows in sight."""
        return [row.accessibleName() for row in self.window.findChildren(ListRow) if row.isVisible()]


@pytest.fixture
def office(desk_of: Callable[[str], SmallGrid], open_window: Callable[[SmallGrid], Opened], qtbot: QtBot) -> Office:
    """赵强's window, on the board."""
    return Office(open_window(desk_of("supervisor")), qtbot)


def visit(grid: SmallGrid, number: int, at: int, **more: object) -> str:
    """A diary of 王芳 about a household of her grid, as if a sync had brought it."""
    from gridworker.ledger import Ledger, Me

    wang = Me(WANG, "wang", "王芳", "grid_worker", (GRID,))
    ledger = Ledger(grid.store, wang, clock=lambda: MORNING, new_id=grid.work.references.new_id)
    fields = {"household": name_of(0xD000 + number), "visited_at": at, "text": f"第{number}户，都好。", **more}
    return ledger.save("visit", fields).id


# ---------------------------------------------------------------------- the board


def test_a_supervisor_begins_with_the_board(office: Office) -> None:
    assert office.window.here == "oversight"
    words = office.board()
    assert "谷来镇" in office.window.page_head("oversight")._context.text()
    assert "还没有同步过" in office.window.page_head("oversight")._context.text()
    assert "各网格走访户数" in words


def test_the_board_says_as_of_when(office: Office) -> None:
    office.grid.store.set_meta("last_success", MORNING)
    office.board()
    assert "截至 今天 09:14 的资料" in office.window.page_head("oversight")._context.text()


def test_bars_say_visited_of_households_with_what_the_pace_asks_for(office: Office) -> None:
    for number in (1, 2, 3):
        visit(office.grid, number, MORNING - DAY // 2)
    office.window.redraw(frozenset({"visit"}))
    office.board()
    chart = office.window.findChild(BarChart)
    assert chart is not None
    bars = {bar.label: (bar.words, bar.value, bar.target) for bar in chart.bars()}
    # 2 days of March in 180: of 26 households none has to be visited yet, and three were.
    assert bars == {"马村第1网格": ("3 / 26", 3, 0), "马村第2网格": ("0 / 4", 0, 0)}
    office.mouse.press("时段：近半年")
    office.board()
    bars = {bar.label: (bar.words, bar.target) for bar in chart_of(office).bars()}
    assert bars == {"马村第1网格": ("25 / 26", 26), "马村第2网格": ("0 / 4", 4)}
    assert "马村第1网格 25 / 26户，走访 28 次，目标 26" in chart_of(office).accessibleName()


def chart_of(office: Office) -> BarChart:
    """The chart in sight."""
    return next(each for each in office.window.findChildren(BarChart) if each.isVisible())


def test_the_least_covered_comes_first_and_leads_to_its_diaries(office: Office) -> None:
    office.mouse.press("时段：近半年")
    office.board()
    assert [row.split("，")[0] for row in office.rows()][:2] == ["谷来镇·马村·第2网格", "谷来镇·马村·第1网格"]
    row = office.mouse.row("谷来镇·马村·第1网格")
    assert "王芳　还有 1 户没走访" in row.accessibleName()
    office.mouse.press("看日记", row)
    diaries = office.window.findChild(Diaries)
    assert diaries is not None
    assert office.listed(diaries) == 25
    box = office.mouse.field(QComboBox, "乡镇、村或网格")
    office.qtbot.waitUntil(lambda: box.currentText() == "谷来镇·马村·第1网格")


def test_every_worker_has_his_line(office: Office) -> None:
    office.mouse.press("时段：近一年")
    office.board()
    row = office.mouse.row("王芳")
    assert "走访 25 次，见到人 25 次，走访过 25 / 26 户" in row.accessibleName()
    office.mouse.click(row)
    diaries = office.window.findChild(Diaries)
    assert diaries is not None
    office.listed(diaries)
    box = office.mouse.field(QComboBox, "填写人")
    office.qtbot.waitUntil(lambda: box.currentText() == "王芳")


def test_tiles_count_and_open_what_they_count(office: Office) -> None:
    office.board()
    assert office.tiles() == {
        "走访覆盖": "0% 0 / 30 户",
        "待批阅日记": "24 点开批阅",
        "在办纠纷": "2 没有超期",
        "未同步电脑": "— 超过 3 天没有同步",
    }
    office.grid.now[0] = MORNING + 11 * DAY
    office.window.redraw(frozenset({"dispute"}))
    office.board()
    assert office.tiles()["在办纠纷"] == "2 1 件已超期"
    office.mouse.click(next(t for t in office.window.findChildren(StatTile) if t._title == "待批阅日记"))
    assert office.window.findChild(Diaries).isVisible()


def test_who_handed_in_after_he_had_gone_elsewhere_is_named(office: Office) -> None:
    office.grid.store.set_metas(
        {
            "desks": [],
            "desks_as_of": MORNING,
            "late_work": [{"person": "p", "name": "王芳", "at": MORNING, "changes": 3, "records": []}],
            "put_aside": [{"person": "q", "name": "陈建", "at": MORNING, "code": "out_of_scope", "changes": 2}],
        }
    )
    told = office.board()
    for words in ("调离后补交", "王芳", "补交 3 项，已收下", "陈建", "2 项还没有收下，中心已保管"):
        assert words in told


def test_desks_not_heard_from_are_named_with_the_day(office: Office) -> None:
    office.grid.store.set_metas(
        {
            "desks_as_of": MORNING,
            "desks": [
                {"person": WANG, "name": "wang", "status": "active", "seen_at": MORNING - 5 * DAY},
                {"person": ZHAO, "name": "zhao", "status": "active", "seen_at": MORNING - DAY},
                {"person": name_of(0xB7), "name": "新来的", "status": "active", "seen_at": None},
                {"person": name_of(0xB8), "name": "停用的", "status": "revoked", "seen_at": 0},
            ],
        }
    )
    words = office.board()
    assert office.tiles()["未同步电脑"] == "2 超过 3 天没有同步"
    assert "王芳\n2月25日（5 天前）" in words
    assert "新来的\n从未同步" in words
    assert "停用的" not in words
    assert "赵强\n" not in words
    assert "中心 今天 09:14 告知" in words


def test_towns_that_are_not_on_this_desk_stand_there_as_the_centre_counted_them(office: Office) -> None:
    assert "没有下载到本机的乡镇" not in office.board()
    store = office.grid.store
    figures = {"households": 420, "visited": 312, "waiting": 3, "disputes": 2}
    store.set_meta("account", {"role": "supervisor"})
    store.set_meta("town_figures", [{"region": TOWN, "as_of": MORNING, **figures}])
    office.window.add_page(SomePage("settings", "设置", place="foot"))
    board = office.window.findChild(Board)
    assert board is not None
    board.load()
    assert "没有下载到本机的乡镇" not in office.board(), "it is here"
    store.want_towns([])
    for bucket in store.arrange().leaving:
        assert store.put_away(bucket)
    board.load()
    told = office.board()
    for words in ("谷来镇", "420 户，半年内走访 312 户", "待批阅 3 篇", "在办纠纷 2 件", "中心截至 今天 09:14 的统计"):
        assert words in told
    assert cut_off(office.window) == nameless(office.window) == []
    office.mouse.press("选择资料范围")
    assert office.window.here == "settings"


def test_before_the_centre_has_told_nobody_is_called_silent(office: Office) -> None:
    assert silent_desks(office.grid.ledger, MORNING) is None
    assert "联网同步后，中心会告诉您" in office.board()


def test_a_place_is_looked_at_in_its_parts(office: Office) -> None:
    office.board()
    office.choose("乡镇、村或网格", "谷来镇·马村·第2网格")
    office.board()
    assert [bar.label for bar in chart_of(office).bars()] == ["马村第2网格"]
    assert office.tiles()["走访覆盖"] == "0% 0 / 4 户"


def test_until_it_is_counted_grey_blocks_stand_there_and_the_window_lives(
    desk_of: Callable[[str], SmallGrid], open_window: Callable[[SmallGrid], Opened], qtbot: QtBot
) -> None:
    from threading import Event, get_ident

    grid = desk_of("supervisor")
    counted, lanes = Event(), list[int]()
    lane = grid.work.lane_ledger

    def slow_lane() -> object:
        lanes.append(get_ident())
        assert counted.wait(10)
        return lane()

    object.__setattr__(grid.work, "lane_ledger", slow_lane)
    opened = open_window(grid)
    settle(opened.window)
    assert opened.window.findChild(Skeleton).isVisible()
    assert opened.window.findChild(BarChart) is None
    counted.set()
    qtbot.waitUntil(lambda: opened.window.findChild(BarChart) is not None)
    assert lanes
    assert get_ident() not in lanes, "counting held the window"


def test_where_workers_are_too_many_they_are_counted_town_by_town(office: Office) -> None:
    facts = look(office.grid.ledger, "year", "", office.grid.work.today(), most_workers=0)
    assert (facts.workers, facts.too_many) == ((), 1)
    assert facts.visited == 25, "places are counted all the same"
    board = office.window.findChild(Board)
    assert board is not None
    office.board()
    board._show(facts)
    assert "这里有 1 位网格员。" in words_of(office.window)


@pytest.mark.parametrize(("period", "day"), [("month", "2026-03-01"), ("half", "2025-09-01"), ("year", "2025-03-02")])
def test_a_period_ends_today(office: Office, period: str, day: str) -> None:
    assert first_day(period, office.grid.work.today()).isoformat() == day  # type: ignore[arg-type]


def test_the_figures_are_those_of_the_ledger(office: Office) -> None:
    facts = look(office.grid.ledger, "year", "", office.grid.work.today())
    coverage = office.grid.ledger.coverage("2025-03-02", TODAY)
    assert facts.visited == sum(each.visited for each in coverage) == 25
    assert facts.households == sum(each.households for each in coverage) == 30
    assert facts.waiting == office.grid.ledger.count("visit", (("state", "=", "submitted"),))


# ---------------------------------------------------------------------- reading and reviewing


def test_twenty_diaries_are_read_with_twenty_presses(office: Office) -> None:
    office.diaries()
    waiting = office.grid.ledger.count("visit", (("state", "=", "submitted"),))
    read: list[str] = []
    for _ in range(20):
        diaries = office.window.findChild(Diaries)
        assert diaries is not None
        read.append(diaries._chosen)
        QTest.keyClick(office.window, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
        office.listed(diaries)
    assert len(set(read)) == 20
    assert office.grid.ledger.count("visit", (("state", "=", "read"),)) == 20
    assert office.grid.ledger.count("visit", (("state", "=", "submitted"),)) == waiting - 20
    assert all(each["reviewer"] == ZHAO for each in office.grid.records("review", act="read"))


def test_after_a_review_the_next_diary_is_read_at_once(office: Office) -> None:
    diaries = office.diaries()
    second = office.grid.ledger.page("visit", [diaries._model.row_id(1)])[0]["id"]
    office.mouse.press("等级：良")
    write(office.mouse.field(QPlainTextEdit, "批语"), "写得具体。")
    office.press("已阅")
    assert diaries._chosen == second
    assert office.mouse.field(QPlainTextEdit, "批语").toPlainText() == "", "a word belongs to one diary"
    [review] = office.grid.records("review", act="read")
    assert (review["level"], review["comment"]) == ("good", "写得具体。")
    office.listed(diaries)
    assert diaries._chosen == second


def test_ctrl_enter_in_the_box_is_read_and_a_plain_enter_is_a_line(office: Office) -> None:
    office.diaries()
    box = office.mouse.field(QPlainTextEdit, "批语")
    box.setFocus()
    write(box, "好")
    QTest.keyClick(box, Qt.Key.Key_Return)
    assert office.grid.records("review", act="read") == []
    QTest.keyClick(box, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert [each["comment"] for each in office.grid.records("review", act="read")] == ["好"]


def test_who_sends_a_diary_back_says_what_is_missing(office: Office) -> None:
    diaries = office.diaries()
    first = diaries._chosen
    office.press("退回补充")
    assert "请写明需要补充什么" in words_of(office.window)
    assert office.grid.ledger.get("visit", first)["state"] == "submitted"
    write(office.mouse.field(QPlainTextEdit, "批语"), "请写明用药。")
    office.press("退回补充")
    assert office.grid.ledger.get("visit", first)["state"] == "returned"
    assert diaries._chosen != first


def test_a_diary_that_was_sent_back_waits_for_its_writer(office: Office) -> None:
    diaries = office.diaries()
    office.mouse.press("状态：已退回")
    office.listed(diaries)
    assert diaries._chosen == RETURNED_VISIT
    assert "已退回，等填写人补充后再批阅。" in words_of(office.window)
    with pytest.raises(AssertionError):
        office.mouse.button("已阅", office.reader())
    QTest.keyClick(office.window, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert office.grid.ledger.get("visit", RETURNED_VISIT)["state"] == "returned"


def test_a_diary_that_was_read_by_mistake_can_still_be_sent_back(office: Office) -> None:
    diaries = office.diaries()
    first = diaries._chosen
    office.press("已阅")
    office.mouse.press("状态：已阅")
    office.listed(diaries)
    assert diaries._chosen == first
    write(office.mouse.field(QPlainTextEdit, "批语"), "请补写。")
    office.press("退回补充")
    assert office.grid.ledger.get("visit", first)["state"] == "returned"


def test_diaries_are_filtered_by_place_worker_state_and_words(office: Office) -> None:
    diaries = office.diaries()
    assert office.listed(diaries) == 24
    office.mouse.press("状态：全部")
    assert office.listed(diaries) == 25
    office.choose("乡镇、村或网格", "谷来镇·马村·第2网格")
    assert office.listed(diaries) == 0
    assert "没有符合的日记。" in words_of(office.window)
    office.mouse.press("看全部")
    assert office.listed(diaries) == 25
    diaries._searched("钱金水")
    assert office.listed(diaries) == 1
    diaries._show_all()
    worker = office.mouse.field(QComboBox, "填写人")
    office.qtbot.waitUntil(lambda: worker.count() == 2)
    assert [worker.itemText(n) for n in range(worker.count())] == ["全部人员", "王芳"]


def test_a_diary_from_the_day_after_tomorrow_is_flagged(office: Office) -> None:
    visit(office.grid, 1, MORNING + 2 * DAY, text="后天的走访")
    office.diaries()
    assert "走访时间有误" in words_of(office.reader())
    assert "请与填写人核对" in words_of(office.reader())
    office.press("已阅")
    settle(office.window)
    assert "走访时间有误" not in words_of(office.reader())


def test_how_many_are_left_is_always_said(office: Office) -> None:
    diaries = office.diaries()
    context = office.window.page_head("oversight")._context
    assert context.text().endswith("待批阅 24 篇")
    office.press("已阅")
    office.listed(diaries)
    assert context.text().endswith("待批阅 23 篇")


def test_a_diary_that_was_sent_back_reaches_the_workers_today(
    centre: Centre, tmp_path: Path, qtbot: QtBot, theme: Theme
) -> None:
    centre.found()
    centre.hire("王芳", "grid_worker", GRID_CODE)
    centre.hire("赵强", "supervisor", "330683106")
    village = Village(centre, tmp_path)
    wang, zhao = village.desk("王芳"), village.desk("赵强")
    home = village.household(wang, "王桂英")
    diary = wang.ledger.save("visit", {"household": home, "text": "都好。"}).id
    wang.sync()
    zhao.sync()
    with ExitStack() as windows:
        shown = windows.enter_context(window_of(zhao, qtbot))
        shown.window.go("oversight", "diaries")
        diaries = shown.window.findChild(Diaries)
        assert diaries is not None
        qtbot.waitUntil(lambda: diaries._chosen == diary)
        mouse = Mouse(shown.window)
        write(mouse.field(QPlainTextEdit, "批语"), "请写明老人用药情况。")
        mouse.press("退回补充")
        zhao.sync()
        wang.sync()
    with ExitStack() as windows:
        shown = windows.enter_context(window_of(wang, qtbot))
        settle(shown.window)
        words = words_of(shown.window)
        assert shown.window.here == "today"
        assert "退回补充" in words
        assert "赵强：请写明老人用药情况。" in words
        Mouse(shown.window).press("去补充")
        assert shown.window.drawer is not None
    village.close()


@pytest.mark.parametrize("face", ["board", "diaries"])
@pytest.mark.parametrize(
    ("scale", "width", "height"), [(1.0, 1366, 768), (1.2, 1366, 690), (1.4, 1366, 690), (1.0, 1024, 640)]
)
def test_everything_can_be_read_and_has_a_name(
    office: Office, theme: Theme, face: str, scale: float, width: int, height: int
) -> None:
    theme.set_scale(scale)
    office.window.resize(width, height)
    if face == "board":
        office.board()
    else:
        office.diaries()
    settle(office.window)
    assert cut_off(office.window) == []
    assert nameless(office.window) == []

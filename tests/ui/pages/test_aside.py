"""What somebody wrote for a grid that is not his waits at the centre; its supervisor reads it and decides."""

import pytest
from PySide6.QtWidgets import QPlainTextEdit

from gridserver.storage import watch
from gridworker.errors import GridworkerError, NotFound
from gridworker.protocol.oversight import Decision
from gridworker.storage import restore
from gridworker.ui.pages.oversight_aside import AsideDrawer
from gridworker.ui.pages.oversight_board import Board
from gridworker.ui.theme import Theme
from tests.helpers.centre_fixtures import centre, database, portal, postgres
from tests.helpers.desk_fixtures import GRID, OTHER_GRID
from tests.helpers.desk_window import window_of
from tests.helpers.legible import cut_off, nameless, settle
from tests.helpers.mouse import Mouse, words_of, write
from tests.stories.conftest import desk, founded

__all__ = ["centre", "database", "desk", "founded", "portal", "postgres"]


@pytest.fixture
def village(founded):
    """A district that every desk knows."""
    return founded


@pytest.fixture
def wang(village, desk, tmp_path):
    """A worker who writes, in a store from before, in the grid that was taken from him since."""
    wang = desk("wang")
    copy = tmp_path / "yesterday.db"
    wang.store.backup_to(copy, wang.key)
    with village.centre.staff() as staff:
        staff.assign("wang", OTHER_GRID)
        staff.unassign("wang", GRID)
    wang.sync()
    village.household(wang, grid=OTHER_GRID)
    wang.sync()
    wang.close()
    restore.put_back(wang.opened.entry.path, wang.key, copy, tmp_path / "aside")
    wang = village.open(wang)
    wang.household = village.household(wang, "陈建国", phone="13812345678", household_no="GL-0012")
    assert wang.sync().refused == 1
    village.centre.clock.move(minutes=20)
    return wang


@pytest.fixture
def zhao(wang, village, desk, qtbot, theme: Theme):
    """The supervisor's window, after a sync."""
    with window_of(desk("zhao"), qtbot) as window:
        window.sync()
        yield window


def drawer(zhao, qtbot):
    """What waits, opened from the board."""
    zhao.window.go("oversight", "board")
    board = zhao.window.findChild(Board)
    qtbot.waitUntil(lambda: board._job is not None and board._job.over and "还没有收下" in words_of(board))
    Mouse(zhao.window).press("看一看", board)
    found = zhao.window.findChild(AsideDrawer)
    qtbot.waitUntil(lambda: found._take.isEnabled())
    settle(zhao.window)
    return found


def test_he_takes_it_and_it_is_everywhere_in_its_authors_name(zhao, wang, village, qtbot):
    reading = drawer(zhao, qtbot)
    words = words_of(reading)
    for told in ("wang交来的内容", "新建住户：陈建国", "马村3号", "138****5678", "GL-0012", "不在他的范围内"):
        assert told in words
    assert "13812345678" not in words, "a telephone is read in part"
    assert cut_off(zhao.window) == []
    assert nameless(zhao.window) == []
    with qtbot.waitSignal(zhao.control.finished, timeout=20_000):
        Mouse(zhao.window).press("收下", reading)
    assert zhao.window.findChild(AsideDrawer) is None or not zhao.window.findChild(AsideDrawer).isVisible()
    assert zhao.desk.ledger.put_aside() == []
    assert "等您决定" not in words_of(zhao.window)
    row = zhao.desk.store.get("household", wang.household)
    assert row.fields["head_name"] == "陈建国"
    assert row.writer("head_name").by == wang.me.person
    wang.sync()
    assert wang.store.outbox_rows(["attention"]) == []
    with village.centre.conn() as conn:
        noted = [note["act"] for note in watch.notes(conn) if str(note["act"]).startswith("quarantine")]
    assert noted == ["quarantine_show", "quarantine_release"]


def test_he_hands_it_back_and_the_author_reads_why(zhao, wang, qtbot):
    reading, mouse = drawer(zhao, qtbot), Mouse(zhao.window)
    mouse.press("退回并说明原因…", reading)
    mouse.press("退回给作者", reading)
    assert "请先写明退回的原因" in words_of(reading)
    write(mouse.field(QPlainTextEdit, "退回的原因"), "这一户已由第1网格登记。")
    mouse.press("退回给作者", reading)
    qtbot.waitUntil(lambda: zhao.desk.ledger.put_aside() == [])
    qtbot.waitUntil(lambda: "已退回给wang" in words_of(zhao.window))
    wang.sync()
    (line,) = wang.store.outbox_rows(["attention"])
    assert (line.code, line.reason) == ("rejected", "这一户已由第1网格登记。")
    assert zhao.desk.store.get("household", wang.household) is None


def test_without_a_line_it_is_said_and_can_be_asked_again(zhao, village, qtbot):
    village.line.cut_after = 0
    zhao.window.go("oversight", "board")
    board = zhao.window.findChild(Board)
    qtbot.waitUntil(lambda: "还没有收下" in words_of(board))
    Mouse(zhao.window).press("看一看", board)
    reading = zhao.window.findChild(AsideDrawer)
    qtbot.waitUntil(lambda: "由中心保管着，不会丢" in words_of(reading))
    assert not reading._take.isEnabled()
    village.line.cut_after = None
    Mouse(zhao.window).press("再试一次", reading)
    qtbot.waitUntil(lambda: reading._take.isEnabled())


def test_what_still_does_not_fit_stays_and_the_supervisor_is_told(zhao, wang, village, qtbot):
    with village.centre.conn() as conn:
        conn.exec_driver_sql("UPDATE account SET role = 'mediator' WHERE login = 'wang'")
    reading = drawer(zhao, qtbot)
    Mouse(zhao.window).press("收下", reading)
    qtbot.waitUntil(lambda: "还是收不下，仍由中心保管" in words_of(reading))
    assert reading._take.isEnabled()
    assert len(zhao.desk.ledger.put_aside()) == 1


def test_nobody_decides_about_another_place(zhao, wang, village, desk):
    [aside] = zhao.desk.ledger.put_aside()
    village.centre.hire("sun", "supervisor", "330683107")
    for stranger, error in ((desk("sun"), NotFound), (desk("li"), GridworkerError), (wang, GridworkerError)):
        with pytest.raises(error):
            stranger.put_aside(aside["id"])
        with pytest.raises(error):
            stranger.decide(aside["id"], Decision(take=True))
    for odd in (0, 10**12, 2**70):
        with pytest.raises(GridworkerError):
            zhao.desk.put_aside(odd)
    with pytest.raises(RuntimeError, match="bad_request"):
        zhao.desk.decide(aside["id"], Decision(take=False, reason="  "))
    assert [each["id"] for each in zhao.desk.ledger.put_aside()] == [aside["id"]]

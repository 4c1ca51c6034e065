"""用U盘交接 as a worker does it: out of his window, through another's, and back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from gridworker.app.desk import Desk
from gridworker.errors import Cancelled, DeviceWiped
from gridworker.protocol.courier import ORDER, write_word
from gridworker.sync.courier import Taken
from gridworker.sync.crates import Exported, Load
from gridworker.ui.background import Progress
from gridworker.ui.pages.stick_card import StickCard
from gridworker.ui.pages.stick_drawer import StickDrawer
from gridworker.ui.theme import Theme
from tests.helpers.centre import KEYS, Centre
from tests.helpers.centre_fixtures import centre, database, portal, postgres
from tests.helpers.desk_fixtures import Village
from tests.helpers.desk_window import DeskWindow, window_of
from tests.helpers.legible import cut_off, settle
from tests.helpers.mouse import Mouse, words_of
from tests.stories.conftest import village

__all__ = ["centre", "database", "portal", "postgres", "village"]


@pytest.fixture
def wang(village: Village, qtbot: QtBot, theme: Theme) -> Iterator[DeskWindow]:
    """王's window."""
    with window_of(village.desk("wang"), qtbot) as window:
        yield window


def card(at: DeskWindow) -> StickCard:
    """The card on 同步."""
    at.window.go("sync")
    settle(at.window)
    found = at.window.findChild(StickCard)
    assert found is not None
    return found


def said(at: DeskWindow) -> str:
    """What the message bar says."""
    message = at.window.messages.current()
    return "" if message is None else f"{message.text} {message.advice}"


def test_from_the_village_to_the_centre_and_back(
    wang: DeskWindow, village: Village, centre: Centre, qtbot: QtBot, tmp_path: Path
) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    assert not card(wang).can_export, "nothing waits"
    home = village.household(wang.desk)
    wang.window.redraw(frozenset({"household", "outbox"}))
    mine = card(wang)
    assert mine.can_export
    assert cut_off(wang.window) == []
    mine.export(str(stick))
    qtbot.waitUntil(lambda: "已导出 1 处修改" in said(wang))
    (package,) = stick.glob("*.gwp")
    assert package.name in said(wang)

    li = village.desk("li")
    with window_of(li, qtbot) as other:
        theirs = card(other)
        theirs.take(str(package))
        qtbot.waitUntil(lambda: "已收下别的电脑的数据包" in said(other))
        assert "代别人带着 1 个数据包" in words_of(card(other))
        other.sync()
        theirs = card(other)
        qtbot.waitUntil(lambda: "有 1 份回执要带回" in words_of(theirs))
        theirs.receipts(str(stick))
        qtbot.waitUntil(lambda: "已导出 1 份回执" in said(other))

    (receipt,) = stick.glob("*.gwr")
    mine.take(str(receipt))
    qtbot.waitUntil(lambda: "中心已收到 1 处" in said(wang))
    assert wang.desk.store.state_of("household", home) == "accepted"
    assert not card(wang).can_export


def test_a_wrong_file_is_said_and_a_full_stick_leaves_nothing_half(
    wang: DeskWindow, village: Village, qtbot: QtBot, tmp_path: Path
) -> None:
    wrong = tmp_path / "照片.gwp"
    wrong.write_bytes(b"no package")
    card(wang).take(str(wrong))
    qtbot.waitUntil(lambda: "这个文件不能用" in said(wang))
    village.household(wang.desk)
    card(wang).export(str(tmp_path / "not there" / "x.gwp"))
    qtbot.waitUntil(lambda: "没有写到U盘上" in said(wang))
    assert list(tmp_path.glob("**/*.part")) == []


def test_it_asks_where_and_which(wang: DeskWindow, village: Village) -> None:
    village.household(wang.desk)
    wang.window.redraw(frozenset({"outbox"}))
    mine = card(wang)
    mouse = Mouse(wang.window)
    mouse.press("导出数据包")
    dialog = mine.findChild(QFileDialog)
    assert dialog is not None
    assert dialog.fileMode() is QFileDialog.FileMode.Directory
    dialog.reject()


def test_an_order_that_was_brought_ends_the_work_at_this_desk(
    wang: DeskWindow, village: Village, qtbot: QtBot, tmp_path: Path
) -> None:
    with village.centre.staff() as staff:
        order = staff.wipe_device(wang.desk.store.meta("device"), KEYS.sign, stolen=True)
    (tmp_path / "order.gwo").write_bytes(write_word(ORDER, order))
    card(wang).take(str(tmp_path / "order.gwo"))
    qtbot.waitUntil(lambda: isinstance(wang.control.view.error, DeviceWiped))
    assert list(tmp_path.glob("*.gww")) == [], "there was a line: the centre knows that it was done"


def with_a_photo(village: Village, desk: Desk) -> str:
    """A household with a paper that nobody has yet."""
    assert desk.ledger.files is not None
    entry = desk.ledger.files.keep(b"%PDF-1.7 " + bytes(range(256)) * 2000, "application/pdf", None)
    return village.household(desk, photos=[entry])


def test_before_photos_go_along_it_says_how_much_they_are_and_several_files_are_taken_at_once(
    wang: DeskWindow, village: Village, qtbot: QtBot, tmp_path: Path
) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    home = with_a_photo(village, wang.desk)
    wang.window.redraw(frozenset({"household", "outbox"}))
    mine = card(wang)
    mine.export(str(stick))
    qtbot.waitUntil(lambda: wang.window.findChild(StickDrawer) is not None)
    drawer = wang.window.findChild(StickDrawer)
    assert drawer is not None
    words = words_of(drawer)
    assert "文字修改 1 处" in words
    assert "照片和文件 1 个，共 500 KB" in words
    assert "U盘上还有" in words
    assert cut_off(wang.window) == []
    Mouse(wang.window).press("带照片一起导出")
    qtbot.waitUntil(lambda: "1 处修改、1 个照片和文件" in said(wang))
    assert "共 2 个文件" in said(wang)

    li = village.desk("li")
    with window_of(li, qtbot) as other:
        theirs = card(other)
        theirs.take(*map(str, stick.iterdir()))
        qtbot.waitUntil(lambda: "代别人带着 2 个" in said(other))
        other.sync()
        li.send_files()
        theirs.receipts(str(stick))
        qtbot.waitUntil(lambda: "已导出 2 份回执" in said(other))
    mine.take(*map(str, stick.glob("*.gwr")))
    qtbot.waitUntil(lambda: "1 个已在中心" in said(wang))
    assert wang.desk.ledger.files is not None
    (entry,) = wang.desk.ledger.get("household", home)["photos"].values()
    assert wang.desk.ledger.files.state(entry) == "stored"


@pytest.mark.parametrize("changes", [0, 3])
def test_a_stick_without_room_for_photos_takes_the_text_alone(wang: DeskWindow, changes: int) -> None:
    asked: list[bool] = []
    load = Load(changes=changes, files=213, size=3 << 30, parts=13, free=2 << 30)
    drawer = StickDrawer(load, asked.append, wang.window)
    wang.window.open_drawer(drawer)
    settle(wang.window)
    words = words_of(drawer)
    assert "分成 13 份" in words
    assert "装不下照片：需要 3.0 GB" in words
    assert "带照片一起导出" not in words
    assert cut_off(wang.window) == []
    if changes:
        Mouse(wang.window).press("只带文字")
    assert asked == ([False] if changes else [])


class SlowStick:
    """One on which writing takes until somebody stops it."""

    def look(self, folder: Path, progress: Progress) -> Load:
        return Load(changes=1, files=1, size=9, parts=1, free=1 << 30)

    def export(self, path: Path, progress: Progress, *, files: bool = False) -> Exported:
        while not progress.wait(0.01):
            progress.report(4 << 20, 9 << 20, "正在把照片装进U盘")
        raise Cancelled

    def take(self, path: Path, progress: Progress) -> Taken:
        raise AssertionError

    def receipts(self, folder: Path, progress: Progress) -> list[Path]:
        raise AssertionError


def test_writing_shows_how_far_it_is_and_can_be_stopped(wang: DeskWindow, qtbot: QtBot, tmp_path: Path) -> None:
    slow = StickCard(SlowStick(), wang.window, wang.window.redraw, wang.control.cleared)
    qtbot.addWidget(slow)
    slow.show_counts(1, 0, 0, 0)
    slow.show()
    slow.export(str(tmp_path))
    qtbot.waitUntil(lambda: "正在把照片装进U盘（4.0 MB / 9.0 MB）" in words_of(slow))
    slow.export(str(tmp_path))
    slow.cancel()
    qtbot.waitUntil(lambda: "已取消" in said(wang))
    assert "正在把照片装进U盘" not in words_of(slow)

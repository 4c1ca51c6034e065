"""用U盘交接 as a worker does it: out of his window, through another's, and back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from gridworker.errors import DeviceWiped
from gridworker.protocol.courier import ORDER, write_word
from gridworker.ui.pages.stick_card import StickCard
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

"""Photos on the pages: taken into a diary in three ways, seen in full, waiting and sent; all with the keyboard."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from gridworker.errors import CentreUnreachable, NotAccepted
from gridworker.storage.cabinet import Cabinet
from gridworker.sync.files import FilesReport
from gridworker.sync.report import Report
from gridworker.ui.background import Background
from gridworker.ui.file_control import FileControl
from gridworker.ui.file_tile import FileTile
from gridworker.ui.forms.files import FilesEditor
from gridworker.ui.pages.sync_files import FilesCard
from gridworker.ui.pages.visit_drawer import VisitDrawer
from gridworker.ui.photo_view import PhotoView
from gridworker.ui.sync_control import SyncControl
from tests.helpers.photos import jpeg, picture, with_exif
from tests.helpers.small_grid import KEY
from tests.ui.pages.conftest import Opened


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A photo on the worker's disk."""
    path = tmp_path / "IMG_0001.jpg"
    path.write_bytes(with_exif(jpeg(picture(300, 200))))
    return path


@pytest.fixture
def drawer(opened: Opened) -> VisitDrawer:
    """记走访 at a household."""
    household = opened.grid.records("household")[0]["id"]
    opened.desktop.open_visit((household,))
    found = opened.window.findChild(VisitDrawer)
    assert found is not None
    return found


def editor_in(widget: Any) -> FilesEditor:
    found = widget.findChild(FilesEditor)
    assert isinstance(found, FilesEditor)
    return found


def settled(qtbot: QtBot, editor: FilesEditor, count: int) -> None:
    qtbot.waitUntil(lambda: len(editor.value()) == count and not editor.faults(), timeout=20_000)


def tiles(widget: Any) -> list[FileTile]:
    return [tile for tile in widget.findChildren(FileTile) if tile.isVisible()]


def saved(qtbot: QtBot, opened: Opened, drawer: VisitDrawer, photo: Path) -> dict[str, Any]:
    """The diary, saved with this photo."""
    editor = editor_in(drawer)
    editor.add(photo)
    settled(qtbot, editor, 1)
    drawer.submit()
    return max(opened.grid.records("visit"), key=lambda each: str(each["id"]))


def test_a_photo_that_was_added_is_in_the_diary_small_with_its_time_and_waits(
    qtbot: QtBot, opened: Opened, drawer: VisitDrawer, photo: Path
) -> None:
    editor_in(drawer).add(photo)
    assert editor_in(drawer).faults(), "it cannot be saved while the photo is being made small"
    settled(qtbot, editor_in(drawer), 1)
    editor_in(drawer).set_value({})
    visit = saved(qtbot, opened, drawer, photo)
    (entry,) = visit["photos"].values()
    assert (entry["media_type"], entry["taken_at"]) == ("image/webp", 1_772_414_040_000)
    files = opened.grid.ledger.files
    assert files is not None
    (waiting,) = files.waiting()
    assert (waiting.link.record, waiting.reason) == (visit["id"], "text")


def test_what_is_dragged_in_or_pasted_is_taken_as_well(qtbot: QtBot, drawer: VisitDrawer, photo: Path) -> None:
    editor = editor_in(drawer)
    dragged = QMimeData()
    dragged.setUrls([QUrl.fromLocalFile(str(photo))])
    assert editor.take(dragged)
    settled(qtbot, editor, 1)
    QGuiApplication.clipboard().setImage(picture(90, 60, seed=2))
    qtbot.keyClick(editor.focusProxy(), Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    settled(qtbot, editor, 2)
    copied = QMimeData()
    copied.setImageData(picture(60, 90, seed=3))
    drawer.fields._text.insertFromMimeData(copied)
    settled(qtbot, editor, 3)
    drawer.fields._text.insertFromMimeData(dragged)
    qtbot.waitUntil(lambda: "已经在里面" in editor._wrong.text())
    assert drawer.fields.text() == "", "no path of a file is written into the diary"


def test_what_cannot_be_attached_is_said_where_it_was_tried(qtbot: QtBot, drawer: VisitDrawer, tmp_path: Path) -> None:
    program = tmp_path / "setup.exe"
    program.write_bytes(b"MZ")
    editor = editor_in(drawer)
    editor.add(program)
    qtbot.waitUntil(lambda: "不能附上" in editor._wrong.text())
    assert editor._wrong.isVisible()
    assert editor.value() == {}
    QGuiApplication.clipboard().clear()
    editor.paste()
    assert "没有照片" in editor._wrong.text()


def test_a_photo_is_taken_out_by_delete_and_put_back_and_the_draft_knows(
    qtbot: QtBot, opened: Opened, drawer: VisitDrawer, photo: Path
) -> None:
    editor = editor_in(drawer)
    editor.add(photo)
    settled(qtbot, editor, 1)
    (tile,) = tiles(drawer)
    qtbot.keyClick(tile, Qt.Key.Key_Delete)
    assert editor.value() == {}
    editor._back.click()
    assert len(editor.value()) == 1
    drawer.keep_draft()
    (draft,) = [each for each in opened.grid.ledger.drafts() if each.fields.get("photos")]
    assert draft.fields["photos"] == editor.value()


def test_the_last_photo_of_a_diary_can_be_taken_out_again_and_an_undo_brings_it_back(
    qtbot: QtBot, opened: Opened, drawer: VisitDrawer, photo: Path
) -> None:
    visit = saved(qtbot, opened, drawer, photo)["id"]
    opened.desktop.edit_visit(visit)
    (again,) = [each for each in opened.window.findChildren(VisitDrawer) if each.isVisible()]
    editor_in(again)._remove(next(iter(editor_in(again).value())))
    again.fields._text.set_text("看过了")
    again.submit()
    assert "photos" not in (opened.grid.ledger.get("visit", visit) or {})
    opened.window.acts.trigger("undo")
    assert len((opened.grid.ledger.get("visit", visit) or {})["photos"]) == 1


def test_a_photo_is_seen_in_full_captioned_and_left_with_the_keyboard(
    qtbot: QtBot, opened: Opened, drawer: VisitDrawer, photo: Path, tmp_path: Path
) -> None:
    other = tmp_path / "b.jpg"
    other.write_bytes(jpeg(picture(200, 300, seed=5)))
    editor = editor_in(drawer)
    for number, path in enumerate((photo, other), 1):
        editor.add(path)
        settled(qtbot, editor, number)
    qtbot.keyClick(tiles(drawer)[0], Qt.Key.Key_Return)
    view = opened.window.findChild(PhotoView)
    assert view is not None
    assert view.isVisible()
    assert not view._picture.pixmap().isNull()
    view._caption.setFocus()
    qtbot.keyClicks(view._caption, "after rain")
    assert [value.get("caption") for value in editor.value().values()] == ["after rain", None]
    view._close.setFocus()
    qtbot.keyClick(view._close, Qt.Key.Key_Right)
    assert view._title.text().endswith("2 / 2")
    qtbot.keyClick(view._close, Qt.Key.Key_Escape)
    assert not view.isVisible()
    assert drawer.isVisible(), "the diary is still open behind it"


def test_a_photo_that_is_not_here_is_fetched_when_it_is_opened(
    qtbot: QtBot, opened: Opened, drawer: VisitDrawer, photo: Path
) -> None:
    visit = saved(qtbot, opened, drawer, photo)
    (entry,) = visit["photos"].values()
    files, album = opened.grid.ledger.files, opened.grid.work.references.album
    assert files is not None
    assert album is not None
    body = files.content(entry["sha256"])
    files._cabinet.evict(entry["sha256"])
    asked = []

    def fetch(link: Any, thumb: Any, progress: Any) -> None:
        asked.append(link.sha256)
        cabinet = Cabinet.open(opened.grid.path, KEY)
        cabinet.begin(link.sha256, link.size, link.media_type, 1)
        cabinet.add(link.sha256, 0, body)
        cabinet.complete(link.sha256, thumb)
        cabinet.close()

    album._fetch = fetch
    view = PhotoView(opened.window, album, list(visit["photos"].items()), "", editable=False)
    view.open_over()
    assert "下载" in view._picture.accessibleName()
    qtbot.waitUntil(lambda: view._picture.accessibleName() == "照片")
    assert asked == [entry["sha256"]]


def test_without_a_line_the_view_says_what_to_do(
    qtbot: QtBot, opened: Opened, drawer: VisitDrawer, photo: Path
) -> None:
    visit = saved(qtbot, opened, drawer, photo)
    (entry,) = visit["photos"].values()
    files, album = opened.grid.ledger.files, opened.grid.work.references.album
    assert files is not None
    assert album is not None
    files._cabinet.evict(entry["sha256"])
    view = PhotoView(opened.window, album, list(visit["photos"].items()), "", editable=False)
    view.open_over()
    assert "还没有连接中心" in view._picture.accessibleName()


def test_what_is_saved_elsewhere_is_noted(
    qtbot: QtBot, opened: Opened, drawer: VisitDrawer, photo: Path, tmp_path: Path
) -> None:
    visit = saved(qtbot, opened, drawer, photo)
    album = opened.grid.work.references.album
    assert album is not None
    (entry,) = visit["photos"].values()
    album.export(entry, tmp_path / "out.webp")
    assert (tmp_path / "out.webp").read_bytes()[8:12] == b"WEBP"
    noted = [each for each in opened.grid.records("audit") if each["act"] == "export"]
    assert [(each["record_kind"], each["record"]) for each in noted] == [("visit", visit["id"])]
    with pytest.raises(NotAccepted):
        album.export(entry, tmp_path / "nowhere" / "out.webp")


# ------------------------------------------------------------------ the queue


@pytest.fixture
def control(background: Background) -> SyncControl:
    """A sync that has nothing to do."""
    return SyncControl(background, lambda _: Report(ok=True), monotonic=lambda: 0, spread=lambda: 0.5)


def test_files_go_up_when_a_sync_has_ended_and_make_room_for_the_next(
    qtbot: QtBot, background: Background, control: SyncControl
) -> None:
    runs: list[str] = []

    def send(progress: Any) -> FilesReport:
        runs.append("begun")
        progress.report(1, 10, "正在上传照片和文件 1 / 1")
        if len(runs) == 1:
            progress.wait(20)
            progress.check()
        runs.append("done")
        return FilesReport()

    files = FileControl(background, send, control)
    control.start()
    qtbot.waitUntil(lambda: files.view.running)
    control.start()  # a person has saved something: text first
    qtbot.waitUntil(lambda: runs == ["begun", "begun", "done"] and not files.view.running)
    assert files.view.error is None
    control.close()


def test_what_came_across_is_heard_of_with_one_more_sync_and_no_more(
    qtbot: QtBot, background: Background, control: SyncControl
) -> None:
    reports = iter([FilesReport(stored=2), FilesReport(), FilesReport()])
    ended: list[object] = []
    files = FileControl(background, lambda _: next(reports), control, control)
    control.finished.connect(ended.append)
    control.start()
    qtbot.waitUntil(lambda: len(ended) == 2 and files._job is None)
    assert not control.view.running
    control.close()


def test_the_sync_page_says_which_files_wait_and_why(
    qtbot: QtBot,
    opened: Opened,
    drawer: VisitDrawer,
    photo: Path,
    background: Background,
    control: SyncControl,
    shown: Callable[[Any], Any],
) -> None:
    saved(qtbot, opened, drawer, photo)
    waits = opened.grid.ledger.files
    assert waits is not None

    def lost(_: Any) -> FilesReport:
        raise CentreUnreachable

    files = FileControl(background, lost, control)
    card = shown(FilesCard(files))
    card.show_waiting(waits.waiting())
    assert card._words.text() == "1 个：等文字先上传。"
    control.start()
    qtbot.waitUntil(lambda: files.view.error is not None)
    card.show_waiting(waits.waiting())
    assert "连不上中心" in card._error.text()
    card.show_waiting([])
    assert not card.isVisible()
    control.close()


def test_without_photos_a_form_has_one_line_for_them(drawer: VisitDrawer) -> None:
    assert tiles(drawer) == []
    assert editor_in(drawer).height() < 60

"""How a list of photos and papers is edited: by a button, by dragging them in, by pasting; and how it is shown."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from PySide6.QtCore import QMimeData, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QImage, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QFileDialog, QWidget

from gridworker.errors import Cancelled, GridworkerError
from gridworker.records.files import Files
from gridworker.ui.album import Album
from gridworker.ui.background import Job
from gridworker.ui.file_tile import FileTile
from gridworker.ui.forms.editors import Editor
from gridworker.ui.photo_view import PhotoView
from gridworker.ui.widgets import Column, Flow, Label, LinkButton, Row

if TYPE_CHECKING:
    from gridworker.ui.references import References

Entries = Mapping[str, Mapping[str, Any]]


class FileStrip(QWidget):
    """Tiles side by side. ``dropped`` and ``captioned`` name the entry."""

    dropped = Signal(str)
    captioned = Signal(str, str)

    def __init__(
        self,
        album: Album,
        *,
        editable: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("clear")
        self._album, self._editable = album, editable
        self._flow = Flow(self, gap=10)
        self._tiles: dict[str, FileTile] = {}
        self._entries: dict[str, Mapping[str, Any]] = {}
        album.came.connect(self._came)

    def show_entries(self, entries: Entries) -> None:
        """Show these, in the order of their ids."""
        for entry in [each for each in self._tiles if each not in entries]:
            tile = self._tiles.pop(entry)
            self._flow.removeWidget(tile)
            tile.hide()
            tile.deleteLater()
        self._entries = {entry: entries[entry] for entry in sorted(entries)}
        for entry, value in self._entries.items():
            if entry in self._tiles:
                self._tiles[entry].show_entry(value)
            else:
                self._add(entry, value)
        self.setVisible(bool(entries))
        self.updateGeometry()

    def tile(self, entry: str) -> FileTile:
        """The tile of an entry."""
        return self._tiles[entry]

    def _add(self, entry: str, value: Mapping[str, Any]) -> None:
        tile = FileTile(value, self._album, editable=self._editable)
        tile.clicked.connect(lambda: self.open_entry(entry))
        tile.dropped.connect(lambda: self.dropped.emit(entry))
        self._tiles[entry] = tile
        self._flow.addWidget(tile)
        tile.show()

    def open_entry(self, entry: str) -> None:
        """In full, over the window."""
        view = PhotoView(
            self.window(),
            self._album,
            list(self._entries.items()),
            entry,
            editable=self._editable,
        )
        view.captioned.connect(self.captioned)
        view.open_over()

    def _came(self, sha256: str) -> None:
        for entry, value in self._entries.items():
            if value.get("sha256") == sha256:
                self._tiles[entry].show_entry(value)


class FilesEditor(Editor):
    """The tiles, and ways to add one; the one removed last can be put back."""

    def __init__(self, field: Files, references: References) -> None:
        part = QWidget()
        part.setObjectName("clear")
        super().__init__(field, part)
        album = references.album
        assert album is not None, "a form with files is made only where there is an album"
        self._album: Album = album
        self._references, self._most = references, field.most
        self._entries: dict[str, dict[str, Any]] = {}
        self._removed: tuple[str, dict[str, Any]] | None = None
        self._jobs: list[Job[dict[str, Any]]] = []
        self._pending = 0
        column = Column(part, gap=6)
        self._strip = FileStrip(album, editable=True)
        self._strip.dropped.connect(self._remove)
        self._strip.captioned.connect(self._caption)
        column.addWidget(self._strip)
        self._busy = Label("", "hint2")
        self._wrong = Label("", "hint", wrap=True)
        self._wrong.set_tone("bad")
        for label in (self._busy, self._wrong):
            label.hide()
            column.addWidget(label)
        column.addLayout(self._foot())
        self.setAcceptDrops(True)
        self.setFocusProxy(self._more)
        self._strip.show_entries({})

    def _foot(self) -> Row:
        foot = Row(gap=14)
        self._more = LinkButton("添加照片或文件", self._pick, icon_name="attach")
        self._more.setToolTip("也可以把照片拖进来")
        self._paste = LinkButton("粘贴", self.paste)
        self._paste.setToolTip("粘贴复制好的照片、截图或文件（Ctrl+V）")
        self._back = LinkButton("放回刚才移除的", self._put_back, icon_name="arrow_undo")
        self._back.hide()
        for part in (self._more, self._paste, self._back):
            foot.addWidget(part)
        foot.addStretch(1)
        return foot

    # ------------------------------------------------------------------ as an editor

    def value(self) -> dict[str, dict[str, Any]]:
        return {entry: dict(value) for entry, value in self._entries.items()}

    def set_value(self, value: Any) -> None:
        self._entries = {entry: dict(kept) for entry, kept in (value or {}).items()}
        self._removed = None
        self._back.hide()
        self._wrong.hide()
        self._strip.show_entries(self._entries)

    def faults(self) -> list[tuple[str, str]]:
        return [("", "照片还在处理，请等一两秒再保存。")] if self._pending else []

    def set_wrong(self, wrong: bool) -> None:
        """The words under the row say it."""

    # ------------------------------------------------------------------ adding

    def add(self, source: Path | QImage) -> None:
        """Make it small, keep it, and put it into the list."""
        if len(self._entries) + self._pending >= self._most:
            self._say(f"最多附 {self._most} 个。")
            return
        self._pending += 1
        self._told()
        self._wrong.hide()
        self._jobs.append(self._album.add(source, self._added, self._not_added))

    def paste(self) -> None:
        """What was copied: a picture, or files."""
        copied = cast("QMimeData | None", QGuiApplication.clipboard().mimeData())
        if copied is None or not self.take(copied):
            self._say("剪贴板里没有照片。请先复制照片或截图，再按“粘贴”。")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+V."""
        if event.matches(QKeySequence.StandardKey.Paste):
            self.paste()
            return
        super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Files and pictures may come in."""
        if event.mimeData().hasUrls() or event.mimeData().hasImage():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """They have come."""
        if self.take(event.mimeData()):
            event.acceptProposedAction()

    def take(self, data: QMimeData) -> bool:
        """What can be attached of it; False when there is nothing."""
        paths = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
        sources: list[Path | QImage] = list(paths)
        if not sources and data.hasImage():
            image = data.imageData()
            sources = [image] if isinstance(image, QImage) and not image.isNull() else []
        for source in sources:
            self.add(source)
        return bool(sources)

    def _pick(self) -> None:
        from gridworker.ui.pictures import PICKED

        paths, _ = QFileDialog.getOpenFileNames(self, "选择照片或文件", "", PICKED)
        for path in paths:
            self.add(Path(path))

    def _added(self, entry: dict[str, Any]) -> None:
        self._pending -= 1
        self._told()
        if any(each["sha256"] == entry["sha256"] for each in self._entries.values()):
            self._say("这张照片已经在里面了。")
            return
        self._entries[self._references.new_id()] = entry
        self._changed()

    def _not_added(self, error: GridworkerError) -> None:
        self._pending -= 1
        self._told()
        if not isinstance(error, Cancelled):
            self._say(error.remedy)

    # ------------------------------------------------------------------ changing

    def _remove(self, entry: str) -> None:
        self._removed = entry, self._entries.pop(entry)
        self._back.show()
        self._more.setFocus(Qt.FocusReason.OtherFocusReason)
        self._changed()

    def _put_back(self) -> None:
        assert self._removed is not None, "the link is shown only then"
        entry, value = self._removed
        self._entries[entry] = value
        self._removed = None
        self._back.hide()
        self._changed()

    def _caption(self, entry: str, words: str) -> None:
        self._entries[entry]["caption"] = words.strip() or None
        self._entries[entry] = {name: value for name, value in self._entries[entry].items() if value is not None}
        self._changed()

    def _changed(self) -> None:
        self._strip.show_entries(self._entries)
        self.changed.emit()

    def _told(self) -> None:
        self._busy.setText(f"正在处理 {self._pending} 张照片…")
        self._busy.setVisible(self._pending > 0)

    def _say(self, words: str) -> None:
        self._wrong.setText(words)
        self._wrong.show()

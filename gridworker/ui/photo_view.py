"""A photo or paper in full, over the window: the arrows lead to the next, Escape back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPixmap, QResizeEvent, QShortcut
from PySide6.QtWidgets import QFileDialog, QFrame, QLabel, QSizePolicy, QWidget

from gridworker.errors import GridworkerError
from gridworker.records import media
from gridworker.ui.album import Album
from gridworker.ui.background import Job
from gridworker.ui.civil import china_now
from gridworker.ui.overlay import Overlay
from gridworker.ui.style import mark
from gridworker.ui.theme import px
from gridworker.ui.widgets import Chip, Column, FormRow, IconButton, Label, Line, LinkButton, ProgressStrip, Row, clear

Shown = Sequence[tuple[str, Mapping[str, Any]]]
"""Entry id and what the list says of it."""


class PhotoView(Overlay):
    """``captioned`` (entry id, words) follows every letter of a caption."""

    captioned = Signal(str, str)

    def __init__(
        self,
        parent: QWidget,
        album: Album,
        entries: Shown,
        first: str,
        *,
        editable: bool,
    ) -> None:
        super().__init__(parent)
        self._album = album
        self._entries = [(entry, dict(value)) for entry, value in entries]
        self._at = next((n for n, (entry, _) in enumerate(self._entries) if entry == first), 0)
        self._job: Job[None] | None = None
        self._box = QFrame(self)
        mark(self._box, box="palette")
        column = Column(self._box, margins=(18, 12, 12, 16), gap=10)
        column.addLayout(self._head())
        self._picture = _Picture()
        column.addWidget(self._picture, 1)
        self._progress = ProgressStrip(self._cancel)
        column.addWidget(self._progress)
        self._caption = Line("一句话说明，可不填", name="说明")
        self._caption.textEdited.connect(self._typed)
        self._caption_row = FormRow("说明", self._caption)
        self._caption_row.setVisible(editable)
        column.addWidget(self._caption_row)
        # A button would lead the arrows to the next button; a line that is written in keeps them.
        for key, by in ((Qt.Key.Key_Left, -1), (Qt.Key.Key_Right, 1)):
            QShortcut(key, self, lambda by=by: self._step(by), context=Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self.left.connect(self._go)
        album.came.connect(self._came)
        self._show()

    def _head(self) -> Row:
        row = Row(gap=8)
        self._title = Label("", "strong")
        self._state = Row(gap=0)
        row.addWidget(self._title)
        row.addLayout(self._state)
        self._when = Label("", "hint2")
        row.addWidget(self._when)
        row.addStretch(1)
        self._save = LinkButton("另存为…", self._save_as, icon_name="arrow_download")
        self._previous = IconButton("chevron_left", "上一张", lambda: self._step(-1))
        self._next = IconButton("chevron_right", "下一张", lambda: self._step(1))
        self._close = IconButton("dismiss", "关闭", self.left.emit)
        for part in (self._save, self._previous, self._next, self._close):
            row.addWidget(part)
        return row

    def open_over(self) -> None:
        """Cover the window; the keyboard is here."""
        super().open_over()
        self._close.setFocus(Qt.FocusReason.OtherFocusReason)

    def place(self) -> None:
        """In the middle, with a little room around it."""
        width = min(px(1100), self.width() - px(32))
        height = min(px(820), self.height() - px(32))
        self._box.setGeometry((self.width() - width) // 2, (self.height() - height) // 2, width, height)

    def rescale(self) -> None:
        """Take the size in use."""
        self.place()

    # ------------------------------------------------------------------ inside

    @property
    def _entry(self) -> dict[str, Any]:
        return self._entries[self._at][1]

    def _step(self, by: int) -> None:
        if 0 <= self._at + by < len(self._entries):
            self._cancel()
            self._at += by
            self._show()

    def _show(self) -> None:
        entry, kind = self._entry, media.title_of(str(self._entry.get("media_type")))
        several = f" {self._at + 1} / {len(self._entries)}" if len(self._entries) > 1 else ""
        self._title.setText(f"{entry.get('caption') or kind}{several}")
        words, tone = self._album.state(entry)
        clear(self._state)
        self._state.addWidget(Chip(words, tone))
        taken = entry.get("taken_at")
        self._when.setText(f"拍摄于 {china_now(int(taken)):%Y-%m-%d %H:%M}" if taken else "")
        self._caption.setText(str(entry.get("caption") or ""))
        self._previous.setEnabled(self._at > 0)
        self._next.setEnabled(self._at < len(self._entries) - 1)
        self._progress.hide()
        here = self._album.is_here(entry)
        self._save.setVisible(here)
        if here:
            self._show_content()
        else:
            self._picture.show_words("正在从中心下载…", self._album.thumb(entry))
            self._progress.show()
            self._progress.show_progress(0, 0, "正在下载")
            self._job = self._album.bring(str(entry["sha256"]), self._failed, self._progress.show_progress)

    def _show_content(self) -> None:
        picture = self._album.picture(self._entry)
        if picture is not None:
            self._picture.show_picture(picture)
        else:
            kind = media.title_of(str(self._entry.get("media_type")))
            size = int(self._entry.get("size") or 0)
            self._picture.show_words(f"{kind}，{size_words(size)}。这种文件在这里看不了，可以另存后打开。", None)

    def _came(self, sha256: str) -> None:
        if self._entry["sha256"] == sha256:
            self._show()

    def _failed(self, error: GridworkerError) -> None:
        self._progress.hide()
        self._picture.show_words(f"{error.title}：{error.remedy}", self._album.thumb(self._entry))

    def _cancel(self) -> None:
        if self._job is not None:
            self._job.cancel()
            self._job = None

    def _typed(self, words: str) -> None:
        self._entry["caption"] = words
        self.captioned.emit(self._entries[self._at][0], words)

    def _save_as(self) -> None:
        entry = self._entry
        sort = media.SORTS.get(str(entry.get("media_type")))
        ending = "webp" if entry.get("media_type") == media.PHOTO else sort.endings[0] if sort else "bin"
        path, _ = QFileDialog.getSaveFileName(self, "另存为", f"{entry.get('caption') or '照片'}.{ending}")
        if not path:
            return
        try:
            self._album.export(entry, Path(path))
            self._when.setText("已另存")
        except GridworkerError as error:
            self._when.setText(error.remedy)

    def _go(self) -> None:
        self._cancel()
        self.close_over()
        self.deleteLater()


class _Picture(QLabel):
    """The photo as large as there is room, or words instead."""

    def __init__(self) -> None:
        super().__init__()
        self._whole: QPixmap | None = None
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setWordWrap(True)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)

    def show_picture(self, picture: QPixmap) -> None:
        """This photo."""
        self._whole = picture
        self.setAccessibleName("照片")
        self._fit()

    def show_words(self, words: str, small: QPixmap | None) -> None:
        """What stands in the way; the small picture, if there is one, is seen meanwhile."""
        self._whole = small
        self.setAccessibleName(words)
        if small is None:
            self.setText(words)
        else:
            self._fit()
            self.setToolTip(words)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """As large as there is room."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        if self._whole is not None and not self.size().isEmpty():
            how = Qt.TransformationMode.SmoothTransformation
            size = self._whole.size().boundedTo(self.size()) if self._whole.width() > 400 else self._whole.size()
            shown = self._whole.scaled(size, Qt.AspectRatioMode.KeepAspectRatio, how)
            self.setPixmap(shown)


def size_words(size: int) -> str:
    """``180 KB``, ``2.4 MB``, ``3.1 GB``."""
    if size < 1024 * 1024:
        return f"{max(1, size // 1024)} KB"
    return f"{size / 2**20:.1f} MB" if size < 2**30 else f"{size / 2**30:.1f} GB"

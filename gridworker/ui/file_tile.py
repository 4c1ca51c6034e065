"""One attached file as a tile: its small picture, how far it has come, and its caption."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPainterPath, QPaintEvent, QPixmap
from PySide6.QtWidgets import QSizePolicy

from gridworker.records import media
from gridworker.ui import fonts
from gridworker.ui.album import Album
from gridworker.ui.icons import paint_icon
from gridworker.ui.theme import colour, look, px
from gridworker.ui.tokens import tone_pair
from gridworker.ui.widgets.buttons import IconButton, Pressable

SIDE: Final = 102
"""Design pixels of the picture."""
_WORDS: Final = 40


class FileTile(Pressable):
    """``clicked``: to be seen in full. ``dropped``: to be taken out, by its cross or by Delete."""

    dropped = Signal()

    def __init__(self, entry: Mapping[str, Any], album: Album, *, editable: bool) -> None:
        super().__init__("")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._album, self._editable = album, editable
        self._cross = IconButton("dismiss", "", self.dropped.emit, parent=self)
        self._cross.setVisible(editable)
        self.show_entry(entry)
        self.rescale()

    def show_entry(self, entry: Mapping[str, Any]) -> None:
        """Show this file as it stands now."""
        self._entry = entry
        self._photo = str(entry.get("media_type")) == media.PHOTO
        self._thumb: QPixmap | None = self._album.thumb(entry)
        self._state, self._tone = self._album.state(entry)
        self._title = str(entry.get("caption") or media.title_of(str(entry.get("media_type"))))
        here = "" if self._album.is_here(entry) else "，不在这台电脑上，点开时下载"
        self.setAccessibleName(f"{self._title}，{self._state}{here}")
        self.setToolTip(f"{self._title}\n{self._state}{here}")
        self._cross.setAccessibleName(f"移除{self._title}")
        self._cross.setToolTip(f"移除{self._title}")
        self.update()

    def rescale(self) -> None:
        """Take the size in use."""
        size = self._cross.sizeHint()
        self._cross.setGeometry(px(SIDE) - size.width(), 0, size.width(), size.height())
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        """The picture, and two lines below it."""
        return QSize(px(SIDE), px(SIDE + _WORDS))

    def event(self, event: QEvent) -> bool:
        """Delete is the tile's as long as it has the focus; the window would remove the whole record by it."""
        asked = event if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride else None
        if asked is not None and asked.key() == Qt.Key.Key_Delete and self._editable:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter shows it, Delete takes it out."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        elif event.key() == Qt.Key.Key_Delete and self._editable:
            self.dropped.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Picture, state, caption, and the ring for the keyboard."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        box = QRect(0, 0, px(SIDE), px(SIDE))
        self._paint_picture(painter, box)
        painter.setFont(fonts.font(px(12), bold=True))
        painter.setPen(colour(tone_pair(self._tone)[0]))
        line = QRect(0, px(SIDE + 3), px(SIDE), px(17))
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, self._state)
        painter.setFont(look().font(12))
        painter.setPen(colour("text2"))
        line.translate(0, px(17))
        title = painter.fontMetrics().elidedText(self._title, Qt.TextElideMode.ElideRight, line.width())
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, title)
        painter.end()
        self.paint_ring()

    def _paint_picture(self, painter: QPainter, box: QRect) -> None:
        frame = QPainterPath()
        frame.addRoundedRect(QRectF(box).adjusted(0.5, 0.5, -0.5, -0.5), px(8), px(8))
        painter.fillPath(frame, colour("sunken"))
        if self._thumb is not None:
            painter.save()
            painter.setClipPath(frame)
            painter.drawPixmap(box, self._thumb, _middle_of(self._thumb))
            painter.restore()
        else:
            side = px(36)
            place = QRectF(box.center().x() - side / 2, box.center().y() - side / 2, side, side)
            paint_icon(painter, place, "camera" if self._photo else "attach", "text3")
        painter.setPen(colour("line2"))
        painter.drawPath(frame)
        if self._editable:
            ground = QPainterPath()
            ground.addRoundedRect(QRectF(self._cross.geometry()).adjusted(3, 3, -3, -3), px(6), px(6))
            painter.fillPath(ground, colour("surface"))


def _middle_of(picture: QPixmap) -> QRect:
    """The largest square of it."""
    side = min(picture.width(), picture.height())
    return QRect((picture.width() - side) // 2, (picture.height() - side) // 2, side, side)

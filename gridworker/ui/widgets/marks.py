"""Round marks: avatars and the number tiles at the top of a page."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from gridworker.ui import fonts
from gridworker.ui.icons import paint_icon
from gridworker.ui.theme import colour, look, px
from gridworker.ui.tokens import Tone, tone_pair
from gridworker.ui.widgets.buttons import Pressable

_AVATAR_TONES: Final[tuple[Tone, ...]] = ("primary", "ok", "warn", "violet", "info")


def tone_of(name: str) -> Tone:
    """A tone that stays the same for the same name, on every desk and every day."""
    return _AVATAR_TONES[sum(name.encode()) % len(_AVATAR_TONES)]


def paint_avatar(painter: QPainter, box: QRectF, name: str, tone: Tone) -> None:
    """Draw a coloured circle with the first character of *name*."""
    word, ground = tone_pair(tone)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour(ground))
    painter.drawEllipse(box)
    painter.setPen(colour(word))
    painter.setFont(fonts.font(round(box.height() * 0.44), bold=True))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, name[:1])
    painter.restore()


class Avatar(QWidget):
    """A coloured circle with the first character of a name; *size* in design pixels."""

    def __init__(
        self,
        name: str,
        size: int = 40,
        *,
        tone: Tone | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._name, self._size, self._tone = name, size, tone
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.rescale()

    def set_name(self, name: str, tone: Tone | None = None) -> None:
        """Stand for someone else."""
        self._name, self._tone = name, tone
        self.update()

    def rescale(self) -> None:
        """Take the size in use."""
        self.setFixedSize(px(self._size), px(self._size))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it."""
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        paint_avatar(QPainter(self), box, self._name, self._tone or tone_of(self._name))


class StatTile(Pressable):
    """A number that opens its list: icon, number, what it counts, one grey line.

    The icon gives way where the tile is narrow.
    """

    ICON_FROM = 225

    def __init__(
        self,
        title: str,
        icon_name: str,
        tone: Tone = "primary",
        *,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(title, parent)
        self._title, self._icon, self._tone = title, icon_name, tone
        self._number, self._note = "—", ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def show_count(self, number: int | str, note: str = "") -> None:
        """The number and the grey line under the title."""
        self._number, self._note = str(number), note
        self.setAccessibleName(f"{self._title} {self._number}，{note}".rstrip("，"))
        self.setToolTip(note)
        self.update()

    def rescale(self) -> None:
        """Take the size in use."""
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        """86 high; as wide as the row gives."""
        return QSize(px(240), px(86))

    def minimumSizeHint(self) -> QSize:
        """Room for a number and four characters."""
        return QSize(px(150), px(86))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the card, the icon, the number and the two lines."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QPen(colour("ctl" if self.underMouse() else "line"), 1))
        painter.setBrush(colour("sunken" if self.isDown() else "surface"))
        painter.drawRoundedRect(box, px(10), px(10))
        x = px(14 if self.width() >= px(160) else 10)
        if self.width() >= px(self.ICON_FROM):
            x = self._paint_icon(painter, x) + px(12)
        self._paint_words(painter, x)
        painter.end()
        self.paint_ring(10)

    def _paint_icon(self, painter: QPainter, x: int) -> int:
        side = px(46)
        top = (self.height() - side) // 2
        word, ground = tone_pair(self._tone)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour(ground))
        painter.drawRoundedRect(QRectF(x, top, side, side), px(8), px(8))
        inner = px(24)
        gap = (side - inner) // 2
        paint_icon(painter, QRectF(x + gap, top + gap, inner, inner), self._icon, word)
        return x + side

    def _paint_words(self, painter: QPainter, x: int) -> None:
        number = look().font(fonts.NUMBER, bold=True)
        painter.setFont(number)
        painter.setPen(colour("text"))
        width = painter.fontMetrics().horizontalAdvance(self._number)
        middle = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.drawText(QRectF(x, 0, width + px(4), self.height()), middle, self._number)
        x += width + px(14 if self.width() >= px(160) else 8)
        room = self.width() - x - px(8)
        half = px(21)
        centre = self.height() // 2
        for bold, size, token, text, top in (
            (True, fonts.BODY, "text", self._title, centre - half),
            (False, fonts.SECONDARY, "text2", self._note, centre),
        ):
            painter.setFont(look().font(size, bold=bold))
            painter.setPen(colour(token))
            metrics = painter.fontMetrics()
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
            painter.drawText(QRectF(x, top, room, half), middle, shown)


class Badge(QWidget):
    """A red count; hidden at zero."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._count = 0
        self.hide()

    def set_count(self, count: int) -> None:
        """Show *count*, 99+ above ninety-nine."""
        self._count = count
        self.setVisible(count > 0)
        self.update()

    def sizeHint(self) -> QSize:
        """A circle, or a little wider."""
        return QSize(px(22), px(22))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it."""
        paint_badge(QPainter(self), QPoint(0, 0), self._count)


def paint_badge(painter: QPainter, at: QPoint, count: int) -> None:
    """Draw a red count with its left top corner at *at*."""
    text = str(count) if count < 100 else "99+"
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(look().font(12, bold=True))
    side = px(19)
    width = max(side, painter.fontMetrics().horizontalAdvance(text) + px(9))
    box = QRectF(at.x(), at.y(), width, side)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour("bad"))
    painter.drawRoundedRect(box, side / 2, side / 2)
    painter.setPen(colour("on_bad"))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
    painter.restore()

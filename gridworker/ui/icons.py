"""Icons that know a colour's name, not a colour, so that a theme switch needs no refresh."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Final

from PySide6.QtCore import QByteArray, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QIconEngine, QPainter, QPixmap, QPixmapCache
from PySide6.QtWidgets import QWidget

from gridworker.ui.style import RESOURCES
from gridworker.ui.theme import look

ICONS: Final = RESOURCES / "icons"


@lru_cache(maxsize=512)
def _source(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _drawing(name: str, size: float, *, filled: bool) -> str:
    """The drawing made for the grid nearest to *size* in screen pixels."""
    grid = 20 if size <= 20 else 24
    style = "filled" if filled else "regular"
    return _source(ICONS / f"{name}_{grid}_{style}.svg")


def paint_icon(painter: QPainter, rect: QRectF, name: str, token: str, *, filled: bool = False) -> None:
    """Draw icon *name* in the colour of *token*, filling *rect*."""
    ratio = painter.device().devicePixelRatioF()
    size = QSize(round(rect.width()), round(rect.height()))
    painter.drawPixmap(rect.toAlignedRect(), _pixmap(name, token, size, ratio, filled=filled))


def _pixmap(name: str, token: str, size: QSize, ratio: float, *, filled: bool) -> QPixmap:
    shade = look().colour(token).name()
    key = f"{name}/{filled}/{shade}/{size.width()}x{size.height()}@{ratio}"
    found = QPixmap()
    if not QPixmapCache.find(key, found):
        found = _render(name, shade, size, ratio, filled=filled)
        QPixmapCache.insert(key, found)
    return found


def _render(name: str, shade: str, size: QSize, ratio: float, *, filled: bool) -> QPixmap:
    # Imported here: a window without one icon on it never pays for it.
    from PySide6.QtSvg import QSvgRenderer

    text = _drawing(name, size.width(), filled=filled)
    renderer = QSvgRenderer(QByteArray(text.replace("<svg ", f'<svg fill="{shade}" ', 1).encode()))
    pixmap = QPixmap(size * ratio)
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    renderer.render(painter, QRectF(QPoint(0, 0), size))
    painter.end()
    return pixmap


class TokenIcon(QIconEngine):
    """One drawing in a token's colour; ``on`` is the token (and filled drawing) when checked."""

    def __init__(self, name: str, token: str, on: str, sink: bool) -> None:
        super().__init__()
        self._name = name
        self._token = token
        self._on = on
        self._sink = sink

    def clone(self) -> QIconEngine:
        """A second engine of the same drawing; Qt owns it."""
        return TokenIcon(self._name, self._token, self._on, self._sink)

    def key(self) -> str:
        """What kind of engine this is, for Qt's streams."""
        return "token"

    def isNull(self) -> bool:
        """Never: every name is a file that a test has seen."""
        return False

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        """Draw into *rect*, square and centred."""
        side = min(rect.width(), rect.height())
        box = QRectF(0, 0, side, side)
        box.moveCenter(QRectF(rect).center())
        if self._sink:
            # Chinese glyphs sit low in their line; a whole device pixel keeps the edges sharp.
            ratio = painter.device().devicePixelRatioF()
            box.translate(0, round(ratio) / ratio)
        checked = state == QIcon.State.On and bool(self._on)
        token = self._on if checked else self._token
        if mode == QIcon.Mode.Disabled:
            token = "ctl"
        paint_icon(painter, box, self._name, token, filled=checked)

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        """The drawing on a transparent ground, *size* in device pixels."""
        return self.scaledPixmap(size, mode, state, 1.0)

    def scaledPixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State, scale: float) -> QPixmap:
        """Since Qt 6.8 *size* is in device-independent pixels: dividing again would blur it."""
        pixmap = QPixmap(size * scale)
        pixmap.setDevicePixelRatio(scale)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        self.paint(painter, QRect(QPoint(0, 0), size), mode, state)
        painter.end()
        return pixmap


def icon(name: str, token: str = "text2", *, on: str = "", sink: bool = True) -> QIcon:
    """Icon *name* in the colour of *token*; with *on*, filled and in that token when checked."""
    return QIcon(TokenIcon(name, token, on, sink))


def app_icon() -> QIcon:
    """The program's own mark, for title bars and task lists."""
    return QIcon(str(ICONS / "gridworker.svg"))


class IconLabel(QWidget):
    """A drawing standing alone, *size* in design pixels; it says nothing to a screen reader."""

    def __init__(
        self,
        name: str,
        token: str = "text2",
        size: int = 20,
        *,
        filled: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._name = name
        self._token = token
        self._size = size
        self._filled = filled
        self.rescale()

    def show_icon(self, name: str, token: str) -> None:
        """Show another drawing."""
        self._name, self._token = name, token
        self.update()

    def rescale(self) -> None:
        """Take the size in use."""
        self.setFixedSize(look().px(self._size), look().px(self._size))

    def paintEvent(self, event: object) -> None:
        """Draw it."""
        painter = QPainter(self)
        paint_icon(painter, QRectF(self.rect()), self._name, self._token, filled=self._filled)

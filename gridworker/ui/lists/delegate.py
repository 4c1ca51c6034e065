"""Paints the cells of a long list: words, bold names, tags, due dates, what was searched for."""

from __future__ import annotations

from typing import NamedTuple, Self

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from gridworker.ui import fonts
from gridworker.ui.lists.cells import Cell
from gridworker.ui.lists.id_list import IdListModel
from gridworker.ui.theme import Theme, look, px
from gridworker.ui.widgets.chips import paint_tags

ROW = 46
_MIDDLE = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft


def matches(text: str, needle: str) -> list[tuple[int, int]]:
    """Where the words of *needle* stand in *text*: (first, length), in order, not overlapping."""
    low, found, end = text.lower(), [], 0
    spans = sorted((at, len(word)) for word in needle.lower().split() if (at := low.find(word)) >= 0)
    for at, length in spans:
        if at >= end:
            found.append((at, length))
            end = at + length
    return found


class _Brushes(NamedTuple):
    """Colours, faces and lengths of the look in use: asked for once a paint, not once for each of a hundred cells."""

    theme: Theme
    faces: tuple[tuple[QFont, QFontMetrics], tuple[QFont, QFontMetrics]]
    """Plain, bold."""
    widest: int
    """What a Chinese character takes, in pixels; letters and digits take less."""
    left: int
    right: int
    edge: int

    @classmethod
    def of(cls, theme: Theme) -> Self:
        """Those of a look."""
        faces = theme.face(fonts.BODY), theme.face(fonts.BODY, bold=True)
        return cls(theme, faces, faces[1][1].horizontalAdvance("国") + 1, theme.px(12), -theme.px(6), theme.px(3))


class CellDelegate(QStyledItemDelegate):
    """46 high; the selected row has a pale ground and a blue edge at its first column."""

    def __init__(self, model: IdListModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self.needle = ""
        self.first_column = 0
        self._brushes: _Brushes | None = None

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """The same for every cell."""
        return QSize(px(80), px(ROW))

    def begin(self) -> None:
        """A paint of the whole table begins."""
        self._brushes = _Brushes.of(look())

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Ground, hairline, then the cell."""
        rect: QRect = option.rect  # type: ignore[attr-defined]
        state: QStyle.StateFlag = option.state  # type: ignore[attr-defined]
        brushes = self._brushes or _Brushes.of(look())
        colour = brushes.theme.colour
        here = bool(state & QStyle.StateFlag.State_Selected)
        column = index.column()
        painter.fillRect(rect, colour("sel" if here else "surface"))
        # fillRect, not drawLine: a line left antialiased by the last cell would be two pixels.
        painter.fillRect(rect.x(), rect.bottom(), rect.width(), 1, colour("line"))
        if here and column == self.first_column:
            painter.fillRect(rect.x(), rect.y(), brushes.edge, rect.height(), colour("primary"))
        cell = self._model.cell(index.row(), column)
        inner = rect.adjusted(brushes.left, 0, brushes.right, 0)
        if cell.tags:
            painter.save()
            paint_tags(painter, QRectF(inner), cell.tags)
            painter.restore()
        elif cell.text:
            self._paint_words(painter, inner, cell, brushes)

    def _paint_words(self, painter: QPainter, box: QRect, cell: Cell, brushes: _Brushes) -> None:
        face, metrics = brushes.faces[cell.bold]
        text, colour = cell.text, brushes.theme.colour
        # To measure costs as much as to draw, and most words are far too short to be cut.
        if len(text) * brushes.widest > box.width() and metrics.horizontalAdvance(text) > box.width():
            text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, box.width())
        painter.setFont(face)
        if self.needle:
            self._paint_matches(painter, box, metrics, text, colour("warn_bg"))
        token = "text" if cell.bold or cell.tone is None else cell.tone
        painter.setPen(colour("text2" if token == "neutral" else token))
        painter.drawText(box, _MIDDLE, text)

    def _paint_matches(self, painter: QPainter, box: QRect, metrics: QFontMetrics, text: str, ground: QColor) -> None:
        height = metrics.height()
        top = box.center().y() - height // 2
        for at, length in matches(text, self.needle):
            left = box.x() + metrics.horizontalAdvance(text[:at])
            width = metrics.horizontalAdvance(text[at : at + length])
            painter.fillRect(QRect(left, top, width, height), ground)

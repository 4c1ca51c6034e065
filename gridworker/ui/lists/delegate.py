"""Paints the cells of a long list: words, bold names, tags, due dates, what was searched for."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from gridworker.ui import fonts
from gridworker.ui.lists.cells import Cell
from gridworker.ui.lists.id_list import CELL
from gridworker.ui.theme import colour, look, px
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


class CellDelegate(QStyledItemDelegate):
    """46 high; the selected row has a pale ground and a blue edge at its first column."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.needle = ""
        self.first_column = 0

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """The same for every cell."""
        return QSize(px(80), px(ROW))

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Ground, hairline, then the cell."""
        rect: QRect = option.rect  # type: ignore[attr-defined]
        state: QStyle.StateFlag = option.state  # type: ignore[attr-defined]
        here = bool(state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.fillRect(rect, colour("sel" if here else "surface"))
        # fillRect, not drawLine: a line left antialiased by the last cell would be two pixels.
        painter.fillRect(QRect(rect.x(), rect.bottom(), rect.width(), 1), colour("line"))
        if here and index.column() == self.first_column:
            painter.fillRect(QRect(rect.x(), rect.y(), px(3), rect.height()), colour("primary"))
        cell = index.data(CELL)
        if isinstance(cell, Cell):
            inner = rect.adjusted(px(12), 0, -px(6), 0)
            if cell.tags:
                paint_tags(painter, QRectF(inner), cell.tags)
            else:
                self._paint_words(painter, inner, cell)
        painter.restore()

    def _paint_words(self, painter: QPainter, box: QRect, cell: Cell) -> None:
        face = look().font(fonts.BODY, bold=cell.bold)
        metrics = QFontMetrics(face)
        text = metrics.elidedText(cell.text, Qt.TextElideMode.ElideRight, box.width())
        painter.setFont(face)
        if self.needle:
            self._paint_matches(painter, box, metrics, text)
        token = "text" if cell.bold or cell.tone is None else cell.tone
        painter.setPen(colour("text2" if token == "neutral" else token))
        painter.drawText(box, _MIDDLE, text)

    def _paint_matches(self, painter: QPainter, box: QRect, metrics: QFontMetrics, text: str) -> None:
        height = metrics.height()
        top = box.center().y() - height // 2
        for at, length in matches(text, self.needle):
            left = box.x() + metrics.horizontalAdvance(text[:at])
            width = metrics.horizontalAdvance(text[at : at + length])
            painter.fillRect(QRect(left, top, width, height), colour("warn_bg"))

"""Paints the cells of a long list: words, bold names, tags, due dates, what was searched for."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from gridworker.ui import fonts
from gridworker.ui.lists.cells import Cell
from gridworker.ui.lists.id_list import CELL
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


class _Brushes:
    """Colours, faces and lengths of one look: made once, not once for each of a hundred cells."""

    def __init__(self, theme: Theme) -> None:
        self.look = theme.scale, theme.scheme
        self._theme = theme
        self._faces = {bold: theme.font(fonts.BODY, bold=bold) for bold in (False, True)}
        self._metrics = {bold: QFontMetrics(face) for bold, face in self._faces.items()}
        self._colours: dict[str, QColor] = {}
        self.left, self.right, self.edge = theme.px(12), -theme.px(6), theme.px(3)

    def colour(self, token: str) -> QColor:
        """A token's colour."""
        found = self._colours.get(token)
        if found is None:
            found = self._colours[token] = self._theme.colour(token)
        return found

    def face(self, bold: bool) -> tuple[QFont, QFontMetrics]:
        """The face of words, and its measures."""
        return self._faces[bold], self._metrics[bold]


class CellDelegate(QStyledItemDelegate):
    """46 high; the selected row has a pale ground and a blue edge at its first column."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.needle = ""
        self.first_column = 0
        self._brushes: _Brushes | None = None

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
        brushes = self._brushes_now()
        here = bool(state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.fillRect(rect, brushes.colour("sel" if here else "surface"))
        # fillRect, not drawLine: a line left antialiased by the last cell would be two pixels.
        painter.fillRect(QRect(rect.x(), rect.bottom(), rect.width(), 1), brushes.colour("line"))
        if here and index.column() == self.first_column:
            painter.fillRect(QRect(rect.x(), rect.y(), brushes.edge, rect.height()), brushes.colour("primary"))
        cell = index.data(CELL)
        if isinstance(cell, Cell):
            inner = rect.adjusted(brushes.left, 0, brushes.right, 0)
            if cell.tags:
                paint_tags(painter, QRectF(inner), cell.tags)
            elif cell.text:
                self._paint_words(painter, inner, cell, brushes)
        painter.restore()

    def _brushes_now(self) -> _Brushes:
        theme = look()
        if self._brushes is None or self._brushes.look != (theme.scale, theme.scheme):
            self._brushes = _Brushes(theme)
        return self._brushes

    def _paint_words(self, painter: QPainter, box: QRect, cell: Cell, brushes: _Brushes) -> None:
        face, metrics = brushes.face(cell.bold)
        text = cell.text
        if metrics.horizontalAdvance(text) > box.width():
            text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, box.width())
        painter.setFont(face)
        if self.needle:
            self._paint_matches(painter, box, metrics, text, brushes.colour("warn_bg"))
        token = "text" if cell.bold or cell.tone is None else cell.tone
        painter.setPen(brushes.colour("text2" if token == "neutral" else token))
        painter.drawText(box, _MIDDLE, text)

    def _paint_matches(self, painter: QPainter, box: QRect, metrics: QFontMetrics, text: str, ground: QColor) -> None:
        height = metrics.height()
        top = box.center().y() - height // 2
        for at, length in matches(text, self.needle):
            left = box.x() + metrics.horizontalAdvance(text[:at])
            width = metrics.horizontalAdvance(text[at : at + length])
            painter.fillRect(QRect(left, top, width, height), ground)

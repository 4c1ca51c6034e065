"""The table over a long list: keys, selection that survives, and a way out when it is empty."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from gridworker.ui.lists.delegate import ROW, CellDelegate
from gridworker.ui.lists.id_list import IdListModel
from gridworker.ui.theme import colour, px
from gridworker.ui.widgets.states import EmptyState

_Index = QModelIndex | QPersistentModelIndex
SKELETON_AFTER_MS: Final = 150
NOT_PAINTED_MS: Final = 100
"""After so long a choice is told all the same: nothing of the table may be in sight."""


class RecordTable(QTableView):
    """``picked``: the id of the current row (0: none), told once the rows are painted, so that no preview holds up a
    list or the key that walks through it. ``opened``: Enter or a double click."""

    picked = Signal(int)
    opened = Signal(int)

    def __init__(
        self,
        model: IdListModel,
        *,
        name: str,
        none: EmptyState | None = None,
        no_hits: EmptyState | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._model = model
        self._none, self._no_hits = none, no_hits
        self._current, self._window_width = 0, 10_000
        self._fresh = False
        self._skeleton, self._told, self._tell = QTimer(self), 0, QTimer(self)
        self._delegate = CellDelegate(model, self)
        self.setAccessibleName(name)
        self.setModel(model)
        self.setItemDelegate(self._delegate)
        self._set_up()
        self._connect()
        for empty in (none, no_hits):
            if empty is not None:
                empty.setParent(self.viewport())
                empty.hide()
        self.rescale()

    def _set_up(self) -> None:
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setFrameShape(QTableView.Shape.NoFrame)
        self.setCornerButtonEnabled(False)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
        header.setHighlightSections(False)
        header.setSectionsClickable(True)
        header.setSortIndicatorShown(True)
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        header.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def _connect(self) -> None:
        model = self._model
        self.horizontalHeader().sectionClicked.connect(self._sort)
        self.doubleClicked.connect(lambda index: self._open(index.row()))
        model.modelReset.connect(self._note_reset)
        model.asked.connect(self._wait)
        model.counted.connect(self._arrived)
        self._skeleton.setSingleShot(True)
        self._skeleton.setInterval(SKELETON_AFTER_MS)
        self._skeleton.timeout.connect(self.viewport().update)
        self._tell.setSingleShot(True)
        self._tell.timeout.connect(self._tell_picked)

    def current_id(self) -> int:
        """The id of the current row; 0 when there is none."""
        return self._current

    def select_id(self, record_id: int) -> bool:
        """Make the row of *record_id* current; false when the list does not hold it."""
        row = self._model.row_of(record_id)
        if row < 0:
            return False
        self._select(row)
        return True

    def select_first(self) -> None:
        """Make the first row current."""
        if self._model.rowCount():
            self._select(0)

    def fit(self, window_width: int) -> None:
        """Hide the columns for which a window of this design width is too narrow."""
        self._window_width = window_width
        for n, column in enumerate(self._model.columns):
            self.setColumnHidden(n, window_width < column.hide_below)
        self._share_width()

    def rescale(self) -> None:
        """Take the size in use."""
        if self.verticalHeader().defaultSectionSize() != px(ROW):
            self._set_row_height(px(ROW))
        self._share_width()

    def _set_row_height(self, height: int) -> None:
        # With the rows in place Qt would change half a million heights one by one, which takes
        # more than a minute; without them it takes none.
        top, current = self.rowAt(0), self._current
        self.blockSignals(True)
        self.setModel(None)
        self.verticalHeader().setDefaultSectionSize(height)
        self.setModel(self._model)
        self._current = current
        self.blockSignals(False)
        self.fit(self._window_width)
        self._show_order()
        row = self._model.row_of(self._current) if self._current else -1
        if row >= 0:
            self._select(row)
        if top > 0:
            self.scrollTo(self._model.index(top, 0), QAbstractItemView.ScrollHint.PositionAtTop)

    def currentChanged(self, current: _Index, previous: _Index) -> None:
        """Tell who shows a preview."""
        super().currentChanged(current, previous)
        self._remember(self._model.row_id(current.row()) if current.isValid() else 0)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens; everything else is Qt's."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            self._open(self.currentIndex().row())
            return
        super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The stretching column takes what is left."""
        super().resizeEvent(event)
        self._share_width()
        self._show_empty()

    def changeEvent(self, event: QEvent) -> None:
        """Another size of text: other rows."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and hasattr(self, "_delegate"):
            self.rescale()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The rows; grey bars when the first answer is slow."""
        self._delegate.begin()
        super().paintEvent(event)
        if self._tell.isActive():
            self._tell.start(0)
        slow = self._model.waiting and not self._skeleton.isActive()
        if slow and self._model.rowCount() == 0:
            self._paint_skeleton()

    def _paint_skeleton(self) -> None:
        painter = QPainter(self.viewport())
        bar, row = px(14), px(ROW)
        for top in range((row - bar) // 2, self.viewport().height(), row):
            for n in range(len(self._model.columns)):
                if not self.isColumnHidden(n):
                    left = self.columnViewportPosition(n) + px(12)
                    width = round(self.columnWidth(n) * 0.6)
                    painter.fillRect(QRect(left, top, width, bar), colour("neutral_bg"))

    def _sort(self, section: int) -> None:
        header = self.horizontalHeader()
        column = self._model.columns[section]
        if not column.sortable:
            self._show_order()
            return
        again = self._model.query.sort == column.key and not self._model.query.descending
        order = Qt.SortOrder.DescendingOrder if again else Qt.SortOrder.AscendingOrder
        header.setSortIndicator(section, order)
        self._model.sort(section, order)

    def _show_order(self) -> None:
        query = self._model.query
        keys = [column.key for column in self._model.columns]
        section = keys.index(query.sort) if query.sort in keys else -1
        down = Qt.SortOrder.DescendingOrder if query.descending else Qt.SortOrder.AscendingOrder
        self.horizontalHeader().setSortIndicator(section, down)

    def _wait(self) -> None:
        if not self._model.answered:
            self._skeleton.start()

    def _arrived(self) -> None:
        self._skeleton.stop()
        self._restore()
        self._delegate.needle = self._model.query.text
        self._show_order()
        self._show_empty()
        self.viewport().update()

    def _note_reset(self) -> None:
        self._fresh = True

    def _restore(self) -> None:
        """The row that was current stays current, wherever it stands now."""
        if not self._fresh:
            return
        self._fresh = False
        row = self._model.row_of(self._current) if self._current else -1
        if row >= 0:
            self._select(row)
        else:
            self.scrollToTop()
            self._remember(0)

    def _remember(self, record_id: int) -> None:
        if record_id != self._current:
            self._current = record_id
            self._tell.start(NOT_PAINTED_MS if self.isVisible() else 0)

    def _tell_picked(self) -> None:
        if self._current != self._told:
            self._told = self._current
            self.picked.emit(self._told)

    def _select(self, row: int) -> None:
        self.setCurrentIndex(self._model.index(row, self._first_shown()))

    def _first_shown(self) -> int:
        shown = (n for n in range(len(self._model.columns)) if not self.isColumnHidden(n))
        return next(shown, 0)

    def _open(self, row: int) -> None:
        record_id = self._model.row_id(row)
        if record_id:
            self.opened.emit(record_id)

    def _share_width(self) -> None:
        self._delegate.first_column = self._first_shown()
        shown = [(n, column) for n, column in enumerate(self._model.columns) if not self.isColumnHidden(n)]
        fixed = sum(px(column.width) for _, column in shown if not column.stretch)
        greedy = max(1, sum(column.stretch for _, column in shown))
        room = max(px(80), (self.viewport().width() - fixed) // greedy)
        for n, column in shown:
            self.setColumnWidth(n, room if column.stretch else px(column.width))

    def _show_empty(self) -> None:
        empty = self._model.answered and self._model.rowCount() == 0
        narrowed = self._model.query.narrowed()
        for state, fits in ((self._none, not narrowed), (self._no_hits, narrowed)):
            if state is not None:
                state.setGeometry(self.viewport().rect())
                state.setVisible(empty and fits)

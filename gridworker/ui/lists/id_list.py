"""A list of half a million rows: all ids in memory, the rows themselves only where one looks."""

from __future__ import annotations

from array import array
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from gridworker.errors import GridworkerError
from gridworker.ui.background import Background, Job, Progress
from gridworker.ui.lists.cells import Cell, ListColumn, Query

PAGE: Final = 40
"""Rows fetched at once: two screens of them; each costs 50 µs while the window waits."""
PAGES_KEPT: Final = 100

ID: Final = Qt.ItemDataRole.UserRole

Cells = Sequence[Cell]
Ids = Callable[[Query, Progress], "array[int]"]
Rows = Callable[[Sequence[int]], Mapping[int, Cells]]
_Index = QModelIndex | QPersistentModelIndex

_NOWHERE: Final = QModelIndex()


class IdListModel(QAbstractTableModel):
    """Asks *ids* for all ids that fit a query, and *rows* for a page of them when they come in sight.

    *ids* runs in the local lane (with a connection of its own) and is stopped when a newer query
    comes; *rows* runs here. An id that *rows* no longer knows is shown as an empty row until the
    next refresh.
    """

    counted = Signal(int)
    asked = Signal()
    failed = Signal(object)

    def __init__(
        self,
        columns: Sequence[ListColumn],
        *,
        ids: Ids,
        rows: Rows,
        background: Background | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.columns = tuple(columns)
        self._ask_ids, self._ask_rows = ids, rows
        self._background = background
        self._ids: array[int] = array("q")
        self._pages: OrderedDict[int, Mapping[int, Cells]] = OrderedDict()
        self._query = Query()
        self._generation = 0
        self._job: Job[array[int]] | None = None
        self._answered = False

    @property
    def query(self) -> Query:
        """What was asked last."""
        return self._query

    @property
    def waiting(self) -> bool:
        """Whether an answer is still on its way."""
        return self._job is not None and not self._job.over

    @property
    def answered(self) -> bool:
        """Whether any answer has come yet; before that an empty list means nothing."""
        return self._answered

    def ask(self, query: Query) -> None:
        """Show what fits *query*; an order chosen by the header stays unless *query* has one."""
        if not query.sort:
            query = replace(query, sort=self._query.sort, descending=self._query.descending)
        self._query = query
        self.refresh()

    def refresh(self) -> None:
        """Ask the same again: records changed."""
        self._generation += 1
        generation, query = self._generation, self._query
        if self._job is not None:
            self._job.drop()
        self.asked.emit()
        if self._background is None:
            self._take(generation, self._ask_ids(query, Progress(lambda *_: None)))
            return
        self._job = self._background.run(
            lambda progress: self._ask_ids(query, progress),
            then=lambda ids: self._take(generation, ids),
            failed=self._fail,
        )

    def row_id(self, row: int) -> int:
        """The id shown in *row*; 0 outside the list."""
        return self._ids[row] if 0 <= row < len(self._ids) else 0

    def row_of(self, record_id: int) -> int:
        """Where *record_id* stands; -1 when it is not in the list."""
        try:
            return self._ids.index(record_id)
        except ValueError:
            return -1

    def ids(self) -> array[int]:
        """All ids in the order shown, for an export."""
        return array("q", self._ids)

    def rowCount(self, parent: _Index = _NOWHERE) -> int:
        """All rows, so that the scroll bar tells the truth."""
        return 0 if parent.isValid() else len(self._ids)

    def columnCount(self, parent: _Index = _NOWHERE) -> int:
        """The declared columns."""
        return 0 if parent.isValid() else len(self.columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Titles of the columns; numbers of the rows."""
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        if orientation == Qt.Orientation.Vertical:
            return section + 1
        return self.columns[section].title if 0 <= section < len(self.columns) else None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The words of a cell, or the row's id (ID); the whole cell is told by ``cell``."""
        if not index.isValid():
            return None
        if role == ID:
            return self.row_id(index.row())
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self.cell(index.row(), index.column()).spoken()
        return None

    def cell(self, row: int, column: int) -> Cell:
        """What stands at a place of the list."""
        cells = self._page(row // PAGE).get(self._ids[row], ())
        return cells[column] if column < len(cells) else Cell()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Ask for the same rows in another order."""
        if not (0 <= column < len(self.columns) and self.columns[column].sortable):
            return
        descending = order == Qt.SortOrder.DescendingOrder
        wanted = replace(self._query, sort=self.columns[column].key, descending=descending)
        if wanted != self._query:
            self._query = wanted
            self.refresh()

    def _take(self, generation: int, ids: array[int]) -> None:
        if generation != self._generation:
            return  # a newer question is on its way
        self._answered = True
        if ids == self._ids:
            self._pages.clear()
            if ids:
                corner = self.index(len(ids) - 1, len(self.columns) - 1)
                self.dataChanged.emit(self.index(0, 0), corner)
        else:
            self.beginResetModel()
            self._ids = ids
            self._pages.clear()
            self.endResetModel()
        self.counted.emit(len(ids))

    def _fail(self, error: GridworkerError) -> None:
        self.failed.emit(error)

    def _page(self, number: int) -> Mapping[int, Cells]:
        found = self._pages.get(number)
        if found is not None:
            self._pages.move_to_end(number)
            return found
        fresh = self._ask_rows(self._ids[number * PAGE : (number + 1) * PAGE])
        self._pages[number] = fresh
        if len(self._pages) > PAGES_KEPT:
            self._pages.popitem(last=False)
        return fresh

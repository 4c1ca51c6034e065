"""From the filter into the list and back by the keyboard: Down goes in, Return opens, letters go on filtering."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent

from gridworker.ui.lists import IdListModel, RecordTable
from gridworker.ui.widgets import SearchField

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class ListKeys(QObject):
    """Joins a search field to a table. The first row is chosen whenever the one chosen before is not in the answer.

    *wanted* gives the id of a row to be chosen instead, or 0.
    """

    def __init__(
        self,
        field: SearchField | None,
        table: RecordTable,
        model: IdListModel,
        *,
        wanted: Callable[[], int] = lambda: 0,
    ) -> None:
        super().__init__(table)
        self._field, self._table, self._model, self._wanted = field, table, model, wanted
        self._open_first = False
        # The table has its own listener, connected before: it has already kept the row that was chosen.
        model.counted.connect(self._answered)
        if field is not None:
            field.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Down and Return in the field."""
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent) or event.modifiers():
            return super().eventFilter(watched, event)
        field = self._field
        if field is None or field.spelling:
            return super().eventFilter(watched, event)
        if event.key() == Qt.Key.Key_Down:
            self._table.setFocus(Qt.FocusReason.OtherFocusReason)
            return True
        if event.key() in _ENTER and field.text().strip():
            field.search_now()
            self._open_first = True
            if not self._model.waiting:
                self._answered()
            return True
        return super().eventFilter(watched, event)

    def _answered(self) -> None:
        wanted = self._wanted()
        if not (wanted and self._table.select_id(wanted)) and not self._table.current_id():
            self._table.select_first()
        if self._open_first:
            self._open_first = False
            if row := self._table.current_id():
                self._table.opened.emit(row)

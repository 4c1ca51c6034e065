"""How a list of sub-records is edited: a small form for each entry, one more by a button."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from gridworker.records.fields import Entries, Field
from gridworker.ui.forms.editors import Editor
from gridworker.ui.references import References
from gridworker.ui.widgets import Card, Column, FormRow, IconButton, LinkButton, Row, SectionTitle

Make = Callable[[Field], Editor]


class EntryForm(Card):
    """The fields of one entry."""

    changed = Signal()

    def __init__(self, fields: tuple[Field, ...], title: str, make: Make, remove: Callable[[], None]) -> None:
        super().__init__()
        self._editors: dict[str, Editor] = {}
        self._rest: dict[str, Any] = {}
        head = SectionTitle(title)
        head.end.addWidget(IconButton("dismiss", f"{self.tr('移除')}{title}", remove))
        self.body.addWidget(head)
        for field in fields:
            if field.hidden:
                continue
            editor = make(field)
            editor.changed.connect(self.changed)
            self._editors[field.name] = editor
            self.body.addWidget(FormRow(field.title, editor, hint=field.hint, required=field.required))

    def value(self) -> dict[str, Any]:
        """The entry as it is entered, with the fields that are not shown."""
        shown = {name: editor.value() for name, editor in self._editors.items()}
        return self._rest | {k: v for k, v in shown.items() if v not in (None, [], {})}

    def set_value(self, value: dict[str, Any]) -> None:
        """Show an entry."""
        self._rest = {k: v for k, v in value.items() if k not in self._editors}
        for name, editor in self._editors.items():
            editor.set_value(value.get(name))


class EntriesEditor(Editor):
    """All entries, in the order of their ids."""

    def __init__(self, field: Entries, references: References, make: Make) -> None:
        part = QWidget()
        super().__init__(field, part)
        self._list = field
        self._references = references
        self._make = make
        self._forms: dict[str, EntryForm] = {}
        column = Column(part, gap=8)
        self._place = Column(gap=8)
        column.addLayout(self._place)
        foot = Row(gap=0)
        self._more = LinkButton(f"{self.tr('添加')}{field.title}", self._add, icon_name="add")
        foot.addWidget(self._more)
        foot.addStretch(1)
        column.addLayout(foot)
        self.setFocusProxy(self._more)

    def value(self) -> dict[str, dict[str, Any]]:
        entered = {entry: form.value() for entry, form in self._forms.items()}
        return {entry: value for entry, value in entered.items() if value}

    def set_value(self, value: Any) -> None:
        for entry in list(self._forms):
            self._drop(entry)
        for entry in sorted(value or {}):
            self._form(entry).set_value(value[entry])

    def set_wrong(self, wrong: bool) -> None:
        """The message under the row says it; entries have no outline."""

    def _form(self, entry: str) -> EntryForm:
        title = f"{self._list.title} {len(self._forms) + 1}"
        form = EntryForm(self._list.fields, title, self._make, lambda: self._removed(entry))
        form.changed.connect(self.changed)
        self._forms[entry] = form
        self._place.addWidget(form)
        return form

    def _add(self) -> None:
        self._form(self._references.new_id()).setFocus()
        self.changed.emit()

    def _removed(self, entry: str) -> None:
        self._drop(entry)
        self.changed.emit()

    def _drop(self, entry: str) -> None:
        form = self._forms.pop(entry)
        self._place.removeWidget(form)
        form.hide()
        form.deleteLater()

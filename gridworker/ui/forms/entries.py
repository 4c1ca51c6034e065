"""How a list of sub-records is edited: a small form for each entry, one more by a button."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from gridworker.records.fields import Field
from gridworker.records.several import Entries
from gridworker.records.wrong import Wrong
from gridworker.ui.forms.editors import Editor, Fault
from gridworker.ui.forms.sight import bring_into_sight
from gridworker.ui.references import References
from gridworker.ui.widgets import Card, Column, FormRow, IconButton, LinkButton, Row, SectionTitle

Make = Callable[[Field], Editor]


class EntryForm(Card):
    """The fields of one entry."""

    changed = Signal()
    dropped = Signal()

    def __init__(self, fields: tuple[Field, ...], make: Make) -> None:
        super().__init__(sunken=True, margins=(14, 10, 10, 14), gap=10)
        self._editors: dict[str, Editor] = {}
        self._rows: dict[str, FormRow] = {}
        self._rest: dict[str, Any] = {}
        self._head = SectionTitle("")
        self._drop = IconButton("dismiss", "", self.dropped.emit)
        self._head.end.addWidget(self._drop)
        self.body.addWidget(self._head)
        for field in fields:
            if not field.hidden:
                self._add(field, make(field))

    def _add(self, field: Field, editor: Editor) -> None:
        editor.changed.connect(self.changed)
        hint = "" if editor.tells_hint else field.hint
        row = FormRow(field.title, editor, hint=hint, required=field.required)
        self._editors[field.name], self._rows[field.name] = editor, row
        self.body.addWidget(row)

    def set_title(self, title: str) -> None:
        """``当事人 2``."""
        self._head.set_text(title)
        words = f"{self.tr('移除')}{title}"
        self._drop.setAccessibleName(words)
        self._drop.setToolTip(words)
        for editor in self._editors.values():
            editor.part.setAccessibleName(f"{title}：{editor.field.title}")

    def value(self) -> dict[str, Any]:
        """The entry as it is entered, with the fields that are not shown."""
        shown = {name: editor.value() for name, editor in self._editors.items()}
        return self._rest | {k: v for k, v in shown.items() if v not in (None, [], {})}

    def set_value(self, value: dict[str, Any]) -> None:
        """Show an entry."""
        self._rest = {k: v for k, v in value.items() if k not in self._editors}
        for name, editor in self._editors.items():
            editor.set_value(value.get(name))

    def faults(self) -> list[Fault]:
        """What in this entry cannot be kept; nothing for one that was left empty."""
        return [fault for editor in self._editors.values() for fault in _faults(editor)] if self.value() else []

    def show_wrong(self, name: str, reason: str) -> bool:
        """Say *reason* at a field; empty takes it away. False when the field is not shown."""
        if name not in self._rows:
            return False
        self._rows[name].set_wrong(reason)
        self._editors[name].set_wrong(bool(reason))
        return True

    def clear_wrong(self) -> None:
        """Take all red away."""
        for name in self._rows:
            self.show_wrong(name, "")

    def focus_on(self, name: str) -> QWidget:
        """Give the focus to a field, or to the first."""
        editor = self._editors.get(name) or next(iter(self._editors.values()))
        return editor.focus_on("")


def _faults(editor: Editor) -> list[Fault]:
    field, name = editor.field, editor.field.name
    if own := editor.faults():
        return [(name, reason) for _, reason in own]
    try:
        kept = field.clean(editor.value())
    except Wrong as wrong:
        return [(name, wrong.reason)]
    return [(name, f"请填写{field.title}。")] if field.required and kept in (None, [], {}) else []


class EntriesEditor(Editor):
    """All entries, in the order of their ids; the one removed last can be put back."""

    def __init__(self, field: Entries, references: References, make: Make) -> None:
        part = QWidget()
        part.setObjectName("clear")
        super().__init__(field, part)
        self._list = field
        self._references = references
        self._make = make
        self._forms: dict[str, EntryForm] = {}
        self._removed: tuple[str, dict[str, Any]] | None = None
        column = Column(part, gap=8)
        self._place = Column(gap=8)
        column.addLayout(self._place)
        foot = Row(gap=12)
        self._more = LinkButton(f"{self.tr('添加')}{field.title}", self._add, icon_name="add")
        self._back = LinkButton(self.tr("放回刚才移除的"), self._put_back, icon_name="arrow_undo")
        self._back.hide()
        foot.addWidget(self._more)
        foot.addWidget(self._back)
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
        self._forget_removed()

    def faults(self) -> list[Fault]:
        return [(f"{entry}/{name}", reason) for entry, form in self._forms.items() for name, reason in form.faults()]

    def set_wrong(self, wrong: bool) -> None:
        """The words under the row say it; entries have no outline of their own."""
        if not wrong:
            for form in self._forms.values():
                form.clear_wrong()

    def show_wrong_inside(self, path: str, reason: str) -> bool:
        entry, _, name = path.partition("/")
        return entry in self._forms and self._forms[entry].show_wrong(name, reason)

    def focus_on(self, path: str) -> QWidget:
        entry, _, name = path.partition("/")
        if entry in self._forms:
            return self._forms[entry].focus_on(name)
        self._more.setFocus()
        return self._more

    def _form(self, entry: str) -> EntryForm:
        form = EntryForm(self._list.fields, self._make)
        form.dropped.connect(lambda: self._remove(entry))
        form.changed.connect(self.changed)
        self._forms[entry] = form
        self._place.addWidget(form)
        self._number()
        return form

    def _add(self) -> None:
        form = self._form(self._references.new_id())
        self.changed.emit()
        bring_into_sight(form, form.focus_on(""))

    def _remove(self, entry: str) -> None:
        value = self._forms[entry].value()
        self._drop(entry)
        if value:
            self._removed = entry, value
            self._back.show()
        self._more.setFocus()
        self.changed.emit()

    def _put_back(self) -> None:
        assert self._removed is not None, "the link is shown only then"
        entry, value = self._removed
        self._form(entry).set_value(value)
        self._forget_removed()
        self.changed.emit()

    def _forget_removed(self) -> None:
        self._removed = None
        self._back.hide()

    def _drop(self, entry: str) -> None:
        form = self._forms.pop(entry)
        self._place.removeWidget(form)
        form.hide()
        form.deleteLater()
        self._number()

    def _number(self) -> None:
        for number, form in enumerate(self._forms.values(), 1):
            form.set_title(f"{self._list.title} {number}")

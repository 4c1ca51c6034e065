"""A list of people in few lines: what matters side by side, the rest behind a link."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QAbstractButton, QWidget

from gridworker.records.fields import Field
from gridworker.records.several import Entries
from gridworker.records.wrong import Wrong
from gridworker.ui.forms.choose import editor_for
from gridworker.ui.forms.editors import Editor, Fault
from gridworker.ui.references import References
from gridworker.ui.widgets import Card, Column, FormRow, IconButton, LinkButton, Row

Fields = Mapping[str, Any]
Lines = Sequence[Sequence[str]]
"""Names of fields, those of one line side by side."""


class EntryCard(Card):
    """One entry: the lines that matter, the rest behind a link."""

    changed = Signal()

    def __init__(
        self,
        name: str,
        fields: Entries,
        references: References,
        lines: Lines,
        more: Lines,
        remove: Callable[[], object],
    ) -> None:
        super().__init__(sunken=True, gap=10, margins=(14, 10, 14, 10))
        self._fields, self._references = fields, references
        self._editors: dict[str, Editor] = {}
        self._rows: dict[str, FormRow] = {}
        self._rest: dict[str, Any] = {}
        self._name = name
        for n, line in enumerate(lines):
            row = self._line(line)
            if n == 0:
                row.addWidget(IconButton("dismiss", f"移除{name}", remove))
            self.body.addLayout(row)
        self._folded = frozenset(name for line in more for name in line)
        self._more = QWidget()
        self._more.setObjectName("clear")
        folded = Column(self._more, gap=10)
        for line in more:
            folded.addLayout(self._line(line))
        self._unfold = LinkButton("更多身份信息", self._open, icon_name="chevron_down")
        self._unfold.setAccessibleName(f"{name}：更多身份信息")
        foot = Row(gap=0)
        foot.addWidget(self._unfold)
        foot.addStretch(1)
        if more:
            self.body.addWidget(self._more)
            self.body.addLayout(foot)
            self._more.hide()

    def value(self) -> dict[str, Any]:
        """The entry as it is entered, with the fields that are not shown."""
        shown = {name: editor.value() for name, editor in self._editors.items()}
        return self._rest | {name: value for name, value in shown.items() if value not in (None, [], {})}

    def set_value(self, value: Fields) -> None:
        """Show an entry."""
        self._rest = {name: kept for name, kept in value.items() if name not in self._editors}
        for name, editor in self._editors.items():
            editor.set_value(value.get(name))

    def faults(self) -> list[Fault]:
        """What in this entry cannot be kept."""
        return [(name, reason) for name, editor in self._editors.items() if (reason := _fault(editor))]

    def show_wrong(self, name: str, reason: str) -> bool:
        """Say *reason* at a field; False when it is not on the card."""
        if name not in self._rows:
            return False
        self._rows[name].set_wrong(reason)
        self._editors[name].set_wrong(bool(reason))
        if reason and name in self._folded:
            self._open()
        return True

    def clear_wrong(self) -> None:
        """Take all red away."""
        for name in self._rows:
            self.show_wrong(name, "")

    def focus_on(self, name: str) -> QWidget:
        """Give the focus to a field, or to the first."""
        editor = self._editors.get(name) or next(iter(self._editors.values()))
        return editor.focus_on("")

    def _line(self, names: Sequence[str]) -> Row:
        row = Row(gap=12)
        for name in names:
            field = self._fields.field(name)
            assert field is not None, name
            editor = editor_for(field, self._references)
            spoken = f"{self._name}：{field.title}"
            editor.setAccessibleName(spoken)
            editor.part.setAccessibleName(spoken)
            for button in editor.findChildren(QAbstractButton):
                button.setAccessibleName(f"{self._name}：{button.accessibleName()}")
            editor.changed.connect(self.changed)
            self._editors[name] = editor
            self._rows[name] = FormRow(field.title, editor, required=field.required)
            row.addWidget(self._rows[name], 1)
        return row

    def _open(self) -> None:
        self._unfold.hide()
        self._more.show()


def _fault(editor: Editor) -> str:
    """Why what is entered cannot be kept; "" when it can."""
    if own := editor.faults():
        return own[0][1]
    field = editor.field
    try:
        kept = field.clean(editor.value())
    except Wrong as wrong:
        return wrong.reason
    return f"请填写{field.title}。" if field.required and kept in (None, [], {}) else ""


class EntryCards(Editor):
    """A list of people as cards; empty ones to begin with where there are none yet.

    A card in which only what was preset stands counts as empty.
    """

    def __init__(
        self,
        field: Field,
        references: References,
        lines: Lines,
        *,
        more: Lines = (),
        blanks: Sequence[Fields] = (),
    ) -> None:
        assert isinstance(field, Entries)
        part = QWidget()
        super().__init__(field, part)
        self._list, self._references = field, references
        self._lines, self._more, self._blanks = lines, more, blanks
        self._preset = {name for blank in blanks for name in blank}
        self._cards: dict[str, EntryCard] = {}
        column = Column(part, gap=8)
        self._place = Column(gap=8)
        column.addLayout(self._place)
        foot = Row(gap=0)
        self._add_one = LinkButton(f"添加{field.title}", self._add, icon_name="add")
        foot.addWidget(self._add_one)
        foot.addStretch(1)
        column.addLayout(foot)
        self.setFocusProxy(self._add_one)

    def value(self) -> dict[str, dict[str, Any]]:
        """By id, without the empty ones."""
        entered = {entry: card.value() for entry, card in self._cards.items()}
        return {entry: value for entry, value in entered.items() if set(value) - self._preset}

    def set_value(self, value: Any) -> None:
        """Show these, or the empty ones."""
        for entry in list(self._cards):
            self._drop(entry)
        for entry in sorted(value or {}):
            self._card(entry).set_value(value[entry])
        if not value:
            for blank in self._blanks:
                self._card(self._references.new_id()).set_value(blank)

    def faults(self) -> list[Fault]:
        """What in any card that was begun cannot be kept."""
        begun = self.value()
        cards = [(entry, card) for entry, card in self._cards.items() if entry in begun]
        return [(f"{entry}/{name}", reason) for entry, card in cards for name, reason in card.faults()]

    def set_wrong(self, wrong: bool) -> None:
        """The message under the row says it; a list has no outline of its own."""
        if not wrong:
            for card in self._cards.values():
                card.clear_wrong()

    def show_wrong_inside(self, path: str, reason: str) -> bool:
        """*path*: entry and field."""
        entry, _, name = path.partition("/")
        return entry in self._cards and self._cards[entry].show_wrong(name, reason)

    def focus_on(self, path: str) -> QWidget:
        """The field at *path*, or the first of all."""
        entry, _, name = path.partition("/")
        card = self._cards.get(entry) or next(iter(self._cards.values()), None)
        if card is not None:
            return card.focus_on(name)
        self._add_one.setFocus()
        return self._add_one

    def _card(self, entry: str) -> EntryCard:
        name = f"{self._list.title} {len(self._cards) + 1}"
        remove = self._remover(entry)
        card = EntryCard(name, self._list, self._references, self._lines, self._more, remove)
        card.changed.connect(self.changed)
        self._cards[entry] = card
        self._place.addWidget(card)
        return card

    def _remover(self, entry: str) -> Callable[[], None]:
        def remove() -> None:
            self._drop(entry)
            self.changed.emit()

        return remove

    def _add(self) -> None:
        self._card(self._references.new_id()).focus_on("")
        self.changed.emit()

    def _drop(self, entry: str) -> None:
        card = self._cards.pop(entry)
        self._place.removeWidget(card)
        card.hide()
        card.deleteLater()

"""A form for one record, made from its kind: editors, checks, and what is wrong said at the field."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QWidget

from gridworker.records.fields import Field
from gridworker.records.files import Files
from gridworker.records.kind import Kind
from gridworker.records.wrong import Wrong
from gridworker.ui.forms.choose import editor_for
from gridworker.ui.forms.editors import Editor
from gridworker.ui.forms.sight import bring_into_sight
from gridworker.ui.references import References
from gridworker.ui.widgets import Column, FormRow, Row, SectionTitle

DRAFT_PAUSE_MS: Final = 1000
"""A draft is kept this long after the last key."""

Section = tuple[str, Sequence[str | tuple[str, ...]]]
"""A heading ("" for none) and the names of the fields under it; several in a tuple stand side by side."""

Made = Callable[[Field, References], Editor]
"""Makes the editor of one field, where a page has a better one than the usual."""


class RecordForm(QWidget):
    """Edits some fields of one record.

    ``paused`` comes one second after the last change: time to keep the draft.
    """

    changed = Signal()
    paused = Signal()

    def __init__(
        self,
        kind: Kind,
        references: References,
        sections: Sequence[Section] = (),
        parent: QWidget | None = None,
        *,
        editors: Mapping[str, Made] | None = None,
    ) -> None:
        """*editors*: by field, what edits it instead of the usual editor."""
        super().__init__(parent)
        self._kind = kind
        self._made = editors or {}
        self._editors: dict[str, Editor] = {}
        self._rows: dict[str, FormRow] = {}
        column = Column(self, gap=14)
        usual = [f.name for f in kind.fields if not f.hidden]
        for heading, wanted in sections or (("", usual),):
            names = [name for name in wanted if references.album is not None or not _is_files(kind, name)]
            if heading:
                column.addWidget(SectionTitle(heading))
            for name in names:
                if isinstance(name, str):
                    column.addWidget(self._made_row(name, references))
                else:
                    self._add_side_by_side(name, references, column)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(DRAFT_PAUSE_MS)
        self._pause.timeout.connect(self.paused)

    def editor(self, name: str) -> Editor:
        """The editor of a field."""
        return self._editors[name]

    def row(self, name: str) -> FormRow:
        """The row of a field, to hide it or to say more at it."""
        return self._rows[name]

    def values(self) -> dict[str, Any]:
        """What is entered, unchecked: what a draft keeps."""
        return {name: editor.value() for name, editor in self._editors.items()}

    def set_values(self, fields: Mapping[str, Any]) -> None:
        """Show these values; fields that are not named become empty."""
        for name, editor in self._editors.items():
            editor.set_value(fields.get(name))
        self.clear_wrong()

    def checked(self) -> dict[str, Any] | None:
        """The values as they are kept, None for what was emptied; or None when something is wrong.

        What is wrong is said at its field, and the first such field gets the focus.
        """
        self.clear_wrong()
        kept: dict[str, Any] = {}
        wrong: list[str] = []
        for name, editor in self._editors.items():
            faults = editor.faults()
            if not faults:
                try:
                    kept[name] = self._kind.clean_field(name, editor.value())
                except Wrong as error:
                    faults = [("", error.reason)]
            for place, reason in faults:
                wrong.append(f"{name}/{place}" if place else name)
                self._say_wrong(wrong[-1], reason)
        if wrong:
            self.focus_on(wrong[0])
            return None
        return kept

    def show_wrong(self, path: str, reason: str) -> bool:
        """Say *reason* at the field of *path* and go there; False when it is not on this form."""
        if not self._say_wrong(path, reason):
            return False
        self.focus_on(path)
        return True

    def focus_on(self, path: str) -> None:
        """Give the focus to a field, or to a part of it, and bring it into sight."""
        name, _, inside = path.partition("/")
        bring_into_sight(self._rows[name], self._editors[name].focus_on(inside))

    def clear_wrong(self) -> None:
        """Take all red away."""
        for name in self._rows:
            self._mend(name)

    def _say_wrong(self, path: str, reason: str) -> bool:
        name, _, inside = path.partition("/")
        if name not in self._rows:
            return False
        if not (inside and self._editors[name].show_wrong_inside(inside, reason)):
            self._rows[name].set_wrong(reason)
            self._editors[name].set_wrong(True)
        return True

    def _mend(self, name: str) -> None:
        self._rows[name].set_wrong("")
        self._editors[name].set_wrong(False)

    def stop_pause(self) -> None:
        """No draft is due any more: saved or thrown away."""
        self._pause.stop()

    def _add_side_by_side(self, names: Sequence[str], references: References, column: Column) -> None:
        line = Row(gap=14)
        for name in names:
            line.addWidget(self._made_row(name, references), 1, Qt.AlignmentFlag.AlignTop)
        column.addLayout(line)

    def _made_row(self, name: str, references: References) -> FormRow:
        field = self._kind.by_name[name]
        editor = self._made.get(name, editor_for)(field, references)
        editor.changed.connect(lambda: self._edited(name))
        hint = "" if editor.tells_hint else field.hint
        row = FormRow(field.title, editor, hint=hint, required=field.required)
        self._editors[name] = editor
        self._rows[name] = row
        return row

    def _edited(self, name: str) -> None:
        self._mend(name)
        self._pause.start()
        self.changed.emit()


def _is_files(kind: Kind, name: str | tuple[str, ...]) -> bool:
    """Whether this is a list of files, for which a desk needs a place."""
    return isinstance(name, str) and isinstance(kind.by_name[name], Files)

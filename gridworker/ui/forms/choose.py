"""Which editor a field's declaration asks for."""

from __future__ import annotations

from collections.abc import Callable

from gridworker.records.fields import Choice, Day, Field, Flag, Moment, Money, Ref, Text, Whole
from gridworker.records.files import Files
from gridworker.records.several import Entries, Tags
from gridworker.ui.forms.dates import DayEditor, MomentEditor
from gridworker.ui.forms.editors import (
    FEW,
    Editor,
    FewEditor,
    ManyEditor,
    MoneyEditor,
    NumberEditor,
    TagsEditor,
    TextEditor,
)
from gridworker.ui.forms.entries import EntriesEditor
from gridworker.ui.forms.reference import RefEditor
from gridworker.ui.references import References

_PLAIN: tuple[tuple[type[Field], Callable[..., Editor]], ...] = (
    (Tags, TagsEditor),
    (Money, MoneyEditor),
    (Whole, NumberEditor),
    (Text, TextEditor),
)


def editor_for(field: Field, references: References) -> Editor:
    """The editor of *field*; a new type of field gets its line here."""
    if isinstance(field, Files):
        from gridworker.ui.forms.files import FilesEditor  # not at the top: most forms have none

        return FilesEditor(field, references)
    if isinstance(field, Entries):
        return EntriesEditor(field, references, lambda inner: editor_for(inner, references))
    if isinstance(field, Ref):
        return RefEditor(field, references)
    if isinstance(field, Day):
        return DayEditor(field, references.now)
    if isinstance(field, Moment):
        return MomentEditor(field, references.now)
    if isinstance(field, Flag):
        return FewEditor(field, {True: "是", False: "否"})
    if isinstance(field, Choice):
        return (FewEditor if len(field.choices) <= FEW else ManyEditor)(field, field.choices)
    return next(editor for type_, editor in _PLAIN if isinstance(field, type_))(field)

"""How each plain type of field is edited; a field's declaration chooses its editor."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QComboBox, QWidget

from gridworker.records.fields import Field, Money, Text, Whole
from gridworker.records.several import Tags
from gridworker.ui.style import mark
from gridworker.ui.widgets import ChipChoice, Line, Row, SegmentedChoice, TextBox

FEW: Final = 4
"""Up to this many choices are all in sight."""

Fault = tuple[str, str]
"""Where inside the field something cannot be kept ("" for the field itself), and the reason in Chinese."""


class Editor(QWidget):
    """Edits one value; ``changed`` follows every act of the person, never ``set_value``."""

    changed = Signal()
    tells_hint = False
    """Whether the field's hint already stands inside, where one types."""

    def __init__(self, field: Field, part: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.field = field
        self.part = part
        part.setAccessibleName(field.title)
        self.setAccessibleName(field.title)
        self.setFocusProxy(part)
        self._row = Row(self, gap=8)
        self._row.addWidget(part, 1)

    def value(self) -> Any:
        """What is entered, as ``Field.clean`` takes it; None for nothing."""
        raise AssertionError(f"{type(self).__name__} has no value")

    def set_value(self, value: Any) -> None:
        """Show *value* without telling anyone."""
        raise AssertionError(f"{type(self).__name__} takes no value")

    def faults(self) -> list[Fault]:
        """What this editor alone knows to be wrong, before ``Field.clean`` is asked."""
        return []

    def set_wrong(self, wrong: bool) -> None:
        """Outline in red what cannot be saved."""
        mark(self.part, wrong=wrong)

    def show_wrong_inside(self, path: str, reason: str) -> bool:
        """Say *reason* at the part of the value at *path*; False when it has no such part."""
        return False

    def focus_on(self, path: str) -> QWidget:
        """Give the focus to the part at *path* ("" for the whole); the widget that has it now."""
        self.setFocus()
        return self


class TextEditor(Editor):
    """One line, or a box that grows."""

    tells_hint = True

    def __init__(self, field: Text) -> None:
        self._box: Line | TextBox
        if field.lines:
            self._box = TextBox(field.hint, name=field.title, least=2, most=8)
        else:
            self._box = Line(field.hint, name=field.title)
        super().__init__(field, self._box)
        # Qt lets any text in; the limit is told when saving, so that nothing typed is cut off.
        self._box.textChanged.connect(self._typed)
        self._quiet = False

    def _typed(self) -> None:
        if not self._quiet:
            self.changed.emit()

    def value(self) -> Any:
        return self._box.text() or None

    def set_value(self, value: Any) -> None:
        self._quiet = True
        text = "" if value is None else str(value)
        if isinstance(self._box, TextBox):
            self._box.set_text(text)
        else:
            self._box.setText(text)
            self._box.setCursorPosition(0)
        self._quiet = False


class NumberEditor(TextEditor):
    """A whole number; text that is none is told when saving."""

    def __init__(self, field: Whole) -> None:
        super().__init__(Text(field.name, field.title, hint=field.hint))
        self.field = field


class MoneyEditor(TextEditor):
    """An amount typed in yuan and kept in fen."""

    tells_hint = False

    def __init__(self, field: Money) -> None:
        super().__init__(Text(field.name, field.title, hint="元"))
        self.field = field

    def value(self) -> Any:
        text = self._box.text().strip()
        fen = _fen(text)
        return text or None if fen is None else fen

    def set_value(self, value: Any) -> None:
        if isinstance(value, int):
            value = f"{value // 100}" if value % 100 == 0 else f"{value // 100}.{value % 100:02d}"
        super().set_value(value)

    def faults(self) -> list[Fault]:
        if isinstance(self.value(), str):
            return [("", f"{self.field.title}：应当是金额，单位为元，例如 1200 或 1200.50。")]
        return []


def _fen(text: str) -> int | None:
    """``1,200.5 元`` in fen; None for what is no amount."""
    plain = text.replace(",", "").replace("，", "").removesuffix("元").strip()
    yuan, _, cents = plain.partition(".")
    if not yuan.isdecimal() or len(cents) > 2 or (cents and not cents.isdecimal()):
        return None
    return int(yuan) * 100 + int((cents + "00")[:2])


class FewEditor(Editor):
    """Up to four choices, all in sight; pressing the chosen one again takes it back."""

    def __init__(self, field: Field, choices: Mapping[Any, str]) -> None:
        self._keys = {str(key): key for key in choices}
        self._bar = SegmentedChoice(field.title, [(str(k), words, "") for k, words in choices.items()])
        super().__init__(field, self._bar)
        self._value: Any = None
        self._bar.chosen.connect(self._chosen)

    def _chosen(self, key: str) -> None:
        again = self._keys[key] == self._value and not self.field.required
        self.set_value(None if again else self._keys[key])
        self.changed.emit()

    def value(self) -> Any:
        return self._value

    def set_value(self, value: Any) -> None:
        self._value = value
        for key, kept in self._keys.items():
            button = self._bar.button(key)
            group = button.group()
            # In an exclusive group nothing can be switched off.
            group.setExclusive(False)
            button.setChecked(value is not None and kept == value)
            group.setExclusive(value is not None and self.field.required)

    def focus_on(self, path: str) -> QWidget:
        shown = next((key for key, kept in self._keys.items() if kept == self._value), next(iter(self._keys)))
        button = self._bar.button(shown)
        button.setFocus()
        return button


class ManyEditor(Editor):
    """A list to choose one from; typing jumps to it."""

    def __init__(self, field: Field, choices: Mapping[str, str]) -> None:
        self._list = QComboBox()
        super().__init__(field, self._list)
        self._list.addItem(self.tr("（请选择）") if field.required else self.tr("（未填）"), None)
        for key, words in choices.items():
            self._list.addItem(words, key)
        self._list.setMaxVisibleItems(12)
        self._list.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._list.setMinimumContentsLength(8)
        self._list.installEventFilter(NoWheel(self._list))
        self._list.activated.connect(lambda _: self.changed.emit())

    def value(self) -> Any:
        return self._list.currentData()

    def set_value(self, value: Any) -> None:
        place = self._list.findData(value)
        if place < 0:
            self._list.addItem(str(value), value)
            place = self._list.count() - 1
        self._list.setCurrentIndex(place)


class TagsEditor(Editor):
    """Pills, each on or off."""

    def __init__(self, field: Tags) -> None:
        self._pills = ChipChoice(field.title, list(field.choices.items()), many=True)
        super().__init__(field, self._pills)
        self._unknown: list[str] = []
        self._pills.chosen.connect(lambda _: self.changed.emit())

    def value(self) -> list[str]:
        return sorted([*self._pills.values(), *self._unknown])

    def set_value(self, value: Any) -> None:
        shown = frozenset(value or ())
        # A newer centre may know tags that this list lacks: they stay as they are.
        self._unknown = sorted(tag for tag in shown if tag not in self._of(self.field).choices)
        self._pills.set_values(shown)

    def focus_on(self, path: str) -> QWidget:
        button = self._pills.button(next(iter(self._of(self.field).choices)))
        button.setFocus()
        return button

    @staticmethod
    def _of(field: Field) -> Tags:
        assert isinstance(field, Tags)
        return field


class NoWheel(QObject):
    """The wheel scrolls the form, it never changes a value in passing."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Hand wheel events on to the scroll area."""
        if isinstance(event, QWheelEvent):
            event.ignore()
            return True
        return super().eventFilter(watched, event)

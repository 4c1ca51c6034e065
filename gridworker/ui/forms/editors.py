"""How each type of field is edited; a field's declaration chooses its editor."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, Final

from PySide6.QtCore import QDate, QDateTime, QEvent, QObject, QTime, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QComboBox, QDateEdit, QDateTimeEdit, QWidget

from gridworker.records.fields import (
    Day,
    Field,
    Moment,
    Money,
    Tags,
    Text,
    Whole,
)
from gridworker.ui.civil import CHINA
from gridworker.ui.style import mark
from gridworker.ui.widgets import ChipChoice, Line, LinkButton, Row, SegmentedChoice, TextBox

FEW: Final = 4
"""Up to this many choices are all in sight."""


class Editor(QWidget):
    """Edits one value; ``changed`` follows every act of the person, never ``set_value``."""

    changed = Signal()

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

    def set_wrong(self, wrong: bool) -> None:
        """Outline in red what cannot be saved."""
        mark(self.part, wrong=wrong)


class TextEditor(Editor):
    """One line, or a box that grows."""

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

    def value(self) -> str | None:
        return self._box.text() or None

    def set_value(self, value: Any) -> None:
        self._quiet = True
        text = "" if value is None else str(value)
        if isinstance(self._box, TextBox):
            self._box.set_text(text)
        else:
            self._box.setText(text)
        self._quiet = False


class NumberEditor(TextEditor):
    """A whole number; text that is none is told when saving."""

    def __init__(self, field: Whole) -> None:
        super().__init__(Text(field.name, field.title, hint=field.hint))
        self.field = field

    def value(self) -> Any:
        return super().value()


class MoneyEditor(TextEditor):
    """An amount typed in yuan and kept in fen."""

    def __init__(self, field: Money) -> None:
        super().__init__(Text(field.name, field.title, hint="元"))
        self.field = field

    def value(self) -> Any:
        text = (self._box.text() or "").replace(",", "").replace("，", "").removesuffix("元").strip()
        if not text:
            return None
        yuan, _, fen = text.partition(".")
        if not yuan.isdigit() or (fen and not (fen.isdigit() and len(fen) <= 2)):
            return text
        return int(yuan) * 100 + int((fen + "00")[:2])

    def set_value(self, value: Any) -> None:
        if isinstance(value, int):
            value = f"{value // 100}" if value % 100 == 0 else f"{value / 100:.2f}"
        super().set_value(value)


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
            if group is not None:
                group.setExclusive(False)
            button.setChecked(kept == value and value is not None)
            if group is not None:
                group.setExclusive(value is not None)


class ManyEditor(Editor):
    """A list to choose one from; typing jumps to it."""

    def __init__(self, field: Field, choices: Mapping[str, str]) -> None:
        self._list = QComboBox()
        super().__init__(field, self._list)
        self._list.addItem(self.tr("（未填）"), None)
        for key, words in choices.items():
            self._list.addItem(words, key)
        self._list.setMaxVisibleItems(12)
        self._list.installEventFilter(_NoWheel(self._list))
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
        self._pills.chosen.connect(lambda _: self.changed.emit())

    def value(self) -> list[str]:
        return sorted(self._pills.values())

    def set_value(self, value: Any) -> None:
        self._pills.set_values(frozenset(value or ()))


class _Optional(Editor):
    """A date or time that may be empty: a link fills it, another empties it."""

    def __init__(self, field: Field, edit: QDateTimeEdit, offer: str) -> None:
        super().__init__(field, edit)
        self._edit = edit
        edit.setCalendarPopup(True)
        edit.installEventFilter(_NoWheel(edit))
        self._fill = LinkButton(offer, self._start)
        self._fill.setAccessibleName(f"{field.title}：{offer}")
        self._empty = LinkButton(self.tr("清除"), self._clear)
        self._empty.setAccessibleName(f"{field.title}：{self.tr('清除')}")
        self._row.addWidget(self._fill)
        self._row.addWidget(self._empty)
        self._row.addStretch(0)
        self._empty.setVisible(not field.required)
        edit.dateTimeChanged.connect(self._edited)
        self._quiet = False
        self._show(None)

    def _edited(self) -> None:
        if not self._quiet:
            self.changed.emit()

    def _start(self) -> None:
        self._show(QDateTime.currentDateTime())
        self.changed.emit()
        self._edit.setFocus()

    def _clear(self) -> None:
        self._show(None)
        self.changed.emit()

    def _show(self, moment: QDateTime | None) -> None:
        self._quiet = True
        self._filled = moment is not None
        self._edit.setVisible(self._filled)
        self._fill.setVisible(not self._filled)
        self._empty.setVisible(self._filled and not self.field.required)
        if moment is not None:
            self._edit.setDateTime(moment)
        self._quiet = False


class DayEditor(_Optional):
    """A civil date."""

    def __init__(self, field: Day) -> None:
        edit = QDateEdit()
        edit.setDisplayFormat("yyyy-MM-dd")
        super().__init__(field, edit, "填日期")

    def value(self) -> str | None:
        return self._edit.date().toString("yyyy-MM-dd") if self._filled else None

    def set_value(self, value: Any) -> None:
        if not value:
            self._show(None)
            return
        day = date.fromisoformat(str(value))
        self._show(QDateTime(QDate(day.year, day.month, day.day), QTime(0, 0)))


class MomentEditor(_Optional):
    """An instant, shown in China's time."""

    def __init__(self, field: Moment) -> None:
        edit = QDateTimeEdit()
        edit.setDisplayFormat("yyyy-MM-dd HH:mm")
        super().__init__(field, edit, "填时间")

    def value(self) -> int | None:
        if not self._filled:
            return None
        shown = self._edit.dateTime()
        day, clock = shown.date(), shown.time()
        civil = datetime(day.year(), day.month(), day.day(), clock.hour(), clock.minute(), tzinfo=CHINA)
        return int(civil.timestamp() * 1000)

    def set_value(self, value: Any) -> None:
        if value is None:
            self._show(None)
            return
        civil = datetime.fromtimestamp(int(value) / 1000, UTC).astimezone(CHINA)
        day, clock = QDate(civil.year, civil.month, civil.day), QTime(civil.hour, civil.minute)
        self._show(QDateTime(day, clock))


class _NoWheel(QObject):
    """The wheel scrolls the form, it never changes a value in passing."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Hand wheel events on to the scroll area."""
        if isinstance(event, QWheelEvent):
            event.ignore()
            return True
        return super().eventFilter(watched, event)

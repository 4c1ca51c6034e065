"""Editors that the forms of a case need: one box per party, who took part, the next date, the grid."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from PySide6.QtCore import QTime
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QComboBox, QTimeEdit, QWidget

from gridworker.records.fields import Field, Text
from gridworker.records.several import Entries
from gridworker.ui.civil import china_now, instant
from gridworker.ui.forms.choose import editor_for
from gridworker.ui.forms.editors import Editor, TextEditor
from gridworker.ui.references import References
from gridworker.ui.tokens import Tone
from gridworker.ui.widgets import (
    Banner,
    ChipChoice,
    Column,
    DateChoice,
    FormRow,
    Label,
    Line,
    LinkButton,
    Row,
    TextBox,
    clear,
)

Fields = Mapping[str, Any]
AFTERNOON: Final = time(14, 30)
"""When a session is appointed for, unless somebody says otherwise."""


class StoryEditor(TextEditor):
    """A long text: the box is large from the beginning."""

    LEAST, MOST = 4, 14

    def __init__(self, field: Field) -> None:
        assert isinstance(field, Text)
        super().__init__(field)
        if isinstance(self.part, TextBox):
            self.part.set_lines(self.LEAST, self.MOST)


class OpinionsEditor(Editor):
    """One box per party, two side by side."""

    def __init__(self, field: Field, references: References) -> None:
        assert isinstance(field, Entries)
        part = QWidget()
        super().__init__(field, part)
        self._list, self._references = field, references
        self._parties: dict[str, str] = {}
        self._boxes: dict[str, Editor] = {}
        self._place = Column(part, gap=10)

    def value(self) -> dict[str, dict[str, Any]]:
        """What each said; who said nothing is left out."""
        told = {entry: box.value() for entry, box in self._boxes.items()}
        return {entry: {"party": self._parties[entry], "text": text} for entry, text in told.items() if text}

    def set_value(self, value: Any) -> None:
        """A box for each party that is named here or was before: a draft knows only those who said something."""
        given = value or {}
        named = {str(opinion.get("party")) for opinion in given.values()}
        silent = {entry: {"party": party} for entry, party in self._parties.items() if party not in named}
        if set(given) | set(silent) != set(self._boxes):
            self._build({**silent, **given})
        for entry, box in self._boxes.items():
            box.set_value(given.get(entry, {}).get("text"))

    def _build(self, given: Mapping[str, Fields]) -> None:
        clear(self._place)
        self._parties = {entry: str(given[entry].get("party") or "") for entry in sorted(given)}
        self._boxes = {}
        row = Row(gap=12)
        for n, (entry, party) in enumerate(self._parties.items()):
            if n % 2 == 0:
                row = Row(gap=12)
                self._place.addLayout(row)
            row.addWidget(self._box(entry, party), 1)

    def _box(self, entry: str, party: str) -> FormRow:
        text = self._list.field("text")
        assert text is not None
        box = editor_for(text, self._references)
        box.changed.connect(self.changed)
        self._boxes[entry] = box
        name = f"{party}的意见"
        box.part.setAccessibleName(name)
        return FormRow(name, box)


class ParticipantsEditor(Editor):
    """Who took part: the parties as pills that are on, others are added by a word."""

    def __init__(self, field: Field, references: References) -> None:
        part = QWidget()
        super().__init__(field, part)
        self._references = references
        self._people: dict[str, dict[str, Any]] = {}
        column = Column(part, gap=8)
        self._pills = ChipChoice(field.title, [], many=True)
        self._pills.chosen.connect(lambda _: self.changed.emit())
        column.addWidget(self._pills)
        row = Row(gap=8)
        self._line = Line("再加一位：姓名 身份，如“马国权 村调解员”", name="添加参加人")
        self._line.returnPressed.connect(self._add)
        row.addWidget(self._line, 1)
        row.addWidget(LinkButton("添加", self._add, icon_name="add"))
        column.addLayout(row)
        self.setFocusProxy(self._line)

    def value(self) -> dict[str, dict[str, Any]]:
        """Those who are on."""
        on = self._pills.values()
        return {entry: person for entry, person in self._people.items() if entry in on}

    def set_value(self, value: Any) -> None:
        """All of these are on; who was named before and is not among them stays as a pill that is off."""
        given = {entry: dict(person) for entry, person in (value or {}).items()}
        named = {person.get("name") for person in given.values()}
        away = {entry: person for entry, person in self._people.items() if person.get("name") not in named}
        self._people = {**away, **given}
        self._show(frozenset(given))

    def take_typed(self) -> None:
        """A name that was typed and not added is meant all the same."""
        if self._line.text().strip():
            self._add()

    def _add(self) -> None:
        name, _, standing = self._line.text().strip().partition(" ")
        if not name:
            return
        on = self._pills.values()
        entry = self._references.new_id()
        self._people[entry] = {"name": name, **({"standing": standing.strip()} if standing.strip() else {})}
        self._line.clear()
        self._show(on | {entry})
        self.changed.emit()

    def _show(self, on: frozenset[str]) -> None:
        self._pills.set_options([(entry, _person_words(self._people[entry])) for entry in sorted(self._people)])
        self._pills.set_values(on)


def _person_words(person: Fields) -> str:
    standing = str(person.get("standing") or "")
    return f"{person.get('name') or ''}（{standing}）" if standing else str(person.get("name") or "")


class _Clock(QTimeEdit):
    """The wheel scrolls the form, it never changes a time in passing."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Hand it on."""
        event.ignore()


class AppointmentEditor(Editor):
    """The next date: in three days, in a week or a day of one's choice, and the hour."""

    def __init__(self, field: Field, today: date) -> None:
        part = QWidget()
        super().__init__(field, part)
        self._today = today
        self._quiet = False
        row = Row(part, gap=10)
        self._day = DateChoice(today)
        self._day.changed.connect(lambda _: self.changed.emit())
        self._clock = _Clock()
        self._clock.setDisplayFormat("HH:mm")
        self._clock.setAccessibleName(f"{field.title}：几点")
        self._clock.timeChanged.connect(lambda _: None if self._quiet else self.changed.emit())
        row.addWidget(self._day, 1)
        row.addWidget(self._clock)
        self._set_clock(AFTERNOON)

    def value(self) -> int | None:
        """ms UTC; None for none."""
        day = self._day.value()
        if day is None:
            return None
        shown = self._clock.time()
        return instant(datetime(day.year, day.month, day.day, shown.hour(), shown.minute()))

    def set_value(self, value: Any) -> None:
        """Show this instant."""
        if value is None:
            self._day.set_value(None)
            self._set_clock(AFTERNOON)
            return
        civil = china_now(int(value))
        self._day.set_value(civil.date())
        self._set_clock(civil.time())

    def usual(self, days: int) -> int:
        """The usual hour, so many days from today; ms UTC."""
        day = self._today + timedelta(days=days)
        return instant(datetime.combine(day, AFTERNOON))

    def _set_clock(self, at: time) -> None:
        self._quiet = True
        self._clock.setTime(QTime(at.hour, at.minute))
        self._quiet = False


class GridEditor(Editor):
    """In which grid it happened, for people who look after several."""

    def __init__(self, field: Field, grids: Mapping[str, str]) -> None:
        self._list = QComboBox()
        super().__init__(field, self._list)
        self._list.addItem("按相关住户所在的网格", None)
        for grid, path in grids.items():
            self._list.addItem(path, grid)
        self._list.setMaxVisibleItems(12)
        self._list.activated.connect(lambda _: self.changed.emit())

    def value(self) -> str | None:
        """Its id; None: where the household lives."""
        value = self._list.currentData()
        return str(value) if value else None

    def set_value(self, value: Any) -> None:
        """Choose this grid."""
        self._list.setCurrentIndex(max(0, self._list.findData(value)))


def notice(words: str, tone: Tone = "info") -> Banner:
    """A coloured line of advice above a form."""
    banner = Banner(tone)
    banner.body.addWidget(Label(words, "second", wrap=True), 1)
    return banner

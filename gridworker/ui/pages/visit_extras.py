"""The parts of 记走访 that hold lists: whom one visited, and what became of what one heard."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QWidget

from gridworker.records.codes import DISPUTE_TYPES, HOUSEHOLD_TAGS, TAG_TONES
from gridworker.records.fields import Ref
from gridworker.ui.forms.reference import RefEditor
from gridworker.ui.tokens import Tone
from gridworker.ui.widgets import (
    Avatar,
    Card,
    Column,
    Elide,
    IconButton,
    Label,
    Line,
    LinkButton,
    Row,
    Tags,
    clear,
)
from gridworker.ui.work import Work


class SubjectsBox(QWidget):
    """The households of this visit, each with a way to take it out, and a field to add one."""

    changed = Signal()

    def __init__(self, work: Work, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("clear")
        self._work = work
        self._subjects: dict[str, dict[str, Any]] = {}
        column = Column(self, gap=8)
        self._place = Column(gap=8)
        column.addLayout(self._place)
        self._pick = RefEditor(Ref("household", "走访住户", to=("household",), required=True), work.references)
        self._pick.changed.connect(self._picked)
        column.addWidget(self._pick)
        foot = Row(gap=8)
        self._wrong = Label("", "hint")
        self._wrong.set_tone("bad")
        self._wrong.hide()
        self._more = LinkButton("再加一户", self._add_more, icon_name="add")
        foot.addWidget(self._wrong, 1)
        foot.addWidget(self._more, 0, Qt.AlignmentFlag.AlignRight)
        column.addLayout(foot)
        self._draw()

    def field(self) -> QWidget:
        """Where one types to find a household."""
        return self._pick

    def subjects(self) -> dict[str, dict[str, Any]]:
        """Entries as the visit keeps them."""
        return {entry: dict(fields) for entry, fields in self._subjects.items()}

    def set_subjects(self, subjects: Mapping[str, Mapping[str, Any]]) -> None:
        """Show these."""
        self._subjects = {entry: dict(subjects[entry]) for entry in sorted(subjects)}
        self._draw()

    def set_households(self, households: Sequence[str]) -> None:
        """Show these households."""
        self._subjects = {self._work.references.new_id(): self._subject(each) for each in households}
        self._draw()

    def set_wrong(self, words: str) -> None:
        """Say what is missing."""
        self._wrong.setText(words)
        self._wrong.setVisible(bool(words))
        self._pick.setFocus()

    def _subject(self, household: str) -> dict[str, Any]:
        home = self._work.ledger.get("household", household) or {}
        return {"kind": "household", "record": household, "name": home.get("head_name")}

    def _picked(self) -> None:
        household = self._pick.value()
        if household and household not in [each.get("record") for each in self._subjects.values()]:
            self._subjects[self._work.references.new_id()] = self._subject(household)
        self._pick.set_value(None)
        self._draw()
        self.changed.emit()

    def _add_more(self) -> None:
        self._pick.show()
        self._more.hide()
        self._pick.setFocus()

    def _take_out(self, entry: str) -> None:
        self._subjects.pop(entry, None)
        self._draw()
        self.changed.emit()

    def _draw(self) -> None:
        clear(self._place)
        for entry, subject in self._subjects.items():
            self._place.addWidget(self._card(entry, subject))
        self._pick.setVisible(not self._subjects)
        self._more.setVisible(bool(self._subjects))
        self._wrong.hide()

    def _card(self, entry: str, subject: Mapping[str, Any]) -> Card:
        home = self._work.ledger.get("household", str(subject.get("record"))) or {}
        name = str(home.get("head_name") or subject.get("name") or "不在您的范围内")
        card = Card(sunken=True, margins=(12, 10, 8, 10))
        row = Row(gap=12)
        row.addWidget(Avatar(name))
        words = Column(gap=2)
        top = Row(gap=6)
        top.addWidget(Elide(name, "strong"))
        tags: list[tuple[str, Tone]] = [
            (HOUSEHOLD_TAGS.get(tag, tag), TAG_TONES.get(tag, "neutral"))  # type: ignore[misc]
            for tag in (home.get("tags") or ())[:2]
        ]
        if tags:
            top.addWidget(Tags(tags), 1)
        top.addStretch(0 if tags else 1)
        words.addLayout(top)
        if home.get("address"):
            words.addWidget(Elide(str(home["address"]), "hint2"))
        row.addLayout(words, 1)
        only = len(self._subjects) == 1
        if only:
            row.addWidget(LinkButton("换一户", lambda: self._take_out(entry)))
        else:
            row.addWidget(IconButton("dismiss", f"去掉{name}", lambda: self._take_out(entry)))
        card.body.addLayout(row)
        return card


class HeardBox(QWidget):
    """What one heard: each line becomes a matter, or a dispute."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("clear")
        self._column = Column(self, gap=8)
        self._place = Column(gap=8)
        self._column.addLayout(self._place)
        links = Row(gap=16)
        links.addWidget(LinkButton("反映的问题，转为事项", lambda: self.add("matter"), icon_name="clipboard_task"))
        links.addWidget(LinkButton("转为纠纷", lambda: self.add("dispute"), icon_name="handshake"))
        links.addStretch(1)
        self._column.addLayout(links)
        self._lines: list[tuple[str, Line, QComboBox | None, QWidget]] = []

    def lines(self) -> list[dict[str, Any]]:
        """What is entered: kind, title and, for a dispute, its type."""
        entered = []
        for kind, line, types, _ in self._lines:
            if line.text().strip():
                found = {"kind": kind, "title": line.text().strip()}
                if types is not None:
                    found["dispute_type"] = types.currentData()
                entered.append(found)
        return entered

    def set_lines(self, lines: Sequence[Mapping[str, Any]]) -> None:
        """Show these."""
        for known in list(self._lines):
            self._drop(known[3])
        for each in lines:
            self.add(str(each["kind"]), str(each.get("title") or ""), str(each.get("dispute_type") or "02"))

    def add(self, kind: str, title: str = "", dispute_type: str = "02") -> None:
        """One more line."""
        words = "事项" if kind == "matter" else "纠纷"
        box = Card(sunken=True, margins=(12, 8, 6, 8))
        row = Row(gap=8)
        row.addWidget(Label(words, "field"))
        line = Line("一句话说清是什么事", name=f"{words}名称")
        line.setText(title)
        line.textChanged.connect(self.changed)
        row.addWidget(line, 1)
        types: QComboBox | None = None
        if kind == "dispute":
            types = QComboBox()
            types.setAccessibleName("纠纷类型")
            for code, name in DISPUTE_TYPES.items():
                types.addItem(name, code)
            types.setCurrentIndex(max(0, types.findData(dispute_type)))
            types.activated.connect(lambda _: self.changed.emit())
            row.addWidget(types)
        row.addWidget(IconButton("dismiss", f"去掉这件{words}", lambda: self._drop(box)))
        box.body.addLayout(row)
        self._lines.append((kind, line, types, box))
        self._place.addWidget(box)
        if not title:
            line.setFocus()

    def _drop(self, box: QWidget) -> None:
        self._lines = [known for known in self._lines if known[3] is not box]
        self._place.removeWidget(box)
        box.hide()
        box.deleteLater()
        self.changed.emit()

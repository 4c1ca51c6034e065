"""The parts of 记走访 that hold lists: whom one visited, and what became of what one heard."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QWidget

from gridworker.records.codes import DISPUTE_TYPES
from gridworker.records.fields import Ref
from gridworker.ui.forms.editors import NoWheel
from gridworker.ui.forms.reference import RefEditor
from gridworker.ui.forms.sight import bring_into_sight
from gridworker.ui.pages.visit_record import dispute_title
from gridworker.ui.references import OUT_OF_SCOPE
from gridworker.ui.widgets import (
    Avatar,
    Card,
    Column,
    Elide,
    FormRow,
    IconButton,
    Label,
    Line,
    LinkButton,
    Row,
    SectionTitle,
    Tags,
    clear,
)
from gridworker.ui.wording import shortened, tag_chips
from gridworker.ui.work import Work

NEIGHBOURS: Final = "02"
"""The type of most disputes that are heard at the door."""
LONGEST_TITLE: Final = 30


class SubjectsBox(QWidget):
    """The households of this visit, each with a way to take it out, and a field to add one."""

    changed = Signal()

    def __init__(self, work: Work, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("clear")
        self._work = work
        self._subjects: dict[str, dict[str, Any]] = {}
        column = Column(self, gap=6)
        self._title = Label("走访住户", "field")
        column.addWidget(self._title)
        self._place = Column(gap=8)
        column.addLayout(self._place)
        self._pick = RefEditor(Ref("household", "走访住户", to=("household",), required=True), work.references)
        self._pick.changed.connect(self._picked)
        column.addWidget(self._pick)
        self._wrong = Label("", "hint", wrap=True)
        self._wrong.set_tone("bad")
        self._wrong.hide()
        column.addWidget(self._wrong)
        foot = Row(gap=0)
        self._more = LinkButton("再加一户", self._add_more, icon_name="add")
        foot.addWidget(self._more)
        foot.addStretch(1)
        column.addLayout(foot)
        self._draw()

    def field(self) -> QWidget:
        """Where one types to find a household."""
        return self._pick

    def subjects(self) -> dict[str, dict[str, Any]]:
        """Entries as the visit keeps them."""
        return {entry: dict(fields) for entry, fields in self._subjects.items()}

    def first_name(self) -> str:
        """The head of the first household."""
        return next((str(subject.get("name") or "") for subject in self._subjects.values()), "")

    def set_subjects(self, subjects: Mapping[str, Mapping[str, Any]]) -> None:
        """Show these."""
        self._subjects = {entry: dict(subjects[entry]) for entry in sorted(subjects)}
        self._draw()

    def set_households(self, households: Sequence[str]) -> None:
        """Show these households."""
        self._subjects = {self._work.references.new_id(): self._subject(each) for each in households}
        self._draw()

    def set_wrong(self, words: str) -> None:
        """Say what is missing; empty takes it away."""
        self._wrong.setText(words)
        self._wrong.setVisible(bool(words))
        self._pick.set_wrong(bool(words))
        if words:
            self._pick.show()
            self._pick.setFocus()
            bring_into_sight(self)

    def unpicked(self) -> str:
        """What is wrong with words that were typed and led to no household; "" when there are none."""
        return next((reason for _, reason in self._pick.faults()), "")

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
        if not self._subjects:
            self._pick.setFocus()
        self.changed.emit()

    def _draw(self) -> None:
        clear(self._place)
        for entry, subject in self._subjects.items():
            self._place.addWidget(self._card(entry, subject))
        some = bool(self._subjects)
        self._title.setHidden(some)
        self._pick.setHidden(some)
        self._more.setHidden(len(self._subjects) < 2)
        self._wrong.hide()
        self._pick.set_wrong(False)

    def _card(self, entry: str, subject: Mapping[str, Any]) -> Card:
        home = self._work.ledger.get("household", str(subject.get("record"))) or {}
        name = str(home.get("head_name") or subject.get("name") or OUT_OF_SCOPE)
        card = Card(sunken=True, margins=(12, 10, 8, 10))
        row = Row(gap=12)
        row.addWidget(Avatar(name))
        words = Column(gap=2)
        top = Row(gap=6)
        top.addWidget(Elide(name, "strong"))
        tags = tag_chips(home.get("tags"))[:2]
        if tags:
            top.addWidget(Tags(tags), 1)
        top.addStretch(0 if tags else 1)
        words.addLayout(top)
        if home.get("address"):
            words.addWidget(Elide(str(home["address"]), "hint2"))
        row.addLayout(words, 1)
        if len(self._subjects) == 1:
            row.addWidget(LinkButton("再加一户", self._add_more))
            row.addWidget(LinkButton("换一户", lambda: self._take_out(entry)))
        else:
            row.addWidget(IconButton("dismiss", f"去掉{name}", lambda: self._take_out(entry)))
        card.body.addLayout(row)
        return card


class HeardLine(Card):
    """One thing that was heard: its title and, for a dispute, its type and the other party.

    The title is proposed from what is known and follows it until somebody writes his own.
    """

    changed = Signal()
    dropped = Signal()

    def __init__(self, kind: str, name: str, text: str, parent: QWidget | None = None) -> None:
        super().__init__(sunken=True, margins=(14, 8, 8, 12), gap=8, parent=parent)
        self.kind, self._name = kind, name
        self._own_words = False
        words = "事项" if kind == "matter" else "纠纷"
        head = SectionTitle("转为" + words)
        head.end.addWidget(IconButton("dismiss", f"去掉这件{words}", self.dropped.emit))
        self.body.addWidget(head)
        self._title = Line("一句话说清是什么事", name=f"{words}名称")
        self._row = FormRow(f"{words}名称", self._title)
        self.body.addWidget(self._row)
        self._type: QComboBox | None = None
        self._other: Line | None = None
        if kind == "dispute":
            self.body.addLayout(self._dispute_row())
        self._title.setText(shortened(text, LONGEST_TITLE) if kind == "matter" else self._proposed())
        self._title.textEdited.connect(self._written)
        self._title.textChanged.connect(self._told)

    def _dispute_row(self) -> Row:
        self._type = QComboBox()
        for code, name in DISPUTE_TYPES.items():
            self._type.addItem(name, code)
        self._type.setCurrentIndex(self._type.findData(NEIGHBOURS))
        self._type.installEventFilter(NoWheel(self._type))
        self._type.setMinimumContentsLength(5)
        self._type.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._other = Line("姓名，可不填", name="对方当事人")
        self._type.activated.connect(lambda _: self._known_changed())
        self._other.textChanged.connect(lambda _: self._known_changed())
        row = Row(gap=10)
        row.addWidget(FormRow("纠纷类型", self._type), 1)
        row.addWidget(FormRow("对方当事人", self._other), 1)
        return row

    def value(self) -> dict[str, Any]:
        """Kind, title and, for a dispute, type and other party."""
        found: dict[str, Any] = {"kind": self.kind, "title": self._title.text().strip()}
        if self._type is not None and self._other is not None:
            found |= {"dispute_type": self._type.currentData(), "other": self._other.text().strip()}
        return found

    def set_value(self, value: Mapping[str, Any]) -> None:
        """Show what a draft kept."""
        self.blockSignals(True)
        if self._type is not None and self._other is not None:
            self._type.setCurrentIndex(max(0, self._type.findData(value.get("dispute_type"))))
            self._other.setText(str(value.get("other") or ""))
        self._own_words = str(value.get("title") or "") != (self._proposed() if self.kind == "dispute" else "")
        self._title.setText(str(value.get("title") or ""))
        self.blockSignals(False)

    def set_wrong(self, words: str) -> None:
        """Say at the title what is wrong."""
        self._row.set_wrong(words)
        if words:
            self._title.setFocus()
            bring_into_sight(self._row)

    def begin(self) -> None:
        """Ready to be written over."""
        self._title.setFocus()
        self._title.selectAll()
        bring_into_sight(self, self._title)

    def _proposed(self) -> str:
        assert self._type is not None, "only a dispute has a type"
        assert self._other is not None, "as above"
        return dispute_title(self._name, self._other.text().strip(), str(self._type.currentData()))

    def _known_changed(self) -> None:
        if not self._own_words:
            self._title.setText(self._proposed())
        self.changed.emit()

    def _written(self) -> None:
        self._own_words = True

    def _told(self) -> None:
        self._row.set_wrong("")
        self.changed.emit()


class HeardBox(QWidget):
    """What one heard: each line becomes a matter, or a dispute.

    *about* tells the name of the household's head and what is written so far.
    """

    changed = Signal()

    def __init__(self, about: Callable[[], tuple[str, str]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("clear")
        self._about = about
        column = Column(self, gap=8)
        self._place = Column(gap=8)
        column.addLayout(self._place)
        links = Row(gap=16)
        links.addWidget(LinkButton("转为事项", lambda: self._add("matter").begin(), icon_name="clipboard_task"))
        links.addWidget(LinkButton("转为纠纷", lambda: self._add("dispute").begin(), icon_name="handshake"))
        self._back = LinkButton("放回刚才去掉的", self._put_back, icon_name="arrow_undo")
        self._back.hide()
        links.addWidget(self._back)
        links.addStretch(1)
        column.addLayout(links)
        self._lines: list[HeardLine] = []
        self._taken: dict[str, Any] = {}

    def lines(self) -> list[dict[str, Any]]:
        """What is entered."""
        return [line.value() for line in self._lines]

    def set_lines(self, lines: Sequence[Mapping[str, Any]]) -> None:
        """Show these."""
        for known in tuple(self._lines):
            self._drop(known)
        for each in lines:
            self._add(str(each["kind"])).set_value(each)
        self._back.hide()

    def untitled(self) -> bool:
        """Say at the first line without a title that it needs one; False when all have theirs."""
        empty = next((line for line in self._lines if not line.value()["title"]), None)
        if empty is not None:
            empty.set_wrong("请用一句话说清是什么事，或者去掉这一件。")
        return empty is not None

    def set_wrong(self, words: str) -> None:
        """Say at the last line what is wrong with it."""
        if self._lines:
            self._lines[-1].set_wrong(words)

    def _add(self, kind: str) -> HeardLine:
        line = HeardLine(kind, *self._about())
        line.changed.connect(self.changed)
        line.dropped.connect(lambda: self._dropped(line))
        self._lines.append(line)
        self._place.addWidget(line)
        self.changed.emit()
        return line

    def _dropped(self, line: HeardLine) -> None:
        self._taken = line.value()
        self._drop(line)
        self._back.show()
        self.changed.emit()

    def _put_back(self) -> None:
        self._add(str(self._taken["kind"])).set_value(self._taken)
        self._back.hide()
        self.changed.emit()

    def _drop(self, line: HeardLine) -> None:
        self._lines.remove(line)
        self._place.removeWidget(line)
        line.hide()
        line.deleteLater()

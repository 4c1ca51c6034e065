"""One record on which two people worked unseen by each other: both versions side by side, one to be taken."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QButtonGroup, QFrame, QGridLayout, QRadioButton, QWidget

from gridworker.ledger.conflicts import ALL, SHOWN, Conflict, Keep
from gridworker.records.fields import Ref
from gridworker.records.merge import CLASH_TITLES, ClashType
from gridworker.ui.forms.reference import RefEditor
from gridworker.ui.pages import conflict_words as say
from gridworker.ui.references import References
from gridworker.ui.style import mark
from gridworker.ui.theme import px
from gridworker.ui.widgets import (
    Avatar,
    Card,
    Chip,
    Column,
    Elide,
    Label,
    LinkButton,
    Marked,
    PrimaryButton,
    Row,
    Rule,
)

GAP: Final = 12
BOTH: Final = -2
"""The number of the button for 两份都留."""
ELSEWHERE: Final = -3
"""The number of the button for 改成另一条."""


class VersionBox(QFrame):
    """One version that can be chosen: who wrote it, when, and what. A click anywhere chooses it."""

    def __init__(self, option: say.Option) -> None:
        super().__init__()
        mark(self, box="sunken")
        self.radio = QRadioButton(option.title)
        self.radio.setAccessibleName(f"{option.spoken}：{option.title}：{option.words}")
        head = Row(gap=8)
        head.addWidget(self.radio, 1)
        if option.shown:
            head.addWidget(Chip("现在显示", "primary"))
        column = Column(self, margins=(14, 10, 14, 12), gap=6)
        column.addLayout(head)
        column.addWidget(Marked(option.sentences))
        column.addStretch(1)
        self.radio.toggled.connect(lambda on: mark(self, chosen=on))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose it."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.radio.setChecked(True)
            self.radio.setFocus(Qt.FocusReason.MouseFocusReason)


class ElsewhereBox(VersionBox):
    """Another record instead, found as everywhere: typed, picked from what fits. Whoever searches has chosen it."""

    def __init__(self, option: say.Option, references: References) -> None:
        super().__init__(option)
        self.editor = RefEditor(Ref("record", "改成另一条", to=option.kinds, required=True), references)
        self.missing = Label("请先找到并选好一条，再按“采用所选”。", "second", tone="bad", wrap=True)
        self.missing.hide()
        column = self.layout()
        assert isinstance(column, Column)
        column.insertWidget(2, self.editor)
        column.insertWidget(3, self.missing)
        self.editor.changed.connect(self._changed)

    def record(self) -> str:
        """The one that was picked; "" for none yet."""
        return self.editor.value() or ""

    def ask(self) -> None:
        """It is still to be picked."""
        self.missing.setVisible(True)
        self.editor.set_wrong(True)
        self.editor.focus_on("")

    def _changed(self) -> None:
        self.missing.hide()
        self.editor.set_wrong(False)
        self.radio.setChecked(True)


class Choice(QWidget):
    """One thing to be decided. ``chosen`` carries the conflict's id and what was picked."""

    chosen = Signal(str, object)

    def __init__(self, conflict: Conflict, readers: say.Readers, keep: say.Pick, references: References) -> None:
        super().__init__()
        self.setObjectName("clear")
        self.conflict = conflict
        self._elsewhere: ElsewhereBox | None = None
        self._group = QButtonGroup(self)
        self._grid = QGridLayout()
        column = Column(self, gap=8)
        head = Row(gap=8)
        head.addWidget(Label(say.place(conflict), "strong"))
        base = say.base_words(conflict)
        head.addWidget(Elide(f"原来：{base}" if base else "", "hint2"), 1)
        column.addLayout(head)
        if conflict.type is not ClashType.FIELD or say.explained(conflict) == say.GUARDED:
            column.addWidget(Label(say.explained(conflict), "second", wrap=True))
        column.addLayout(self._grid)
        together = [option for option in say.options(conflict, readers) if not option.alone]
        alone = [option for option in say.options(conflict, readers) if option.alone]
        for option in (*together, *alone):
            self._add(self._elsewhere_box(option, references) if option.kinds else VersionBox(option), option)
        self._grid.setColumnStretch(0, 1)
        self._grid.setColumnStretch(1, 1)
        self.pick(keep)
        self._group.idToggled.connect(self._toggled)
        self.rescale()

    def keep(self) -> say.Pick:
        """``shown``, the number of another version, ``all``, or another record."""
        number = self._group.checkedId()
        if number == ELSEWHERE and self._elsewhere is not None:
            return say.Instead(self._elsewhere.record())
        return ALL if number == BOTH else SHOWN if number <= 0 else number

    def pick(self, keep: say.Pick) -> None:
        """Choose a version; one that is no longer there leaves the shown one."""
        button = self._group.button(_number(keep)) or self._group.button(0)
        button.setChecked(True)
        if isinstance(keep, say.Instead) and self._elsewhere is not None:
            self._elsewhere.editor.set_value(keep.record)

    def is_complete(self) -> bool:
        """Whether nothing is left to be picked; otherwise it is asked for."""
        keep = self.keep()
        if not isinstance(keep, say.Instead) or keep.record or self._elsewhere is None:
            return True
        self._elsewhere.ask()
        return False

    def rescale(self) -> None:
        """Take the size in use."""
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(px(GAP))
        self._grid.setVerticalSpacing(px(GAP))

    def _elsewhere_box(self, option: say.Option, references: References) -> ElsewhereBox:
        box = self._elsewhere = ElsewhereBox(option, references)
        box.editor.changed.connect(lambda: self._toggled(ELSEWHERE, True))
        return box

    def _add(self, box: VersionBox, option: say.Option) -> None:
        at = self._grid.count()
        self._group.addButton(box.radio, _number(option.keep))
        row = -(-at // 2) if option.alone else at // 2
        self._grid.addWidget(box, row, 0 if option.alone else at % 2, 1, 2 if option.alone else 1)

    def _toggled(self, number: int, on: bool) -> None:
        if on:
            self.chosen.emit(self.conflict.id, self.keep())


def _number(keep: say.Pick) -> int:
    if isinstance(keep, say.Instead):
        return ELSEWHERE
    return BOTH if keep == ALL else 0 if keep == SHOWN else int(keep)


class ConflictCard(Card):
    """All that is to be decided about one record.

    ``settled`` carries what was picked for each conflict; ``picked`` every change of mind, so that a page that is
    drawn anew does not forget it; ``put_off`` that the person wants to see to it later.
    """

    settled = Signal(object)
    picked = Signal(str, object)
    put_off = Signal(bool)

    def __init__(
        self,
        conflicts: Sequence[Conflict],
        readers: say.Readers,
        *,
        references: References,
        kept: Mapping[str, say.Pick],
        open_record: Callable[[], object] | None,
        folded: bool = False,
    ) -> None:
        super().__init__(gap=GAP)
        self._conflicts = tuple(conflicts)
        self._choices: list[Choice] = []
        self._head(open_record, readers)
        self._inner = QWidget()
        self._inner.setObjectName("clear")
        column = Column(self._inner, gap=GAP)
        if all(each.type is ClashType.FIELD for each in self._conflicts):
            column.addWidget(Label(say.EXPLAINED[ClashType.FIELD], "second", wrap=True))
        for n, conflict in enumerate(self._conflicts):
            if n:
                column.addWidget(Rule())
            choice = Choice(conflict, readers, kept.get(conflict.id, SHOWN), references)
            choice.chosen.connect(self.picked)
            self._choices.append(choice)
            column.addWidget(choice)
        column.addLayout(self._foot())
        self.body.addWidget(self._inner)
        self._fold(folded)

    def keeps(self) -> dict[str, say.Pick]:
        """What is picked, by conflict."""
        return {choice.conflict.id: choice.keep() for choice in self._choices}

    def _head(self, open_record: Callable[[], object] | None, readers: say.Readers) -> None:
        row, first = Row(gap=12), self._conflicts[0]
        row.addWidget(Avatar(first.title or "？"))
        words = Column(gap=1)
        words.addWidget(Elide(say.heading(first), "h2"))
        count = len(self._conflicts)
        values = all(each.type in (ClashType.FIELD, ClashType.TEXT) for each in self._conflicts)
        several = f"{count} 处两边都改过，其余的已自动合并" if values else f"{count} 处需要核对"
        line = several if count > 1 else CLASH_TITLES[first.type]
        words.addWidget(Elide(line, "second"))
        row.addLayout(words, 1)
        if waited := say.waited(self._conflicts, readers.today):
            row.addWidget(Chip(waited, "warn"))
        if count > 1:
            row.addWidget(LinkButton("全选现在显示的", lambda: self._pick_all(SHOWN)))
            row.addWidget(LinkButton("全选另一份", lambda: self._pick_all(1)))
        if open_record is not None:
            row.addWidget(LinkButton("打开记录", open_record))
        self._unfold = LinkButton("现在核对", lambda: self._turn(False))
        row.addWidget(self._unfold)
        self.body.addLayout(row)

    def _foot(self) -> Row:
        row = Row(gap=10)
        row.addWidget(Label("采用以后可以撤销，另一份留在这条记录的历史里。", "hint2", wrap=True), 1)
        row.addWidget(LinkButton("稍后处理", lambda: self._turn(True)))
        take = PrimaryButton("采用所选", self._settle, icon_name="checkmark")
        row.addWidget(take)
        return row

    def _settle(self) -> None:
        if all(choice.is_complete() for choice in self._choices):
            self.settled.emit(self.keeps())

    def _pick_all(self, keep: Keep) -> None:
        """What is one value against another; a removal, or two records made one, is picked by itself."""
        for choice in self._choices:
            if choice.conflict.type in (ClashType.FIELD, ClashType.TEXT):
                choice.pick(keep)

    def _turn(self, folded: bool) -> None:
        self._fold(folded)
        self.put_off.emit(folded)

    def _fold(self, folded: bool) -> None:
        self._inner.setVisible(not folded)
        self._unfold.setVisible(folded)

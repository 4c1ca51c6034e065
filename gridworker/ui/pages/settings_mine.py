"""我的: the worker's own sentences in his own order, and the name under his papers."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from gridworker.ui.page import Frame
from gridworker.ui.pages.settings_port import Housekeeping
from gridworker.ui.pages.settings_section import Section
from gridworker.ui.preferences import LONGEST_PHRASE, MOST_PHRASES, SIGNATURE, WELL, phrases, put_phrases
from gridworker.ui.undo import Undoable
from gridworker.ui.widgets import (
    Chip,
    Column,
    Elide,
    FormRow,
    IconButton,
    Label,
    Line,
    Row,
    Rule,
    TintButton,
    clear,
)
from gridworker.ui.work import Work


class PhraseLine(Line):
    """One sentence being changed: Return keeps it, Escape leaves it as it was."""

    def __init__(self, phrase: str, keep: Callable[[str], object], leave: Callable[[], object]) -> None:
        super().__init__(name="常用语")
        self.setText(phrase)
        self.setMaxLength(LONGEST_PHRASE)
        self._keep, self._leave = keep, leave

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keep, leave, or type on."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not self.spelling:
            self._keep(self.text().strip())
        elif event.key() == Qt.Key.Key_Escape:
            self._leave()
        else:
            super().keyPressEvent(event)


class MineSection(Section):
    """Each change is kept at once; what is removed can be taken back."""

    def __init__(self, work: Work, frame: Frame, port: Housekeeping, parent: QWidget | None = None) -> None:
        super().__init__(work, frame, port, parent)
        card = self.add_card(self.tr("常用语"), self.tr("记走访时点一下就写进去。顺序就是点的时候排的顺序。"))
        self._rows = Column(gap=0)
        card.body.addLayout(self._rows)
        row = Row(gap=8)
        self.new_line = Line(self.tr("添一句，如：已送米油到家"), name=self.tr("新的常用语"))
        self.new_line.setMaxLength(LONGEST_PHRASE)
        self.new_line.returnPressed.connect(self.add)
        self.add_button = TintButton(self.tr("添加"), self.add, icon_name="add")
        row.addWidget(self.new_line, 1)
        row.addWidget(self.add_button)
        card.body.addLayout(row)
        self._told = Label("", "hint", wrap=True)
        self._told.hide()
        card.body.addWidget(self._told)
        signature = self.add_card(self.tr("署名"), right=True)
        self.signature = Line(name=self.tr("署名"))
        self.signature.setMaxLength(20)
        self.signature.editingFinished.connect(self._keep_signature)
        hint = self.tr("打印的笔录、清单上落款用；空着就用账号上的姓名。")
        signature.body.addWidget(FormRow(self.tr("落款姓名"), self.signature, hint=hint))
        self._editing = -1
        self.even()

    def load(self) -> None:
        """Show what is kept."""
        self._editing = -1
        self.signature.setPlaceholderText(self.port.standing().name)
        self.signature.setText(str(self.work.preferences.get(SIGNATURE, "")))
        self._show()

    def add(self) -> None:
        """Keep what stands in the field as the last sentence."""
        phrase, kept = self.new_line.text().strip(), phrases(self.work.preferences)
        if not phrase:
            self.new_line.setFocus()
            return
        if len(kept) >= MOST_PHRASES:
            self._tell(self.tr("已有 {} 句，先删掉几句用不着的。").format(MOST_PHRASES))
            return
        if phrase in kept:
            self._tell(self.tr("这一句已经有了。"))
            return
        self.new_line.clear()
        self._tell("")
        self._keep([*kept, phrase])

    def shift(self, place: int, step: int) -> None:
        """One place up (-1) or down (1)."""
        kept = phrases(self.work.preferences)
        there = place + step
        if not 1 <= there < len(kept):
            return
        kept[place], kept[there] = kept[there], kept[place]
        self._keep(kept)

    def edit(self, place: int) -> None:
        """Change the sentence where it stands."""
        self._editing = place
        self._show()

    def remove(self, place: int) -> None:
        """Take the sentence away; 撤销 brings it back to its place."""
        kept = phrases(self.work.preferences)
        gone = kept.pop(place)
        self._keep(kept)

        def undo() -> None:
            now = phrases(self.work.preferences)
            self._keep([*now[:place], gone, *now[place:]])

        self.frame.offer_undo(Undoable(self.tr("已删除常用语：{}").format(gone), undo))

    def _keep(self, kept: list[str]) -> None:
        self._editing = -1
        put_phrases(self.work.preferences, kept)
        self._show()

    def _show(self) -> None:
        clear(self._rows)
        kept = phrases(self.work.preferences)
        for place, phrase in enumerate(kept):
            if place:
                self._rows.addWidget(Rule())
            if place == self._editing:
                self._open(place, phrase)
            else:
                self._rows.addWidget(self._row(place, phrase, last=place == len(kept) - 1))

    def _row(self, place: int, phrase: str, *, last: bool) -> QWidget:
        holder = QWidget()
        holder.setObjectName("clear")
        row = Row(holder, margins=(0, 3, 0, 3), gap=2)
        row.addWidget(Elide(phrase), 1)
        if phrase == WELL:
            row.addWidget(Chip(self.tr("固定")))
            return holder
        for icon_name, words, run, can in (
            ("chevron_up", self.tr("上移"), lambda: self.shift(place, -1), place > 1),
            ("chevron_down", self.tr("下移"), lambda: self.shift(place, 1), not last),
            ("edit", self.tr("修改"), lambda: self.edit(place), True),
            ("delete", self.tr("删除"), lambda: self.remove(place), True),
        ):
            button = IconButton(icon_name, f"{words}：{phrase}", run)
            button.setEnabled(can)
            row.addWidget(button)
        return holder

    def _open(self, place: int, phrase: str) -> None:
        def keep(changed: str) -> None:
            kept = phrases(self.work.preferences)
            if changed:
                kept[place] = changed
            self._keep(kept)

        holder = QWidget()
        holder.setObjectName("clear")
        row = Row(holder, margins=(0, 3, 0, 3), gap=6)
        line = PhraseLine(phrase, keep, self.load)
        row.addWidget(line, 1)
        row.addWidget(TintButton(self.tr("好"), lambda: keep(line.text().strip())))
        self._rows.addWidget(holder)
        # Only what is shown can take the focus.
        holder.show()
        line.selectAll()
        line.setFocus()

    def _keep_signature(self) -> None:
        self.work.preferences.put(SIGNATURE, self.signature.text().strip())

    def _tell(self, words: str) -> None:
        self._told.setText(words)
        self._told.setVisible(bool(words))

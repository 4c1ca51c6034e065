"""One conflict: both versions side by side, one to be taken, or both texts kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QGridLayout, QRadioButton, QWidget

from gridworker.records import KINDS
from gridworker.records.fields import Text
from gridworker.records.merge import CLASH_TITLES, ClashType
from gridworker.ui.style import mark
from gridworker.ui.theme import px
from gridworker.ui.widgets import Avatar, Card, Column, Elide, Label, LinkButton, PrimaryButton, Row
from gridworker.ui.wording import moment_words

Fields = Mapping[str, Any]

SHOWN = "shown"
ALL = "all"


class VersionBox(QFrame):
    """One version that can be chosen: who wrote it, when, and what."""

    def __init__(self, heading: str, words: str, group: QButtonGroup, number: int) -> None:
        super().__init__()
        mark(self, box="sunken")
        column = Column(self, margins=(14, 10, 14, 12), gap=6)
        self.radio = QRadioButton(heading)
        self.radio.setAccessibleName(f"{heading}：{words}")
        group.addButton(self.radio, number)
        column.addWidget(self.radio)
        text = Label(words or "（空）", "body", wrap=True)
        column.addWidget(text)
        column.addStretch(1)
        self.radio.toggled.connect(lambda on: mark(self, chosen=on))

    def mousePressEvent(self, event: object) -> None:
        """A click anywhere in the box chooses it."""
        self.radio.setChecked(True)


class ConflictCard(Card):
    """``settled`` carries what was chosen: ``shown``, the number of another version, or ``all``."""

    settled = Signal(object)
    later = Signal()

    def __init__(
        self,
        conflict: Fields,
        record: Fields | None,
        names: Mapping[str, str],
        today: date,
        open_record: Callable[[], object] | None,
    ) -> None:
        super().__init__(gap=12)
        self._conflict, self._names, self._today = conflict, names, today
        self._type = str(conflict.get("type"))
        self._kind = KINDS.get(str(conflict.get("record_kind")))
        self._others = [version for _, version in sorted((conflict.get("others") or {}).items())]
        self.body.addLayout(self._head(record, open_record))
        self.body.addWidget(Label(self._explained(), "second", wrap=True))
        self.body.addWidget(self._versions())
        self.body.addLayout(self._foot())

    def chosen(self) -> str | int:
        """``shown`` or the number of another version, from 1."""
        number = self._group.checkedId()
        return SHOWN if number <= 0 else number

    def _head(self, record: Fields | None, open_record: Callable[[], object] | None) -> Row:
        row = Row(gap=12)
        title = self._kind.title_of(record) if self._kind is not None and record is not None else ""
        row.addWidget(Avatar(title or "？"))
        words = Column(gap=1)
        kind = self._kind.title if self._kind is not None else "记录"
        words.addWidget(Elide(f"{kind}：{title}" if title else kind, "h2"))
        words.addWidget(Elide(f"{self._field_title()}·{CLASH_TITLES[ClashType(self._type)]}", "second"))
        row.addLayout(words, 1)
        if open_record is not None and record is not None:
            row.addWidget(LinkButton("打开记录", open_record))
        return row

    def _field_title(self) -> str:
        field = self._kind.field(str(self._conflict.get("field") or "")) if self._kind is not None else None
        return field.title if field is not None else "整条记录"

    def _explained(self) -> str:
        return {
            ClashType.FIELD: "两边都改了这一项，都没有看到对方的内容。请选一份，另一份留在历史里，随时可以撤销。",
            ClashType.MOVE: "两个人都办理了这一步。先到的已经生效，请确认要不要改成另一份。",
            ClashType.DEL_VS_EDIT: "一个人要移除这条记录，但没有看到别人的新修改，所以记录还在。请决定保留还是移除。",
            ClashType.EDIT_ON_DELETED: "修改还没有上传，记录就被别人移除了。修改的内容在右边，选它会恢复这条记录。",
        }[ClashType(self._type)]

    def _versions(self) -> QWidget:
        part = QWidget()
        part.setObjectName("clear")
        grid = QGridLayout(part)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(px(12))
        self._group = QButtonGroup(self)
        shown = {name: self._conflict.get(f"shown_{name}") for name in ("value", "by", "at")}
        boxes = [VersionBox(self._heading("现在显示的", shown), self._words(shown, alive=True), self._group, 0)]
        boxes += [
            VersionBox(self._heading("另一份", each), self._words(each, alive=False), self._group, number)
            for number, each in enumerate(self._others, 1)
        ]
        for number, box in enumerate(boxes):
            grid.addWidget(box, number // 2, number % 2)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        boxes[0].radio.setChecked(True)
        mark(boxes[0], chosen=True)
        return part

    def _heading(self, what: str, version: Fields) -> str:
        who = self._names.get(str(version.get("by") or ""), "")
        when = moment_words(int(version["at"]), self._today) if version.get("at") else ""
        return "　".join(part for part in (what, "·".join(p for p in (who, when) if p)) if part)

    def _words(self, version: Fields, *, alive: bool) -> str:
        value = version.get("value")
        if self._type == ClashType.DEL_VS_EDIT:
            return "保留这条记录" if alive else "移除这条记录"
        if self._type == ClashType.EDIT_ON_DELETED and alive:
            return "已移除"
        field = self._kind.field(str(self._conflict.get("field") or "")) if self._kind is not None else None
        if isinstance(value, dict) and set(value) <= {"add", "rem"}:
            word = "加上" if "add" in value else "去掉"
            return f"{word}标签：{field.shown([next(iter(value.values()))]) if field else ''}"
        if field is not None and not isinstance(value, dict):
            return field.shown(value)
        return "" if value is None else str(value)

    def _foot(self) -> Row:
        row = Row(gap=10)
        row.addWidget(Label("采用后随时可以撤销，另一份留在历史里。", "hint2"), 1)
        row.addWidget(LinkButton("稍后处理", self.later.emit))
        if self._is_text():
            row.addWidget(LinkButton("两份都留", lambda: self.settled.emit(ALL)))
        row.addWidget(PrimaryButton("采用所选", lambda: self.settled.emit(self.chosen()), icon_name="checkmark"))
        return row

    def _is_text(self) -> bool:
        field = self._kind.field(str(self._conflict.get("field") or "")) if self._kind is not None else None
        return self._type == ClashType.FIELD and isinstance(field, Text) and field.lines

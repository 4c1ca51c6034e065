"""A diary to read with the place for a supervisor's word under it, always in sight."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from gridworker.records.kinds.review import LEVELS
from gridworker.ui.album import Album
from gridworker.ui.pages.diary_reader import DiaryReader
from gridworker.ui.theme import px
from gridworker.ui.widgets import (
    Column,
    Label,
    PrimaryButton,
    QuietButton,
    Row,
    Rule,
    SegmentedChoice,
    TextBox,
)

Fields = Mapping[str, Any]


STICKY_FROM: Final = 430
"""Design height of the reader from which the place for the word stands still under the diary."""


class ReviewReader(DiaryReader):
    """``reviewed`` carries (act, level, comment). What is typed stays with its diary until it is sent or left."""

    reviewed = Signal(str, str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        self._form: QWidget | None = None
        super().__init__(parent)
        self._visit = ""
        self._state = ""
        self._form = QWidget()
        self._form.setObjectName("clear")
        column = Column(self._form, margins=(0, 0, 10, 0), gap=10)
        column.addWidget(Rule())
        self._told = Label("", "second", wrap=True)
        column.addWidget(self._told)
        self._level = SegmentedChoice("等级", [(key, words, "") for key, words in LEVELS.items()])
        column.addWidget(self._level)
        self._text = TextBox("批语；退回时请写明要补充什么", name="批语", least=1, most=5)
        self._wrong = Label("", "hint", tone="bad", wrap=True)
        column.addWidget(self._text)
        column.addWidget(self._wrong)
        acts = Row(gap=10)
        self._return = QuietButton("退回补充", lambda: self.send("returned"), icon_name="arrow_reply")
        self._read = PrimaryButton("已阅", lambda: self.send("read"), icon_name="checkmark")
        self._read.setToolTip("已阅，读下一篇（Ctrl+Enter）")
        acts.addWidget(self._return)
        acts.addStretch(1)
        acts.addWidget(self._read)
        column.addLayout(acts)
        self._form.hide()
        self._wrong.hide()
        self._put()

    def show_none(self) -> None:
        """Nothing is chosen."""
        self._take_out()
        self.show_nothing()
        self._visit = ""
        self._put(shown=False)

    def show_for_review(
        self,
        visit: Fields,
        reviews: Sequence[Fields],
        names: Mapping[str, str],
        today: date,
        album: Album | None = None,
    ) -> None:
        """One diary. A diary that was read may still be sent back; one that was sent back waits for its writer."""
        self._take_out()
        self.show_diary(visit, reviews, names, today, album=album)
        self._state = str(visit.get("state"))
        if str(visit["id"]) != self._visit:
            self._visit = str(visit["id"])
            self._clear()
        waits, fresh = self._state == "returned", self._state == "submitted"
        self._told.setText("已退回，等填写人补充后再批阅。" if waits else "")
        shown: tuple[tuple[QWidget, bool], ...] = (
            (self._told, waits),
            (self._text, not waits),
            (self._return, not waits),
            (self._level, fresh),
            (self._read, fresh),
        )
        for part, there in shown:
            part.setVisible(there)
        self._put(shown=True)

    def send(self, act: str) -> None:
        """已阅 or 退回补充. Who sends a diary back says what is missing."""
        if not self._visit or self._state == "returned" or (act == "read" and self._state != "submitted"):
            return
        comment = self._text.text().strip()
        missing = act == "returned" and not comment
        self._say_wrong("退回补充时，请写明需要补充什么。" if missing else "")
        if missing:
            self._text.setFocus()
        else:
            self.reviewed.emit(act, "" if act == "returned" else self._level.value(), comment)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a low window the word stands at the end of the diary, so that there is room to read."""
        super().resizeEvent(event)
        self._put()

    def _say_wrong(self, words: str) -> None:
        self._wrong.setText(words)
        self._wrong.setVisible(bool(words))
        self._text.set_wrong(bool(words))

    def _clear(self) -> None:
        self._text.set_text("")
        self._say_wrong("")
        # In an exclusive group nothing can be switched off.
        group = self._level.button(next(iter(LEVELS))).group()
        group.setExclusive(False)
        for key in LEVELS:
            self._level.button(key).setChecked(False)
        group.setExclusive(True)

    def _take_out(self) -> None:
        """The reader empties its column for each diary; the form is not to go with it."""
        if self._form is not None:
            self._scroll.body.removeWidget(self._form)

    def _put(self, *, shown: bool | None = None) -> None:
        """Into its place: under the column, or at its end."""
        form = self._form
        if form is None:
            return
        there = not form.isHidden() if shown is None else shown
        sticky = self.height() >= px(STICKY_FROM)
        home: Column = self.body if sticky else self._scroll.body
        if home.indexOf(form) < 0:
            self.body.removeWidget(form)
            self._scroll.body.removeWidget(form)
            # The last thing in the reader's column is what takes the room that is left.
            home.insertWidget(home.count() if sticky else max(0, home.count() - 1), form)
        form.setVisible(there)

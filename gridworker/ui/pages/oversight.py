"""督导: the district's diaries to read and review, who is not covered, and which desks are silent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtWidgets import QStackedWidget, QWidget

from gridworker.ui.page import Frame, Page
from gridworker.ui.page_head import PageHead
from gridworker.ui.pages.oversight_aside import AsideDoor, AsideDrawer
from gridworker.ui.pages.oversight_board import Board
from gridworker.ui.pages.oversight_diaries import Diaries
from gridworker.ui.widgets import ChipChoice, Column, Row
from gridworker.ui.wording import moment_words
from gridworker.ui.work import Work

PLACES = frozenset({"region", "staff_member"})
"""Kinds that the filters list."""


class OversightPage(Page):
    """Two faces: the board, and the diaries."""

    key = "oversight"
    title = "督导"
    icon = "data_bar_vertical"

    def __init__(self, work: Work, aside: AsideDoor | None = None) -> None:
        """*aside*: by which work is decided that waits at the centre; None: there is no line to ask."""
        self._work, self._aside = work, aside

    def build(self, frame: Frame, head: PageHead) -> QWidget:
        """A switch above, one of two faces below."""
        self._frame, self._head = frame, head
        body = QWidget()
        column = Column(body, gap=12)
        line = Row(gap=12)
        self._faces = ChipChoice("督导", [("board", "看板"), ("diaries", "批阅日记")])
        self._faces.choose("board")
        self._faces.chosen.connect(lambda _: self._turn())
        line.addWidget(self._faces, 2)
        self._board = Board(self._work, frame, lambda place: self._read(place=place), self._read_worker, self._decide)
        line.addWidget(self._board.tools, 3)
        column.addLayout(line)
        self._stack = QStackedWidget()
        self._diaries = Diaries(self._work, frame)
        self._diaries.counted.connect(self._tell)
        self._stack.addWidget(self._board)
        self._stack.addWidget(self._diaries)
        column.addWidget(self._stack, 1)
        return body

    def shown(self) -> None:
        """Show how things stand now."""
        self._turn()

    def opened(self, target: object) -> None:
        """*target*: ``diaries``, or ``board``."""
        self._faces.choose("diaries" if target == "diaries" else "board")

    def redraw(self, kinds: frozenset[str]) -> None:
        """Something was received or reviewed."""
        self._turn(places_changed=bool(kinds & PLACES))

    def fitted(self, width: int) -> None:
        """Hand the width on."""
        self._diaries.fitted(width)

    def act(self, act_id: str) -> bool:
        """Ctrl+Enter marks the diary as read."""
        if act_id == "save" and self._faces.value() == "diaries":
            self._diaries.mark_read()
            return True
        return False

    def _read(self, *, place: str = "", worker: str = "") -> None:
        self._faces.choose("diaries")
        self._show_face()
        self._diaries.choose(place=place, worker=worker)

    def _decide(self, listed: Mapping[str, Any]) -> None:
        if self._aside is not None:
            self._frame.open_drawer(AsideDrawer(self._work, self._frame, self._aside, listed))

    def _read_worker(self, worker: str) -> None:
        self._read(worker=worker)

    def _turn(self, *, places_changed: bool = False) -> None:
        if self._show_face():
            self._diaries.load(places_changed=places_changed)
        else:
            self._board.load(places_changed=places_changed)

    def _show_face(self) -> bool:
        """Bring the chosen face to the front; whether it is the diaries."""
        diaries = self._faces.value() == "diaries"
        self._stack.setCurrentWidget(self._diaries if diaries else self._board)
        self._board.tools.setVisible(not diaries)
        if not diaries:
            self._tell("")
        return diaries

    def _tell(self, count: str) -> None:
        last = self._work.ledger.last_success()
        as_of = f"截至 {moment_words(last, self._work.today())} 的资料" if last else "还没有同步过"
        area = "、".join(self._work.ledger.my_areas())
        self._head.set_context("·".join(part for part in (area, as_of, count) if part))

"""督导: the district's diaries to read and review, who is not covered, and which desks are silent."""

from __future__ import annotations

from PySide6.QtWidgets import QStackedWidget, QWidget

from gridworker.ui.page import Frame, Page
from gridworker.ui.page_head import PageHead
from gridworker.ui.pages.oversight_board import Board
from gridworker.ui.pages.oversight_diaries import Diaries
from gridworker.ui.widgets import ChipChoice, Column
from gridworker.ui.wording import moment_words
from gridworker.ui.work import Work


class OversightPage(Page):
    """Two faces: the board, and the diaries."""

    key = "oversight"
    title = "督导"
    icon = "data_bar_vertical"

    def __init__(self, work: Work) -> None:
        self._work = work

    def build(self, frame: Frame, head: PageHead) -> QWidget:
        """A switch above, one of two faces below."""
        self._frame, self._head = frame, head
        body = QWidget()
        column = Column(body, gap=12)
        self._faces = ChipChoice("督导", [("board", "看板"), ("diaries", "批阅日记")])
        self._faces.choose("board")
        self._faces.chosen.connect(lambda _: self._turn())
        column.addWidget(self._faces)
        self._stack = QStackedWidget()
        self._board = Board(self._work, frame, self._read_grid)
        self._diaries = Diaries(self._work, frame)
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
        self._turn()

    def fitted(self, width: int) -> None:
        """Hand the width on."""
        self._diaries.fitted(width)

    def act(self, act_id: str) -> bool:
        """Ctrl+Enter marks the diary as read."""
        if act_id == "save" and self._faces.value() == "diaries":
            self._diaries.mark_read()
            return True
        return False

    def _read_grid(self, grid: str) -> None:
        self._faces.choose("diaries")
        self._diaries.choose_grid(grid)
        self._turn()

    def _turn(self) -> None:
        diaries = self._faces.value() == "diaries"
        self._stack.setCurrentWidget(self._diaries if diaries else self._board)
        last = self._work.ledger.last_success()
        as_of = f"截至 {moment_words(last, self._work.today())}" if last else "还没有同步过"
        area = "、".join(self._work.ledger.my_areas())
        self._head.set_context("·".join(part for part in (area, as_of) if part))
        if diaries:
            self._diaries.load()
        else:
            self._board.load()

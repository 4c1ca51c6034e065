"""走访: the diaries one may see as a list to filter and search, with the one chosen to read beside it."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from PySide6.QtWidgets import QWidget

from gridworker.errors import GridworkerError
from gridworker.records import KINDS
from gridworker.records.kind import Role
from gridworker.records.kinds.visit import STATES
from gridworker.ui.act_undo import undoable
from gridworker.ui.background import Progress
from gridworker.ui.lists import Cell, IdListModel, ListColumn, Query, RecordTable
from gridworker.ui.page import Frame, Page
from gridworker.ui.page_head import PageHead
from gridworker.ui.pages.diary_reader import STATE_TONES, DiaryReader
from gridworker.ui.pages.list_keys import ListKeys
from gridworker.ui.theme import px
from gridworker.ui.widgets import Card, ChipChoice, Column, EmptyState, Row
from gridworker.ui.wording import moment_words, subject_names
from gridworker.ui.work import Work

COLUMNS: Final = (
    ListColumn("visited_at", "时间", 152),
    ListColumn("subjects", "对象", 160, sortable=False),
    ListColumn("mode", "方式", 70, hide_below=1250),
    ListColumn("text", "情况", 220, stretch=True, sortable=False),
    ListColumn("visitor", "填写人", 84, hide_below=1250),
    ListColumn("state", "状态", 104, hide_below=1150),
)
BY_ONESELF: Final = ("mine", "returned")
"""Filters under which every diary is one's own: the column of writers says nothing then."""
READER_FROM: Final = 1000
READER_WIDTH: Final = 380
SMALL_READER: Final = 320
_ANY_WIDTH: Final = 16_777_215
"""Qt's own word for no limit."""


class VisitsPage(Page):
    """For whoever writes diaries: his own, his grid's, those sent back."""

    key = "visits"
    title = "走访"
    icon = "notebook"
    search_hint = "日记里的字、姓名、拼音首字母"
    primary = "visit"
    primary_words = "记走访"

    def __init__(self, work: Work, visit: Callable[[Sequence[str]], object], edit: Callable[[str], object]) -> None:
        """*visit* opens an empty 记走访, *edit* one that was written."""
        self._work, self._visit, self._edit = work, visit, edit
        self._words = ""
        self._shown = ""
        self._wanted = 0
        self._width = READER_FROM

    def build(self, frame: Frame, head: PageHead) -> QWidget:
        """Chips, table, reader."""
        self._frame, self._head = frame, head
        body = QWidget()
        column = Column(body, gap=12)
        mine = self._work.ledger.me.role == Role.GRID_WORKER
        options = [
            ("mine", "我写的"),
            ("returned", "退回补充"),
            ("follow", "要跟进"),
            ("missed", "未遇"),
            ("all", "全部"),
        ]
        self._filter = ChipChoice("筛选", options)
        self._filter.choose("mine" if mine else "all")
        self._filter.chosen.connect(lambda _: self._ask())
        column.addWidget(self._filter)
        self._halves = Row(gap=12)
        column.addLayout(self._halves, 1)
        self._halves.addWidget(self._list(frame), 1)
        self._reader = DiaryReader()
        self._halves.addWidget(self._reader, 1)
        self._fit_reader()
        return body

    def _list(self, frame: Frame) -> QWidget:
        self._model = IdListModel(COLUMNS, ids=self._ids, rows=self._rows, background=frame.background)
        self._model.counted.connect(lambda count: self._head.set_context(f"{count:,} 篇"))
        self._model.failed.connect(frame.say_error)
        none = EmptyState(
            "notebook",
            "还没有走访日记。",
            "记下第一次走访，三下就好。",
            ways_out=[("记走访", lambda: self._visit(()))],
        )
        no_hits = EmptyState(
            "search", "没有找到符合的日记。", "试试减少几个字，或看全部。", ways_out=[("看全部", self._show_all)]
        )
        self._table = RecordTable(self._model, name="日记列表", none=none, no_hits=no_hits)
        self._table.picked.connect(self._picked)
        self._table.opened.connect(lambda _: self._edit_chosen())
        ListKeys(self._head.search_field, self._table, self._model, wanted=self._take_wanted)
        card = Card(margins=(1, 1, 1, 1))
        card.body.addWidget(self._table)
        return card

    def shown(self) -> None:
        """Ask the first time; later the list is as it was left."""
        if not self._model.answered and not self._model.waiting:
            self._ask()

    def opened(self, target: object) -> None:
        """*target*: the id of a visit, or ``("visit", id)`` as a timeline gives it."""
        visit = str(target[1]) if isinstance(target, tuple) else str(target)
        found = self._work.ledger.find("visit", where=(("id", "=", visit),), limit=1)
        if found:
            self._wanted = int(found[0]["_row"])
            self._show_all()

    def redraw(self, kinds: frozenset[str]) -> None:
        """A diary changed."""
        if kinds & {"visit", "review", "conflict"}:
            self._model.refresh()
            if self._shown:
                self._show_diary(self._shown)

    def search(self, text: str) -> None:
        """The live filter."""
        self._words = text
        self._ask()

    def fitted(self, width: int) -> None:
        """Below 1000 the reader stands under the list."""
        self._width = width
        self._fit_columns()
        self._fit_reader()

    def act(self, act_id: str) -> bool:
        """New, edit, remove."""
        if act_id == "new":
            self._visit(())
        elif act_id == "edit":
            self._edit_chosen()
        elif act_id == "remove":
            self._remove()
        else:
            return False
        return True

    def _fit_columns(self) -> None:
        self._table.fit(self._width)
        if self._filter.value() in BY_ONESELF:
            self._table.setColumnHidden([column.key for column in COLUMNS].index("visitor"), True)
            # The width that is free goes to the column that stretches.
            self._table.rescale()

    def _fit_reader(self) -> None:
        beside = self._width >= READER_FROM
        self._halves.setDirection(Row.Direction.LeftToRight if beside else Row.Direction.TopToBottom)
        width = px(READER_WIDTH if self._width >= 1250 else SMALL_READER)
        self._reader.setMinimumWidth(width if beside else 0)
        self._reader.setMaximumWidth(width if beside else _ANY_WIDTH)

    def _take_wanted(self) -> int:
        wanted, self._wanted = self._wanted, 0
        return wanted

    def _ask(self) -> None:
        self._fit_columns()
        chosen = self._filter.value()
        # One's own diaries, and all of them, are whole lists: empty, they show the first step and not a filter.
        narrow = frozenset() if chosen in ("mine", "all") else frozenset({chosen})
        self._model.ask(Query(text=self._words, filters=narrow, extra=chosen))

    def _show_all(self) -> None:
        self._words = ""
        if self._head.search_field is not None:
            self._head.search_field.set_quietly("")
        self._filter.choose("all")
        self._ask()

    def _ids(self, query: Query, progress: Progress) -> array[int]:
        ledger = self._work.lane_ledger()
        me = ledger.me.person
        where: dict[str, tuple[tuple[str, str, Any], ...]] = {
            "mine": (("visitor", "=", me),),
            "returned": (("state", "=", "returned"), ("visitor", "=", me)),
            "follow": (("follow_up", "not_null", None), ("follow_up_done", "!=", True)),
            "missed": (("met", "=", False),),
        }
        chosen = str(query.extra)
        sort = query.sort or "visited_at"
        backwards = query.descending if query.sort else True
        order = (f"-{sort}" if backwards else sort,)
        if query.text:
            return ledger.search_ids("visit", query.text, where.get(chosen, ()), order)
        return ledger.ids("visit", where.get(chosen, ()), order)

    def _rows(self, rows: Sequence[int]) -> dict[int, list[Cell]]:
        ledger = self._work.ledger
        names = ledger.names()
        return {visit["_row"]: self._cells(visit, names) for visit in ledger.page("visit", rows)}

    def _cells(self, visit: Mapping[str, Any], names: Mapping[str, str]) -> list[Cell]:
        state = str(visit.get("state"))
        missed = "（未遇）" if visit.get("met") is False else ""
        return [
            Cell(moment_words(int(visit["visited_at"]), self._work.today())),
            Cell(subject_names(visit) + missed, bold=True),
            Cell(KINDS["visit"].by_name["mode"].shown(visit.get("mode"))),
            Cell(str(visit.get("text") or "").replace("\n", " ")),
            Cell(names.get(str(visit.get("visitor")), "")),
            Cell(tags=((STATES.get(state, state), STATE_TONES.get(state, "neutral")),)),
        ]

    def _picked(self, row: int) -> None:
        visits = self._work.ledger.page("visit", [row]) if row else []
        self._shown = str(visits[0]["id"]) if visits else ""
        self._show_diary(self._shown)

    def _show_diary(self, visit: str) -> None:
        ledger = self._work.ledger
        found = ledger.find("visit", where=(("id", "=", visit),), limit=1) if visit else []
        if not found:
            self._reader.show_nothing()
            return
        act = None
        if self._is_mine(found[0]):
            act = ("补充后提交" if found[0].get("state") == "returned" else "修改", self._edit_chosen)
        self._reader.show_diary(
            found[0], ledger.reviews_of(visit), ledger.names(), self._work.today(), act, self._work.references.album
        )

    def _is_mine(self, visit: Mapping[str, Any]) -> bool:
        return bool(visit.get("visitor") == self._work.ledger.me.person)

    def _edit_chosen(self) -> None:
        found = self._work.ledger.get("visit", self._shown) if self._shown else None
        if found is None:
            return
        if self._is_mine(found):
            self._edit(self._shown)
        elif found.get("household"):
            self._frame.go("household", found["household"])

    def _remove(self) -> None:
        ledger, frame = self._work.ledger, self._frame
        if not self._shown:
            return
        try:
            saved = ledger.remove("visit", self._shown)
        except GridworkerError as error:
            frame.say_error(error)
            return
        frame.redraw(saved.changed.kinds)
        frame.offer_undo(undoable(ledger, frame, "日记已移到回收站", saved))

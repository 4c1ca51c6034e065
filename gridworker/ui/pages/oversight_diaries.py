"""The diaries of a district: filtered by place, worker and state, read and reviewed one after the other."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from typing import Any, Final

from PySide6.QtWidgets import QComboBox, QWidget

from gridworker.errors import GridworkerError
from gridworker.records.kinds.visit import STATES
from gridworker.ui.background import Progress
from gridworker.ui.lists import Cell, IdListModel, ListColumn, Query, RecordTable
from gridworker.ui.page import Frame
from gridworker.ui.pages.diary_reader import STATE_TONES, DiaryReader
from gridworker.ui.theme import px
from gridworker.ui.undo import Undoable
from gridworker.ui.widgets import Card, ChipChoice, Column, EmptyState, Row, SearchField
from gridworker.ui.wording import moment_words
from gridworker.ui.work import Work

COLUMNS: Final = (
    ListColumn("visited_at", "时间", 118),
    ListColumn("visitor", "填写人", 84),
    ListColumn("place", "网格", 150, sortable=False, hide_below=1250),
    ListColumn("text", "情况", 200, stretch=True, sortable=False),
    ListColumn("state", "状态", 96),
)
READER_WIDTH: Final = 430


class Diaries(QWidget):
    """Filters above, table and reader below."""

    def __init__(self, work: Work, frame: Frame, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("clear")
        self._work, self._frame = work, frame
        self._words, self._chosen = "", ""
        column = Column(self, gap=12)
        column.addLayout(self._filters())
        halves = Row(gap=12)
        column.addLayout(halves, 1)
        halves.addWidget(self._list(), 1)
        self._reader = DiaryReader(reviewer=True)
        self._reader.setFixedWidth(px(READER_WIDTH))
        self._reader.reviewed.connect(self._review)
        halves.addWidget(self._reader)

    def _filters(self) -> Row:
        row = Row(gap=10)
        self._state = ChipChoice(
            "状态", [("submitted", "待批阅"), ("returned", "已退回"), ("read", "已阅"), ("", "全部")]
        )
        self._state.choose("submitted")
        self._state.chosen.connect(lambda _: self._ask())
        row.addWidget(self._state)
        row.addStretch(1)
        self._place, self._worker = QComboBox(), QComboBox()
        self._place.setAccessibleName("乡镇、村或网格")
        self._worker.setAccessibleName("填写人")
        for box in (self._place, self._worker):
            box.setMinimumWidth(px(150))
            box.activated.connect(lambda _: self._ask())
            row.addWidget(box)
        self._search = SearchField("日记里的字或姓名")
        self._search.setMaximumWidth(px(220))
        self._search.searched.connect(self._searched)
        row.addWidget(self._search)
        return row

    def _list(self) -> QWidget:
        self._model = IdListModel(COLUMNS, ids=self._ids, rows=self._rows, background=self._frame.background)
        self._model.failed.connect(self._frame.say_error)
        none = EmptyState("book_open", "还没有日记。", "网格员的日记同步到中心后会出现在这里。")
        no_hits = EmptyState(
            "checkmark_circle",
            "没有符合的日记。",
            "待批阅的都看完了，或者换一个筛选。",
            ways_out=[("看全部", self._show_all)],
        )
        self._table = RecordTable(self._model, name="日记列表", none=none, no_hits=no_hits)
        self._table.picked.connect(self._picked)
        card = Card(margins=(1, 1, 1, 1))
        card.body.addWidget(self._table)
        return card

    def load(self) -> None:
        """Fill the filters and ask."""
        ledger = self._work.ledger
        _fill(self._place, "全部地方", ledger.places())
        workers = {person: name for person, name in ledger.names().items() if person in ledger.grid_workers()}
        _fill(self._worker, "全部人员", workers)
        self._ask()

    def fitted(self, width: int) -> None:
        """Take the window's design width."""
        self._table.fit(width)
        self._reader.setFixedWidth(px(READER_WIDTH if width >= 1250 else 360))

    def choose_grid(self, region: str) -> None:
        """Show only this place's diaries."""
        _fill(self._place, "全部地方", self._work.ledger.places())
        self._place.setCurrentIndex(max(0, self._place.findData(region)))
        self._state.choose("")

    def mark_read(self) -> None:
        """Ctrl+Enter."""
        self._reader.review_by_key("read")

    def _searched(self, text: str) -> None:
        self._words = text
        self._ask()

    def _show_all(self) -> None:
        self._state.choose("")
        self._place.setCurrentIndex(0)
        self._worker.setCurrentIndex(0)
        self._search.set_quietly("")
        self._words = ""
        self._ask()

    def _ask(self) -> None:
        state, place, worker = self._state.value(), self._place.currentData(), self._worker.currentData()
        narrowed = frozenset(part for part in (state, place, worker) if part)
        self._model.ask(Query(text=self._words, filters=narrowed, extra=(state, place, worker)))

    def _ids(self, query: Query, progress: Progress) -> array[int]:
        ledger = self._work.lane_ledger()
        asked = query.extra if isinstance(query.extra, tuple) else ("", "", "")
        state, place, worker = asked
        where: list[tuple[str, str, Any]] = []
        if state:
            where.append(("state", "=", state))
        if place:
            where.append(("grid", "in", ledger.grids_in(str(place))))
        if worker:
            where.append(("visitor", "=", worker))
        sort = query.sort or "visited_at"
        backwards = query.descending if query.sort else True
        order = (f"-{sort}" if backwards else sort,)
        if query.text:
            return ledger.search_ids("visit", query.text, where, order)
        return ledger.ids("visit", where, order)

    def _rows(self, rows: Sequence[int]) -> dict[int, list[Cell]]:
        ledger = self._work.ledger
        names = ledger.names()
        return {visit["_row"]: self._cells(visit, names) for visit in ledger.page("visit", rows)}

    def _cells(self, visit: Mapping[str, Any], names: Mapping[str, str]) -> list[Cell]:
        state = str(visit.get("state"))
        return [
            Cell(moment_words(int(visit["visited_at"]), self._work.today())),
            Cell(names.get(str(visit.get("visitor")), ""), bold=True),
            Cell(self._work.ledger.region_path(str(visit.get("grid") or ""))),
            Cell(str(visit.get("text") or "").replace("\n", " ")),
            Cell(tags=((STATES.get(state, state), STATE_TONES.get(state, "neutral")),)),
        ]

    def _picked(self, row: int) -> None:
        visits = self._work.ledger.page("visit", [row]) if row else []
        if not visits:
            self._reader.show_nothing()
            return
        ledger = self._work.ledger
        self._chosen = str(visits[0]["id"])
        reviews = ledger.find("review", where=(("visit", "=", self._chosen),), order=("-reviewed_at",))
        self._reader.show_diary(visits[0], reviews, ledger.names(), self._work.today())

    def _review(self, act: str, level: str, comment: str) -> None:
        ledger, frame = self._work.ledger, self._frame
        try:
            saved = ledger.review(self._chosen, act, level=level or None, comment=comment or None)
        except GridworkerError as error:
            frame.say_error(error)
            return
        frame.redraw(saved.changed.kinds)
        words = "已阅" if act == "read" else "已退回，填写人会在“今日”里看到"
        frame.offer_undo(Undoable(words, lambda: frame.redraw(ledger.undo(saved.act).changed.kinds)))


def _fill(box: QComboBox, all_words: str, options: Mapping[str, str]) -> None:
    before = box.currentData()
    if [box.itemData(n) for n in range(1, box.count())] == list(options):
        return
    box.clear()
    box.addItem(all_words, None)
    for key, words in options.items():
        box.addItem(words, key)
    box.setCurrentIndex(max(0, box.findData(before)))

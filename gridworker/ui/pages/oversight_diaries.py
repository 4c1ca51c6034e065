"""The diaries of a district: filtered by place, worker and state, read and reviewed one after the other."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from typing import Any, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from gridworker.errors import GridworkerError
from gridworker.ledger.looking import A_DAY
from gridworker.records.kinds.visit import STATES
from gridworker.ui.background import Progress
from gridworker.ui.lists import Cell, IdListModel, ListColumn, Query, RecordTable
from gridworker.ui.message_bar import Message
from gridworker.ui.page import Frame
from gridworker.ui.pages.diary_reader import STATE_TONES
from gridworker.ui.pages.oversight_facts import Filters, diaries, filters
from gridworker.ui.pages.oversight_review import ReviewReader
from gridworker.ui.pages.place_box import PlaceBox
from gridworker.ui.theme import px
from gridworker.ui.widgets import Card, ChipChoice, Column, EmptyState, Row, SearchField
from gridworker.ui.wording import moment_words, subject_names
from gridworker.ui.work import Work

COLUMNS: Final = (
    ListColumn("visited_at", "时间", 140),
    ListColumn("visitor", "填写人", 84),
    ListColumn("place", "网格", 140, sortable=False, hide_below=1250),
    ListColumn("text", "情况", 180, stretch=True, sortable=False),
    ListColumn("state", "状态", 100, hide_below=1150),
)
READER_WIDTH: Final = 430
NARROW_READER: Final = 370
STATE_FILTERS: Final = (("submitted", "待批阅"), ("returned", "已退回"), ("read", "已阅"), ("", "全部"))


class Diaries(QWidget):
    """Filters above, table at the left, reader at the right. ``counted`` says how many are listed."""

    counted = Signal(str)

    def __init__(self, work: Work, frame: Frame, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("clear")
        self._work, self._frame = work, frame
        self._words, self._chosen = "", ""
        self._known = False
        self._width = frame.design_width()
        column = Column(self, gap=12)
        column.addLayout(self._filters())
        halves = Row(gap=12)
        column.addLayout(halves, 1)
        halves.addWidget(self._list(), 1)
        self._reader = ReviewReader()
        self._reader.reviewed.connect(self._review)
        halves.addWidget(self._reader)
        self.fitted(frame.design_width())

    def _filters(self) -> Row:
        row = Row(gap=10)
        self._state = ChipChoice("状态", STATE_FILTERS)
        self._state.choose("submitted")
        self._state.chosen.connect(lambda _: self._ask())
        middle = Qt.AlignmentFlag.AlignVCenter
        row.addWidget(self._state, 1, middle)
        self._place = PlaceBox("乡镇、村或网格", "全部地方")
        self._worker = PlaceBox("填写人", "全部人员")
        self._place.picked.connect(lambda _: self._place_chosen())
        self._worker.picked.connect(lambda _: self._ask())
        for box in (self._place, self._worker):
            row.addWidget(box, 0, middle)
        self._search = SearchField("日记里的字或姓名")
        self._search.searched.connect(self._searched)
        row.addWidget(self._search, 0, middle)
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
        self._model.counted.connect(self._arrived)
        card = Card(margins=(1, 1, 1, 1))
        card.body.addWidget(self._table)
        return card

    # ------------------------------------------------------------------ what the page calls

    def load(self, *, places_changed: bool = False) -> None:
        """Ask again. *places_changed*: names of regions or people may be others now."""
        if places_changed or not self._known:
            self._known = True
            self._ask_filters()
        self._ask()

    def fitted(self, width: int) -> None:
        """Take the window's design width."""
        self._width = width
        self._fit_columns()
        self._reader.setFixedWidth(px(READER_WIDTH if width >= 1250 else NARROW_READER))
        self._search.setMinimumWidth(px(150))
        self._search.setMaximumWidth(px(220 if width >= 1150 else 170))
        for box in (self._place, self._worker):
            box.setMinimumWidth(px(150 if width >= 1250 else 116))

    def choose(self, *, place: str = "", worker: str = "") -> None:
        """Show all diaries of this place or this worker."""
        self._known = True
        self._state.choose("")
        self._place.choose(place)
        self._worker.choose(worker)
        self._ask_filters()
        self._empty_search()
        self._ask()

    def mark_read(self) -> None:
        """Ctrl+Enter."""
        self._reader.send("read")

    # ------------------------------------------------------------------ filters

    def _fit_columns(self) -> None:
        """A column that would say the same in every row gives its room to the text."""
        self._table.fit(self._width)
        if self._state.value():
            self._table.setColumnHidden([column.key for column in COLUMNS].index("state"), True)
            self._table.rescale()

    def _searched(self, text: str) -> None:
        self._words = text
        self._ask()

    def _place_chosen(self) -> None:
        self._worker.choose("")
        self._ask_filters()
        self._ask()

    def _ask_filters(self) -> None:
        """In the local lane: a county has thousands of places and people."""
        lane, place = self._work.lane_ledger, self._place.value()
        self._frame.background.run(
            lambda _: filters(lane(), place), then=self._take_filters, failed=self._frame.say_error, lane="local"
        )

    def _take_filters(self, offered: Filters) -> None:
        self._place.set_options(offered.places)
        self._worker.set_options(offered.workers)

    def _empty_search(self) -> None:
        self._search.set_quietly("")
        self._words = ""

    def _show_all(self) -> None:
        self.choose()

    def _ask(self) -> None:
        self._fit_columns()
        asked = (self._state.value(), self._place.value(), self._worker.value())
        narrowed = frozenset(part for part in asked if part)
        self._model.ask(Query(text=self._words, filters=narrowed, extra=asked))

    def _ids(self, query: Query, progress: Progress) -> array[int]:
        """In the local lane."""
        state, place, worker = query.extra if isinstance(query.extra, tuple) else ("", "", "")
        backwards = query.descending if query.sort else True
        order = f"{'-' if backwards else ''}{query.sort or 'visited_at'}"
        return diaries(self._work.lane_ledger(), order, state, place, worker, query.text)

    # ------------------------------------------------------------------ rows

    def _rows(self, rows: Sequence[int]) -> dict[int, list[Cell]]:
        ledger = self._work.ledger
        names = ledger.names()
        return {visit["_row"]: self._cells(visit, names) for visit in ledger.page("visit", rows)}

    def _cells(self, visit: Mapping[str, Any], names: Mapping[str, str]) -> list[Cell]:
        state, at = str(visit.get("state")), int(visit["visited_at"])
        path = self._work.ledger.region_path(str(visit.get("grid") or ""))
        told = str(visit.get("text") or ("没有见到人" if visit.get("met") is False else "")).replace("\n", " ")
        return [
            Cell(moment_words(at, self._work.today()), tone="warn" if at - self._work.clock() > A_DAY else None),
            Cell(names.get(str(visit.get("visitor")), ""), bold=True),
            Cell("·".join(path.split("·")[-2:])),
            Cell(told),
            Cell(tags=((STATES.get(state, state), STATE_TONES.get(state, "neutral")),)),
        ]

    # ------------------------------------------------------------------ reading and reviewing

    def _arrived(self, count: int) -> None:
        """Whoever opens the list, or another filter, reads the first diary of it."""
        words = dict(STATE_FILTERS)[self._state.value()]
        self.counted.emit(f"{'共' if words == '全部' else words} {count:,} 篇")
        if not self._table.current_id():
            self._table.select_first()

    def _picked(self, row: int) -> None:
        visits = self._work.ledger.page("visit", [row]) if row else []
        self._chosen = str(visits[0]["id"]) if visits else ""
        if not visits:
            self._reader.show_none()
            return
        ledger = self._work.ledger
        visit = {**visits[0], "_ahead": ledger.is_ahead(self._chosen)}
        self._reader.show_for_review(
            visit, ledger.reviews_of(self._chosen), ledger.names(), self._work.today(), self._work.references.album
        )

    def _review(self, act: str, level: str, comment: str) -> None:
        """Keep it, and go on with the next diary."""
        ledger, frame, visit = self._work.ledger, self._frame, self._chosen
        try:
            saved = ledger.review(visit, act, level=level or None, comment=comment or None)
        except GridworkerError as error:
            frame.say_error(error)
            return
        whom = subject_names(ledger.get("visit", visit) or {}) or "走访日记"
        self._go_on()
        frame.redraw(saved.changed.kinds)
        # 已阅 says nothing: the next diary is in sight already, and a message would push it about.
        if act == "returned":
            frame.say(Message(f"已退回：{whom}", "ok", "同步以后，填写人会在“今日”里看到您的批语。"))

    def _go_on(self) -> None:
        """The next one at once; the list follows when it has been read anew."""
        here = self._model.row_of(self._table.current_id())
        following = self._model.row_id(here + 1) or self._model.row_id(here - 1)
        if following:
            self._table.select_id(following)

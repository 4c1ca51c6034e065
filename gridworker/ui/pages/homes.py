"""住户: every household one may see, found as one types, with a preview of the one chosen."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from PySide6.QtWidgets import QStackedWidget, QWidget

from gridworker.errors import GridworkerError
from gridworker.records import KINDS
from gridworker.records.codes import HOUSEHOLD_TAGS
from gridworker.ui.act_undo import undoable
from gridworker.ui.background import Progress
from gridworker.ui.lists import Cell, IdListModel, ListColumn, Query, RecordTable
from gridworker.ui.page import Frame, Page
from gridworker.ui.page_head import PageHead
from gridworker.ui.pages.home_move import bound_words
from gridworker.ui.pages.home_preview import HomePreview
from gridworker.ui.pages.home_removed import RemovedHomes
from gridworker.ui.pages.list_keys import ListKeys
from gridworker.ui.tokens import Tone
from gridworker.ui.widgets import Card, ChipChoice, Column, EmptyState, Row
from gridworker.ui.wording import due_words, tag_chips
from gridworker.ui.work import Work

COLUMNS: Final = (
    ListColumn("household_no", "户编号", 116, hide_below=1100),
    ListColumn("head_name", "户主", 92),
    ListColumn("address", "地址", 240, stretch=True),
    ListColumn("members", "人口", 60, hide_below=1100),
    ListColumn("tags", "标签", 190, sortable=False),
    ListColumn("due", "应走访", 114, sortable=False),
)
GRID_COLUMN: Final = ListColumn("grid", "网格", 150, hide_below=1250)
"""For whoever sees several grids."""
FILTERS: Final = (
    "living_alone",
    "aged_80",
    "low_income",
    "extreme_poverty",
    "empty_nest",
    "monitored",
    "dangerous_house",
)
REMOVED: Final = "removed"
PREVIEW_FROM: Final = 1100
"""Design pixels of the window from which there is room for the preview."""

MOST_TAGS: Final = 2


class HomesPage(Page):
    """Filter chips, the table, and the preview."""

    key = "homes"
    title = "住户"
    icon = "home_person"
    search_hint = "姓名、拼音首字母、地址或电话，如 wgy"
    primary_words = "新建住户"

    def __init__(
        self,
        work: Work,
        *,
        new: Callable[[Frame], object],
        edit: Callable[[Frame, Mapping[str, Any]], object],
        visit: Callable[[str], object],
        dispute: Callable[[Mapping[str, Any]], object],
    ) -> None:
        self._work = work
        self._new, self._edit, self._visit, self._dispute = new, edit, visit, dispute
        self._words = ""
        self._wide = True
        self._may_add = KINDS["household"].may("create", work.ledger.me.role)
        self.primary = "new" if self._may_add else ""

    def build(self, frame: Frame, head: PageHead) -> QWidget:
        """The table takes what room the preview leaves."""
        self._frame, self._head = frame, head
        body = QWidget()
        column = Column(body, gap=12)
        options = [("", "全部"), *((tag, HOUSEHOLD_TAGS[tag]) for tag in FILTERS), (REMOVED, "回收站")]
        self._filter = ChipChoice("按标签筛选", options)
        self._filter.choose("")
        self._filter.chosen.connect(lambda _: self._ask())
        column.addWidget(self._filter)
        halves = Row(gap=12)
        column.addLayout(halves, 1)
        self._lists = QStackedWidget()
        self._lists.addWidget(self._list(frame))
        self._removed = RemovedHomes(self._work, frame, self._clear_filter)
        self._lists.addWidget(self._removed)
        halves.addWidget(self._lists, 1)
        self._preview = HomePreview(self._work, frame, self._visit, self._dispute)
        halves.addWidget(self._preview)
        return body

    def _list(self, frame: Frame) -> QWidget:
        self._grids = {each: self._work.ledger.region_path(each) for each in self._my_grids()}
        columns = COLUMNS if len(self._grids) < 2 else (*COLUMNS[:2], GRID_COLUMN, *COLUMNS[2:])
        self._model = IdListModel(columns, ids=self._ids, rows=self._rows, background=frame.background)
        self._model.counted.connect(self._counted)
        self._model.failed.connect(frame.say_error)
        new = [("新建住户", lambda: self._new(frame))] if self._may_add else []
        none = EmptyState(
            "home_person",
            "还没有住户。",
            "可以新建，或者连上中心把本网格的住户下载下来。",
            ways_out=[*new, ("去同步", lambda: frame.go("sync"))],
        )
        no_hits = EmptyState(
            "search",
            "没有找到符合的住户。",
            "试试减少几个字，或只输入姓名的拼音首字母。",
            ways_out=[("清空筛选", self._clear_filter), *new],
        )
        self._table = RecordTable(self._model, name="住户列表", none=none, no_hits=no_hits)
        self._table.picked.connect(self._picked)
        self._table.opened.connect(self._open)
        ListKeys(self._head.search_field, self._table, self._model)
        card = Card(margins=(1, 1, 1, 1))
        card.body.addWidget(self._table)
        return card

    def _my_grids(self) -> list[str]:
        ledger = self._work.ledger
        return [grid for region in ledger.me.regions for grid in ledger.grids_in(region)]

    def shown(self) -> None:
        """Ask the first time; later the list is as it was left."""
        if not self._model.answered and not self._model.waiting:
            self._ask()

    def opened(self, target: object) -> None:
        """*target*: words to look for, or ``tag:<code>`` for a filter."""
        words = str(target)
        if words.startswith("tag:"):
            self._filter.choose(words.removeprefix("tag:"))
            words = ""
        self._words = words
        if self._head.search_field is not None:
            self._head.search_field.set_quietly(words)
        self._ask()

    def redraw(self, kinds: frozenset[str]) -> None:
        """Something of a household changed."""
        if kinds & {"household", "visit", "person", "key_group_tag", "conflict"}:
            self._model.refresh()
            self._preview.refresh()
            if self._filter.value() == REMOVED:
                self._show_removed()

    def search(self, text: str) -> None:
        """The live filter; it looks among those that are there."""
        self._words = text
        if self._filter.value() == REMOVED:
            self._filter.choose("")
        self._ask()

    def fitted(self, width: int) -> None:
        """Below 1100 the preview makes room."""
        self._table.fit(width)
        self._wide = width >= PREVIEW_FROM
        self._preview.setVisible(self._wide and self._filter.value() != REMOVED)

    def act(self, act_id: str) -> bool:
        """New, edit and remove the chosen household."""
        chosen = self._chosen()
        if act_id == "new" and self._may_add:
            self._new(self._frame)
        elif act_id == "edit" and chosen is not None:
            self._edit(self._frame, chosen)
        elif act_id == "remove" and chosen is not None:
            self._remove(chosen)
        else:
            return False
        return True

    def _ask(self) -> None:
        tag = self._filter.value()
        removed = tag == REMOVED
        self._lists.setCurrentIndex(1 if removed else 0)
        self._preview.setVisible(self._wide and not removed)
        if removed:
            self._words = ""
            if self._head.search_field is not None:
                self._head.search_field.set_quietly("")
            self._show_removed()
        else:
            self._model.ask(Query(text=self._words, filters=frozenset({tag} if tag else ())))

    def _show_removed(self) -> None:
        self._head.set_context(f"回收站 {self._removed.load()} 户")

    def _clear_filter(self) -> None:
        self.opened("tag:")

    def _ids(self, query: Query, progress: Progress) -> array[int]:
        ledger = self._work.lane_ledger()
        where = tuple(("tags", "has", tag) for tag in query.filters)
        sort = query.sort or "household_no"
        order = (f"-{sort}" if query.descending else sort,)
        if query.text:
            return ledger.search_ids("household", query.text, where, order if query.sort else ())
        return ledger.ids("household", where, order)

    def _rows(self, rows: Sequence[int]) -> dict[int, list[Cell]]:
        ledger = self._work.ledger
        homes = ledger.page("household", rows)
        due = ledger.due_days([home["id"] for home in homes])
        today = self._work.today()
        return {home["_row"]: self._cells(home, due_words(due.get(home["id"]), today)) for home in homes}

    def _cells(self, home: Mapping[str, Any], due: tuple[str, Tone] | None) -> list[Cell]:
        said, tone = due or ("", "neutral")
        cells = [
            Cell(str(home.get("household_no") or "")),
            Cell(str(home.get("head_name") or ""), bold=True),
            Cell(str(home.get("address") or "")),
            Cell(str(home.get("members") or "")),
            Cell(tags=self._tags(home)),
            Cell(said, tone=tone if tone == "bad" else None),
        ]
        if len(self._model.columns) > len(cells):
            cells.insert(2, Cell(self._grid_words(str(home.get("grid") or ""))))
        return cells

    def _grid_words(self, grid: str) -> str:
        """Village and grid; the town is the same for most."""
        return self._grids.get(grid, "").partition("·")[2]

    def _tags(self, home: Mapping[str, Any]) -> tuple[tuple[str, Tone], ...]:
        tags = tag_chips(home.get("tags"))
        if home.get("_state") == "conflict":
            tags.insert(0, ("需要核对", "warn"))
        if home.get("_state") == "local" and bound_words(self._work.ledger, str(home["id"])):
            tags.insert(0, ("将迁走", "info"))
        more = len(tags) - MOST_TAGS
        return tuple(tags[:MOST_TAGS]) + (((f"+{more}", "neutral"),) if more > 0 else ())

    def _counted(self, count: int) -> None:
        if self._filter.value() != REMOVED:
            found = self._model.query.narrowed()
            self._head.set_context(f"找到 {count:,} 户" if found else f"共 {count:,} 户")

    def _picked(self, row: int) -> None:
        homes = self._work.ledger.page("household", [row]) if row else []
        self._preview.show_home(homes[0] if homes else None)

    def _open(self, row: int) -> None:
        homes = self._work.ledger.page("household", [row])
        if homes:
            self._frame.go("household", homes[0]["id"])

    def _chosen(self) -> dict[str, Any] | None:
        if self._filter.value() == REMOVED:
            return None
        row = self._table.current_id()
        homes = self._work.ledger.page("household", [row]) if row else []
        return homes[0] if homes else None

    def _remove(self, home: Mapping[str, Any]) -> None:
        ledger, frame = self._work.ledger, self._frame
        try:
            saved = ledger.remove("household", str(home["id"]))
        except GridworkerError as error:
            frame.say_error(error)
            return
        frame.redraw(saved.changed.kinds)
        frame.offer_undo(undoable(ledger, frame, f"已移到回收站：{home.get('head_name', '')}", saved))

"""今日: whom to visit, what to do, what is unfinished, how the sync stands, how the week goes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final

from PySide6.QtWidgets import QWidget

from gridworker.errors import GridworkerError
from gridworker.ledger.due_visits import DueVisit
from gridworker.records.identity import masked_phone
from gridworker.ui.act_undo import undoable
from gridworker.ui.charts import WeekBars
from gridworker.ui.message_bar import Message
from gridworker.ui.page import Frame, Page
from gridworker.ui.page_head import PageHead
from gridworker.ui.pages.reveal import note_reveal
from gridworker.ui.pages.today_side import drafts_card, returned_card, sync_card, tasks_card
from gridworker.ui.sync_control import SyncControl
from gridworker.ui.turns import Turns
from gridworker.ui.undo import Undoable
from gridworker.ui.widgets import (
    Card,
    Column,
    EmptyState,
    LinkButton,
    ListRow,
    Row,
    RowList,
    Scroll,
    SectionTitle,
    StatTile,
    clear,
)
from gridworker.ui.wording import (
    day_of,
    due_words,
    last_visit_words,
    long_day,
    moment_words,
    part_of_day,
    tag_chips,
    way_order,
)
from gridworker.ui.work import Work

SHOWN_AT_ONCE: Final = 10
"""Two screens of rows; each holds the window for 2 ms when the page is drawn, as after a sync."""
MOST_TAGS: Final = 2
TO_DIAL_MS: Final = 60_000
"""How long a telephone number stays in sight."""
ONE_COLUMN: Final = 820
NARROW: Final = 900
"""Design pixels of the window below which the list's own acts show their icons alone."""


class TodayPage(Page):
    """Four tiles, the visits due at the left, the rest at the right."""

    key = "today"
    title = "今日"
    icon = "home"
    primary = "visit"
    primary_words = "记走访"

    def __init__(
        self,
        work: Work,
        control: SyncControl,
        visit: Callable[[Sequence[str]], object],
        open_draft: Callable[[str], object],
        edit_visit: Callable[[str], object],
    ) -> None:
        self._work, self._control = work, control
        self._visit, self._open_draft, self._edit_visit = visit, open_draft, edit_visit
        self._by_route = False
        self._shown = SHOWN_AT_ONCE
        self._one_column = False
        self._rows: dict[str, ListRow] = {}
        self._told: list[tuple[object, ...]] = []
        self._sync_place: Column | None = None

    def build(self, frame: Frame, head: PageHead) -> QWidget:
        """Tiles above, two columns below."""
        self._frame, self._head = frame, head
        body = QWidget()
        self._turns = Turns(body)
        column = Column(body, gap=12)
        tiles = Row(gap=12)
        self._due_tile = StatTile("今日待走访", "calendar_checkmark")
        self._task_tile = StatTile("待办事项", "task_list_ltr", "warn")
        self._dispute_tile = StatTile("在办纠纷", "handshake", "violet")
        self._waiting_tile = StatTile("待上传", "arrow_upload", "info")
        ways: tuple[tuple[StatTile, Callable[[], object]], ...] = (
            (self._due_tile, self._show_all_due),
            (self._task_tile, lambda: frame.go("matters")),
            (self._dispute_tile, lambda: frame.go("disputes")),
            (self._waiting_tile, lambda: frame.go("sync")),
        )
        for tile, way in ways:
            tile.clicked.connect(way)
            tiles.addWidget(tile, 1)
        column.addLayout(tiles)
        halves = Row(gap=12)
        halves.addWidget(self._due_card(), 12)
        self._side = Scroll(gap=12)
        halves.addWidget(self._side, 7)
        column.addLayout(halves, 1)
        self._control.changed.connect(self._show_sync)
        return body

    def _due_card(self) -> QWidget:
        card = Card(margins=(1, 14, 1, 4), gap=6)
        head = Row(margins=(18, 0, 14, 0), gap=8)
        self._due_title = SectionTitle("今天要走访")
        self._route = LinkButton("按路线排序", self._switch_order, icon_name="location")
        self._due_title.end.addWidget(self._route)
        head.addWidget(self._due_title)
        card.body.addLayout(head)
        self._due_list = Scroll()
        self._due_rows, self._below_rows, self._narrow_side = RowList(), Column(gap=12), Column(gap=12)
        self._due_list.body.addWidget(self._due_rows)
        self._due_list.body.addLayout(self._below_rows)
        self._due_list.body.addLayout(self._narrow_side)
        self._due_list.body.addStretch(1)
        card.body.addWidget(self._due_list, 1)
        return card

    def shown(self) -> None:
        """Show how the day stands now."""
        self._load()

    def redraw(self, kinds: frozenset[str]) -> None:
        """Something was saved."""
        self._load()

    def redraw_at_leisure(self, kinds: frozenset[str]) -> None:
        """Something was received: row by row, where a row says something else now."""
        self._turns.begin(self._drawn())

    def fitted(self, width: int) -> None:
        """Where room is short links become icons; where it is very short all stands in one column."""
        self._route.fold(width < NARROW)
        one_column = width < ONE_COLUMN
        if one_column != self._one_column:
            self._one_column = one_column
            self._side.setVisible(not one_column)
            self._show_due(self._due())

    def act(self, act_id: str) -> bool:
        """Ctrl+N writes a visit."""
        if act_id != "new":
            return False
        self._visit(())
        return True

    def next_due(self, after: Sequence[str]) -> str | None:
        """The household that is due after these, in the order shown, for 保存，记下一户."""
        homes = [each.household for each in self._due()]
        last = max((homes.index(home) for home in after if home in homes), default=-1)
        return next((home for home in homes[last + 1 :] + homes[: last + 1] if home not in after), None)

    def _load(self) -> None:
        self._turns.now(self._drawn())

    def _drawn(self) -> Iterator[None]:
        self._show_head()
        yield
        due = self._due()
        yield
        self._show_tiles(due)
        yield
        yield from self._due_drawn(due)

    def _show_head(self) -> None:
        ledger, today, now = self._work.ledger, self._work.today(), self._work.now()
        grid = ledger.region_path(ledger.my_grid() or "")
        homes = ledger.count("household")
        self._head.set_title(f"{part_of_day(now)}，{ledger.me.name}")
        self._head.set_context("·".join(p for p in (long_day(today), grid, f"{homes} 户") if p))

    def _due(self) -> list[DueVisit]:
        due = self._work.ledger.due_visits(self._work.today().isoformat())
        return sorted(due, key=lambda each: way_order(each.address or "")) if self._by_route else due

    def _show_tiles(self, due: Sequence[DueVisit]) -> None:
        ledger, today = self._work.ledger, self._work.today()
        late = sum(1 for each in due if each.days_late > 0)
        self._due_tile.show_count(len(due), f"{late} 户已逾期" if late else "没有逾期")
        tasks = ledger.open_matters()
        self._task_tile.show_count(len(tasks), _deadlines(tasks, today))
        disputes = ledger.open_disputes()
        self._dispute_tile.show_count(len(disputes), _deadlines(disputes, today))
        last = ledger.last_success()
        when = moment_words(last, today).removeprefix("今天 ") if last else ""
        self._waiting_tile.show_count(ledger.waiting_count(), f"上次同步 {when}" if last else "还没有同步过")

    def _show_due(self, due: Sequence[DueVisit]) -> None:
        self._turns.now(self._due_drawn(due))

    def _due_drawn(self, due: Sequence[DueVisit]) -> Iterator[None]:
        # A sync may draw the list anew while somebody walks it by keys.
        here = next((home for home, row in self._rows.items() if row.hasFocus()), "")
        was = self._rows.get(here)
        yield from self._rows_drawn(due[: self._shown])
        self._show_below(due)
        if here in self._rows and self._rows[here] is not was:
            self._rows[here].setFocus()
        yield
        yield from self._side_drawn()

    def _rows_drawn(self, due: Sequence[DueVisit]) -> Iterator[None]:
        """Only rows that say something else are made anew: most syncs change none of them."""
        today = self._work.today()
        homes = self._work.ledger.many("household", [each.household for each in due])
        self._due_rows.cut(len(due))
        self._due_rows.setVisible(bool(due))
        del self._told[len(due) :]
        for place, each in enumerate(due):
            home = homes.get(each.household, {})
            told = (each, home, today)
            if self._told[place : place + 1] != [told]:
                self._due_rows.put(place, self._due_row(each, home))
                self._told[place : place + 1] = [told]
                yield
        rows = self._due_rows.rows()
        self._rows = {each.household: row for each, row in zip(due, rows, strict=True) if isinstance(row, ListRow)}

    def _show_below(self, due: Sequence[DueVisit]) -> None:
        """What stands under the rows, or instead of them."""
        self._due_title.set_count(f"{len(due)} 户" if due else "")
        clear(self._below_rows)
        if not due:
            self._below_rows.addWidget(
                EmptyState(
                    "calendar_checkmark",
                    "今天没有要走访的住户。",
                    "可以看看全部住户，或者随手记一次走访。",
                    ways_out=[("记走访", lambda: self._visit(())), ("看住户", lambda: self._frame.go("homes"))],
                )
            )
        elif len(due) > self._shown:
            more = LinkButton(f"再显示一些（还有 {len(due) - self._shown} 户）", self._show_more)
            self._below_rows.addWidget(more)

    def _due_row(self, due: DueVisit, home: Mapping[str, Any]) -> ListRow:
        today = self._work.today()
        tried = f"，敲门 {due.attempts} 次未遇" if due.attempts else ""
        row = ListRow(
            str(home.get("head_name") or ""),
            tags=tag_chips(home.get("tags"))[:MOST_TAGS],
            line=f"{home.get('address') or ''}　{last_visit_words(day_of(due.last), today)}{tried}",
            due=due_words(day_of(due.due), today),
        )
        if home.get("phone"):
            row.add_side_act("call", f"电话：{home.get('head_name')}", lambda: self._call(home))
        row.add_act("记走访", lambda: self._visit((due.household,)), icon_name="notebook_add")
        row.opened.connect(lambda: self._frame.go("household", due.household))
        return row

    def _call(self, home: Mapping[str, Any]) -> None:
        number = str(home["phone"])
        whole = ("显示号码", lambda: self._reveal(home, number))
        self._frame.say(Message(f"{home.get('head_name')}　{masked_phone(number)}", "info", act=whole))

    def _reveal(self, home: Mapping[str, Any], number: str) -> None:
        if note_reveal(self._work, self._frame, "household", str(home["id"]), "联系本人或家属"):
            words = f"{home.get('head_name')}　{number}"
            self._frame.say(Message(words, "info", "查看已记入操作记录。", shown_ms=TO_DIAL_MS))

    def _switch_order(self) -> None:
        self._by_route = not self._by_route
        self._route.set_caption("按逾期排序" if self._by_route else "按路线排序")
        self._route.fold(self._frame.design_width() < NARROW)
        self._show_due(self._due())

    def _show_more(self) -> None:
        self._shown += 5 * SHOWN_AT_ONCE
        self._show_due(self._due())

    def _show_all_due(self) -> None:
        self._shown = 500
        self._show_due(self._due())

    def _side_drawn(self) -> Iterator[None]:
        work, frame = self._work, self._frame
        above = [returned_card(work, self._edit_visit), drafts_card(work, self._open_draft, self._drop_draft)]
        yield
        tasks = tasks_card(work, frame, self._tick)
        yield
        week = self._week()
        yield
        body = self._narrow_side if self._one_column else self._side.body
        for each in (self._narrow_side, self._side.body):
            clear(each)
        for card in (*above, tasks):
            if card is not None:
                body.addWidget(card)
        self._sync_place = Column(gap=0)
        body.addLayout(self._sync_place)
        self._show_sync()
        body.addWidget(week)
        if not self._one_column:
            body.addStretch(1)

    def _show_sync(self) -> None:
        if self._sync_place is None:
            return
        clear(self._sync_place)
        self._sync_place.addWidget(sync_card(self._work, self._control, self._frame))

    def _week(self) -> Card:
        today = self._work.today()
        counts = self._work.ledger.week(today.isoformat())
        card = Card(gap=8)
        card.body.addWidget(SectionTitle(f"本周已走访 {sum(counts)} 户次"))
        bars = WeekBars("本周走访", "户")
        bars.show_week(counts, today.weekday())
        card.body.addWidget(bars)
        return card

    def _tick(self, visit: str) -> None:
        ledger, frame = self._work.ledger, self._frame
        try:
            saved = ledger.save("visit", {"follow_up_done": True}, visit)
        except GridworkerError as error:
            frame.say_error(error)
            return
        frame.redraw(saved.changed.kinds)
        frame.offer_undo(undoable(ledger, frame, "已跟进", saved))

    def _drop_draft(self, key: str) -> None:
        ledger, frame = self._work.ledger, self._frame
        draft = ledger.draft(key)
        ledger.drop_draft(key)
        self._load()
        if draft is None:
            return

        def back() -> None:
            ledger.keep_draft(draft.key, draft.form, draft.title, draft.fields)
            self._load()

        frame.offer_undo(Undoable(f"已丢弃草稿：{draft.title}", back))


def _deadlines(records: Sequence[Mapping[str, Any]], today: date) -> str:
    """How the deadlines of open records stand, in a few words."""
    days = sorted(day for each in records if (day := day_of(each.get("due"))) is not None)
    late = sum(1 for day in days if day < today)
    if late:
        return f"{late} 件已逾期"
    first = due_words(days[0], today) if days else None
    return f"最近一件{first[0]}" if first else "没有到期的"

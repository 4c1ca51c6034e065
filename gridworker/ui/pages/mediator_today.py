"""今日 for a mediator: what is appointed, what is running out, what waits to be taken up."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, Final

from PySide6.QtWidgets import QWidget

from gridworker.records import KINDS
from gridworker.ui.page import Frame, Page
from gridworker.ui.page_head import PageHead
from gridworker.ui.pages.today_side import drafts_card, sync_card
from gridworker.ui.sync_control import SyncControl
from gridworker.ui.tokens import Tone
from gridworker.ui.widgets import (
    Card,
    Column,
    EmptyState,
    ListRow,
    Row,
    RowList,
    Scroll,
    SectionTitle,
    StatTile,
    clear,
)
from gridworker.ui.wording import day_of, due_words, long_day, moment_words, part_of_day
from gridworker.ui.work import Work

RUNNING: Final = ("accepted", "mediating")
AHEAD_MS: Final = 7 * 86_400_000
SOON_DAYS: Final = 7
MOST: Final = 30

Fields = Mapping[str, Any]


class MediatorTodayPage(Page):
    """Four tiles; the week's sessions and deadlines at the left; what is to be taken up, drafts, sync at the right."""

    key = "today"
    title = "今日"
    icon = "home"

    def __init__(self, work: Work, control: SyncControl, open_draft: Callable[[str], object]) -> None:
        self._work, self._control, self._open_draft = work, control, open_draft
        self._sync_place: Column | None = None

    def build(self, frame: Frame, head: PageHead) -> QWidget:
        """Tiles above, two columns below."""
        self._frame, self._head = frame, head
        body = QWidget()
        column = Column(body, gap=12)
        tiles = Row(gap=12)
        self._session_tile = StatTile("本周调解", "calendar_clock", "primary")
        self._due_tile = StatTile("快到期案件", "alert", "warn")
        self._new_tile = StatTile("待受理", "flag", "violet")
        self._waiting_tile = StatTile("待上传", "arrow_upload", "info")
        for tile, page in (
            (self._session_tile, "disputes"),
            (self._due_tile, "disputes"),
            (self._new_tile, "disputes"),
            (self._waiting_tile, "sync"),
        ):
            tile.clicked.connect(self._goer(page))
            tiles.addWidget(tile, 1)
        column.addLayout(tiles)
        halves = Row(gap=12)
        self._left, self._side = Scroll(gap=12), Scroll(gap=12)
        halves.addWidget(self._left, 12)
        halves.addWidget(self._side, 7)
        column.addLayout(halves, 1)
        self._control.changed.connect(self._show_sync)
        return body

    def shown(self) -> None:
        """Show how the day stands now."""
        self._load()

    def redraw(self, kinds: frozenset[str]) -> None:
        """Something was saved or received."""
        self._load()

    def _goer(self, page: str) -> Callable[[], None]:
        return lambda: self._frame.go(page)

    def _load(self) -> None:
        ledger, today, now = self._work.ledger, self._work.today(), self._work.now()
        self._head.set_title(f"{part_of_day(now)}，{ledger.me.name}")
        self._head.set_context("·".join([long_day(today), *ledger.my_areas()]))
        disputes = ledger.open_disputes()
        sessions = sorted((d for d in disputes if self._is_appointed(d, now)), key=lambda d: int(d["next_at"]))
        due = [d for d in disputes if d.get("state") in RUNNING and self._is_soon(d, today)]
        new = [d for d in disputes if d.get("state") == "registered"]
        self._show_tiles(sessions, due, new)
        self._show_left(sessions, due)
        self._show_side(new)

    def _is_appointed(self, dispute: Fields, now: int) -> bool:
        at = dispute.get("next_at")
        return at is not None and int(at) <= now + AHEAD_MS and dispute.get("state") in RUNNING

    def _is_soon(self, dispute: Fields, today: date) -> bool:
        due = day_of(dispute.get("due"))
        return due is not None and (due - today).days <= SOON_DAYS

    def _show_tiles(self, sessions: Sequence[Fields], due: Sequence[Fields], new: Sequence[Fields]) -> None:
        ledger, today = self._work.ledger, self._work.today()
        first = moment_words(int(sessions[0]["next_at"]), today) if sessions else ""
        self._session_tile.show_count(len(sessions), f"最近 {first}" if first else "没有约好的调解")
        late = sum(1 for d in due if str(d["due"]) < today.isoformat())
        self._due_tile.show_count(len(due), f"{late} 件已超期" if late else "一周之内")
        self._new_tile.show_count(len(new), "等您受理" if new else "都已受理")
        last = ledger.last_success()
        self._waiting_tile.show_count(
            ledger.waiting_count(), f"上次同步 {moment_words(last, today)}" if last else "还没有同步过"
        )

    def _show_left(self, sessions: Sequence[Fields], due: Sequence[Fields]) -> None:
        clear(self._left.body)
        today = self._work.today()
        appointed = [
            (d, (moment_words(int(d["next_at"]), today), _tone_of_moment(d, self._work.now()))) for d in sessions
        ]
        self._left.body.addWidget(
            self._group("约好的调解", appointed, "本周没有约好的调解。", "在案件里“记一次调解”时，可以约下一次的时间。")
        )
        ending = [(d, due_words(day_of(d.get("due")), today, soon=SOON_DAYS)) for d in due]
        self._left.body.addWidget(self._group("快到期的案件", ending, "没有快到期的案件。", ""))
        self._left.body.addStretch(1)

    def _group(
        self, title: str, disputes: Sequence[tuple[Fields, tuple[str, Tone] | None]], none: str, advice: str
    ) -> Card:
        card = Card(margins=(0, 14, 0, 8), gap=6)
        head = Row(margins=(18, 0, 14, 0))
        head.addWidget(SectionTitle(title, str(len(disputes)) if disputes else ""))
        card.body.addLayout(head)
        rows = RowList()
        for dispute, due in disputes[:MOST]:
            rows.add(self._row(dispute, due))
        card.body.addWidget(rows if disputes else EmptyState("calendar_checkmark", none, advice))
        return card

    def _row(self, dispute: Fields, due: tuple[str, Tone] | None) -> ListRow:
        kind = KINDS["dispute"]
        parties = [str(each.get("name") or "") for _, each in sorted((dispute.get("parties") or {}).items())]
        place = self._work.ledger.region_path(str(dispute.get("grid") or ""))
        row = ListRow(
            kind.title_of(dispute),
            tags=[(kind.by_name["dispute_type"].shown(dispute.get("dispute_type")), "neutral")],
            line="　".join(part for part in ("、".join(parties), place) if part),
            due=due,
            icon_name="handshake",
        )
        row.opened.connect(lambda: self._frame.go("case", str(dispute["id"])))
        return row

    def _show_side(self, new: Sequence[Fields]) -> None:
        clear(self._side.body)
        body = self._side.body
        if new:
            card = Card(margins=(0, 14, 0, 8), gap=6)
            head = Row(margins=(18, 0, 14, 0))
            head.addWidget(SectionTitle("待受理", str(len(new))))
            card.body.addLayout(head)
            rows = RowList()
            for dispute in new[:MOST]:
                rows.add(self._row(dispute, None))
            card.body.addWidget(rows)
            body.addWidget(card)
        if (drafts := drafts_card(self._work, self._open_draft, self._drop_draft)) is not None:
            body.addWidget(drafts)
        self._sync_place = Column(gap=0)
        body.addLayout(self._sync_place)
        self._show_sync()
        body.addStretch(1)

    def _drop_draft(self, key: str) -> None:
        self._work.ledger.drop_draft(key)
        self._load()

    def _show_sync(self) -> None:
        if self._sync_place is None:
            return
        clear(self._sync_place)
        self._sync_place.addWidget(sync_card(self._work, self._control, self._frame))


def _tone_of_moment(dispute: Fields, now: int) -> Tone:
    return "bad" if int(dispute["next_at"]) < now else "info"

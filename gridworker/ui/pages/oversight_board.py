"""The supervisor's board: coverage of each grid, what is overdue, which desks are silent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, Final

from PySide6.QtWidgets import QWidget

from gridworker.records.codes import DISPUTE_TYPES
from gridworker.ui.charts import Bar, BarChart, SideBars
from gridworker.ui.civil import china_now
from gridworker.ui.page import Frame
from gridworker.ui.widgets import (
    Card,
    ChipChoice,
    Column,
    EmptyState,
    Label,
    ListRow,
    Row,
    RowList,
    Scroll,
    SectionTitle,
    StatTile,
    clear,
)
from gridworker.ui.wording import ago_words, moment_words
from gridworker.ui.work import Work

SILENT_DAYS: Final = 3
"""A desk not heard from for so long is named."""

MOST: Final = 8


class Board(QWidget):
    """Tiles, bars by grid, what needs attention."""

    def __init__(self, work: Work, frame: Frame, read_grid: Callable[[str], object]) -> None:
        super().__init__()
        self.setObjectName("clear")
        self._work, self._frame, self._read_grid = work, frame, read_grid
        column = Column(self, gap=12)
        head = Row(gap=10)
        self._period = ChipChoice("时段", [("month", "本月"), ("half", "近半年"), ("year", "近一年")])
        self._period.choose("month")
        self._period.chosen.connect(lambda _: self.load())
        head.addWidget(self._period)
        column.addLayout(head)
        scroll = Scroll(gap=12)
        self._body = scroll.body
        column.addWidget(scroll, 1)

    def load(self) -> None:
        """Count anew."""
        ledger, today = self._work.ledger, self._work.today()
        coverage = ledger.coverage(self._first_day(today).isoformat(), today.isoformat())
        clear(self._body)
        self._body.addLayout(self._tiles(coverage))
        self._body.addWidget(self._bars(coverage))
        low = Row(gap=12)
        low.addWidget(self._attention(coverage), 3)
        right = Column(gap=12)
        right.addWidget(self._types())
        right.addWidget(self._desks())
        low.addLayout(right, 2)
        self._body.addLayout(low)
        self._body.addStretch(1)

    def _first_day(self, today: date) -> date:
        match self._period.value():
            case "half":
                return date.fromordinal(today.toordinal() - 182)
            case "year":
                return date.fromordinal(today.toordinal() - 365)
        return today.replace(day=1)

    def _tiles(self, coverage: Sequence[Any]) -> Row:
        ledger = self._work.ledger
        homes, visited = sum(c.households for c in coverage), sum(c.visited for c in coverage)
        share = round(100 * visited / homes) if homes else 0
        row = Row(gap=12)
        first = StatTile("走访覆盖", "home_person", "primary")
        first.show_count(f"{share}%", f"{visited:,} / {homes:,} 户")
        waiting = ledger.count("visit", (("state", "=", "submitted"),))
        second = StatTile("待批阅日记", "book_open", "warn")
        second.show_count(waiting, "点开批阅" if waiting else "都看完了")
        second.clicked.connect(lambda: self._frame.go("oversight", "diaries"))
        disputes = ledger.open_disputes()
        overdue = sum(1 for d in disputes if d.get("due") and d["due"] < self._work.today().isoformat())
        third = StatTile("在办纠纷", "handshake", "violet")
        third.show_count(len(disputes), f"{overdue} 件已超期" if overdue else "没有超期")
        third.clicked.connect(lambda: self._frame.go("disputes"))
        silent = self._silent()
        fourth = StatTile("未同步电脑", "desktop", "info")
        fourth.show_count(len(silent) if silent is not None else "—", f"超过 {SILENT_DAYS} 天没有同步")
        for tile in (first, second, third, fourth):
            row.addWidget(tile, 1)
        return row

    def _bars(self, coverage: Sequence[Any]) -> Card:
        card = Card(gap=8)
        card.body.addWidget(SectionTitle("各网格走访户数"))
        card.body.addWidget(Label("横线为本网格户数；柱子为这段时间走访过的户数。", "hint2"))
        if not coverage:
            card.body.addWidget(EmptyState("data_bar_vertical", "还没有网格资料。", "同步后会出现在这里。"))
            return card
        ledger = self._work.ledger
        chart = BarChart("各网格走访户数", "户")
        ordered = sorted(coverage, key=lambda c: c.visited / c.households if c.households else 0)[:MOST]
        chart.show_bars([Bar(_short(ledger.region_path(c.grid)), c.visited) for c in ordered])
        target = sum(c.households for c in ordered) / len(ordered)
        chart.set_target(target)
        card.body.addWidget(chart)
        return card

    def _attention(self, coverage: Sequence[Any]) -> Card:
        card = Card(margins=(0, 14, 0, 8), gap=6)
        head = Row(margins=(18, 0, 14, 0))
        head.addWidget(SectionTitle("需要关注"))
        card.body.addLayout(head)
        rows = RowList()
        ledger = self._work.ledger
        by_share = sorted(coverage, key=lambda c: c.visited / c.households if c.households else 1)
        for each in by_share[:MOST]:
            missing = each.households - each.visited
            if missing <= 0:
                continue
            share = round(100 * each.visited / each.households)
            workers = "、".join(ledger.workers_of(each.grid))
            row = ListRow(
                ledger.region_path(each.grid),
                line="　".join(part for part in (workers, f"走访 {share}%", f"还有 {missing} 户") if part),
                icon_name="location",
                height=60,
            )
            row.add_act("看日记", lambda grid=each.grid: self._read_grid(grid))  # type: ignore[misc]
            row.opened.connect(lambda grid=each.grid: self._read_grid(grid))
            rows.add(row)
        card.body.addWidget(rows if rows.rows() else EmptyState("checkmark_circle", "所有网格都走访到了。"))
        return card

    def _types(self) -> Card:
        card = Card(gap=8)
        card.body.addWidget(SectionTitle("在办纠纷类型"))
        counts: dict[str, int] = {}
        for dispute in self._work.ledger.open_disputes():
            name = DISPUTE_TYPES.get(str(dispute.get("dispute_type")), "其他")
            counts[name] = counts.get(name, 0) + 1
        if not counts:
            card.body.addWidget(Label("没有在办的纠纷。", "second"))
            return card
        chart = SideBars("在办纠纷类型", "件")
        largest = sorted(counts.items(), key=lambda pair: -pair[1])[:6]
        chart.show_bars([Bar(name, count) for name, count in largest])
        card.body.addWidget(chart)
        return card

    def _silent(self) -> list[Any] | None:
        desks = self._work.ledger.desks()
        if desks is None:
            return None
        limit = self._work.now() - SILENT_DAYS * 86_400_000
        return [desk for desk in desks if desk["seen_at"] < limit]

    def _desks(self) -> Card:
        card = Card(gap=8)
        card.body.addWidget(SectionTitle("没有消息的电脑"))
        silent = self._silent()
        if silent is None:
            card.body.addWidget(Label("联网同步后显示。", "second"))
            return card
        names, today = self._work.ledger.names(), self._work.today()
        for desk in sorted(silent, key=lambda each: each["seen_at"])[:MOST]:
            who = names.get(str(desk["person"]), str(desk.get("name") or ""))
            row = Row(gap=8)
            row.addWidget(Label(who, "strong"), 1)
            seen = desk["seen_at"]
            words = moment_words(seen, today) if seen else "从未同步"
            row.addWidget(Label(f"{words}（{ago_words(_civil(seen), today)}）" if seen else words, "second"))
            card.body.addLayout(row)
        if not silent:
            card.body.addWidget(Label(f"{SILENT_DAYS} 天内都同步过。", "second"))
        return card


def _short(path: str) -> str:
    """``谷来镇·马村·第2网格`` as ``马村第2``."""
    return "".join(path.split("·")[-2:]).replace("网格", "").replace("村委会", "村")


def _civil(at: int) -> date:
    return china_now(at).date()

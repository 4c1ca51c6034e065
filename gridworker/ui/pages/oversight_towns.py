"""The towns of the area that are not on this desk, as the centre counted them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from gridworker.ledger import Ledger
from gridworker.ui.tokens import Tone
from gridworker.ui.widgets import Card, Column, Label, LinkButton, ListRow, Row, RowList, SectionTitle, clear
from gridworker.ui.wording import moment_words
from gridworker.ui.work import Work


@dataclass(frozen=True)
class FarTown:
    """One of them."""

    name: str
    households: int
    visited: int
    """Within half a year."""
    waiting: int
    disputes: int
    as_of: int
    """ms UTC."""

    @property
    def share(self) -> float:
        """Visited part of the households, 0 to 1; whole where there is no household."""
        return min(1.0, self.visited / self.households) if self.households else 1.0


def far_towns(ledger: Ledger) -> list[FarTown]:
    """Those that are not wanted here, the least covered first; none when the centre never told of them."""
    told = {str(each["region"]): each for each in ledger.town_figures() if ledger.absent_grids()}
    away = [town for town in ledger.towns() if town.state in ("absent", "leaving")] if told else []
    names = ("households", "visited", "waiting", "disputes", "as_of")
    found = [
        FarTown(each.name, *(int(told[each.region][name]) for name in names)) for each in away if each.region in told
    ]
    return sorted(found, key=lambda town: (town.share, -town.households))


def show_far_towns(place: Column, work: Work, choose: Callable[[], object]) -> None:
    """Puts what is known of them into *place*; *choose* leads to where towns are chosen."""
    clear(place)
    if towns := far_towns(work.ledger):
        place.addWidget(_card(towns, work.today(), choose))


def _card(towns: list[FarTown], today: date, choose: Callable[[], object]) -> Card:
    card = Card(margins=(0, 14, 0, 8), gap=6)
    head = Row(margins=(18, 0, 14, 0))
    title = SectionTitle("没有下载到本机的乡镇", str(len(towns)))
    title.end.addWidget(LinkButton("选择资料范围", choose))
    head.addWidget(title)
    card.body.addLayout(head)
    rows = RowList()
    for town in towns:
        row = ListRow(town.name, line=_line(town), due=_chip(town), icon_name="location", height=60)
        row.opened.connect(choose)
        rows.add(row)
    card.body.addWidget(rows)
    foot = Row(margins=(18, 4, 14, 4))
    oldest = moment_words(min(town.as_of for town in towns), today)
    words = f"中心截至 {oldest} 的统计，覆盖率按近半年。其他图表和清单不含这些乡镇。"
    foot.addWidget(Label(words, "hint2", wrap=True), 1)
    card.body.addLayout(foot)
    return card


def _line(town: FarTown) -> str:
    parts = [f"{town.households:,} 户，半年内走访 {min(town.visited, town.households):,} 户"]
    parts += [f"待批阅 {town.waiting:,} 篇"] if town.waiting else []
    parts += [f"在办纠纷 {town.disputes:,} 件"] if town.disputes else []
    return "　".join(parts)


def _chip(town: FarTown) -> tuple[str, Tone]:
    return f"{round(100 * town.share)}%", "warn" if town.share < 1 else "ok"

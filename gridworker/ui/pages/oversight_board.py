"""The supervisor's board: coverage of each place and worker, what is overdue, which desks are silent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from gridworker.ui.background import Job
from gridworker.ui.charts import Bar, BarChart, SideBars
from gridworker.ui.civil import china_day
from gridworker.ui.page import Frame
from gridworker.ui.pages.oversight_facts import (
    MOST,
    SILENT_DAYS,
    BoardFacts,
    PlaceLine,
    WorkerLine,
    filters,
    look,
    silent_desks,
)
from gridworker.ui.pages.oversight_skeleton import Skeleton
from gridworker.ui.pages.oversight_towns import show_far_towns
from gridworker.ui.pages.place_box import PlaceBox
from gridworker.ui.tokens import Tone
from gridworker.ui.widgets import (
    Banner,
    Button,
    Card,
    ChipChoice,
    Column,
    Elide,
    EmptyState,
    Label,
    LinkButton,
    ListRow,
    Row,
    RowList,
    Scroll,
    SectionTitle,
    StatTile,
    clear,
)
from gridworker.ui.wording import ago_words, day_words, moment_words
from gridworker.ui.work import Work

PERIODS: Final = (("month", "本月"), ("half", "近半年"), ("year", "近一年"))
LEVEL_WORDS: Final[Mapping[str, str]] = {"grid": "网格", "village": "村社区", "town": "乡镇"}
WORKERS_AT_ONCE: Final = 8


class Board(QWidget):
    """Tiles, bars by place, what needs attention, workers. Counted in the local lane; what stood there stays till then.

    ``tools``: the choice of period and place, for the page's own line.
    """

    def __init__(
        self,
        work: Work,
        frame: Frame,
        read_place: Callable[[str], object],
        read_worker: Callable[[str], object],
        decide: Callable[[dict[str, Any]], object],
    ) -> None:
        super().__init__()
        self.setObjectName("clear")
        self._work, self._frame = work, frame
        self._read_place, self._read_worker, self._decide = read_place, read_worker, decide
        self._job: Job[BoardFacts] | None = None
        self._facts: BoardFacts | None = None
        self._again = False
        self._known = False
        self._all_workers = False
        self.tools = self._tools()
        column = Column(self, gap=0)
        scroll = Scroll(gap=12)
        self._body = scroll.body
        self._body.addWidget(Skeleton())
        column.addWidget(scroll)

    def load(self, *, places_changed: bool = False) -> None:
        """Count anew; asked for while it counts, once more afterwards."""
        lane, today = self._work.lane_ledger, self._work.today()
        if places_changed or not self._known:
            self._known = True
            self._frame.background.run(
                lambda _: filters(lane(), ""),
                then=lambda offered: self._place.set_options(offered.places),
                failed=self._frame.say_error,
                lane="local",
            )
        if self._job is not None and not self._job.over:
            self._again = True
            return
        self._again = False
        period, place = self._period.value(), self._place.value()
        self._job = self._frame.background.run(
            lambda _: look(lane(), period, place, today),  # type: ignore[arg-type]
            then=self._show,
            failed=self._frame.say_error,
            lane="local",
        )

    def _tools(self) -> QWidget:
        tools = QWidget()
        tools.setObjectName("clear")
        row = Row(tools, gap=10)
        self._period = ChipChoice("时段", PERIODS)
        self._period.choose("month")
        self._period.chosen.connect(lambda _: self.load())
        self._place = PlaceBox("乡镇、村或网格", "全部地方", letters=8)
        self._place.picked.connect(lambda _: self.load())
        middle = Qt.AlignmentFlag.AlignVCenter
        row.addWidget(self._period, 1, middle)
        row.addWidget(self._place, 0, middle)
        return tools

    # ------------------------------------------------------------------ showing

    def _show(self, facts: BoardFacts) -> None:
        if self._again:
            self.load()
        if facts == self._facts:
            self._show_desks()
            return
        self._facts = facts
        clear(self._body)
        self._waits_place = Column(gap=0)
        self._body.addLayout(self._waits_place)
        self._body.addLayout(self._tiles(facts))
        self._body.addWidget(self._bars(facts))
        self._far_place = Column(gap=0)
        self._body.addLayout(self._far_place)
        low = Row(gap=12)
        left = Column(gap=12)
        left.addWidget(self._attention(facts))
        left.addWidget(self._workers(facts))
        left.addStretch(1)
        right = Column(gap=12)
        right.addWidget(self._types(facts))
        self._desk_place = Column(gap=12)
        right.addLayout(self._desk_place)
        right.addStretch(1)
        low.addLayout(left, 3)
        low.addLayout(right, 2)
        self._body.addLayout(low)
        self._body.addStretch(1)
        self._show_desks()

    def _tiles(self, facts: BoardFacts) -> Row:
        row = Row(gap=12)
        share = round(100 * facts.visited / facts.households) if facts.households else 0
        covered = StatTile("走访覆盖", "home_person", "primary")
        covered.show_count(f"{share}%", f"{facts.visited:,} / {facts.households:,} 户")
        covered.clicked.connect(lambda: self._frame.go("homes"))
        waiting = StatTile("待批阅日记", "book_open", "warn")
        waiting.show_count(f"{facts.waiting:,}", "点开批阅" if facts.waiting else "都看完了")
        waiting.clicked.connect(lambda: self._frame.go("oversight", "diaries"))
        disputes = StatTile("在办纠纷", "handshake", "violet")
        disputes.show_count(f"{facts.disputes:,}", f"{facts.overdue} 件已超期" if facts.overdue else "没有超期")
        disputes.clicked.connect(lambda: self._frame.go("disputes"))
        silent = silent_desks(self._work.ledger, self._work.now())
        self._silent = StatTile("未同步电脑", "desktop", "info")
        self._silent.show_count("—" if silent is None else len(silent), f"超过 {SILENT_DAYS} 天没有同步")
        self._silent.clicked.connect(self._show_silent)
        for tile in (covered, waiting, disputes, self._silent):
            row.addWidget(tile, 1)
        return row

    def _bars(self, facts: BoardFacts) -> Card:
        card = Card(gap=8)
        level = LEVEL_WORDS.get(facts.places[0].level, "地方") if facts.places else "网格"
        title = SectionTitle(f"各{level}走访户数")
        days = f"{facts.first.month}月{facts.first.day}日至今"
        title.end.addWidget(Label(f"{days}。横线：按半年走访一遍，应走访的户数", "hint2"))
        card.body.addWidget(title)
        if not facts.places:
            far = self._work.ledger.absent_grids()
            here = (
                ("本机没有这里的资料。", "要看明细，请先下载。")
                if far
                else ("还没有网格资料。", "同步后会出现在这里。")
            )
            card.body.addWidget(EmptyState("data_bar_vertical", *here))
            return card
        shown = facts.places[:MOST]
        chart = BarChart(f"各{level}走访户数", "户")
        chart.show_bars([_bar(line) for line in shown])
        chart.pressed.connect(lambda n: self._open(shown[n]))
        card.body.addWidget(chart)
        if len(facts.places) > MOST:
            words = f"这里是走访最少的 {MOST} 个，共 {len(facts.places)} 个。"
            card.body.addWidget(Label(words, "hint2", wrap=True))
        return card

    def _open(self, line: PlaceLine) -> None:
        """A town or a village in its parts; a grid's diaries."""
        if line.level == "grid":
            self._read_place(line.region)
            return
        self._place.choose(line.region)
        self.load()

    def _attention(self, facts: BoardFacts) -> Card:
        card = _listed("需要关注", "走访最少的网格")
        rows = RowList()
        for line in facts.grids:
            missing = line.households - line.visited
            if missing <= 0:
                continue
            row = ListRow(
                line.path,
                line="　".join(part for part in ("、".join(line.workers), f"还有 {missing:,} 户没走访") if part),
                due=_share_chip(line.share, line.visited < line.aim),
                icon_name="location",
                height=60,
            )
            read = self._reader_of(line.region)
            row.add_act("看日记", read, icon_name="book_open")
            row.opened.connect(read)
            rows.add(row)
        card.body.addWidget(rows if rows.rows() else EmptyState("checkmark_circle", "所有网格都走访到了。"))
        return card

    def _reader_of(self, region: str) -> Callable[[], object]:
        return lambda: self._read_place(region)

    def _workers(self, facts: BoardFacts) -> Card:
        card = _listed("各网格员走访", f"{len(facts.workers)} 人" if facts.workers else "")
        rows = RowList()
        most = None if self._all_workers else WORKERS_AT_ONCE
        for line in facts.workers[:most]:
            rows.add(self._worker(line))
        if rows.rows():
            card.body.addWidget(rows)
        elif facts.too_many:
            words = f"这里有 {facts.too_many:,} 位网格员。"
            card.body.addWidget(EmptyState("people", words, "在上面选一个乡镇或村，看那里每个人的走访。"))
        else:
            card.body.addWidget(EmptyState("people", "这里还没有网格员。"))
        if most is not None and len(facts.workers) > most:
            foot = Row(margins=(10, 0, 10, 0), gap=0)
            foot.addWidget(LinkButton(f"显示全部 {len(facts.workers):,} 人", self._show_all_workers))
            foot.addStretch(1)
            card.body.addLayout(foot)
        return card

    def _worker(self, line: WorkerLine) -> ListRow:
        told = f"走访 {line.visits:,} 次，见到人 {line.met:,} 次，走访过 {line.visited:,} / {line.households:,} 户"
        row = ListRow(
            line.name,
            tags=[(line.area, "neutral")] if line.area else [],
            line=told,
            due=_share_chip(line.share, line.visited < line.aim),
            height=60,
        )
        row.opened.connect(lambda: self._read_worker(line.person))
        return row

    def _show_all_workers(self) -> None:
        self._all_workers = True
        facts, self._facts = self._facts, None
        if facts is not None:
            self._show(facts)

    def _types(self, facts: BoardFacts) -> Card:
        card = Card(gap=8)
        card.body.addWidget(SectionTitle("在办纠纷类型"))
        if not facts.types:
            card.body.addWidget(Label("没有在办的纠纷。", "second"))
            return card
        chart = SideBars("在办纠纷类型", "件", label_width=96)
        chart.show_bars([Bar(name, count) for name, count in facts.types[:MOST]])
        card.body.addWidget(chart)
        return card

    # ------------------------------------------------------------------ silent desks

    def _show_desks(self) -> None:
        silent = silent_desks(self._work.ledger, self._work.now())
        self._silent.show_count("—" if silent is None else len(silent), f"超过 {SILENT_DAYS} 天没有同步")
        clear(self._desk_place)
        self._desks_card = self._desks(silent)
        self._desk_place.addWidget(self._desks_card)
        late, aside = self._work.ledger.late_work(), self._work.ledger.put_aside()
        show_far_towns(self._far_place, self._work, partial(self._frame.go, "settings", "sync"))
        clear(self._waits_place)
        if mine := [each for each in aside if each.get("id")]:
            self._waits_place.addWidget(self._waits(mine))
        if late or aside:
            self._desk_place.addWidget(self._from_elsewhere(late, aside))

    def _show_silent(self) -> None:
        """Down to the card that names them."""
        scroll = self.findChild(Scroll)
        if scroll is not None:
            scroll.ensureWidgetVisible(self._desks_card)

    def _desks(self, silent: list[dict[str, Any]] | None) -> Card:
        card = Card(gap=8)
        card.body.addWidget(SectionTitle("没有消息的电脑", str(len(silent)) if silent else ""))
        if silent is None:
            card.body.addWidget(Label("联网同步后，中心会告诉您哪些电脑很久没有消息。", "second", wrap=True))
            return card
        names, today = self._work.ledger.names(), self._work.today()
        for desk in silent[:MOST]:
            who = names.get(str(desk.get("person"))) or str(desk.get("name") or "")
            row, seen = Row(gap=8), int(desk.get("seen_at") or 0)
            row.addWidget(Elide(who, "strong"), 1)
            words = (
                f"{day_words(china_day(seen), today)}（{ago_words(china_day(seen), today)}）" if seen else "从未同步"
            )
            row.addWidget(Label(words, "second", tone="bad"))
            card.body.addLayout(row)
        if len(silent) > MOST:
            card.body.addWidget(Label(f"还有 {len(silent) - MOST} 台。", "hint2"))
        if not silent:
            card.body.addWidget(Label(f"所有电脑 {SILENT_DAYS} 天内都同步过。", "second", wrap=True))
        told = int(self._work.ledger.store.meta("desks_as_of", 0) or 0)
        if told:
            card.body.addWidget(Label(f"中心 {moment_words(told, today)} 告知", "hint2", wrap=True))
        return card

    def _waits(self, mine: list[dict[str, Any]]) -> Banner:
        """What nobody but this supervisor decides, above everything."""
        banner = Banner("warn")
        words = f"有 {len(mine)} 份内容中心没有自己收下，等您决定。"
        banner.body.addWidget(Label(words, "strong", wrap=True), 1)
        banner.body.addWidget(Button("打开", partial(self._decide, mine[0]), kind="quiet"))
        return banner

    def _from_elsewhere(self, late: list[dict[str, Any]], aside: list[dict[str, Any]]) -> Card:
        """What people handed in who are elsewhere now: taken, and to be looked at; or not theirs, and kept."""
        card, today = Card(gap=8), self._work.today()
        card.body.addWidget(SectionTitle("调离后补交", str(len(late) + len(aside))))
        for each in late[:MOST]:
            row = Row(gap=8)
            row.addWidget(Elide(str(each["name"]), "strong"), 1)
            row.addWidget(
                Label(f"补交 {each['changes']} 项，已收下（{moment_words(int(each['at']), today)}）", "second")
            )
            card.body.addLayout(row)
        for each in aside[:MOST]:
            row = Row(gap=8)
            row.addWidget(Elide(str(each["name"]), "strong"), 1)
            row.addWidget(Label(f"{each['changes']} 项还没有收下，中心已保管", "second", tone="warn"))
            if each.get("id"):
                row.addWidget(LinkButton("看一看", partial(self._decide, each)))
            card.body.addLayout(row)
        words = "补交的是调离或换岗以前写的内容，请看一看是否妥当。"
        if aside:
            words += "没有收下的内容不会丢，请点开决定收下还是退回；中心没有列出来的由管理员处理。"
        card.body.addWidget(Label(words, "hint2", wrap=True))
        return card


def _listed(title: str, count: str) -> Card:
    card = Card(margins=(0, 14, 0, 8), gap=6)
    head = Row(margins=(18, 0, 14, 0))
    head.addWidget(SectionTitle(title, count))
    card.body.addLayout(head)
    return card


def _bar(line: PlaceLine) -> Bar:
    words = f"{line.visited:,} / {line.households:,}"
    return Bar(_short(line.path), line.visited, note=f"走访 {line.visits:,} 次", target=line.aim, words=words)


def _share_chip(share: float, behind: bool) -> tuple[str, Tone]:
    return f"{round(100 * share)}%", "warn" if behind else "ok"


def _short(path: str) -> str:
    """``谷来镇·马村·第2网格`` as ``马村第2网格``."""
    return "".join(path.split("·")[-2:]) if path.count("·") > 1 else path.split("·")[-1]

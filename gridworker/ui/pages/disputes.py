"""纠纷 / 案件: all disputes of one's area, grouped by where they stand."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from PySide6.QtWidgets import QWidget

from gridworker.records import KINDS
from gridworker.records.kind import Role
from gridworker.records.kinds.dispute import MACHINE, STATES
from gridworker.ui.page import Frame, Page
from gridworker.ui.page_head import PageHead
from gridworker.ui.pages.case_words import RUNNING, SOON_DAYS, deadline
from gridworker.ui.tokens import Tone
from gridworker.ui.widgets import (
    Card,
    ChipChoice,
    Column,
    EmptyState,
    LinkButton,
    ListRow,
    Row,
    RowList,
    Scroll,
    SectionTitle,
    clear,
)
from gridworker.ui.wording import moment_words
from gridworker.ui.work import Work

ORDER: Final = (
    "registered",
    "accepted",
    "mediating",
    "agreed",
    "visited",
    "failed",
    "transferred",
    "withdrawn",
    "refused",
    "archived",
)
"""Groups in the order of the work; what has ended comes last."""

OPEN: Final = tuple(state for state in ORDER if state not in MACHINE.ended)

AT_ONCE: Final = 20
FEW: Final = 5
"""Rows of a group that are shown before 显示更多: of what is going on, and of what has ended."""

MOST_HITS: Final = 200
FILTERS: Final = {"open": "在办", "soon": "临期", "mine": "我主办", "risky": "高风险", "all": "全部"}

Fields = Mapping[str, Any]
Where = tuple[tuple[str, str, Any], ...]


@dataclass(frozen=True)
class Group:
    """The disputes of one state: how many there are, and the row numbers of the first ones."""

    state: str
    rows: array[int]
    total: int


class DisputesPage(Page):
    """Filters on top, one card a state. Only what is shown is read; the rest is counted by the index."""

    key = "disputes"
    icon = "handshake"
    search_hint = "纠纷名称、当事人姓名或拼音、地点"
    primary = "new"
    primary_words = "登记纠纷"

    def __init__(self, work: Work, new: Callable[[Frame], object]) -> None:
        """*new* opens the form of a new dispute."""
        self._work = work
        self._new = new
        self._words = ""
        self._more: dict[str, int] = {}
        self._standing: object = None
        role = work.ledger.me.role
        self.title = "案件" if role == Role.MEDIATOR else "纠纷"
        self._own = "reporter" if role == Role.GRID_WORKER else "mediator"

    def build(self, frame: Frame, head: PageHead) -> QWidget:
        """Chips above, groups below."""
        self._frame, self._head = frame, head
        body = QWidget()
        column = Column(body, gap=12)
        self._filters = ChipChoice("筛选", list(self._filter_words().items()))
        self._filters.choose("open")
        self._filters.chosen.connect(lambda _: self._start_again())
        column.addWidget(self._filters)
        self._scroll = Scroll(gap=12)
        column.addWidget(self._scroll, 1)
        return body

    def shown(self) -> None:
        """Coming back shows how things stand now."""
        self._load()

    def redraw(self, kinds: frozenset[str]) -> None:
        """A dispute or a case changed."""
        if kinds & {"dispute", "mediation_case", "mediation_session", "conflict"}:
            self._load()

    def search(self, text: str) -> None:
        """Only what fits the words."""
        self._words = text
        self._start_again()

    def act(self, act_id: str) -> bool:
        """Ctrl+N."""
        if act_id != "new":
            return False
        self._new(self._frame)
        return True

    # ------------------------------------------------------------------ reading

    def _start_again(self) -> None:
        self._more = {}
        self._load()
        self._scroll.verticalScrollBar().setValue(0)

    def _load(self) -> None:
        groups = self._found() if self._words else self._filtered(self._filters.value())
        page = self._work.ledger.page
        shown = [(group, page("dispute", group.rows[: self._most(group.state)])) for group in groups]
        asked = (self._words, self._filters.value(), self._work.today(), shown)
        if asked != self._standing:
            # A sync that brought other things must not make the list flicker.
            self._standing = asked
            self._show(shown)
        counts = {key: self._count(key) for key in ("open", "soon", "mine", "risky")}
        for key, words in self._filter_words(counts).items():
            button = self._filters.button(key)
            button.set_caption(words)
            button.setAccessibleName(f"筛选：{words}")
        soon = f"，其中 {counts['soon']} 件快到期或已超期" if counts["soon"] else ""
        self._head.set_context(f"在办 {counts['open']:,} 件{soon}")

    def _show(self, shown: list[tuple[Group, list[dict[str, Any]]]]) -> None:
        clear(self._scroll.body)
        for group, disputes in shown:
            self._scroll.body.addWidget(self._group(group, disputes))
        if not shown:
            self._scroll.body.addWidget(self._empty())
        self._scroll.body.addStretch(1)

    def _found(self) -> list[Group]:
        ledger = self._work.ledger
        hits = [hit.id for hit in ledger.search(self._words, ("dispute",), MOST_HITS)]
        by_state: dict[str, array[int]] = {}
        for dispute in ledger.many("dispute", hits).values():
            by_state.setdefault(str(dispute.get("state")), array("q")).append(int(dispute["_row"]))
        return [Group(state, by_state[state], len(by_state[state])) for state in ORDER if state in by_state]

    def _filtered(self, key: str) -> list[Group]:
        found = (self._group_of(state, self._wheres(key)) for state in self._states(key))
        return [group for group in found if group.total]

    def _group_of(self, state: str, wheres: tuple[Where, ...]) -> Group:
        """One condition is answered by an index, and only as many rows are read as are shown."""
        ledger, here = self._work.ledger, ("state", "=", state)
        order = ("-due",) if state in MACHINE.ended else ("due",)
        if len(wheres) == 1:
            where = (here, *wheres[0])
            return Group(state, ledger.ids("dispute", where, order, self._most(state)), ledger.count("dispute", where))
        answers = (ledger.ids("dispute", (here, *where), order) for where in wheres)
        rows = array("q", dict.fromkeys(row for answer in answers for row in answer))
        return Group(state, rows, len(rows))

    def _most(self, state: str) -> int:
        """How many rows of a state are shown now."""
        return (FEW if state in MACHINE.ended else AT_ONCE) + self._more.get(state, 0)

    def _count(self, key: str) -> int:
        state = ("state", "in", list(self._states(key)))
        wheres = self._wheres(key)
        if len(wheres) == 1:
            return self._work.ledger.count("dispute", (state, *wheres[0]))
        return len({row for where in wheres for row in self._work.ledger.ids("dispute", (state, *where))})

    def _states(self, key: str) -> tuple[str, ...]:
        return {"all": ORDER, "soon": RUNNING}.get(key, OPEN)

    def _wheres(self, key: str) -> tuple[Where, ...]:
        """Conditions beside the state; a dispute that meets any of them fits."""
        match key:
            case "soon":
                last = self._work.today() + timedelta(days=SOON_DAYS)
                return ((("due", "<=", last.isoformat()),),)
            case "mine":
                return (((self._own, "=", self._work.ledger.me.person),),)
            case "risky":
                return ((("risk", "=", "high"),), (("escalating", "=", True),))
        return ((),)

    def _filter_words(self, counts: Mapping[str, int] | None = None) -> dict[str, str]:
        words = dict(FILTERS)
        if self._own == "reporter":
            words["mine"] = "我登记的"
        return {key: f"{word} {counts[key]:,}" if counts and counts.get(key) else word for key, word in words.items()}

    # ------------------------------------------------------------------ showing

    def _group(self, group: Group, disputes: list[dict[str, Any]]) -> QWidget:
        card = Card(margins=(0, 14, 0, 8), gap=6)
        title = SectionTitle(STATES[group.state], f"{group.total:,}")
        head = Row(margins=(18, 0, 14, 0))
        head.addWidget(title)
        card.body.addLayout(head)
        rows = RowList()
        for dispute in disputes:
            rows.add(self._row(dispute))
        card.body.addWidget(rows)
        if group.total > len(disputes):
            card.body.addLayout(self._more_of(group.state, group.total - len(disputes)))
        return card

    def _more_of(self, state: str, left: int) -> Row:
        row = Row(margins=(10, 0, 10, 0), gap=0)
        row.addWidget(LinkButton(f"显示更多（还有 {left:,} 件）", lambda: self._show_more(state)))
        row.addStretch(1)
        return row

    def _show_more(self, state: str) -> None:
        self._more[state] = self._more.get(state, 0) + 5 * AT_ONCE
        self._load()

    def _row(self, dispute: dict[str, Any]) -> ListRow:
        state = str(dispute.get("state"))
        row = ListRow(
            KINDS["dispute"].title_of(dispute),
            tags=self._tags(dispute),
            line=self._line(dispute),
            due=deadline(dispute, self._work.today()),
            icon_name="handshake",
            icon_tone="text3" if state in MACHINE.ended else "primary",
        )
        row.opened.connect(lambda: self._frame.go("case", dispute["id"]))
        return row

    def _tags(self, dispute: Fields) -> list[tuple[str, Tone]]:
        kind = KINDS["dispute"]
        tags: list[tuple[str, Tone]] = [(kind.by_name["dispute_type"].shown(dispute.get("dispute_type")), "neutral")]
        if dispute.get("escalating"):
            tags.append(("有激化迹象", "bad"))
        elif dispute.get("risk") == "high":
            tags.append(("高风险", "bad"))
        elif dispute.get("risk") == "medium":
            tags.append(("中风险", "warn"))
        if dispute.get("_state") == "conflict":
            tags.append(("需要核对", "warn"))
        return [tag for tag in tags if tag[0]]

    def _line(self, dispute: Fields) -> str:
        parties = [party.get("name", "") for _, party in sorted((dispute.get("parties") or {}).items())]
        going_on = dispute.get("state") in RUNNING and dispute.get("next_at")
        last = f"下次调解 {moment_words(int(dispute['next_at']), self._work.today())}" if going_on else ""
        words = [
            "、".join(name for name in parties if name),
            self._work.ledger.region_path(str(dispute.get("grid", ""))),
            last or dispute.get("outcome") or "",
        ]
        return "　".join(str(word) for word in words if word)

    def _empty(self) -> EmptyState:
        if self._words or self._filters.value() not in ("open", "all"):
            return EmptyState(
                "filter",
                "没有找到符合的纠纷。",
                "试试减少几个字，或者换一个筛选。",
                ways_out=[("看全部", self._show_all)],
            )
        return EmptyState(
            "handshake",
            "现在没有在办的纠纷。",
            "走访时听到的纠纷，可以在“记走访”里直接转为纠纷。",
            ways_out=[("登记纠纷", lambda: self._new(self._frame)), ("看全部", self._show_all)],
        )

    def _show_all(self) -> None:
        self._words = ""
        if self._head.search_field is not None:
            self._head.search_field.set_quietly("")
        self._filters.choose("all")
        self._start_again()

"""纠纷 / 案件: all disputes of one's area, grouped by where they stand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final

from PySide6.QtWidgets import QWidget

from gridworker.records import KINDS
from gridworker.records.kind import Role
from gridworker.records.kinds.dispute import MACHINE, STATES
from gridworker.ui.page import Frame, Page
from gridworker.ui.page_head import PageHead
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
from gridworker.ui.wording import day_of, due_words
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

AT_ONCE: Final = 20
"""Rows of a group that are shown before 显示更多."""

SOON_DAYS: Final = 7

Fields = Mapping[str, Any]


class DisputesPage(Page):
    """Filters on top, one card a state."""

    key = "disputes"
    icon = "handshake"
    search_hint = "纠纷名称、当事人姓名或拼音、地点"
    primary = "new"

    def __init__(self, work: Work, new: Callable[[Frame], object]) -> None:
        """*new* opens the form of a new dispute."""
        self._work = work
        self._new = new
        self._words = ""
        self._more: dict[str, int] = {}
        self.title = "案件" if work.ledger.me.role == Role.MEDIATOR else "纠纷"

    def build(self, frame: Frame, head: PageHead) -> QWidget:
        """Chips above, groups below."""
        self._frame, self._head = frame, head
        body = QWidget()
        column = Column(body, gap=12)
        self._filters = ChipChoice(
            "筛选",
            [("open", "在办"), ("soon", "临期"), ("mine", "我主办"), ("risky", "高风险"), ("all", "全部")],
        )
        self._filters.choose("open")
        self._filters.chosen.connect(lambda _: self._load())
        column.addWidget(self._filters)
        self._scroll = Scroll(gap=12)
        column.addWidget(self._scroll, 1)
        return body

    def shown(self) -> None:
        """Coming back shows how things stand now."""
        self._load()

    def redraw(self, kinds: frozenset[str]) -> None:
        """A dispute or a case changed."""
        if kinds & {"dispute", "mediation_case", "mediation_session"}:
            self._load()

    def search(self, text: str) -> None:
        """Only what fits the words."""
        self._words = text
        self._load()

    def act(self, act_id: str) -> bool:
        """Ctrl+N."""
        if act_id != "new":
            return False
        self._new(self._frame)
        return True

    def _load(self) -> None:
        today = self._work.today()
        fitting = [each for each in self._found() if self._fits(each, today)]
        groups = {state: [each for each in fitting if each.get("state") == state] for state in ORDER}
        clear(self._scroll.body)
        for state, disputes in groups.items():
            if disputes:
                self._scroll.body.addWidget(self._group(state, disputes, today))
        if not fitting:
            self._scroll.body.addWidget(self._empty())
        self._scroll.body.addStretch(1)
        due = sum(1 for each in fitting if self._is_soon(each, today))
        self._head.set_context(f"{len(fitting)} 件" + (f"，其中 {due} 件快到期" if due else ""))

    def _found(self) -> list[dict[str, Any]]:
        ledger = self._work.ledger
        if not self._words:
            return ledger.find("dispute", order=("due",))
        hits = [hit.id for hit in ledger.search(self._words, ("dispute",), 200)]
        return list(ledger.many("dispute", hits).values())

    def _fits(self, dispute: Fields, today: date) -> bool:
        if self._words:
            return True
        is_open = dispute.get("state") not in MACHINE.ended
        match self._filters.value():
            case "soon":
                return self._is_soon(dispute, today)
            case "mine":
                me = self._work.ledger.me.person
                return is_open and me in (dispute.get("mediator"), dispute.get("reporter"))
            case "risky":
                return is_open and (dispute.get("risk") == "high" or bool(dispute.get("escalating")))
            case "all":
                return True
        return is_open

    def _is_soon(self, dispute: Fields, today: date) -> bool:
        due = day_of(dispute.get("due"))
        running = dispute.get("state") in ("accepted", "mediating")
        return running and due is not None and (due - today).days <= SOON_DAYS

    def _group(self, state: str, disputes: list[dict[str, Any]], today: date) -> QWidget:
        card = Card(margins=(0, 14, 0, 8), gap=6)
        title = SectionTitle(STATES[state], str(len(disputes)))
        head = Row(margins=(18, 0, 14, 0))
        head.addWidget(title)
        card.body.addLayout(head)
        rows = RowList()
        shown = AT_ONCE + self._more.get(state, 0)
        for dispute in disputes[:shown]:
            rows.add(self._row(dispute, today))
        card.body.addWidget(rows)
        if len(disputes) > shown:
            left = len(disputes) - shown
            more = LinkButton(f"显示更多（还有 {left} 件）", lambda: self._show_more(state))
            card.body.addWidget(more)
        return card

    def _show_more(self, state: str) -> None:
        self._more[state] = self._more.get(state, 0) + 5 * AT_ONCE
        self._load()

    def _row(self, dispute: dict[str, Any], today: date) -> ListRow:
        state = str(dispute.get("state"))
        due = due_words(day_of(dispute.get("due")), today) if state in ("accepted", "mediating") else None
        row = ListRow(
            KINDS["dispute"].title_of(dispute),
            tags=self._tags(dispute),
            line=self._line(dispute),
            due=due,
            icon_name="handshake",
        )
        row.opened.connect(lambda: self._frame.go("case", dispute["id"]))
        return row

    def _tags(self, dispute: Fields) -> list[tuple[str, Tone]]:
        kind = KINDS["dispute"]
        tags: list[tuple[str, Tone]] = [(kind.by_name["dispute_type"].shown(dispute.get("dispute_type")), "neutral")]
        if dispute.get("risk") == "high" or dispute.get("escalating"):
            tags.append(("高风险", "bad"))
        elif dispute.get("risk") == "medium":
            tags.append(("中风险", "warn"))
        if dispute.get("_state") == "conflict":
            tags.append(("需要核对", "warn"))
        return [tag for tag in tags if tag[0]]

    def _line(self, dispute: Fields) -> str:
        parties = [party.get("name", "") for _, party in sorted((dispute.get("parties") or {}).items())]
        words = [
            "、".join(name for name in parties if name),
            self._work.ledger.region_path(str(dispute.get("grid", ""))),
            dispute.get("outcome") or "",
        ]
        return "　".join(word for word in words if word)

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
        self._load()

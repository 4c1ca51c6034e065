"""The pane beside the list of households: what one wants to know before knocking."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from PySide6.QtWidgets import QWidget

from gridworker.records import KINDS
from gridworker.records.identity import masked_phone
from gridworker.ui.page import Frame
from gridworker.ui.theme import px
from gridworker.ui.widgets import (
    Avatar,
    Card,
    Column,
    Elide,
    EmptyState,
    Entry,
    KeyValue,
    PrimaryButton,
    QuietButton,
    Row,
    Scroll,
    SectionTitle,
    Tags,
    Timeline,
    clear,
)
from gridworker.ui.wording import due_words, moment_words, tag_chips
from gridworker.ui.work import Work

WIDTH: Final = 300
RECENT: Final = 3

MODE_ICONS: Final[Mapping[str, str]] = {"home": "home", "phone": "call", "met": "people", "came": "building_home"}


def recent_entries(work: Work, household: str, most: int) -> list[Entry]:
    """The last visits to a household, newest first."""
    kind, today = KINDS["visit"], work.today()
    return [
        Entry(
            kind.by_name["mode"].shown(visit.get("mode")) + ("·未遇" if visit.get("met") is False else ""),
            moment_words(int(visit["visited_at"]), today),
            str(visit.get("text") or ""),
            icon_name=MODE_ICONS.get(str(visit.get("mode")), "notebook"),
            tone="neutral" if visit.get("met") is False else "primary",
            key=("visit", visit["id"]),
        )
        for visit in work.ledger.visits_of(household, most)
    ]


class HomePreview(Card):
    """One household at a glance, with the two usual acts."""

    def __init__(
        self,
        work: Work,
        frame: Frame,
        visit: Callable[[str], object],
        dispute: Callable[[Mapping[str, Any]], object],
    ) -> None:
        super().__init__(margins=(18, 18, 8, 12))
        self._work, self._frame, self._visit, self._dispute = work, frame, visit, dispute
        self._home: Mapping[str, Any] | None = None
        self._scroll = Scroll(margins=(0, 0, 10, 0), gap=12)
        self.body.addWidget(self._scroll)
        self.rescale()
        self.show_home(None)

    def rescale(self) -> None:
        """Take the size in use."""
        self.setFixedWidth(px(WIDTH))

    def refresh(self) -> None:
        """The household may have changed."""
        if self._home is not None:
            fields = self._work.ledger.get("household", str(self._home["id"]))
            self.show_home(None if fields is None else {**fields, "id": self._home["id"]})

    def show_home(self, home: Mapping[str, Any] | None) -> None:
        """Show *home*, or that none is chosen."""
        self._home = home
        clear(self._scroll.body)
        if home is None:
            self._scroll.body.addWidget(EmptyState("home_person", "这里显示选中的住户。"))
            return
        for part in (self._head(home), self._pairs(home), self._acts(home)):
            self._scroll.body.addWidget(part)
        self._scroll.body.addWidget(SectionTitle("最近走访"))
        entries = recent_entries(self._work, str(home["id"]), RECENT)
        self._scroll.body.addWidget(Timeline(entries) if entries else EmptyState("notebook", "还没有走访记录。"))
        self._scroll.body.addStretch(1)

    def _head(self, home: Mapping[str, Any]) -> QWidget:
        part = QWidget()
        part.setObjectName("clear")
        column = Column(part, gap=8)
        row = Row(gap=12)
        row.addWidget(Avatar(str(home.get("head_name") or ""), 44))
        words = Column(gap=1)
        words.addWidget(Elide(str(home.get("head_name") or ""), "h2"))
        number = "·".join(
            part
            for part in (str(home.get("household_no") or ""), f"{home['members']} 口人" if home.get("members") else "")
            if part
        )
        words.addWidget(Elide(number, "hint2"))
        row.addLayout(words, 1)
        column.addLayout(row)
        if tags := tag_chips(home.get("tags")):
            column.addWidget(Tags(tags))
        return part

    def _pairs(self, home: Mapping[str, Any]) -> KeyValue:
        pairs = KeyValue(key_width=56)
        pairs.put("地址", str(home.get("address") or ""))
        pairs.put("电话", masked_phone(str(home["phone"])) if home.get("phone") else "")
        pairs.put("网格", self._work.ledger.region_path(str(home.get("grid") or "")))
        ledger, household = self._work.ledger, str(home["id"])
        due = due_words(ledger.due_days([household]).get(household), self._work.today())
        if due is not None:
            pairs.put("应走访", due[0], tone=due[1] if due[1] == "bad" else None)
        if home.get("living_state"):
            pairs.put("居住", str(home["living_state"]))
        if home.get("next_visit"):
            pairs.put("约定", str(home["next_visit"]))
        return pairs

    def _acts(self, home: Mapping[str, Any]) -> QWidget:
        part = QWidget()
        part.setObjectName("clear")
        column = Column(part, gap=8)
        column.addWidget(PrimaryButton("记走访", lambda: self._visit(str(home["id"])), icon_name="notebook_add"))
        row = Row(gap=8)
        row.addWidget(QuietButton("打开档案", lambda: self._frame.go("household", str(home["id"]))), 1)
        row.addWidget(QuietButton("登记纠纷", lambda: self._dispute(home)), 1)
        column.addLayout(row)
        return part

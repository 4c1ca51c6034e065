"""户档案: one household with its members, visits, disputes, matters and history."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from PySide6.QtWidgets import QWidget

from gridworker.records.codes import HOUSEHOLD_TAGS, TAG_TONES
from gridworker.ui.page import Frame, Page
from gridworker.ui.page_head import PageHead
from gridworker.ui.pages import household_tabs as tabs
from gridworker.ui.pages.home_forms import HomeForms
from gridworker.ui.tokens import Tone
from gridworker.ui.widgets import Card, ChipChoice, Column, Row, Scroll, clear
from gridworker.ui.wording import due_words, state_chip
from gridworker.ui.work import Work

TABS: Final = (
    ("overview", "概况"),
    ("members", "成员"),
    ("visits", "走访"),
    ("matters", "纠纷与事项"),
    ("history", "历史"),
)


class HouseholdPage(Page):
    """Tabs at the left, what must not be forgotten at the right."""

    key = "household"
    title = "户档案"
    icon = "home_person"
    place = "none"
    back_to = ("住户", "homes")

    def __init__(self, work: Work, forms: HomeForms, visit: Callable[[str], object]) -> None:
        self._work, self._forms, self._visit = work, forms, visit
        self._id = ""

    def build(self, frame: Frame, head: PageHead) -> QWidget:
        """Made once; :meth:`opened` fills it."""
        self._frame, self._head = frame, head
        head.add_button("修改", self._edit, icon_name="edit")
        head.add_button("登记纠纷", self._dispute, icon_name="handshake")
        head.add_button("记走访", lambda: self._visit(self._id), icon_name="notebook_add", kind="primary")
        body = QWidget()
        column = Column(body, gap=12)
        self._tabs = ChipChoice("户档案的部分", list(TABS))
        self._tabs.choose("overview")
        self._tabs.chosen.connect(lambda _: self._show_tab())
        column.addWidget(self._tabs)
        halves = Row(gap=12)
        column.addLayout(halves, 1)
        card = Card(margins=(18, 14, 8, 10))
        self._scroll = Scroll(margins=(0, 0, 10, 0), gap=12)
        card.body.addWidget(self._scroll)
        halves.addWidget(card, 3)
        self._side = Scroll(gap=12)
        halves.addWidget(self._side, 2)
        return body

    def opened(self, target: object) -> None:
        """*target*: the id of the household."""
        self._id = str(target)
        self._tabs.choose("overview")

    def shown(self) -> None:
        """Show how it stands now."""
        self._load()

    def redraw(self, kinds: frozenset[str]) -> None:
        """Something of the household changed."""
        self._load()

    def act(self, act_id: str) -> bool:
        """F2 edits, Ctrl+N adds a member."""
        if act_id == "edit":
            self._edit()
        elif act_id == "new":
            self._add_member()
        else:
            return False
        return True

    def _load(self) -> None:
        home = self._work.ledger.get("household", self._id)
        if home is None:
            self._frame.go("homes")
            return
        self._home = home
        self._show_head(home)
        self._show_tab()
        self._show_side(home)

    def _show_head(self, home: Mapping[str, Any]) -> None:
        ledger, today = self._work.ledger, self._work.today()
        self._head.set_title(str(home.get("head_name") or ""))
        place = "·".join(str(p) for p in (home.get("household_no"), home.get("address")) if p)
        self._head.set_context(place)
        chips: list[tuple[str, Tone]] = [(HOUSEHOLD_TAGS.get(t, t), _tone(t)) for t in home.get("tags") or ()]
        self._head.set_chips([*chips[:4], state_chip(ledger.state_of("household", self._id))])
        due = ledger.due_days([self._id]).get(self._id)
        said = due_words(due, today)
        self._head.set_note(f"应走访：{said[0]}" if said else "", said[1] if said else None)

    def _show_tab(self) -> None:
        clear(self._scroll.body)
        body, work = self._scroll.body, self._work
        match self._tabs.value():
            case "members":
                body.addWidget(tabs.members(work, self._id, self._edit_member, self._add_member))
            case "visits":
                body.addWidget(tabs.visits(work, self._id, lambda key: self._frame.go("visits", key)))
            case "matters":
                body.addWidget(tabs.matters(work, self._id, self._frame))
            case "history":
                body.addWidget(tabs.history(work, "household", self._id))
            case _:
                body.addWidget(tabs.overview(work, self._home, self._frame))
        body.addStretch(1)

    def _show_side(self, home: Mapping[str, Any]) -> None:
        clear(self._side.body)
        for card in tabs.reminders(self._work, self._id, home, self._frame, self._load):
            self._side.body.addWidget(card)
        self._side.body.addStretch(1)

    def _edit(self) -> None:
        self._forms.edit_home(self._frame, {**self._home, "id": self._id})

    def _dispute(self) -> None:
        self._forms.dispute(self._home | {"id": self._id})

    def _add_member(self) -> None:
        self._forms.new_member(self._frame, {**self._home, "id": self._id})

    def _edit_member(self, person: str) -> None:
        self._forms.edit_member(self._frame, person)


def _tone(tag: str) -> Tone:
    return TAG_TONES.get(tag, "neutral")  # type: ignore[return-value]

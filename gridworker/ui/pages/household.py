"""户档案: one household with its members, visits, disputes, matters and history."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from PySide6.QtWidgets import QWidget

from gridworker.records import KINDS
from gridworker.ui.page import Frame, Page
from gridworker.ui.page_head import PageHead
from gridworker.ui.pages import household_tabs as tabs
from gridworker.ui.pages.home_forms import HomeForms
from gridworker.ui.pages.home_move import MoveDrawer, bound_banner, bound_words
from gridworker.ui.pages.household_side import recent_card, reminders_card, tags_card
from gridworker.ui.widgets import Button, Card, Column, Row, Scroll, TabStrip, clear
from gridworker.ui.wording import due_words, state_chip, tag_chips
from gridworker.ui.work import Work

OVERVIEW, MEMBERS, VISITS, MATTERS, HISTORY = range(5)
TITLES: Final = ("概况", "成员", "走访", "纠纷与事项", "历史")
ONE_COLUMN: Final = 820
"""Design pixels of the window below which the right column stands under the tabs' content."""
CHIPS: Final = 4


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
        self._home: dict[str, Any] = {}
        self._phones = self._tags_shown = self._one_column = False

    def build(self, frame: Frame, head: PageHead) -> QWidget:
        """Made once; :meth:`opened` fills it."""
        self._frame, self._head = frame, head
        if self._forms.may("edit", "household"):
            head.add_button("修改", self._edit, icon_name="edit")
        head.add_button("登记纠纷", self._dispute, icon_name="handshake")
        head.add_button("记走访", self._write, icon_name="notebook_add", kind="primary")
        body = QWidget()
        column = Column(body, gap=10)
        self._tabs = TabStrip("户档案的部分", TITLES)
        self._tabs.currentChanged.connect(lambda _: self._turned())
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
        self._phones = self._tags_shown = False
        self._tabs.setCurrentIndex(OVERVIEW)

    def shown(self) -> None:
        """Show how it stands now."""
        self._load()

    def redraw(self, kinds: frozenset[str]) -> None:
        """Something of the household changed."""
        if kinds - {"audit", "draft"}:
            self._load()

    def fitted(self, width: int) -> None:
        """Where two columns have no room the right one goes on below the left."""
        one_column = width < ONE_COLUMN
        if one_column != self._one_column:
            self._one_column = one_column
            self._side.setVisible(not one_column)
            self._show_all()

    def act(self, act_id: str) -> bool:
        """F2 edits, Ctrl+N adds a member, Del removes the household."""
        if act_id == "edit" and self._forms.may("edit", "household"):
            self._edit()
        elif act_id == "new" and self._forms.may("create", "person"):
            self._add_member()
        elif act_id == "remove" and self._forms.may("remove", "household"):
            self._forms.remove(self._frame, "household", self._id, str(self._home.get("head_name") or ""))
        else:
            return False
        return True

    def _load(self) -> None:
        home = self._work.ledger.get("household", self._id)
        if home is None:
            # Removed, or no longer in one's area: the list says what is there.
            self._frame.go("homes")
            return
        self._home = {**home, "id": self._id}
        self._show_head(self._home)
        self._show_all()

    def _show_head(self, home: Mapping[str, Any]) -> None:
        ledger, today = self._work.ledger, self._work.today()
        self._head.set_title(str(home.get("head_name") or ""))
        self._head.set_context("·".join(str(p) for p in (home.get("household_no"), home.get("address")) if p))
        chips = tag_chips(home.get("tags"))[:CHIPS]
        self._head.set_chips([*chips, state_chip(ledger.state_of("household", self._id))])
        said = due_words(ledger.due_days([self._id]).get(self._id), today)
        self._head.set_note(f"应走访：{said[0]}" if said else "", said[1] if said else None)

    def _turned(self) -> None:
        self._scroll.verticalScrollBar().setValue(0)
        self._show_all()

    def _show_all(self) -> None:
        clear(self._scroll.body)
        clear(self._side.body)
        if self._home:
            if words := bound_words(self._work.ledger, self._id):
                self._scroll.body.addWidget(bound_banner(self._work, self._frame, self._home, words))
            self._scroll.body.addWidget(self._tab(self._tabs.currentIndex()))
            self._add_side(self._scroll.body if self._one_column else self._side.body)
        self._scroll.body.addStretch(1)
        self._side.body.addStretch(1)

    def _tab(self, number: int) -> QWidget:
        work, forms = self._work, self._forms
        match number:
            case tab if tab == MEMBERS:
                edit = self._edit_member if forms.may("edit", "person") else None
                add = self._add_member if forms.may("create", "person") else None
                return tabs.members(work, self._id, edit, add)
            case tab if tab == VISITS:
                may_write = KINDS["visit"].may("create", work.ledger.me.role)
                return tabs.visits(work, self._id, self._read, self._write if may_write else None)
            case tab if tab == MATTERS:
                return tabs.matters(work, self._id, self._frame, self._dispute)
            case tab if tab == HISTORY:
                return tabs.history(work, "household", self._id)
            case _:
                return tabs.overview(
                    work, self._home, self._frame, self._edit, whole=self._phones, show=self._show_phones
                )

    def _add_side(self, body: Column) -> None:
        work, home = self._work, self._home
        sensitive = tags_card(work, self._frame, self._forms, home, whole=self._tags_shown, show=self._show_sensitive)
        recent = recent_card(work, self._id, self._read) if self._tabs.currentIndex() != VISITS else None
        reminders = reminders_card(work, self._frame, home, lambda visit: self._frame.go("visits", visit))
        for card in (reminders, sensitive, recent):
            if card is not None:
                body.addWidget(card)
        if self._forms.may("move", "household") and not bound_words(work.ledger, self._id):
            body.addWidget(Button("迁到别的网格…", self._move, kind="quiet", icon_name="arrow_export"))

    def _show_phones(self) -> None:
        self._phones = True
        self._show_all()

    def _show_sensitive(self) -> None:
        self._tags_shown = True
        self._show_all()

    def _read(self, key: object) -> None:
        self._frame.go("visits", key)

    def _write(self) -> None:
        self._visit(self._id)

    def _edit(self) -> None:
        self._forms.edit_home(self._frame, self._home)

    def _move(self) -> None:
        self._frame.open_drawer(MoveDrawer(self._work, self._frame, self._home))

    def _dispute(self) -> None:
        self._forms.dispute(self._home)

    def _add_member(self) -> None:
        self._forms.new_member(self._frame, self._home)

    def _edit_member(self, person: str) -> None:
        self._forms.edit_member(self._frame, person)

"""案件: one dispute from its registration to the archive."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from gridworker.errors import NotAllowed
from gridworker.records import KINDS
from gridworker.records.kind import Role
from gridworker.records.kinds.dispute import MACHINE, STATES, STEPS
from gridworker.records.machine import Move
from gridworker.ui.page import Frame, Page
from gridworker.ui.page_head import PageHead
from gridworker.ui.pages.case_acts import CaseActs
from gridworker.ui.pages.case_side import agreement_card, confidential_card, facts_card, parties_card
from gridworker.ui.pages.case_story import story
from gridworker.ui.tokens import Tone
from gridworker.ui.widgets import Card, ChipChoice, Column, Row, Scroll, SectionTitle, Stepper, Timeline, clear
from gridworker.ui.wording import day_of, due_words
from gridworker.ui.work import Work

STEP_TITLES = ("登记", "受理", "调解", "达成协议", "回访", "归档")


class CasePage(Page):
    """Stepper on top, what happened at the left, who and what at the right."""

    key = "case"
    title = "案件"
    icon = "handshake"
    place = "none"
    back_to = ("纠纷", "disputes")

    def __init__(self, work: Work) -> None:
        self._work = work
        self._dispute = ""

    def build(self, frame: Frame, head: PageHead) -> QWidget:
        """Made once; :meth:`opened` fills it."""
        self._frame, self._head = frame, head
        self._acts = CaseActs(self._work, frame)
        self._more = head.add_button("更多", self._ask_more, icon_name="more_horizontal")
        self._edit = head.add_button("修改", self._change, icon_name="edit")
        self._next = head.add_button("记一次调解", self._go_on, icon_name="add", kind="primary")
        body = QWidget()
        column = Column(body, gap=12)
        steps = Card(margins=(18, 12, 18, 12))
        self._stepper = Stepper(STEP_TITLES)
        steps.body.addWidget(self._stepper)
        column.addWidget(steps)
        halves = Row(gap=12)
        halves.addWidget(self._story_card(), 3)
        self._side = Scroll(gap=12)
        halves.addWidget(self._side, 2)
        column.addLayout(halves, 1)
        return body

    def opened(self, target: object) -> None:
        """*target*: the id of the dispute."""
        self._dispute = str(target)

    def shown(self) -> None:
        """Show how it stands now."""
        self._load()

    def redraw(self, kinds: frozenset[str]) -> None:
        """Something of the case changed."""
        if kinds & {"dispute", "mediation_case", "mediation_session", "visit", "conflict"}:
            self._load()

    def act(self, act_id: str) -> bool:
        """F2 edits, Ctrl+N records a session."""
        if act_id == "edit":
            self._change()
        elif act_id == "new":
            self._go_on()
        else:
            return False
        return True

    def _story_card(self) -> QWidget:
        card = Card(margins=(18, 14, 8, 8))
        title = SectionTitle("办理经过")
        self._which = ChipChoice("办理经过", [("all", "全部"), ("sessions", "只看调解")])
        self._which.choose("all")
        self._which.chosen.connect(lambda _: self._load())
        title.end.addWidget(self._which)
        card.body.addWidget(title)
        scroll = Scroll()
        self._timeline = Timeline()
        scroll.body.addWidget(self._timeline)
        card.body.addWidget(scroll, 1)
        return card

    def _load(self) -> None:
        ledger = self._work.ledger
        dispute = ledger.get("dispute", self._dispute)
        if dispute is None:
            self._frame.go("disputes")
            return
        self._fields = dispute
        found = ledger.find("mediation_case", where=(("dispute", "=", self._dispute),), limit=1)
        self._case = found[0] if found else None
        sessions = ledger.find("mediation_session", where=(("dispute", "=", self._dispute),), order=("-held_at",))
        self._sessions = sessions
        self._show_head(dispute)
        self._show_story(dispute, sessions)
        self._show_side(dispute)

    def _show_head(self, dispute: Mapping[str, Any]) -> None:
        kind, state, today = KINDS["dispute"], str(dispute["state"]), self._work.today()
        self._head.set_title(kind.title_of(dispute))
        number = (self._case or {}).get("case_no") or (self._case or {}).get("provisional_no") or ""
        self._head.set_context(str(number))
        tone: Tone = MACHINE.tones.get(state, "neutral")  # type: ignore[assignment]
        chips: list[tuple[str, Tone]] = [(STATES[state], tone)]
        chips.append((kind.by_name["dispute_type"].shown(dispute.get("dispute_type")), "neutral"))
        if dispute.get("_state") == "conflict":
            chips.append(("需要核对", "warn"))
        self._head.set_chips(chips)
        due = day_of(dispute.get("due")) if state in ("accepted", "mediating") else None
        said = due_words(due, today, soon=7)
        self._head.set_note(f"调解期限{said[0]}（{due:%m-%d}）" if said and due else "", said[1] if said else None)
        step = STEPS.index(state) if state in STEPS else (2 if state == "failed" else 1)
        self._stepper.set_steps(STEP_TITLES, step, failed=state in ("failed", "refused", "withdrawn"))
        self._show_next(state)

    def _show_next(self, state: str) -> None:
        mediates = self._work.ledger.me.role in (Role.MEDIATOR, Role.SUPERVISOR)
        words = {"registered": "受理", "accepted": "记一次调解", "mediating": "记一次调解", "agreed": "记回访"}.get(
            state
        )
        allowed = words is not None and (mediates or state == "agreed")
        self._next.setVisible(allowed)
        if words:
            self._next.set_caption(words)

    def _show_story(self, dispute: Mapping[str, Any], sessions: list[dict[str, Any]]) -> None:
        ledger = self._work.ledger
        visits = []
        if dispute.get("visit") and (visit := ledger.get("visit", str(dispute["visit"]))) is not None:
            visits.append(visit)
        entries = story(dispute, self._case, sessions, visits, ledger.names(), self._work.today())
        if self._which.value() == "sessions":
            entries = [each for each in entries if each.icon_name in ("handshake", "calendar_clock")]
        self._timeline.set_entries(entries)

    def _show_side(self, dispute: Mapping[str, Any]) -> None:
        ledger = self._work.ledger
        clear(self._side.body)
        parties = (self._case or {}).get("parties") or dispute.get("parties") or {}
        area = ledger.region_path(str(dispute.get("grid", "")))
        body = self._side.body
        body.addWidget(parties_card(parties, self._change_parties))
        body.addWidget(facts_card(dispute, self._case, ledger.names(), area))
        if self._case is not None and (card := agreement_card(self._case)) is not None:
            body.addWidget(card)
        accepted = dispute["state"] not in ("registered", "refused")
        if self._case is None and accepted and ledger.me.role == Role.GRID_WORKER:
            body.addWidget(confidential_card())
        body.addStretch(1)

    def _go_on(self) -> None:
        match self._fields["state"]:
            case "registered":
                self._acts.accept(self._fields)
            case "accepted" | "mediating":
                self._acts.record_session(self._fields, self._case, self._sessions)
            case "agreed":
                self._acts.record_return_visit(self._fields, self._case)

    def _change(self) -> None:
        self._acts.edit(self._fields)

    def _change_parties(self) -> None:
        self._acts.edit_parties(self._fields, self._case)

    def _ask_more(self) -> None:
        menu = QMenu(self._more)
        state, role = str(self._fields["state"]), self._work.ledger.me.role
        moves = [move for move in MACHINE.moves if state in move.sources]
        for move in moves:
            menu.addAction(self._move_entry(menu, move, role))
        if not moves:
            nothing = QAction("已经办完，没有下一步", menu)
            nothing.setEnabled(False)
            menu.addAction(nothing)
        menu.setToolTipsVisible(True)
        menu.popup(self._more.mapToGlobal(self._more.rect().bottomLeft()))

    def _move_entry(self, menu: QMenu, move: Move, role: str) -> QAction:
        entry = QAction(move.title, menu)
        if role not in move.roles:
            entry.setEnabled(False)
            entry.setToolTip(NotAllowed.advice)
        elif move.source_of_law:
            entry.setToolTip(move.source_of_law)
        entry.triggered.connect(lambda: self._acts.move(self._fields, self._case, move))
        return entry

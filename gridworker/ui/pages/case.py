"""案件: one dispute from its registration to the archive."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from PySide6.QtWidgets import QWidget

from gridworker.records import KINDS
from gridworker.records.kind import Role
from gridworker.records.kinds.dispute import MACHINE, STATES
from gridworker.ui.message_bar import Message
from gridworker.ui.page import Frame, Page
from gridworker.ui.page_head import PageHead
from gridworker.ui.pages import case_side as side
from gridworker.ui.pages.case_acts import CaseActs
from gridworker.ui.pages.case_menu import MoreDrawer, Offer, offers_of_moves
from gridworker.ui.pages.case_readers import TITLE as READERS
from gridworker.ui.pages.case_readers import ReadersDrawer, Restrict, may_restrict, offer_line, readers_of
from gridworker.ui.pages.case_story import SESSIONS, story
from gridworker.ui.pages.case_words import RUNNING, USUAL, deadline_note, number_words, steps, whereabouts
from gridworker.ui.tokens import Tone
from gridworker.ui.widgets import Card, ChipChoice, Column, Row, Scroll, SectionTitle, Stepper, Timeline, clear
from gridworker.ui.work import Work

Fields = Mapping[str, Any]

NEXT: Final[Mapping[str, tuple[str, str]]] = {
    "registered": ("受理", "checkmark"),
    "accepted": ("记一次调解", "add"),
    "mediating": ("记一次调解", "add"),
    "agreed": ("登记回访", "person_feedback"),
    "visited": ("归档", "archive"),
    "failed": ("归档", "archive"),
}
"""What usually comes next in each state."""


class CasePage(Page):
    """Stepper on top, what happened at the left, who and what at the right."""

    key = "case"
    title = "案件"
    icon = "handshake"
    place = "none"

    def __init__(self, work: Work, restrict: Restrict | None = None) -> None:
        """*restrict*: asks the centre that only named people see a case; None: there is no line to ask."""
        self._work, self._restrict = work, restrict
        self.back_to = ("案件" if work.ledger.me.role == Role.MEDIATOR else "纠纷", "disputes")
        self._dispute = ""
        self._resume = ""
        self._fields: dict[str, Any] = {}
        self._case: dict[str, Any] | None = None
        self._sessions: list[dict[str, Any]] = []

    def build(self, frame: Frame, head: PageHead) -> QWidget:
        """Made once; :meth:`opened` fills it."""
        self._frame, self._head = frame, head
        self._acts = CaseActs(self._work, frame)
        self._more = head.add_button("更多", self._show_more, icon_name="more_horizontal")
        self._edit = head.add_button("修改登记", self._change, icon_name="edit")
        self._next = head.add_button("记一次调解", self._go_on, icon_name="add", kind="primary")
        body = QWidget()
        column = Column(body, gap=12)
        stepped = Card(margins=(18, 12, 18, 12))
        self._stepper = Stepper(USUAL)
        stepped.body.addWidget(self._stepper)
        column.addWidget(stepped)
        halves = Row(gap=12)
        halves.addWidget(self._story_card(), 5)
        self._side = Scroll(gap=12)
        halves.addWidget(self._side, 3)
        column.addLayout(halves, 1)
        return body

    def opened(self, target: object) -> None:
        """*target*: the id of the dispute, or (id, form) to go on with a draft: ``session``, ``accept``, a state…"""
        if isinstance(target, tuple):
            self._dispute, self._resume = str(target[0]), str(target[1])
        else:
            self._dispute = str(target)

    def shown(self) -> None:
        """Show how it stands now."""
        self._load()
        resume, self._resume = self._resume, ""
        if resume and self._fields:
            self._go_on_with(resume)

    def redraw(self, kinds: frozenset[str]) -> None:
        """Something of the case changed."""
        if kinds & {"dispute", "mediation_case", "mediation_session", "visit", "conflict"}:
            self._load()

    def act(self, act_id: str) -> bool:
        """F2 edits, Ctrl+N does what comes next."""
        if act_id == "edit":
            self._change()
        elif act_id == "new" and not self._next.isHidden():
            self._go_on()
        else:
            return False
        return True

    def _story_card(self) -> QWidget:
        card = Card(margins=(18, 14, 8, 8))
        title = SectionTitle("办理经过")
        self._which = ChipChoice("办理经过", [("all", "全部"), ("sessions", "只看调解")])
        self._which.choose("all")
        self._which.chosen.connect(lambda _: self._show_story())
        title.end.addWidget(self._which)
        card.body.addWidget(title)
        scroll = Scroll(margins=(0, 0, 10, 0))
        self._timeline = Timeline()
        self._timeline.opened.connect(self._open)
        scroll.body.addWidget(self._timeline)
        card.body.addWidget(scroll, 1)
        return card

    # ------------------------------------------------------------------ showing

    def _load(self) -> None:
        ledger = self._work.ledger
        dispute = ledger.get("dispute", self._dispute)
        if dispute is None:
            self._fields = {}
            self._frame.go("disputes")
            self._frame.say(Message("这件纠纷已被移除，或不在您的范围内", "info"))
            return
        self._fields = {**dispute, "id": self._dispute, "_state": ledger.store.state_of("dispute", self._dispute)}
        mine = (("dispute", "=", self._dispute),)
        found = ledger.find("mediation_case", mine, order=("accepted_on",), limit=1)
        self._case = found[0] if found else None
        self._sessions = ledger.find("mediation_session", mine, order=("-held_at",))
        self._where = whereabouts(ledger, dispute, self._case)
        self._show_head()
        self._show_story()
        self._show_side()

    def _show_head(self) -> None:
        kind, dispute = KINDS["dispute"], self._fields
        state = str(dispute["state"])
        self._head.set_title(kind.title_of(dispute))
        self._head.set_context(number_words(self._case))
        chips: list[tuple[str, Tone]] = [(STATES[state], side.tone_of(state))]
        chips.append((kind.by_name["dispute_type"].shown(dispute.get("dispute_type")), "neutral"))
        if self._case is not None and (named := readers_of(self._case)):
            chips.append((f"限定 {len(named)} 人知情", "violet"))
        if dispute["_state"] == "conflict":
            chips.append(("需要核对", "warn"))
        self._head.set_chips(chips)
        self._head.set_note(*deadline_note(dispute, self._work.today()))
        titles, at, wrong = steps(dispute, self._case)
        self._stepper.set_steps(titles, at, failed=wrong)
        self._show_next(state)

    def _show_next(self, state: str) -> None:
        words, icon_name = NEXT.get(state, ("", ""))
        if state == "agreed" and self._case is not None and not self._case.get("agreement"):
            words, icon_name = "登记协议", "document_add"
        mediates = self._work.ledger.me.role in (Role.MEDIATOR, Role.SUPERVISOR)
        possible = mediates or state == "agreed"
        if mediates and self._where in ("coming", "restricted", "elsewhere"):
            possible = False
        self._next.setVisible(bool(words) and possible)
        if words:
            self._next.set_caption(words)
            self._next.set_icon(icon_name)

    def _show_story(self) -> None:
        ledger, dispute = self._work.ledger, self._fields
        visits = []
        if dispute.get("visit") and (visit := ledger.get("visit", str(dispute["visit"]))) is not None:
            visits.append({**visit, "id": str(dispute["visit"])})
        entries = story(dispute, self._case, self._sessions, visits, ledger.names(), self._work.today())
        self._which.setVisible(bool(self._sessions))
        if self._sessions and self._which.value() == "sessions":
            entries = [each for each in entries if isinstance(each.key, tuple) and each.key[0] in SESSIONS]
        self._timeline.set_entries(entries)

    def _show_side(self) -> None:
        ledger, dispute, case, body = self._work.ledger, self._fields, self._case, self._side.body
        clear(body)
        today, names = self._work.today(), ledger.names()
        if self._where != "here":
            body.addWidget(side.standing_card(dispute, today))
            card = side.whereabouts_card(self._where, ledger.me.role, lambda: self._frame.acts.trigger("sync"))
            if card is not None:
                body.addWidget(card)
        if case is not None and (agreement := side.agreement_card(case, today, self._agree)) is not None:
            body.addWidget(agreement)
        elif case is not None and dispute["state"] == "agreed":
            body.addWidget(side.agreement_wanted_card(self._agree))
        parties = (case or {}).get("parties") or dispute.get("parties") or {}
        body.addWidget(side.parties_card(parties, self._change_parties, self._call, told=case is not None))
        area = ledger.region_path(str(dispute.get("grid", "")))
        body.addWidget(side.facts_card(dispute, case, names, area))
        if case is not None:
            body.addWidget(side.case_card(case, names, lambda: self._acts.edit_case(case)))
        files = {**(dispute.get("photos") or {}), **((case or {}).get("evidence") or {})}
        if files and (album := self._work.references.album) is not None:
            body.addWidget(side.files_card(album, files))
        body.addStretch(1)

    # ------------------------------------------------------------------ doing

    def _go_on(self) -> None:
        dispute, case = self._fields, self._case
        match dispute["state"]:
            case "registered":
                self._acts.accept(dispute)
            case "accepted" | "mediating":
                self._acts.record_session(dispute, case, self._sessions)
            case "agreed" if case is not None and not case.get("agreement"):
                self._acts.agree(dispute, case)
            case "agreed":
                self._acts.record_return_visit(dispute, case)
            case "visited" | "failed":
                self._acts.move(dispute, case, self._sessions, "archived")

    def _go_on_with(self, form: str) -> None:
        """The form of a draft that was left."""
        session = next((each for each in self._sessions if each["id"] == form), None)
        if session is not None:
            self._acts.correct_session(session)
        elif form == "session":
            self._acts.record_session(self._fields, self._case, self._sessions)
        elif form == "parties":
            self._change_parties()
        elif form == "edit":
            self._change()
        elif form == "case" and self._case is not None:
            self._acts.edit_case(self._case)
        elif form == "accept":
            self._acts.accept(self._fields)
        elif form == "agreed" and self._case is not None:
            self._acts.agree(self._fields, self._case)
        elif MACHINE.move(str(self._fields["state"]), form) is not None:
            self._acts.move(self._fields, self._case, self._sessions, form)

    def _change(self) -> None:
        self._acts.edit(self._fields)

    def _change_parties(self) -> None:
        self._acts.edit_parties(self._fields, self._case)

    def _agree(self) -> None:
        if self._case is not None:
            self._acts.agree(self._fields, self._case)

    def _call(self, party: Fields) -> None:
        kind, record = ("mediation_case", self._case["id"]) if self._case is not None else ("dispute", self._dispute)
        self._work.ledger.audit("reveal", record_kind=kind, record=str(record), reason="联系当事人")
        self._frame.say(Message(f"{party.get('name')}　{party.get('phone')}", "info", "查看已记入操作记录。"))

    def _open(self, key: object) -> None:
        match key:
            case ("mediation_session", str(record)):
                session = next((each for each in self._sessions if each["id"] == record), None)
                if session is not None:
                    self._acts.read_session(session)
            case ("visit", str(record)):
                self._frame.go("visits", record)

    def _show_more(self) -> None:
        dispute, case = self._fields, self._case
        role = self._work.ledger.me.role
        moves = offers_of_moves(dispute, role, lambda move: self._acts.move(dispute, case, self._sessions, move.target))
        self._frame.open_drawer(MoreDrawer(self._frame, self._papers(role), moves))

    def _papers(self, role: str) -> list[Offer]:
        dispute, case = self._fields, self._case
        offers = [Offer("修改登记", "名称、类型、情况、地点、风险。", "edit", self._change)]
        offers.append(Offer("添加或修改当事人", "姓名、电话、住址。", "people_add", self._change_parties))
        if case is not None:
            offers.append(Offer("修改案件信息", "案情、申请事项、金额、调解组。", "document_text", self._edit_case))
            if self._restrict is not None and may_restrict(self._work.ledger, case):
                offers.append(Offer(READERS, offer_line(case), "lock_closed", self._name_readers))
            if dispute["state"] in RUNNING and not case.get("extended"):
                line = "各方都同意时，延长到两个月。"
                offers.append(Offer("延长调解期限", line, "clock", lambda: self._acts.extend(dispute, case)))
        if KINDS["dispute"].may("remove", role):
            offers.append(Offer("移到回收站", "登记错了的，可以移除，也可以恢复。", "delete", self._remove))
        return offers

    def _name_readers(self) -> None:
        if self._case is not None and self._restrict is not None:
            self._frame.open_drawer(ReadersDrawer(self._work, self._frame, self._restrict, self._case))

    def _edit_case(self) -> None:
        if self._case is not None:
            self._acts.edit_case(self._case)

    def _remove(self) -> None:
        self._acts.remove(self._fields)

"""What is done in a dispute: register, accept, record a session, agree, visit again, end. Each is one form, one act."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from gridworker.errors import NotAllowed
from gridworker.ledger import Edit, MoveTo, NewRecord, Saved
from gridworker.records import KINDS
from gridworker.records.kinds.dispute import MACHINE
from gridworker.records.machine import Move
from gridworker.records.mediation import (
    OTHER_WAYS,
    confirmation_until,
    mediation_due,
    missing_papers,
    provisional_no,
    why_not_accept,
    why_not_agree,
    why_not_hold,
)
from gridworker.ui.act_undo import undoable
from gridworker.ui.forms.record_form import Section
from gridworker.ui.page import Frame
from gridworker.ui.pages import case_forms as forms
from gridworker.ui.pages.case_editors import notice
from gridworker.ui.pages.case_hand import CaseDrawer, CaseHand, Part
from gridworker.ui.pages.case_session import SessionDrawer, SessionReader, first_session, parts_of_session
from gridworker.ui.pages.confirm import ConfirmDrawer
from gridworker.ui.wording import day_of, day_words
from gridworker.ui.work import Work

Fields = Mapping[str, Any]

CASES_MADE = "provisional_cases"
"""Preference: how many provisional numbers this desk has given."""


class CaseActs:
    """Opens the drawers of one window; every save goes through the ledger as one act."""

    def __init__(self, work: Work, frame: Frame) -> None:
        self._work, self._frame = work, frame
        self._hand = CaseHand(work, frame)

    # ------------------------------------------------------------------ registering

    def register(self, initial: Fields | None = None) -> None:
        """A new dispute, empty or with what a visit carries over."""
        ledger = self._work.ledger
        grids = dict.fromkeys(grid for region in ledger.me.regions for grid in ledger.grids_in(region))
        first = {
            "reporter": ledger.me.person,
            "reported_at": self._work.now(),
            "people": 2,
            "scale": "01",
            "risk": "low",
            "grade": "04",
            "source": "resident",
            **({"grid": next(iter(grids))} if len(grids) == 1 else {}),
            **(initial or {}),
        }

        def save(kept: dict[str, Any]) -> Saved:
            given = {name: value for name, value in kept.items() if value is not None}
            return ledger.save("dispute", {**first, **given}, draft="dispute:new")

        paths = {grid: ledger.region_path(grid) for grid in grids}
        self._frame.open_drawer(forms.RegisterDrawer(self._work, self._frame, save=save, initial=first, grids=paths))

    def edit(self, dispute: Fields) -> None:
        """The registration."""
        sections: tuple[Section, ...] = forms.DISPUTE_SECTIONS
        if self._hand.mediates():
            sections = (*sections, ("进展（网格员可以看到）", ("mediator", "next_at", "outcome")))
        self._frame.open_drawer(self._hand.edit_form("dispute", dispute, "修改纠纷登记", sections))

    def edit_case(self, case: Fields) -> None:
        """What the mediators know of it."""
        self._frame.open_drawer(self._hand.edit_form("mediation_case", case, "修改案件信息", forms.CASE_SECTIONS))

    def edit_parties(self, dispute: Fields, case: Fields | None, then: Callable[[], object] | None = None) -> None:
        """The parties: of the case where one sees it, else of the registration. *then* follows the saving."""
        kind, record = ("mediation_case", case) if case is not None else ("dispute", dispute)
        drawer = self._hand.edit_form(kind, record, "当事人", (("", ("parties",)),), "parties")
        drawer.then = then
        self._frame.open_drawer(drawer)

    def remove(self, dispute: Fields) -> None:
        """To the recycle bin, from where it can be taken back."""
        ledger, frame = self._work.ledger, self._frame
        saved = ledger.remove("dispute", str(dispute["id"]))
        words = f"已移到回收站：{KINDS['dispute'].title_of(dispute)}"
        frame.go("disputes")
        frame.redraw(saved.changed.kinds)
        frame.offer_undo(undoable(ledger, frame, words, saved))

    # ------------------------------------------------------------------ accepting

    def accept(self, dispute: Fields) -> None:
        """Take the dispute up: case, consent of every party, time limit, in one act."""
        ledger = self._work.ledger
        if not self._hand.mediates():
            self._frame.say_error(NotAllowed("由调解员或督导受理，登记后他们就能看到。"))
            return
        town = ledger.town_of(str(dispute["grid"]))
        if ledger.store.bucket_for("case", town) is None:
            self._frame.say_error(NotAllowed("这个乡镇的案件不在您的范围内，请由该镇的调解员受理。"))
            return
        key = f"mediation_case:{dispute['id']}:accept"
        given = int(self._work.preferences.get(CASES_MADE, 0) or 0)
        number = max(given, ledger.count("mediation_case")) + 1
        first = forms.first_case(dispute, town, ledger.me.person, self._work.today())
        first["provisional_no"] = provisional_no(ledger.device, number)
        seen = ledger.row("dispute", str(dispute["id"]))

        def save(kept: dict[str, Any]) -> Saved:
            fields = {**first, **{name: value for name, value in kept.items() if value is not None}}
            if reason := why_not_accept((fields.get("parties") or {}).values()):
                raise NotAllowed(reason, field="parties")
            accepted = day_of(fields["accepted_on"])
            assert accepted is not None, "the form asks for it"
            due, record = mediation_due(accepted).isoformat(), str(dispute["id"])
            parts: list[Part] = [
                NewRecord("mediation_case", {**fields, "due": due}),
                Edit("dispute", record, {"due": due, "mediator": fields["mediator"]}, seen),
                MoveTo("dispute", record, "accepted", seen=seen),
            ]
            saved = ledger.save_together(parts, draft=key)
            self._work.preferences.put(CASES_MADE, number)
            return saved

        drawer = self._hand.drawer(
            "mediation_case",
            "受理纠纷",
            key,
            save,
            "已受理",
            forms.ACCEPT_SECTIONS,
            first,
            words="受理",
        )
        drawer.body.insertWidget(0, notice("每一方都同意才能受理（人民调解法第三条）；任何一方随时可以拒绝或终止。"))
        self._frame.open_drawer(drawer)

    def extend(self, dispute: Fields, case: Fields) -> None:
        """Both parties ask for one more month."""
        accepted = day_of(case.get("accepted_on"))
        assert accepted is not None, "a case was accepted on a day"
        due = mediation_due(accepted, extended=True)

        def extend() -> None:
            until = due.isoformat()
            parts = [
                Edit("mediation_case", str(case["id"]), {"extended": True, "due": until}),
                Edit("dispute", str(dispute["id"]), {"due": until}),
            ]
            self._hand.act(parts, f"调解期限延长到 {day_words(due, self._work.today())}")

        words = f"各方当事人都同意后，调解期限从受理之日起延长到 {due.isoformat()}。一件案件只能延长一次。"
        self._frame.open_drawer(ConfirmDrawer("延长调解期限", words, "各方都同意，延长", extend, self._frame))

    # ------------------------------------------------------------------ sessions

    def record_session(self, dispute: Fields, case: Fields | None, sessions: Sequence[Fields]) -> None:
        """One session: what was said and what came of it; the dispute follows its result."""
        ledger = self._work.ledger
        if case is None:
            self._hand.say_not_here(dispute)
            return
        if not sessions and (reason := why_not_hold((case.get("parties") or {}).values())):
            self.edit_parties(dispute, case, lambda: self.record_session(dispute, self._case_now(case), sessions))
            self._frame.say_error(NotAllowed(reason))
            return
        number = max((int(each.get("number") or 0) for each in sessions), default=0) + 1
        key, seen = f"mediation_session:{dispute['id']}", ledger.row("dispute", str(dispute["id"]))
        place = str(sessions[0].get("place") or "") if sessions else ""
        first = first_session(self._work, dispute, case, number, place or "镇人民调解委员会")

        def save(kept: dict[str, Any]) -> Saved:
            return ledger.save_together(parts_of_session(dispute, seen, {**first, **kept}), draft=key)

        drawer = SessionDrawer(
            self._work,
            self._frame,
            f"记一次调解·第 {number} 次",
            draft=key,
            save=save,
            initial=first,
            state=str(dispute["state"]),
            agreement=lambda: self.agree(self._dispute_now(dispute), self._case_now(case)),
        )
        self._frame.open_drawer(drawer)

    def read_session(self, session: Fields) -> None:
        """A session as it was written, with what may still be done to it."""
        mine = KINDS["mediation_session"].may("edit", self._work.ledger.me.role, "process")

        def add(text: str) -> None:
            entry = {self._work.references.new_id(): {"at": self._work.now(), "text": text}}
            addenda = {**(session.get("addenda") or {}), **entry}
            self._hand.act([Edit("mediation_session", str(session["id"]), {"addenda": addenda})], "已补充记录")

        reader = SessionReader(
            self._work,
            session,
            self._work.ledger.names(),
            correct=(lambda: self.correct_session(session)) if mine else None,
            add=add if mine else None,
        )
        self._frame.open_drawer(reader)

    def correct_session(self, session: Fields) -> None:
        """Before it is signed, what was written may be mended."""
        record, key = str(session["id"]), f"mediation_session:{session['dispute']}:{session['id']}"

        def save(kept: dict[str, Any]) -> Saved:
            return self._work.ledger.save("mediation_session", kept, record, seen=drawer.seen, draft=key)

        drawer = SessionDrawer(
            self._work,
            self._frame,
            f"修改第 {session.get('number', 1)} 次调解的记录",
            draft=key,
            save=save,
            initial=forms.with_boxes(self._work, session),
            state="",
            done="已修改调解记录",
            seen=self._work.ledger.row("mediation_session", record),
        )
        self._frame.open_drawer(drawer)

    # ------------------------------------------------------------------ what comes after

    def agree(self, dispute: Fields, case: Fields) -> None:
        """The agreement; with it the dispute is agreed, unless a session has brought that about already."""
        today = self._work.today()
        first = {**case, "agreed_on": case.get("agreed_on") or today.isoformat()}
        first["agreement_form"] = case.get("agreement_form") or "written"
        target = "agreed" if str(dispute["state"]) == "mediating" else str(dispute["state"])

        def told(fields: Fields) -> str:
            form = KINDS["mediation_case"].by_name["agreement_form"].shown(fields.get("agreement_form"))
            until = day_of(fields.get("performance_due"))
            return f"已达成{form}" + (f"，{until.month}月{until.day}日前履行。" if until else "。")

        drawer = self._hand.case_form(
            dispute, case, target, "登记协议", forms.AGREEMENT_SECTIONS, first, told=told, why_not=why_not_agree
        )
        until = day_words(confirmation_until(today), today)
        words = (
            f"自协议生效之日起三十日内（今天签的到 {until}），双方可以共同向法院申请司法确认（人民调解法第三十三条）。"
        )
        drawer.body.insertWidget(0, notice(words))
        self._frame.open_drawer(drawer)

    def record_return_visit(self, dispute: Fields, case: Fields | None) -> None:
        """Ask whether the agreement is kept (人民调解法 31)."""
        if case is None:
            words = "看过双方确实按协议履行后，登记为已回访。去的经过请另记一次走访。"
            self._hand.confirm(dispute, "visited", "登记回访", words)
            return
        first = {**case, "return_visit_on": self._work.today().isoformat()}

        def told(fields: Fields) -> str:
            return "已回访，协议已履行。" if fields.get("performed") else "已回访，协议还没有履行完。"

        drawer = self._hand.case_form(dispute, case, "visited", "登记回访", forms.RETURN_SECTIONS, first, told=told)
        self._frame.open_drawer(drawer)

    def move(self, dispute: Fields, case: Fields | None, sessions: Sequence[Fields], target: str) -> None:
        """One lawful step; those that need papers open their form, the others ask once."""
        move = next(each for each in MACHINE.moves if each.target == target)
        match target:
            case "accepted":
                self.accept(dispute)
            case "agreed" if case is not None:
                self.agree(dispute, case)
            case "visited":
                self.record_return_visit(dispute, case)
            case "failed" | "archived" | "withdrawn" if case is not None:
                self._frame.open_drawer(self._ending(dispute, case, sessions, move))
            case "refused" | "transferred":
                self._frame.open_drawer(self._explained(dispute, move))
            case "mediating" if case is not None and (reason := why_not_hold((case.get("parties") or {}).values())):
                self.edit_parties(dispute, case)
                self._frame.say_error(NotAllowed(reason))
            case "agreed" | "failed":
                self._hand.say_not_here(dispute)
            case _:
                self._hand.confirm(dispute, target, move.title, forms.WHAT_HAPPENS[target])

    def _ending(self, dispute: Fields, case: Fields, sessions: Sequence[Fields], move: Move) -> CaseDrawer:
        agreed = "agreed" if case.get("agreed_on") else "not_agreed"
        usual, outcome = forms.ENDS.get(move.target, (agreed, ""))
        first = {
            **case,
            "closed_on": case.get("closed_on") or self._work.today().isoformat(),
            "end_reason": case.get("end_reason") or usual,
        }
        drawer = self._hand.case_form(
            dispute, case, move.target, move.title, forms.END_SECTIONS, first, told=lambda _: outcome
        )
        if move.target == "failed":
            drawer.body.insertWidget(0, notice(OTHER_WAYS, "warn"))
        if move.target == "archived" and (missing := missing_papers(dispute, case, sessions)):
            words = f"案卷里还缺：{'、'.join(missing)}。可以先补齐，也可以照样归档。"
            drawer.body.insertWidget(0, notice(words, "warn"))
        return drawer

    def _explained(self, dispute: Fields, move: Move) -> CaseDrawer:
        """A step that must be explained in the registration itself."""
        names: tuple[str, ...] = ("outcome",) if move.target == "refused" else ("outcome", "police_report")
        public: dict[str, Any] = {"next_at": None}
        if not self._hand.mediates():
            names, public = ("police_report",), {}
        record, key = str(dispute["id"]), f"dispute:{dispute['id']}:{move.target}"

        def save(kept: dict[str, Any]) -> Saved:
            if not any(kept.values()):
                raise NotAllowed(forms.MUST_EXPLAIN[move.target], field=names[0])
            fields = {**kept, **public}
            return self._work.ledger.move("dispute", record, move.target, fields, seen=drawer.seen, draft=key)

        drawer = self._hand.drawer(
            "dispute",
            move.title,
            key,
            save,
            f"已办理：{move.title}",
            (("", names),),
            dispute,
            words=move.title,
            seen=self._work.ledger.row("dispute", record),
        )
        words = OTHER_WAYS if move.target == "refused" else forms.WHAT_HAPPENS["transferred"]
        drawer.body.insertWidget(0, notice(words, "warn"))
        return drawer

    def _case_now(self, case: Fields) -> Fields:
        return {**(self._work.ledger.get("mediation_case", str(case["id"])) or case), "id": case["id"]}

    def _dispute_now(self, dispute: Fields) -> Fields:
        return {**(self._work.ledger.get("dispute", str(dispute["id"])) or dispute), "id": dispute["id"]}

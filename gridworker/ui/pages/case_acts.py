"""What is done in a dispute: register, accept, record a session, move on. Each is one form and one act."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from gridworker.errors import GridworkerError, NotAllowed
from gridworker.ledger import Edit, MoveTo, NewRecord
from gridworker.records import KINDS
from gridworker.records.kind import Role
from gridworker.records.kinds.dispute import STATES
from gridworker.records.machine import Move
from gridworker.records.mediation import mediation_due, provisional_no, why_not_accept, why_not_hold
from gridworker.ui.drawer import WIDE
from gridworker.ui.forms.form_drawer import FormDrawer
from gridworker.ui.page import Frame
from gridworker.ui.undo import Undoable
from gridworker.ui.widgets import Banner, Label
from gridworker.ui.wording import day_of
from gridworker.ui.work import Work

Fields = Mapping[str, Any]
Part = NewRecord | Edit | MoveTo

DISPUTE_SECTIONS: Final = (
    ("", ("title", "dispute_type", "summary", "parties")),
    ("地点和来源", ("place", "happened_on", "source", "household")),
    ("规模和风险", ("people", "scale", "risk", "escalating", "police_report")),
)
ACCEPT_SECTIONS: Final = (
    ("", ("accepted_on", "case_source", "delegated_by", "mediator")),
    ("当事人", ("parties",)),
    ("案情", ("facts", "claims", "amount", "disputed")),
    ("调解组", ("panel",)),
)
SESSION_SECTIONS: Final = (
    ("", ("held_at", "place", "form", "participants")),
    ("过程", ("process", "opinions", "divergence")),
    ("结果", ("result", "next_at", "signed", "recorder")),
)
AGREEMENT_SECTIONS: Final = (("", ("agreement_form", "agreement", "agreed_on", "performance", "performance_due")),)
RETURN_VISIT_SECTIONS: Final = (("", ("return_visit_on", "return_visit", "performed")),)
END_SECTIONS: Final = (("", ("end_reason", "closed_on", "note")),)


class CaseActs:
    """Opens the drawers of one window; every save goes through the ledger as one act."""

    def __init__(self, work: Work, frame: Frame) -> None:
        self._work, self._frame = work, frame

    def register(self, initial: Fields | None = None) -> None:
        """A new dispute, empty or with what a visit carries over."""
        me = self._work.ledger.me
        first = {
            "grid": self._work.ledger.my_grid(),
            "reporter": me.person,
            "reported_at": self._work.now(),
            "people": 2,
            "scale": "01",
            "risk": "low",
            "grade": "04",
            "source": "resident",
            **(initial or {}),
        }

        def save(kept: dict[str, Any]) -> Any:
            return self._work.ledger.save("dispute", {**first, **kept}, draft="dispute:new")

        drawer = self._drawer("dispute", "登记纠纷", "dispute:new", save, "已登记纠纷", DISPUTE_SECTIONS, first)
        self._frame.open_drawer(drawer)

    def edit(self, dispute: Fields) -> None:
        """The registration."""
        key = f"dispute:{dispute['id']}"

        def save(kept: dict[str, Any]) -> Any:
            return self._work.ledger.save("dispute", kept, str(dispute["id"]), draft=key)

        self._frame.open_drawer(self._drawer("dispute", "修改纠纷登记", key, save, "已修改", DISPUTE_SECTIONS, dispute))

    def edit_parties(self, dispute: Fields, case: Fields | None) -> None:
        """The parties: of the case where one sees it, else of the registration."""
        kind, record = ("mediation_case", case) if case is not None else ("dispute", dispute)
        key = f"{kind}:{record['id']}:parties"

        def save(kept: dict[str, Any]) -> Any:
            return self._work.ledger.save(kind, kept, str(record["id"]), draft=key)

        sections = (("", ("parties",)),)
        self._frame.open_drawer(self._drawer(kind, "当事人", key, save, "已修改当事人", sections, record, WIDE))

    def accept(self, dispute: Fields) -> None:
        """Take the dispute up: case, consent of every party, time limit, in one act."""
        ledger = self._work.ledger
        if ledger.me.role == Role.GRID_WORKER:
            self._frame.say_error(NotAllowed("由调解员或督导受理，登记后他们就能看到。"))
            return
        key = f"mediation_case:{dispute['id']}:accept"
        town = ledger.town_of(str(dispute["grid"]))
        first = {
            "title": dispute.get("title"),
            "dispute": dispute["id"],
            "town": town,
            "accepted_on": self._work.today().isoformat(),
            "case_source": "application",
            "mediator": ledger.me.person,
            "facts": dispute.get("summary"),
            "parties": {
                entry: {k: v for k, v in party.items() if k in ("name", "role", "phone", "address")}
                for entry, party in (dispute.get("parties") or {}).items()
            },
            "provisional_no": provisional_no(ledger.device, ledger.count("mediation_case") + 1),
        }

        def save(kept: dict[str, Any]) -> Any:
            fields = {**first, **{k: v for k, v in kept.items() if v is not None}}
            if reason := why_not_accept((fields.get("parties") or {}).values()):
                raise NotAllowed(reason, field="parties")
            accepted = day_of(fields["accepted_on"])
            assert accepted is not None
            due = mediation_due(accepted).isoformat()
            return ledger.save_together(
                [
                    NewRecord("mediation_case", {**fields, "due": due}),
                    Edit("dispute", str(dispute["id"]), {"due": due, "mediator": fields["mediator"]}),
                    MoveTo("dispute", str(dispute["id"]), "accepted"),
                ],
                draft=key,
            )

        drawer = self._drawer("mediation_case", "受理纠纷", key, save, "已受理", ACCEPT_SECTIONS, first, WIDE, "受理")
        drawer.body.insertWidget(0, _notice("每一方都要表示同意调解才能受理；任何一方可以随时拒绝或终止。"))
        self._frame.open_drawer(drawer)

    def record_session(self, dispute: Fields, case: Fields | None, sessions: Sequence[Fields]) -> None:
        """One session: what was said and what came of it; the dispute follows its result."""
        ledger = self._work.ledger
        if case is None:
            self._frame.say_error(NotAllowed("这件纠纷的案件还没有下载到本机，请先同步。"))
            return
        if not sessions and (reason := why_not_hold((case.get("parties") or {}).values())):
            self._frame.say_error(NotAllowed(reason))
            self.edit_parties(dispute, case)
            return
        number = max((int(each.get("number") or 0) for each in sessions), default=0) + 1
        key = f"mediation_session:{dispute['id']}"
        first = self._first_session(dispute, case, number)

        def save(kept: dict[str, Any]) -> Any:
            fields = {**first, **kept}
            acts: list[Part] = [NewRecord("mediation_session", fields)]
            acts.append(Edit("dispute", str(dispute["id"]), {"next_at": fields.get("next_at")}))
            state = str(dispute["state"])
            if state in ("accepted", "failed"):
                acts.append(MoveTo("dispute", str(dispute["id"]), "mediating"))
            if fields.get("result") == "agreed":
                acts.append(MoveTo("dispute", str(dispute["id"]), "agreed"))
            elif fields.get("result") == "not_agreed":
                acts.append(MoveTo("dispute", str(dispute["id"]), "failed"))
            return ledger.save_together(acts, draft=key)

        title = f"记一次调解·第 {number} 次"
        drawer = self._drawer("mediation_session", title, key, save, "已记下这次调解", SESSION_SECTIONS, first, WIDE)
        self._frame.open_drawer(drawer)

    def _first_session(self, dispute: Fields, case: Fields, number: int) -> dict[str, Any]:
        new_id = self._work.references.new_id
        parties = [party for _, party in sorted((case.get("parties") or {}).items())]
        return {
            "case": case["id"],
            "dispute": dispute["id"],
            "town": case["town"],
            "number": number,
            "held_at": self._work.now(),
            "place": "镇人民调解委员会",
            "form": "open",
            "mediator": self._work.ledger.me.person,
            "recorder": self._work.ledger.me.name,
            "participants": {
                new_id(): {"name": str(each.get("name")), "standing": _standing(each)} for each in parties
            },
            "opinions": {new_id(): {"party": str(each.get("name"))} for each in parties},
        }

    def record_return_visit(self, dispute: Fields, case: Fields | None) -> None:
        """Ask whether the agreement is kept (人民调解法 31)."""
        if case is None:
            self._act_moves(dispute, "visited", {}, "已记回访")
            return
        key = f"mediation_case:{case['id']}:return_visit"
        first = {**case, "return_visit_on": self._work.today().isoformat()}

        def save(kept: dict[str, Any]) -> Any:
            record = str(dispute["id"])
            acts: list[Part] = [Edit("mediation_case", str(case["id"]), kept), MoveTo("dispute", record, "visited")]
            return self._work.ledger.save_together(acts, draft=key)

        drawer = self._drawer("mediation_case", "回访", key, save, "已记回访", RETURN_VISIT_SECTIONS, first)
        self._frame.open_drawer(drawer)

    def move(self, dispute: Fields, case: Fields | None, move: Move) -> None:
        """One lawful step; those that need papers open their form first."""
        match move.target:
            case "accepted":
                self.accept(dispute)
            case "agreed" if case is not None:
                self._with_case(dispute, case, move, AGREEMENT_SECTIONS, {"agreed_on": self._work.today().isoformat()})
            case "visited":
                self.record_return_visit(dispute, case)
            case "archived" | "failed" if case is not None:
                self._with_case(dispute, case, move, END_SECTIONS, {"closed_on": self._work.today().isoformat()})
            case _:
                self._act_moves(dispute, move.target, {}, f"已办理：{move.title}")

    def _with_case(self, dispute: Fields, case: Fields, move: Move, sections: Any, first: Fields) -> None:
        key = f"mediation_case:{case['id']}:{move.target}"

        def save(kept: dict[str, Any]) -> Any:
            record = str(dispute["id"])
            acts: list[Part] = [Edit("mediation_case", str(case["id"]), kept), MoveTo("dispute", record, move.target)]
            return self._work.ledger.save_together(acts, draft=key)

        initial = {**first, **{k: v for k, v in case.items() if v is not None}}
        done = f"已办理：{move.title}"
        drawer = self._drawer("mediation_case", move.title, key, save, done, sections, initial, WIDE, move.title)
        self._frame.open_drawer(drawer)

    def _act_moves(self, dispute: Fields, target: str, fields: Fields, words: str) -> None:
        ledger, frame = self._work.ledger, self._frame
        try:
            saved = ledger.move("dispute", str(dispute["id"]), target, fields)
        except GridworkerError as error:
            frame.say_error(error)
            return
        frame.redraw(saved.changed.kinds)
        words = f"{words}（{STATES[target]}）"
        frame.offer_undo(Undoable(words, lambda: frame.redraw(ledger.undo(saved.act).changed.kinds)))

    def _drawer(
        self,
        kind: str,
        title: str,
        key: str,
        save: Any,
        done: str,
        sections: Any,
        initial: Fields,
        width: int = WIDE,
        words: str = "保存",
    ) -> FormDrawer:
        return FormDrawer(
            self._work,
            self._frame,
            KINDS[kind],
            title,
            draft=key,
            save=save,
            done=done,
            sections=sections,
            initial=initial,
            width=width,
            saved_words=words,
        )


def _standing(party: Fields) -> str:
    return {"applicant": "申请人", "respondent": "被申请人"}.get(str(party.get("role")), "当事人")


def _notice(words: str) -> Banner:
    banner = Banner("info")
    banner.body.addWidget(Label(words, "second", wrap=True), 1)
    return banner

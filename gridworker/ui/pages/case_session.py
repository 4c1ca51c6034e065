"""One session of a mediation: written down in one drawer, read again in another, added to once it is signed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from PySide6.QtWidgets import QWidget

from gridworker.ledger import Edit, Ledger, MoveTo, NewRecord, Saved
from gridworker.records import KINDS
from gridworker.records.change import Verb
from gridworker.records.kinds.dispute import MACHINE, PARTY_ROLES, STATES
from gridworker.records.kinds.mediation_session import FORMS, RESULTS
from gridworker.records.row import Row as KeptRow
from gridworker.ui.drawer import WIDE, Drawer
from gridworker.ui.forms.form_drawer import FormDrawer, Save
from gridworker.ui.message_bar import Message
from gridworker.ui.page import Frame
from gridworker.ui.pages.case_editors import AppointmentEditor, OpinionsEditor, ParticipantsEditor, StoryEditor
from gridworker.ui.tokens import Tone
from gridworker.ui.widgets import (
    Card,
    Chip,
    Flow,
    FormRow,
    KeyValue,
    Label,
    PrimaryButton,
    QuietButton,
    SectionTitle,
    TextBox,
)
from gridworker.ui.wording import moment_words, state_chip
from gridworker.ui.work import Work

Fields = Mapping[str, Any]
Part = NewRecord | Edit | MoveTo

SECTIONS: Final = (
    ("", ("process", "opinions", "divergence", "result", "next_at")),
    ("时间、地点和参加人", ("held_at", "place", "form", "participants", "recorder", "signed")),
    ("", ("papers",)),
)
RESULT_TONES: Final[Mapping[str, Tone]] = {"agreed": "ok", "again": "warn", "not_agreed": "bad", "suspended": "neutral"}
LATER: Final = {"agreed": "agreed", "not_agreed": "failed"}
"""Result of a session to the state into which it brings the dispute."""

A_WEEK: Final = 7 * 86_400_000


def way_of(state: str, result: str) -> tuple[str, ...]:
    """The states that a dispute in *state* goes through when a session ends with *result*."""
    way = ("mediating",) if state in ("accepted", "failed") else ()
    return (*way, LATER[result]) if result in LATER else way


def can_go_back(state: str, way: Sequence[str]) -> bool:
    """Whether every step of the way may lawfully be taken back."""
    before = (state, *way)
    return all(MACHINE.move(there, here) is not None for here, there in zip(before, way, strict=False))


def can_be_undone(ledger: Ledger, saved: Saved) -> bool:
    """Whether 撤销 may be offered: every step back is lawful, and this person may remove what he made."""
    role = ledger.me.role
    for change in ledger.store.act(saved.act):
        kind = KINDS[change.kind]
        if change.verb == Verb.CREATE and (kind.append_only or not kind.may("remove", role)):
            return False
        if change.verb == Verb.MOVE and kind.machine is not None:
            back = kind.machine.move(change.value["to"], change.value["from"])
            if back is None or role not in back.roles:
                return False
    return bool(saved.act)


class SessionDrawer(FormDrawer):
    """Writes a session. The text first: time, place and people are filled in already."""

    def __init__(
        self,
        work: Work,
        frame: Frame,
        title: str,
        *,
        draft: str,
        save: Save,
        initial: Fields,
        state: str,
        agreement: Callable[[], object] | None = None,
        done: str = "已记下这次调解",
        seen: KeptRow | None = None,
    ) -> None:
        """*state*: where the dispute stands; "" when a session that was written is corrected.

        *agreement* opens the form of the agreement: the step after a session at which one was reached.
        """
        self._state, self._agreement = state, agreement
        self._shown_result: str | None = None
        super().__init__(
            work,
            frame,
            KINDS["mediation_session"],
            title,
            draft=draft,
            save=save,
            done=done,
            sections=SECTIONS,
            initial=initial,
            width=WIDE,
            editors={
                "process": lambda field, _: StoryEditor(field),
                "opinions": OpinionsEditor,
                "participants": ParticipantsEditor,
                "next_at": lambda field, _: AppointmentEditor(field, work.today()),
            },
            seen=seen,
        )
        self.form.row("next_at").hide()
        self.form.changed.connect(self._follow)
        self._follow(suggest=False)

    def first_field(self) -> QWidget | None:
        """What was said."""
        return self.form.editor("process")

    def discard(self) -> None:
        """Throw the draft away."""
        super().discard()
        self._follow(suggest=False)

    def submit(self) -> None:
        """Save; a name that still stands in the field of participants is one of them."""
        people = self.form.editor("participants")
        if isinstance(people, ParticipantsEditor):
            people.take_typed()
        super().submit()

    def _follow(self, *, suggest: bool = True) -> None:
        """The next date is asked for when there is to be one, and what saving brings about is said beforehand."""
        result = self.form.editor("result").value()
        if result == self._shown_result:
            return
        self._shown_result = result
        again, appointment = result == "again", self.form.editor("next_at")
        if again and suggest and appointment.value() is None:
            appointment.set_value(self._next_week())
        if not again:
            appointment.set_value(None)
        self.form.row("next_at").setVisible(again)
        self.form.row("result").set_hint(self._consequence(result))

    def _next_week(self) -> int:
        """A week from today at the usual hour."""
        appointment = self.form.editor("next_at")
        assert isinstance(appointment, AppointmentEditor)
        return appointment.usual(7)

    def _consequence(self, result: str | None) -> str:
        later = LATER.get(result or "")
        if not self._state or later is None:
            return ""
        words = f"保存后，这件纠纷改为“{STATES[later]}”。"
        back = can_go_back(self._state, way_of(self._state, result or ""))
        return words if back else words + "这一步不能撤销，请确认各方都没有异议。"

    def _offer_undo(self, saved: Saved) -> None:
        if self._agreement is not None and self.form.editor("result").value() == "agreed":
            act = ("登记协议", self._agreement)
            self._frame.say(Message("已记下这次调解，双方达成协议", "ok", "接下来请登记协议内容和履行期限。", act))
        elif can_be_undone(self._work.ledger, saved):
            super()._offer_undo(saved)
        else:
            self._frame.say(Message(self._done, "ok"))


def parts_of_session(dispute: Fields, seen: KeptRow | None, fields: Fields) -> list[Part]:
    """All that is written when a session is saved: the session, the next date, and where the dispute stands then.

    *seen*: the dispute as it was when the form was opened.
    """
    record, state, result = str(dispute["id"]), str(dispute["state"]), str(fields.get("result") or "")
    told: dict[str, Any] = {"next_at": fields.get("next_at")}
    if result == "not_agreed":
        told["outcome"] = "调解未达成协议，已告知其他解决途径。"
    parts: list[Part] = [NewRecord("mediation_session", fields), Edit("dispute", record, told, seen)]
    for n, target in enumerate(way_of(state, result)):
        # Only the first step leaves what was seen; the second follows from the first.
        parts.append(MoveTo("dispute", record, target, seen=seen if n == 0 else None))
    return parts


def first_session(work: Work, dispute: Fields, case: Fields, number: int, place: str) -> dict[str, Any]:
    """What is known of a session before anybody has typed."""
    new_id = work.references.new_id
    parties = [party for _, party in sorted((case.get("parties") or dispute.get("parties") or {}).items())]
    return {
        "case": case["id"],
        "dispute": dispute["id"],
        "town": case["town"],
        "number": number,
        "held_at": work.now(),
        "place": place,
        "form": "open",
        "mediator": work.ledger.me.person,
        "recorder": work.ledger.me.name,
        "participants": {
            new_id(): {"name": str(each.get("name")), "standing": PARTY_ROLES.get(str(each.get("role")), "当事人")}
            for each in parties
        },
        "opinions": {new_id(): {"party": str(each.get("name"))} for each in parties},
    }


class SessionReader(Drawer):
    """A session as it was written. Until it is signed it can be corrected, afterwards only added to (人民调解法 27)."""

    def __init__(
        self,
        work: Work,
        session: Fields,
        names: Mapping[str, str],
        *,
        correct: Callable[[], object] | None,
        add: Callable[[str], object] | None,
    ) -> None:
        super().__init__(f"第 {session.get('number', 1)} 次调解", width=WIDE)
        self._work, self._add = work, add
        self.body.addWidget(_chips(session))
        self.body.addWidget(self._facts(session, names))
        self.body.addWidget(_told("调解过程", str(session.get("process") or "")))
        for _, opinion in sorted((session.get("opinions") or {}).items()):
            if opinion.get("text"):
                self.body.addWidget(_told(f"{opinion.get('party')}的意见", str(opinion["text"])))
        if session.get("divergence"):
            self.body.addWidget(_told("分歧点", str(session["divergence"])))
        for _, addendum in sorted((session.get("addenda") or {}).items()):
            when = moment_words(int(addendum["at"]), work.today())
            self.body.addWidget(_told(f"补充记录·{when}", str(addendum.get("text") or "")))
        self.foot.addStretch(1)
        if session.get("signed") and add is not None:
            self._offer_addendum()
        self.body.addStretch(1)
        if not session.get("signed") and correct is not None:
            self.foot.addWidget(QuietButton("修改这次记录", correct, icon_name="edit"))

    def _facts(self, session: Fields, names: Mapping[str, str]) -> KeyValue:
        pairs = KeyValue(key_width=80)
        pairs.put("时间", moment_words(int(session["held_at"]), self._work.today()))
        pairs.put("地点", str(session.get("place") or ""))
        pairs.put("方式", FORMS.get(str(session.get("form")), ""))
        pairs.put("主持人", names.get(str(session.get("mediator")), ""))
        people = [person for _, person in sorted((session.get("participants") or {}).items())]
        told = [
            f"{each.get('name')}（{each['standing']}）" if each.get("standing") else each["name"] for each in people
        ]
        pairs.put("参加人", "、".join(told))
        pairs.put("记录人", str(session.get("recorder") or ""))
        if session.get("next_at"):
            pairs.put("下次调解", moment_words(int(session["next_at"]), self._work.today()))
        return pairs

    def _offer_addendum(self) -> None:
        self.body.addWidget(SectionTitle("补充记录"))
        self.body.addWidget(Label("各方已经签字，原来的内容不能再改，只能补充。", "second", wrap=True))
        self._box = TextBox("补充的内容", name="补充记录", least=2)
        self._row = FormRow("内容", self._box)
        self.body.addWidget(self._row)
        self.foot.addWidget(PrimaryButton("补充", self._take, icon_name="add"))
        self.submitted.connect(self._take)

    def _take(self) -> None:
        text = self._box.text().strip()
        if not text:
            self._row.set_wrong("请写明要补充什么。")
            self._box.setFocus()
        elif self._add is not None:
            self._add(text)


def _chips(session: Fields) -> QWidget:
    holder = QWidget()
    holder.setObjectName("clear")
    flow = Flow(holder, gap=6)
    result = str(session.get("result") or "")
    if result:
        flow.addWidget(Chip(RESULTS.get(result, result), RESULT_TONES.get(result, "neutral")))
    flow.addWidget(Chip("各方已签字", "ok") if session.get("signed") else Chip("还没有签字", "neutral"))
    flow.addWidget(Chip(*state_chip(str(session.get("_state", "local")))))
    return holder


def _told(title: str, text: str) -> Card:
    card = Card(sunken=True, gap=4, margins=(14, 10, 14, 12))
    card.body.addWidget(Label(title, "strong", wrap=True))
    card.body.addWidget(Label(text or "（没有写）", "body", wrap=True))
    return card

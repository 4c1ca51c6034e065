"""What all acts on a case share: one form over it, one act of the ledger, what is said afterwards."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from gridworker.errors import GridworkerError, NotAllowed
from gridworker.ledger import Edit, MoveTo, NewRecord, Saved
from gridworker.records import KINDS
from gridworker.records.kind import Role
from gridworker.records.kinds.dispute import STATES
from gridworker.records.row import Row
from gridworker.ui.act_undo import undoable
from gridworker.ui.drawer import WIDE
from gridworker.ui.forms.form_drawer import FormDrawer
from gridworker.ui.forms.record_form import Section
from gridworker.ui.message_bar import Message
from gridworker.ui.page import Frame
from gridworker.ui.pages import case_forms as forms
from gridworker.ui.pages.case_session import can_be_undone, can_go_back
from gridworker.ui.pages.case_words import whereabouts
from gridworker.ui.pages.confirm import ConfirmDrawer
from gridworker.ui.work import Work

Fields = Mapping[str, Any]
Part = NewRecord | Edit | MoveTo


_NOT_HERE: Final[Mapping[str, str]] = {
    "coming": "还没有下载到本机，请先同步。",
    "restricted": "不在您的范围内，可能限定了由指定的人办理，请联系督导。",
    "elsewhere": "不在您的范围内，请由该镇的调解员办理。",
}


class CaseDrawer(FormDrawer):
    """A form of a case; *then* is called once it was saved and has closed."""

    then: Callable[[], object] | None = None

    def _offer_undo(self, saved: Saved) -> None:
        if can_be_undone(self._work.ledger, saved):
            super()._offer_undo(saved)
        else:
            self._frame.say(Message(self._done, "ok"))
        if self.then is not None:
            self.then()


class CaseHand:
    """Opens drawers and writes acts in one window."""

    def __init__(self, work: Work, frame: Frame) -> None:
        self.work, self.frame = work, frame

    def drawer(
        self,
        kind: str,
        title: str,
        key: str,
        save: Callable[[dict[str, Any]], Saved],
        done: str,
        sections: Sequence[Section],
        initial: Fields,
        *,
        words: str = "保存",
        seen: Row | None = None,
    ) -> CaseDrawer:
        """A form over a dispute or a case. *key*: of its draft; *seen*: the row that is edited."""
        return CaseDrawer(
            self.work,
            self.frame,
            KINDS[kind],
            title,
            draft=key,
            save=save,
            done=done,
            sections=sections,
            initial=initial,
            width=WIDE,
            saved_words=words,
            editors=forms.EDITORS[kind],
            seen=seen,
        )

    def edit_form(
        self, kind: str, record: Fields, title: str, sections: Sequence[Section], about: str = ""
    ) -> CaseDrawer:
        """A form that edits what was written. *about*: the part of it, for the key of the draft."""
        ledger, key = self.work.ledger, f"{kind}:{record['id']}" + (f":{about}" if about else "")

        def save(kept: dict[str, Any]) -> Saved:
            return ledger.save(kind, kept, str(record["id"]), seen=drawer.seen, draft=key)

        now = ledger.row(kind, str(record["id"]))
        drawer = self.drawer(kind, title, key, save, f"已保存：{title}", sections, record, seen=now)
        return drawer

    def case_form(
        self,
        dispute: Fields,
        case: Fields,
        target: str,
        title: str,
        sections: Sequence[Section],
        initial: Fields,
        *,
        told: Callable[[Fields], str] | None = None,
        why_not: Callable[[Fields], tuple[str, str]] | None = None,
    ) -> CaseDrawer:
        """A form over the case that also moves the dispute to *target*, unless it is there.

        *told*: what the grid worker reads of it; *why_not*: the field in the way, and the reason.
        """
        ledger, record, state = self.work.ledger, str(dispute["id"]), str(dispute["state"])
        key = f"mediation_case:{case['id']}:{target}"
        seen = ledger.row("dispute", record)

        def save(kept: dict[str, Any]) -> Saved:
            now = {**case, **kept}
            field, reason = why_not(now) if why_not is not None else ("", "")
            if reason:
                raise NotAllowed(reason, field=field)
            public: dict[str, Any] = {"next_at": None}
            if told is not None and (words := told(now)):
                public["outcome"] = words
            parts: list[Part] = [Edit("mediation_case", str(case["id"]), kept, drawer.seen)]
            parts.append(Edit("dispute", record, public, seen))
            if state != target:
                parts.append(MoveTo("dispute", record, target, seen=seen))
            return ledger.save_together(parts, draft=key)

        done = f"已{title}" if title.startswith("登记") else f"已办理：{title}"
        now = ledger.row("mediation_case", str(case["id"]))
        drawer = self.drawer("mediation_case", title, key, save, done, sections, initial, words=title, seen=now)
        return drawer

    def confirm(self, dispute: Fields, target: str, title: str, words: str) -> None:
        """A step without papers: said once what it means, then done."""
        state = str(dispute["state"])
        back = can_go_back(state, (target,))

        def go() -> None:
            self.act([MoveTo("dispute", str(dispute["id"]), target)], f"{title}：{STATES[target]}")

        said = words if back else f"{words}这一步不能撤销。"
        self.frame.open_drawer(ConfirmDrawer(title, said, title, go, self.frame))

    def act(self, parts: Sequence[Part], words: str) -> None:
        """Write *parts* as one act and close the drawer."""
        ledger, frame = self.work.ledger, self.frame
        try:
            saved = ledger.save_together(parts)
        except GridworkerError as error:
            frame.say_error(error)
            return
        frame.close_drawer()
        frame.redraw(saved.changed.kinds)
        if can_be_undone(ledger, saved):
            frame.offer_undo(undoable(ledger, frame, words, saved))
        else:
            frame.say(Message(words, "ok"))

    def mediates(self) -> bool:
        """Whether this person handles cases."""
        return self.work.ledger.me.role in (Role.MEDIATOR, Role.SUPERVISOR)

    def say_not_here(self, dispute: Fields) -> None:
        """Why there is no case to work on."""
        where = whereabouts(self.work.ledger, dispute, None)
        self.frame.say_error(NotAllowed(f"这件纠纷的案件{_NOT_HERE.get(where, _NOT_HERE['elsewhere'])}"))

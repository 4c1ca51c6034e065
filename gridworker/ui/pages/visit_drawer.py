"""记走访: one visit written down as quickly as on paper; its draft survives whatever happens."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from gridworker.errors import GridworkerError, NotAccepted
from gridworker.ledger import Edit, MoveTo, NewRecord
from gridworker.ui.act_undo import undoable
from gridworker.ui.civil import china_now
from gridworker.ui.drawer import Drawer
from gridworker.ui.forms.record_form import DRAFT_PAUSE_MS
from gridworker.ui.icons import IconLabel
from gridworker.ui.message_bar import Message
from gridworker.ui.page import Frame
from gridworker.ui.pages.visit_fields import SELDOM, VisitFields
from gridworker.ui.pages.visit_record import (
    DRAFT,
    begun_draft,
    earlier_entry,
    free_key,
    heard_records,
    households,
    joined,
)
from gridworker.ui.undo import Undoable
from gridworker.ui.widgets import Banner, Elide, Label, PrimaryButton, QuietButton, Row, TintButton, clear
from gridworker.ui.wording import moment_words, subject_names
from gridworker.ui.work import Work

if TYPE_CHECKING:
    from gridworker.ledger import Saved

__all__ = ["DRAFT", "VisitDrawer"]

NextHome = Callable[[Sequence[str]], str | None]
"""The household to visit after these."""

_INSIDE: Final = ("_heard", "_own_time")
"""What a draft keeps beside the fields of a visit."""
_EMPTIED: Final = ("follow_up", "text", "situation", "photos")


class VisitDrawer(Drawer):
    """A new visit to *households*, the diary *record* to be gone on with, or the draft under *draft*."""

    def __init__(
        self,
        work: Work,
        frame: Frame,
        households: Sequence[str] = (),
        *,
        record: str | None = None,
        draft: str | None = None,
        next_home: NextHome | None = None,
        saved: Callable[[], object] | None = None,
        carried: Mapping[str, Any] | None = None,
        afresh: bool = False,
    ) -> None:
        """*next_home*: for 保存，记下一户. *saved*: told after each save. *carried*: values of another drawer that go
        into this diary. *afresh*: leave drafts of other visits alone.
        """
        super().__init__("记走访" if record is None else "修改走访")
        self._work, self._frame, self._record = work, frame, record
        self._next_home, self._saved = next_home, saved
        self._seen = work.ledger.row("visit", record) if record else None
        self._returned = self._seen is not None and self._seen.fields.get("state") == "returned"
        self._finished = False
        self._notices = Row(gap=0)
        self.body.addLayout(self._notices)
        self.fields = VisitFields(work)
        self.body.addWidget(self.fields)
        self.body.addStretch(1)
        self._build_foot()
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(DRAFT_PAUSE_MS)
        self._pause.timeout.connect(self.keep_draft)
        self._begin(tuple(households), draft, afresh)
        if carried is not None:
            self._take_over(carried)
        self.fields.changed.connect(self._edited)
        self.fields.paused.connect(self.keep_draft)
        self.submitted.connect(self.submit)
        self.keep.connect(self.keep_draft)
        self.closed.connect(self._closing)

    def _build_foot(self) -> None:
        self._mark = IconLabel("checkmark_circle", "ok", 20)
        self._told = Elide("", "hint2")
        told = Row(gap=6)
        told.addWidget(self._mark)
        told.addWidget(self._told, 1)
        self.foot.addLayout(told, 1)
        if self._record is None:
            self.foot.addWidget(QuietButton("保存，记下一户", self.submit_and_go_on))
        words = "保存并提交" if self._returned else "保存"
        self.foot.addWidget(PrimaryButton(words, self.submit, icon_name="checkmark"))
        self._tell("")

    # ------------------------------------------------------------------ filling

    def _begin(self, wanted: tuple[str, ...], draft_key: str | None, afresh: bool) -> None:
        if self._seen is not None:
            self._key = f"visit:{self._record}"
            self.fields.show_fields(self._seen.fields)
            draft = self._work.ledger.draft(self._key)
        else:
            self.fields.show_fields({})
            self.fields.show_households(wanted)
            draft = self._work.ledger.draft(draft_key) if draft_key else None
            if draft is None and not afresh:
                draft = begun_draft(self._work, wanted)
            self._key = draft.key if draft is not None else ""
        self._untouched = self.fields.values()
        if draft is not None:
            base = self._seen.fields if self._seen is not None else {}
            self.fields.show_fields({**base, **draft.fields})
            self._tell("已恢复没写完的内容")
        self._noticed = self._about()
        self._show_notice(resumed=draft is not None and not wanted and draft_key is None and self._record is None)

    def _take_over(self, values: Mapping[str, Any]) -> None:
        """What was begun as a visit of its own goes on in this diary."""
        self.fields.show_fields(joined(self.fields.values(), values))
        self.keep_draft()

    def first_field(self) -> QWidget | None:
        """Where typing begins."""
        return self.fields.first_field()

    # ------------------------------------------------------------------ notices

    def _show_notice(self, *, resumed: bool = False) -> None:
        clear(self._notices)
        if self._returned:
            self._notice("warn", self._why_returned())
        elif resumed:
            self._notice("info", "这是上次没写完的一篇。", ("另写一篇", self._write_another))
        elif self._record is None and (earlier := self._earlier()) is not None:
            when = moment_words(int(earlier["visited_at"]), self._work.today())
            words = f"{when} 您已经记过{subject_names(earlier)}，要接在那一篇后面写吗？"
            self._notice("info", words, ("接着那一篇写", lambda: self._go_on_with(earlier)))

    def _notice(self, tone: Any, words: str, act: tuple[str, Callable[[], object]] | None = None) -> None:
        banner = Banner(tone)
        banner.body.addWidget(Label(words, "second", wrap=True), 1)
        if act is not None:
            banner.body.addWidget(TintButton(*act))
        self._notices.addWidget(banner, 1)

    def _why_returned(self) -> str:
        assert self._record is not None, "only what was saved can be returned"
        reviews = [each for each in self._work.ledger.reviews_of(self._record) if each.get("act") == "returned"]
        said = str(reviews[0].get("comment") or "") if reviews else ""
        who = self._work.ledger.names().get(str(reviews[0].get("reviewer")), "") if reviews else ""
        return f"{who or '督导'}退回补充" + (f"：{said}" if said else "。")

    def _earlier(self) -> dict[str, Any] | None:
        values = self.fields.values()
        return earlier_entry(self._work, households(values), int(values["visited_at"]))

    def _go_on_with(self, earlier: Mapping[str, Any]) -> None:
        values = self.fields.values()
        drawer = VisitDrawer(
            self._work, self._frame, record=str(earlier["id"]), saved=self._saved, carried=self._typed(values)
        )
        # The other diary's draft holds it from now on.
        self._finished = True
        if self._key:
            self._work.ledger.drop_draft(self._key)
        self._frame.open_drawer(drawer)

    def _typed(self, values: Mapping[str, Any]) -> dict[str, Any] | None:
        usual = ("subjects", "mode", "visited_at", "met", "nature")
        return {name: value for name, value in values.items() if name not in usual} or None

    def _write_another(self) -> None:
        self._frame.open_drawer(
            VisitDrawer(self._work, self._frame, next_home=self._next_home, saved=self._saved, afresh=True)
        )

    # ------------------------------------------------------------------ the draft

    def _edited(self) -> None:
        self._pause.start()
        about = self._about()
        if about != self._noticed:
            self._noticed = about
            self._show_notice()

    def _about(self) -> tuple[Any, ...]:
        """What decides whether an earlier diary is meant."""
        values = self.fields.values()
        return *households(values), values["visited_at"]

    def keep_draft(self) -> None:
        """Keep what is entered now; what was put back as it was leaves no draft."""
        self._pause.stop()
        if self._finished:
            return
        values, ledger = self.fields.values(), self._work.ledger
        changed = values != self._untouched
        try:
            if changed:
                # Chosen as late as this: a drawer that was open before has kept its own by now.
                self._key = self._key or free_key(self._work)
                names = subject_names(values) or "还没选住户"
                ledger.keep_draft(self._key, "visit", f"走访：{names}", self._to_keep(values))
            elif self._key and ledger.draft(self._key) is not None:
                ledger.drop_draft(self._key)
        except GridworkerError as error:
            self._frame.say_error(error, self.keep_draft)
            return
        self._tell(f"草稿已自动保存 {china_now(self._work.now()):%H:%M}" if changed else "")

    def _to_keep(self, values: dict[str, Any]) -> dict[str, Any]:
        """All of a new visit; of one that was written already what was changed, None for what was emptied."""
        if self._record is None:
            return values
        before = self._untouched
        return {name: values.get(name) for name in {**before, **values} if values.get(name) != before.get(name)}

    def _tell(self, words: str) -> None:
        self._told.setText(words)
        self._mark.setVisible(bool(words))

    def _closing(self) -> None:
        if not self._finished:
            self.keep_draft()
            self._frame.redraw(frozenset({"draft"}))

    # ------------------------------------------------------------------ saving

    def submit(self) -> None:
        """Save and close."""
        done = self._save()
        if done is not None:
            self._frame.close_drawer()
            if self._returned:
                # Handed in again: it is the supervisor's turn, and no longer one's own to take back.
                self._frame.say(Message(f"已补充并提交：{done.words.partition('：')[2]}", "ok"))
            else:
                self._frame.offer_undo(done)

    def submit_and_go_on(self) -> None:
        """Save and begin with the next due household: the same way, and the same time if one was set."""
        values = self.fields.values()
        # Asked before: what is saved is due no more, and the way goes on from here.
        following = self._next_home(households(values)) if self._next_home is not None else None
        done = self._save()
        if done is None:
            return
        if following is None:
            self._frame.close_drawer()
            self._frame.say(Message("今天要走访的住户都记完了", "ok"))
            self._frame.offer_undo(done)
            return
        again = VisitDrawer(self._work, self._frame, (following,), next_home=self._next_home, saved=self._saved)
        again.keep_way(self.fields)
        self._frame.open_drawer(again)
        self._frame.offer_undo(done)

    def keep_way(self, before: VisitFields) -> None:
        """Go on as *before*: its way, and its time if that was set by hand. A draft that was found stays as it is."""
        if not self._key:
            told = {"mode": before.mode(), "visited_at": before.own_time(), "_own_time": before.own_time() is not None}
            self.fields.show_fields({**self.fields.values(), **{k: v for k, v in told.items() if v}})
            self._untouched = self.fields.values()

    def _save(self) -> Undoable | None:
        """Save; None when something is wrong, which is said where it is."""
        if not self.fields.checked():
            return None
        values = self.fields.values()
        try:
            saved = self._write({k: v for k, v in values.items() if k not in _INSIDE}, values.get("_heard", []))
        except NotAccepted as error:
            if not (error.field and self.fields.show_wrong(error.field, error.remedy)):
                self._frame.say_error(error)
            return None
        except GridworkerError as error:
            self._frame.say_error(error, self.submit)
            return None
        self._finished = True
        self._pause.stop()
        self._frame.redraw(saved.changed.kinds | {"draft"})
        if self._saved is not None:
            self._saved()
        return self._done(saved, values)

    def _write(self, values: dict[str, Any], heard: list[dict[str, Any]]) -> Saved:
        ledger = self._work.ledger
        parts: list[NewRecord | Edit | MoveTo]
        if self._record is None:
            visit = self._work.references.new_id()
            household = next(iter(households(values)), None)
            parts = [NewRecord("visit", {**values, "household": household}, visit)]
        else:
            visit = self._record
            emptied = {name: None for name in (*_EMPTIED, *SELDOM) if name not in values}
            parts = [Edit("visit", visit, {**values, **emptied}, self._seen)]
            if self._returned:
                parts.append(MoveTo("visit", visit, "submitted"))
        parts += heard_records(self._work, heard, visit, values)
        return ledger.save_together(parts, draft=self._key or None)

    def _done(self, saved: Saved, values: Mapping[str, Any]) -> Undoable:
        heard = values.get("_heard", ())
        more = f"，并转为 {len(heard)} 件事项或纠纷" if heard else ""
        verb = "已记走访" if self._record is None else "已修改走访"
        done = undoable(self._work.ledger, self._frame, f"{verb}：{subject_names(values)}{more}", saved)
        if self._record is not None:
            return done
        ledger, title = self._work.ledger, f"走访：{subject_names(values)}"
        kept: list[str] = []

        def undo() -> None:
            # What was written is not gone with the record: it is a draft again.
            done.undo()
            kept.append(free_key(self._work))
            ledger.keep_draft(kept[-1], "visit", title, values)
            self._frame.redraw(frozenset({"draft"}))

        def redo() -> None:
            ledger.drop_draft(kept.pop())
            done.undo()

        return Undoable(done.words, undo, redo)

"""A form in the drawer that keeps its draft by itself and says at the field what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from gridworker.errors import GridworkerError, NotAccepted
from gridworker.records.kind import Kind
from gridworker.records.row import Row
from gridworker.ui.act_undo import undoable
from gridworker.ui.civil import china_now
from gridworker.ui.drawer import NARROW, Drawer
from gridworker.ui.forms.record_form import Made, RecordForm, Section
from gridworker.ui.icons import IconLabel
from gridworker.ui.message_bar import Message
from gridworker.ui.page import Frame
from gridworker.ui.undo import Undoable
from gridworker.ui.widgets import Elide, LinkButton, PrimaryButton
from gridworker.ui.work import Work

Save = Callable[[dict[str, Any]], Any]
"""Takes the checked fields (None: emptied) and returns the ledger's ``Saved``."""

_SEEN: Final = "_seen"
"""Where a draft keeps the row that its writer had before his eyes."""
_NOTHING: Final[tuple[Any, ...]] = (None, "", [], {})


class FormDrawer(Drawer):
    """Opens with what is given, or with the draft that was left; ``save`` is called with checked fields.

    The draft lives under *draft* and holds what was changed; saving drops it in the same transaction when the
    callable hands it on.
    """

    def __init__(
        self,
        work: Work,
        frame: Frame,
        kind: Kind,
        title: str,
        *,
        draft: str,
        save: Save,
        done: str,
        sections: Sequence[Section] = (),
        initial: Mapping[str, Any] | None = None,
        seen: Row | None = None,
        width: int = NARROW,
        saved_words: str = "保存",
        editors: Mapping[str, Made] | None = None,
    ) -> None:
        """*editors*: by field, what edits it here.

        *seen*: the row that is edited; a draft remembers the row that it was begun on (``self.seen``), so that a
        change of somebody else's in between meets it as a conflict and is not written over unseen.
        """
        super().__init__(title, width=width)
        self._work, self._frame, self._kind = work, frame, kind
        self._draft, self._save, self._done = draft, save, done
        self._words = title
        self._initial, self._stands = dict(initial or {}), seen
        self.seen = seen
        self._finished = False
        self.form = RecordForm(kind, work.references, sections, editors=editors)
        self.body.addWidget(self.form)
        self.body.addStretch(1)
        self._build_foot(saved_words)
        self.form.paused.connect(self.keep_draft)
        self.keep.connect(self.keep_draft)
        self.closed.connect(self._closing)
        self.submitted.connect(self.submit)
        self._fill()

    def _build_foot(self, saved_words: str) -> None:
        self._mark = IconLabel("checkmark_circle", "ok", 20)
        self._told = Elide("", "hint2")
        self._discard = LinkButton(self.tr("放弃草稿"), self.discard)
        self.foot.addWidget(self._mark)
        self.foot.addWidget(self._told, 1)
        self.foot.addWidget(self._discard)
        self._button = PrimaryButton(saved_words, self.submit, icon_name="checkmark")
        self.foot.addWidget(self._button)

    def keep_draft(self) -> None:
        """Keep what differs from what was there; a form put back as it was leaves no draft."""
        if self._finished:
            return
        changed = self._changed()
        try:
            if changed:
                fields = changed | ({} if self.seen is None else {_SEEN: _to_draft(self.seen)})
                self._work.ledger.keep_draft(self._draft, self.form_kind, self._draft_title(), fields)
            elif self._work.ledger.draft(self._draft) is not None:
                self._work.ledger.drop_draft(self._draft)
        except GridworkerError as error:
            self._frame.say_error(error, self.keep_draft)
            return
        words = self.tr("草稿已自动保存 {}").format(f"{china_now(self._work.now()):%H:%M}")
        self._tell(words if changed else "")

    def discard(self) -> None:
        """Throw the draft away and show what is there now; 撤销 brings the draft back."""
        self.form.stop_pause()
        kept, seen = self._changed(), self.seen
        self._work.ledger.drop_draft(self._draft)
        self._begin_with(self._initial, self._stands)

        def back() -> None:
            self._begin_with(self._initial, seen)
            self.form.set_values({**self.form.values(), **kept})
            self.keep_draft()

        self._frame.offer_undo(Undoable(self.tr("已放弃草稿"), back))

    def submit(self) -> None:
        """Save; what is wrong is said at its field and the drawer stays."""
        kept = self.form.checked()
        if kept is None:
            return
        try:
            saved = self._save(kept)
        except NotAccepted as error:
            if not (error.field and self.form.show_wrong(error.field, error.remedy)):
                self._frame.say_error(error)
            return
        except GridworkerError as error:
            self._frame.say_error(error, self.submit)
            return
        self._finished = True
        self.form.stop_pause()
        self._frame.close_drawer()
        self._work.ledger.drop_draft(self._draft)
        self._frame.redraw(saved.changed.kinds | {"draft"})
        self._offer_undo(saved)

    @property
    def form_kind(self) -> str:
        """The name under which the draft says what form it belongs to."""
        return self._draft.partition(":")[0]

    def _fill(self) -> None:
        draft = self._work.ledger.draft(self._draft)
        if draft is None:
            self._begin_with(self._initial, self._stands)
            return
        fields = dict(draft.fields)
        seen = _from_draft(fields.pop(_SEEN, None)) or self._stands
        self._begin_with(self._initial if seen is self._stands or seen is None else seen.fields, seen)
        self.form.set_values({**self._shown, **fields})
        self._tell(self.tr("已恢复没写完的内容"))

    def _begin_with(self, fields: Mapping[str, Any], seen: Row | None) -> None:
        self._shown, self.seen = dict(fields), seen
        self.form.set_values(fields)
        self._untouched = self.form.values()
        self._tell("")

    def _changed(self) -> dict[str, Any]:
        """What is entered and was not there; None for what was emptied."""
        found = {}
        for name, value in self.form.values().items():
            before = self._untouched[name]
            if value != before and not (value in _NOTHING and before in _NOTHING):
                found[name] = value
        return found

    def _draft_title(self) -> str:
        name = self._kind.title_of({**self._shown, **self.form.values()})
        return self._words if name == self._kind.title else f"{self._words}：{name}"

    def _tell(self, words: str) -> None:
        self._told.setText(words)
        for part in (self._mark, self._discard):
            part.setVisible(bool(words))

    def _closing(self) -> None:
        if not self._finished:
            self.form.stop_pause()
            self.keep_draft()
            self._frame.redraw(frozenset({"draft"}))

    def _offer_undo(self, saved: Any) -> None:
        if not saved.act:
            self._frame.say(Message(self.tr("没有改动"), "info"))
            return
        self._frame.offer_undo(undoable(self._work.ledger, self._frame, self._done, saved))


def _to_draft(row: Row) -> dict[str, Any]:
    return {**row.to_wire(), "bucket": row.bucket}


def _from_draft(kept: Any) -> Row | None:
    return Row.from_wire(kept, str(kept["bucket"])) if isinstance(kept, dict) else None

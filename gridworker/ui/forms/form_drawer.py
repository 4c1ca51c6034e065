"""A form in the drawer that keeps its draft by itself and says at the field what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PySide6.QtWidgets import QWidget

from gridworker.errors import GridworkerError, NotAccepted
from gridworker.records.kind import Kind
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


class FormDrawer(Drawer):
    """Opens with what is given, or with the draft that was left; ``save`` is called with checked fields.

    The draft lives under *draft*; saving drops it in the same transaction when the callable hands it on.
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
        width: int = NARROW,
        saved_words: str = "保存",
        editors: Mapping[str, Made] | None = None,
        undoable: Callable[[], bool] = lambda: True,
    ) -> None:
        """*editors*: by field, what edits it here; *undoable*: asked after saving whether 撤销 may be offered."""
        super().__init__(title, width=width)
        self._work, self._frame = work, frame
        self._draft, self._save, self._done = draft, save, done
        self._draft_title = title
        self._initial = dict(initial or {})
        self._finished = False
        self._undoable = undoable
        self.form = RecordForm(kind, work.references, sections, editors=editors)
        self.body.addWidget(self.form)
        self.body.addStretch(1)
        self._mark = IconLabel("checkmark_circle", "ok", 20)
        self._told = Elide("", "hint2")
        self._discard = LinkButton(self.tr("放弃草稿"), self.discard)
        self.foot.addWidget(self._mark)
        self.foot.addWidget(self._told, 1)
        self.foot.addWidget(self._discard)
        self._button = PrimaryButton(saved_words, self.submit, icon_name="checkmark")
        self.foot.addWidget(self._button)
        self.form.paused.connect(self.keep_draft)
        self.keep.connect(self.keep_draft)
        self.closed.connect(self._closing)
        self.submitted.connect(self.submit)
        self._fill()

    def first_field(self) -> QWidget | None:
        """The form's first editor."""
        return super().first_field()

    def keep_draft(self) -> None:
        """Keep what is entered now, unless nothing was changed."""
        if self._finished:
            return
        values = {name: value for name, value in self.form.values().items() if value not in (None, [], {})}
        if values == self._untouched:
            return
        try:
            self._work.ledger.keep_draft(self._draft, self.form_kind, self._draft_title, values)
        except GridworkerError as error:
            self._frame.say_error(error, self.keep_draft)
            return
        self._tell(self.tr("草稿已自动保存 {}").format(f"{china_now(self._work.now()):%H:%M}"))

    def discard(self) -> None:
        """Throw the draft away and show what was there before."""
        self._work.ledger.drop_draft(self._draft)
        self.form.set_values(self._initial)
        self.form.stop_pause()
        self._tell("")

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
        self._frame.redraw(saved.changed.kinds)
        self._offer_undo(saved)

    @property
    def form_kind(self) -> str:
        """The name under which the draft says what form it belongs to."""
        return self._draft.partition(":")[0]

    def _fill(self) -> None:
        self.form.set_values(self._initial)
        self._untouched = {n: v for n, v in self.form.values().items() if v not in (None, [], {})}
        draft = self._work.ledger.draft(self._draft)
        self._tell("")
        if draft is not None:
            self.form.set_values({**self._initial, **draft.fields})
            self._tell(self.tr("已恢复没写完的内容"))

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
        if not (saved.act and self._undoable()):
            self._frame.say(Message(self._done, "ok"))
            return

        def undo() -> None:
            undone = self._work.ledger.undo(saved.act)
            self._frame.redraw(undone.changed.kinds)

        self._frame.offer_undo(Undoable(self._done, undo))

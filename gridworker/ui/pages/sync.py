"""同步: how the sync stands, what must be looked at, what waits, what was refused, what happened."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from PySide6.QtWidgets import QWidget

from gridworker.errors import GridworkerError
from gridworker.records import KINDS
from gridworker.ui.act_undo import undoable
from gridworker.ui.file_control import FileControl
from gridworker.ui.forms.form_drawer import FormDrawer
from gridworker.ui.message_bar import Message
from gridworker.ui.page import Frame, Page
from gridworker.ui.page_head import PageHead
from gridworker.ui.pages.confirm import ConfirmDrawer
from gridworker.ui.pages.conflict_card import ConflictCard
from gridworker.ui.pages.conflict_words import Instead, Pick, Readers
from gridworker.ui.pages.record_words import facts_of
from gridworker.ui.pages.stick_card import Stick, StickCard
from gridworker.ui.pages.sync_files import FilesCard
from gridworker.ui.pages.sync_lists import history_card, refused_card, waiting_card
from gridworker.ui.pages.sync_state import StateCard
from gridworker.ui.pages.sync_words import why_back
from gridworker.ui.sync_control import SyncControl
from gridworker.ui.undo import Undoable
from gridworker.ui.widgets import Banner, Column, IconLabel, Label, Scroll, clear
from gridworker.ui.wording import moment_words
from gridworker.ui.work import Work

if TYPE_CHECKING:
    from gridworker.ledger import Saved
    from gridworker.ledger.conflicts import Conflict
    from gridworker.storage.own_changes import OutboxRow

MOST: Final = 50
"""Records that are listed; the rest is counted."""


class SyncPage(Page):
    """One column of cards; the most urgent first."""

    key = "sync"
    title = "同步"
    icon = "arrow_sync"
    primary = "sync"

    def __init__(
        self,
        work: Work,
        control: SyncControl,
        open_record: Callable[[str, str], bool],
        sign_in: Callable[[], object],
        stick: Stick | None = None,
        files: FileControl | None = None,
    ) -> None:
        """*open_record(kind, id)* shows a record on its own page; *sign_in* asks for the password."""
        self._work, self._control = work, control
        self._open_record, self._sign_in = open_record, sign_in
        self._stick, self._files = stick, files
        self._stick_card: StickCard | None = None
        self._kept: dict[str, Pick] = {}
        self._later: set[str] = set()
        self._conflicts: list[Conflict] | None = None

    def build(self, frame: Frame, head: PageHead) -> QWidget:
        """The cards; each is filled when the page is shown."""
        self._frame, self._head = frame, head
        body = QWidget()
        column = Column(body, gap=12)
        self._scroll = Scroll(gap=12)
        column.addWidget(self._scroll)
        self._state = StateCard(self._control, self._sign_in)
        below = ("refused", "waiting", "files", "stick", "history")
        self._places = {name: Column(gap=12) for name in ("conflicts", *below)}
        self._scroll.body.addLayout(self._places["conflicts"])
        self._scroll.body.addWidget(self._state)
        for name in below:
            self._scroll.body.addLayout(self._places[name])
        if self._stick is not None and self._work.ledger.device:
            self._stick_card = StickCard(self._stick, frame, frame.redraw, self._control.cleared)
            self._places["stick"].addWidget(self._stick_card)
        self._scroll.body.addStretch(1)
        self._control.changed.connect(self._show_state)
        if self._files is not None:
            self._files_card = FilesCard(self._files)
            self._places["files"].addWidget(self._files_card)
            self._files.changed.connect(self._show_files)
        return body

    def shown(self) -> None:
        """Show how things stand now."""
        self._load()

    def redraw(self, kinds: frozenset[str]) -> None:
        """Something was saved, sent or received."""
        self._load()

    def _load(self) -> None:
        self._show_state()
        self._show_conflicts()
        self._show_refused()
        self._show_waiting()
        self._show_files()
        self._show_stick()
        self._show_history()

    def _show_state(self) -> None:
        ledger = self._work.ledger
        last = ledger.last_success()
        said = f"上次成功 {moment_words(last, self._work.today())}" if last else "还没有同步过"
        self._head.set_context(f"{ledger.centre_name() or '尚未连接中心'}·{said}")
        self._state.show_view(ledger)

    # ------------------------------------------------------------------ 需要核对

    def _show_conflicts(self) -> None:
        ledger, place = self._work.ledger, self._places["conflicts"]
        conflicts = ledger.contested()
        if conflicts == self._conflicts:
            return
        self._conflicts = conflicts
        clear(place)
        if not conflicts:
            return
        place.addWidget(_banner(len(conflicts)))
        readers = Readers(ledger.me.person, ledger.names(), self._work.today(), facts_of(ledger))
        for group in _by_record(conflicts)[:MOST]:
            place.addWidget(self._card(group, readers))

    def _card(self, group: Sequence[Conflict], readers: Readers) -> ConflictCard:
        kind, record = group[0].kind, group[0].record
        here = self._work.ledger.get(kind, record) is not None if kind in self._work.ledger.store.kinds else False
        card = ConflictCard(
            group,
            readers,
            references=self._work.references,
            kept=self._kept,
            open_record=(lambda: self._open_record(kind, record)) if here else None,
            folded=record in self._later,
        )
        card.picked.connect(self._kept.__setitem__)
        card.put_off.connect(lambda off: self._later.add(record) if off else self._later.discard(record))
        card.settled.connect(self._settle)
        return card

    def _settle(self, keeps: dict[str, Pick]) -> None:
        """One act for each thing decided; taken back together."""
        ledger = self._work.ledger
        done: list[Saved] = []
        for conflict, keep in keeps.items():
            try:
                if isinstance(keep, Instead):
                    done.append(ledger.settle(conflict, value=keep.record))
                else:
                    done.append(ledger.settle(conflict, keep=keep))
            except GridworkerError as error:
                self._frame.say_error(error)
                break
            self._kept.pop(conflict, None)
        if not done:
            return
        self._frame.redraw(frozenset().union(*(saved.changed.kinds for saved in done)))
        words = "已核对" if len(done) == 1 else f"已核对 {len(done)} 处"
        steps = [undoable(ledger, self._frame, words, saved) for saved in done]

        def back() -> None:
            for step in reversed(steps):
                step.undo()

        def again() -> None:
            for step in steps:
                if step.redo is not None:
                    step.redo()

        self._frame.offer_undo(Undoable(words, back, again))

    # ------------------------------------------------------------------ 被退回、待上传、历史

    def _show_refused(self) -> None:
        place = self._places["refused"]
        clear(place)
        lines = self._work.ledger.outbox(("attention",), 4 * MOST)
        if lines:
            place.addWidget(
                refused_card(self._work, lines, MOST, self._open, self._resend, self._ask_give_up, self._repair)
            )

    def _show_waiting(self) -> None:
        place = self._places["waiting"]
        clear(place)
        lines = self._work.ledger.outbox(("new", "held"), 4 * MOST)
        place.addWidget(waiting_card(self._work, lines, MOST, self._open))

    def _show_stick(self) -> None:
        if self._stick_card is not None:
            ledger = self._work.ledger
            files = ledger.files.waiting() if ledger.files is not None else ()
            ready = sum(each.reason != "refused" for each in files)
            self._stick_card.show_counts(ledger.waiting_count(), ready, *ledger.store.carried_counts())

    def _show_files(self) -> None:
        files = self._work.ledger.files
        if self._files is not None and files is not None:
            self._files_card.show_waiting(files.waiting())

    def _show_history(self) -> None:
        place = self._places["history"]
        clear(place)
        lines = self._work.ledger.sync_history(10)
        if lines:
            place.addWidget(history_card(lines, self._work.today()))

    def _open(self, line: OutboxRow) -> None:
        self._open_record(line.kind, line.record)

    def _repair(self, line: OutboxRow) -> None:
        """What was refused when it was new is filled in again, from what was written then."""
        ledger, kind = self._work.ledger, KINDS[line.kind]
        drawer = FormDrawer(
            self._work,
            self._frame,
            kind,
            f"修改后再交：{kind.title}",
            draft=f"repair:{line.record}",
            save=lambda kept: ledger.repair(line.tx, line.record, kept),
            done="已修改，等待上传",
            initial=line.value,
        )
        reason = Banner("warn")
        words = line.reason or f"{why_back(line.code).chip}（原因代码：{line.code}）"
        reason.body.addWidget(Label(words, "second", wrap=True), 1)
        drawer.body.insertWidget(0, reason)
        self._frame.open_drawer(drawer)

    def _resend(self, tx: str) -> None:
        self._work.ledger.resend(tx)
        self._frame.redraw(frozenset({"outbox"}))
        self._frame.say(Message("已放回待上传，现在就再交一次", "info"))
        self._control.ask()

    def _ask_give_up(self, tx: str, title: str) -> None:
        words = f"“{title}”的这次修改不再上传，页面上恢复成中心的内容。您写的原文仍留在这条记录的历史里。"
        drawer = ConfirmDrawer("放弃这次修改", words, "放弃", lambda: self._give_up(tx), self._frame)
        self._frame.open_drawer(drawer)

    def _give_up(self, tx: str) -> None:
        changed = self._work.ledger.give_up(tx)
        self._frame.close_drawer()
        self._frame.redraw(changed.kinds | {"outbox"})
        self._frame.say(Message("已放弃这次修改", "info", "原文仍留在这条记录的历史里。"))


def _banner(count: int) -> Banner:
    banner = Banner("warn")
    banner.body.addWidget(IconLabel("branch_compare", "warn", 24))
    words = Column(gap=2)
    words.addWidget(Label(f"有 {count} 处需要您核对", "strong", wrap=True))
    words.addWidget(Label("两边的内容都在，核对之前什么都不会丢。", "second", wrap=True))
    banner.body.addLayout(words, 1)
    return banner


def _by_record(conflicts: Sequence[Conflict]) -> list[list[Conflict]]:
    groups: dict[tuple[str, str], list[Conflict]] = {}
    for conflict in conflicts:
        groups.setdefault((conflict.kind, conflict.record), []).append(conflict)
    return list(groups.values())

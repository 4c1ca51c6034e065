"""同步: how the sync stands, what must be looked at, what waits, what was refused, what happened."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtWidgets import QWidget

from gridworker.errors import GridworkerError
from gridworker.records import KINDS
from gridworker.ui.message_bar import Message
from gridworker.ui.page import Frame, Page
from gridworker.ui.page_head import PageHead
from gridworker.ui.pages.conflict_card import ConflictCard
from gridworker.ui.sync_control import SyncControl
from gridworker.ui.tokens import Tone
from gridworker.ui.undo import Undoable
from gridworker.ui.widgets import (
    Banner,
    Card,
    Column,
    EmptyState,
    Label,
    LinkButton,
    ListRow,
    ProgressStrip,
    Row,
    RowList,
    Scroll,
    SectionTitle,
    clear,
)
from gridworker.ui.wording import moment_words
from gridworker.ui.work import Work

if TYPE_CHECKING:
    from gridworker.ledger.conflicts import Keep
    from gridworker.storage.outbox import OutboxRow

MOST: Final = 50
"""Waiting records that are listed; the rest is counted."""

VERBS: Final = {
    "create": "新建",
    "set": "修改",
    "add": "加标签",
    "rem": "移除一项",
    "move": "办理",
    "del": "移除",
    "restore": "恢复",
}


class SyncPage(Page):
    """One column of cards; the most urgent first."""

    key = "sync"
    title = "同步"
    icon = "arrow_sync"
    primary = "sync"

    def __init__(self, work: Work, control: SyncControl, open_record: Callable[[str, str], bool]) -> None:
        """*open_record(kind, id)* shows a record on its own page; False when it has none."""
        self._work, self._control = work, control
        self._open_record = open_record

    def build(self, frame: Frame, head: PageHead) -> QWidget:
        """The cards; each is filled when the page is shown."""
        self._frame, self._head = frame, head
        body = QWidget()
        column = Column(body, gap=12)
        self._scroll = Scroll(gap=12)
        column.addWidget(self._scroll)
        self._state = Card(gap=8)
        self._progress = ProgressStrip(self._control.cancel)
        self._state_title = SectionTitle("")
        self._state_words = Label("", "second", wrap=True)
        for part in (self._state_title, self._state_words, self._progress):
            self._state.body.addWidget(part)
        self._places = {name: Column(gap=12) for name in ("conflicts", "refused", "waiting", "history")}
        self._scroll.body.addWidget(self._state)
        for place in self._places.values():
            self._scroll.body.addLayout(place)
        self._scroll.body.addStretch(1)
        self._control.changed.connect(self._show_state)
        return body

    def shown(self) -> None:
        """Show how things stand now."""
        self._load()

    def redraw(self, kinds: frozenset[str]) -> None:
        """Something was saved, sent or received."""
        self._load()

    def _load(self) -> None:
        self._show_state()
        for place in self._places.values():
            clear(place)
        self._show_conflicts()
        self._show_refused()
        self._show_waiting()
        self._show_history()

    def _show_state(self) -> None:
        view = self._control.view
        last = self._work.ledger.last_success()
        said = f"上次成功 {moment_words(last, self._work.today())}" if last else "还没有同步过"
        self._head.set_context(f"{self._work.ledger.centre_name() or '尚未连接中心'}·{said}")
        self._progress.setVisible(view.running)
        if view.running:
            self._state_title.set_text("正在同步")
            self._state_words.setText("可以继续工作，随时可以取消，已完成的部分都会留下。")
            self._progress.show_progress(view.done, view.total, view.words)
            return
        self._state_title.set_text(self._title_words())
        self._state_words.setText(self._advice_words())

    def _title_words(self) -> str:
        view, waiting = self._control.view, self._work.ledger.waiting_count()
        if view.error is not None:
            return view.error.title
        return f"有 {waiting} 处修改待上传" if waiting else "都已同步"

    def _advice_words(self) -> str:
        view = self._control.view
        words = view.error.remedy if view.error is not None else "保存后会自动上传，也可以按“立即同步”。"
        if view.error is not None and view.next_in is not None:
            minutes = max(1, round(view.next_in / 60_000))
            words += f" {minutes} 分钟后自动再试。"
        if not self._work.ledger.backup_known():
            words += " 中心未设备份，所以暂时只能显示“中心已收到”。"
        return words

    # 需要核对 ------------------------------------------------------------------------

    def _show_conflicts(self) -> None:
        ledger, place = self._work.ledger, self._places["conflicts"]
        conflicts = ledger.conflicts()
        if not conflicts:
            return
        banner = Banner("warn")
        words = Column(gap=2)
        words.addWidget(Label(f"有 {len(conflicts)} 处需要您核对", "strong", wrap=True))
        words.addWidget(Label("两边的内容都在，核对之前什么都不会丢。", "second", wrap=True))
        banner.body.addLayout(words, 1)
        place.addWidget(banner)
        names, today = ledger.names(), self._work.today()
        for conflict in conflicts[:MOST]:
            place.addWidget(self._conflict(conflict, names, today))

    def _conflict(self, conflict: dict[str, Any], names: Any, today: Any) -> ConflictCard:
        kind, record = str(conflict["record_kind"]), str(conflict["record"])
        fields = self._work.ledger.any_fields(kind, record)
        card = ConflictCard(conflict, fields, names, today, lambda: self._open_record(kind, record))
        card.settled.connect(lambda choice: self._settle(str(conflict["id"]), choice))
        card.later.connect(card.hide)
        return card

    def _settle(self, conflict: str, choice: Keep) -> None:
        try:
            saved = self._work.ledger.settle(conflict, keep=choice)
        except GridworkerError as error:
            self._frame.say_error(error)
            return
        self._control.saved()
        self._frame.redraw(saved.changed.kinds)

        def undo() -> None:
            self._frame.redraw(self._work.ledger.undo(saved.act).changed.kinds)

        self._frame.offer_undo(Undoable("已核对", undo))

    # 被退回、待上传 ------------------------------------------------------------------

    def _show_refused(self) -> None:
        groups = self._grouped(self._work.ledger.outbox(("attention",), MOST))
        if not groups:
            return
        card = Card(margins=(0, 14, 0, 8), gap=6)
        card.body.addLayout(_titled("被退回", len(groups)))
        card.body.addLayout(_indented("中心没有接受这些修改，原因写在下面。内容都还在本机，可以改好再交，或者放弃。"))
        rows = RowList()
        for lines in groups.values():
            rows.add(self._refused_row(lines))
        card.body.addWidget(rows)
        self._places["refused"].addWidget(card)

    def _refused_row(self, lines: list[OutboxRow]) -> ListRow:
        first = lines[0]
        row = ListRow(self._title(first), line=first.reason or first.code, due=("被退回", "bad"), icon_name="warning")
        row.add_end(LinkButton("再交一次", lambda: self._resend(first.tx)))
        row.add_end(LinkButton("放弃", lambda: self._give_up(first.tx)))
        row.opened.connect(lambda: self._open_record(first.kind, first.record))
        return row

    def _resend(self, tx: str) -> None:
        self._work.ledger.resend(tx)
        self._control.ask()
        self._load()

    def _give_up(self, tx: str) -> None:
        changed = self._work.ledger.give_up(tx)
        self._frame.redraw(changed.kinds)
        self._frame.say(Message("已放弃这次修改", "info", "原文仍留在这条记录的历史里。"))

    def _show_waiting(self) -> None:
        groups = self._grouped(self._work.ledger.outbox(("new", "sent", "held"), 4 * MOST))
        card = Card(margins=(0, 14, 0, 8), gap=6)
        card.body.addLayout(_titled("待上传", len(groups)))
        if not groups:
            empty = EmptyState("cloud_checkmark", "没有等待上传的内容。", "您保存的内容都已经到了中心。")
            card.body.addWidget(empty)
        rows = RowList()
        for lines in list(groups.values())[:MOST]:
            rows.add(self._waiting_row(lines))
        card.body.addWidget(rows)
        if len(groups) > MOST:
            card.body.addLayout(_indented(f"还有 {len(groups) - MOST} 项，会按先后上传。"))
        self._places["waiting"].addWidget(card)

    def _waiting_row(self, lines: list[OutboxRow]) -> ListRow:
        first = lines[0]
        chips: dict[str, tuple[str, Tone]] = {
            "new": ("排队", "neutral"),
            "sent": ("等中心回话", "info"),
            "held": ("等前面的内容", "warn"),
        }
        more = f"·{len(lines)} 处修改" if len(lines) > 1 else ""
        line = f"{VERBS.get(first.verb, '修改')}·{moment_words(first.made_at, self._work.today())}{more}"
        row = ListRow(
            self._title(first),
            line=f"{line}·{first.reason}" if first.reason else line,
            due=chips.get(first.state),
            icon_name=KINDS[first.kind].icon if first.kind in KINDS and KINDS[first.kind].icon else "document",
        )
        row.opened.connect(lambda: self._open_record(first.kind, first.record))
        return row

    def _show_history(self) -> None:
        lines = self._work.ledger.sync_history(10)
        if not lines:
            return
        card = Card(margins=(18, 14, 18, 14), gap=8)
        card.body.addWidget(SectionTitle("最近的同步"))
        for each in lines:
            row = Row(gap=10)
            row.addWidget(Label(moment_words(int(each["at"]), self._work.today()), "second"))
            row.addWidget(Label(f"上传 {each['pushed']}·下载 {each['pulled']}·{each['result']}", "second"), 1)
            card.body.addLayout(row)
        self._places["history"].addWidget(card)

    def _grouped(self, lines: list[OutboxRow]) -> dict[tuple[str, str], list[OutboxRow]]:
        groups: dict[tuple[str, str], list[OutboxRow]] = {}
        for line in lines:
            groups.setdefault((line.tx, line.record), []).append(line)
        return groups

    def _title(self, line: OutboxRow) -> str:
        kind = KINDS.get(line.kind)
        if kind is None:
            return line.kind
        fields = self._work.ledger.any_fields(line.kind, line.record) or {}
        title = kind.title_of(fields)
        return kind.title if title == kind.title else f"{kind.title}：{title}"


def _titled(words: str, count: int) -> Row:
    row = Row(margins=(18, 0, 14, 0))
    row.addWidget(SectionTitle(words, str(count) if count else ""))
    return row


def _indented(words: str) -> Row:
    row = Row(margins=(18, 0, 18, 4))
    row.addWidget(Label(words, "second", wrap=True), 1)
    return row

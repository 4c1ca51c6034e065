"""The card that says how the sync stands and offers what helps: cancel, try again, sign in."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from gridworker.errors import SignInNeeded, SignInRefused
from gridworker.ui.icons import IconLabel
from gridworker.ui.pages.sync_words import AUTOMATIC, BY_HAND
from gridworker.ui.sync_control import SyncControl
from gridworker.ui.widgets import Card, Column, Elide, Label, ProgressStrip, Row, TintButton
from gridworker.ui.wording import clock_words, progress_words

if TYPE_CHECKING:
    from gridworker.ledger import Ledger


class StateCard(Card):
    """Icon, words, advice, progress; one button at most."""

    def __init__(self, control: SyncControl, sign_in: Callable[[], object], parent: QWidget | None = None) -> None:
        super().__init__(gap=10, parent=parent)
        self._control = control
        row = Row(gap=14)
        self._icon = IconLabel("cloud_checkmark", "ok", 28)
        row.addWidget(self._icon)
        words = Column(gap=2)
        self._title = Elide("", "h2")
        self._advice = Label("", "second", wrap=True)
        self._receipts = Label("", "hint2", wrap=True)
        for part in (self._title, self._advice, self._receipts):
            words.addWidget(part)
        row.addLayout(words, 1)
        self._sign_in = TintButton("重新登录", sign_in, icon_name="key")
        self._again = TintButton("立即重试", control.ask, icon_name="arrow_sync")
        for button in (self._sign_in, self._again):
            button.hide()
            row.addWidget(button)
        self.body.addLayout(row)
        self._progress = ProgressStrip(control.cancel)
        self._progress.hide()
        self.body.addWidget(self._progress)

    def show_view(self, ledger: Ledger) -> None:
        """How it stands now."""
        view, waiting = self._control.view, ledger.waiting_count()
        icon_name, token, title, advice = self._words(ledger, waiting)
        self._icon.show_icon(icon_name, token)
        self._title.setText(title)
        self._advice.setText(advice)
        self._receipts.setText("\n".join(filter(None, (_receipts(ledger), _clock(ledger)))))
        self._receipts.setVisible(bool(self._receipts.text()))
        self._progress.setVisible(view.running)
        if view.running:
            self._progress.show_progress(view.done, view.total, progress_words(view.done, view.total, view.words))
        can_sign_in = isinstance(view.error, SignInNeeded | SignInRefused) and bool(ledger.device)
        self._sign_in.setVisible(can_sign_in)
        self._again.setVisible(view.error is not None and not can_sign_in and not view.running)

    def _words(self, ledger: Ledger, waiting: int) -> tuple[str, str, str, str]:
        view = self._control.view
        if view.running:
            return "cloud_sync", "primary", "正在同步", "可以继续工作，随时可以取消，已完成的部分都会留下。"
        if view.error is not None:
            icon_name, token = ("cloud_off", "text2") if view.offline else ("cloud_error", "bad")
            if view.needs_sign_in:
                icon_name, token = "key", "warn"
            return icon_name, token, view.error.title, view.error.remedy + _again(view.next_in)
        rest = AUTOMATIC if self._control.automatic else BY_HAND
        if view.cancelled:
            return "cloud_arrow_up", "primary", "已取消这次同步", f"已完成的部分都留下了。{_again(view.next_in)}"
        refused = ledger.store.waiting_count().get("attention", 0)
        if refused:
            advice = "原因写在下面，可以改好再交。其余的都已同步。" if not waiting else "原因写在下面，可以改好再交。"
            return "cloud_error", "warn", f"有 {refused} 处修改被退回", advice
        if waiting:
            return "cloud_arrow_up", "primary", f"有 {waiting} 处修改待上传", rest
        if ledger.last_success():
            return "cloud_checkmark", "ok", "都已同步", rest
        return "cloud_off", "text2", "还没有同步过", "连接中心以后，资料会下载到这台电脑。"


def _again(next_in: int | None) -> str:
    if next_in is None:
        return ""
    minutes = max(1, round(next_in / 60_000))
    return f" {minutes} 分钟后自动再试。"


def _clock(ledger: Ledger) -> str:
    """What a wrong clock means, while it is wrong."""
    slow = ledger.clock_slow()
    return f"这台电脑的时间{clock_words(slow)}，请在系统设置里校准。不影响保存和上传。" if slow else ""


def _receipts(ledger: Ledger) -> str:
    """The two receipts of one's own changes of the last 90 days."""
    counts = ledger.store.waiting_count()
    accepted, durable = counts.get("accepted", 0), counts.get("durable", 0)
    if not accepted + durable:
        return ""
    if not ledger.backup_known():
        return f"本机的修改：中心已收到 {accepted + durable:,} 处。中心未设备份，所以暂时不能显示“中心已存妥”。"
    return f"本机的修改：中心已收到 {accepted:,} 处，中心已存妥 {durable:,} 处。"

"""Who is it, and the password: the first thing that a worker sees in the morning."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QWidget

from gridworker.errors import (
    CentreError,
    DeviceWiped,
    GridworkerError,
    KeyringNeeded,
    LeaseOver,
    LockedOut,
    SignInError,
    StoreBusy,
    StoreDamaged,
    StoreTooNew,
    WrongPassword,
)
from gridworker.ui.background import Background, Job, Lane, Progress
from gridworker.ui.pages.unlock_door import KnownWorker, UnlockDoor
from gridworker.ui.pages.unlock_fields import ChoiceRow, Chooser, PasswordRow
from gridworker.ui.pages.unlock_porch import Notice
from gridworker.ui.pages.unlock_times import day_and_minute
from gridworker.ui.widgets.boxes import Column, Row, clear
from gridworker.ui.widgets.buttons import Button, LinkButton, PrimaryButton
from gridworker.ui.widgets.text import Label

_LOOK_AGAIN_MS: Final = 5_000
_PATIENCE_MS: Final = 150


class PasswordView(QWidget):
    """Rows of workers and one password field. *opened* carries the session."""

    opened = Signal(object)
    forgot = Signal(str)
    newcomer = Signal()
    restore = Signal(str)
    cleared = Signal()
    """The centre was asked, and ordered the store destroyed."""

    def __init__(self, door: UnlockDoor, background: Background, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("clear")
        self._door, self._background = door, background
        self._workers: dict[str, KnownWorker] = {}
        self._job: Job[object] | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_AGAIN_MS)
        self._timer.timeout.connect(self._look_at_lock)
        self._build()
        self.reload()

    def _build(self) -> None:
        column = Column(self, gap=14)
        self._title = Label("", "h2")
        column.addWidget(self._title)
        self.notice = Notice()
        column.addWidget(self.notice)
        self._rows = Column(gap=8)
        column.addLayout(self._rows)
        self.chooser = Chooser()
        self.password = PasswordRow(self.tr("密码"))
        column.addWidget(self.password)
        self.open_button = PrimaryButton(self.tr("打开"), self.submit)
        column.addWidget(self.open_button)
        links = Row(margins=(-8, 0, -8, 0), gap=4)
        self.forgot_button = LinkButton(self.tr("忘记密码"), lambda: self.forgot.emit(self.user))
        links.addWidget(self.forgot_button)
        links.addStretch(1)
        links.addWidget(LinkButton(self.tr("新同事使用这台电脑"), self.newcomer.emit, icon_name="person_add"))
        column.addLayout(links)

    @property
    def user(self) -> str:
        """The login name of the worker who is chosen."""
        return self.chooser.value()

    def reload(self, user: str = "") -> None:
        """Ask the door who works here; *user* is chosen, else who was here last."""
        known = self._door.workers()
        self._workers = {worker.user: worker for worker in known}
        clear(self._rows)
        self.chooser = Chooser()
        self._rows.addWidget(self.chooser)
        for worker in known:
            self.chooser.add(worker.user, self._row(worker))
        self._title.setText(self.tr("请输入密码") if len(known) == 1 else self.tr("您是哪一位？"))
        self.chooser.chosen.connect(self._chosen)
        self.chooser.settled.connect(lambda: self.password.line.setFocus())
        first = user if user in self._workers else next(iter(self._workers), "")
        self.chooser.choose(first)

    def _row(self, worker: KnownWorker) -> ChoiceRow:
        words = [worker.role_title if worker.enrolled else self.tr("还没有连接中心")]
        if worker.last_used:
            words.append(self.tr("上次使用 {}").format(day_and_minute(worker.last_used)))
        row = ChoiceRow(worker.name, line="·".join(word for word in words if word))
        row.setCursor(Qt.CursorShape.PointingHandCursor)
        return row

    def begin(self) -> None:
        """Put the cursor where typing begins."""
        self.password.line.setFocus()

    def submit(self) -> None:
        """Try the password."""
        self._try(self._door.unlock, "local")

    def submit_at_centre(self) -> None:
        """The same by way of the centre, after the lease."""
        self._try(self._door.unlock_at_centre, "network")

    def _try(self, way: Callable[[str, str, Progress], object], lane: Lane) -> None:
        if self._job is not None and not self._job.over:
            return
        if not self.user or not self.password.isEnabled():
            return
        if not self.password.text():
            self.password.set_wrong(self.tr("请输入密码。"))
            self.password.line.setFocus()
            return
        self._busy(True)
        user, password = self.user, self.password.text()
        self._job = self._background.run(
            lambda progress: way(user, password, progress),
            then=self._entered,
            failed=self._refused,
            lane=lane,
        )

    def _entered(self, session: object) -> None:
        self._busy(False)
        self.password.clear()
        self.opened.emit(session)

    def _refused(self, error: GridworkerError) -> None:
        self._busy(False)
        if isinstance(error, DeviceWiped):
            self.cleared.emit()
        elif isinstance(error, WrongPassword):
            self.password.set_wrong(f"{error.title}。{error.remedy}")
            self.password.line.selectAll()
            self.begin()
            self._look_at_lock()
        elif isinstance(error, LockedOut):
            self._look_at_lock()
        else:
            self._say(error)

    def _say(self, error: GridworkerError) -> None:
        # The way out first: it appears together with the words.
        clear(self.notice.ends)
        way_out = self._way_out(error)
        if way_out is not None:
            self.notice.ends.addWidget(Button(*way_out, kind="quiet"))
        self.notice.say(error.title, error.remedy, bad=not isinstance(error, LeaseOver))

    def _way_out(self, error: GridworkerError) -> tuple[str, Callable[[], object]] | None:
        user = self.user
        match error:
            case StoreDamaged() | StoreTooNew():
                return self.tr("恢复备份"), lambda: self.restore.emit(user)
            case KeyringNeeded():
                return self.tr("忘记密码"), lambda: self.forgot.emit(user)
            case LeaseOver() | CentreError() | SignInError():
                return self.tr("连接中心并打开"), self.submit_at_centre
            case StoreBusy():
                return self.tr("再试一次"), self.submit
            case _:
                return None

    def _chosen(self, user: str) -> None:
        self.notice.hide()
        self.password.clear()
        self.password.set_wrong("")
        self.password.line.setPlaceholderText(self.tr("密码或 PIN") if self._workers[user].has_pin else "")
        self._look_at_lock()

    def _look_at_lock(self) -> None:
        wait = self._door.locked_for(self.user) if self.user else 0
        was_shut = not self.password.isEnabled()
        if wait and self.password.isEnabled():
            self.forgot_button.setFocus()
        self.password.setEnabled(wait == 0)
        self.open_button.setEnabled(wait == 0 and bool(self.user))
        if wait:
            minutes = -(-wait // 60_000)
            self.password.clear()
            self.password.set_wrong("")
            clear(self.notice.ends)
            self.notice.say(
                self.tr("密码错误次数太多，请过 {} 分钟再试").format(minutes),
                self.tr("资料没有受影响。着急用，可以点“忘记密码”：请管理员重置，或用恢复码。"),
                bad=False,
            )
            self._timer.start()
        else:
            self._timer.stop()
            if was_shut:
                self.notice.hide()
                self.begin()

    def _busy(self, busy: bool) -> None:
        self.open_button.setEnabled(not busy)
        self.password.line.setReadOnly(busy)
        self.chooser.setEnabled(not busy)
        if busy:
            self.notice.hide()
            self.password.set_wrong("")
            QTimer.singleShot(_PATIENCE_MS, self, self._say_busy)
        else:
            self.open_button.set_caption(self.tr("打开"))

    def _say_busy(self) -> None:
        if self._job is not None and not self._job.over:
            self.open_button.set_caption(self.tr("正在打开…"))

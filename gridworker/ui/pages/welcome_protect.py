"""第三步, 本机保护: what guards the papers on this machine, said in plain words, and the second key if wanted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from gridworker.errors import Cancelled, GridworkerError, NotAccepted, SignInError, WeakPassword, WrongPassword
from gridworker.ui.background import Background, Job
from gridworker.ui.icons import IconLabel
from gridworker.ui.pages.unlock_fields import NewPassword
from gridworker.ui.pages.welcome_code import CodeSheet
from gridworker.ui.pages.welcome_door import Application, Enrolled, WelcomeDoor
from gridworker.ui.pages.welcome_step import Step
from gridworker.ui.widgets.boxes import Column, Row
from gridworker.ui.widgets.buttons import Check
from gridworker.ui.widgets.states import ProgressStrip
from gridworker.ui.widgets.text import Label

LEAST_WITH_KEYRING = 8
LEAST_ALONE = 10
"""Characters of a password that has no keyring beside it."""


class ProtectStep(Step):
    """Enrols at its end. ``refused`` carries what the centre did not take; ``enrolled`` is what came of it."""

    refused = Signal(object)

    def __init__(
        self,
        door: WelcomeDoor,
        background: Background,
        application: Callable[[], Application],
        is_known: Callable[[], bool],
        parent: QWidget | None = None,
    ) -> None:
        words = ("保护好这台电脑上的资料", "住户的资料全部加密存放。打开它的钥匙，就是您的密码。")
        super().__init__(*words, parent)
        self._door, self._background = door, background
        self._application, self._is_known = application, is_known
        self._keyring: bool | None = None
        self._job: Job[bool] | Job[Enrolled] | None = None
        self.enrolled: Enrolled | None = None
        self._build()

    def _build(self) -> None:
        self._form = QWidget()
        self._form.setObjectName("clear")
        form = Column(self._form, gap=14)
        self.body.addWidget(self._form)
        row = Row(gap=10)
        self._keyring_mark = IconLabel("shield_lock", "text2")
        self._keyring_words = Label(self.tr("正在看这台电脑有没有系统钥匙串…"), "body", wrap=True)
        row.addWidget(self._keyring_mark)
        row.addWidget(self._keyring_words, 1)
        form.addLayout(row)
        self.change = Check(self.tr("管理员给的密码，换成自己记得住的"))
        self.change.toggled.connect(self._show_fields)
        form.addWidget(self.change)
        self._must = Label("", "second", wrap=True)
        form.addWidget(self._must)
        self.new_password = NewPassword(least=LEAST_ALONE)
        form.addWidget(self.new_password)
        self.recovery = Check(self.tr("再准备一个恢复码（可选）"))
        form.addWidget(self.recovery)
        hint = self.tr("忘了密码、又联系不上中心的时候用。抄在纸上，锁进抽屉，不要存在电脑里。")
        self._recovery_hint = Label(hint, "hint", wrap=True)
        form.addWidget(self._recovery_hint)
        self.code = CodeSheet()
        self.code.ready.connect(self.changed)
        self.code.hide()
        self.body.addWidget(self.code)
        self._strip = ProgressStrip(self.stop)
        self._strip.hide()
        self.body.addWidget(self._strip)

    def begin(self) -> None:
        """Look for the keyring, once."""
        if self.enrolled is not None:
            return
        self._show_fields()
        self._focus()
        if self._keyring is None and self._job is None:
            self._job = self._background.run(self._door.has_keyring, then=self._looked, failed=self._not_looked)
            self.changed.emit()

    @property
    def busy(self) -> bool:
        """Whether the keyring is looked for, the centre asked, or the code not yet put down."""
        waiting = self.enrolled is not None and not self.code.isHidden() and not self.code.is_ready
        return waiting or (self._job is not None and not self._job.over)

    @property
    def may_go_back(self) -> bool:
        """Not while enrolling, and not after: the code is used up."""
        return self.enrolled is None and self._strip.isHidden()

    @property
    def forward_words(self) -> str:
        """What the button does now."""
        return self.tr("下一步") if self.enrolled is not None else self.tr("登录并加密")

    def forward(self) -> None:
        """Enrol; then the code, if one was wanted; then on."""
        if self.busy:
            return
        if self.enrolled is not None:
            self.done.emit()
            return
        application = self._application()
        if self._new_wanted():
            password = self.new_password.text()
            if not password:
                return
            application = replace(application, new_password=password)
        self._enrol(replace(application, recovery_code=self.recovery.isChecked()))

    def stop(self) -> None:
        """Break off what runs; what the centre already took is taken up again next time."""
        if self._job is not None:
            self._job.cancel()

    def _enrol(self, application: Application) -> None:
        self.notice.hide()
        self._strip.show_progress(0, 0, self.tr("正在登录…"))
        self._strip.show()
        self._freeze(True)
        self._job = self._background.run(
            lambda progress: self._door.enrol(application, progress),
            then=self._taken,
            failed=self._not_taken,
            progress=self._strip.show_progress,
            lane="network",
        )
        self.changed.emit()

    def _taken(self, enrolled: Enrolled) -> None:
        self.enrolled = enrolled
        self._strip.hide()
        self.new_password.clear()
        self.changed.emit()
        if not enrolled.recovery_code:
            self.done.emit()
            return
        self._form.hide()
        self.code.show_code(enrolled.recovery_code, enrolled.name)
        self.code.show()
        self.code.begin()
        self.changed.emit()

    def _not_taken(self, error: GridworkerError) -> None:
        self._strip.hide()
        self._freeze(False)
        self.changed.emit()
        if isinstance(error, Cancelled):
            return
        if isinstance(error, WeakPassword):
            self.change.setChecked(True)
            self._show_fields()
            self.new_password.first.set_wrong(error.remedy)
            self.new_password.first.line.setFocus()
        elif isinstance(error, SignInError | NotAccepted | WrongPassword):
            self.refused.emit(error)
        else:
            self.notice.say(error.title, error.remedy)

    def _looked(self, keyring: bool) -> None:
        self._keyring = keyring
        self._keyring_mark.show_icon("shield_lock" if keyring else "key", "ok" if keyring else "warn")
        self._keyring_words.setText(
            self.tr("这台电脑有系统钥匙串，会在里面放半把钥匙：光把文件拷走，有密码也打不开。")
            if keyring
            else self.tr("这台电脑没有系统钥匙串，资料只靠密码保护，所以密码至少要 10 个字符。")
        )
        self.new_password.set_least(LEAST_WITH_KEYRING if keyring else LEAST_ALONE)
        self._show_fields()
        self._focus()
        self.changed.emit()

    def _focus(self) -> None:
        if self.isVisible():
            (self.new_password.first.line if self._must_change() else self.change).setFocus()

    def _not_looked(self, error: GridworkerError) -> None:
        self._looked(False)

    def _must_change(self) -> bool:
        # A store that is here already keeps the password that it has.
        return self._keyring is False and not self._is_known() and len(self._application().password) < LEAST_ALONE

    def _new_wanted(self) -> bool:
        return self._must_change() or self.change.isChecked()

    def _show_fields(self) -> None:
        must = self._must_change()
        self.change.setVisible(not must)
        self._must.setVisible(must)
        if must:
            short = len(self._application().password)
            self._must.setText(
                self.tr("您现在的密码只有 {} 个字符。请换一个长些的，以后登录中心和打开这台电脑都用它。").format(short)
            )
        self.new_password.setVisible(self._new_wanted())

    def _freeze(self, frozen: bool) -> None:
        for part in (self.change, self.new_password, self.recovery):
            part.setEnabled(not frozen)

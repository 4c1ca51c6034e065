"""安全: the password, the lock, the PIN where one may stand for the password, and the second key on paper."""

from __future__ import annotations

from PySide6.QtWidgets import QComboBox, QWidget

from gridworker.errors import Cancelled, GridworkerError, NotAllowed, WeakPassword, WrongPassword
from gridworker.ui.background import Job
from gridworker.ui.message_bar import Message
from gridworker.ui.page import Frame
from gridworker.ui.pages.settings_port import Housekeeping, Protection
from gridworker.ui.pages.settings_secrets import CodeCard, PinCard
from gridworker.ui.pages.settings_section import Section
from gridworker.ui.pages.unlock_fields import NewPassword, PasswordRow
from gridworker.ui.preferences import LOCK_CHOICES, LOCK_MINUTES, lock_minutes
from gridworker.ui.widgets import FormRow, Label, PrimaryButton, ProgressStrip, Row
from gridworker.ui.work import Work


class SafetySection(Section):
    """Nothing here touches a record: only the slots in which the key lies, and when the desk locks."""

    def __init__(self, work: Work, frame: Frame, port: Housekeeping, parent: QWidget | None = None) -> None:
        super().__init__(work, frame, port, parent)
        self._job: Job[None] | None = None
        self._password_card()
        self._lock_card()
        self.pin = PinCard(frame, port, self._look)
        self._right.addWidget(self.pin)
        self.code = CodeCard(frame, port, self._look)
        self._right.addWidget(self.code)
        for card in (self.pin, self.code):
            card.grew.connect(lambda card=card: self.bring_into_sight(card))
        self.even()

    def load(self) -> None:
        """Ask what guards the store; the keyring may take a moment."""
        minutes = lock_minutes(self.work.preferences)
        self.lock.setCurrentIndex(max(0, self.lock.findData(minutes)))
        self._look()

    def _look(self) -> None:
        self.frame.background.run(self.port.protection, then=self._show, failed=self.frame.say_error)

    def _show(self, protection: Protection) -> None:
        self.new_password.set_least(protection.least)
        self._guard.setText(
            self.tr("资料已加密。钥匙一半是您的密码，一半在这台电脑的系统钥匙串里。")
            if protection.keyring
            else self.tr("资料已加密，靠密码保护。这台电脑没有系统钥匙串，密码至少 {} 个字符。").format(
                protection.least
            )
        )
        self.pin.show_protection(protection)
        self.code.show_protection(protection)

    # The password ------------------------------------------------------------------

    def _password_card(self) -> None:
        card = self.add_card(self.tr("修改密码"))
        self._guard = Label(self.tr("资料已加密。"), "second", wrap=True)
        card.body.addWidget(self._guard)
        self.old_password = PasswordRow(self.tr("现在的密码"))
        card.body.addWidget(self.old_password)
        self.new_password = NewPassword(least=8)
        card.body.addWidget(self.new_password)
        hint = self.tr("要联网：中心和这台电脑一起改。资料不动，没传的照样传。")
        card.body.addWidget(Label(hint, "hint", wrap=True))
        self._strip = ProgressStrip(self._cancel)
        self._strip.hide()
        card.body.addWidget(self._strip)
        row = Row(gap=8)
        row.addStretch(1)
        self.change_button = PrimaryButton(self.tr("修改密码"), self.change_password)
        row.addWidget(self.change_button)
        card.body.addLayout(row)

    def change_password(self) -> None:
        """Change it at the centre and here."""
        old = self.old_password.text()
        if not old:
            self.old_password.set_wrong(self.tr("请输入现在的密码。"))
            self.old_password.line.setFocus()
            return
        new = self.new_password.text()
        if not new or (self._job is not None and not self._job.over):
            return
        self.change_button.setEnabled(False)
        self._strip.show_progress(0, 0, self.tr("正在修改…"))
        self._strip.show()
        self._job = self.frame.background.run(
            lambda progress: self.port.change_password(old, new, progress),
            then=self._changed,
            failed=self._not_changed,
            progress=self._strip.show_progress,
            lane="network",
        )

    def _changed(self, _: None) -> None:
        self._idle()
        self.old_password.clear()
        self.new_password.clear()
        self.frame.say(Message(self.tr("密码已修改，中心和这台电脑都用新密码")))
        self._look()

    def _not_changed(self, error: GridworkerError) -> None:
        self._idle()
        if isinstance(error, WrongPassword | NotAllowed):
            self.old_password.set_wrong(self.tr("现在的密码不对，请核对大小写和输入法。"))
            self.old_password.line.setFocus()
            self.old_password.line.selectAll()
        elif isinstance(error, WeakPassword):
            self.new_password.first.set_wrong(error.remedy)
            self.new_password.first.line.setFocus()
        elif not isinstance(error, Cancelled):
            self.frame.say_error(error)

    def _idle(self) -> None:
        self.change_button.setEnabled(True)
        self._strip.hide()

    def _cancel(self) -> None:
        if self._job is not None:
            self._job.cancel()

    # The lock ----------------------------------------------------------------------

    def _lock_card(self) -> None:
        card = self.add_card(self.tr("自动锁定"), right=True)
        self.lock = QComboBox()
        self.lock.setAccessibleName(self.tr("多久不动就锁定"))
        for minutes in LOCK_CHOICES:
            self.lock.addItem(self.tr("{} 分钟").format(minutes), minutes)
        self.lock.addItem(self.tr("不自动锁定"), 0)
        self.lock.activated.connect(self._keep_lock)
        hint = self.tr("离开座位请按 Ctrl+L。写到一半的会存成草稿。")
        card.body.addWidget(FormRow(self.tr("多久不动就锁定"), self.lock, hint=hint))

    def _keep_lock(self, place: int) -> None:
        minutes = int(self.lock.itemData(place))
        self.work.preferences.put(LOCK_MINUTES, minutes)
        self.port.set_lock_minutes(minutes)

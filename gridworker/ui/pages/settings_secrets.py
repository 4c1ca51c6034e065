"""The two other keys: a PIN where the keyring holds half of the key, and a code on paper."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from gridworker.errors import GridworkerError, WeakPassword, WrongPassword
from gridworker.ui.message_bar import Message
from gridworker.ui.page import Frame
from gridworker.ui.pages.settings_port import Housekeeping, Protection
from gridworker.ui.pages.unlock_fields import PasswordRow
from gridworker.ui.pages.welcome_code import CodeSheet
from gridworker.ui.widgets import Card, Column, Label, LinkButton, QuietButton, Row, SectionTitle, TintButton


class _Secret(Card):
    """A card that opens a little form, asks for the password, and closes it again.

    ``grew``: something appeared in it that should be seen.
    """

    grew = Signal()

    def __init__(self, frame: Frame, port: Housekeeping, looked: Callable[[], object], title: str) -> None:
        super().__init__(gap=12)
        self.frame, self.port, self._looked = frame, port, looked
        self.title = SectionTitle(title)
        self.body.addWidget(self.title)
        self.words = Label("", "second", wrap=True)
        self.body.addWidget(self.words)
        self.form = QWidget()
        self.form.setObjectName("clear")
        self.inside = Column(self.form, gap=12)
        self.password = PasswordRow(self.tr("现在的密码"))
        self.inside.addWidget(self.password)
        self.form.hide()
        self.body.addWidget(self.form)
        self.acts = Row(gap=8)
        self.body.addLayout(self.acts)

    def open_form(self) -> None:
        """Ask."""
        self.form.show()
        self.password.line.setFocus()
        self.grew.emit()

    def close_form(self) -> None:
        """Forget what was typed."""
        self.password.clear()
        self.password.set_wrong("")
        self.form.hide()

    def refused(self, error: GridworkerError) -> None:
        """Say at the password what is wrong with it; anything else at the top of the page."""
        if isinstance(error, WrongPassword):
            self.password.set_wrong(self.tr("密码不对，请核对大小写和输入法。"))
            self.password.line.setFocus()
            self.password.line.selectAll()
        else:
            self.frame.say_error(error)

    def asked(self) -> str:
        """The password; empty after saying that it is missing."""
        if not self.password.text():
            self.password.set_wrong(self.tr("请输入密码。"))
            self.password.line.setFocus()
        return self.password.text()


class PinCard(_Secret):
    """Six to nine digits instead of the password, on this machine alone."""

    def __init__(self, frame: Frame, port: Housekeeping, looked: Callable[[], object]) -> None:
        super().__init__(frame, port, looked, "PIN")
        self.pin = PasswordRow(self.tr("PIN"), hint=self.tr("6 到 9 位数字，只在这台电脑上管用。"))
        self.inside.addWidget(self.pin)
        self.keep_button = TintButton(self.tr("设为 PIN"), self.keep)
        self.inside.addWidget(self.keep_button)
        self.set_button = QuietButton(self.tr("设置 PIN"), self._ask_pin, icon_name="key")
        self.drop_button = LinkButton(self.tr("取消 PIN"), self._ask_drop)
        self.acts.addWidget(self.set_button)
        self.acts.addWidget(self.drop_button)
        self.acts.addStretch(1)
        self._dropping = False

    def show_protection(self, protection: Protection) -> None:
        """Offer what may be."""
        self.close_form()
        self.set_button.setVisible(protection.keyring)
        self.set_button.set_caption(self.tr("换一个 PIN") if protection.pin else self.tr("设置 PIN"))
        self.drop_button.setVisible(protection.pin)
        if not protection.keyring:
            self.words.setText(self.tr("这台电脑没有系统钥匙串，几位数字保护不了资料，所以不能用 PIN。"))
        elif protection.pin:
            self.words.setText(self.tr("已设 PIN，打开这台电脑时输 PIN 或密码都可以。"))
        else:
            self.words.setText(self.tr("嫌密码长，可以用几位数字代替，只在这台电脑上管用。"))

    def keep(self) -> None:
        """Set it, or take it away."""
        password, pin = self.asked(), "" if self._dropping else self.pin.text()
        if not password:
            return
        self.keep_button.setEnabled(False)
        self.frame.background.run(
            lambda progress: self.port.set_pin(password, pin, progress), then=self._kept, failed=self.refused
        )

    def refused(self, error: GridworkerError) -> None:
        """What is wrong with the PIN is said at the PIN."""
        self.keep_button.setEnabled(True)
        if isinstance(error, WeakPassword):
            self.pin.set_wrong(error.remedy)
            self.pin.line.setFocus()
        else:
            super().refused(error)

    def close_form(self) -> None:
        """Forget what was typed."""
        super().close_form()
        self.pin.clear()
        self.pin.set_wrong("")
        self.keep_button.setEnabled(True)

    def _ask_pin(self) -> None:
        self._ask(dropping=False)

    def _ask_drop(self) -> None:
        self._ask(dropping=True)

    def _ask(self, *, dropping: bool) -> None:
        self._dropping = dropping
        self.pin.setVisible(not dropping)
        self.keep_button.set_caption(self.tr("取消 PIN") if dropping else self.tr("设为 PIN"))
        self.open_form()

    def _kept(self, _: None) -> None:
        self.frame.say(Message(self.tr("PIN 已取消") if self._dropping else self.tr("PIN 已设好")))
        self.close_form()
        self._looked()


class CodeCard(_Secret):
    """A new code on paper; the one before is worthless from then on."""

    def __init__(self, frame: Frame, port: Housekeeping, looked: Callable[[], object]) -> None:
        super().__init__(frame, port, looked, "恢复码")
        self.make_button = TintButton(self.tr("生成新的恢复码"), self.make)
        self.inside.addWidget(self.make_button)
        self.sheet = CodeSheet()
        self.sheet.ready.connect(self._put_away)
        self.sheet.hide()
        self.body.addWidget(self.sheet)
        self.ask_button = QuietButton("", self.open_form, icon_name="key")
        self.acts.addWidget(self.ask_button)
        self.acts.addStretch(1)

    def show_protection(self, protection: Protection) -> None:
        """Whether there is one."""
        if not self.sheet.isHidden():
            return
        self.words.setText(
            self.tr("已有一个恢复码。纸找不到了，就换一个，旧的随即作废。")
            if protection.recovery_code
            else self.tr("忘了密码、又联系不上中心的时候用。抄在纸上锁好。")
        )
        self.ask_button.set_caption(self.tr("换一个恢复码") if protection.recovery_code else self.tr("准备一个恢复码"))

    def make(self) -> None:
        """Make one and show it."""
        password = self.asked()
        if password:
            self.make_button.setEnabled(False)
            self.frame.background.run(
                lambda progress: self.port.new_recovery_code(password, progress), then=self._made, failed=self.refused
            )

    def refused(self, error: GridworkerError) -> None:
        """Say why not."""
        self.make_button.setEnabled(True)
        super().refused(error)

    def _made(self, code: str) -> None:
        self.make_button.setEnabled(True)
        self.close_form()
        self.ask_button.hide()
        self.sheet.show_code(code, self.port.standing().name)
        self.sheet.show()
        self.sheet.begin()
        self.grew.emit()

    def _put_away(self) -> None:
        if self.sheet.is_ready and self.sheet.code():
            self.sheet.hide()
            self.sheet.forget()
            self.ask_button.show()
            self._looked()

"""重新登录: the centre asks who is there; the password is all that is needed, work goes on meanwhile."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from gridworker.errors import GridworkerError
from gridworker.ui.background import Progress
from gridworker.ui.drawer import Drawer
from gridworker.ui.message_bar import Message
from gridworker.ui.page import Frame
from gridworker.ui.pages.unlock_fields import PasswordRow
from gridworker.ui.widgets import Label, PrimaryButton


class SignInDrawer(Drawer):
    """Asks for the password and signs this desk in, in the network lane."""

    def __init__(
        self,
        frame: Frame,
        user: str,
        sign_in: Callable[[str, Progress], object],
        then: Callable[[], object],
    ) -> None:
        """*then* follows when the centre has said yes."""
        super().__init__("重新登录")
        self._frame, self._sign_in, self._then = frame, sign_in, then
        words = f"登录名“{user}”。登录已过期，请输入密码。没有上传的内容都在本机，一条也不会丢。"
        self.body.addWidget(Label(words, "second", wrap=True))
        self._password = PasswordRow("密码")
        self._password.line.returnPressed.connect(self.submit)
        self.body.addWidget(self._password)
        self.body.addStretch(1)
        self.foot.addStretch(1)
        self._button = PrimaryButton("登录", self.submit, icon_name="key")
        self.foot.addWidget(self._button)
        self.submitted.connect(self.submit)
        self._closed = False
        self.closed.connect(self._forget)

    def first_field(self) -> QWidget:
        """The password."""
        return self._password.line

    def submit(self) -> None:
        """Ask the centre."""
        password = self._password.text()
        if not self._button.isEnabled():
            return
        if not password:
            self._password.set_wrong("请输入密码。")
            self._password.line.setFocus()
            return
        self._password.set_wrong("")
        self._wait(True)
        self._frame.background.run(
            lambda progress: self._sign_in(password, progress),
            then=lambda _: self._done(),
            failed=self._failed,
            lane="network",
        )

    def _done(self) -> None:
        if not self._closed:
            self._frame.close_drawer()
        self._frame.say(Message("已重新登录", "ok", "正在把没有上传的内容传到中心。"))
        self._then()

    def _failed(self, error: GridworkerError) -> None:
        if self._closed:
            self._frame.say_error(error)
            return
        self._wait(False)
        self._password.set_wrong(f"{error.title}：{error.remedy}")
        self._password.line.selectAll()
        self._password.line.setFocus()

    def _wait(self, waiting: bool) -> None:
        self._button.setEnabled(not waiting)
        self._button.set_caption("正在登录…" if waiting else "登录")

    def _forget(self) -> None:
        self._closed = True
        self._password.clear()

"""忘记密码: the two ways back in, neither of which loses anything that was not sent yet."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from gridworker.errors import Cancelled, GridworkerError, NotAccepted, SignInRefused, WrongPassword
from gridworker.ui.background import Background, Job, Progress
from gridworker.ui.pages.unlock_door import UnlockDoor
from gridworker.ui.pages.unlock_fields import NewPassword, PasswordRow
from gridworker.ui.pages.unlock_porch import Notice
from gridworker.ui.widgets.boxes import Column, Row
from gridworker.ui.widgets.buttons import LinkButton, PrimaryButton
from gridworker.ui.widgets.chips import SegmentedChoice
from gridworker.ui.widgets.fields import FormRow, Line
from gridworker.ui.widgets.states import ProgressStrip
from gridworker.ui.widgets.text import Label


class ForgotView(QWidget):
    """By the centre after a reset, or by the printed code. *opened* carries the session."""

    opened = Signal(object)
    left = Signal()

    def __init__(
        self, door: UnlockDoor, background: Background, user: str, name: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("clear")
        self._door, self._background, self._user = door, background, user
        self._job: Job[object] | None = None
        column = Column(self, gap=14)
        head = Row(margins=(-8, 0, 0, 0), gap=8)
        head.addWidget(LinkButton(self.tr("返回"), self._leave, icon_name="chevron_left"))
        head.addStretch(1)
        column.addLayout(head)
        column.addWidget(Label(self.tr("{}，别着急，资料都在").format(name), "h2", wrap=True))
        words = self.tr("没有上传的日记也都好好地存在这台电脑里，换了密码照样打得开。")
        column.addWidget(Label(words, "second", wrap=True))
        self.notice = Notice()
        column.addWidget(self.notice)
        self.way = SegmentedChoice(
            self.tr("找回的办法"),
            (("centre", self.tr("请管理员重置"), "person_swap"), ("code", self.tr("用恢复码"), "key")),
        )
        self.way.choose("centre")
        self.way.chosen.connect(self._show_way)
        column.addWidget(self.way)
        self._by_centre(column)
        self._by_code(column)
        self.submit_button = PrimaryButton(self.tr("打开"), self.submit)
        column.addWidget(self.submit_button)
        self._strip = ProgressStrip(self._cancel)
        self._strip.hide()
        column.addWidget(self._strip)
        self._show_way("centre")

    def _by_centre(self, column: Column) -> None:
        self._centre = QWidget()
        self._centre.setObjectName("clear")
        inner = Column(self._centre, gap=12)
        for step in (
            self.tr("1. 打电话请管理员重置您的密码，他会告诉您一个新密码。"),
            self.tr("2. 把这台电脑接上网。"),
            self.tr("3. 在下面输入新密码。在别的电脑上改过密码，也在这里输入新密码。"),
        ):
            inner.addWidget(Label(step, "body", wrap=True))
        self.password = PasswordRow(self.tr("新密码"))
        inner.addWidget(self.password)
        column.addWidget(self._centre)

    def _by_code(self, column: Column) -> None:
        self._code_box = QWidget()
        self._code_box.setObjectName("clear")
        inner = Column(self._code_box, gap=12)
        words = self.tr("第一次使用时打印或抄下来的那一串字，不用联网。然后定一个新密码。")
        inner.addWidget(Label(words, "body", wrap=True))
        self.code = Line(self.tr("一组一组照着输入，大小写都可以"), name=self.tr("恢复码"))
        self._code_row = FormRow(self.tr("恢复码"), self.code)
        self.code.textEdited.connect(lambda: self._code_row.set_wrong(""))
        inner.addWidget(self._code_row)
        self.new_password = NewPassword(least=8)
        inner.addWidget(self.new_password)
        column.addWidget(self._code_box)

    def begin(self) -> None:
        """Put the cursor where typing begins."""
        (self.password.line if self.way.value() == "centre" else self.code).setFocus()

    def submit(self) -> None:
        """Try the way that is chosen."""
        if self._job is not None and not self._job.over:
            return
        self.notice.hide()
        if self.way.value() == "centre":
            self._ask_centre()
        else:
            self._try_code()

    def _ask_centre(self) -> None:
        password = self.password.text()
        if not password:
            self.password.set_wrong(self.tr("请输入管理员给的新密码。"))
            self.begin()
            return

        def work(progress: Progress) -> object:
            return self._door.unlock_after_reset(self._user, password, progress)

        self._busy(self.tr("正在请中心核对…"))
        self._job = self._background.run(
            work, then=self._entered, failed=self._refused, progress=self._strip.show_progress, lane="network"
        )

    def _try_code(self) -> None:
        code = self.code.text().strip()
        if not code:
            self._code_row.set_wrong(self.tr("请输入恢复码。"))
            self.begin()
            return
        password = self.new_password.text()
        if not password:
            return

        def work(progress: Progress) -> object:
            return self._door.unlock_with_code(self._user, code, password, progress)

        self._busy(self.tr("正在核对恢复码…"))
        self._job = self._background.run(
            work, then=self._entered, failed=self._refused, progress=self._strip.show_progress
        )

    def _entered(self, session: object) -> None:
        self._idle()
        self.opened.emit(session)

    def _refused(self, error: GridworkerError) -> None:
        self._idle()
        if isinstance(error, Cancelled):
            return
        if isinstance(error, WrongPassword) and self.way.value() == "code":
            self._code_row.set_wrong(error.remedy)
            self.begin()
        elif isinstance(error, NotAccepted):
            self.new_password.first.set_wrong(error.remedy)
        elif isinstance(error, SignInRefused | WrongPassword):
            self.password.set_wrong(self.tr("中心不认这个密码。请核对大小写，或再问一次管理员。"))
            self.password.line.selectAll()
            self.begin()
        else:
            self.notice.say(error.title, error.remedy)

    def _show_way(self, way: str) -> None:
        self._centre.setVisible(way == "centre")
        self._code_box.setVisible(way == "code")
        self.notice.hide()
        self.begin()

    def _busy(self, words: str) -> None:
        self.submit_button.setEnabled(False)
        self.way.setEnabled(False)
        self._strip.show_progress(0, 0, words)
        self._strip.show()

    def _idle(self) -> None:
        self.submit_button.setEnabled(True)
        self.way.setEnabled(True)
        self._strip.hide()

    def _cancel(self) -> None:
        if self._job is not None:
            self._job.cancel()

    def _leave(self) -> None:
        self._cancel()
        self.left.emit()

"""第二步, 连接中心: the code, the address, the name and the password, and whether the way there is free."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from gridworker.errors import GridworkerError, NotAccepted, WrongPassword
from gridworker.ui.background import Background
from gridworker.ui.pages.unlock_fields import PasswordRow
from gridworker.ui.pages.welcome_door import WelcomeDoor
from gridworker.ui.pages.welcome_reach import ReachSteps
from gridworker.ui.pages.welcome_step import Step
from gridworker.ui.theme import px
from gridworker.ui.widgets.boxes import Column, Row
from gridworker.ui.widgets.buttons import LinkButton, QuietButton
from gridworker.ui.widgets.fields import FormRow, Line


class _Level(QWidget):
    """Nothing, as high as the tick box over the field beside: so that both titles stand on one line."""

    def __init__(self) -> None:
        super().__init__()
        self.rescale()

    def rescale(self) -> None:
        """Take the size in use."""
        self.setFixedSize(1, px(32))


class ConnectStep(Step):
    """Four fields and a test. ``offline``: the worker wants to go on without the centre."""

    offline = Signal()

    def __init__(self, door: WelcomeDoor, background: Background, parent: QWidget | None = None) -> None:
        words = ("连接中心", "登记码、登录名和密码向管理员要。连一次就好，以后没有网也能用。")
        super().__init__(*words, parent)
        self._door = door
        self._going = False
        self._ca: Path | None = None
        self._fields()
        acts = Row(gap=8)
        self.test_button = QuietButton(self.tr("测试连接"), self.test, icon_name="plug_disconnected")
        acts.addWidget(self.test_button)
        self._ca_button = LinkButton(self.tr("中心用自己的证书"), self.ask_ca)
        acts.addWidget(self._ca_button)
        acts.addStretch(1)
        acts.addWidget(LinkButton(self.tr("先不联网"), self.offline.emit))
        self.body.addLayout(acts)
        self.reach = ReachSteps(door.reach, background)
        self.reach.ended.connect(self._tested)
        self.body.addWidget(self.reach)

    def _fields(self) -> None:
        self.code = Line(self.tr("整段粘贴，或照着输入"), name=self.tr("一次性登记码"))
        self._code_row = FormRow(
            self.tr("一次性登记码"), self.code, hint=self.tr("一台电脑一个，7 天内有效。大小写、空格和短横都不要紧。")
        )
        self.code.textEdited.connect(self._read_code)
        self.address = Line("https://", name=self.tr("中心地址"))
        self.address.setText(self._door.address())
        self._address_row = FormRow(self.tr("中心地址"), self.address)
        self.address.textEdited.connect(self._address_changed)
        self.user = Line(name=self.tr("登录名"))
        self._user_row = FormRow(self.tr("登录名"), self.user)
        self.user.textChanged.connect(self._user_changed)
        self.password = PasswordRow(self.tr("密码"))
        self.body.addWidget(self._code_row)
        self.body.addWidget(self._address_row)
        halves = Row(gap=14)
        left, right = Column(gap=0), Column(gap=0)
        self._user_row.end.addWidget(_Level())
        left.addWidget(self._user_row)
        left.addStretch(1)
        right.addWidget(self.password)
        right.addStretch(1)
        halves.addLayout(left, 1)
        halves.addLayout(right, 1)
        self.body.addLayout(halves)
        hint = self.tr("您在这台电脑上已有资料，连上后接着用，草稿都在。打开它的密码和上面不一样时，填在这里。")
        self.local_password = PasswordRow(self.tr("这台电脑上的密码"), hint=hint)
        self.local_password.hide()
        self.body.addWidget(self.local_password)

    @property
    def ca(self) -> Path | None:
        """The certificate file that was chosen."""
        return self._ca

    @property
    def is_known(self) -> bool:
        """Whether the login name has a store on this machine already."""
        user = self.user.text().strip().lower()
        return any(worker.user.lower() == user for worker in self._door.workers())

    @property
    def busy(self) -> bool:
        """Whether the way is being tested."""
        return self.reach.running

    @property
    def forward_words(self) -> str:
        """While testing the button says so."""
        return self.tr("正在测试…") if self.busy else self.tr("下一步")

    def begin(self) -> None:
        """The first field that is still empty."""
        fields = (self.code, self.address, self.user, self.password.line)
        next((field for field in fields if not field.text()), self.code).setFocus()

    def forward(self) -> None:
        """Check the fields, test the way, go on."""
        if not self._complete() or self.busy:
            return
        self._going = True
        self.test()

    def test(self) -> None:
        """Test the way alone."""
        if not self.address.text().strip():
            self._address_row.set_wrong(self.tr("请填中心地址，以 https:// 开头。"))
            self.address.setFocus()
            self._going = False
            return
        self.notice.hide()
        self.reach.test(self.address.text().strip(), self._ca)
        self.changed.emit()

    def stop(self) -> None:
        """Break the test off."""
        self._going = False
        self.reach.stop()

    def refused(self, error: GridworkerError) -> None:
        """The centre did not take what was filled in here: say it and mark where to look."""
        rows = {"code": self._code_row, "address": self._address_row}
        if isinstance(error, NotAccepted) and error.field in rows:
            rows[error.field].set_wrong(error.remedy)
            rows[error.field].field.setFocus()
            return
        if isinstance(error, WrongPassword):
            self.local_password.set_wrong(error.remedy)
            self.local_password.line.setFocus()
            return
        self.reach.hide()
        self.notice.say(error.title, error.remedy)
        self.password.line.setFocus()
        self.password.line.selectAll()

    def ask_ca(self) -> None:
        """Let the worker choose the certificate that the administrator sent."""
        dialog = QFileDialog(self, self.tr("中心的证书文件"), "", self.tr("证书 (*.pem *.crt *.cer)"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self.take_ca)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def take_ca(self, path: str) -> None:
        """Trust the authority in this file, and no other, for this centre."""
        self._ca = Path(path)
        self._ca_button.set_caption(self.tr("证书：{}").format(self._ca.name))
        self.reach.clear()

    def _read_code(self, text: str) -> None:
        self._code_row.set_wrong("")
        carried = text.partition("@")[2].strip()
        if carried:
            self.address.setText(carried)
            self._address_changed()

    def _user_changed(self) -> None:
        self._user_row.set_wrong("")
        self.local_password.setVisible(self.is_known)

    def _address_changed(self) -> None:
        self._address_row.set_wrong("")
        self.reach.clear()

    def _complete(self) -> bool:
        wrong = [row for row, _ in self._missing()]
        for row, words in reversed(self._missing()):
            row.set_wrong(words)
            (row.line if isinstance(row, PasswordRow) else row.field).setFocus()
        return not wrong

    def _missing(self) -> list[tuple[FormRow | PasswordRow, str]]:
        missing: list[tuple[FormRow | PasswordRow, str]] = []
        if not self.code.text().strip():
            missing.append((self._code_row, self.tr("请填登记码；没有的话向管理员要一个。")))
        if not self.address.text().strip():
            missing.append((self._address_row, self.tr("请填中心地址，以 https:// 开头。")))
        if not self.user.text().strip():
            missing.append((self._user_row, self.tr("请填登录名。")))
        if not self.password.text():
            missing.append((self.password, self.tr("请填密码。")))
        return missing

    def _tested(self, free: bool) -> None:
        going, self._going = self._going, False
        self.changed.emit()
        if going and free:
            self.done.emit()

"""先不联网: what it means, said before it is chosen; then a store for drafts, guarded like any other."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from gridworker.errors import GridworkerError, StoreBusy, WeakPassword
from gridworker.ui.background import Background, Job
from gridworker.ui.icons import IconLabel
from gridworker.ui.pages.unlock_fields import NewPassword
from gridworker.ui.pages.welcome_door import WelcomeDoor
from gridworker.ui.pages.welcome_step import Step
from gridworker.ui.widgets.boxes import Row
from gridworker.ui.widgets.buttons import LinkButton
from gridworker.ui.widgets.fields import FormRow, Line
from gridworker.ui.widgets.text import Label

LEAST = 8


class OfflineStep(Step):
    """Three plain sentences, then name and password. ``opened`` carries the session of the new store."""

    opened = Signal(object)
    read_tutorial = Signal()
    practise = Signal()

    def __init__(self, door: WelcomeDoor, background: Background, parent: QWidget | None = None) -> None:
        super().__init__("先不联网：能写草稿，不能正式保存", "", parent)
        self._door, self._background = door, background
        self._job: Job[object] | None = None
        self._say_plainly()
        halves = Row(gap=14)
        self.name = Line(name=self.tr("姓名"))
        self._name_row = FormRow(self.tr("姓名"), self.name)
        self.user = Line(name=self.tr("登录名"))
        self._user_row = FormRow(self.tr("登录名（管理员给的）"), self.user)
        for field, row in ((self.name, self._name_row), (self.user, self._user_row)):
            field.textEdited.connect(lambda _, row=row: row.set_wrong(""))
            halves.addWidget(row, 1)
        self.body.addLayout(halves)
        self.new_password = NewPassword(least=LEAST)
        self.body.addWidget(self.new_password)
        ways = Row(margins=(-8, 0, 0, 0), gap=10)
        tutorial = LinkButton(self.tr("先看三分钟教程"), self.read_tutorial.emit, icon_name="book_open")
        ways.addWidget(tutorial)
        self.practise_button = LinkButton(self.tr("用编出来的人家练一练"), self.practise.emit, icon_name="beaker")
        self.practise_button.setVisible(door.can_practise())
        ways.addWidget(self.practise_button)
        ways.addStretch(1)
        self.body.addLayout(ways)

    def _say_plainly(self) -> None:
        for icon_name, token, words in (
            ("checkmark_circle", "ok", self.tr("走访的情况可以先写成草稿，加密存在这台电脑里，一个字也不会丢。")),
            ("warning", "warn", self.tr("还不能正式保存：您管哪些网格、有哪些人家，要由中心告诉这台电脑。")),
            ("info", "info", self.tr("拿到登记码、接上网，随时来连接；连上一次，以后没有网也样样能办。")),
        ):
            row = Row(gap=10)
            row.addWidget(IconLabel(icon_name, token))
            row.addWidget(Label(words, "body", wrap=True), 1)
            self.body.addLayout(row)

    def begin(self) -> None:
        """The first field that is empty."""
        fields = (self.name, self.user, self.new_password.first.line)
        next((field for field in fields if not field.text()), self.name).setFocus()

    @property
    def forward_words(self) -> str:
        """What the button does."""
        return self.tr("正在准备…") if self.busy else self.tr("先进去写草稿")

    @property
    def busy(self) -> bool:
        """Whether the store is being made."""
        return self._job is not None and not self._job.over

    def forward(self) -> None:
        """Make the store and open it."""
        name, user = self.name.text().strip(), self.user.text().strip()
        if not name:
            self._name_row.set_wrong(self.tr("请填您的姓名。"))
            self.name.setFocus()
        elif not user:
            words = self.tr("请填登录名，要和管理员给的一样，连接以后草稿才接得上。")
            self._user_row.set_wrong(words)
            self.user.setFocus()
        elif (password := self.new_password.text()) and not self.busy:
            self.notice.hide()
            self._job = self._background.run(
                lambda progress: self._door.begin_offline(user, name, password, progress),
                then=self._made,
                failed=self._not_made,
            )
            self.changed.emit()

    def _made(self, session: object) -> None:
        self.new_password.clear()
        self.changed.emit()
        self.opened.emit(session)

    def _not_made(self, error: GridworkerError) -> None:
        self.changed.emit()
        if isinstance(error, WeakPassword):
            self.new_password.first.set_wrong(error.remedy)
            self.new_password.first.line.setFocus()
        elif isinstance(error, StoreBusy):
            self._user_row.set_wrong(self.tr("这台电脑上已有您的资料，请返回解锁页，选自己的名字。"))
            self.user.setFocus()
        else:
            self.notice.say(error.title, error.remedy)

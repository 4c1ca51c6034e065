"""恢复备份: when the file is damaged or too new, choose an earlier day; the present file is put aside."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from gridworker.errors import Cancelled, GridworkerError, WrongPassword
from gridworker.ui.background import Background, Job, Progress
from gridworker.ui.pages.unlock_door import KnownBackup, UnlockDoor
from gridworker.ui.pages.unlock_fields import ChoiceRow, Chooser, PasswordRow
from gridworker.ui.pages.unlock_porch import Notice
from gridworker.ui.pages.unlock_times import size_in_words, year_to_minute
from gridworker.ui.widgets.boxes import Column, Row
from gridworker.ui.widgets.buttons import LinkButton, PrimaryButton
from gridworker.ui.widgets.states import EmptyState, ProgressStrip
from gridworker.ui.widgets.text import Label


class RestoreView(QWidget):
    """The backups of one worker, newest first, and his password. *opened* carries the session."""

    opened = Signal(object)
    left = Signal()

    def __init__(
        self, door: UnlockDoor, background: Background, user: str, chosen: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("clear")
        self._door, self._background, self._user = door, background, user
        self._backups = {backup.key: backup for backup in door.backups(user)}
        self._job: Job[object] | None = None
        column = Column(self, gap=14)
        head = Row(margins=(-8, 0, 0, 0), gap=8)
        head.addWidget(LinkButton(self.tr("返回"), self._leave, icon_name="chevron_left"))
        head.addStretch(1)
        column.addLayout(head)
        column.addWidget(Label(self.tr("恢复备份"), "h2"))
        self.notice = Notice()
        column.addWidget(self.notice)
        self.chooser = Chooser()
        self.password = PasswordRow(self.tr("密码"), hint=self.tr("先用密码打开备份，确认是您的，才会替换。"))
        self.submit_button = PrimaryButton(self.tr("恢复并打开"), self.submit)
        self._strip = ProgressStrip(self._cancel)
        self._strip.hide()
        self._explain(column)
        for part in (self.chooser, self.password, self.submit_button, self._strip):
            column.addWidget(part)
        if self._backups:
            self._offer(chosen)
        else:
            for part in (self.password, self.submit_button):
                part.hide()

    def _explain(self, column: Column) -> None:
        if not self._backups:
            column.addWidget(
                EmptyState(
                    "archive",
                    self.tr("这台电脑上还没有备份"),
                    self.tr("已经上传的内容都在中心：请联系管理员重新登记这台电脑，再下载一次。原来的文件请不要删。"),
                    ways_out=((self.tr("回到解锁"), self._leave),),
                )
            )
            return
        for words in (
            self.tr("现在的资料文件会改名留在原处，不会删除。"),
            self.tr(
                "备份以后已经上传的内容，恢复后同步一次就会回来；还没有上传的，只要旧文件里读得出来，会一起带过来。"
            ),
        ):
            column.addWidget(Label(words, "second", wrap=True))

    def _offer(self, chosen: str) -> None:
        for backup in self._backups.values():
            self.chooser.add(backup.key, _row(backup))
        self.chooser.choose(chosen if chosen in self._backups else next(iter(self._backups)))
        self.chooser.settled.connect(lambda: self.password.line.setFocus())

    def begin(self) -> None:
        """Put the cursor where typing begins."""
        self.password.line.setFocus()

    def submit(self) -> None:
        """Restore the backup that is chosen."""
        if (self._job is not None and not self._job.over) or not self._backups:
            return
        if not self.password.text():
            self.password.set_wrong(self.tr("请输入密码。"))
            self.begin()
            return
        backup, password = self._backups[self.chooser.value()], self.password.text()

        def work(progress: Progress) -> object:
            return self._door.restore(self._user, password, backup, progress)

        self.notice.hide()
        self.submit_button.setEnabled(False)
        self._strip.show_progress(0, 0, self.tr("正在恢复…"))
        self._strip.show()
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
        if isinstance(error, WrongPassword):
            self.password.set_wrong(self.tr("密码打不开这份备份。请核对大小写；现在的资料没有动过。"))
            self.password.line.selectAll()
            self.begin()
        else:
            self.notice.say(error.title, error.remedy)

    def _idle(self) -> None:
        self.submit_button.setEnabled(True)
        self._strip.hide()

    def _cancel(self) -> None:
        if self._job is not None:
            self._job.cancel()

    def _leave(self) -> None:
        self._cancel()
        self.left.emit()


def _row(backup: KnownBackup) -> ChoiceRow:
    line = "·".join(words for words in (size_in_words(backup.size), backup.words) if words)
    return ChoiceRow(year_to_minute(backup.made_at), line=line, icon_name="archive", height=64)

"""数据: a backup now, what backups there are, and the way back to one."""

from __future__ import annotations

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from gridworker.errors import Cancelled, GridworkerError
from gridworker.ui.background import Job
from gridworker.ui.message_bar import Message
from gridworker.ui.page import Frame
from gridworker.ui.pages.settings_port import Housekeeping
from gridworker.ui.pages.settings_section import Section
from gridworker.ui.pages.unlock_door import KnownBackup
from gridworker.ui.pages.unlock_fields import ChoiceRow, Chooser
from gridworker.ui.pages.unlock_times import size_in_words, year_to_minute
from gridworker.ui.widgets import (
    Banner,
    Button,
    Column,
    EmptyState,
    Label,
    LinkButton,
    PrimaryButton,
    ProgressStrip,
    Row,
    clear,
)
from gridworker.ui.work import Work

SHOWN = 20


class DataSection(Section):
    """Choosing a backup says first what would happen; nothing happens before the password was asked."""

    def __init__(self, work: Work, frame: Frame, port: Housekeeping, parent: QWidget | None = None) -> None:
        super().__init__(work, frame, port, parent)
        self._job: Job[KnownBackup] | None = None
        self._backups: dict[str, KnownBackup] = {}
        self._now_card()
        card = self.add_card(self.tr("本机的备份"), self.tr("点一份，看恢复会怎么样。"), right=True)
        self._list = Column(gap=8)
        card.body.addLayout(self._list)
        self.chooser = Chooser()
        self.explained = Banner("warn")
        self._explanation = Column(gap=8)
        self.explained.body.addLayout(self._explanation, 1)
        card.body.addWidget(self.explained)
        self.even()

    def _now_card(self) -> None:
        words = self.tr("把这台电脑上的资料另存一份，和原来一样加密，用您的密码才打得开。传到中心的，中心另有一份。")
        card = self.add_card(self.tr("备份"), words)
        row = Row(gap=8)
        self.backup_button = PrimaryButton(self.tr("现在备份"), self.back_up, icon_name="archive")
        row.addWidget(self.backup_button)
        row.addWidget(LinkButton(self.tr("打开备份文件夹"), self._open_folder, icon_name="folder"))
        row.addStretch(1)
        card.body.addLayout(row)
        self._strip = ProgressStrip(self._cancel)
        self._strip.hide()
        card.body.addWidget(self._strip)
        hint = self.tr("程序升级之前会自己备份一次。")
        card.body.addWidget(Label(hint, "hint", wrap=True))

    def load(self) -> None:
        """List what there is."""
        self._backups = {backup.key: backup for backup in list(self.port.backups())[:SHOWN]}
        clear(self._list)
        self.explained.hide()
        if not self._backups:
            empty = EmptyState(
                "archive",
                self.tr("还没有备份"),
                self.tr("点“现在备份”，几秒钟就好。"),
                ways_out=((self.tr("现在备份"), self.back_up),),
            )
            self._list.addWidget(empty)
            return
        self.chooser = Chooser()
        for backup in self._backups.values():
            line = "·".join(words for words in (size_in_words(backup.size), backup.words) if words)
            row = ChoiceRow(year_to_minute(backup.made_at), line=line, icon_name="archive", height=60)
            self.chooser.add(backup.key, row)
        self.chooser.chosen.connect(self._explain)
        self._list.addWidget(self.chooser)

    def back_up(self) -> None:
        """Make one now."""
        if self._job is not None and not self._job.over:
            return
        self.backup_button.setEnabled(False)
        self._strip.show_progress(0, 0, self.tr("正在备份…"))
        self._strip.show()
        self._job = self.frame.background.run(
            self.port.back_up, then=self._made, failed=self._not_made, progress=self._strip.show_progress
        )

    def restore(self) -> None:
        """Go to the unlock page, where the password is asked and the backup put in place."""
        chosen = self._backups.get(self.chooser.value())
        if chosen is not None:
            self.port.restore(chosen)

    def _made(self, backup: KnownBackup) -> None:
        self._idle()
        self.frame.say(Message(self.tr("备份好了（{}）").format(size_in_words(backup.size))))
        self.load()

    def _not_made(self, error: GridworkerError) -> None:
        self._idle()
        if not isinstance(error, Cancelled):
            self.frame.say_error(error, self.back_up)

    def _explain(self, key: str) -> None:
        clear(self._explanation)
        when, waiting = year_to_minute(self._backups[key].made_at), self.port.standing().waiting
        self._explanation.addWidget(Label(self.tr("恢复到 {}").format(when), "strong", wrap=True))
        for words in (
            self.tr("现在的资料文件会改名留在原处，不会删除。"),
            self.tr("备份以后已经传到中心的，恢复后同步一次就会回来。"),
            self._unsent_words(waiting),
        ):
            self._explanation.addWidget(Label(words, "second", wrap=True))
        row = Row(gap=8)
        row.addWidget(Button(self.tr("恢复这一份"), self.restore, kind="danger"))
        row.addWidget(LinkButton(self.tr("不恢复"), self.load))
        row.addStretch(1)
        self._explanation.addLayout(row)
        self.explained.show()
        self.bring_into_sight(self.explained)

    def _unsent_words(self, waiting: int) -> str:
        if not waiting:
            return self.tr("现在没有等着上传的内容，可以放心恢复。接着会锁定，请您输一次密码。")
        words = self.tr("现在还有 {} 处修改没有上传，恢复时会一起带过来。能联网的话，先同步（F5）更稳妥。")
        return words.format(waiting)

    def _open_folder(self) -> None:
        folder = self.port.folder()
        if not folder.is_dir() or not QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder))):
            self.frame.say(Message(self.tr("备份放在这个文件夹里"), "info", str(folder)))

    def _idle(self) -> None:
        self.backup_button.setEnabled(True)
        self._strip.hide()

    def _cancel(self) -> None:
        if self._job is not None:
            self._job.cancel()

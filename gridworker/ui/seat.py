"""A worker's seat: his desk, his window with its pages, and the sync that runs behind them, while he is in."""

from __future__ import annotations

from PySide6.QtCore import QObject

from gridworker.records.kind import ROLE_TITLES
from gridworker.ui.background import Background
from gridworker.ui.desktop import Desktop
from gridworker.ui.file_control import FileControl
from gridworker.ui.message_bar import Message
from gridworker.ui.open_desk import HouseActions, OpenDesk
from gridworker.ui.pages.help import HelpPage, bind_help
from gridworker.ui.pages.settings import SettingsPage
from gridworker.ui.preferences import automatic_sync
from gridworker.ui.quiet_work import QuietWork
from gridworker.ui.sync_control import SyncControl
from gridworker.ui.window import MainWindow


class Seat(QObject):
    """Laid out for one post and its grids; when these change, the worker sits down anew."""

    def __init__(self, desk: OpenDesk, background: Background, actions: HouseActions, parent: QObject) -> None:
        """*actions*: what the settings page may change outside of it."""
        window = self.window = MainWindow(background)
        super().__init__(window)
        self._desk, work = desk, desk.work
        self._background = background
        self._laid_for = _post(desk)
        self._has_told = False
        self.control = SyncControl(background, desk.sync, desk.monotonic, desk.spread, parent)
        files = FileControl(background, desk.send_files, self.control, self.control)
        self.desktop = Desktop(
            window, work, self.control, desk.sign_in, desk.stick, files, desk.fetch_file, desk.aside, desk.restrict
        )
        window.add_page(HelpPage())
        window.add_page(SettingsPage(work, desk.housekeeping(actions)))
        bind_help(window)
        window.status.safety_pressed.connect(lambda: window.go("settings", "safety"))

    def begin(self) -> None:
        """The first page of the post, and the first sync."""
        self.desktop.start()
        self.control.open(automatic_sync(self._desk.work.preferences))
        quiet = QuietWork(self._background, self._desk.tidy, self.window.say_error, self.window)
        self.control.finished.connect(quiet.soon)
        quiet.soon()

    def who(self) -> str:
        """``您现在是督导：谷来镇``."""
        ledger = self._desk.work.ledger
        said = self.tr("您现在是{}").format(ROLE_TITLES.get(ledger.me.role, ""))
        areas = "、".join(ledger.my_areas())
        return f"{said}：{areas}" if areas else said

    def is_outdated(self) -> bool:
        """Takes over what the last sync has learnt of the worker. True when he has another post or other grids, and
        is writing nothing: then he is to sit down anew.
        """
        window = self.window
        if self._desk.renewed():
            self.desktop.show_person()
            window.redraw(frozenset(self._desk.work.ledger.store.kinds))
        if _post(self._desk) == self._laid_for:
            return False
        if window.drawer is None:
            return True
        if not self._has_told:
            self._has_told = True
            window.say(Message(self.who(), "info", self.tr("写完这一篇，下次同步后页面会换好。")))
        return False

    def tell_of_fall(self, since: int) -> None:
        """The last run died: say what of it is there."""
        drafts = [draft for draft in self._desk.work.ledger.drafts() if draft.at >= since]
        if not drafts:
            self.window.say(Message(self.tr("上次没有正常退出，已保存的内容都在。"), "warn"))
            return
        words = self.tr("上次没有正常退出，已恢复 {} 篇草稿。").format(len(drafts))
        only = drafts[0].key if len(drafts) == 1 else ""
        look = (lambda: self.desktop.open_draft(only)) if only else self.desktop.start
        self.window.say(Message(words, "warn", act=(self.tr("查看"), look)))


def _post(desk: OpenDesk) -> tuple[str, frozenset[str]]:
    me = desk.work.ledger.me
    return me.role, frozenset(me.regions)

"""The one window of the program: before it the porch, behind it the desk of whoever came in."""

from __future__ import annotations

import gc
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QGuiApplication, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QMenu, QStackedWidget, QWidget

from gridworker.errors import DeviceWiped, GridworkerError
from gridworker.ui.background import Background
from gridworker.ui.crash_notice import CrashNotice
from gridworker.ui.icons import app_icon
from gridworker.ui.pages.unlock import UnlockPage
from gridworker.ui.preferences import LookMemory, lock_minutes

if TYPE_CHECKING:
    from gridworker.ui.desktop import Desktop
    from gridworker.ui.idle import Idle
    from gridworker.ui.open_desk import OpenDesk
    from gridworker.ui.pages.unlock_porch import Porch
    from gridworker.ui.pages.welcome import WelcomePage
    from gridworker.ui.pages.welcome_door import Door
    from gridworker.ui.seat import Seat
    from gridworker.ui.sync_control import SyncControl
    from gridworker.ui.window import MainWindow

USUAL: Final = QSize(1366, 690)
"""What a 1366x768 laptop leaves between title and task bar."""
LEAST: Final = QSize(1024, 600)
MINUTE_MS: Final = 60_000
GRACE_S: Final = 3.0
"""How long a running sync may go on when the window is closed."""
LOCKING_S: Final = 0.3
"""How long locking waits for the lanes: the next worker must not find the window frozen."""
ENDING_S: Final = 3.0
"""How long closing waits for the lanes once they were told to stop."""


class Shell(QStackedWidget):
    """``painted`` comes with the first painted frame."""

    painted = Signal()

    def __init__(
        self,
        door: Door,
        open_desk: Callable[[Any], OpenDesk],
        look: LookMemory,
        *,
        practise: Callable[[], object] | None = None,
        behind: Sequence[str] = (),
        parent: QWidget | None = None,
    ) -> None:
        """*practise* opens the made-up district, where there is one. *behind*: more modules to load beforehand."""
        super().__init__(parent)
        self._door, self._open_desk, self._look = door, open_desk, look
        self._practise = practise
        self._behind = tuple(behind)
        self._background = Background(self)
        self._ending: list[Background] = []
        self._desk: OpenDesk | None = None
        self._seat: Seat | None = None
        self._crash = CrashNotice(self, self._after_crash)
        self._was_painted = False
        self._idle: Idle | None = None
        self.setWindowTitle("民情日记")
        self.setMinimumSize(LEAST)
        self.resize(USUAL)

    # ------------------------------------------------------------------ what stands in the window

    @property
    def window_of_worker(self) -> MainWindow | None:
        """The worker's window, while somebody is signed in."""
        return self._seat.window if self._seat is not None else None

    @property
    def desktop(self) -> Desktop | None:
        """The pages of whoever is signed in."""
        return self._seat.desktop if self._seat is not None else None

    @property
    def desk(self) -> OpenDesk | None:
        """The desk of whoever is signed in."""
        return self._desk

    @property
    def control(self) -> SyncControl | None:
        """The sync of whoever is signed in."""
        return self._seat.control if self._seat is not None else None

    def begin(self, user: str = "") -> None:
        """Show the porch: the unlock page with *user* chosen, or the first-run page on a new machine."""
        page: Porch = self.show_unlock(user) if self._door.workers() else self.show_welcome()
        self._tell_of_cleared(page)

    def _tell_of_cleared(self, page: Porch) -> None:
        """Stores that were destroyed on the centre's order: said at the door, and to the centre."""
        cleared = self._door.cleared()
        if not cleared:
            return
        names = "、".join(dict.fromkeys(each.name for each in cleared))
        page.announce(
            self.tr("{} 在这台电脑上的资料已清除").format(names),
            self.tr("这是管理员的安排。已交到中心的内容都在中心；需要重新使用时，请向管理员要登记码。"),
        )
        self._background.run(self._door.report_cleared, then=lambda _: None, lane="network")

    def load_behind(self) -> None:
        """Load beforehand what the first page needs, while the password is typed."""
        from gridworker.ui.preload import load_behind

        load_behind(self, self._background, self._behind, wanted=lambda: self._seat is None)

    def show_unlock(self, user: str = "") -> UnlockPage:
        """Who, and the password."""
        page = UnlockPage(self._door, self._background)
        page.opened.connect(self.enter)
        page.newcomer.connect(lambda: self.show_welcome())
        # Queued: the page must not go while it is telling.
        page.cleared.connect(lambda: self.begin(), Qt.ConnectionType.QueuedConnection)
        self._put(page)
        if user:
            page.reload(user)
        return page

    def show_welcome(self) -> WelcomePage:
        """The first minutes of a worker on this machine."""
        from gridworker.ui.pages.welcome import WelcomePage

        page = WelcomePage(self._door, self._background)
        page.opened.connect(self.enter)
        page.left.connect(lambda: self.show_unlock())
        if self._practise is not None:
            page.practise.connect(self._practise)
        self._put(page)
        return page

    def enter(self, session: Any) -> None:
        """Somebody has come in: his desk."""
        try:
            desk = self._open_desk(session)
        except GridworkerError as error:
            # The door has opened this store a moment ago; the disk may have filled up since.
            self.show_unlock().say(error.title, error.remedy, bad=True)
            return
        self._seated(desk)
        if desk.fell_at is not None and self._seat is not None:
            self._seat.tell_of_fall(desk.fell_at)

    def _seated(self, desk: OpenDesk) -> None:
        try:
            self._sit_down(desk)
        except BaseException:
            # A bug: nobody may stay in half, with the store locked against the next try.
            self._leave()
            desk.close()
            self.show_unlock(desk.user)
            raise

    def _sit_down(self, desk: OpenDesk) -> None:
        from gridworker.ui.idle import Idle
        from gridworker.ui.seat import Seat

        preferences = desk.work.preferences
        self._look.follow(preferences)
        self._idle = Idle(self)
        # Queued: the desk must not go while one of its own events is on its way.
        self._idle.due.connect(self._left_alone, Qt.ConnectionType.QueuedConnection)
        self._desk = desk
        seat = self._seat = Seat(desk, self._background, self, self)
        seat.window.acts.bind("lock", self.lock)
        seat.window.status.person_pressed.connect(self._ask_person)
        self._put(seat.window)
        seat.begin()
        self.set_lock_minutes(lock_minutes(preferences))
        # Queued: the sync must not go while it is telling that it ended.
        seat.control.finished.connect(self._after_sync, Qt.ConnectionType.QueuedConnection)
        # What stands now stands until the worker leaves: going through all of it again and again, as Python's
        # collector would, holds the window for 40 to 100 ms each time.
        gc.freeze()

    def _after_sync(self) -> None:
        """Was it the last one of this store? Is the worker somebody else to the centre now?"""
        seat = self._seat
        if seat is None:
            return
        if isinstance(seat.control.view.error, DeviceWiped):
            self._leave()
            self.begin()
        elif seat.is_outdated():
            self._sit_down_anew()

    def _sit_down_anew(self) -> None:
        """Another post, or other grids: the window is laid out for them. What is being written stays a draft."""
        from gridworker.ui.message_bar import Message

        here = self._seat.window.here if self._seat is not None else ""
        desk = self._rise()
        if desk is None:
            return
        desk.rest()
        self._seated(desk)
        seat = self._seat
        assert seat is not None
        if seat.window.has_page(here):
            seat.window.go(here)
        seat.window.say(Message(seat.who(), "info", self.tr("管理员调整了您的岗位或网格，页面已经换好。")))

    def come_to_front(self) -> None:
        """Another window of the same store was asked for: this one is it."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.raise_()
        self.activateWindow()
        QApplication.alert(self)
        if self._seat is not None:
            from gridworker.ui.message_bar import Message

            self._seat.window.say(Message(self.tr("这份资料在这个窗口里已经打开了，请在这里继续。"), "info"))

    # ------------------------------------------------------------------ leaving

    def lock(self, why: str = "") -> None:
        """Keep drafts, close the stores, show the password."""
        user = self._leave()
        page = self.show_unlock(user)
        if why:
            page.say("已锁定", why)

    def switch_worker(self) -> None:
        """Another worker of this laptop."""
        self._leave()
        self.show_unlock()

    def show_restore(self, backup: str) -> None:
        """Lock, and show this backup on the unlock page."""
        user = self._leave()
        self.show_unlock(user).show_restore(user, backup)

    def show_connect(self) -> None:
        """Lock, and lead a desk without a centre to one."""
        user = self._leave()
        self.show_welcome().connect_worker(user)

    def set_automatic_sync(self, automatic: bool) -> None:
        """Syncs start by themselves, or not."""
        if self._seat is not None:
            self._seat.control.set_automatic(automatic)

    def set_lock_minutes(self, minutes: int) -> None:
        """Lock after so many quiet minutes; 0: never."""
        if self._desk is not None and self._idle is not None:
            self._idle.watch(self.window().windowHandle())
            self._idle.begin(self._desk.monotonic, minutes * MINUTE_MS)

    def _left_alone(self) -> None:
        if self._desk is not None:
            self.lock(self.tr("离开的时间较长，已为您锁定。"))

    def _leave(self, grace: float = 0.0) -> str:
        """Close the desk of whoever is in; his login name. A running sync may go on for *grace* seconds."""
        desk = self._rise(grace)
        if desk is None:
            return ""
        user = desk.user
        desk.close()
        return user

    def _rise(self, grace: float = 0.0) -> OpenDesk | None:
        """Take the window of whoever is in away; his desk, which is open still."""
        desk, seat, idle = self._desk, self._seat, self._idle
        self._desk = self._seat = self._idle = None
        self._crash.forget()
        if idle is not None:
            idle.end()
            idle.deleteLater()
        if desk is None or seat is None:
            return None
        gc.unfreeze()
        seat.window.close()  # drafts are kept as they stand
        if grace and seat.control.view.running:
            self.hide()
            QGuiApplication.sync()
        seat.control.finish(grace)
        seat.control.deleteLater()
        self._retire(ENDING_S if grace else LOCKING_S)
        self._look.leave()
        self.removeWidget(seat.window)
        seat.window.deleteLater()
        return desk

    def _retire(self, patience: float) -> None:
        """New lanes; the old ones are told to stop, and kept until they have."""
        ending, self._background = [*self._ending, self._background], Background(self)
        for each in ending:
            if each.shutdown(patience):
                each.deleteLater()
        self._ending = [each for each in ending if not each.ended]

    # ------------------------------------------------------------------ what nobody foresaw

    def show_crash(self, again: bool, falls: Callable[[], int], save: Callable[[], Path]) -> None:
        """Keep what is being written, and say plainly that something went wrong.

        *again*: the same has happened before. *falls* counts, so that it is seen when keeping fails too. *save* writes
        the diagnosis.
        """
        self._crash.tell(self.window_of_worker, again, falls, save)

    def say_error(self, error: GridworkerError) -> None:
        """What somebody can act on, but no page caught."""
        page = self.currentWidget()
        if self._seat is not None:
            self._seat.window.say_error(error)
        elif isinstance(page, UnlockPage):
            page.say(error.title, error.remedy, bad=True)

    def _after_crash(self, anew: bool) -> None:
        if self._seat is None:
            self.begin()  # what stood there may wait for an answer that never comes
        elif anew:
            self.lock(self.tr("请输入密码，重新进入。"))

    def _ask_person(self) -> None:
        if self._seat is None:
            return
        window = self._seat.window
        menu = QMenu(window)
        menu.addAction("锁定（Ctrl+L）").triggered.connect(lambda: self.lock())
        menu.addAction("换一个人使用").triggered.connect(self.switch_worker)
        menu.addAction("设置").triggered.connect(lambda: window.go("settings"))
        window.status.pop_up(menu)

    def _put(self, page: QWidget) -> None:
        before = self.currentWidget()
        self.addWidget(page)
        self.setCurrentWidget(page)
        if before is not None and before is not page:
            self.removeWidget(before)
            before.hide()
            before.deleteLater()
        page.setFocus()

    # ------------------------------------------------------------------ Qt

    def showEvent(self, event: QShowEvent) -> None:
        """From here on there is a surface that can be touched."""
        super().showEvent(event)
        if self._idle is not None:
            self._idle.watch(self.window().windowHandle())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Tell once that there is something to see."""
        super().paintEvent(event)
        if not self._was_painted:
            self._was_painted = True
            QTimer.singleShot(0, self._first_painted)

    def _first_painted(self) -> None:
        self.setWindowIcon(app_icon())
        self.painted.emit()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Drafts are kept, threads end, stores are closed; nothing is asked."""
        self._leave(GRACE_S)
        self._retire(ENDING_S)
        self._background.shutdown()
        event.accept()

    @property
    def at_rest(self) -> bool:
        """Whether no lane runs any more; one that a server keeps waiting may not have ended when the window did."""
        return self._background.ended and not self._ending

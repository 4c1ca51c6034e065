"""The one window of the program: before it the porch, behind it the desk of whoever came in."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, Protocol

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QPaintEvent
from PySide6.QtWidgets import QApplication, QMenu, QStackedWidget, QWidget

from gridworker.ui.background import Background, Progress
from gridworker.ui.icons import app_icon
from gridworker.ui.pages.unlock import UnlockPage
from gridworker.ui.preferences import LookMemory, automatic_sync, lock_minutes

if TYPE_CHECKING:
    from gridworker.sync.engine import Report
    from gridworker.ui.desktop import Desktop
    from gridworker.ui.pages.settings_port import Housekeeping
    from gridworker.ui.pages.welcome import WelcomePage
    from gridworker.ui.pages.welcome_door import Door
    from gridworker.ui.sync_control import SyncControl
    from gridworker.ui.window import MainWindow
    from gridworker.ui.work import Work

USUAL: Final = QSize(1366, 690)
"""What a 1366x768 laptop leaves between title and task bar."""
LEAST: Final = QSize(1024, 600)
BEHIND: Final = "gridworker.ui.desktop"
"""Loaded in the local lane while the password is typed, so that the first page comes at once."""
PATIENCE_MS: Final = 60_000


class OpenDesk(Protocol):
    """What the app gives for a session: the worker's ledger, and what keeps it going."""

    @property
    def user(self) -> str:
        """Login name."""

    @property
    def work(self) -> Work:
        """For the pages; the ledger belongs to the window's thread."""

    def sync(self, progress: Progress) -> Report:
        """One sync, with a store of its own; runs in the network lane."""

    def sign_in(self, password: str, progress: Progress) -> None:
        """Sign this desk in at its centre again; runs in the network lane."""

    def housekeeping(self, actions: HouseActions) -> Housekeeping:
        """What the settings page asks for."""

    def monotonic(self) -> int:
        """ms of a clock that only runs forward."""

    def spread(self) -> float:
        """A drawn number from 0 to 1."""

    def tidy(self, progress: Progress) -> object:
        """Quiet work of the local lane after opening: words that wait to be indexed."""

    def close(self) -> None:
        """Close the stores and let go of the window lock."""


class HouseActions(Protocol):
    """What the settings page may change in the shell."""

    def set_automatic_sync(self, automatic: bool) -> None:
        """Syncs start by themselves, or not."""

    def set_lock_minutes(self, minutes: int) -> None:
        """Lock after so many quiet minutes; 0: never."""

    def show_restore(self, backup: str) -> None:
        """Lock, and show this backup on the unlock page."""

    def show_connect(self) -> None:
        """Lock, and lead a desk without a centre to one."""


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
        parent: QWidget | None = None,
    ) -> None:
        """*practise* opens the made-up district, where there is one."""
        super().__init__(parent)
        self._door, self._open_desk, self._look = door, open_desk, look
        self._practise = practise
        self._background = Background(self)
        self._desk: OpenDesk | None = None
        self._window: MainWindow | None = None
        self._desktop: Desktop | None = None
        self._control: SyncControl | None = None
        self._unlock: UnlockPage | None = None
        self._was_painted = False
        self._quiet = QTimer(self)
        self._quiet.setSingleShot(True)
        self._quiet.timeout.connect(lambda: self.lock("离开的时间较长，已为您锁定。"))
        self.setWindowTitle("民情日记")
        self.setWindowIcon(app_icon())
        self.setMinimumSize(LEAST)
        self.resize(USUAL)
        application = QApplication.instance()
        if application is not None:
            application.installEventFilter(self)

    # ------------------------------------------------------------------ what stands in the window

    @property
    def window_of_worker(self) -> MainWindow | None:
        """The worker's window, while somebody is signed in."""
        return self._window

    @property
    def desktop(self) -> Desktop | None:
        """The pages of whoever is signed in."""
        return self._desktop

    @property
    def desk(self) -> OpenDesk | None:
        """The desk of whoever is signed in."""
        return self._desk

    @property
    def control(self) -> SyncControl | None:
        """The sync of whoever is signed in."""
        return self._control

    def begin(self, user: str = "") -> None:
        """Show the porch: the unlock page with *user* chosen, or the first-run page on a new machine."""
        if self._door.workers():
            self.show_unlock(user)
        else:
            self.show_welcome()
        self._background.run(lambda _: importlib.import_module(BEHIND), then=lambda _: None, lane="local")

    def show_unlock(self, user: str = "") -> UnlockPage:
        """Who, and the password."""
        page = UnlockPage(self._door, self._background)
        page.opened.connect(self.enter)
        page.newcomer.connect(lambda: self.show_welcome())
        self._put(page)
        if user:
            page.reload(user)
        self._unlock = page
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
        from gridworker.ui.desktop import Desktop
        from gridworker.ui.pages.help import HelpPage
        from gridworker.ui.pages.settings import SettingsPage
        from gridworker.ui.sync_control import SyncControl
        from gridworker.ui.window import MainWindow

        desk = self._open_desk(session)
        preferences = desk.work.preferences
        self._look.follow(preferences)
        window = MainWindow(self._background)
        control = SyncControl(self._background, desk.sync, desk.monotonic, desk.spread, self)
        desktop = Desktop(window, desk.work, control, desk.sign_in)
        window.add_page(HelpPage())
        window.add_page(SettingsPage(desk.work, desk.housekeeping(self)))
        window.acts.bind("lock", self.lock)
        window.acts.bind("help", lambda: window.go("help", window.here))
        window.status.person_pressed.connect(self._ask_person)
        self._desk, self._window, self._desktop, self._control = desk, window, desktop, control
        self._put(window)
        desktop.start()
        control.open(automatic_sync(preferences))
        self.set_lock_minutes(lock_minutes(preferences))
        self._background.run(desk.tidy, then=lambda _: None, failed=window.say_error, lane="local")

    def come_to_front(self) -> None:
        """Another window of the same store was asked for: this one is it."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.raise_()
        self.activateWindow()

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
        if self._control is not None:
            self._control.set_automatic(automatic)

    def set_lock_minutes(self, minutes: int) -> None:
        """Lock after so many quiet minutes; 0: never."""
        self._quiet.stop()
        self._quiet.setInterval(minutes * PATIENCE_MS)
        if minutes and self._desk is not None:
            self._quiet.start()

    def _leave(self) -> str:
        """Close the desk of whoever is in; his login name."""
        self._quiet.stop()
        desk, window, control = self._desk, self._window, self._control
        self._desk = self._window = self._desktop = self._control = None
        if desk is None or window is None:
            return ""
        window.close_drawer()
        if control is not None:
            control.cancel()
            control.close()
            control.deleteLater()
        self._background.shutdown()
        self._background = Background(self)
        self._look.leave()
        user = desk.user
        self.removeWidget(window)
        window.hide()
        window.deleteLater()
        desk.close()
        return user

    def _ask_person(self) -> None:
        if self._window is None:
            return
        menu = QMenu(self._window)
        menu.addAction("锁定（Ctrl+L）").triggered.connect(lambda: self.lock())
        menu.addAction("换一个人使用").triggered.connect(self.switch_worker)
        menu.addAction("设置").triggered.connect(lambda: self._window.go("settings") if self._window else None)
        self._window.status.pop_up(menu)

    def _put(self, page: QWidget) -> None:
        before = self.currentWidget()
        self.addWidget(page)
        self.setCurrentWidget(page)
        if before is not None and before is not page:
            self.removeWidget(before)
            before.hide()
            before.deleteLater()
        self._unlock = None
        page.setFocus()

    # ------------------------------------------------------------------ Qt

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Whatever a person does puts the lock off."""
        if event.type() in (QEvent.Type.KeyPress, QEvent.Type.MouseButtonPress) and self._quiet.isActive():
            self._quiet.start()
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Tell once that there is something to see."""
        super().paintEvent(event)
        if not self._was_painted:
            self._was_painted = True
            QTimer.singleShot(0, self.painted.emit)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Drafts are kept, threads end, stores are closed; nothing is asked."""
        self._leave()
        self._background.shutdown()
        event.accept()

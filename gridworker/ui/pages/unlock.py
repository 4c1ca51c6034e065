"""解锁: the first frame of the program; it brings nothing along but Qt and a few small modules."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from gridworker.ui.background import Background
from gridworker.ui.pages.unlock_door import UnlockDoor
from gridworker.ui.pages.unlock_password import PasswordView
from gridworker.ui.pages.unlock_porch import Porch

if TYPE_CHECKING:
    from gridworker.ui.pages.unlock_forgot import ForgotView
    from gridworker.ui.pages.unlock_restore import RestoreView


class UnlockPage(Porch):
    """Who, and the password; from there to 忘记密码 and 恢复备份 and back.

    ``opened`` carries the session of the worker who came in; ``newcomer`` asks for the first-run
    page. The app shows this page again when the desk is locked: ``reload(user)`` and ``say(...)``.
    """

    opened = Signal(object)
    newcomer = Signal()
    cleared = Signal()

    def __init__(self, door: UnlockDoor, background: Background, parent: QWidget | None = None) -> None:
        super().__init__(width=520, help_topic="shared_computer", parent=parent)
        self._door, self._background = door, background
        self.entry = PasswordView(door, background)
        self.entry.opened.connect(self.opened)
        self.entry.newcomer.connect(self.newcomer)
        self.entry.cleared.connect(self.cleared)
        self.entry.forgot.connect(self.show_forgot)
        self.entry.restore.connect(self.show_restore)
        self.card.body.addWidget(self.entry)
        self._aside: ForgotView | RestoreView | None = None

    @property
    def aside(self) -> ForgotView | RestoreView | None:
        """忘记密码 or 恢复备份, while one of them stands in place of the password."""
        return self._aside

    def reload(self, user: str = "") -> None:
        """Read again who works here, with *user* chosen, and go back to the password."""
        self.back()
        self.entry.reload(user)
        self.entry.begin()

    def say(self, title: str, advice: str = "", *, bad: bool = False) -> None:
        """Say something above the password, such as why the desk was locked."""
        self.entry.notice.say(title, advice, bad=bad)

    def show_forgot(self, user: str) -> None:
        """The ways back in for *user*."""
        # Imported here and below: most mornings nobody needs them.
        from gridworker.ui.pages.unlock_forgot import ForgotView

        if not user:
            return
        view = ForgotView(self._door, self._background, user, self._name(user))
        view.opened.connect(self._entered)
        view.left.connect(self.back)
        self._put(view, "forgot_password")
        view.begin()

    def show_restore(self, user: str, backup: str = "") -> None:
        """The backups of *user*; *backup* is the key of the one to choose, else the newest."""
        from gridworker.ui.pages.unlock_restore import RestoreView

        view = RestoreView(self._door, self._background, user, backup)
        view.opened.connect(self._entered)
        view.left.connect(self.back)
        self._put(view, "backup")
        view.begin()

    def back(self) -> None:
        """Back to the password."""
        aside, self._aside = self._aside, None
        if aside is not None:
            aside.hide()
            aside.deleteLater()
        self.help_topic = "shared_computer"
        self.entry.show()
        self.entry.begin()

    def _put(self, view: ForgotView | RestoreView, topic: str) -> None:
        self.back()
        self.entry.hide()
        self._aside = view
        self.help_topic = topic
        self.card.body.addWidget(view)

    def _entered(self, session: object) -> None:
        self.back()
        self.entry.password.clear()
        self.opened.emit(session)

    def _name(self, user: str) -> str:
        return next((worker.name for worker in self._door.workers() if worker.user == user), user)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Return opens; Escape goes back to the password."""
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                press_or(self._submit)
            case Qt.Key.Key_Escape if self._aside is not None:
                self.back()
            case _:
                super().keyPressEvent(event)

    def _submit(self) -> None:
        (self._aside or self.entry).submit()

    def showEvent(self, event: QShowEvent) -> None:
        """The cursor stands in the password when the page appears."""
        super().showEvent(event)
        self.entry.begin()


def press_or(go_on: Callable[[], object]) -> None:
    """Return on a button presses that button; anywhere else it goes on."""
    here = QApplication.focusWidget()
    if isinstance(here, QPushButton) and not here.isCheckable():
        here.click()
    else:
        go_on()

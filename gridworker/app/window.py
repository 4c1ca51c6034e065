"""Opens the window of a home: door, desk, and what joins them."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtWidgets import QApplication

from gridworker.app.door import HomeDoor, Session
from gridworker.ui.background import Progress
from gridworker.ui.shell import HouseActions, Shell

if TYPE_CHECKING:
    from gridworker.app.desk import Desk
    from gridworker.ledger import Ledger
    from gridworker.sync.engine import Report
    from gridworker.ui.pages.settings_port import Housekeeping
    from gridworker.ui.work import Work

QUIET_MS: Final = 200
"""How long one piece of quiet work may take."""


class OpenedDesk:
    """Answers ``ui.shell.OpenDesk`` for one session."""

    def __init__(self, session: Session) -> None:
        from gridworker.app.desk import Desk
        from gridworker.ui.preferences import StorePreferences
        from gridworker.ui.references import LedgerReferences
        from gridworker.ui.work import Work

        self._session = session
        try:
            self._desk: Desk = Desk(session.machine, session.opened)
        except BaseException:
            session.lock.release()
            raise
        self._lane: Ledger | None = None
        machine = session.machine
        self.work: Work = Work(
            ledger=self._desk.ledger,
            references=LedgerReferences(self._desk.ledger, machine.new_id, machine.now),
            preferences=StorePreferences(self._desk.store),
            clock=machine.now,
            lane_ledger=self._lane_ledger,
        )

    @property
    def user(self) -> str:
        """Login name."""
        return self._desk.user

    @property
    def desk(self) -> Desk:
        """The desk behind it."""
        return self._desk

    def sync(self, progress: Progress) -> Report:
        """One sync, in the network lane."""
        return self._desk.sync(progress.report, lambda: progress.cancelled)

    def sign_in(self, password: str, progress: Progress) -> None:
        """New tokens from the centre, in the network lane."""
        self._desk.sign_in(password, lambda: progress.cancelled)

    def housekeeping(self, actions: HouseActions) -> Housekeeping:
        """What the settings page asks for."""
        from gridworker.app.house import HouseOf

        return HouseOf(self._desk, actions)

    def monotonic(self) -> int:
        """ms of a clock that only runs forward."""
        return time.monotonic_ns() // 1_000_000

    def spread(self) -> float:
        """A drawn number from 0 to 1."""
        return secrets.randbelow(1000) / 1000

    def tidy(self, progress: Progress) -> None:
        """Index what a large download left to be indexed."""
        store = self._lane_ledger().store
        while not progress.cancelled and store.index_backlog(QUIET_MS):
            pass

    def close(self) -> None:
        """Close the stores and let go of the window lock."""
        # The lane has ended, and its store belongs to it: letting go closes it.
        self._lane = None
        self._desk.close()
        self._session.lock.release()

    def _lane_ledger(self) -> Ledger:
        if self._lane is None:
            self._lane = self._desk.open_ledger()
        return self._lane


def open_window(
    home: Path,
    user: str | None = None,
    *,
    until_painted: bool = False,
    practise: Callable[[], object] | None = None,
    prepared: Callable[[Shell], Any] | None = None,
) -> int:
    """Open the window and come back when it was closed. *user*: whom to offer first.

    *until_painted*: close again after the first painted frame, for measuring. *prepared* is called
    with the shell before it is shown.
    """
    from gridworker.ui.input_method import prepare_environment
    from gridworker.ui.preferences import dress

    prepare_environment(os.environ)
    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    application.setApplicationName("gridworker")
    application.setDesktopFileName("gridworker")
    look = dress(application, home)
    door = HomeDoor(home, can_practise=practise is not None, socket=_socket_name())
    shell = Shell(door, OpenedDesk, look, practise=practise)
    if until_painted:
        shell.painted.connect(shell.close)
    else:
        shell.painted.connect(lambda: _listen(shell))
    shell.begin(user or "")
    if prepared is not None:
        prepared(shell)
    shell.show()
    return application.exec()


def _socket_name() -> str:
    return f"gridworker-{os.getpid()}"


def _listen(shell: Shell) -> None:
    """Another window of the same store may ask this one to come to the front."""
    with suppress(ImportError):
        from gridworker.app.front import Front

        Front(shell.come_to_front, shell)

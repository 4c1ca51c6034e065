"""Opens the window of a home: door, desk, and what joins them."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtWidgets import QApplication

from gridworker.app.coming_in import Session
from gridworker.app.crash import Crashes, Fall
from gridworker.app.door import HomeDoor
from gridworker.ui.background import Progress
from gridworker.ui.shell import Shell

if TYPE_CHECKING:
    from gridworker.app.desk import Desk
    from gridworker.ledger import Ledger
    from gridworker.protocol.oversight import Restricted
    from gridworker.storage.file_links import FileLink
    from gridworker.sync.files import FilesReport
    from gridworker.sync.report import Report
    from gridworker.ui.open_desk import HouseActions
    from gridworker.ui.pages.oversight_aside import AsideDoor
    from gridworker.ui.pages.settings_port import Housekeeping
    from gridworker.ui.pages.stick_card import Stick
    from gridworker.ui.work import Work

BEHIND: Final = ("gridworker.app.desk",)
"""Loaded beside what the pages need, while the password is typed."""
QUIET_MS: Final = 40
"""How long one piece of quiet work may take."""


class OpenedDesk:
    """Answers ``ui.open_desk.OpenDesk`` for one session."""

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
    def fell_at(self) -> int | None:
        """ms UTC when the last run of this store was begun, if it did not come to a good end."""
        return self._session.fell_at

    @property
    def desk(self) -> Desk:
        """The desk behind it."""
        return self._desk

    def sync(self, progress: Progress) -> Report:
        """One sync, in the network lane."""
        return self._desk.sync(progress.report, lambda: progress.cancelled)

    def send_files(self, progress: Progress) -> FilesReport:
        """Photos and papers, in the network lane."""
        return self._desk.send_files(progress.report, lambda: progress.cancelled)

    def fetch_file(self, link: FileLink, thumb: Callable[[bytes], bytes | None], progress: Progress) -> None:
        """One of them from the centre, in the network lane."""
        self._desk.fetch_file(link, thumb, progress.report, lambda: progress.cancelled)

    def sign_in(self, password: str, progress: Progress) -> None:
        """New tokens from the centre, in the network lane."""
        self._desk.sign_in(password, lambda: progress.cancelled)

    @property
    def stick(self) -> Stick:
        """For packages and receipts on a USB stick."""
        from gridworker.app.stick import StickOf

        return StickOf(self._desk)

    @property
    def aside(self) -> AsideDoor:
        """For work that waits at the centre for a supervisor."""
        from gridworker.app.aside import AsideOf

        return AsideOf(self._desk)

    def restrict(self, case: str, people: Sequence[str], progress: Progress) -> Restricted:
        """Only named people see a case from now on; in the network lane."""
        return self._desk.restrict(case, people, lambda: progress.cancelled)

    def housekeeping(self, actions: HouseActions) -> Housekeeping:
        """What the settings page asks for."""
        from gridworker.app.house import HouseOf

        return HouseOf(self._desk, actions)

    def monotonic(self) -> int:
        """ms of a clock that only runs forward, also while the machine sleeps."""
        return awake_or_asleep()

    def spread(self) -> float:
        """A drawn number from 0 to 1."""
        import secrets

        return secrets.randbelow(1000) / 1000

    def tidy(self, progress: Progress) -> bool:
        """A piece of quiet work: index what a large download left, then put the file in order. True: there is more."""
        store = self._lane_ledger().store
        return store.index_backlog(QUIET_MS) or store.tidy()

    def renewed(self) -> bool:
        """Take over into the ledger what a sync has learnt of the worker; True when something is different."""
        return self._desk.renew()

    def rest(self) -> None:
        """The lanes have ended: what belonged to them is let go."""
        self._lane = None  # its store belongs to the lane: letting go closes it

    def close(self) -> None:
        """Close the stores and let go of the window lock."""
        self.rest()
        self._desk.close()
        self._session.lock.release()

    def _lane_ledger(self) -> Ledger:
        if self._lane is None:
            self._lane = self._desk.open_ledger()
        elif self._lane.me != self._desk.me:
            self._lane.become(self._desk.me)
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
    from gridworker.ui.sweeper import Sweeper

    prepare_environment(os.environ)
    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    application.setApplicationName("gridworker")
    application.setDesktopFileName("gridworker")
    look = dress(application, home)
    with contextlib.ExitStack() as until_closed:
        until_closed.enter_context(Sweeper())
        around = _Around(home, until_closed)
        door = HomeDoor(home, can_practise=practise is not None, socket=_socket_name())
        shell = Shell(door, OpenedDesk, look, practise=practise, behind=BEHIND)
        around.catch_for(shell)
        if until_painted:
            shell.painted.connect(shell.close)
        else:
            shell.painted.connect(lambda: around.settle(shell))
        shell.begin(user or "")
        if prepared is not None:
            prepared(shell)
        shell.show()
        code = application.exec()
    if not shell.at_rest:
        # A lane that still waits for an answer must not be met by libraries that are being taken down.
        sys.stdout.flush()
        os._exit(code)
    return code


class _Around:
    """What the window has around it: the log, the net under it, and whoever asks it to come or to go.

    Nothing of it is seen, so all but the net waits until the first frame is painted.
    """

    def __init__(self, home: Path, until_closed: contextlib.ExitStack) -> None:
        self._home, self._until_closed = home, until_closed
        self._log = Path()

    def catch_for(self, shell: Shell) -> None:
        """From here on no exception goes unseen."""
        crashes = self._crashes = self._until_closed.enter_context(Crashes(self._open_log))
        crashes.fell.connect(lambda fall: self._tell(shell, fall))
        crashes.stopped.connect(shell.close)

    def settle(self, shell: Shell) -> None:
        """After the first frame."""
        from gridworker.app.front import Front
        from gridworker.app.stop_signals import StopSignals

        shell.load_behind()
        self._open_log()
        Front(_socket_name(), shell.come_to_front, shell)
        signals = self._until_closed.enter_context(StopSignals(shell))
        signals.came.connect(shell.close)

    def _tell(self, shell: Shell, fall: Fall) -> None:
        if fall.error is not None:
            shell.say_error(fall.error)
        else:
            shell.show_crash(fall.again, lambda: self._crashes.count, self._save)

    def _save(self) -> Path:
        from gridworker.app.house import VERSION

        return self._crashes.save(self._log.with_name("diagnosis.txt"), VERSION, self._log)

    def _open_log(self) -> None:
        from gridworker import logs

        if self._log == Path():
            self._log = self._home / logs.FOLDER / logs.FILE
            self._until_closed.callback(logs.stop, logs.start(self._home))


def awake_or_asleep() -> int:
    """ms of a clock that only runs forward, also while the machine sleeps where the system has such a clock."""
    with_sleep = getattr(time, "CLOCK_BOOTTIME", None)
    nanoseconds = time.monotonic_ns() if with_sleep is None else time.clock_gettime_ns(with_sleep)
    return nanoseconds // 1_000_000


def _socket_name() -> str:
    """Where this window can be asked to come to the front; no name of a person in it."""
    return f"gridworker-{os.getpid()}"

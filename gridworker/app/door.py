"""The way in, for the pages before the window: it loads what is heavy only when a button is pressed."""

from __future__ import annotations

import contextlib
import errno
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from gridworker import settings
from gridworker.app.coming_in import ComingIn, Session
from gridworker.app.newcomer import ROLE_TITLES, Newcomer, has_keyring
from gridworker.errors import (
    DiskFull,
    LeaseOver,
    StoreError,
)
from gridworker.storage.vault import Vault
from gridworker.ui.background import Progress
from gridworker.ui.pages.unlock_door import Cleared, KnownBackup, KnownWorker
from gridworker.ui.pages.welcome_door import Application, Downloaded, Enrolled

if TYPE_CHECKING:
    from gridworker.app.desk import Desk
    from gridworker.sync.machine import Machine
    from gridworker.sync.reach import Reach

COUNTED: Final = (
    ("household", "住户"),
    ("person", "人口"),
    ("visit", "走访日记"),
    ("dispute", "纠纷"),
    ("matter", "事项"),
)
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT})
_FORBIDDEN: Final = frozenset({errno.EACCES, errno.EPERM, errno.EROFS, errno.EIO})

FORBIDDEN: Final = "资料文件不能读写，请检查磁盘和文件夹的权限，再试一次。"


@contextlib.contextmanager
def _the_disk_said() -> Iterator[None]:
    """What the disk refuses on the way in is the worker's to mend, and not a bug."""
    try:
        yield
    except OSError as fault:
        name = errno.errorcode.get(fault.errno or 0, "")
        if fault.errno in _FULL:
            raise DiskFull(name) from None
        if fault.errno in _FORBIDDEN:
            raise StoreError(name, advice=FORBIDDEN) from None
        raise


class HomeDoor:
    """Answers ``ui.pages.welcome_door.Door`` for the desks in one home."""

    def __init__(
        self, home: Path, *, can_practise: bool = False, socket: str = "", machine: Machine | None = None
    ) -> None:
        """*socket*: where this window listens for being brought to the front.

        *machine*: instead of the one that the program runs on: another clock, line, keyring or cost of a guess.
        """
        self._home, self._practise = home, can_practise
        self._given = machine
        self._vault = Vault(home)
        self._threshold = ComingIn(socket)
        self._newcomer = Newcomer(self._threshold)

    # ------------------------------------------------------------------ on the window's thread

    def workers(self) -> Sequence[KnownWorker]:
        """All workers of this machine, the one who was here last first."""
        return [
            KnownWorker(
                each.user,
                each.name,
                ROLE_TITLES.get(each.role, each.role),
                each.last_used,
                has_pin=self._vault.has_pin(each.user),
                enrolled=bool(each.role),
            )
            for each in self._vault.workers()
        ]

    def cleared(self) -> Sequence[Cleared]:
        """Stores that were destroyed on the centre's order, until somebody has read it and the centre knows."""
        notes = self._vault.wipes.notes()
        for note in notes:
            self._vault.wipes.mark(note, seen=True)
        return [Cleared(note.name, note.at) for note in notes]

    def locked_for(self, user: str) -> int:
        """ms until *user* may try again."""
        now = self._given.now() if self._given is not None else time.time_ns() // 1_000_000
        return self._vault.locked_for(user, now)

    def backups(self, user: str) -> Sequence[KnownBackup]:
        """The backups of *user*'s store on this machine, newest first."""
        from gridworker.app.house import known_backups

        return known_backups(self._vault.worker(user).path)

    def address(self) -> str:
        """The centre's address that was typed last."""
        return settings.load(self._home).centre

    def can_practise(self) -> bool:
        """Whether a made-up district can be opened."""
        return self._practise

    # ------------------------------------------------------------------ in a lane

    def report_cleared(self, progress: Progress) -> None:
        """Tells the centre of stores that were destroyed and of which it does not know yet."""
        if any(not note.reported for note in self._vault.wipes.notes()):
            from gridworker.sync import wiping

            wiping.report(self._machine())

    @_the_disk_said()
    def unlock(self, user: str, password: str, progress: Progress) -> Session:
        """Opens *user*'s store with his password."""
        from gridworker.sync import enrol

        machine = self._machine()
        return self._threshold.enter(machine, enrol.unlock(machine, user, password))

    @_the_disk_said()
    def unlock_after_reset(self, user: str, password: str, progress: Progress) -> Session:
        """By the password that the centre knows by now."""
        from gridworker.sync import enrol

        machine = self._machine()
        opened = enrol.recover(machine, user, password, lambda: progress.cancelled)
        try:
            return self._threshold.enter(machine, opened)
        except LeaseOver:
            return self.unlock_at_centre(user, password, progress)

    @_the_disk_said()
    def unlock_at_centre(self, user: str, password: str, progress: Progress) -> Session:
        """After the lease: the centre is asked once, with the password, and what waits is handed in on the way."""
        from gridworker.app.desk import Desk
        from gridworker.sync import enrol

        machine = self._machine()
        opened = enrol.unlock(machine, user, password)
        with contextlib.ExitStack() as undo:
            held = self._threshold.hold(undo, machine, opened.entry)
            with Desk(machine, opened) as desk:
                _ask_centre(desk, password, progress)
            return self._threshold.ready(undo, Session(machine, opened, *held))

    @_the_disk_said()
    def unlock_with_code(self, user: str, code: str, password: str, progress: Progress) -> Session:
        """By the printed recovery code; *password* opens the store from now on."""
        from gridworker.storage.keys import check_strength
        from gridworker.sync.enrol import Opened

        machine = self._machine()
        entry, slots = machine.vault.worker(user), machine.vault.slots(user)
        secret = machine.new_secret(entry.store)
        check_strength(password, secret)
        key = slots.unlock_with_code(code)
        slots.set_password(key, password, secret)
        return self._threshold.enter(machine, Opened(entry, key))

    @_the_disk_said()
    def restore(self, user: str, password: str, backup: KnownBackup, progress: Progress) -> Session:
        """Puts *backup* in the place of the store; the present file is kept beside it."""
        from gridworker.app.house import put_back
        from gridworker.sync import enrol

        machine = self._machine()
        opened = enrol.unlock(machine, user, password)
        with contextlib.ExitStack() as undo:
            held = self._threshold.hold(undo, machine, opened.entry)
            progress.check()
            with machine.vault.sync_lock(user).take():
                put_back(machine, opened, Path(backup.key))
            return self._threshold.ready(undo, Session(machine, opened, *held))

    def reach(self, address: str, ca: Path | None, progress: Progress) -> Reach:
        """How far one gets towards *address*."""
        from gridworker.sync.reach import reach

        return reach(address, ca, cancelled=lambda: progress.cancelled)

    def has_keyring(self, progress: Progress) -> bool:
        """Whether the system's keyring takes and gives a secret."""
        return has_keyring()

    @_the_disk_said()
    def enrol(self, application: Application, progress: Progress) -> Enrolled:
        """The first sign-in of this machine for a worker."""
        return self._newcomer.enrol(self._machine(), application, progress)

    @_the_disk_said()
    def begin_offline(self, user: str, name: str, password: str, progress: Progress) -> Session:
        """先不联网: a store for drafts."""
        from gridworker.sync import enrol

        machine = self._machine()
        opened = enrol.begin_offline(machine, user, password, name)
        try:
            return self._threshold.enter(machine, opened)
        except BaseException:
            machine.vault.wipe(user)  # a place without a store would be in the way of the next try
            raise

    @_the_disk_said()
    def download(self, session: object, progress: Progress) -> Downloaded:
        """The first sync."""
        from gridworker.app.desk import Desk

        assert isinstance(session, Session)
        with Desk(session.machine, session.opened) as desk:
            desk.sync(progress.report, lambda: progress.cancelled)
            return Downloaded(tuple((words, desk.ledger.count(kind)) for kind, words in COUNTED))

    def _machine(self) -> Machine:
        from gridworker.app.desk import this_machine

        return self._given if self._given is not None else this_machine(self._home)


def _ask_centre(desk: Desk, password: str, progress: Progress) -> None:
    """Begins a new lease; what waits is handed in on the way."""
    progress.report(0, 0, "正在连接中心")
    desk.sign_in(password, lambda: progress.cancelled)
    desk.sync(progress.report, lambda: progress.cancelled)

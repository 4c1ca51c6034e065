"""The way in, for the pages before the window: it loads what is heavy only when a button is pressed."""

from __future__ import annotations

import contextlib
import errno
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from gridworker import settings
from gridworker.errors import (
    DiskFull,
    LeaseOver,
    NotAllowed,
    SignInRefused,
    StoreBusy,
    StoreDamaged,
    StoreError,
    WeakPassword,
)
from gridworker.storage.vault import Vault
from gridworker.ui.background import Progress
from gridworker.ui.pages.unlock_door import Cleared, KnownBackup, KnownWorker
from gridworker.ui.pages.welcome_door import Application, Downloaded, Enrolled

if TYPE_CHECKING:
    from gridworker.app.desk import Desk
    from gridworker.storage.locks import FileLock
    from gridworker.storage.vault import WorkerEntry
    from gridworker.sync.enrol import Opened
    from gridworker.sync.machine import Machine
    from gridworker.sync.reach import Reach

ROLE_TITLES: Final = {"grid_worker": "网格员", "mediator": "调解员", "supervisor": "督导", "admin": "管理员"}
"""As ``records.kind`` has them; that room is too heavy for the first frame, and a test compares."""

COUNTED: Final = (
    ("household", "住户"),
    ("person", "人口"),
    ("visit", "走访日记"),
    ("dispute", "纠纷"),
    ("matter", "事项"),
)
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT})
_FORBIDDEN: Final = frozenset({errno.EACCES, errno.EPERM, errno.EROFS, errno.EIO})

CAME_TO_FRONT: Final = "已把那个窗口带到前面，请在那里继续；这个窗口可以关掉。"
GONE: Final = "资料文件不见了。请用“恢复备份”找回；没有备份的，请管理员重新登记这台电脑，再下载一次。"
FORBIDDEN: Final = "资料文件不能读写，请检查磁盘和文件夹的权限，再试一次。"


@dataclass(frozen=True)
class Session:
    """A worker who came in: his store has been opened once and is sound, and no other window has it."""

    machine: Machine
    opened: Opened
    lock: FileLock
    fell_at: int | None = None
    """ms UTC when the last run of this store was begun, if it did not come to a good end."""


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
        self._home, self._practise, self._socket = home, can_practise, socket
        self._given = machine
        self._vault = Vault(home)
        self._taken: tuple[Application, Opened] | None = None

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
        return self._entered(machine, enrol.unlock(machine, user, password))

    @_the_disk_said()
    def unlock_after_reset(self, user: str, password: str, progress: Progress) -> Session:
        """By the password that the centre knows by now."""
        from gridworker.sync import enrol

        machine = self._machine()
        opened = enrol.recover(machine, user, password, lambda: progress.cancelled)
        try:
            return self._entered(machine, opened)
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
            held = self._held(undo, machine, opened.entry)
            with Desk(machine, opened) as desk:
                _ask_centre(desk, password, progress)
            return self._ready(undo, Session(machine, opened, *held))

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
        return self._entered(machine, Opened(entry, key))

    @_the_disk_said()
    def restore(self, user: str, password: str, backup: KnownBackup, progress: Progress) -> Session:
        """Puts *backup* in the place of the store; the present file is kept beside it."""
        from gridworker.app.house import put_back
        from gridworker.sync import enrol

        machine = self._machine()
        opened = enrol.unlock(machine, user, password)
        with contextlib.ExitStack() as undo:
            held = self._held(undo, machine, opened.entry)
            progress.check()
            with machine.vault.sync_lock(user).take():
                put_back(machine, opened, Path(backup.key))
            return self._ready(undo, Session(machine, opened, *held))

    def reach(self, address: str, ca: Path | None, progress: Progress) -> Reach:
        """How far one gets towards *address*."""
        from gridworker.sync.reach import reach

        return reach(address, ca, cancelled=lambda: progress.cancelled)

    def has_keyring(self, progress: Progress) -> bool:
        """Whether the system's keyring takes and gives a secret."""
        from gridworker.sync import credentials

        return not credentials.available()

    @_the_disk_said()
    def enrol(self, application: Application, progress: Progress) -> Enrolled:
        """The first sign-in of this machine for a worker."""
        from gridworker.storage.keys import check_strength

        machine = self._machine()
        if application.new_password:
            check_strength(application.new_password, self._half_a_key(progress))
        progress.report(1, 3, "正在登记这台电脑")
        here = _here(machine, application.user)
        with contextlib.ExitStack() as undo:
            # Whoever has a store here may have it open in another window: found out before the code is used up.
            held = self._held(undo, machine, here) if here is not None else None
            opened = self._taken_by_centre(machine, application, progress)
            session = Session(machine, opened, *(held or self._held(undo, machine, opened.entry)))
            enrolled = self._settled(session, application, progress)
            undo.pop_all()
        self._taken = None
        progress.report(3, 3, "登记完成")
        return enrolled

    @_the_disk_said()
    def begin_offline(self, user: str, name: str, password: str, progress: Progress) -> Session:
        """先不联网: a store for drafts."""
        from gridworker.sync import enrol

        machine = self._machine()
        opened = enrol.begin_offline(machine, user, password, name)
        try:
            return self._entered(machine, opened)
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

    # ------------------------------------------------------------------ enrolling

    def _taken_by_centre(self, machine: Machine, application: Application, progress: Progress) -> Opened:
        """The centre takes the code once: a second try after what follows it broke off goes on from there."""
        from gridworker.sync import enrol

        asked = replace(application, new_password="", recovery_code=False)
        if self._taken is not None and self._taken[0] == asked:
            return self._taken[1]
        opened = enrol.enrol(
            machine,
            enrol.Application(
                user=application.user,
                password=application.password,
                code=application.code,
                place=application.address,
                ca=application.ca,
                local_password=self._local_password(machine, application, progress),
            ),
            lambda: progress.cancelled,
        )
        self._taken = (asked, opened)
        return opened

    def _settled(self, session: Session, application: Application, progress: Progress) -> Enrolled:
        """What follows: the worker's own password, and the second key on paper."""
        from gridworker.app.desk import Desk

        machine, opened = session.machine, session.opened
        with Desk(machine, opened) as desk:
            if application.new_password:
                progress.report(2, 3, "正在更换密码")
                _change_password(desk, application, progress)
            name, role, places = desk.me.name, desk.me.role, tuple(desk.ledger.my_areas())
        slots = machine.vault.slots(opened.entry.user)
        code = slots.new_recovery_code(opened.key) if application.recovery_code else ""
        return Enrolled(session, name, ROLE_TITLES.get(role, role), places, code)

    def _local_password(self, machine: Machine, application: Application, progress: Progress) -> str:
        """What opens the worker's store on this machine, where that is not the account's password.

        Where there is no store yet and the account's password is too short to guard one, a store is begun under
        the new password; should the line break after that, the next try finds that store.
        """
        from gridworker.storage.keys import check_strength
        from gridworker.sync import enrol

        here = _here(machine, application.user)
        if here is not None:
            begun_by_last_try = not here.role and not here.last_used
            return application.local_password or (application.new_password if begun_by_last_try else "")
        try:
            check_strength(application.password, self._half_a_key(progress))
        except WeakPassword:
            if not application.new_password:
                raise
            enrol.begin_offline(machine, application.user, application.new_password)
            return application.new_password
        return ""

    def _half_a_key(self, progress: Progress) -> bytes | None:
        """Stands for the device's secret where only its being there matters."""
        return bytes(32) if self.has_keyring(progress) else None

    # ------------------------------------------------------------------ coming in

    def _machine(self) -> Machine:
        from gridworker.app.desk import this_machine

        return self._given if self._given is not None else this_machine(self._home)

    def _entered(self, machine: Machine, opened: Opened) -> Session:
        with contextlib.ExitStack() as undo:
            return self._ready(undo, Session(machine, opened, *self._held(undo, machine, opened.entry)))

    def _held(self, undo: contextlib.ExitStack, machine: Machine, entry: WorkerEntry) -> tuple[FileLock, int | None]:
        """The window lock of a store, and when the last run began if it did not let go of it by itself."""
        lock = machine.vault.window_lock(entry.user)
        noted = lock.holder()
        try:
            lock.take(self._socket)
        except StoreBusy:
            self._ask_to_front(lock)
            raise
        undo.callback(lock.release)
        return lock, entry.last_used if noted is not None else None

    def _ready(self, undo: contextlib.ExitStack, session: Session) -> Session:
        """Opens the store once, here: what is damaged, too new, or takes long shows before the window has it."""
        from gridworker.app.desk import check_lease
        from gridworker.storage.store import Store

        entry = session.opened.entry
        if entry.last_used and not _has_content(entry.path):
            raise StoreDamaged("the file is gone", advice=GONE)
        with contextlib.closing(Store.open(entry.path, session.opened.key)) as store:
            check_lease(store, session.machine)
        session.machine.vault.note(entry.user, now=session.machine.now())
        undo.pop_all()
        return session

    def _ask_to_front(self, lock: FileLock) -> None:
        holder = lock.holder()
        if holder is None or not holder.socket or holder.pid == os.getpid():
            return
        from gridworker.app.front import ask_to_front

        if ask_to_front(holder.socket):
            raise StoreBusy("brought to the front", advice=CAME_TO_FRONT)


def _ask_centre(desk: Desk, password: str, progress: Progress) -> None:
    """Begins a new lease; what waits is handed in on the way."""
    progress.report(0, 0, "正在连接中心")
    desk.sign_in(password, lambda: progress.cancelled)
    desk.sync(progress.report, lambda: progress.cancelled)


def _change_password(desk: Desk, application: Application, progress: Progress) -> None:
    """At the centre and here; where the answer to the last try was lost the centre has the new one already."""
    new, cancelled = application.new_password, lambda: progress.cancelled
    try:
        desk.change_password(application.password, new, cancelled)
    except NotAllowed as refused:
        try:
            desk.sign_in(new, cancelled)
        except SignInRefused:
            raise refused from None
        secret = desk.machine.new_secret(desk.opened.entry.store)
        desk.vault.slots(desk.user).set_password(desk.key, new, secret)


def _here(machine: Machine, user: str) -> WorkerEntry | None:
    """The store of this login name on this machine, whatever the size of its letters."""
    wanted = user.strip().lower()
    return next((each for each in machine.vault.workers() if each.user.lower() == wanted), None)


def _has_content(path: Path) -> bool:
    try:
        return path.stat().st_size > 0
    except FileNotFoundError:
        return False

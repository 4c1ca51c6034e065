"""The way in, for the pages before the window: it loads what is heavy only when a button is pressed."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gridworker import settings
from gridworker.errors import StoreBusy
from gridworker.storage.vault import Vault
from gridworker.ui.background import Progress
from gridworker.ui.pages.unlock_door import KnownBackup, KnownWorker
from gridworker.ui.pages.welcome_door import Application, Downloaded, Enrolled

if TYPE_CHECKING:
    from gridworker.storage.locks import FileLock
    from gridworker.sync.enrol import Opened
    from gridworker.sync.machine import Machine
    from gridworker.sync.reach import Reach

ROLE_TITLES = {"grid_worker": "网格员", "mediator": "调解员", "supervisor": "督导", "admin": "管理员", "": "未登记"}
"""As ``records.kind`` has them; that room is too heavy for the first frame, and a test compares."""

COUNTED = (("household", "住户"), ("person", "人口"), ("visit", "走访日记"), ("dispute", "纠纷"), ("matter", "事项"))


@dataclass(frozen=True)
class Session:
    """A worker who came in: his store may be opened, and no other window has it."""

    machine: Machine
    opened: Opened
    lock: FileLock


class HomeDoor:
    """Answers ``ui.pages.welcome_door.Door`` for the desks in one home."""

    def __init__(self, home: Path, *, can_practise: bool = False, socket: str = "") -> None:
        """*socket*: where this window listens for being brought to the front."""
        self._home, self._practise, self._socket = home, can_practise, socket
        self._vault = Vault(home)

    # ------------------------------------------------------------------ on the window's thread

    def workers(self) -> Sequence[KnownWorker]:
        """All workers of this machine, the one who was here last first."""
        return [
            KnownWorker(each.user, each.name, ROLE_TITLES.get(each.role, each.role), each.last_used)
            for each in self._vault.workers()
        ]

    def locked_for(self, user: str) -> int:
        """ms until *user* may try again."""
        return self._vault.locked_for(user, time.time_ns() // 1_000_000)

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

    def unlock(self, user: str, password: str, progress: Progress) -> Session:
        """Opens *user*'s store with his password."""
        from gridworker.sync import enrol

        machine = self._machine()
        return self._entered(machine, enrol.unlock(machine, user, password))

    def unlock_after_reset(self, user: str, password: str, progress: Progress) -> Session:
        """By the password that the centre knows by now."""
        from gridworker.sync import enrol

        machine = self._machine()
        return self._entered(machine, enrol.recover(machine, user, password, lambda: progress.cancelled))

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

    def restore(self, user: str, password: str, backup: KnownBackup, progress: Progress) -> Session:
        """Puts *backup* in the place of the store; the present file is kept beside it."""
        from gridworker.app.house import put_back
        from gridworker.sync import enrol

        machine = self._machine()
        opened = enrol.unlock(machine, user, password)
        lock = self._take(machine, user)
        try:
            put_back(machine, opened, Path(backup.key))
        except BaseException:
            lock.release()
            raise
        return Session(machine, opened, lock)

    def reach(self, address: str, ca: Path | None, progress: Progress) -> Reach:
        """How far one gets towards *address*."""
        from gridworker.sync.reach import reach

        return reach(address, ca, cancelled=lambda: progress.cancelled)

    def has_keyring(self, progress: Progress) -> bool:
        """Whether the system's keyring takes and gives a secret."""
        from gridworker.sync import credentials

        return not credentials.available()

    def enrol(self, application: Application, progress: Progress) -> Enrolled:
        """The first sign-in of this machine for a worker."""
        from gridworker.app.desk import Desk
        from gridworker.storage.keys import check_strength
        from gridworker.sync import enrol

        machine = self._machine()
        if application.new_password:
            check_strength(application.new_password, None if not self.has_keyring(progress) else b"\0" * 32)
        progress.report(1, 3, "正在登记这台电脑")
        asked = enrol.Application(
            user=application.user,
            password=application.password,
            code=application.code,
            place=application.address,
            ca=application.ca,
            local_password=self._begun(machine, application),
        )
        opened = enrol.enrol(machine, asked, lambda: progress.cancelled)
        user = opened.entry.user
        with Desk(machine, opened) as desk:
            if application.new_password:
                progress.report(2, 3, "正在更换密码")
                desk.change_password(application.password, application.new_password, lambda: progress.cancelled)
            code = machine.vault.slots(user).new_recovery_code(opened.key) if application.recovery_code else ""
            name, role, areas = desk.me.name, desk.me.role, tuple(desk.ledger.my_areas())
        progress.report(3, 3, "登记完成")
        return Enrolled(self._entered(machine, opened), name, ROLE_TITLES.get(role, role), areas, code)

    def begin_offline(self, user: str, name: str, password: str, progress: Progress) -> Session:
        """先不联网: a store for drafts."""
        from gridworker.sync import enrol

        machine = self._machine()
        return self._entered(machine, enrol.begin_offline(machine, user, password, name))

    def download(self, session: object, progress: Progress) -> Downloaded:
        """The first sync."""
        from gridworker.app.desk import Desk

        assert isinstance(session, Session)
        with Desk(session.machine, session.opened) as desk:
            desk.sync(progress.report, lambda: progress.cancelled)
            return Downloaded(tuple((words, desk.ledger.count(kind)) for kind, words in COUNTED))

    def _begun(self, machine: Machine, application: Application) -> str:
        """The password of a store that guards itself: begun now where the account's own is too short."""
        from gridworker.errors import WeakPassword
        from gridworker.storage.keys import check_strength
        from gridworker.sync import enrol

        if not application.new_password:
            return ""
        if any(each.user == application.user for each in machine.vault.workers()):
            return application.new_password
        try:
            check_strength(application.password, machine.new_secret(machine.vault.new_store()))
        except WeakPassword:
            enrol.begin_offline(machine, application.user, application.new_password)
            return application.new_password
        return ""

    def _machine(self) -> Machine:
        from gridworker.app.desk import this_machine

        return this_machine(self._home)

    def _entered(self, machine: Machine, opened: Opened) -> Session:
        return Session(machine, opened, self._take(machine, opened.entry.user))

    def _take(self, machine: Machine, user: str) -> FileLock:
        lock = machine.vault.window_lock(user)
        try:
            return lock.take(self._socket)
        except StoreBusy:
            holder = lock.holder()
            if holder is not None and holder.socket:
                from gridworker.app.front import ask_to_front

                ask_to_front(holder.socket)
            raise

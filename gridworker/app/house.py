"""What the settings page asks for: backups, password, PIN, recovery code; and putting a backup back."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from gridworker.records.kind import ROLE_TITLES
from gridworker.storage.backup import folder_of
from gridworker.ui.background import Progress
from gridworker.ui.pages.settings_port import About, Protection, Standing
from gridworker.ui.pages.unlock_door import KnownBackup

if TYPE_CHECKING:
    from gridworker.app.desk import Desk
    from gridworker.storage.wish import Town
    from gridworker.sync.enrol import Opened
    from gridworker.sync.machine import Machine
    from gridworker.sync.reach import Reach
    from gridworker.ui.open_desk import HouseActions

TREE: Final = Path(__file__).resolve().parents[2]
VERSION: Final = "0.1.0"
STAMP: Final = "%Y%m%d-%H%M%S"
KEPT: Final = 10
"""Backups made by hand that are kept; the oldest goes first."""

SHORTEST: Final = 8
SHORTEST_ALONE: Final = 10
"""Characters of a password that guards a store without a keyring (rulings on key slots)."""


def known_backups(store: Path) -> list[KnownBackup]:
    """The backups of a store, newest first."""
    found = []
    for path in folder_of(store).glob("*.db"):
        status = path.stat()
        words = "" if path.stem.startswith("by-hand") else "升级前自动备份"
        found.append(KnownBackup(str(path), int(status.st_mtime * 1000), status.st_size, words))
    return sorted(found, key=lambda each: -each.made_at)


def put_back(machine: Machine, opened: Opened, backup: Path) -> int:
    """Puts *backup* in the place of the store; the present files are kept beside it under the time's name.

    What they hold that the centre may not have comes along as far as it can be read; how many changes that were.
    The centre recognises the older state at the next sync. Raises ``StoreDamaged`` when the backup is not sound,
    or not of this store: then nothing was touched.
    """
    from gridworker.storage import restore

    path = opened.entry.path
    aside = path.with_name(f"replaced-{datetime.fromtimestamp(machine.now() / 1000, UTC).strftime(STAMP)}")
    return restore.put_back(path, opened.key, backup, aside)


class HouseOf:
    """Answers ``ui.pages.settings_port.Housekeeping`` for one open desk."""

    def __init__(self, desk: Desk, actions: HouseActions) -> None:
        self._desk, self._actions = desk, actions
        self._path = desk.vault.worker(desk.user).path

    def standing(self) -> Standing:
        """How the desk stands now."""
        ledger, me = self._desk.ledger, self._desk.me
        return Standing(
            user=me.user,
            name=me.name,
            role_title=ROLE_TITLES.get(me.role, ""),
            places=tuple(ledger.my_areas()),
            centre=ledger.centre_name(),
            last_success=ledger.last_success(),
            waiting=ledger.waiting_count(),
            backed_up=ledger.backup_known(),
        )

    def towns(self) -> list[Town]:
        """The towns of the worker's scope."""
        return self._desk.ledger.towns()

    def want_towns(self, towns: Sequence[str]) -> None:
        """These towns are wanted here."""
        self._desk.ledger.want_towns(towns)

    def set_automatic_sync(self, automatic: bool) -> None:
        """Whether syncs start by themselves from now on."""
        self._actions.set_automatic_sync(automatic)

    def set_lock_minutes(self, minutes: int) -> None:
        """After how many quiet minutes the desk locks."""
        self._actions.set_lock_minutes(minutes)

    def reach(self, progress: Progress) -> Reach:
        """How far one gets towards this desk's centre."""
        from gridworker.sync import session
        from gridworker.sync.reach import reach

        with contextlib.closing(self._desk.open_store()) as store:
            ca = session.ca_of(store, self._desk.machine.home)
            return reach(session.address_of(store), ca, cancelled=lambda: progress.cancelled)

    def move_centre(self, address: str, progress: Progress) -> None:
        """The same centre answers at *address* from now on."""
        self._desk.move_centre(address)

    def connect(self) -> None:
        """For a desk without a centre: the first-run page, from where the line begins."""
        self._actions.show_connect()

    def protection(self, progress: Progress) -> Protection:
        """What guards the store."""
        from gridworker.sync import credentials

        ways = self._slots().ways()
        keyring = not credentials.available()
        return Protection(keyring, "pin" in ways, "code" in ways, SHORTEST if keyring else SHORTEST_ALONE)

    def change_password(self, old: str, new: str, progress: Progress) -> None:
        """At the centre first, then the key slot here."""
        self._unlocked_by(old)
        self._desk.change_password(old, new, lambda: progress.cancelled)

    def set_pin(self, password: str, pin: str, progress: Progress) -> None:
        """Let *pin* stand for the password; "" takes it away."""
        self._unlocked_by(password)
        slots = self._slots()
        if not pin:
            slots.drop_pin()
            return
        entry = self._desk.vault.worker(self._desk.user)
        slots.set_pin(self._desk.key, pin, self._desk.machine.new_secret(entry.store))

    def new_recovery_code(self, password: str, progress: Progress) -> str:
        """A new code; the one before opens nothing any more."""
        self._unlocked_by(password)
        return self._slots().new_recovery_code(self._desk.key)

    def backups(self) -> Sequence[KnownBackup]:
        """The backups of this store, newest first."""
        return known_backups(self._path)

    def back_up(self, progress: Progress) -> KnownBackup:
        """Make one now."""
        folder = self.folder()
        stamp = datetime.fromtimestamp(self._desk.machine.now() / 1000, UTC).strftime(STAMP)
        path = folder / f"by-hand-{stamp}.db"
        progress.report(0, 0, "正在备份")
        with contextlib.closing(self._desk.open_store()) as store:
            store.backup_to(path, self._desk.key)
        for old in sorted(folder.glob("by-hand-*.db"))[:-KEPT]:
            old.unlink(missing_ok=True)
        return next(each for each in known_backups(self._path) if each.key == str(path))

    def restore(self, backup: KnownBackup) -> None:
        """Lock, and show this backup on the unlock page."""
        self._actions.show_restore(backup.key)

    def folder(self) -> Path:
        """The folder in which the backups lie."""
        folder = folder_of(self._path)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return folder

    def about(self) -> About:
        """Version and licences."""
        notice = TREE / "NOTICE"
        return About(VERSION, notice.read_text("utf-8") if notice.exists() else "")

    def _slots(self) -> KeySlots:
        return self._desk.vault.slots(self._desk.user)

    def _unlocked_by(self, password: str) -> None:
        machine, slots = self._desk.machine, self._slots()
        entry = self._desk.vault.worker(self._desk.user)
        secret = machine.secret(entry.store) if slots.needs_keyring() else None
        slots.unlock(password, secret, machine.now())


if TYPE_CHECKING:
    from gridworker.storage.keys import KeySlots

"""What the settings page needs from the rest of the desk, beside the worker's own preferences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from gridworker.ui.background import Progress
from gridworker.ui.pages.unlock_door import KnownBackup

if TYPE_CHECKING:
    from gridworker.storage.wish import Town
    from gridworker.sync.reach import Reach


@dataclass(frozen=True)
class Standing:
    """Who works here, and how this desk stands with its centre."""

    user: str
    name: str
    role_title: str
    places: tuple[str, ...]
    """The regions assigned, as they are read."""
    centre: str
    """The centre's address; "" for a desk that was begun without the line."""
    last_success: int = 0
    """ms UTC of the last sync that came to its end; 0: never."""
    waiting: int = 0
    """Changes that are still only on this machine."""
    backed_up: bool = True
    """Whether the centre has a backup configured."""


@dataclass(frozen=True)
class Protection:
    """What guards the store on this machine."""

    keyring: bool
    """Half of the key lies in the system's keyring; only then may a PIN stand for the password."""
    pin: bool = False
    recovery_code: bool = False
    least: int = 8
    """Characters that a password needs here at least."""


@dataclass(frozen=True)
class About:
    """What this program is."""

    version: str
    licences: str
    """The text of the notices, as it is shipped."""


class Housekeeping(Protocol):
    """What the settings page asks for. ``gridworker.app`` answers it for the session that is open.

    ``standing``, ``set_automatic_sync``, ``set_lock_minutes``, ``connect``, ``backups``, ``folder``, ``about`` and
    ``restore`` are called on the window's thread and take a few ms; the others run in the lane that is named
    and raise ``GridworkerError``. The page has already kept a choice in the preferences when it
    calls a ``set_…``: the call makes it hold at once.
    """

    def standing(self) -> Standing:
        """How the desk stands now."""

    def towns(self) -> Sequence[Town]:
        """The towns of the worker's scope, with their sizes; those that are wanted here first, in their order."""

    def want_towns(self, towns: Sequence[str]) -> None:
        """These towns are wanted here, the first one first."""

    def set_automatic_sync(self, automatic: bool) -> None:
        """Whether syncs start by themselves from now on."""

    def set_lock_minutes(self, minutes: int) -> None:
        """After how many minutes without a key or a click the desk locks; 0: never."""

    def reach(self, progress: Progress) -> Reach:
        """Lane ``network``. How far one gets towards this desk's centre; raises ``Cancelled`` alone."""

    def move_centre(self, address: str, progress: Progress) -> None:
        """Lane ``network``. The same centre answers at *address* from now on.

        Raises ``NotTheCentre`` when another one does, any other ``CentreError``, ``Cancelled``.
        """

    def connect(self) -> None:
        """For a desk without a centre: keep drafts, lock, and show ``WelcomePage.connect_worker``."""

    def protection(self, progress: Progress) -> Protection:
        """Lane ``local``. What guards the store; the keyring is waited for 5 s at most."""

    def change_password(self, old: str, new: str, progress: Progress) -> None:
        """Lane ``network``. At the centre first, then the key slot here; data are not touched.

        Raises ``WrongPassword`` or ``NotAllowed`` for *old*, ``WeakPassword`` for *new*,
        ``SignInError``, ``CentreError`` (nothing was changed), ``Cancelled``.
        """

    def set_pin(self, password: str, pin: str, progress: Progress) -> None:
        """Lane ``local``. Let *pin* stand for the password; "" takes it away.

        Raises ``WrongPassword``, ``WeakPassword`` for *pin*, ``KeyringNeeded``.
        """

    def new_recovery_code(self, password: str, progress: Progress) -> str:
        """Lane ``local``. A new code in groups joined by dashes; the one before opens nothing any more.

        Raises ``WrongPassword``.
        """

    def backups(self) -> Sequence[KnownBackup]:
        """The backups of this store on this machine, newest first."""

    def back_up(self, progress: Progress) -> KnownBackup:
        """Lane ``local``. Make one now; raises ``DiskFull``, ``Cancelled``."""

    def restore(self, backup: KnownBackup) -> None:
        """Keep drafts, lock the desk and show ``UnlockPage.show_restore`` with *backup* chosen.

        Nothing is replaced before the password has opened the backup there.
        """

    def folder(self) -> Path:
        """The folder in which the backups lie."""

    def about(self) -> About:
        """Version and licences."""

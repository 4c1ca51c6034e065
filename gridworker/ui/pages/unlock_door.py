"""What the pages before the window need from the rest of the desk: who works here, and how to get in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from gridworker.ui.background import Progress


@dataclass(frozen=True)
class KnownWorker:
    """One worker whose store lies on this machine."""

    user: str
    """Login name."""
    name: str
    role_title: str
    """岗位 as it is read: 网格员, 调解员, 督导; "" while no centre has told."""
    last_used: int = 0
    """ms UTC when the store was last open; 0: never."""
    has_pin: bool = False
    """A PIN may be typed instead of the password (only where a keyring shares the secret)."""
    enrolled: bool = True
    """A centre knows this store; without one it was begun by 先不联网 and keeps drafts."""


@dataclass(frozen=True)
class KnownBackup:
    """One backup of a worker's store on this machine."""

    key: str
    """By which the door finds it again; never shown."""
    made_at: int
    """ms UTC."""
    size: int
    """Bytes."""
    words: str = ""
    """Why it was made, when not by hand: 升级前自动备份."""


@dataclass(frozen=True)
class Cleared:
    """A store that the centre ordered destroyed, and that is."""

    name: str
    """Whose it was."""
    at: int
    """ms UTC."""


class UnlockDoor(Protocol):
    """What the unlock page asks for. ``gridworker.app`` answers it from vault, key slots and sync.

    ``workers``, ``locked_for`` and ``backups`` are called on the window's thread and must take no
    more than a few ms: they read small files and import nothing heavy. All others run off the
    window's thread, in the lane that is named, one at a time, and may import what they like. They raise
    :class:`~gridworker.errors.GridworkerError` for what a person can act on. ``progress`` may be
    asked whether to stop (``progress.check()``) and told how far it is.

    A *session* is whatever the app needs to open the window for this worker (store, key, who he
    is); the page hands it on with its ``opened`` signal and never looks inside. Whoever returns
    one has taken the window lock of the store, and lets go of it again when it raises.
    """

    def workers(self) -> Sequence[KnownWorker]:
        """All workers of this machine, the one who was here last first."""

    def cleared(self) -> Sequence[Cleared]:
        """Stores that were destroyed on the centre's order since somebody last looked here; whoever asks has read it.

        On the window's thread; what a power cut left of them is cleared away on the way.
        """

    def report_cleared(self, progress: Progress) -> None:
        """Lane ``network``. Tells the centre of those of which it does not know yet; an unreachable one is no error."""

    def locked_for(self, user: str) -> int:
        """ms until *user* may try again after too many wrong passwords; 0 when he may now."""

    def unlock(self, user: str, password: str, progress: Progress) -> object:
        """Lane ``local``. Opens *user*'s store with his password (or PIN where one is set).

        No centre is asked, so that a wrong password is told at once on a bad line too.
        Migrations run here too, with a backup before. Returns the session. Raises
        ``WrongPassword``, ``LockedOut``, ``KeyringNeeded``, ``LeaseOver`` (then
        ``unlock_at_centre``), ``StoreBusy`` (another window has it; that window has
        been asked to come to the front), ``StoreTooNew``, ``StoreDamaged``, ``DiskFull``.
        """

    def unlock_after_reset(self, user: str, password: str, progress: Progress) -> object:
        """Lane ``network``. The password was changed at the centre; *password* is the new one.

        Asks the centre to open the sealed key of this store, rewrites the password's key slot,
        clears the lock-out and opens the store; nothing in it changes, and what waits to be sent
        goes on waiting. Returns the session. Raises what ``unlock`` raises, and
        ``SignInRefused`` (the centre does not know this password), ``DeviceRevoked``,
        ``TooManyTries``, any ``CentreError``, ``Cancelled``.
        """

    def unlock_at_centre(self, user: str, password: str, progress: Progress) -> object:
        """Lane ``network``. Opens the store when ``unlock`` raised ``LeaseOver``: signs in at the centre with the
        account's password, syncs, and so begins a new lease. Returns the session.

        Raises what ``unlock`` raises, ``SignInError`` (``DeviceWiped``: nothing is left to open), any
        ``CentreError``, ``Cancelled``; drafts and what waits stay.
        """

    def unlock_with_code(self, user: str, code: str, password: str, progress: Progress) -> object:
        """Lane ``local``. Opens the store by the printed recovery code and sets *password*.

        *code* comes as typed: blanks, dashes and small letters are the door's affair. The new
        password works on this machine at once; the centre learns it at the next sign-in there.
        Returns the session. Raises ``WrongPassword`` when the code opens nothing (its remedy names
        the group with a slip), ``WeakPassword`` for *password*, and what ``unlock`` raises.
        """

    def backups(self, user: str) -> Sequence[KnownBackup]:
        """The backups of *user*'s store on this machine, newest first."""

    def restore(self, user: str, password: str, backup: KnownBackup, progress: Progress) -> object:
        """Lane ``local``. Puts *backup* in the place of the store and opens it.

        First *password* must open the backup; only then is the present file renamed (never
        deleted) and the backup copied into its place under a new incarnation. Returns the session.
        Raises ``WrongPassword`` (nothing was touched), ``StoreDamaged`` (the backup too),
        ``DiskFull``, ``StoreBusy``, ``Cancelled``.
        """

"""What the first-run page needs from the rest of the desk: the way to the centre, and a store for a new worker."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from gridworker.ui.background import Progress
from gridworker.ui.pages.unlock_door import KnownWorker, UnlockDoor

if TYPE_CHECKING:
    from gridworker.sync.reach import Reach


@dataclass(frozen=True)
class Application:
    """What a worker filled in to be enrolled on this machine."""

    address: str
    """The centre's, as typed."""
    user: str
    password: str
    """The account's present password."""
    code: str
    """The one-time code, as typed or pasted; it may carry ``@address`` at its end."""
    ca: Path | None = None
    """Certificate file (PEM) of the private authority that signed the centre's own."""
    new_password: str = ""
    """When not empty: the centre is told this new password, and it opens the store here from then on."""
    local_password: str = ""
    """What opens the store that this worker has here already, where that is another password."""
    recovery_code: bool = False
    """A printed recovery code is wanted."""


@dataclass(frozen=True)
class Enrolled:
    """What came of it."""

    session: object
    """As ``UnlockDoor.unlock`` returns it."""
    name: str
    role_title: str
    """岗位 as it is read; it comes from the account."""
    places: tuple[str, ...] = ()
    """The regions assigned, as far as their names are known yet: 谷来镇 · 马村 · 第2网格."""
    recovery_code: str = ""
    """The code to print, in groups; empty when none was asked for. It is shown once and kept nowhere."""


@dataclass(frozen=True)
class Downloaded:
    """What the first sync brought: (words, how many), such as ("住户", 312)."""

    counts: tuple[tuple[str, int], ...]


class WelcomeDoor(Protocol):
    """What the first-run page asks for. ``gridworker.app`` answers it from ``sync`` and ``storage``.

    ``workers``, ``address`` and ``can_practise`` are called on the window's thread and take no more than
    a few ms; the others run in the lane that is named and raise ``GridworkerError``.
    """

    def workers(self) -> Sequence[KnownWorker]:
        """All workers of this machine. Whoever has a store here keeps it: enrolling takes it over, drafts and all."""

    def address(self) -> str:
        """The centre's address that was typed last on this machine; "" when there is none."""

    def can_practise(self) -> bool:
        """Whether a made-up district can be opened to practise in; the page then offers it."""

    def reach(self, address: str, ca: Path | None, progress: Progress) -> Reach:
        """Lane ``network``. How far one gets towards *address*; raises ``Cancelled`` alone."""

    def has_keyring(self, progress: Progress) -> bool:
        """Lane ``local``. Whether the system's keyring takes and gives a secret; false after 5 s without an answer."""

    def enrol(self, application: Application, progress: Progress) -> Enrolled:
        """Lane ``network``. All of it, or nothing that the worker would have to clear away.

        In this order: the centre takes name, password and code; the store is made with its key
        slots (password, mixed with the device's secret where there is a keyring; sealed to the
        centre), or the one that is here is taken over; with ``new_password`` the password is
        changed at the centre and here; the recovery code is made if wanted; the store is opened and locked
        for this window, and the enrolment is noted in the settings. (Where no keyring is and the account's
        password is too short to guard a store alone: ``begin_offline`` under the new one first,
        then enrol with it as ``local_password``.) When the line breaks after the centre took the
        code, another call with the same application goes on from there. The role comes from the
        account. ``progress.report`` tells the steps in words.

        Raises ``SignInRefused`` (name, password or code), ``NotAccepted`` with field ``code`` (not a
        code at all, or the code of another centre), ``address`` or ``ca``, ``WeakPassword``,
        ``WrongPassword`` (of the store that is here), ``TooManyTries``, any ``CentreError``,
        ``DiskFull``, ``StoreBusy``, ``Cancelled``.
        """

    def begin_offline(self, user: str, name: str, password: str, progress: Progress) -> object:
        """Lane ``local``. 先不联网: a store for somebody whom no centre knows yet; returns its session.

        It keeps drafts and choices; records need a bucket, which only a centre gives. Raises
        ``WeakPassword``, ``StoreBusy`` (he has a store here already), ``DiskFull``.
        """

    def download(self, session: object, progress: Progress) -> Downloaded:
        """Lane ``network``. The first sync; ``progress.report(done, total, words)`` counts rows.

        May be repeated and goes on where it stopped. Raises ``SignInError``, ``CentreError``,
        ``DiskFull``, ``Cancelled``.
        """


class Door(UnlockDoor, WelcomeDoor, Protocol):
    """Both: what ``gridworker.app`` builds once and hands to both pages."""

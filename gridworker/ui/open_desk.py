"""What the shell needs from the rest of the desk for a worker who came in, and what it does for his settings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

from gridworker.ui.background import Progress

if TYPE_CHECKING:
    from gridworker.protocol.oversight import Restricted
    from gridworker.storage.file_links import FileLink
    from gridworker.sync.files import FilesReport
    from gridworker.sync.report import Report
    from gridworker.ui.pages.oversight_aside import AsideDoor
    from gridworker.ui.pages.settings_port import Housekeeping
    from gridworker.ui.pages.stick_card import Stick
    from gridworker.ui.work import Work


class OpenDesk(Protocol):
    """What the app gives for a session: the worker's ledger, and what keeps it going."""

    @property
    def user(self) -> str:
        """Login name."""

    @property
    def fell_at(self) -> int | None:
        """ms UTC when the last run of this store was begun, if it did not come to a good end."""

    @property
    def work(self) -> Work:
        """For the pages; the ledger belongs to the window's thread."""

    def sync(self, progress: Progress) -> Report:
        """One sync, with a store of its own; runs in the network lane."""

    def send_files(self, progress: Progress) -> FilesReport:
        """Photos and papers that the centre lacks, for after a sync; runs in the network lane."""

    def fetch_file(self, link: FileLink, thumb: Callable[[bytes], bytes | None], progress: Progress) -> None:
        """Bring one here that the centre has; runs in the network lane."""

    def sign_in(self, password: str, progress: Progress) -> None:
        """Sign this desk in at its centre again; runs in the network lane."""

    @property
    def stick(self) -> Stick:
        """For packages and receipts on a USB stick."""

    @property
    def aside(self) -> AsideDoor:
        """For work that waits at the centre for a supervisor."""

    def restrict(self, case: str, people: Sequence[str], progress: Progress) -> Restricted:
        """Only named people see a case from now on; runs in the network lane."""

    def housekeeping(self, actions: HouseActions) -> Housekeeping:
        """What the settings page asks for."""

    def monotonic(self) -> int:
        """ms of a clock that only runs forward, also while the machine sleeps."""

    def spread(self) -> float:
        """A drawn number from 0 to 1."""

    def tidy(self, progress: Progress) -> bool:
        """A short piece of quiet work for the local lane: words that wait to be indexed, the file's own order.

        True: there is more.
        """

    def renewed(self) -> bool:
        """Take over into the ledger what a sync has learnt of the worker; True when something is different."""

    def rest(self) -> None:
        """The lanes have ended: what belonged to them is let go."""

    def close(self) -> None:
        """Close the stores and let go of the window lock."""


class HouseActions(Protocol):
    """What the settings page may change in the shell."""

    def set_automatic_sync(self, automatic: bool) -> None:
        """Syncs start by themselves, or not."""

    def set_lock_minutes(self, minutes: int) -> None:
        """Lock after so many quiet minutes; 0: never."""

    def show_restore(self, backup: str) -> None:
        """Lock, and show this backup on the unlock page."""

    def show_connect(self) -> None:
        """Lock, and lead a desk without a centre to one."""

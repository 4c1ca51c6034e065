"""Runs the sync in the network lane, when it is due or asked for, and says how it stands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer, Signal

from gridworker.errors import (
    Cancelled,
    CentreError,
    GridworkerError,
    InsecureAddress,
    NotTheCentre,
    ProxyInTheWay,
    SignInError,
    TlsFailed,
    TooOld,
)
from gridworker.sync.schedule import Schedule
from gridworker.ui.background import Background, Job, Progress

if TYPE_CHECKING:
    from gridworker.sync.report import Report

LOOK_EVERY: Final = 15_000
"""ms between two looks at the clock at most: a laptop that slept is not woken by a timer of half an hour."""


_WRONG: Final = (InsecureAddress, NotTheCentre, ProxyInTheWay, TlsFailed, TooOld)
"""What no waiting mends, though it is met on the way to the centre."""


@dataclass(frozen=True, slots=True)
class SyncView:
    """How the sync stands, for whoever shows it."""

    running: bool = False
    done: int = 0
    total: int = 0
    words: str = ""
    error: GridworkerError | None = None
    cancelled: bool = False
    """The last one was stopped by a person."""
    next_in: int | None = None
    """ms until it is tried again; None while it runs or waits for a person."""

    @property
    def offline(self) -> bool:
        """The line is down: nothing is wrong, work goes on."""
        return isinstance(self.error, CentreError) and not isinstance(self.error, _WRONG)

    @property
    def needs_sign_in(self) -> bool:
        """Only a person can mend it."""
        return isinstance(self.error, SignInError)


class SyncControl(QObject):
    """One per window. ``changed`` follows every step, ``finished`` every sync that came to its end."""

    changed = Signal()
    finished = Signal(object)

    def __init__(
        self,
        background: Background,
        sync: Callable[[Progress], Report],
        monotonic: Callable[[], int],
        spread: Callable[[], float],
        parent: QObject | None = None,
        *,
        look_every: int = LOOK_EVERY,
    ) -> None:
        """*sync* runs off this thread; *monotonic* reads ms; *spread* draws 0 to 1.

        *look_every*: ms of real time between two looks at *monotonic* while a sync is awaited.
        """
        super().__init__(parent)
        self._background = background
        self._sync = sync
        self._monotonic = monotonic
        self._spread = spread
        self._schedule = Schedule(due=None)
        self._job: Job[Report] | None = None
        self._view = SyncView()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._look)
        self._look_every = look_every
        self._automatic = True

    @property
    def view(self) -> SyncView:
        """How it stands now."""
        if self._view.running or self._schedule.due is None or not self._automatic:
            return self._view
        return replace(self._view, next_in=max(0, self._schedule.due - self._monotonic()))

    @property
    def automatic(self) -> bool:
        """Whether syncs start by themselves."""
        return self._automatic

    def open(self, automatic: bool = True) -> None:
        """The desk is open: sync at once, then as the schedule says."""
        self._automatic = automatic
        self._schedule = Schedule.opened(self._monotonic())
        self._arm()

    def set_automatic(self, automatic: bool) -> None:
        """Whether syncs start by themselves."""
        self._automatic = automatic
        self._arm()

    def saved(self) -> None:
        """Something was saved: it is sent soon."""
        self._schedule = self._schedule.saved(self._monotonic())
        self._arm()
        self.changed.emit()

    def ask(self) -> None:
        """A person wants it now."""
        self._schedule = self._schedule.asked(self._monotonic())
        self.start()

    def start(self) -> None:
        """Sync, unless one runs."""
        if self._job is not None:
            return
        self._timer.stop()
        self._schedule = self._schedule.started()
        self._show(SyncView(running=True))
        self._job = self._background.run(
            self._sync, then=self._ended, failed=self._failed, progress=self._step, lane="network"
        )

    def cancel(self) -> None:
        """Stop it; what was done so far stays, and the next sync goes on from there."""
        if self._job is not None:
            self._job.cancel()

    def close(self) -> None:
        """The window closes."""
        self._timer.stop()
        self._automatic = False

    def cleared(self, error: GridworkerError) -> None:
        """The store was destroyed on an order that came by another way than the line."""
        self._show(SyncView(error=error))
        self.finished.emit(None)

    def finish(self, patience: float) -> None:
        """The window closes: what runs may come to its end within *patience* seconds, then it is cancelled."""
        self.close()
        if self._job is not None and not self._job.wait(patience):
            self._job.cancel()

    def _step(self, done: int, total: int, words: str) -> None:
        self._show(SyncView(running=True, done=done, total=total, words=words))

    def _ended(self, report: Report) -> None:
        self._job = None
        self._schedule = self._schedule.succeeded(self._monotonic())
        self._show(SyncView())
        self._arm()
        self.finished.emit(report)

    def _failed(self, error: GridworkerError) -> None:
        self._job = None
        self._schedule = self._schedule.failed(self._monotonic(), error, spread=self._spread())
        # What a person stopped is no trouble: it goes on at the usual time.
        self._show(SyncView(cancelled=True) if isinstance(error, Cancelled) else SyncView(error=error))
        self._arm()
        self.finished.emit(None)

    def _show(self, view: SyncView) -> None:
        self._view = view
        self.changed.emit()

    def _arm(self) -> None:
        self._timer.stop()
        due = self._schedule.due
        if due is not None and self._automatic and self._job is None:
            self._timer.start(min(self._look_every, max(0, due - self._monotonic())))

    def _look(self) -> None:
        """Is it time? If not, whoever shows how long it still takes is told."""
        due = self._schedule.due
        if due is not None and self._monotonic() >= due:
            self.start()
            return
        self._arm()
        if self._view.error is not None:
            self.changed.emit()

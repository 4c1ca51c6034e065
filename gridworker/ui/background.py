"""The only threads: two lanes that run plain functions and bring results home to the window.

``network`` is for whatever speaks with the centre, ``local`` for whatever walks many rows.
Each lane does one thing at a time, so two syncs cannot meet. Nothing of Qt is known to the
functions that run here.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Event, Thread
from time import monotonic
from typing import Any, Final, Generic, Literal, TypeVar

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from gridworker.errors import Cancelled, GridworkerError

Lane = Literal["network", "local"]
LANES: Final[tuple[Lane, ...]] = ("network", "local")
T = TypeVar("T")
Told = Callable[[int, int, str], object]
BURIED_AFTER_MS: Final = 20
"""After what a lane brought home, until its job is forgotten."""


class Progress:
    """What a running function is given: to say how far it is, and to learn that it may stop."""

    def __init__(self, tell: Told) -> None:
        self._tell = tell
        self._stop = Event()
        self._interrupts: list[Callable[[], object]] = []

    @property
    def cancelled(self) -> bool:
        """Whether someone wants it to stop; to be looked at between two steps."""
        return self._stop.is_set()

    def report(self, done: int, total: int, text: str = "") -> None:
        """*done* of *total* (0: unknown), with the words that the worker reads."""
        self._tell(done, total, text)

    def check(self) -> None:
        """Raise :class:`Cancelled` if it is to stop."""
        if self.cancelled:
            raise Cancelled

    def wait(self, seconds: float) -> bool:
        """Sleep, but wake at once when it is to stop; true then."""
        return self._stop.wait(seconds)

    def on_cancel(self, interrupt: Callable[[], object]) -> None:
        """Call *interrupt* (from the window's thread) when it is to stop: a database's own stop."""
        self._interrupts.append(interrupt)

    @property
    def interrupted(self) -> bool:
        """Whether a running statement was broken off because it is to stop."""
        return self.cancelled and bool(self._interrupts)

    def cancel(self) -> None:
        """Ask it to stop."""
        self._stop.set()
        for interrupt in tuple(self._interrupts):
            interrupt()


class Job(Generic[T]):
    """One function on its way through a lane."""

    def __init__(
        self,
        work: Callable[[Progress], T],
        then: Callable[[T], object],
        failed: Callable[[GridworkerError], object] | None,
        progress: Told | None,
        send: Callable[[Callable[[], object]], object],
    ) -> None:
        self._work, self._then, self._failed = work, then, failed
        self._progress = progress
        self._send = send
        self._over = False
        self._performed = Event()
        self.handed = Progress(self._report)

    @property
    def over(self) -> bool:
        """Whether its result has been brought home, or nobody wants it any more."""
        return self._over

    def cancel(self) -> None:
        """Ask it to stop; its end still comes home.

        A job that has not begun never begins. ``failed`` gets :class:`Cancelled`, unless the
        function returned something all the same: then that is handed to ``then``.
        """
        if not self._over:
            self.handed.cancel()

    def drop(self) -> None:
        """Ask it to stop and forget it: nothing is called any more. For searches overtaken."""
        self.cancel()
        self._over = True

    def wait(self, seconds: float) -> bool:
        """Wait, on the window's thread, until the function has returned; false when it has not in that time."""
        return self._performed.wait(seconds)

    def forget(self) -> None:
        """Let go of the pages that it was for; on the window's thread, when it is over and the lane is done with it."""
        self._work = self._then = _nothing
        self._failed = self._progress = None

    def perform(self) -> None:
        """Run in the lane and send the result home."""
        try:
            self.handed.check()
            result = self._work(self.handed)
        except BaseException as raised:
            error = raised
            self._send(lambda: self._end_badly(error))
        else:
            self._send(lambda: self._end_well(result))
        finally:
            self._performed.set()

    def _report(self, done: int, total: int, text: str) -> None:
        told = self._progress
        if told is not None:
            self._send(lambda: None if self._over else told(done, total, text))

    def _end_well(self, result: T) -> None:
        if not self._over:
            self._over = True
            self._then(result)

    def _end_badly(self, error: BaseException) -> None:
        if self._over:
            return
        self._over = True
        if self.handed.interrupted:
            # A database that was told to stop says so with an error of its own.
            error = Cancelled()
        known = isinstance(error, GridworkerError)
        try:
            if self._failed is not None:
                # After a bug whoever waits comes to rest, as if a person had stopped it.
                self._failed(error if isinstance(error, GridworkerError) else Cancelled())
        finally:
            if not known:
                raise error  # a bug: it goes up to the crash page


def _nothing(_: object) -> Any:
    """What is left of a job that was forgotten."""


@dataclass(frozen=True)
class _Lane:
    """A thread. ``given``: what it was given and may still hold, in that order; ``let_go``: one line for each of them
    that it holds no longer.

    Whatever a job names, a page or a whole window, goes with the last that names it, and must go on the window's own
    thread. So that is never the lane: each job stays in ``given`` until the lane has let go of it.
    """

    waiting: SimpleQueue[Job[object] | None]
    thread: Thread
    let_go: SimpleQueue[None]
    given: deque[Job[object]]

    def bury(self) -> None:
        """Forget what is over and the thread holds no longer."""
        while self.given and self.given[0].over and not self.let_go.empty():
            self.let_go.get()
            self.given.popleft().forget()


class Background(QObject):
    """Owns the lanes; lives on the window's thread."""

    _home = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._home.connect(self._arrive, Qt.ConnectionType.QueuedConnection)
        self._lanes: dict[Lane, _Lane] = {}
        self._burying = QTimer(self)
        self._burying.setSingleShot(True)
        self._burying.setInterval(BURIED_AFTER_MS)
        self._burying.timeout.connect(self._bury)
        self._closed = False

    def run(
        self,
        work: Callable[[Progress], T],
        *,
        then: Callable[[T], object],
        failed: Callable[[GridworkerError], object] | None = None,
        progress: Told | None = None,
        lane: Lane = "local",
    ) -> Job[T]:
        """Run *work* on *lane*; *then*, *failed* and *progress* are called on the window's thread.

        An error that is not a :class:`GridworkerError` is a bug: *failed* gets :class:`Cancelled`, so that what
        waits for an end comes to rest, and the bug itself is raised on the window's thread.
        """
        job: Job[T] = Job(work, then, failed, progress, self._send)
        if self._closed:
            job.drop()
            return job
        kept: Job[object] = job  # type: ignore[assignment]
        to = self._lane(lane)
        to.given.append(kept)
        to.waiting.put(kept)
        return job

    def busy(self) -> bool:
        """Whether anything runs or waits."""
        return any(not job.over for lane in self._lanes.values() for job in lane.given)

    def shutdown(self, patience: float = 3.0) -> bool:
        """Cancel everything and wait up to *patience* seconds; true when all lanes ended."""
        self._closed = True
        for lane in self._lanes.values():
            for job in lane.given:
                job.drop()
        until = monotonic() + patience
        for lane in self._lanes.values():
            lane.waiting.put(None)
        for lane in self._lanes.values():
            lane.thread.join(max(0.0, until - monotonic()))
        self._bury()
        return self.ended

    @property
    def ended(self) -> bool:
        """Whether no lane runs any more."""
        return not any(lane.thread.is_alive() for lane in self._lanes.values())

    def _lane(self, name: Lane) -> _Lane:
        if name not in self._lanes:
            waiting: SimpleQueue[Job[object] | None] = SimpleQueue()
            let_go: SimpleQueue[None] = SimpleQueue()
            # A daemon: a server that never answers must not keep the program from ending.
            thread = Thread(target=_serve, args=(waiting, let_go), name=f"lane-{name}", daemon=True)
            self._lanes[name] = _Lane(waiting, thread, let_go, deque())
            thread.start()
        return self._lanes[name]

    def _send(self, arrival: Callable[[], object]) -> None:
        if not self._closed:
            self._home.emit(arrival)

    @Slot(object)
    def _arrive(self, arrival: Callable[[], object]) -> None:
        if not self._closed:
            # The lane has sent this, and lets go of its job in a moment.
            self._burying.start()
            arrival()

    def _bury(self) -> None:
        for lane in self._lanes.values():
            lane.bury()
        if not self._closed and any(job.over for lane in self._lanes.values() for job in lane.given):
            self._burying.start()


def _serve(waiting: SimpleQueue[Job[object] | None], let_go: SimpleQueue[None]) -> None:
    while (job := waiting.get()) is not None:
        job.perform()
        # It may hold a page: whoever gave it buries it now, not when the next one comes.
        del job
        let_go.put(None)

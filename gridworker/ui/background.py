"""The only threads: two lanes that run plain functions and bring results home to the window.

``network`` is for whatever speaks with the centre, ``local`` for whatever walks many rows.
Each lane does one thing at a time, so two syncs cannot meet. Nothing of Qt is known to the
functions that run here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Event, Thread
from time import monotonic
from typing import Final, Generic, Literal, TypeVar

from PySide6.QtCore import QObject, Qt, Signal, Slot

from gridworker.errors import Cancelled, GridworkerError

Lane = Literal["network", "local"]
LANES: Final[tuple[Lane, ...]] = ("network", "local")
T = TypeVar("T")
Told = Callable[[int, int, str], object]


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


@dataclass(frozen=True)
class _Lane:
    waiting: SimpleQueue[Job[object] | None]
    thread: Thread


class Background(QObject):
    """Owns the lanes; lives on the window's thread."""

    _home = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._home.connect(self._arrive, Qt.ConnectionType.QueuedConnection)
        self._lanes: dict[Lane, _Lane] = {}
        self._jobs: list[Job[object]] = []
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
        self._jobs = [known for known in self._jobs if not known.over]
        self._jobs.append(kept)
        self._lane(lane).waiting.put(kept)
        return job

    def busy(self) -> bool:
        """Whether anything runs or waits."""
        return any(not job.over for job in self._jobs)

    def shutdown(self, patience: float = 3.0) -> bool:
        """Cancel everything and wait up to *patience* seconds; true when all lanes ended."""
        self._closed = True
        for job in self._jobs:
            job.drop()
        until = monotonic() + patience
        for lane in self._lanes.values():
            lane.waiting.put(None)
        for lane in self._lanes.values():
            lane.thread.join(max(0.0, until - monotonic()))
        return self.ended

    @property
    def ended(self) -> bool:
        """Whether no lane runs any more."""
        return not any(lane.thread.is_alive() for lane in self._lanes.values())

    def _lane(self, name: Lane) -> _Lane:
        if name not in self._lanes:
            waiting: SimpleQueue[Job[object] | None] = SimpleQueue()
            # A daemon: a server that never answers must not keep the program from ending.
            thread = Thread(target=_serve, args=(waiting,), name=f"lane-{name}", daemon=True)
            self._lanes[name] = _Lane(waiting, thread)
            thread.start()
        return self._lanes[name]

    def _send(self, arrival: Callable[[], object]) -> None:
        if not self._closed:
            self._home.emit(arrival)

    @Slot(object)
    def _arrive(self, arrival: Callable[[], object]) -> None:
        if not self._closed:
            arrival()


def _serve(waiting: SimpleQueue[Job[object] | None]) -> None:
    while (job := waiting.get()) is not None:
        job.perform()
        # The last job's closure may hold a page; it must not live until the next job comes.
        del job

"""Carries out one sync: asks the engine what to say, says it to the centre, and notes how it went."""

import logging
from collections.abc import Callable, Iterator
from typing import Any, Protocol

from gridworker.errors import BrokenAnswer, Cancelled, GridworkerError, TooSlow
from gridworker.protocol.sync import Clock, Fetch, Pull, PullAnswer, Push, PushAnswer
from gridworker.storage.store import Store
from gridworker.sync.answers import Disagreement, SnapshotGone, TooBig, WipeOrdered
from gridworker.sync.engine import Engine
from gridworker.sync.loading import Lay
from gridworker.sync.report import Report
from gridworker.sync.wiping import is_genuine

LOG = logging.getLogger(__name__)

Told = Callable[[int, int, str], object]
"""How far it is: done, total (0: not known), and the words that the worker reads."""

LOADING = "资料下载中"
"""With these words, ``done`` and ``total`` are bytes."""

MOST_GATHERED = 512 * 1024
"""Bytes of a snapshot that are kept together, at most."""
_MOMENT_MS = 300

_UPLOADING, _DOWNLOADING = "正在上传", "正在下载"


class Line(Protocol):
    """What the driver needs of ``centre.Centre``."""

    def push(self, message: Push, meanwhile: Callable[[], None] | None) -> PushAnswer: ...
    def pull(self, message: Pull) -> PullAnswer: ...
    def fetch(self, wanted: Fetch) -> Iterator[bytes]: ...


def sync_once(
    store: Store,
    centre: Line,
    clock: Callable[[], Clock],
    *,
    progress: Told = lambda done, total, words: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Report:
    """Push, then pull until nothing is left. Safe to break off anywhere and to repeat.

    ``store``: opened by this thread, for this sync. One process at a time may sync a store: the caller holds
    its lock. Raises ``CentreError``, ``SignInError``, ``StoreError``, ``Cancelled``; what was done until then
    stays done, and the store's log tells of it either way.
    """
    engine = Engine(store)
    begun = clock()
    try:
        try:
            _run(engine, store, centre, clock, progress, cancelled)
        finally:
            engine.catch_up()
    except GridworkerError as error:
        _note(store, engine.report, begun, clock(), error)
        raise
    _note(store, engine.report, begun, clock(), None)
    store.set_meta("last_success", clock().wall)
    store.prune(clock().wall)
    return engine.report


def _run(
    engine: Engine,
    store: Store,
    centre: Line,
    clock: Callable[[], Clock],
    progress: Told,
    cancelled: Callable[[], bool],
) -> None:
    waiting = store.count_to_hand_in()
    while (message := engine.next(clock())) is not None:
        if cancelled():
            raise Cancelled
        try:
            if isinstance(message, Lay):
                engine.lay(message)
            elif isinstance(message, Fetch):
                _fetch(engine, centre, message, clock, progress)
            else:
                _ask(engine, store, centre, message, clock)
                _tell(progress, engine.report, waiting, isinstance(message, Push))
        except Disagreement as disagreement:
            LOG.info("the centre disagrees: %s", disagreement.problem.error)
            engine.disagreed(disagreement.problem)
        except TooBig:
            engine.too_big()
        except (TooSlow, BrokenAnswer):
            if not engine.too_slow():
                raise


def _ask(engine: Engine, store: Store, centre: Line, message: Push | Pull, clock: Callable[[], Clock]) -> None:
    meanwhile = engine.meanwhile if engine.has_work else None
    answer = centre.push(message, meanwhile) if isinstance(message, Push) else centre.pull(message)
    engine.heard(answer, clock())
    order = answer.standing.order
    if order is not None and order.stolen and is_genuine(store, order):
        raise WipeOrdered(order)  # whatever still waits: the thief must not gain a minute


def _fetch(engine: Engine, centre: Line, wanted: Fetch, clock: Callable[[], Clock], progress: Told) -> None:
    """What comes within a moment is kept together; of what came before the line broke nothing is lost."""
    gathered, since = bytearray(), clock().mono

    def keep() -> None:
        engine.came(wanted, bytes(gathered))
        gathered.clear()
        progress(engine.report.fetched, engine.report.to_fetch, LOADING)

    try:
        for piece in centre.fetch(wanted):
            gathered += piece
            if len(gathered) >= MOST_GATHERED or clock().mono - since >= _MOMENT_MS:
                keep()
                since = clock().mono
    except SnapshotGone:
        gathered.clear()
        engine.gone(wanted)
    finally:
        if gathered:
            keep()


def _tell(progress: Told, report: Report, waiting: int, uploading: bool) -> None:
    if uploading:
        done = report.pushed + report.refused + report.held
        progress(done, max(waiting, done), _UPLOADING)
    else:
        progress(report.pulled, 0, _DOWNLOADING)


def _note(store: Store, report: Report, begun: Clock, ended: Clock, error: GridworkerError | None) -> None:
    code = type(error).__name__ if error is not None else ""
    counts: dict[str, Any] = {
        "pushed": report.pushed,
        "pulled": report.pulled,
        "conflicts": report.conflicts,
        "refused": report.refused,
        "held": report.held,
        "dropped": report.dropped,
        "ms": ended.mono - begun.mono,
    }
    words = error.title if error is not None else "完成"
    store.log_sync(ended.wall, {"ok": error is None, "code": code, "result": words, **counts})
    told = " ".join(f"{name}={count}" for name, count in counts.items())
    LOG.info("sync %s %s", code or "ok", told)

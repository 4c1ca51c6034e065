"""What the person at the window feels: how long it stands still during a sync, and how soon a list follows typing."""

import os
import random
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.county import NOW, County, county, households
from benchmarks.figures import Figure, median, percentile
from benchmarks.search import samples
from benchmarks.small_centre import PART, small_centre

SYNCS = 5
MOST_HELD = 50.0
QUERIES = 8
"""Of each sort that people type."""
MOST_PAINTED = 80.0
TICK = 5
IDLE_S = 2.0
PATIENCE = 60.0


def run() -> list[Figure]:
    """Everything in one application, offscreen unless told otherwise."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    from gridworker.ui.preferences import dress

    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    with TemporaryDirectory(prefix="gw-bench-") as home:
        memory = dress(application, Path(home))
        return [*_held(memory), *_typed(county())]


# ------------------------------------------------------------------ during a sync


def _held(memory: Any) -> list[Figure]:
    syncs = [_one_sync(memory) for _ in range(SYNCS)]
    held = [max(gaps) for gaps, _, _ in syncs]
    idle = [max(gaps) for _, gaps, _ in syncs]
    rows = " or ".join(f"{count:,}" for count in sorted({count for _, _, count in syncs}))
    return [
        Figure(
            "longest hold of the window during a sync",
            median(held),
            beside="the same window, left alone",
            base=median(idle),
            limit=MOST_HELD,
            note=f"{SYNCS} new desks, {rows} rows each, worst {max(held):.0f} ms",
        )
    ]


def _one_sync(memory: Any) -> tuple[list[float], list[float], int]:
    """ms between ticks while a first sync runs and what it brought is drawn and indexed; the same when all is
    done; the rows that came."""
    from gridworker.app.coming_in import Session
    from gridworker.app.door import HomeDoor
    from gridworker.app.window import OpenedDesk
    from gridworker.ui.shell import Shell

    machine = small_centre().machine()
    desk = small_centre().desk(PART, machine)
    desk.close()
    shell = Shell(HomeDoor(machine.home), OpenedDesk, memory)
    shell.resize(1366, 768)
    shell.show()
    user = desk.user
    reports: list[Any] = []
    with _ticking() as gaps:
        shell.enter(Session(machine, desk.opened, machine.vault.window_lock(user).take()))
        shell.set_automatic_sync(False)
        control = shell.control
        assert control is not None
        control.finished.connect(reports.append)
        _wait(1.0)
        gaps.clear()
        control.ask()
        _until(lambda: bool(reports))
        _until_quiet(shell)
        during = list(gaps)
        _wait(IDLE_S)
        idle = gaps[len(during) :]
    shell.close()
    return during, idle, reports[0].pulled


@contextmanager
def _ticking() -> Iterator[list[float]]:
    """A timer of 5 ms in the window's thread; from tick to tick it notes how many ms went by."""
    from PySide6.QtCore import Qt, QTimer

    gaps: list[float] = []
    last = time.perf_counter()

    def tick() -> None:
        nonlocal last
        now = time.perf_counter()
        gaps.append((now - last) * 1000)
        last = now

    timer = QTimer()
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.timeout.connect(tick)
    timer.start(TICK)
    yield gaps
    timer.stop()


# ------------------------------------------------------------------ from the typing pause to the list


def _typed(big: County) -> list[Figure]:
    """The page of the households over the big store; each query waits for the paint that shows its answer."""
    from gridworker.ui.background import Background
    from gridworker.ui.pages.homes import HomesPage
    from gridworker.ui.preferences import StorePreferences
    from gridworker.ui.references import LedgerReferences
    from gridworker.ui.window import MainWindow
    from gridworker.ui.work import Work

    store, ledger = big.open()
    lane: list[Any] = []

    def lane_ledger() -> Any:
        if not lane:
            lane.append(big.open()[1])
        return lane[0]

    work = Work(
        ledger=ledger,
        references=LedgerReferences(ledger, lambda: secrets.token_hex(16), lambda: NOW),
        preferences=StorePreferences(store),
        clock=lambda: NOW,
        lane_ledger=lane_ledger,
    )
    background = Background()
    window = MainWindow(background)
    page = HomesPage(work, new=_nothing, edit=_nothing, visit=_nothing, dispute=_nothing)
    window.add_page(page)
    window.go("homes")
    window.resize(1366, 768)
    window.show()
    _until(lambda: page._model.answered)
    _wait(0.5)
    times = [_ask(page, text) for text in _queries(big)]
    whole = [_ask(page, "") for _ in range(3)]
    window.close()
    background.shutdown()
    lane.clear()
    store.close()
    return [
        Figure(
            "end of the typing pause to the painted list, 95th percentile",
            percentile(times, 0.95),
            limit=MOST_PAINTED,
            note=f"{len(times)} queries over {big.count:,} households, median {median(times):.1f} ms",
        ),
        Figure("the whole list, by number, to the painted list", median(whole)),
    ]


def _queries(big: County) -> list[str]:
    chosen = random.Random(3).sample(list(households(big.count)), QUERIES)
    typed = [text for sort in samples(chosen).values() for text in sort]
    random.Random(4).shuffle(typed)
    return typed


def _ask(page: Any, text: str) -> float:
    """ms until the window has painted the answer to ``text``."""
    from PySide6.QtCore import QEvent, QObject, QTimer

    from gridworker.ui.widgets.fields import TYPING_PAUSE_MS

    answered, ended = False, 0.0

    def counted(_: int) -> None:
        nonlocal answered
        answered = True

    def painted() -> None:
        nonlocal ended
        ended = ended or time.perf_counter()

    class Eye(QObject):
        """Sees the paint begin; the next turn of the event loop comes after it."""

        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if answered and event.type() == QEvent.Type.Paint:
                QTimer.singleShot(0, painted)
            return False

    # The pause of whoever types comes first, and in it what the answer before had left to draw is drawn.
    _wait(TYPING_PAUSE_MS / 1000)
    eye = Eye()
    page._table.viewport().installEventFilter(eye)
    page._model.counted.connect(counted)
    start = time.perf_counter()
    page.search(text)
    _until(lambda: bool(ended))
    page._model.counted.disconnect(counted)
    page._table.viewport().removeEventFilter(eye)
    return (ended - start) * 1000


def _nothing(*_: Any) -> None:
    """No act is asked for here."""


def _until_quiet(shell: Any) -> None:
    """Until the lanes have had nothing to do for a second: all that the sync brought is drawn and indexed."""
    busy_at = time.perf_counter()

    def quiet() -> bool:
        nonlocal busy_at
        if shell._background.busy():
            busy_at = time.perf_counter()
        return time.perf_counter() - busy_at > 1.0

    _until(quiet)


def _wait(seconds: float) -> None:
    end = time.perf_counter() + seconds
    _until(lambda: time.perf_counter() >= end)


def _until(done: Callable[[], bool]) -> None:
    """Let the window live until ``done``."""
    from PySide6.QtCore import QEventLoop, QTimer

    end, loop, looking = time.perf_counter() + PATIENCE, QEventLoop(), QTimer()

    def look() -> None:
        if done() or time.perf_counter() > end:
            loop.quit()

    looking.timeout.connect(look)
    looking.start(2)
    loop.exec()
    looking.stop()
    assert done(), "it never came"

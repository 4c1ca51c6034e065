"""When the window syncs: on opening, after saves, every five minutes, later and later on a broken line, when asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from threading import Event, get_ident

import pytest
from pytestqt.qtbot import QtBot

from gridworker.errors import (
    CentreUnreachable,
    GridworkerError,
    ProxyInTheWay,
    SignInNeeded,
    StoreBusy,
)
from gridworker.sync.report import Report
from gridworker.sync.schedule import AFTER_SAVE, BACK_OFF, EVERY
from gridworker.ui.background import Background, Progress
from gridworker.ui.sync_control import SyncControl, SyncView

PATIENCE_S = 5.0


class Centre:
    """Answers as the test says; counts how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0
        self.lane = 0
        self.trouble: GridworkerError | None = None
        self.open = Event()
        self.open.set()
        self.steps: list[tuple[int, int, str]] = []

    def sync(self, progress: Progress) -> Report:
        self.asked += 1
        self.lane = get_ident()
        for step in self.steps:
            progress.report(*step)
        while not self.open.wait(0.01):
            progress.check()
        if self.trouble is not None:
            raise self.trouble
        return Report(ok=True, pushed=2)


class Morning:
    """A desk's sync with a clock that the test moves."""

    def __init__(self, background: Background) -> None:
        self.now = 0
        self.centre = Centre()
        self.reports: list[Report | None] = []
        self.views: list[SyncView] = []
        self.control = SyncControl(background, self.centre.sync, lambda: self.now, lambda: 0.0, look_every=5)
        self.control.finished.connect(self.reports.append)
        self.control.changed.connect(lambda: self.views.append(self.control.view))

    @property
    def view(self) -> SyncView:
        return self.control.view


@pytest.fixture
def morning(qtbot: QtBot, background: Background) -> Iterator[Morning]:
    """A desk whose sync has not begun yet."""
    morning = Morning(background)
    yield morning
    morning.centre.open.set()
    morning.control.cancel()
    morning.control.close()


@pytest.fixture
def synced(qtbot: QtBot, morning: Morning) -> Morning:
    """A desk that was opened and has synced once."""
    morning.control.open()
    qtbot.waitUntil(lambda: len(morning.reports) == 1)
    return morning


@pytest.fixture
def stays(qtbot: QtBot) -> Callable[[Morning, int], None]:
    """Nothing more is asked of the centre, however often the clock is looked at."""

    def stays(morning: Morning, asked: int) -> None:
        qtbot.wait(40)
        assert morning.centre.asked == asked
        assert not morning.view.running

    return stays


def test_a_desk_syncs_as_soon_as_it_is_opened(qtbot: QtBot, morning: Morning) -> None:
    morning.control.open()
    qtbot.waitUntil(lambda: len(morning.reports) == 1)
    assert morning.centre.asked == 1
    assert morning.reports[0] is not None
    assert morning.centre.lane != get_ident(), "the sync ran on the window's thread"


def test_a_save_is_sent_ten_seconds_later(qtbot: QtBot, synced: Morning, stays: Callable[[Morning, int], None]) -> None:
    synced.now += 60_000
    synced.control.saved()
    assert synced.view.next_in == AFTER_SAVE
    synced.now += AFTER_SAVE - 1
    stays(synced, 1)
    synced.now += 1
    qtbot.waitUntil(lambda: synced.centre.asked == 2)


def test_more_saves_do_not_put_the_sync_off(qtbot: QtBot, synced: Morning) -> None:
    synced.control.saved()
    synced.now += 6_000
    synced.control.saved()
    assert synced.view.next_in == AFTER_SAVE - 6_000


def test_without_any_save_it_syncs_every_five_minutes(
    qtbot: QtBot, synced: Morning, stays: Callable[[Morning, int], None]
) -> None:
    synced.now += EVERY - 1
    stays(synced, 1)
    synced.now += 1
    qtbot.waitUntil(lambda: len(synced.reports) == 2)
    synced.now += EVERY
    qtbot.waitUntil(lambda: len(synced.reports) == 3)


def test_what_is_saved_while_a_sync_runs_goes_with_the_next_one_soon(qtbot: QtBot, morning: Morning) -> None:
    morning.centre.open.clear()
    morning.control.open()
    qtbot.waitUntil(lambda: morning.centre.asked == 1)
    morning.control.saved()
    morning.centre.open.set()
    qtbot.waitUntil(lambda: len(morning.reports) == 1)
    assert morning.view.next_in == AFTER_SAVE


def test_a_broken_line_is_tried_later_and_later_and_nothing_is_called_wrong(qtbot: QtBot, morning: Morning) -> None:
    morning.centre.trouble = CentreUnreachable()
    morning.control.open()
    for tries, pause in enumerate((*BACK_OFF, BACK_OFF[-1]), 1):
        qtbot.waitUntil(lambda tries=tries: len(morning.reports) == tries)  # type: ignore[misc]
        assert morning.view.offline
        assert morning.view.next_in == pause
        morning.now += pause
    morning.centre.trouble = None
    qtbot.waitUntil(lambda: morning.reports[-1] is not None)
    assert morning.view.error is None
    assert morning.view.next_in == EVERY


def test_whoever_shows_how_long_it_still_takes_is_told_as_time_passes(qtbot: QtBot, morning: Morning) -> None:
    morning.centre.trouble = CentreUnreachable()
    morning.control.open()
    qtbot.waitUntil(lambda: len(morning.reports) == 1)
    morning.now += 20_000
    with qtbot.waitSignal(morning.control.changed):
        pass
    assert morning.view.next_in == BACK_OFF[0] - 20_000


def test_a_save_does_not_hurry_a_broken_line(qtbot: QtBot, morning: Morning) -> None:
    morning.centre.trouble = CentreUnreachable()
    morning.control.open()
    qtbot.waitUntil(lambda: len(morning.reports) == 1)
    morning.control.saved()
    assert morning.view.next_in == BACK_OFF[0]


def test_asking_hurries_it(qtbot: QtBot, morning: Morning) -> None:
    morning.centre.trouble = CentreUnreachable()
    morning.control.open()
    qtbot.waitUntil(lambda: len(morning.reports) == 1)
    morning.centre.trouble = None
    morning.control.ask()
    qtbot.waitUntil(lambda: len(morning.reports) == 2)
    assert morning.reports[-1] is not None


def test_asking_twice_makes_one_sync(qtbot: QtBot, morning: Morning) -> None:
    morning.centre.open.clear()
    morning.control.ask()
    morning.control.ask()
    qtbot.waitUntil(lambda: morning.centre.asked == 1)
    morning.centre.open.set()
    qtbot.waitUntil(lambda: len(morning.reports) == 1)
    qtbot.wait(20)
    assert morning.centre.asked == 1


def test_cancelling_stops_at_once_and_the_next_sync_comes_at_its_usual_time(qtbot: QtBot, morning: Morning) -> None:
    morning.centre.open.clear()
    morning.control.open()
    qtbot.waitUntil(lambda: morning.centre.asked == 1)
    assert morning.view.running
    morning.control.cancel()
    qtbot.waitUntil(lambda: len(morning.reports) == 1, timeout=1000)
    assert morning.view.cancelled
    assert morning.view.error is None
    assert morning.view.next_in == EVERY
    morning.centre.open.set()
    morning.now += EVERY
    qtbot.waitUntil(lambda: len(morning.reports) == 2)
    assert not morning.view.cancelled


def test_a_desk_that_must_sign_in_waits_for_the_person(
    qtbot: QtBot, morning: Morning, stays: Callable[[Morning, int], None]
) -> None:
    morning.centre.trouble = SignInNeeded()
    morning.control.open()
    qtbot.waitUntil(lambda: len(morning.reports) == 1)
    assert morning.view.needs_sign_in
    assert morning.view.next_in is None
    morning.now += 10 * EVERY
    morning.control.saved()
    stays(morning, 1)
    morning.centre.trouble = None
    morning.control.ask()
    qtbot.waitUntil(lambda: len(morning.reports) == 2)
    assert not morning.view.needs_sign_in


def test_a_login_page_on_the_way_is_not_called_a_broken_line(qtbot: QtBot, morning: Morning) -> None:
    morning.centre.trouble = ProxyInTheWay()
    morning.control.open()
    qtbot.waitUntil(lambda: len(morning.reports) == 1)
    assert not morning.view.offline
    assert morning.view.next_in == BACK_OFF[0]


def test_another_program_that_syncs_just_now_is_waited_for(qtbot: QtBot, morning: Morning) -> None:
    morning.centre.trouble = StoreBusy()
    morning.control.open()
    qtbot.waitUntil(lambda: len(morning.reports) == 1)
    assert morning.view.next_in is not None


def test_every_step_is_told(qtbot: QtBot, morning: Morning) -> None:
    morning.centre.steps = [(1, 9, "正在上传"), (4, 9, "正在上传")]
    morning.control.open()
    qtbot.waitUntil(lambda: len(morning.reports) == 1)
    steps = [(view.done, view.total, view.words) for view in morning.views if view.total]
    assert steps == [(1, 9, "正在上传"), (4, 9, "正在上传")]


def test_a_desk_that_is_not_to_sync_by_itself_waits_to_be_asked(
    qtbot: QtBot, morning: Morning, stays: Callable[[Morning, int], None]
) -> None:
    morning.control.open(automatic=False)
    morning.control.saved()
    morning.now += 10 * EVERY
    stays(morning, 0)
    assert morning.view.next_in is None
    morning.control.ask()
    qtbot.waitUntil(lambda: len(morning.reports) == 1)


def test_a_window_that_closed_syncs_no_more(
    qtbot: QtBot, synced: Morning, stays: Callable[[Morning, int], None]
) -> None:
    synced.control.close()
    synced.now += 10 * EVERY
    stays(synced, 1)

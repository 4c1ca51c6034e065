"""Long work goes out and its result comes home; the window never waits."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtCore import QThread
from PySide6.QtWidgets import QApplication

from gridworker.errors import Cancelled, CentreUnreachable, GridworkerError
from gridworker.ui.background import Background, Job, Progress


def test_a_result_comes_home_to_the_windows_thread(qtbot, background):
    seen = []
    here = threading.get_ident()

    def home(where: int) -> None:
        assert QThread.currentThread() is QApplication.instance().thread()
        seen.append((where, threading.get_ident()))

    background.run(lambda _: threading.get_ident(), then=home)
    qtbot.waitUntil(lambda: bool(seen))
    assert seen[0][0] != here
    assert seen[0][1] == here


def test_an_error_that_a_worker_can_act_on_comes_home(qtbot, background):
    failures: list[GridworkerError] = []

    def no_line(_: Progress) -> None:
        raise CentreUnreachable("test")

    background.run(no_line, then=lambda _: pytest.fail("it did not succeed"), failed=failures.append)
    qtbot.waitUntil(lambda: bool(failures))
    assert isinstance(failures[0], CentreUnreachable)


def test_a_bug_goes_up_and_whoever_waits_comes_to_rest(qtbot, background):
    told = []
    with qtbot.capture_exceptions() as bugs:
        background.run(lambda _: 1 // 0, then=told.append, failed=told.append)
        qtbot.waitUntil(lambda: bool(bugs))
    assert bugs[0][0] is ZeroDivisionError
    assert [type(each) for each in told] == [Cancelled]


def test_the_end_of_what_runs_can_be_waited_for(qtbot, background):
    gate = threading.Event()
    job = background.run(lambda _: gate.wait(10), then=lambda _: None)
    assert not job.wait(0.01)
    gate.set()
    assert job.wait(5)


def test_how_far_it_is_is_told_in_order(qtbot, background):
    told, done = [], []

    def count(progress: Progress) -> str:
        for n in range(1, 4):
            progress.report(n, 3, f"第 {n} 条")
        return "好"

    background.run(count, then=done.append, progress=lambda *step: told.append(step))
    qtbot.waitUntil(lambda: bool(done))
    assert told == [(1, 3, "第 1 条"), (2, 3, "第 2 条"), (3, 3, "第 3 条")]


def wait_long(progress: Progress) -> None:
    progress.wait(60)
    progress.check()


def test_cancelling_does_not_wait_for_what_is_waited_for(qtbot, background):
    ends = []
    job = background.run(wait_long, then=ends.append, failed=ends.append, lane="network")
    qtbot.wait(20)
    job.cancel()
    qtbot.waitUntil(lambda: bool(ends), timeout=30_000)
    assert isinstance(ends[0], Cancelled)


def test_a_cancelled_sync_may_still_hand_in_what_it_had_done(qtbot, background):
    ends, begun = [], threading.Event()

    def part_of_it(progress: Progress) -> str:
        begun.set()
        progress.wait(60)
        return "一半"

    job = background.run(part_of_it, then=ends.append)
    assert begun.wait(5)
    job.cancel()
    qtbot.waitUntil(lambda: bool(ends))
    assert ends == ["一半"]


def test_what_has_not_begun_when_it_is_cancelled_never_begins(qtbot, background):
    ends, gate = [], threading.Event()
    background.run(lambda _: gate.wait(10), then=lambda _: None)
    job = background.run(lambda _: pytest.fail("it began"), then=ends.append, failed=ends.append)
    job.cancel()
    gate.set()
    qtbot.waitUntil(lambda: bool(ends))
    assert isinstance(ends[0], Cancelled)


def test_a_search_that_was_overtaken_says_nothing(qtbot, background):
    ends = []
    first = background.run(wait_long, then=ends.append, failed=ends.append)
    first.drop()
    background.run(lambda _: "第二次", then=ends.append)
    qtbot.waitUntil(lambda: bool(ends))
    assert ends == ["第二次"]


def test_a_running_statement_is_broken_off(qtbot, background):
    ends, stopped = [], threading.Event()

    def query(progress: Progress) -> None:
        progress.on_cancel(stopped.set)
        stopped.wait(30)
        raise RuntimeError("interrupted")  # what a database says when it is told to stop

    job = background.run(query, then=ends.append, failed=ends.append)
    qtbot.wait(20)
    job.cancel()
    qtbot.waitUntil(lambda: bool(ends))
    assert isinstance(ends[0], Cancelled)


def test_two_lanes_do_not_wait_for_each_other_and_one_lane_does_one_thing_at_a_time(qtbot, background):
    order, gate = [], threading.Event()
    background.run(lambda _: gate.wait(10), then=lambda _: order.append("同步"), lane="network")
    background.run(lambda _: None, then=lambda _: order.append("同步二"), lane="network")
    background.run(lambda _: None, then=lambda _: order.append("查找"), lane="local")
    qtbot.waitUntil(lambda: order == ["查找"])
    assert background.busy()
    gate.set()
    qtbot.waitUntil(lambda: order == ["查找", "同步", "同步二"])
    assert not background.busy()


def test_closing_stops_what_runs_and_nothing_comes_home_afterwards(qtbot, qapp):
    lanes, ends = Background(), []
    lanes.run(wait_long, then=ends.append, failed=ends.append)
    assert lanes.shutdown()
    lanes.run(lambda _: 1, then=ends.append, failed=ends.append)
    qtbot.wait(20)
    assert ends == []


def test_closing_does_not_wait_for_ever(qapp):
    lanes, gate = Background(), threading.Event()
    started = threading.Event()

    def deaf(_: Progress) -> None:
        started.set()
        gate.wait(10)

    lanes.run(deaf, then=lambda _: None)
    assert started.wait(5)
    assert not lanes.shutdown(patience=0.05)
    gate.set()


class Page:
    """What a job is for; says on which thread it ends."""

    def __init__(self, ended: list[int]) -> None:
        self._ended = ended

    def taken(self, _: object) -> None:
        """The result is here."""

    def __del__(self) -> None:
        self._ended.append(threading.get_ident())


def test_a_page_that_is_closed_while_its_job_ends_goes_on_the_windows_thread(qtbot, background, monkeypatch):
    """The lane has sent the result home and still holds the job: it must not be the last to hold it."""
    sent, may_go_on = threading.Event(), threading.Event()
    perform = Job.perform

    def slowly(job: Job[object]) -> None:
        perform(job)
        sent.set()
        may_go_on.wait(5)

    monkeypatch.setattr(Job, "perform", slowly)
    ended: list[int] = []
    page = Page(ended)
    job = background.run(lambda _: None, then=page.taken)
    qtbot.waitUntil(sent.is_set)
    qtbot.waitUntil(lambda: not background.busy())
    del page, job
    qtbot.wait(100)
    assert ended == []
    may_go_on.set()
    qtbot.waitUntil(lambda: bool(ended))
    assert ended == [threading.get_ident()]


def test_a_page_whose_job_was_dropped_goes_on_the_windows_thread_too(qtbot, background):
    gate = threading.Event()
    ended: list[int] = []
    page = Page(ended)
    background.run(lambda _: gate.wait(5), then=page.taken).drop()
    del page
    gate.set()
    qtbot.waitUntil(lambda: bool(ended))
    assert ended == [threading.get_ident()]


def test_a_page_whose_job_runs_while_the_program_ends_goes_on_the_windows_thread(qapp):
    background = Background()
    ended: list[int] = []
    page = Page(ended)
    background.run(lambda _: None, then=page.taken)
    del page
    assert background.shutdown()
    assert ended == [threading.get_ident()]

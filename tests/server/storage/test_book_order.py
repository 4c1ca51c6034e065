"""Many desks at once: nobody misses a row, nothing is taken twice, nobody waits for ever."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from gridserver.storage import book
from gridworker.protocol.sync import GroupResult
from tests.helpers.centre import Centre
from tests.helpers.hand import household, page_rows
from tests.helpers.writer import GRID, Writer

NEXT_GRID = "330683106211002"
WRITERS = 4
PUSHES = 20


@pytest.fixture
def writers(centre: Centre) -> list[Writer]:
    """Colleagues who share two grids."""
    centre.district()
    return [Writer.at(centre, f"wang{number}", "grid_worker", GRID, NEXT_GRID) for number in range(WRITERS)]


def at_once(*tasks: Callable[[], object]) -> list[object]:
    """Runs them as close together as threads can; the first that failed raises."""
    gate = threading.Barrier(len(tasks))

    def run(task: Callable[[], object]) -> object:
        gate.wait()
        return task()

    with ThreadPoolExecutor(len(tasks)) as pool:
        return [done.result() for done in [pool.submit(run, task) for task in tasks]]


def a_day(writer: Writer, grids: Sequence[str]) -> int:
    """Pushes of two households each, one a grid, in this order; returns how many rows."""
    regions = writer.centre.regions
    for _ in range(PUSHES):
        made = [
            writer.hand.create("household", writer.bucket("grid", code), household(regions[code])) for code in grids
        ]
        assert writer.keep(*made).verdict == "ok"
    return PUSHES * len(grids)


def test_a_desk_that_asks_all_the_time_misses_no_row_of_anybody(writers):
    reader = Writer.at(writers[0].centre, "zhang", "supervisor", "330683")
    seen: dict[str, list[str]] = {}
    cursors: dict[str, int] = {}
    over = threading.Event()

    def pull() -> None:
        answer = reader.pull(cursors)
        for page in answer.pages:
            seen.setdefault(page.bucket, []).extend(row.id for row in page_rows([page], page.bucket))
            assert page.to > cursors.get(page.bucket, -1), "a cursor never goes back"
            cursors[page.bucket] = page.to

    def keep_pulling() -> None:
        while not over.is_set():
            pull()
        pull()

    def write(place: int) -> int:
        grids = [GRID, NEXT_GRID] if place % 2 else [NEXT_GRID, GRID]
        return a_day(writers[place], grids)

    asking = threading.Thread(target=keep_pulling)
    asking.start()
    try:
        made = sum(at_once(*(lambda place=place: write(place) for place in range(WRITERS))))
    finally:
        over.set()
        asking.join()
    here = [record for records in seen.values() for record in records]
    assert len(here) == len(set(here)) == made


def test_the_same_request_many_times_at_once_is_one_request(writers):
    writer = writers[0]
    grid = writer.centre.regions[GRID]
    made = [writer.hand.create("household", writer.bucket("grid", GRID), household(grid)) for _ in range(20)]
    caller = writer.caller
    push = writer.hand.push(caller.epoch, *made)

    def send() -> list[GroupResult]:
        with writer.centre.conn() as conn:
            return book.push(conn, caller, push, writer.centre.clock()).results

    answers = at_once(*[send] * 5)
    assert all(answer == answers[0] for answer in answers)
    (page,) = [page for page in writer.pull().pages if page.bucket == writer.bucket("grid", GRID)]
    assert (page.to, len(page.rows)) == (20, 20)


def test_two_desks_that_edit_one_field_at_once_end_with_both_values(writers):
    first = writers[0].create("household", writers[0].bucket("grid", GRID), household(writers[0].centre.regions[GRID]))
    phones = [f"1380000000{place}" for place in range(WRITERS)]

    def edit(place: int) -> GroupResult:
        return writers[place].set(first, "phone", phones[place])

    results = at_once(*(lambda place=place: edit(place) for place in range(WRITERS)))
    assert sorted(result.verdict for result in results) == ["conflict"] * (WRITERS - 1) + ["ok"]
    (conflict,) = writers[0].conflicts(first.id)
    kept = [version["value"] for version in conflict.fields["others"].values()]
    assert sorted([*kept, writers[0].row("household", first.id).fields["phone"]]) == phones


def test_one_record_made_at_two_desks_at_once_is_made_once(writers):
    grid = writers[0].centre.regions[GRID]
    changes = [
        writer.hand.create("household", writer.bucket("grid", GRID), household(grid), record=writers[0].desk.person)
        for writer in writers
    ]
    results = at_once(
        *(
            lambda writer=writer, change=change: writer.keep(change)
            for writer, change in zip(writers, changes, strict=True)
        )
    )
    assert sorted((result.verdict, result.code) for result in results) == [("ok", ""), *[("refused", "exists")] * 3]

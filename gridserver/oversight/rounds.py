"""The centre's own round while it serves: bucket by bucket, the sums are counted again from the rows, and the figures
of the grids for those who look after towns that they have not on their desk."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from gridserver.errors import Refused
from gridserver.storage import chores, figures, recount
from gridserver.storage.engine import Engine, snapshot, transaction
from gridserver.storage.recount import Recount
from gridserver.storage.threads import beside

_log = logging.getLogger(__name__)

FIRST_AFTER = 300.0
"""Seconds of quiet after the start."""
BETWEEN = 2.0
"""Seconds between two buckets: desks come first."""
EVERY = 6 * 3600.0
"""Seconds between two whole rounds."""


def count_again(engine: Engine, now: Callable[[], int], wait: Callable[[], bool] = lambda: False) -> list[Recount]:
    """One round through all buckets; those that do not add up. ``wait`` is asked before each: True breaks off."""
    wrong: list[Recount] = []
    with transaction(engine) as conn:
        names = recount.buckets(conn)
    checked = 0
    for name in names:
        if wait():
            return wrong
        with snapshot(engine) as conn:
            found, told = recount.recount(conn, name), figures.count(conn, name, now())
        if found is None:
            continue
        with transaction(engine) as conn:
            recount.keep(conn, found, now())
            if told is not None:
                figures.keep(conn, name, told, now())
        checked += 1
        if not found.ok:
            wrong.append(found)
            _log.error("bucket %s does not add up: its head and its rows differ, see docs/operations.md", name)
    with transaction(engine) as conn:
        chores.note(conn, "recount", now=now(), ok=not wrong, told={"buckets": checked, "wrong": len(wrong)})
    return wrong


@contextmanager
def made(engine: Engine, now: Callable[[], int]) -> Iterator[None]:
    """Rounds are made in a thread of their own for as long as the block lasts."""

    def walk(over: threading.Event) -> None:
        wait = FIRST_AFTER
        while not over.wait(wait):
            try:
                count_again(engine, now, lambda: over.wait(BETWEEN))
            except Refused:
                _log.info("the round waits for the database")
            wait = EVERY

    with beside("rounds", walk, patience=10):
        yield

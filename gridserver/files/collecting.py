"""Clears away what nobody needs any more: files of which no record has spoken for long, and what never came whole."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from gridserver.doors import Ground
from gridserver.errors import Refused
from gridserver.settings import DAY, HOUR, MINUTE
from gridserver.storage import chores, idle_files
from gridserver.storage.engine import snapshot, transaction
from gridserver.storage.idle_files import Going
from gridserver.storage.stacks import Stacks
from gridserver.storage.threads import beside

_log = logging.getLogger(__name__)

KEPT = 400 * DAY
"""How long a file stays of which no record that stands speaks. Desks keep their own history for 366 days at most: what
was taken out can be put back that long, and a centre be restored to a moment before."""
ABANDONED = 8 * DAY
"""After which what came only in part is cleared away; an upload is waited for 7 days."""
EVERY = 6 * HOUR
_FIRST = 10 * MINUTE


def collect(ground: Ground, kept: int = KEPT, wait: Callable[[], bool] = lambda: False) -> tuple[int, int]:
    """One round: how many files went, and their bytes. ``wait`` is asked before each: True breaks off."""
    stacks = ground.stacks
    if stacks is None:
        return 0, 0
    now, count, size = ground.clock(), 0, 0
    with transaction(ground.engine) as conn:
        idle, on_their_way = idle_files.mark(conn, now), idle_files.coming(conn)
    stacks.sweep(on_their_way, time.time() - ABANDONED / 1000)
    with snapshot(ground.engine) as conn:
        found = idle_files.that_may_go(conn, now - kept)
    for going in found:
        if wait():
            break
        length = _let_go(ground, stacks, going, now)
        count, size = count + (length > 0), size + length
    with transaction(ground.engine) as conn:
        chores.note(conn, "collect", now=now, told={"files": count, "bytes": size, "idle": idle})
    return count, size


@contextmanager
def collecting(ground: Ground) -> Iterator[None]:
    """Rounds are made in a thread of their own for as long as the block lasts."""

    def walk(over: threading.Event) -> None:
        wait = _FIRST
        while not over.wait(wait / 1000):
            wait = EVERY
            try:
                collect(ground, wait=over.is_set)
            except Refused:
                _log.info("the collecting of files waits for the database")
            except OSError as error:
                _log.error("files that nobody needs cannot be cleared away: %s", type(error).__name__)

    with beside("collect", walk, patience=10):
        yield


def _let_go(ground: Ground, stacks: Stacks, going: Going, now: int) -> int:
    """The size of what went; 0 when it stays. Its bytes go before the database says so: broken off in between, the
    next round does it once more, and until then nobody can speak of it."""
    with transaction(ground.engine) as conn:
        if not idle_files.lock(conn, going):
            return 0
        if idle_files.bytes_are_free(conn, going):
            stacks.path(going.home, going.sha256).unlink(missing_ok=True)
        return idle_files.let_go(conn, going, now)

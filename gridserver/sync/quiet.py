"""Work that no desk waits for: snapshots are made before they are asked for, and old ones cleared away."""

import logging
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from gridserver.doors import Ground
from gridserver.errors import Refused
from gridserver.settings import HOUR, MINUTE
from gridserver.storage import feed, meta, snapshots
from gridserver.storage.engine import snapshot, transaction
from gridserver.storage.snapshots import Workshop
from gridserver.storage.threads import beside

_log = logging.getLogger(__name__)

EVERY = 10 * MINUTE
_FIRST = MINUTE
"""A centre that has just been started has other things to do."""
_BEHIND = 10
"""By how much this work gives way."""
_REST = 4
"""So many times as long as a snapshot took, nothing is done: whoever waits for an answer comes first."""


def tend(
    ground: Ground, rest: Callable[[float], bool] = lambda seconds: False, stood: dict[str, int] | None = None
) -> int:
    """One round: makes what is missing or old, one bucket after the other; how many. ``rest(seconds)`` waits, and
    says whether to stop. ``stood``: where the feeds stood in the last round, to be replaced; into a bucket that has
    moved on since somebody may be handing in at this moment, and it is left for another round."""
    workshop = ground.workshop
    if workshop is None:
        return 0
    done = 0
    with snapshot(ground.engine) as conn:
        buckets = snapshots.missing(conn, ground.clock())
        stand = {bucket: head.seq for bucket, head in feed.heads_of(conn, buckets).items()}
    if stood is not None:
        buckets = [bucket for bucket in buckets if stood.get(bucket) == stand[bucket]]
        stood.clear()
        stood.update(stand)
    for bucket in buckets:
        begun = time.monotonic()
        _make(ground, workshop, bucket)
        done += 1
        if rest(_REST * (time.monotonic() - begun)):
            return done
    with transaction(ground.engine) as conn:
        kept = snapshots.forget_old(conn, ground.clock())
    # What was packed for an answer is noted a moment later.
    workshop.shelf.sweep(kept, (ground.clock() - HOUR) / 1000)
    return done


@contextmanager
def tending(ground: Ground) -> Iterator[None]:
    """Rounds now and then in a thread of their own, until the end of the block."""

    def run(over: threading.Event) -> None:
        stood: dict[str, int] = {}
        _step_back()
        wait = _FIRST
        while not over.wait(wait / 1000):
            wait = EVERY
            try:
                tend(ground, over.wait, stood)
            except Refused as refused:
                _log.info("the quiet work waits: %s", refused.error)
            except Exception:
                _log.exception("the quiet work failed")

    with beside("quiet", run):
        yield


def _step_back() -> None:
    """Whoever waits for an answer goes before this thread, where the system lets a thread say so."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _BEHIND)


def _make(ground: Ground, workshop: Workshop, bucket: str) -> None:
    """A snapshot of the bucket as it is by now."""
    with snapshot(ground.engine) as conn:
        known = meta.read(conn)
        epoch = known.epoch if known is not None else ""
        head = feed.heads_of(conn, [bucket])[bucket]
        made = workshop.make(conn, epoch, head, snapshots.BEST, ground.clock())
    with transaction(ground.engine) as conn:
        snapshots.note(conn, [made])

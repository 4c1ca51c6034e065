"""One upload of 100,000 diaries, real and bare, by which two figures are taken."""

import atexit
import time
from contextlib import suppress
from dataclasses import dataclass
from functools import cache

from benchmarks.bare_desk import BareCentre, BareDesk, rows
from benchmarks.field_centre import FieldCentre, grid_code, write_diaries
from gridworker.app.desk import Desk
from gridworker.errors import Cancelled

MANY = 100_000
FIRST = "first"


@dataclass
class Sent:
    """One upload, in ms."""

    handed_in: float
    """Until the last answer was settled in the store."""
    whole: float
    """Until the desk had looked what is new, too."""
    batch: int
    """Records in the largest request."""


class Watch:
    """Notes how an upload goes on; a sync tells a total only while it uploads."""

    def __init__(self) -> None:
        self.at = 0.0
        self.batch = 0
        self.is_up = False
        self._before = 0

    def __call__(self, done: int, total: int, words: str) -> None:
        if total:
            self.at = time.perf_counter()
            self.batch = max(self.batch, done - self._before)
            self.is_up = done >= total
            self._before = done


def hand_in(desk: Desk) -> Sent:
    """One whole sync of a desk in which something waits."""
    watch = Watch()
    start = time.perf_counter()
    report = desk.sync(progress=watch)
    end = time.perf_counter()
    assert report.ok
    assert not desk.store.waiting_count().get("new", 0)
    return Sent((watch.at - start) * 1_000, (end - start) * 1_000, watch.batch)


def only_hand_in(desk: Desk) -> Sent:
    """The same of a desk that does not look what is new: what its colleagues wrote stays at the centre."""
    watch = Watch()
    start = time.perf_counter()
    with suppress(Cancelled):
        desk.sync(progress=watch, cancelled=lambda: watch.is_up)
    end = time.perf_counter()
    assert not desk.store.waiting_count().get("new", 0)
    return Sent((watch.at - start) * 1_000, (end - start) * 1_000, watch.batch)


def bare_push(desk: BareDesk) -> float:
    """The same of a bare one, in ms."""
    start = time.perf_counter()
    desk.push()
    return (time.perf_counter() - start) * 1_000


@dataclass
class Uploaded:
    """What there is afterwards."""

    centre: FieldCentre
    desk: Desk
    records: list[str]
    sent: Sent
    bare: BareCentre
    bare_desk: BareDesk
    bare_ms: float


@cache
def uploaded(count: int = MANY) -> Uploaded:
    """Made once in a run, and stopped at its end."""
    grid = grid_code(0)
    centre = FieldCentre(1, {FIRST: ("grid_worker", grid)})
    bare = BareCentre()
    atexit.register(bare.close)
    plain = bare.desk(FIRST)
    plain.keep(rows(count))
    desk = centre.desk(FIRST)
    desk.sync()
    records = write_diaries(desk, count)
    return Uploaded(centre, desk, records, hand_in(desk), bare, plain, bare_push(plain))

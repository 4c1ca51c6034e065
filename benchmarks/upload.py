"""A and F: new records handed in by a real desk to a real centre, and once more after the line broke in the middle."""

import dataclasses
import os
import time
from collections.abc import Callable
from typing import Any

from benchmarks.bare_desk import BareCentre, rows
from benchmarks.field_centre import FieldCentre, grid_code, write_diaries
from benchmarks.figures import Figure, median, processor_seconds
from benchmarks.hundred_thousand import MANY, Sent, Uploaded, bare_push, hand_in, uploaded
from gridworker.errors import GridworkerError
from gridworker.protocol.sync import Handing, Push, PushAnswer
from gridworker.sync.centre import Centre

FEW = 10_000
TIMES = 3
MOST_RATIO = 4.0
"""To the bare pipeline."""
MOST_GROWTH = 11.0
"""From 10,000 to 100,000."""
_A_RECORD = 340
"""Bytes of one on the wire, about: where the line is to break."""


def run() -> list[Figure]:
    """Several new desks by turns with as many bare ones; the first of each does not count."""
    turns = range(1 + TIMES)
    centre = FieldCentre(
        len(turns) + 1, {f"w{turn}": ("grid_worker", grid_code(turn)) for turn in (*turns, len(turns))}
    )
    ours, base, busy = [], [], []
    with BareCentre() as bare:
        for turn in turns:
            desk = centre.desk(f"w{turn}")
            desk.sync()
            write_diaries(desk, FEW, start=turn * FEW)
            plain = bare.desk(f"few{turn}")
            plain.keep(rows(FEW, start=turn * FEW))
            base.append(bare_push(plain))
            before = time.process_time(), processor_seconds(centre.process.pid)
            ours.append(hand_in(desk))
            busy.append((time.process_time() - before[0], processor_seconds(centre.process.pid) - before[1]))
            desk.close()
    figures = [*_few(ours[1:], base[1:]), *_busy(busy[1:]), broken(centre, f"w{len(turns)}")]
    centre.close()
    return figures + _many(uploaded(), figures[0].ours)


class _Noting(Centre):
    """A line that notes the numbers of what goes out, request by request."""

    noted: list[set[int]]

    def push(self, message: Push, meanwhile: Callable[[], None] | None = None) -> PushAnswer:
        assert isinstance(message, Handing)
        self.noted.append({each.n for group in message.written for each in group})
        return super().push(message, meanwhile)


def broken(centre: FieldCentre, user: str) -> Figure:
    """The line is cut when about half went up; what was then under way goes twice, and nothing else does."""
    noted: list[set[int]] = []

    def line(place: str, **how: Any) -> Centre:
        made = _Noting(centre.route or place, **how)
        made.noted = noted
        return made

    with centre.counted() as wire:
        desk = centre.desk(user)
        desk.machine = dataclasses.replace(desk.machine, connect=line)
        desk.sync()
        write_diaries(desk, FEW, start=900_000)
        wire.reset()
        wire.break_at = FEW * _A_RECORD // 2
        try:
            desk.sync()
            raise AssertionError("the line did not break")
        except GridworkerError:
            pass
        left = desk.store.waiting_count()
        before, last = set().union(*noted), len(noted[-1])
        noted.clear()
        wire.break_at = None
        again = desk.sync()
        assert again.pushed == left.get("new", 0)
        desk.close()
    return Figure(
        "F broken in the middle of A: sent twice",
        float(len(before & set().union(*noted))),
        unit="rec",
        limit=float(last),  # the request that was under way
        note=f"one request; {FEW - again.pushed} of {FEW} had been answered",
    )


def _busy(busy: list[tuple[float, float]]) -> list[Figure]:
    desk, centre = (median([each[who] for each in busy]) * 1_000 for who in (0, 1))
    return [
        Figure(f"A {FEW:,}: the desk's processor time", desk),
        Figure(f"A {FEW:,}: the centre's", centre, note="without PostgreSQL's"),
    ]


def _few(ours: list[Sent], base: list[float]) -> list[Figure]:
    told = f"{len(ours)} desks, load {os.getloadavg()[0]:.1f}"
    few = median([each.handed_in for each in ours])
    whole = median([each.whole for each in ours])
    return [
        Figure(f"A upload {FEW:,} new", few, beside="bare", base=median(base), most_ratio=MOST_RATIO, note=told),
        Figure(f"A upload {FEW:,} and look what is new", whole),
    ]


def _many(done: Uploaded, few: float) -> list[Figure]:
    ms = done.sent.handed_in
    return [
        Figure(f"A upload {MANY:,} new", ms, beside="bare", base=done.bare_ms, most_ratio=MOST_RATIO),
        Figure(f"A {MANY:,} against {FEW:,}", ms, beside=f"{FEW:,}", base=few, most_ratio=MOST_GROWTH),
        Figure(f"A upload {MANY:,} and look what is new", done.sent.whole),
    ]

"""Many histories of real processes, one after the other, and what they came to."""

import random
import time

from simulation import running
from simulation.oracle import Violation
from simulation.processes.day import TICKS, Day
from simulation.processes.stage import Stage

DESKS = 4
KILLED = ("killed desks", "killed centres", "killed backends", "killed postmasters")
SHOWN = (
    *("histories", "acts", *KILLED, "ended backends", "full disks", "clocks", "whole syncs", "conflicts"),
    *("line cut", "line stalled", "line garbled", "line doubled", "line late", "line login page"),
    *("line answer lost", "line answer cut", "violations"),
)


class Run(running.Run):
    """What came of many histories."""

    @property
    def kills(self) -> int:
        """How often SIGKILL was sent."""
        return sum(self.totals[name] for name in KILLED)

    def line(self) -> str:
        """For a person; thousands are parted."""
        return f"kills {self.kills:,} · " + " · ".join(f"{name} {self.totals[name]:,}" for name in SHOWN)


def run(first: int, *, seconds: float = 0.0, histories: int = 0, ticks: int = TICKS) -> Run:
    """Plays the histories of the seeds from ``first`` on, for so long or so many."""
    done, begun = Run(first=first, end=first), time.monotonic()
    stage = Stage(DESKS, random.Random(first))
    try:
        while time.monotonic() - begun < seconds or done.end - first < histories:
            day = Day(stage, done.end, ticks)
            try:
                day.play()
            except Violation as violation:
                day.totals["violations"] += 1
                done.broken.append((done.end, str(violation)[:3000]))
            done.totals.update(day.totals)
            done.end += 1
    finally:
        stage.close()
    return done

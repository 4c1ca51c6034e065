"""Many histories on a real PostgreSQL, one after the other, and what they came to."""

import time
from pathlib import Path

from simulation import running
from simulation.lanes.broken import ALL, hunt
from simulation.lanes.centre import Postgres
from simulation.lanes.history import STEPS, play
from simulation.oracle import Violation

SHOWN = (
    *("histories", "acts", "requests", "stops", "backends", "holds", "busy", "at once", "doubled", "delayed", "lost"),
    *("crashes", "scopes", "moves", "conflicts", "violations"),
)


class Run(running.Run):
    """What came of many histories; ``cpu``: seconds of this process, without PostgreSQL's."""

    def line(self) -> str:
        """For a person; thousands are parted."""
        rate = f"{self.totals['acts'] / max(self.seconds, 0.001):,.0f} acts a second"
        own = f"{self.totals['acts'] / max(self.cpu, 0.001):,.0f} a second of one core"
        return " · ".join([*(f"{name} {self.totals[name]:,}" for name in SHOWN), rate, own])


def run(
    first: int, *, seconds: float = 0.0, histories: int = 0, programs: Path | None = None, steps: int = STEPS
) -> Run:
    """Plays the histories of the seeds from ``first`` on, for so long or so many. ``programs``: of another
    PostgreSQL than the embedded one."""
    done, begun, cpu = Run(first=first, end=first), time.monotonic(), time.process_time()
    postgres = Postgres(programs)
    try:
        while time.monotonic() - begun < seconds or done.end - first < histories:
            try:
                done.totals.update(play(postgres, done.end, steps))
            except Violation as violation:
                done.totals.update(violation.totals)  # type: ignore[attr-defined]
                done.broken.append((done.end, str(violation)[:3000]))
            done.end += 1
    finally:
        postgres.close()
    done.seconds, done.cpu = time.monotonic() - begun, time.process_time() - cpu
    return done


def hunt_all() -> int:
    """1 when a mutant lived."""
    alive = 0
    postgres = Postgres()
    try:
        for mutant in ALL:
            caught = hunt(postgres, mutant)
            alive += caught is None
            print(f"{mutant.name:36} {'ALIVE' if caught is None else caught.told()}", flush=True)
    finally:
        postgres.close()
    return 1 if alive else 0

"""Many histories, on as many cores as are wanted; what breaks a promise is made short and kept."""

import gc
import json
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from simulation.history import History, made, play
from simulation.shrinking import shrunk
from simulation.totals import Totals

SCENARIOS = Path(__file__).parent / "scenarios"
PIECE = 20
"""Histories that one process plays at a time."""


@dataclass(slots=True)
class Run:
    """What came of many histories."""

    totals: Totals = field(default_factory=Totals)
    broken: list[tuple[int, str]] = field(default_factory=list)
    """Seed, and what was said."""
    first: int = 0
    end: int = 0
    """The seeds played are from ``first`` up to, and without, ``end``."""
    seconds: float = 0.0
    cpu: float = 0.0

    def line(self) -> str:
        """For a person: what was played, and how fast."""
        rate, of_a_core = (self.totals["acts"] / max(each, 0.001) for each in (self.seconds, self.cpu))
        return (
            f"{self.totals.line()} · seeds {self.first} to {self.end - 1} · {self.seconds:.0f} s ·"
            f" {rate:,.0f} acts a second · {of_a_core:,.0f} a second of one core"
        )


def _silent(_: Run) -> None:
    """Nobody wants to know before the end."""


def run(
    first: int,
    *,
    seconds: float = 0.0,
    histories: int = 0,
    processes: int = 0,
    tell: Callable[[Run], None] = _silent,
) -> Run:
    """Plays the histories of the seeds from ``first`` on, for so long or so many. ``tell`` hears of each piece."""
    done, begun = Run(first=first, end=first), time.monotonic()

    def add(totals: Totals, broken: list[tuple[int, str]], end: int, cpu: float) -> None:
        done.totals.update(totals)
        done.broken += broken
        done.end, done.cpu, done.seconds = max(done.end, end), done.cpu + cpu, time.monotonic() - begun
        tell(done)

    def pieces() -> Iterator[tuple[int, int]]:
        at = first
        while time.monotonic() - begun < seconds or at - first < histories:
            most = PIECE if seconds else min(PIECE, first + histories - at)
            yield at, at + most
            at += most

    if processes == 1:
        for piece in pieces():
            add(*_played(*piece))
    else:
        for played in _at_once(pieces(), processes or os.cpu_count() or 1):
            add(*played)
    return done


def keep(seed: int, folder: Path = SCENARIOS) -> Path:
    """Makes the history of a seed short and keeps it, to be played by the tests for ever."""
    history = shrunk(made(seed))
    outcome = play(history)
    folder.mkdir(exist_ok=True)
    path = folder / f"seed_{seed}.json"
    told = {"promise": outcome.promise, "said": str(outcome.violation)[:400], **history.to_json()}
    path.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return path


def scenario(path: Path) -> History:
    """A history that was kept."""
    return History.from_json(json.loads(path.read_text("utf-8")))


_Played: TypeAlias = tuple[Totals, list[tuple[int, str]], int, float]


def _at_once(pieces: Iterator[tuple[int, int]], processes: int) -> Iterator[_Played]:
    with ProcessPoolExecutor(processes) as pool:
        at_work: set[Future[_Played]] = set()
        for piece in pieces:
            at_work.add(pool.submit(_played, *piece))
            if len(at_work) >= processes + 1:
                ready, at_work = wait(at_work, return_when=FIRST_COMPLETED)
                for each in ready:
                    yield each.result()
        for each in at_work:
            yield each.result()


def _played(first: int, end: int) -> _Played:
    gc.freeze()  # what the programs are made of stays, and need not be looked at behind each history
    totals, broken, begun = Totals(), [], time.process_time()
    for seed in range(first, end):
        outcome = play(made(seed))
        totals.update(outcome.totals)
        if outcome.violation is not None:
            broken.append((seed, f"{type(outcome.violation).__name__} {outcome.violation}"[:500]))
    return totals, broken, end, time.process_time() - begun

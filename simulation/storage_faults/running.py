"""Many days on bad disks, on as many cores as are wanted, and what they came to."""

import os
import tempfile
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from simulation.storage_faults.asking import Session
from simulation.storage_faults.days import DAYS
from simulation.storage_faults.recorder import compiled
from simulation.storage_faults.totals import Totals

Asked = Mapping[str, Any]
PLIGHTS = (
    *("makes", "edits", "visits", "attaches", "loads_a_bucket", "syncs", "changes_grids", "tidies", "reopens"),
    *("backs_up", "puts_a_backup_back", "starts_a_new_program", "changes_a_setting"),
)
"""Acts that are done on a disk that fails."""


@dataclass(slots=True)
class Run:
    """What came of it. The seeds played are from ``first`` up to, and without, ``end``."""

    first: int
    end: int = 0
    totals: Totals = field(default_factory=Totals)
    broken: list[str] = field(default_factory=list)
    """What to play to see it again, and what was said."""
    seconds: float = 0.0
    cpu: float = 0.0

    def add(self, asked: Asked, told: Mapping[str, Any]) -> None:
        """One answer more."""
        self.totals.update(told["totals"])
        self.cpu += told["cpu"]
        self.end = max(self.end, int(asked["seed"]) + 1)
        name = asked.get("name") or ("faults" if asked.get("faults") else asked["do"])
        self.broken += [f"{name} --seed {asked['seed']}: {each}" for each in told["broken"]]


def run(first: int, seconds: float, processes: int = 0) -> Run:
    """Plays for so long, from the seed ``first`` on."""
    done, begun = Run(first, first), time.monotonic()
    wanted = _wanted(first)

    def work(session: Session) -> None:
        while time.monotonic() - begun < seconds:
            asked = next(wanted)
            done.add(asked, session.ask(**_named(asked)))

    with tempfile.TemporaryDirectory() as folder:
        library = compiled(Path(folder))
        count = processes or os.cpu_count() or 1
        sessions = [Session(library) for _ in range(count)]
        with ThreadPoolExecutor(count) as pool:
            for ended in [pool.submit(work, session) for session in sessions]:
                ended.result()
        for session in sessions:
            session.close()
    done.seconds = time.monotonic() - begun
    return done


def play(name: str, seed: int) -> Run:
    """Once again: a day, with the power cut at every call; ``life``, ``faults``, or an act on a disk that fails."""
    done = Run(seed, seed)
    with tempfile.TemporaryDirectory() as folder, Session(compiled(Path(folder))) as session:
        asked: dict[str, Any] = {"do": "day" if name in DAYS else "plight", "name": name, "seed": seed}
        if name in ("life", "faults"):
            asked = {"do": "life", "seed": seed, "faults": name == "faults"}
        done.add(asked, session.ask(**_named(asked)))
    return done


def _named(asked: Asked) -> dict[str, Any]:
    return {"what" if name == "do" else name: each for name, each in asked.items()}


def _wanted(first: int) -> Iterator[Asked]:
    """Long work, work on a disk that fails, and each day in turn, a part of its calls at a time; again and again."""
    names = tuple(DAYS)
    seed = first
    while True:
        if seed % 5 == 0:
            yield {"do": "day", "name": names[seed // 5 % len(names)], "seed": seed, "share": 10.0}
        elif seed % 10 == 1:
            yield {"do": "plight", "name": PLIGHTS[seed // 10 % len(PLIGHTS)], "seed": seed}
        else:
            yield {"do": "life", "seed": seed, "faults": seed % 5 == 1}
        seed += 1

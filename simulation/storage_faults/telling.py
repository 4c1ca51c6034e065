"""``python -m simulation storage run|every|play|mutants``."""

import tempfile
from pathlib import Path

from simulation.storage_faults import broken, running
from simulation.storage_faults.asking import Session
from simulation.storage_faults.days import DAYS
from simulation.storage_faults.recorder import compiled


def main(what: str, which: str, first: int, seconds: float, processes: int) -> int:
    """1 when a promise was broken, or a mutant lived."""
    if what == "mutants":
        return _mutants()
    if what == "every":
        return _every(first)
    done = running.play(which, first) if what == "play" else running.run(first, seconds, processes)
    for said in done.broken[:10]:
        print(f"storage play {said}")
    print(done.totals.line())
    print(
        f"seeds {done.first} to {done.end - 1} · {done.seconds:.0f} s ·"
        f" {done.totals['acts'] / max(done.cpu, 0.001):,.0f} acts and"
        f" {done.totals['images'] / max(done.cpu, 0.001):,.0f} images a second of one core"
    )
    return 1 if done.broken else 0


def _every(seed: int) -> int:
    """Each day, with the power cut at every call; told as it goes."""
    done = running.Run(seed)
    with tempfile.TemporaryDirectory() as folder, Session(compiled(Path(folder))) as session:
        for name in DAYS:
            asked = {"name": name, "seed": seed}
            done.add({"do": "day", **asked}, session.ask("day", **asked))
            print(f"{name:34} so far: {done.totals.line()}", flush=True)
    for said in done.broken:
        print(f"storage play {said}")
    return 1 if done.broken else 0


def _mutants() -> int:
    alive = 0
    with tempfile.TemporaryDirectory() as folder, Session(compiled(Path(folder))) as session:
        for mutant in broken.ALL:
            caught = session.ask("mutant", name=mutant.name)["caught"]
            alive += not caught
            print(f"{mutant.name:26} {caught[:120] or 'ALIVE'}", flush=True)
    return 1 if alive else 0

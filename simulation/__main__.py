"""``python -m simulation run|play|mutants|storage|lanes|processes``: made-up histories, and what they prove."""

import argparse
import sys
import time
import traceback
from pathlib import Path

from simulation import broken, mutants, running
from simulation.history import History, made, play
from simulation.storage_faults import telling as storage_faults


def main() -> int:
    """1 when a promise was broken, or a mutant lived."""
    parser = argparse.ArgumentParser(prog="python -m simulation")
    commands = parser.add_subparsers(dest="command", required=True)
    many = commands.add_parser("run", help="many histories; those that break a promise are made short and kept")
    many.add_argument("--seconds", type=float, default=0.0)
    many.add_argument("--histories", type=int, default=0)
    many.add_argument("--first", type=int, default=1, help="the first seed")
    many.add_argument("--processes", type=int, default=0, help="0: one a core")
    one = commands.add_parser("play", help="one history: a seed, or the file of a scenario")
    one.add_argument("which")
    wrong = commands.add_parser("mutants", help="breaks the product on purpose, one way at a time: all must be caught")
    wrong.add_argument("names", nargs="*")
    disks = commands.add_parser("storage", help="a worker's work on bad disks: the power is cut at every call")
    disks.add_argument("what", choices=("run", "every", "play", "mutants"))
    disks.add_argument("which", nargs="?", default="", help="play: a day, life, faults, or an act")
    disks.add_argument("--seconds", type=float, default=60.0)
    disks.add_argument("--first", "--seed", type=int, default=1, dest="first")
    disks.add_argument("--processes", type=int, default=0, help="0: one a core")
    killed = commands.add_parser("processes", help="real desks, centre and line, all of which are killed and broken")
    killed.add_argument("--seconds", type=float, default=0.0)
    killed.add_argument("--histories", type=int, default=0)
    killed.add_argument("--first", type=int, default=1, help="the first seed")
    killed.add_argument("--mutants", action="store_true", help="breaks the product on purpose instead")
    lanes = commands.add_parser("lanes", help="many desks at once on a real PostgreSQL that is stopped in the middle")
    lanes.add_argument("--seconds", type=float, default=0.0)
    lanes.add_argument("--histories", type=int, default=0)
    lanes.add_argument("--first", type=int, default=1, help="the first seed")
    lanes.add_argument(
        "--programs", type=Path, help="another PostgreSQL than the embedded one: the folder of its programs"
    )
    lanes.add_argument("--mutants", action="store_true", help="breaks the product on purpose instead")
    asked = parser.parse_args()
    if asked.command == "storage":
        return storage_faults.main(asked.what, asked.which, asked.first, asked.seconds, asked.processes)
    if asked.command == "run":
        return _run(asked.first, asked.seconds, asked.histories, asked.processes)
    if asked.command == "lanes":
        return _lanes(asked.first, asked.seconds, asked.histories, asked.programs, mutants=asked.mutants)
    if asked.command == "processes":
        return _processes(asked.first, asked.seconds, asked.histories, mutants=asked.mutants)
    return _play(asked.which) if asked.command == "play" else _mutants(asked.names)


TOLD_EVERY_S = 300
"""A long run that is broken off has said by then how far it came."""


def _run(first: int, seconds: float, histories: int, processes: int) -> int:
    said, known = time.monotonic(), 0

    def tell(so_far: running.Run) -> None:
        nonlocal said, known
        for seed, words in so_far.broken[known:]:
            print(f"seed {seed}: {words}", flush=True)
        known = len(so_far.broken)
        if time.monotonic() - said > TOLD_EVERY_S:
            said = time.monotonic()
            print(f"so far: {so_far.line()}", flush=True)

    done = running.run(first, seconds=seconds, histories=histories, processes=processes, tell=tell)
    print(done.line(), flush=True)
    for seed, _ in done.broken[:5]:
        print(f"seed {seed} is kept as {running.keep(seed)}", flush=True)
    return 1 if done.broken else 0


def _lanes(first: int, seconds: float, histories: int, programs: Path | None, *, mutants: bool) -> int:
    from simulation.lanes import running as lanes  # the whole centre is imported by it

    if mutants:
        return lanes.hunt_all()
    done = lanes.run(first, seconds=seconds, histories=histories, programs=programs)
    for seed, said in done.broken:
        print(f"seed {seed}: {said}")
    print(f"seeds {done.first} to {done.end - 1} · {done.line()}")
    return 1 if done.broken else 0


def _processes(first: int, seconds: float, histories: int, *, mutants: bool) -> int:
    from simulation.processes import broken as wrong_processes  # the whole centre is imported by it
    from simulation.processes import running as processes

    if mutants:
        return wrong_processes.hunt_all()
    done = processes.run(first, seconds=seconds, histories=histories)
    for seed, said in done.broken:
        print(f"seed {seed}: {said}")
    print(f"seeds {done.first} to {done.end - 1} · {done.line()}")
    return 1 if done.broken else 0


def _play(which: str) -> int:
    history: History = made(int(which)) if which.isdigit() else running.scenario(Path(which))
    outcome = play(history)
    print(outcome.totals.line())
    print(outcome.mark)
    if outcome.violation is not None:
        traceback.print_exception(outcome.violation)
        return 1
    return 0


def _mutants(names: list[str]) -> int:
    alive = 0
    for mutant in broken.ALL:
        if names and mutant.name not in names:
            continue
        caught = mutants.hunt(mutant)
        alive += caught is None
        print(f"{mutant.name:32} {'ALIVE' if caught is None else caught.told()}", flush=True)
    return 1 if alive else 0


if __name__ == "__main__":
    sys.exit(main())

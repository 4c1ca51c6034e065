"""What keeps work when programs are killed, taken away one defence at a time: each has to be found out.

``python -m simulation.processes.broken NAME serve …`` is the centre without one of its defences.
"""

import random
import sys
from collections.abc import Sequence

from gridserver.cli import main as centre
from simulation.lanes import broken as lanes
from simulation.mutants import Caught, Cut, Mutant, broken
from simulation.oracle import Violation
from simulation.processes.day import Day
from simulation.processes.stage import Stage

TICKS = 50
MOST = 6
"""Histories in which a mutant has to be caught."""

DESK: Sequence[Mutant] = (
    Mutant(
        "acts_by_half",
        "I10 an act is kept as a whole or not at all",
        [
            Cut(
                "gridworker.storage.project:keep",
                "_keep_row(file, here, mine, author, incarnation)",
                '_keep_row(file, here, mine, author, incarnation); file.db.execute("COMMIT");'
                " __import__('time').sleep(0.05); file.db.execute(\"BEGIN IMMEDIATE\")",
            )
        ],
        most=MOST,
    ),
    Mutant(
        "what_was_sent_is_forgotten",
        "I13 what was on its way when a desk died is sent again",
        [
            Cut(
                "gridworker.sync.upload:Upload._groups",
                "lines = self._book.handing(most, after)",
                'lines = self._book.handing(most, max(after, self._book.meta("went", 0)));'
                ' lines and self._book.set_metas({"went": lines[-1].row})',
            )
        ],
        most=MOST,
    ),
)
CENTRE: Sequence[Mutant] = (
    *(each for each in lanes.ALL if each.name in ("answered_before_the_log_is_written", "receipts_are_forgotten")),
    Mutant(
        "postgresql_stays_dead",
        "I11 a database that died is started again",
        [Cut("gridserver.storage.keeper:_runs_again", "if cluster.is_running():", "if True:")],
        most=MOST,
    ),
)
ALL = (*DESK, *CENTRE)


def hunt(stage: Stage, mutant: Mutant, first: int = 1) -> Caught | None:
    """Plays histories against the broken product until one breaks a promise; None when none does."""
    is_desks = mutant in DESK
    command = [sys.executable, "-m", __name__, mutant.name] if not is_desks else []
    cuts = mutant.cuts if is_desks else ()
    for seed in range(first, first + MOST):
        try:
            Day(stage, seed, TICKS, only_desks=is_desks, cuts=cuts, command=command).play()
        except Violation as violation:
            return Caught(violation.promise, seed, seed - first + 1, str(violation))
    return None


def hunt_all(names: Sequence[str] = ()) -> int:
    """1 when a mutant lived."""
    alive = 0
    stage = Stage(4, random.Random(1))
    try:
        for mutant in ALL:
            if names and mutant.name not in names:
                continue
            caught = hunt(stage, mutant)
            alive += caught is None
            print(f"{mutant.name:36} {'ALIVE' if caught is None else caught.told()}", flush=True)
    finally:
        stage.close()
    return 1 if alive else 0


if __name__ == "__main__":
    with broken(next(each for each in CENTRE if each.name == sys.argv[1])):
        sys.exit(centre(sys.argv[2:]))

"""A history: a list of steps that follows from a seed, played in a new world until everything is at rest."""

import gc
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

from simulation.dice import Dice
from simulation.oracle import Violation
from simulation.totals import Totals
from simulation.versions import tomorrow
from simulation.world import Step, World

STEPS = 320

WEIGHTS: Mapping[str, int] = {
    "work": 620,
    "last_act": 6,
    "sync": 210,
    "turn": 40,
    "deliver": 30,
    "backup": 8,
    "restore_centre": 5,
    "keep_copy": 8,
    "restore_desk": 5,
    "clone": 2,
    "clock": 10,
    "later": 5,
    "scope": 14,
    "move": 14,
    "floor": 5,
    "cut_off": 1,
    "release": 5,
    "repair": 12,
}
"""How often each sort of step is made, of a thousand."""
RICH: Mapping[str, int] = {"follow": 20, "stick_out": 14, "stick_in": 16, "stick_back": 16, "backup": 4, "role": 10}
"""And these in a rich history, in which people also work longer, and households are moved by them."""
LOADING: Mapping[str, int] = {"newcomer": 6, "spoil": 12, "sweep": 8}
"""And these where buckets come as snapshots."""
AGEING: Mapping[str, int] = {"update": 16, "update_centre": 8}
"""And these where old programs speak with new ones."""
SEQUENCES: Mapping[str, int] = {"receipt_across": 8, "first_backup": 3}
"""And these in all but the quiet ones."""
NAMING: Mapping[str, int] = {"restrict": 24, "lift": 8}
"""And these where cases are for named people."""
MUCH_MORE = 8
TEXTS = "texts"
LOADS = "loads"
MEETS = "meets"
AGES = "ages"
NAMES = "names"
DISASTERS = ("restore_centre", "restore_desk", "clone", "cut_off", "receipt_across", "first_backup")
"""Left out of every third history, in which nothing at all may be lost."""


HOW = ("rich", "texts", "loads", "meets", "ages", "first_day", "names", "wide")
"""What there may be in a history."""


@dataclass(frozen=True, slots=True)
class History:
    """What is needed to play it again."""

    desks: int
    steps: Sequence[Step]
    rich: bool = False
    texts: bool = False
    loads: bool = False
    meets: bool = False
    ages: bool = False
    first_day: bool = False
    names: bool = False
    wide: bool = False

    def to_json(self) -> dict[str, Any]:
        """As it is kept among the scenarios."""
        how = {name: getattr(self, name) for name in HOW}
        return {"desks": self.desks, **how, "steps": [list(step) for step in self.steps]}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "History":
        """What ``to_json`` wrote."""
        steps = [tuple(step) for step in kept["steps"]]
        return cls(kept["desks"], steps, **{name: kept.get(name, False) for name in HOW})


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a history."""

    totals: Totals
    mark: str
    violation: Exception | None = None

    @property
    def promise(self) -> str:
        """Which promise was broken; a fault of any other sort is called by its name."""
        if self.violation is None:
            return ""
        return self.violation.promise if isinstance(self.violation, Violation) else type(self.violation).__name__


def made(seed: int, length: int = STEPS, more: Sequence[str] = ()) -> History:
    """The history of this seed, every second one rich. ``more``: sorts of steps that are made much more often than
    usual; then it is rich when one of them needs it. In a long one, and with ``TEXTS``, people write on in texts; in
    most long ones, and with ``LOADS``, buckets come as snapshots; with ``MEETS`` people write of the same things;
    with ``AGES`` some programs are old; with ``NAMES`` cases are for named people; most long ones are read in long
    pages."""
    dice, usual = Dice(seed), length == STEPS and not more
    rich = not set(more).isdisjoint(RICH.keys() - WEIGHTS.keys()) or (usual and seed % 2 == 0)
    loads = LOADS in more or (usual and seed % 4 != 1)
    ages = AGES in more or (usual and seed % 4 == 3)
    sorts = [*WEIGHTS.items(), *(RICH.items() if rich else ()), *(LOADING.items() if loads else ())]
    sorts += AGEING.items() if ages else ()
    names = NAMES in more or (usual and seed % 4 != 3 and seed % 3 != 1)
    sorts += NAMING.items() if names else ()
    across = usual or not set(more).isdisjoint(SEQUENCES)
    sorts += SEQUENCES.items() if across else ()
    weights = [(what, weight) for what, weight in sorts if seed % 3 or what not in DISASTERS]
    bag = [what for what, weight in weights for _ in range(weight * (MUCH_MORE if what in more else 1))]
    steps = [(dice.one(bag), dice.below(8), dice.below(2**32)) for _ in range(length)]
    how = {"names": names, "texts": TEXTS in more or usual, "meets": MEETS in more or (usual and seed % 5 != 2)}
    how["wide"] = usual and seed % 7 > 2
    return History(3 + dice.below(4), steps, rich, loads=loads, ages=ages, first_day=across and seed % 4 == 2, **how)


def play(history: History) -> Outcome:
    """Plays a history to its end, or to the first broken promise."""
    with _unswept(), tomorrow() if history.ages else nullcontext():
        return _played(history)


@contextmanager
def _unswept() -> Iterator[None]:
    """Nearly all that a history makes goes with the last that names it; to look for circles would take a tenth."""
    sweeps = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if sweeps:
            gc.enable()


def _played(history: History) -> Outcome:
    world = World.of(history.desks, **{name: getattr(history, name) for name in HOW})
    world.totals["histories"] = 1
    world.gentle = not any(step[0] in DISASTERS for step in history.steps)
    try:
        for step in history.steps:
            world.step(step)
        world.quiesce()
    except Exception as fault:  # whatever breaks here is a find
        world.totals["violations"] = 1
        return Outcome(world.totals, world.mark(), fault)
    try:
        return Outcome(world.totals, world.mark())
    finally:
        world.desks.clear()  # what names the world in a circle: it goes at once, and nobody has to look for it

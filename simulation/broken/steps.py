"""What the lists of mutants have in common."""

from collections.abc import Sequence

from simulation.history import TEXTS
from simulation.mutants import Cut, Mutant

RESTORES = ("backup", "restore_centre")
"""Steps that are made often where a defence is needed when a centre is restored."""
ELSEWHERE = ("move", "scope", "repair", "turn")
"""The same, of what happens when records and people change their places."""
SENTENCES = (TEXTS,)
"""For what is defended where two write in one text."""


def one(name: str, promise: str, where: str, old: str, new: str, more: Sequence[str] = ()) -> Mutant:
    """A defence that is a few words in one place. ``more``: steps that are made often where it is looked for."""
    return Mutant(name, promise, [Cut(where, old, new)], more)

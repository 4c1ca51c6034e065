"""Makes a history that breaks a promise as short as it can be, so that a person can read why."""

from collections.abc import Callable
from dataclasses import replace

from simulation.history import History, play
from simulation.world import Step

MOST_TRIES = 600

Breaks = Callable[[History], bool]


def shrunk(history: History, most_tries: int = MOST_TRIES) -> History:
    """The shortest list of steps found that breaks the same promise: pieces are left out, then single steps."""
    promise = play(history).promise
    assert promise, "there is nothing to shrink in a history that keeps every promise"
    return smaller(history, lambda tried: play(tried).promise == promise, most_tries)


def smaller(history: History, breaks: Breaks, most_tries: int = MOST_TRIES) -> History:
    """Delta debugging over the list of steps."""
    steps, piece, left = list(history.steps), max(len(history.steps) // 2, 1), most_tries
    while left > 0:
        before = len(steps)
        steps, tries = _without_pieces(history, steps, piece, breaks, left)
        left -= tries
        if piece == 1 and len(steps) == before:
            break
        piece = max(piece // 2, 1)
    return replace(history, steps=steps)


def _without_pieces(
    history: History, steps: list[Step], piece: int, breaks: Breaks, most: int
) -> tuple[list[Step], int]:
    """Leaves out every piece of this length without which the promise is still broken; and how many were tried."""
    at, tries = 0, 0
    while at < len(steps) and tries < most:
        without = steps[:at] + steps[at + piece :]
        tries += 1
        if breaks(replace(history, steps=without)):
            steps = without
        else:
            at += piece
    return steps, tries

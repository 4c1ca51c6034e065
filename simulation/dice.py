"""Chance that costs little: the same seed gives the same throws on every machine."""

from collections.abc import Sequence
from typing import TypeVar

Each = TypeVar("Each")
_MASK = (1 << 64) - 1


class Dice:
    """Throws that follow from one number (SplitMix64)."""

    __slots__ = ("_state",)

    def __init__(self, seed: int) -> None:
        self._state = seed & _MASK

    def throw(self) -> int:
        """A number below 2**64."""
        self._state = (self._state + 0x9E3779B97F4A7C15) & _MASK
        z = self._state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
        return z ^ (z >> 31)

    def below(self, most: int) -> int:
        """0 to ``most`` - 1."""
        return self.throw() % most

    def percent(self, chance: float) -> bool:
        """True in so many of a hundred cases."""
        return self.throw() % 10_000 < chance * 100

    def one(self, of: Sequence[Each]) -> Each:
        """One of several."""
        return of[self.throw() % len(of)]

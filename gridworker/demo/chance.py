"""Chance and ids that come out the same for the same seed, so that every demo is the same demo."""

import hashlib
from collections.abc import Mapping, Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")


class Chance:
    """Dice with a name: each concern throws its own, so that one more dispute moves no visit."""

    def __init__(self, seed: int, name: str = "") -> None:
        self._seed = seed
        self._dice = Random(f"{seed}/{name}")

    def of(self, name: str) -> "Chance":
        """The dice of another concern."""
        return Chance(self._seed, name)

    def yes(self, share: float) -> bool:
        """True in ``share`` of all throws."""
        return self._dice.random() < share

    def whole(self, least: int, most: int) -> int:
        """A whole number between two bounds, both possible."""
        return least + int(self._dice.random() * (most - least + 1))

    def part(self) -> float:
        """A number from 0 up to, but not including, 1."""
        return self._dice.random()

    def pick(self, things: Sequence[T]) -> T:
        """One of ``things``."""
        return things[int(self._dice.random() * len(things))]

    def weighted(self, shares: Mapping[T, float]) -> T:
        """One key, as often as its share of the sum says."""
        left = self._dice.random() * sum(shares.values())
        for thing, share in shares.items():
            left -= share
            if left < 0:
                return thing
        return thing

    def some(self, things: Sequence[T], count: int) -> list[T]:
        """``count`` different ones, or all when there are fewer."""
        return self._dice.sample(list(things), min(count, len(things)))

    def shuffled(self, things: Sequence[T]) -> list[T]:
        """All of them in another order."""
        return self.some(things, len(things))


class Ids:
    """Ids in the shape of UUIDv7: the time is told, the rest follows from seed and count."""

    def __init__(self, seed: int, name: str = "") -> None:
        self._root = hashlib.blake2b(f"{seed}/{name}".encode(), digest_size=16)
        self._count = 0

    def at(self, moment: int) -> str:
        """A new id for something made at ``moment`` (ms UTC)."""
        self._count += 1
        ground = self._root.copy()
        ground.update(self._count.to_bytes(6, "big"))
        rest = int.from_bytes(ground.digest()[:10], "big")
        number = moment << 80 | 7 << 76 | (rest >> 62 & 0xFFF) << 64 | 2 << 62 | rest & (1 << 62) - 1
        text = f"{number:032x}"
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"

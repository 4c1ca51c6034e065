"""How much goes into one request: as much as the line carries in about ten seconds, and never half a group."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from operator import itemgetter
from typing import Any

from gridworker.protocol import MOST_CHANGES, PAGE_ROWS
from gridworker.protocol.sync import Written

MOST_TEXT = 1024 * 1024
"""Bytes of uncompressed text in one push, at most."""

LEAST_ROWS = 50
_LEAST_TEXT = 4 * 1024
_AT_ONCE = 700
_QUICK = 3_000
_LONG = 10_000


@dataclass(frozen=True, slots=True)
class Batch:
    """The size of the next request, found out by trying."""

    changes: int = 200
    text: int = 256 * 1024
    """Bytes before compression; names and words shrink to about a fifth."""
    rows: int = PAGE_ROWS

    @classmethod
    def from_note(cls, note: Any) -> "Batch":
        """The size that ``to_note`` wrote; the usual one when nothing was noted."""
        return cls(*note) if isinstance(note, list) and len(note) == 3 else cls()

    def to_note(self) -> list[int]:
        """As it is remembered for the next sync."""
        return [self.changes, self.text, self.rows]

    def after(self, took: int) -> "Batch":
        """The size after a request that took so many ms and went well."""
        if took < _QUICK:
            return self._times(4.0 if took < _AT_ONCE else 2.0)
        return self._times(1.25 if took < _LONG else 0.8)

    def halved(self) -> "Batch":
        """The size after a request that was too big or too slow."""
        return self._times(0.5)

    @property
    def is_least(self) -> bool:
        """Whether it cannot get smaller: then one group goes at a time."""
        return self.changes <= 1 and self.text <= _LEAST_TEXT

    def _times(self, factor: float) -> "Batch":
        return replace(
            self,
            changes=min(max(int(self.changes * factor), 1), MOST_CHANGES),
            text=min(max(int(self.text * factor), _LEAST_TEXT), MOST_TEXT),
            rows=min(max(int(self.rows * factor), LEAST_ROWS), PAGE_ROWS),
        )

    def take(self, changes: Iterable[Written]) -> list[list[Written]]:
        """The first groups of ``changes`` that fit; at least one, however big it is."""
        taken: list[list[Written]] = []
        count = size = 0
        for _, members in groupby(changes, key=_TX):
            group = list(members)
            count += len(group)
            size += len(group[0].body) if len(group) == 1 else size_of(group)
            if taken and (count > self.changes or size > self.text):
                break
            taken.append(group)
        return taken


_TX = itemgetter(2)
"""The ``tx`` of a ``Written``."""


def size_of(group: Sequence[Written]) -> int:
    """Bytes of a group's text before compression."""
    return sum([len(each.body) for each in group])

"""What a long list shows and what it is asked for."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

from gridworker.ui.tokens import Tone

Tags = tuple[tuple[str, Tone], ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """One field of one row: words, or tags, or words in a tone."""

    text: str = ""
    bold: bool = False
    tone: Tone | None = None
    tags: Tags = ()

    def spoken(self) -> str:
        """What a screen reader says and a copy holds."""
        return self.text or "、".join(word for word, _ in self.tags)


@dataclass(frozen=True, slots=True)
class ListColumn:
    """One column; widths in design pixels, ``hide_below`` is the window's design width."""

    key: str
    title: str
    width: int = 120
    stretch: bool = False
    sortable: bool = True
    hide_below: int = 0


@dataclass(frozen=True, slots=True)
class Query:
    """What the list is to show: words typed, filters that are on, the order."""

    text: str = ""
    filters: frozenset[str] = frozenset()
    sort: str = ""
    descending: bool = False
    extra: Hashable = None

    def narrowed(self) -> bool:
        """Whether anything is filtered away."""
        return bool(self.text or self.filters)

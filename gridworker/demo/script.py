"""What the made-up district tells: who wrote which record when, and what became of it later."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class DemoMove:
    """A later act on a record: fields that are filled, then a move to ``target`` ("": only the fields)."""

    target: str
    at: int
    """ms UTC."""
    by: str
    """The account's id."""
    sets: Mapping[str, Any] = field(default_factory=dict)
    """Path (``field`` or ``list/entry``) to value."""


@dataclass(frozen=True, slots=True)
class DemoRecord:
    """A record as somebody made it, and the later acts in the order of time."""

    kind: str
    id: str
    fields: Mapping[str, Any]
    author: str
    """The account's id of who made it."""
    at: int
    """ms UTC."""
    moves: tuple[DemoMove, ...] = ()

"""What the pages work with: the ledger, the clock, and the worker's own preferences."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Protocol

from gridworker.ui.civil import china_day
from gridworker.ui.references import References

if TYPE_CHECKING:
    from gridworker.ledger import Ledger


class Preferences(Protocol):
    """What a worker has chosen for himself on this machine; kept at once."""

    def get(self, key: str, default: Any = None) -> Any:
        """A choice, or *default* when none was made."""

    def put(self, key: str, value: Any) -> None:
        """Keep a choice; *value* is JSON."""


@dataclass(frozen=True)
class Work:
    """Handed to every page."""

    ledger: Ledger
    references: References
    preferences: Preferences
    clock: Callable[[], int]
    lane_ledger: Callable[[], Ledger]
    """A ledger over a store of its own, for functions that run in the local lane; only to be called there."""

    def now(self) -> int:
        """Milliseconds since 1970, UTC."""
        return self.clock()

    def today(self) -> date:
        """China's civil date, whatever the machine says."""
        return china_day(self.clock())

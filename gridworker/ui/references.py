"""Finds and names the records that fields point to, through the ledger."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, Protocol

if TYPE_CHECKING:
    from gridworker.ledger import Ledger
    from gridworker.ui.album import Album

OUT_OF_SCOPE: Final = "不在您的范围内"
"""What stands for a record that this desk may not see."""


class References(Protocol):
    """Finds and names the records that a field may point to."""

    album: Album | None
    """Where photos and papers are kept and shown; None on a desk that has no place for them."""

    def offers(self, kinds: tuple[str, ...], text: str) -> list[tuple[str, str, str]]:
        """(id, title, context) of records that fit *text*."""

    def title(self, kinds: tuple[str, ...], record: str) -> str:
        """The words by which a person knows the record."""

    def new_id(self) -> str:
        """A new id, for a new entry of a list."""

    def now(self) -> int:
        """The time, ms UTC: where a date or a time begins when it is first filled in."""


class LedgerReferences:
    """What the forms ask of the ledger."""

    def __init__(self, ledger: Ledger, new_id: Callable[[], str], clock: Callable[[], int]) -> None:
        self._ledger = ledger
        self._new_id, self._clock = new_id, clock
        self.album: Album | None = None
        """Comes with the window."""

    def new_id(self) -> str:
        """A new id, for a new entry of a list."""
        return self._new_id()

    def now(self) -> int:
        """ms UTC."""
        return self._clock()

    def offers(self, kinds: tuple[str, ...], text: str) -> list[tuple[str, str, str]]:
        """(id, title, context) of records that fit *text*."""
        hits = self._ledger.search(text, kinds, 8)
        return [(hit.id, hit.title, self._context(hit.kind, hit.id)) for hit in hits]

    def title(self, kinds: tuple[str, ...], record: str) -> str:
        """The words by which a person knows the record."""
        from gridworker.records import KINDS

        for kind in kinds:
            standing = self._ledger.standing(kind, record)
            fields = self._ledger.get(kind, standing)
            if fields is not None:
                context = self._context(kind, standing, fields)
                return KINDS[kind].title_of(fields) + (f"　{context}" if context else "")
        return OUT_OF_SCOPE

    def _context(self, kind: str, record: str, fields: dict[str, Any] | None = None) -> str:
        known = fields or self._ledger.get(kind, record) or {}
        if kind == "person":
            home = self._ledger.get("household", str(known.get("household") or "")) or {}
            return str(home.get("address") or "")
        if kind == "region":
            return str(known.get("code") or "")
        if kind == "staff_member":
            return ""
        return str(known.get("address") or known.get("place") or "")

"""The ledger: all that a person can do with records at this desk, online or off."""

from array import array
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from gridworker.errors import NotFound
from gridworker.ledger import history, save
from gridworker.ledger.ground import Edit, Ground, Me, MoveTo, NewRecord, Saved
from gridworker.ledger.history import Shown
from gridworker.records.row import Row
from gridworker.storage.drafts import Draft
from gridworker.storage.query import Order, Where
from gridworker.storage.search import Hit
from gridworker.storage.store import Store


class Ledger:
    """What the person ``me`` can do with the records in ``store``.

    Writing acts raise ``NotAccepted`` (with ``field``), ``NotAllowed``, ``NotFound`` and ``StoreError``; whatever
    they raise, nothing was written.
    """

    def __init__(self, store: Store, me: Me, *, clock: Callable[[], int], new_id: Callable[[], str]) -> None:
        self.store = store
        self.me = me
        self._ground = Ground(store, me, clock, new_id)

    # ------------------------------------------------------------------ writing

    def save(
        self,
        kind: str,
        fields: Mapping[str, Any],
        record: str | None = None,
        *,
        seen: Row | None = None,
        draft: str | None = None,
    ) -> Saved:
        """Make a record, or edit the one with the id ``record``: just the fields that differ from ``seen``.

        ``seen``: the row that the form was opened with (``Shown.row``), so that what others wrote since is not
        taken for seen. ``draft``: the key of the draft that is done with.
        """
        return save.save(self._ground, kind, fields, record, seen=seen, draft=draft)

    def save_together(self, parts: Sequence[NewRecord | Edit | MoveTo], *, draft: str | None = None) -> Saved:
        """Several records in one act: all of it or nothing, here and at the centre."""
        return save.together(self._ground, parts, draft=draft)

    def move(
        self,
        kind: str,
        record: str,
        target: str,
        fields: Mapping[str, Any] | None = None,
        *,
        seen: Row | None = None,
        draft: str | None = None,
    ) -> Saved:
        """Move a record along its machine. An unlawful move raises ``NotAllowed`` with the reason."""
        part = MoveTo(kind, record, target, fields or {}, seen)
        return save.together(self._ground, [part], draft=draft)

    def remove(self, kind: str, record: str) -> Saved:
        """Take a record out; ``restore`` or ``undo`` brings it back."""
        return save.remove(self._ground, kind, record)

    def restore(self, kind: str, record: str) -> Saved:
        """Bring a removed record back."""
        return save.restore(self._ground, kind, record)

    # ------------------------------------------------------------------ reading

    def get(self, kind: str, record: str) -> dict[str, Any] | None:
        """The shown fields of a live record; None when it is not here."""
        return self.store.fields(kind, record)

    def row(self, kind: str, record: str) -> Row | None:
        """The record with its writers, for a form's ``seen``."""
        return self.store.get(kind, record)

    def show(self, kind: str, record: str) -> Shown:
        """A record with its state and history, also a removed one. Raises ``NotFound``."""
        row = self.store.get(kind, record)
        if row is None:
            raise NotFound(f"{kind} {record}")
        return history.show(self._ground, kind, record, row)

    def find(self, kind: str, where: Where = (), order: Order = (), limit: int | None = None) -> list[dict[str, Any]]:
        """Live records that meet every condition: fields that have a value, ``id``, ``_row``, ``_state``."""
        return self.store.find(kind, where, order, limit)

    def count(self, kind: str, where: Where = ()) -> int:
        """How many live records meet every condition."""
        return self.store.count(kind, where)

    def ids(self, kind: str, where: Where = (), order: Order = (), limit: int | None = None) -> "array[int]":
        """Row numbers for a list with a page cache."""
        return self.store.ids(kind, where, order, limit)

    def page(self, kind: str, rows: Sequence[int]) -> list[dict[str, Any]]:
        """The records of these row numbers, in this order."""
        return self.store.page(kind, rows)

    def search(self, text: str, kinds: Sequence[str] = (), limit: int = 50) -> list[Hit]:
        """Records that answer every word of ``text``."""
        return self.store.search(text, kinds, limit)

    def search_ids(
        self, kind: str, text: str, where: Where = (), order: Order = (), limit: int | None = None
    ) -> "array[int]":
        """Row numbers of records of a kind that answer ``text``."""
        return self.store.search_ids(kind, text, where, order, limit)

    # ------------------------------------------------------------------ drafts

    def keep_draft(self, key: str, form: str, title: str, fields: Mapping[str, Any]) -> None:
        """Keep what stands in a form now; it survives a crash."""
        self.store.keep_draft(key, form, title, fields, self._ground.clock())

    def drafts(self) -> list[Draft]:
        """All drafts, the latest first."""
        return self.store.drafts()

    def draft(self, key: str) -> Draft | None:
        """The draft of this key."""
        return self.store.draft(key)

    def drop_draft(self, key: str) -> None:
        """Forget a draft."""
        self.store.drop_draft(key)

"""The ledger: all that a person can do with records at this desk, online or off."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from gridworker.ledger import (
    audit,
    conflicts,
    resettle,
    review,
    save,
    undo,
    visits,
)
from gridworker.ledger.conflicts import Keep
from gridworker.ledger.ground import Changed, Edit, MoveTo, NewRecord, Saved
from gridworker.ledger.looking import Looking
from gridworker.records.row import Row
from gridworker.storage.drafts import Draft


class Ledger(Looking):
    """What the person ``me`` can do with the records in ``store``.

    Writing acts raise ``NotAccepted`` (with ``field``), ``NotAllowed``, ``NotFound`` and ``StoreError``; whatever
    they raise, nothing was written.
    """

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
        return self._act(save.save, kind, fields, record, seen=seen, draft=draft)

    def save_together(self, parts: Sequence[NewRecord | Edit | MoveTo], *, draft: str | None = None) -> Saved:
        """Several records in one act: all of it or nothing, here and at the centre."""
        return self._act(save.together, parts, draft=draft)

    def save_visit(
        self,
        fields: Mapping[str, Any],
        *,
        matters: Sequence[Mapping[str, Any]] = (),
        dispute: Mapping[str, Any] | None = None,
        draft: str | None = None,
    ) -> Saved:
        """A visit with the matters heard and the dispute reported on it, in one act; ``Saved.ids`` in this order."""
        return self._act(visits.save_visit, fields, matters=matters, dispute=dispute, draft=draft)

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
        return self._act(save.together, [part], draft=draft)

    def resettle(self, kind: str, record: str, region: str) -> Saved:
        """The record is to lie in another grid; ``bound_for`` says where it goes until the centre has moved it."""
        return self._act(resettle.resettle, kind, record, region)

    def remove(self, kind: str, record: str) -> Saved:
        """Take a record out; ``restore`` or ``undo`` brings it back."""
        return self._act(save.remove, kind, record)

    def restore(self, kind: str, record: str) -> Saved:
        """Bring a removed record back."""
        return self._act(save.restore, kind, record)

    def undo(self, act: str) -> Saved:
        """Take an act back. Raises ``NotAllowed`` when somebody has built on it since."""
        return self._act(undo.undo, act)

    def settle(self, conflict: str, keep: Keep = conflicts.SHOWN, value: Any = None) -> Saved:
        """Decide a conflict: ``shown``, the number of another version, ``all`` for both texts, or a new value.

        Raises ``NotAllowed`` when it is settled already, or the decision is none for this sort of value.
        """
        return self._act(conflicts.settle, conflict, keep, value)

    def review(
        self,
        visit: str,
        act: str,
        level: str | None = None,
        comment: str | None = None,
        *,
        draft: str | None = None,
    ) -> Saved:
        """批阅: ``read`` or ``returned`` with a comment."""
        return self._act(review.review, visit, act, level, comment, draft=draft)

    def audit(self, act: str, **about: Any) -> Saved:
        """Note what was done with other people's data: record_kind, record, reason."""
        return self._act(audit.audit, act, **about)

    def _act(self, act: Callable[..., Saved], *args: Any, **told: Any) -> Saved:
        """One transaction for what an act looks at and what it writes."""
        return self.store.in_one(partial(act, self._ground, *args, **told))

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

    # ------------------------------------------------------------------ what is on this desk

    def want_towns(self, towns: Sequence[str]) -> None:
        """These towns are to be on this desk, the first one first; the next sync brings them and takes the others."""
        self.store.want_towns(towns)

    # ------------------------------------------------------------------ what came back

    def repair(self, tx: str, record: str, fields: Mapping[str, Any]) -> Saved:
        """Hand a refused group in once more, with other first fields of the record that it makes."""
        return save.repair(self._ground, tx, record, fields)

    def resend(self, tx: str) -> None:
        """Hand a refused group in once more."""
        self.store.resend(tx, self._ground.clock(), self._ground.new_id)

    def give_up(self, tx: str) -> Changed:
        """Give a refused group up; it stays in the history."""
        kinds = frozenset(row.kind for row in self.store.outbox_rows(("attention",)) if row.tx == tx)
        self.store.discard(tx, self._ground.clock())
        return Changed(kinds)

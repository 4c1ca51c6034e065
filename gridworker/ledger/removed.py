"""回收站: what was taken out at this desk and can still be brought back."""

from typing import Any

from gridworker.ledger.ground import Ground
from gridworker.records.change import Verb

STATES = ("new", "held", "accepted", "durable")
"""Own changes that stand; a removal that the centre refused has removed nothing."""


def removed_here(ground: Ground, kind: str, limit: int) -> list[dict[str, Any]]:
    """Records of a kind that were removed at this desk and still are, the latest first.

    Fields, ``id``, ``_removed_by`` (person id) and ``_removed_at`` (ms UTC). Own changes are kept for 90 days and more
    once the centre has them (``outbox.forgets_before``), and with them this list.
    """
    found: dict[str, dict[str, Any]] = {}
    for change in ground.store.outbox_rows(STATES, _FAR, newest=True):
        if change.kind != kind or change.verb != Verb.DEL or change.record in found:
            continue
        row = ground.store.get(kind, change.record)
        if row is not None and row.removed is not None:
            about = {"id": row.id, "_removed_by": row.removed.by, "_removed_at": row.removed.at}
            found[change.record] = {**row.fields, **about}
        if len(found) == limit:
            break
    return list(found.values())


_FAR = 20_000
"""Own changes of 90 days are fewer."""

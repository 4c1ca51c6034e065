"""批阅: a supervisor's word on a diary, and the step of the diary that goes with it, as one act."""

from typing import Any

from gridworker.errors import NotFound
from gridworker.ledger.ground import Ground, MoveTo, NewRecord, Saved
from gridworker.ledger.save import together


def review(
    ground: Ground,
    visit: str,
    act: str,
    level: str | None = None,
    comment: str | None = None,
    *,
    draft: str | None = None,
) -> Saved:
    """``act``: ``read`` or ``returned``; who returns says why. Raises ``NotAccepted``, ``NotAllowed``, ``NotFound``.

    A diary that stands there already stays; the review is kept all the same.
    """
    fields = ground.store.fields("visit", visit)
    if fields is None:
        raise NotFound(f"visit {visit}")
    said = {"visit": visit, "worker": fields["visitor"], "act": act}
    said |= {name: value for name, value in (("level", level), ("comment", comment)) if value}
    parts: list[NewRecord | MoveTo] = [NewRecord("review", said)]
    if fields.get("state") != act:
        parts.append(MoveTo("visit", visit, act))
    return together(ground, parts, draft=draft)


def reviews_of(ground: Ground, visit: str) -> list[dict[str, Any]]:
    """What was said of a diary, the latest first."""
    return ground.store.find("review", [("visit", "=", visit)], ("-reviewed_at", "-_row"))

"""批阅: a supervisor's word on a diary, and the step of the diary that goes with it, as one act."""

from gridworker.errors import NotFound
from gridworker.ledger.ground import Ground, MoveTo, NewRecord, Saved
from gridworker.ledger.save import together


def review(ground: Ground, visit: str, act: str, level: str | None = None, comment: str | None = None) -> Saved:
    """``act``: ``read`` or ``returned``; who returns says why. Raises ``NotAccepted``, ``NotAllowed``, ``NotFound``."""
    fields = ground.store.fields("visit", visit)
    if fields is None:
        raise NotFound(f"visit {visit}")
    said = {"visit": visit, "grid": fields["grid"], "worker": fields["visitor"], "act": act}
    said |= {name: value for name, value in (("level", level), ("comment", comment)) if value}
    return together(ground, [NewRecord("review", said), MoveTo("visit", visit, act)])

"""A household moves to another grid: said here, done by the centre, which takes along what belongs to it."""

from gridworker.errors import NotAllowed
from gridworker.ledger.edit_changes import Step
from gridworker.ledger.ground import Ground, Saved
from gridworker.ledger.save import apply_steps, live
from gridworker.records.change import Verb

GONE = "这个网格已经停用或不在本县，请另选一个。"
SAME = "这一户已经在这个网格，不用再迁。"


def resettle(ground: Ground, kind: str, record: str, region: str) -> Saved:
    """The record is to lie in another region. Until the centre has moved it, it stays in the list where it is.

    Raises ``NotAllowed``, ``NotFound``.
    """
    declared = ground.kind(kind)
    row = live(ground, kind, record)
    path = declared.home_field
    waiting = ground.store.bound_for(kind, record)
    going = waiting.value if waiting is not None else row.fields.get(path)
    if going == region:
        raise NotAllowed(SAME, field=path)
    target = ground.store.fields("region", region)
    if target is None or target.get("level") != "grid" or target.get("valid_to"):
        raise NotAllowed(GONE, field=path)
    parent = waiting.id if waiting is not None else row.writer(path).change
    steps = [(kind, record, Step(Verb.SET, path, region, parent))]
    if row.fields.get("micro_grid") is not None:
        steps.append((kind, record, Step(Verb.SET, "micro_grid", None, row.writer("micro_grid").change)))
    return apply_steps(ground, steps)

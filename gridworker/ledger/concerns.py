"""Whom an open conflict is shown to: those nearest to it at once, a supervisor when a week has passed or nobody else is
there. It lies with everybody who sees the record; asked is not everybody."""

from collections.abc import Mapping
from typing import Any

from gridworker.ledger import people
from gridworker.ledger.ground import Ground
from gridworker.records.fields import Merge
from gridworker.records.kind import BucketClass, Kind, Role
from gridworker.records.merge import ClashType
from gridworker.records.row import CREATED

A_WEEK = 7 * 86_400_000
"""ms for which those nearest to it are asked alone."""

_WEIGHTY = frozenset({ClashType.DUPLICATE, ClashType.ORPHAN})
"""What may reach beyond one grid."""


def concerns_me(ground: Ground, conflict: Mapping[str, Any]) -> bool:
    """Whether it is for this person to look at now."""
    role, kind = ground.me.role, ground.store.kinds.get(str(conflict.get("record_kind")))
    if kind is None or role not in (Role.MEDIATOR, Role.SUPERVISOR) or ground.me.person in _people(conflict):
        return True
    nearest = Role.MEDIATOR if kind.home is BucketClass.CASE or _is_mediators(kind) else Role.GRID_WORKER
    if role == nearest:
        return True
    if role == Role.MEDIATOR:
        return False
    waited = ground.clock() - came_up_at(ground, str(conflict["id"]))
    return waited >= A_WEEK or _is_weighty(kind, conflict) or _is_alone(ground, conflict)


def came_up_at(ground: Ground, conflict: str) -> int:
    """When the conflict was opened, ms UTC."""
    row = ground.store.get("conflict", conflict)
    return row.writer(CREATED).at if row is not None else ground.clock()


def _people(conflict: Mapping[str, Any]) -> set[Any]:
    """Those who wrote the versions."""
    others = (conflict.get("others") or {}).values()
    return {conflict.get("shown_by"), *(other.get("by") for other in others)}


def _is_mediators(kind: Kind) -> bool:
    """Whether the steps of such a record are a mediator's before they are anybody's."""
    moves = kind.machine.moves if kind.machine is not None else ()
    return any(Role.MEDIATOR in move.roles and Role.GRID_WORKER not in move.roles for move in moves)


def _is_weighty(kind: Kind, conflict: Mapping[str, Any]) -> bool:
    if conflict.get("type") in _WEIGHTY:
        return True
    field = kind.field(str(conflict.get("field", "")))
    return field is not None and field.merge is Merge.GUARDED


def _is_alone(ground: Ground, conflict: Mapping[str, Any]) -> bool:
    """Whether the record lies in a grid that has no grid worker."""
    row = ground.store.get(str(conflict["record_kind"]), str(conflict["record"]))
    grid = row.fields.get("grid") if row is not None else None
    return grid is not None and not people.workers_of(ground, str(grid))

"""Whom an open conflict is shown to: those nearest to it at once, a supervisor when a week has passed or nobody else is
there. It lies with everybody who sees the record; asked is not everybody."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from gridworker.ledger import people
from gridworker.ledger.ground import Ground
from gridworker.records.fields import Merge, Ref
from gridworker.records.kind import BucketClass, Kind, Role
from gridworker.records.merge import ClashType
from gridworker.records.row import CREATED

A_WEEK = 7 * 86_400_000
"""ms for which those nearest to it are asked alone."""

_WEIGHTY = frozenset({ClashType.DUPLICATE, ClashType.ORPHAN})
"""What may reach beyond one grid."""


def for_me(ground: Ground, conflicts: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those of the conflicts that are for this person to look at now."""
    alone: dict[str, bool] = {}
    return [each for each in conflicts if _concerns_me(ground, each, alone)]


def _concerns_me(ground: Ground, conflict: Mapping[str, Any], alone: dict[str, bool]) -> bool:
    if _is_over(ground, conflict):
        return False
    role, kind = ground.me.role, ground.store.kinds.get(str(conflict.get("record_kind")))
    if kind is None or ground.me.person in _people(conflict):
        return True
    if kind.rights.author_only:
        return role == Role.SUPERVISOR and _waits_long(ground, conflict)
    if role not in (Role.MEDIATOR, Role.SUPERVISOR):
        return True
    nearest = Role.MEDIATOR if kind.home is BucketClass.CASE or _is_mediators(kind) else Role.GRID_WORKER
    if role == nearest:
        return True
    if role == Role.MEDIATOR:
        return False
    return _waits_long(ground, conflict) or _is_weighty(kind, conflict) or _is_alone(ground, conflict, alone)


def _waits_long(ground: Ground, conflict: Mapping[str, Any]) -> bool:
    return ground.clock() - came_up_at(ground, str(conflict["id"])) >= A_WEEK


def came_up_at(ground: Ground, conflict: str) -> int:
    """When the conflict was opened, ms UTC."""
    row = ground.store.get("conflict", conflict)
    return row.writer(CREATED).at if row is not None else ground.clock()


def _is_over(ground: Ground, conflict: Mapping[str, Any]) -> bool:
    """Whether its reason is gone: one of two records that were alike was removed, or what was pointed at came back.
    Nothing that anybody typed hangs on such a conflict."""
    kind, record = str(conflict.get("record_kind")), str(conflict.get("record"))
    row = ground.store.get(kind, record) if kind in ground.store.kinds else None
    if row is None or conflict.get("type") not in _WEIGHTY:
        return False
    if row.removed is not None:
        return True
    if conflict.get("type") == ClashType.DUPLICATE:
        others = [other.get("value") for other in (conflict.get("others") or {}).values()]
        return any(_is_removed(ground, (kind,), str(other)) for other in others)
    path = str(conflict.get("field", ""))
    field, target = ground.store.kinds[kind].field(path), row.value(path)
    return target is None or (isinstance(field, Ref) and _is_removed(ground, field.to, str(target)) is False)


def _is_removed(ground: Ground, kinds: Sequence[str], record: str) -> bool | None:
    """None when it is not here."""
    found = (ground.store.get(kind, record) for kind in kinds if kind in ground.store.kinds)
    row = next((each for each in found if each is not None), None)
    return None if row is None else row.removed is not None


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


def _is_alone(ground: Ground, conflict: Mapping[str, Any], alone: dict[str, bool]) -> bool:
    """Whether the record lies in a grid that has no grid worker. ``alone``: what is known of grids already."""
    row = ground.store.get(str(conflict["record_kind"]), str(conflict["record"]))
    grid = str(row.fields.get("grid", "")) if row is not None else ""
    if grid and grid not in alone:
        alone[grid] = not people.workers_of(ground, grid)
    return alone.get(grid, False)

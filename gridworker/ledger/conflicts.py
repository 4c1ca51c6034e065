"""Settling what two people changed at once: an ordinary act, that can be undone like any other."""

from typing import Any

from gridworker.errors import NotFound
from gridworker.ledger.edit_changes import Step
from gridworker.ledger.ground import Ground, Saved
from gridworker.ledger.save import apply_steps
from gridworker.records.change import Verb
from gridworker.records.merge import ClashType, seen_of, seen_of_entry
from gridworker.records.row import Row

SHOWN = "shown"
ALL = "all"


def open_conflicts(ground: Ground) -> list[dict[str, Any]]:
    """What waits for a decision, oldest first."""
    return ground.store.find("conflict", (("state", "=", "open"),), ("_made",))


def settle(ground: Ground, conflict: str, keep: object = SHOWN, value: Any = None) -> Saved:
    """Decide. ``keep``: ``shown``, the number of another version (from 1), or ``all`` for both texts;
    with ``value`` something else is written instead. Raises ``NotFound``."""
    row = ground.store.get("conflict", conflict)
    if row is None:
        raise NotFound(f"conflict {conflict}")
    others = [version for _, version in sorted((row.fields.get("others") or {}).items())]
    steps: list[tuple[str, str, Step]] = []
    state = "kept"
    if value is not None:
        state, steps = "merged", _written(ground, row, value)
    elif keep == ALL:
        state, steps = "merged", _written(ground, row, _both(row, others))
    elif keep != SHOWN:
        number = int(str(keep))
        if not 1 <= number <= len(others):
            raise NotFound(f"conflict {conflict} version {number}")
        state, steps = "swapped", _taken(ground, row, others[number - 1])
    now = row.fields.get("state", "open")
    steps.append(
        ("conflict", conflict, Step(Verb.SET, "settled_by", ground.me.person, row.writer("settled_by").change))
    )
    parent = row.writer("state").change
    steps.append(("conflict", conflict, Step(Verb.MOVE, "state", {"from": now, "to": state}, parent)))
    return apply_steps(ground, steps)


def _taken(ground: Ground, conflict: Row, version: dict[str, Any]) -> list[tuple[str, str, Step]]:
    kind, record, path = _about(conflict)
    row = ground.store.get(kind, record)
    if row is None:
        raise NotFound(f"{kind} {record}")
    value = version.get("value")
    match conflict.fields["type"]:
        case ClashType.DEL_VS_EDIT if path:
            return [(kind, record, Step(Verb.REM, path, seen=seen_of_entry(row, path)))]
        case ClashType.DEL_VS_EDIT:
            return [(kind, record, Step(Verb.DEL, seen=seen_of(row)))]
        case ClashType.MOVE:
            return [(kind, record, _moved(ground, kind, row, str(value)))]
        case ClashType.EDIT_ON_DELETED if row.removed is not None:
            back = (kind, record, Step(Verb.RESTORE, parent=row.removed.change))
            return [back, *_written_on(kind, row, path, value)]
    return _written_on(kind, row, path, value)


def _written(ground: Ground, conflict: Row, value: Any) -> list[tuple[str, str, Step]]:
    kind, record, path = _about(conflict)
    row = ground.store.get(kind, record)
    if row is None:
        raise NotFound(f"{kind} {record}")
    return _written_on(kind, row, path, ground.kind(kind).clean_field(path, value))


def _written_on(kind: str, row: Row, path: str, value: Any) -> list[tuple[str, str, Step]]:
    if isinstance(value, dict) and set(value) <= {"add", "rem"} and value:
        return [(kind, row.id, _tag_step(row, path, value))]
    if row.value(path) == value:
        return []
    return [(kind, row.id, Step(Verb.SET, path, value, row.writer(path).change))]


def _tag_step(row: Row, path: str, value: dict[str, Any]) -> Step:
    if "add" in value:
        return Step(Verb.ADD, path)
    return Step(Verb.REM, path, seen=sorted(stamp.change for stamp in row.adds(path)))


def _moved(ground: Ground, kind: str, row: Row, target: str) -> Step:
    machine = ground.kind(kind).machine
    assert machine is not None
    now = str(row.fields.get(machine.field))
    return Step(Verb.MOVE, machine.field, {"from": now, "to": target}, row.writer(machine.field).change)


def _both(conflict: Row, others: list[dict[str, Any]]) -> str:
    texts = [conflict.fields.get("shown_value"), *(each.get("value") for each in others)]
    return "\n".join(dict.fromkeys(str(text) for text in texts if text))


def _about(conflict: Row) -> tuple[str, str, str]:
    fields = conflict.fields
    return str(fields["record_kind"]), str(fields["record"]), str(fields.get("field") or "")

"""How a loser becomes a conflict record, and how more losers join the same one."""

from typing import Any

from gridworker.records.merge import Clash
from gridworker.records.row import Row


def conflict_of(clash: Clash, kind: str, record: str, base: Any, entry: str) -> dict[str, Any]:
    """The first fields of a conflict record; ``entry`` is the id of the loser's place in ``others``."""
    fields: dict[str, Any] = {
        "type": str(clash.type),
        "record_kind": kind,
        "record": record,
        "field": clash.path,
        "base": base,
        **_shown(clash),
        "others": {entry: _without_nothing(clash.other.to_fields())},
        "state": "open",
    }
    return _without_nothing(fields)


def joined(conflict: Row, clash: Clash, entry: str) -> list[tuple[str, Any]]:
    """What to set on an open conflict when one more version loses: ``(path, value)``; None removes an entry.

    A version whose change the newcomer's author was looking at has been seen and makes room for it. The state
    is written again, so that whoever settles the conflict without having seen the newcomer does not close it.
    """
    sets: list[tuple[str, Any]] = list(_shown(clash).items())
    for place, version in conflict.fields.get("others", {}).items():
        if version.get("change") in (clash.base, clash.shown.change):
            sets.append((f"others/{place}", None))
    sets.append((f"others/{entry}", _without_nothing(clash.other.to_fields())))
    sets.append(("state", "open"))
    return sets


def overtaken(conflict: Row, value: Any, by: str, at: int, change: str) -> list[tuple[str, Any]]:
    """What to set on an open conflict when its shown value was changed by somebody who saw it."""
    if change == conflict.fields.get("shown_change"):
        return []
    return [("shown_value", value), ("shown_by", by), ("shown_at", at), ("shown_change", change)]


def _shown(clash: Clash) -> dict[str, Any]:
    return {f"shown_{name}": value for name, value in clash.shown.to_fields().items()}


def _without_nothing(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}

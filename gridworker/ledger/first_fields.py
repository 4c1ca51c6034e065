"""What a new record knows without being asked: who, when, and the grid of the household that it is about."""

from collections.abc import Callable, Mapping
from typing import Any

from gridworker.ledger.days import day_of
from gridworker.ledger.ground import Ground
from gridworker.records.row import Row

Fields = dict[str, Any]
Look = Callable[[str, str, str], Any]


def filled(ground: Ground, kind: str, fields: Mapping[str, Any], beside: Mapping[str, Row]) -> Fields:
    """``fields`` with what follows from them and from the person; what was filled in stays.

    ``beside``: rows of the same act, which are not in the store yet.
    """

    seen: dict[tuple[str, str], Fields] = {}

    def look(kind: str, record: str, name: str) -> Any:
        row = beside.get(record)
        if row is not None:
            return row.fields.get(name)
        declared = ground.kind(kind)
        if name == declared.home_field and not declared.moves:
            # A diary says in which grid the household lay then; what is written about it now lies where it lies now.
            return ground.store.region_of(kind, record)
        known = seen.get((record, name))
        if known is None:
            names = _TOGETHER.get(kind, (name,))
            known = dict(zip(names, ground.store.glance(kind, record, names) or (), strict=False))
            seen.update({(record, each): known for each in names})
        return known.get(name)

    given = {name: value for name, value in fields.items() if value not in (None, "")}
    if kind == "visit":
        given = _visit(ground, given, look)
    given = {**_from_others(kind, given, look), **given}
    for name, source in _MINE.get(kind, {}).items():
        given.setdefault(name, ground.clock() if source == "now" else ground.me.person)
    if "county" in ground.kind(kind).by_name and ground.me.county:
        given.setdefault("county", ground.me.county)
    return given


_TOGETHER: Mapping[str, tuple[str, ...]] = {"household": ("head_name", "grid")}
"""What is looked at in one go, since who asks for one asks for the others."""
_MINE: Mapping[str, Mapping[str, str]] = {
    "matter": {"reported_at": "now", "first_receiver": "me", "responsible": "me"},
    "dispute": {"reported_at": "now", "reporter": "me"},
    "mediation_case": {"mediator": "me"},
    "mediation_session": {"held_at": "now", "mediator": "me"},
    "review": {"reviewed_at": "now", "reviewer": "me"},
    "audit": {"at": "now", "person": "me"},
}


def _visit(ground: Ground, given: Fields, look: Look) -> Fields:
    given.setdefault("visitor", ground.me.person)
    given.setdefault("visited_at", ground.clock())
    if isinstance(given["visited_at"], int):
        given.setdefault("month", day_of(given["visited_at"])[:7])
    if not given.get("subjects") and given.get("household"):
        given["subjects"] = {ground.new_id(): _household_subject(str(given["household"]), look)}
    for _, subject in sorted(dict(given.get("subjects", {})).items()):
        if subject.get("kind") == "household":
            given.setdefault("household", subject.get("record"))
    return given


def _household_subject(household: str, look: Look) -> Fields:
    name = look("household", household, "head_name")
    subject = {"kind": "household", "record": household, "name": name}
    return {name: value for name, value in subject.items() if value is not None}


_FOLLOWED: Mapping[str, tuple[tuple[str, str, str], ...]] = {
    "person": (("household", "household", "grid"),),
    "key_group_tag": (("person", "person", "household"), ("household", "household", "grid")),
    "visit": (("household", "household", "grid"),),
    "matter": (("household", "household", "grid"), ("visit", "visit", "grid"), ("visit", "visit", "household")),
    "dispute": (("household", "household", "grid"), ("visit", "visit", "grid"), ("visit", "visit", "household")),
    "mediation_session": (("case", "mediation_case", "dispute"), ("case", "mediation_case", "town")),
    "review": (("visit", "visit", "grid"),),
}
"""(field that points, kind that it points to, field of that record which is taken over), in order."""


def _from_others(kind: str, given: Fields, look: Look) -> Fields:
    found: Fields = {}
    for pointer, target, name in _FOLLOWED.get(kind, ()):
        record = given.get(pointer) or found.get(pointer)
        if name in given or name in found or not isinstance(record, str):
            continue
        if (value := look(target, record, name)) is not None:
            found[name] = value
    return found

"""What a new record knows without being asked: who, when, and the grid of the household that it is about."""

from collections.abc import Mapping
from typing import Any

from gridworker.ledger.days import day_of
from gridworker.ledger.ground import Ground
from gridworker.records.row import Row

Fields = dict[str, Any]


def filled(ground: Ground, kind: str, fields: Mapping[str, Any], beside: Mapping[str, Row]) -> Fields:
    """``fields`` with what follows from them and from the person; what was filled in stays.

    ``beside``: rows of the same act, which are not in the store yet.
    """
    given = {name: value for name, value in fields.items() if value not in (None, "")}
    if kind == "visit":
        given = _visit(ground, given)
    given = {**_from_others(ground, kind, given, beside), **given}
    mine = _MINE.get(kind, {})
    for name, source in mine.items():
        given.setdefault(name, ground.clock() if source == "now" else ground.me.person)
    known = ground.kind(kind).by_name
    if "county" in known and ground.me.county:
        given.setdefault("county", ground.me.county)
    return given


_MINE: Mapping[str, Mapping[str, str]] = {
    "matter": {"reported_at": "now", "first_receiver": "me", "responsible": "me"},
    "dispute": {"reported_at": "now", "reporter": "me"},
    "mediation_case": {"mediator": "me"},
    "mediation_session": {"held_at": "now", "mediator": "me"},
    "review": {"reviewed_at": "now", "reviewer": "me"},
    "audit": {"at": "now", "person": "me"},
}


def _visit(ground: Ground, given: Fields) -> Fields:
    given.setdefault("visitor", ground.me.person)
    given.setdefault("visited_at", ground.clock())
    if isinstance(given["visited_at"], int):
        given.setdefault("month", day_of(given["visited_at"])[:7])
    subjects = given.get("subjects") or {}
    if not subjects and given.get("household"):
        subjects = {ground.new_id(): _household_subject(ground, str(given["household"]))}
        given["subjects"] = subjects
    if isinstance(subjects, dict):
        for entry in sorted(subjects):
            if subjects[entry].get("kind") == "household":
                given.setdefault("household", subjects[entry].get("record"))
    return given


def _household_subject(ground: Ground, household: str) -> Fields:
    fields = ground.store.fields("household", household) or {}
    subject = {"kind": "household", "record": household, "name": fields.get("head_name")}
    return {name: value for name, value in subject.items() if value is not None}


_FOLLOWED: Mapping[str, tuple[tuple[str, str, str], ...]] = {
    "person": (("household", "household", "grid"),),
    "key_group_tag": (("household", "household", "grid"), ("person", "person", "household")),
    "visit": (("household", "household", "grid"),),
    "matter": (("household", "household", "grid"), ("visit", "visit", "grid"), ("visit", "visit", "household")),
    "dispute": (("household", "household", "grid"), ("visit", "visit", "grid"), ("visit", "visit", "household")),
    "mediation_session": (("case", "mediation_case", "dispute"), ("case", "mediation_case", "town")),
    "review": (("visit", "visit", "grid"),),
}
"""(field that points, kind that it points to, field of that record which is taken over)."""


def _from_others(ground: Ground, kind: str, given: Fields, beside: Mapping[str, Row]) -> Fields:
    found: Fields = {}
    for pointer, target, name in _FOLLOWED.get(kind, ()):
        record = given.get(pointer)
        if name in given or name in found or not isinstance(record, str):
            continue
        row = beside.get(record) or ground.store.get(target, record)
        if row is not None and row.fields.get(name) is not None:
            found[name] = row.fields[name]
    return found

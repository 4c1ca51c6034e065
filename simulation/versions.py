"""Programs of several versions: an old desk does not know every kind and field and calls one otherwise, an old centre
does not know every kind."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import cache

from gridworker.records import KINDS, schema, upcasts
from gridworker.records.change import Change, Verb
from gridworker.records.kind import Kind

OLD, NEW = 1, 2
"""Catalogues: the second is the one that the product has today, as if there had been another before it."""
KNOWN_LATER = ("dispute", "mediation_case")
"""Kinds that an old program does not know."""
ADDED = "safety_notes"
"""A field of the household that an old program does not know,"""
FORMER, PRESENT = "remark", "note"
"""and what it called otherwise."""


@cache
def old_kinds(*, renames: bool = True) -> Mapping[str, Kind]:
    """What an old desk knows. ``renames``: and one field by another name."""
    household = KINDS["household"]
    fields = [
        replace(field, name=FORMER) if renames and field.name == PRESENT else field
        for field in household.fields
        if field.name != ADDED
    ]
    return {**old_centre(), "household": replace(household, fields=tuple(fields))}


@cache
def old_centre() -> Mapping[str, Kind]:
    """What a centre knows that is still to be updated."""
    return {name: kind for name, kind in KINDS.items() if name not in KNOWN_LATER}


def renamed(change: Change) -> Change:
    """From the first catalogue to the second."""
    if change.verb is Verb.CREATE:
        return change._replace(value={called(name): value for name, value in change.value.items()})
    path = called(change.path)
    seen = {called(name): each for name, each in change.seen.items()} if isinstance(change.seen, dict) else change.seen
    return change if path == change.path and seen == change.seen else change._replace(path=path, seen=seen)


def called(path: str) -> str:
    """What the new program calls it."""
    return PRESENT if path == FORMER else path


def as_written(change: Change) -> Change:
    """What an old program makes of what it wrote."""
    return change


@contextmanager
def tomorrow() -> Iterator[None]:
    """The centre, and desks that were updated, are of the second catalogue."""
    before = schema.SCHEMA
    schema.SCHEMA = NEW
    upcasts.STEPS["household", OLD] = renamed
    try:
        yield
    finally:
        schema.SCHEMA = before
        del upcasts.STEPS["household", OLD]

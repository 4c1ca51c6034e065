"""Which other records a change points at: they may not be there yet, or not any more."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from gridworker.records.change import Change, Verb
from gridworker.records.fields import Field, Ref
from gridworker.records.kind import Kind, points
from gridworker.records.row import Row
from gridworker.records.several import Entries

SAME_AS = "same_as"
"""The field in which a record says that it went into another that is the same."""
BELONGING = "*"
"""Where a removal says which records that belong to the removed one its author saw: not a path of any record."""


class Reference(NamedTuple):
    """One value that is the id of another record."""

    path: str
    target: str
    to: tuple[str, ...]
    """Kinds that it may point to."""


def references(kind: Kind, change: Change) -> Iterator[Reference]:
    """What the change says of records that people make; each target once, at the first place that names it."""
    if change.verb is Verb.CREATE:
        if kind.pointer_names.isdisjoint(change.value):
            return
    elif change.verb is not Verb.SET or change.path.partition("/")[0] not in kind.pointer_names:
        return
    told: set[str] = set()
    for path, field, value in _values(kind, change):
        if isinstance(field, Ref) and points(field) and isinstance(value, str) and value not in told:
            told.add(value)
            yield Reference(path, value, field.to)


def standing(kind: Kind, row: Row) -> Iterator[Reference]:
    """What a record says of others that people make."""
    for top in kind.pointers:
        for path, field, value in _first(top, row.fields.get(top.name)):
            if isinstance(field, Ref) and points(field) and isinstance(value, str):
                yield Reference(path, value, field.to)


def _values(kind: Kind, change: Change) -> Iterator[tuple[str, Field, Any]]:
    for top in kind.pointers:
        if change.verb is Verb.CREATE:
            if (first := change.value.get(top.name)) is not None:
                yield from _first(top, first)
        elif change.path.partition("/")[0] == top.name:
            yield from _later(top, change)


def _first(top: Field, value: Any) -> Iterator[tuple[str, Field, Any]]:
    if not isinstance(top, Entries):
        yield top.name, top, value
    elif isinstance(value, Mapping):
        for entry, content in value.items():
            yield from _entry(f"{top.name}/{entry}", top, content)


def _later(top: Field, change: Change) -> Iterator[tuple[str, Field, Any]]:
    steps = change.path.split("/")
    if not isinstance(top, Entries):
        yield top.name, top, change.value
    elif len(steps) == 2:
        yield from _entry(change.path, top, change.value)
    elif (inner := top.field(steps[2])) is not None:
        yield change.path, inner, change.value


def _entry(path: str, top: Entries, content: Any) -> Iterator[tuple[str, Field, Any]]:
    if isinstance(content, Mapping):
        for inner in top.fields:
            yield f"{path}/{inner.name}", inner, content.get(inner.name)


def belonging(kinds: Mapping[str, Kind], target: str) -> list[tuple[Kind, Ref]]:
    """The kinds whose records cannot be without one of kind ``target``, each with the field that says which: the
    members of a household, the sessions of a case. They lie where it lies."""
    home = kinds[target].home
    return [
        (kind, field)
        for kind in kinds.values()
        for field in kind.pointers
        if isinstance(field, Ref) and field.required and target in field.to and kind.home is home
        if not kind.append_only
    ]

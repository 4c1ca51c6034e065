"""Two records of one person or one household made one: what only one of them knew stays, what pointed at it follows."""

from collections.abc import Iterator

from gridworker.errors import NotAllowed
from gridworker.ledger.edit_changes import Step
from gridworker.ledger.ground import Ground
from gridworker.records.change import Verb
from gridworker.records.fields import Field, Merge, Ref
from gridworker.records.kind import Kind
from gridworker.records.row import Row
from gridworker.records.several import Entries, Tags

Act = tuple[str, str, Step]
"""What is done to a record: (kind, record, step)."""

NOT_HERE = "两份档案要都在您的范围内才能合并。请交给能同时看到这两份的人（例如督导），或者选“不是同一个”。"
_KEPT = (Merge.FIXED, Merge.HOME, Merge.STATE, Merge.CENTRE)
"""What a record keeps as it was made."""
_MOST_STEPS = 20
"""Records merged into one another in a row, before the search for the one that stands ends."""


def standing(ground: Ground, kind: str, record: str) -> str:
    """The id of the record into which this one was merged, or its own."""
    for _ in range(_MOST_STEPS):
        row = ground.store.get(kind, record)
        other = row.fields.get("same_as") if row is not None and row.removed is not None else None
        if not other:
            break
        record = other
    return record


def made_one(ground: Ground, kind_name: str, gone: str, stays: str) -> Iterator[Act]:
    """``gone`` is merged into ``stays``. Raises ``NotAllowed`` when one of the two is not here, or was removed."""
    kind = ground.kind(kind_name)
    one, other = ground.store.get(kind_name, gone), ground.store.get(kind_name, stays)
    if one is None or other is None:
        raise NotAllowed(NOT_HERE)
    if one.removed is not None or other.removed is not None:
        raise NotAllowed("其中一份已经被移除，不用再合并。")
    if "same_as" in kind.by_name:
        yield from _all_into_one(ground, kind, one, other)
    yield kind_name, gone, Step(Verb.DEL)


def _all_into_one(ground: Ground, kind: Kind, gone: Row, stays: Row) -> Iterator[Act]:
    """What the one knew, and what pointed at it, goes to the other, and each knows of the other."""
    for step in _taken_over(kind, gone, stays):
        yield kind.name, stays.id, step
    yield from _followers(ground, kind.name, gone.id, stays.id)
    path = f"also/{gone.id}"
    yield kind.name, stays.id, Step(Verb.SET, path, {"record": gone.id}, stays.writer(path).change, {})
    yield kind.name, gone.id, Step(Verb.SET, "same_as", stays.id, gone.writer("same_as").change)


def _taken_over(kind: Kind, gone: Row, stays: Row) -> Iterator[Step]:
    """What only the one knew, the other knows from now on; where both knew something, the one that stays is right."""
    for field in kind.fields:
        value = gone.fields.get(field.name)
        if value is None or field.merge in _KEPT or field.name == "same_as":
            continue
        if isinstance(field, Tags):
            for tag in sorted(set(value) - set(stays.fields.get(field.name, ()))):
                yield Step(Verb.ADD, f"{field.name}/{tag}")
        elif isinstance(field, Entries):
            for entry, content in value.items():
                path = f"{field.name}/{entry}"
                yield Step(Verb.SET, path, kind.a_persons(path, content), stays.writer(path).change, {})
        elif stays.fields.get(field.name) is None:
            yield Step(Verb.SET, field.name, value, stays.writer(field.name).change)


def _followers(ground: Ground, kind_name: str, gone: str, stays: str) -> Iterator[Act]:
    """What points at the one that goes and may point elsewhere; what may not (a diary) is found through both."""
    for kind in ground.store.kinds.values():
        for field in kind.pointers:
            if not isinstance(field, Ref) or kind_name not in field.to or _is_fixed(ground, kind, field):
                continue
            for found in ground.store.find(kind.name, ((field.name, "=", gone),)):
                row = ground.store.get(kind.name, found["id"])
                assert row is not None, "it was found a moment ago"
                step = Step(Verb.SET, field.name, stays, row.writer(field.name).change)
                yield kind.name, row.id, step


def _is_fixed(ground: Ground, kind: Kind, field: Field) -> bool:
    return field.merge in _KEPT or field.name == "same_as" or not kind.may("edit", ground.me.role, field.name)


def come_back(ground: Ground, kind: Kind, row: Row) -> Iterator[Step]:
    """What a removed record says anew when it comes back: that it is none of another any more, and where that is what
    it pointed at and was merged meanwhile."""
    if row.fields.get("same_as"):
        yield Step(Verb.SET, "same_as", None, row.writer("same_as").change)
    for field in kind.pointers:
        there = row.fields.get(field.name)
        if there is None or not isinstance(field, Ref) or _is_fixed(ground, kind, field):
            continue
        stays = next((s for to in field.to if (s := standing(ground, to, there)) != there), there)
        if stays != there:
            yield Step(Verb.SET, field.name, stays, row.writer(field.name).change)


def alike(ground: Ground, kind: str, record: str) -> list[str]:
    """The record and all that were merged into it: what was written of one of them was written of it."""
    row = ground.store.get(kind, record)
    also = row.fields.get("also", {}) if row is not None else {}
    return [record, *also]

"""What a person altered in a form, as the smallest changes that say so."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from gridworker.records.change import Verb
from gridworker.records.fields import Merge
from gridworker.records.kind import Kind
from gridworker.records.merge import seen_of_entry
from gridworker.records.row import Row
from gridworker.records.several import Entries, Tags

NOTHING: tuple[Any, ...] = (None, "", [], {})


@dataclass(frozen=True)
class Step:
    """A change without its id, time and number."""

    verb: Verb
    path: str = ""
    value: Any = None
    parent: str = ""
    seen: Any = None
    base: str | None = None


def steps_of(kind: Kind, seen: Row, now: Row, fields: Mapping[str, Any], new_id: Callable[[], str]) -> list[Step]:
    """What differs between ``fields`` and the row that the person saw; ``now`` is the row as it is shown.

    Fields that are not named are left alone; None clears one. Raises ``Wrong``.
    """
    steps: list[Step] = []
    for name, given in fields.items():
        field = kind.by_name.get(name)
        if isinstance(field, Entries):
            steps += _list_steps(kind, field, seen, now, as_entries(given, new_id))
        elif isinstance(field, Tags) and field.merge is Merge.SET:
            steps += _tag_steps(name, seen, now, kind.clean_field(name, given))
        else:
            steps += _scalar_steps(kind, name, seen, now, given)
    return steps


def as_entries(given: Any, new_id: Callable[[], str]) -> Any:
    """A list of entries, from a plain list as well: its items get ids, or keep the ``id`` that they bring."""
    if not isinstance(given, list):
        return given
    entries = {}
    for item in given:
        entry = dict(item) if isinstance(item, Mapping) else {}
        entries[entry.pop("id", None) or new_id()] = entry
    return entries


def _scalar_steps(kind: Kind, name: str, seen: Row, now: Row, given: Any) -> Iterator[Step]:
    if _same(given, seen.fields.get(name)):
        return
    value = kind.clean_field(name, given)
    if not _same(value, seen.fields.get(name)) and not _same(value, now.fields.get(name)):
        yield _set(kind, name, value, seen)


def _tag_steps(name: str, seen: Row, now: Row, wanted: list[str]) -> Iterator[Step]:
    before = set(seen.fields.get(name, ()))
    here = set(now.fields.get(name, ()))
    for tag in sorted(set(wanted) - before - here):
        yield Step(Verb.ADD, f"{name}/{tag}")
    for tag in sorted((before - set(wanted)) & here):
        path = f"{name}/{tag}"
        yield Step(Verb.REM, path, seen=sorted(stamp.change for stamp in seen.adds(path)))


def _list_steps(kind: Kind, field: Entries, seen: Row, now: Row, given: Any) -> Iterator[Step]:
    wanted = kind.clean_field(field.name, given)
    before = seen.fields.get(field.name, {})
    for entry, content in wanted.items():
        path = f"{field.name}/{entry}"
        if entry in before:
            yield from _entry_steps(kind, field, path, content, seen, now)
        elif not _same(content, now.value(path)):
            gone = now.writers.get("-" + path)
            yield Step(Verb.SET, path, content, gone[0] if gone else "", seen={})
    for entry in before:
        path = f"{field.name}/{entry}"
        if entry not in wanted and now.value(path) is not None:
            yield Step(Verb.REM, path, seen=seen_of_entry(seen, path))


def _entry_steps(
    kind: Kind, field: Entries, path: str, content: Mapping[str, Any], seen: Row, now: Row
) -> Iterator[Step]:
    """What differs inside one entry; fields that the form does not know stay as they are."""
    for inner in field.fields:
        place = f"{path}/{inner.name}"
        value = content.get(inner.name)
        if not _same(value, seen.value(place)) and not _same(value, now.value(place)):
            yield _set(kind, place, kind.clean_field(place, value), seen)


def _set(kind: Kind, path: str, value: Any, seen: Row) -> Step:
    """A value by somebody who was looking at ``seen``."""
    field = kind.field(path)
    base = str(seen.value(path) or "") if field is not None and field.merge is Merge.TEXT else None
    return Step(Verb.SET, path, value, seen.writer(path).change, base=base)


def _same(one: Any, other: Any) -> bool:
    return (one == other and isinstance(one, bool) == isinstance(other, bool)) or (one in NOTHING and other in NOTHING)

"""Turns the made-up records into changes, so that they enter the book the way a desk's do."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from gridworker.demo.chance import Ids
from gridworker.demo.script import DemoMove, DemoRecord
from gridworker.protocol import MOST_IN_GROUP
from gridworker.records import KINDS
from gridworker.records.change import Change, Verb

BucketOf = Callable[[str, str], str]
"""Bucket class and id of the region (or person) to the bucket's id."""


@dataclass(frozen=True, slots=True)
class Group:
    """Changes of one author that are taken or refused together."""

    by: str
    """The account's id; the stamps are to carry it."""
    changes: tuple[Change, ...]


def clean(record: DemoRecord) -> dict[str, Any]:
    """The first fields as the record's kind keeps them. Raises ``Wrong``."""
    return KINDS[record.kind].clean(record.fields)


def to_changes(record: DemoRecord, bucket_of: BucketOf, ids: Ids) -> list[tuple[str, Change]]:
    """Who made which change of a record, from its creation on, in the order of time."""
    kind = KINDS[record.kind]
    value = clean(record)
    bucket = bucket_of(str(kind.home), str(value[kind.home_field]))

    def change(verb: Verb, at: int, path: str = "", content: Any = None, parent: str = "") -> Change:
        return Change(
            id=ids.at(at),
            verb=verb,
            kind=record.kind,
            record=record.id,
            bucket=bucket,
            hlc=at << 16,
            at=at,
            path=path,
            value=content,
            parent=parent,
        )

    made = change(Verb.CREATE, record.at, content=value)
    found = [(record.author, made)]
    writers: dict[str, str] = {}
    state = value.get(kind.machine.field) if kind.machine else None
    for move in record.moves:
        for path, content in move.sets.items():
            content = kind.clean_field(path, content)
            parent = "" if "/" in path else writers.get(path, made.id)
            edit = change(Verb.SET, move.at, path, content, parent)
            writers[path] = edit.id
            found.append((move.by, edit))
        if move.target:
            assert kind.machine is not None
            parent = writers.get(kind.machine.field, made.id)
            step = {"from": state, "to": move.target}
            moved = change(Verb.MOVE, move.at, kind.machine.field, step, parent)
            writers[kind.machine.field], state = moved.id, move.target
            found.append((move.by, moved))
    return found


def groups(records: Iterable[DemoRecord], bucket_of: BucketOf, seed: int) -> Iterator[Group]:
    """All changes in groups of at most 200: first what makes the records, then what became of them.

    A group has one author, and no group needs one that comes later.
    """
    ids = Ids(seed, "changes")
    rounds: list[list[tuple[str, list[Change]]]] = []
    for record in records:
        for number, part in enumerate(_parts(to_changes(record, bucket_of, ids))):
            if number == len(rounds):
                rounds.append([])
            rounds[number].append(part)
    group_ids = Ids(seed, "groups")
    for parts in rounds:
        yield from (_named(group, group_ids) for group in _grouped(parts))


def _parts(changes: list[tuple[str, Change]]) -> Iterator[tuple[str, list[Change]]]:
    """Runs of changes by the same author."""
    by, run = changes[0][0], [changes[0][1]]
    for who, change in changes[1:]:
        if who != by:
            yield by, run
            by, run = who, []
        run.append(change)
    yield by, run


def _grouped(parts: Iterable[tuple[str, list[Change]]]) -> Iterator[Group]:
    """Gathers the runs of each author until a group is full or another kind begins."""
    waiting: dict[str, list[Change]] = {}
    kind = ""
    for by, run in parts:
        if run[0].kind != kind:
            yield from (Group(who, tuple(changes)) for who, changes in waiting.items())
            waiting, kind = {}, run[0].kind
        if len(waiting.get(by, ())) + len(run) > MOST_IN_GROUP:
            yield Group(by, tuple(waiting.pop(by)))
        waiting.setdefault(by, []).extend(run)
    yield from (Group(who, tuple(changes)) for who, changes in waiting.items())


def _named(group: Group, ids: Ids) -> Group:
    tx = ids.at(group.changes[-1].at)
    act = ids.at(group.changes[-1].at)
    return Group(group.by, tuple(change._replace(tx=tx, act=act) for change in group.changes))


def final_fields(record: DemoRecord) -> dict[str, Any]:
    """The fields as they stand in the end: the first ones with every later act laid on."""
    kind = KINDS[record.kind]
    fields = clean(record)
    for move in record.moves:
        _lay(fields, move)
        if move.target and kind.machine:
            fields[kind.machine.field] = move.target
    return fields


def _lay(fields: dict[str, Any], move: DemoMove) -> None:
    for path, content in move.sets.items():
        name, _, entry = path.partition("/")
        if entry:
            fields.setdefault(name, {})[entry] = content
        else:
            fields[name] = content

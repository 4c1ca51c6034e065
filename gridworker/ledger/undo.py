"""Taking back what one has done: the act's changes turned round, as a new act."""

from collections.abc import Iterator
from typing import Any

from gridworker.errors import NotAllowed
from gridworker.ledger.edit_changes import Step
from gridworker.ledger.ground import Ground, Saved
from gridworker.ledger.save import apply_steps
from gridworker.records.change import Verb
from gridworker.records.merge import seen_of, seen_of_entry
from gridworker.records.row import Row
from gridworker.storage.outbox import OutboxRow

OVERTAKEN = "这条记录后来又被改过，不能直接撤销。请打开记录修改。"


def undo(ground: Ground, act: str) -> Saved:
    """Take an act of this desk back. Raises ``NotAllowed`` when somebody has built on it since."""
    changes = ground.store.act(act)
    created = {change.record for change in changes if change.verb == Verb.CREATE}
    steps: list[tuple[str, str, Step]] = []
    for change in reversed(changes):
        if change.record in created and change.verb != Verb.CREATE:
            continue
        row = ground.store.get(change.kind, change.record)
        if row is not None:
            steps += [(change.kind, change.record, step) for step in _turned(ground, change, row)]
    return apply_steps(ground, steps)


def _turned(ground: Ground, change: OutboxRow, row: Row) -> Iterator[Step]:
    if row.removed is not None and change.verb != Verb.DEL:
        return
    match change.verb:
        case Verb.CREATE:
            yield Step(Verb.DEL, seen=seen_of(row))
        case Verb.DEL:
            if row.removed is not None:
                yield Step(Verb.RESTORE, parent=row.removed.change)
        case Verb.RESTORE:
            yield Step(Verb.DEL, seen=seen_of(row))
        case Verb.ADD:
            yield Step(Verb.REM, change.path, seen=[change.id])
        case Verb.REM:
            yield from _put_back(change, row)
        case Verb.MOVE:
            yield _moved_back(ground, change, row)
        case _:
            yield from _set_back(change, row)


def _put_back(change: OutboxRow, row: Row) -> Iterator[Step]:
    name = change.path.partition("/")[0]
    if not isinstance(change.before, dict):
        yield Step(Verb.ADD, change.path)
    elif row.value(change.path) is None:
        gone = row.writers.get("-" + change.path)
        yield Step(Verb.SET, change.path, change.before, gone[0] if gone else "")
    elif name:
        return


def _moved_back(ground: Ground, change: OutboxRow, row: Row) -> Step:
    machine = ground.kind(change.kind).machine
    assert machine is not None
    source, target = str(change.value["to"]), str(change.value["from"])
    if row.fields.get(machine.field) != source or machine.move(source, target) is None:
        raise NotAllowed(f"“{machine.states.get(source, source)}”之后不能退回上一步，请按规定步骤办理。")
    return Step(Verb.MOVE, machine.field, {"from": source, "to": target}, row.writer(machine.field).change)


def _set_back(change: OutboxRow, row: Row) -> Iterator[Step]:
    now: Any = row.value(change.path)
    if now == change.before:
        return
    if now != change.value:
        raise NotAllowed(OVERTAKEN, field=change.path)
    if change.before is None and change.path.count("/") == 1:
        yield Step(Verb.REM, change.path, seen=seen_of_entry(row, change.path))
    else:
        yield Step(Verb.SET, change.path, change.before, row.writer(change.path).change)

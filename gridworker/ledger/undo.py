"""Undoing an act: the same edits backwards, as a new act; what others wrote since is never overwritten."""

from collections.abc import Iterator

from gridworker.errors import NotAllowed, NotFound
from gridworker.ledger.edit_changes import NOTHING, Step
from gridworker.ledger.ground import Changed, Ground, Saved
from gridworker.ledger.save import apply_steps
from gridworker.records import texts
from gridworker.records.change import Verb
from gridworker.records.fields import Merge
from gridworker.records.kind import Kind
from gridworker.records.merge import seen_of_entry
from gridworker.records.row import Row
from gridworker.storage.own_changes import OutboxRow

OVERTAKEN = "之后又有修改，不能撤销。请打开记录，改成需要的内容。"
GIVEN_UP = ("attention", "discarded")


def undo(ground: Ground, act: str) -> Saved:
    """Take back an act of this desk. Raises ``NotAllowed`` when somebody wrote over it since, or it cannot be."""
    changes = ground.store.act(act)
    if not changes:
        raise NotFound(f"act {act}")
    for change in changes:
        kind = ground.kind(change.kind)
        if kind.append_only:
            raise NotAllowed(f"{kind.title}写好后不能撤销，只能另记一条。")
    steps: list[tuple[str, str, Step]] = []
    undone: set[str] = set()
    for change in reversed(changes):
        if change.state in GIVEN_UP or change.record in undone:
            continue
        row = ground.store.get(change.kind, change.record)
        if row is None:
            raise NotAllowed("这条记录已不在您的范围内，不能撤销。")
        if change.verb != Verb.CREATE and any(
            each.verb == Verb.CREATE and each.record == change.record for each in changes
        ):
            continue
        kind = ground.kind(change.kind)
        back = _home(ground, row, change) if kind.moves and change.path == kind.home_field else None
        inverse = _inverse(kind, row, change) if back is None else back
        steps += [(change.kind, change.record, step) for step in inverse]
        if change.verb == Verb.CREATE:
            undone.add(change.record)
    return apply_steps(ground, steps) if steps else Saved("", Changed(), "")


def _home(ground: Ground, row: Row, change: OutboxRow) -> Iterator[Step]:
    """A move that was not carried out yet is not laid on the row: what waits tells whether it is the last word."""
    waiting = ground.store.bound_for(change.kind, change.record)
    last = waiting.id if waiting is not None else row.writer(change.path).change
    if last != change.id:
        raise NotAllowed(OVERTAKEN)
    yield Step(Verb.SET, change.path, change.before, change.id)


def _inverse(kind: Kind, row: Row, change: OutboxRow) -> Iterator[Step]:
    match change.verb:
        case Verb.CREATE | Verb.RESTORE:
            yield from _remove(row)
        case Verb.DEL:
            yield from _restore(row, change)
        case Verb.MOVE:
            yield from _move_back(kind, row, change)
        case Verb.ADD:
            yield from _take_out(row, change)
        case Verb.REM:
            yield from _put_back(row, change)
        case Verb.SET:
            yield from _set_back(kind, row, change)


def _remove(row: Row) -> Iterator[Step]:
    if row.removed is None:
        yield Step(Verb.DEL)


def _restore(row: Row, change: OutboxRow) -> Iterator[Step]:
    if row.removed is not None:
        if row.removed.change != change.id:
            raise NotAllowed(OVERTAKEN)
        yield Step(Verb.RESTORE, parent=change.id)


def _move_back(kind: Kind, row: Row, change: OutboxRow) -> Iterator[Step]:
    machine = kind.machine
    assert machine is not None, "only a kind with a machine is moved"
    source, target = change.value["from"], change.value["to"]
    if row.writer(machine.field).change != change.id:
        raise NotAllowed(OVERTAKEN)
    if machine.move(target, source) is None:
        raise NotAllowed(machine.why_not(target, source, "", {}))
    yield Step(Verb.MOVE, machine.field, {"from": target, "to": source}, change.id)


def _take_out(row: Row, change: OutboxRow) -> Iterator[Step]:
    if change.before is None and any(stamp.change == change.id for stamp in row.adds(change.path)):
        yield Step(Verb.REM, change.path, seen=[change.id])


def _put_back(row: Row, change: OutboxRow) -> Iterator[Step]:
    if change.before is None:
        return
    if isinstance(change.before, dict):
        taken_out = row.writers.get("-" + change.path)
        if taken_out is None or taken_out[0] != change.id:
            raise NotAllowed(OVERTAKEN)
        yield Step(Verb.SET, change.path, change.before, change.id, seen={})
    elif row.value(change.path) is None:
        yield Step(Verb.ADD, change.path)


def _set_back(kind: Kind, row: Row, change: OutboxRow) -> Iterator[Step]:
    is_entry = change.path.count("/") == 1
    if row.writer(change.path).change != change.id:
        yield from _own_sentences_back(kind, row, change)
        return
    if is_entry and change.before is None:
        if row.value(change.path) is not None:
            yield Step(Verb.REM, change.path, seen=seen_of_entry(row, change.path))
        return
    seen = seen_of_entry(row, change.path) if is_entry else None
    before = None if change.before in NOTHING else change.before
    yield Step(Verb.SET, change.path, before, change.id, seen)


def _own_sentences_back(kind: Kind, row: Row, change: OutboxRow) -> Iterator[Step]:
    """In a long text that others wrote in as well, their sentences stay."""
    field = kind.field(change.path)
    now = row.value(change.path) or ""
    is_text = field is not None and field.merge is Merge.TEXT
    left = texts.merged(change.value or "", now, change.before or "") if is_text else None
    if field is None or left is None:
        raise NotAllowed(OVERTAKEN)
    if left != now:
        yield Step(Verb.SET, change.path, field.clean(left), row.writer(change.path).change)

"""Saving: what a person filled in becomes one act, checked, written and queued for the centre at once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gridworker.errors import NotAccepted, NotAllowed, NotFound
from gridworker.ledger import twins
from gridworker.ledger.edit_changes import Step, as_entries, steps_of
from gridworker.ledger.first_fields import filled
from gridworker.ledger.ground import Changed, Edit, Ground, MoveTo, NewRecord, Saved
from gridworker.protocol import MOST_IN_GROUP
from gridworker.records import rights
from gridworker.records.change import Change, Verb
from gridworker.records.fields import Ref
from gridworker.records.kind import Kind
from gridworker.records.merge import lay, seen_of
from gridworker.records.references import BELONGING, belonging
from gridworker.records.row import Row
from gridworker.records.several import Entries
from gridworker.records.wrong import Wrong

MOVED_BY_ITSELF = "网格不能这样修改。这一户搬走了，请用“迁到别的网格…”。"
OUT_OF_SCOPE = "这条记录不在您的范围内，请核对网格；确实由您负责的，请联系管理员分配。"


@dataclass(slots=True)
class _Act:
    """The changes of one act while they are put together; rows as they will be shown."""

    ground: Ground
    act: str
    at: int
    changes: list[Change] = field(default_factory=list)
    rows: dict[str, Row] = field(default_factory=dict)

    def row(self, kind: str, record: str) -> Row:
        """The live row, with what this act has done to it so far. Raises ``NotFound``."""
        row = self.rows.get(record) or self.ground.store.get(kind, record)
        if row is None:
            raise NotFound(f"{kind} {record}")
        return row

    def add(self, kind: Kind, record: str, bucket: str, step: Step) -> None:
        """One more change, if this person may make it. Who removes a record sees it as it is shown then."""
        before = self.rows.get(record)
        if before is None and step.verb is not Verb.CREATE:
            before = self.ground.store.get(kind.name, record)
        seen = seen_whole(self.ground, before) if step.verb is Verb.DEL and before is not None else step.seen
        change = Change(
            id=self.ground.new_id(),
            verb=step.verb,
            kind=kind.name,
            record=record,
            bucket=bucket,
            hlc=0,
            at=self.at,
            path=step.path,
            value=kind.a_persons(step.path, step.value),
            parent=step.parent,
            seen=seen,
            base=step.base,
            tx=self.act,
            act=self.act,
        )
        if reason := rights.why_not(kind, before, change, self.ground.author):
            raise NotAllowed(reason, field=step.path)
        self.changes.append(change)
        self.rows[record] = lay(kind, before, change, self.ground.me.person)


def save(
    ground: Ground,
    kind: str,
    fields: Mapping[str, Any],
    record: str | None = None,
    *,
    seen: Row | None = None,
    draft: str | None = None,
) -> Saved:
    """Make a record, or edit the one with the id ``record``.

    Raises ``NotAccepted`` with the field, ``NotAllowed``, ``NotFound``.
    """
    part = NewRecord(kind, fields) if record is None else Edit(kind, record, fields, seen)
    return together(ground, [part], draft=draft)


def together(ground: Ground, parts: Sequence[NewRecord | Edit | MoveTo], *, draft: str | None = None) -> Saved:
    """Several records in one act: all of it is saved here and taken by the centre, or nothing."""
    act = _Act(ground, ground.new_id(), ground.clock())
    ids = []
    for part in parts:
        try:
            ids.append(_add_part(act, part))
        except Wrong as wrong:
            raise NotAccepted(wrong.reason, field=wrong.field) from None
    return keep(act.ground, act.act, act.changes, ids, drafts=[draft] if draft else [])


def repair(ground: Ground, tx: str, record: str, fields: Mapping[str, Any]) -> Saved:
    """A refused group once more, with other first fields of the record that it makes; the refused one is given up.

    ``fields``: what a form holds now, None for what was emptied. Raises ``NotAccepted``, ``NotAllowed``, ``NotFound``.
    """
    act = _Act(ground, ground.new_id(), ground.clock())
    group = ground.new_id()
    for change in ground.store.refused(tx):
        if change.record == record and change.verb is Verb.CREATE:
            first = {name: value for name, value in {**change.value, **fields}.items() if value is not None}
            try:
                _add_new(act, NewRecord(change.kind, first, record))
            except Wrong as wrong:
                raise NotAccepted(wrong.reason, field=wrong.field) from None
        else:
            act.changes.append(change._replace(id=ground.new_id(), act=act.act, n=0, hlc=0))
    if record not in act.rows:
        raise NotFound(f"refused {record}")
    changes = [change._replace(tx=group) for change in act.changes]
    ground.store.replace_refused(tx, changes, by=ground.me.person, now=ground.clock())
    return Saved(record, Changed(frozenset(change.kind for change in changes)), act.act, (record,))


def remove(ground: Ground, kind: str, record: str) -> Saved:
    """Take a record out. It can be brought back, and comes back when somebody has edited it meanwhile."""
    act = _Act(ground, ground.new_id(), ground.clock())
    row = _live(act, kind, record)
    act.add(ground.kind(kind), record, row.bucket, Step(Verb.DEL))
    return keep(ground, act.act, act.changes, [record])


def restore(ground: Ground, kind: str, record: str) -> Saved:
    """Bring a removed record back."""
    act = _Act(ground, ground.new_id(), ground.clock())
    row = act.row(kind, record)
    if row.removed is not None:
        for step in (Step(Verb.RESTORE, parent=row.removed.change), *twins.come_back(ground, ground.kind(kind), row)):
            act.add(ground.kind(kind), record, row.bucket, step)
    return keep(ground, act.act, act.changes, [record])


def apply_steps(ground: Ground, steps: Iterable[tuple[str, str, Step]]) -> Saved:
    """Single steps, as (kind, record, step), in one act: undoing and settling are made of them."""
    act = _Act(ground, ground.new_id(), ground.clock())
    ids = []
    for kind, record, step in steps:
        act.add(ground.kind(kind), record, act.row(kind, record).bucket, step)
        ids.append(record)
    return keep(ground, act.act, act.changes, ids)


def keep(ground: Ground, act: str, changes: Sequence[Change], ids: Sequence[str], drafts: Sequence[str] = ()) -> Saved:
    """Write an act. One that is longer than a group may be is sent as several, and stays one act;
    the first group goes by its name, which saves every short act a name of its own on the line."""
    grouped: list[Change] = []
    for start in range(0, len(changes), MOST_IN_GROUP):
        part = changes[start : start + MOST_IN_GROUP]
        if start:
            tx = ground.new_id()
            part = [change._replace(tx=tx) for change in part]
        grouped += part
    if grouped or drafts:
        ground.store.keep(grouped, by=ground.me.person, drop_drafts=drafts)
    kinds = frozenset(change.kind for change in changes)
    distinct = tuple(dict.fromkeys(ids))
    return Saved(distinct[0] if distinct else "", Changed(kinds), act if changes else "", distinct)


def seen_whole(ground: Ground, row: Row) -> dict[str, Any]:
    """What somebody sees who removes the row: all that was written of it, and what belongs to it."""
    seen = seen_of(row)
    for kind, pointer in belonging(ground.store.kinds, row.kind):
        found = ground.store.find(kind.name, ((pointer.name, "=", row.id),))
        seen[BELONGING] = sorted([*seen.get(BELONGING, ()), *(each["id"] for each in found)])
    return seen


def _add_part(act: _Act, part: NewRecord | Edit | MoveTo) -> str:
    if isinstance(part, NewRecord):
        return _add_new(act, part)
    if isinstance(part, Edit):
        row = _live(act, part.kind, part.record)
        _add_edit(act, part.kind, row, part.seen or row, part.fields)
        return part.record
    return _add_move(act, part)


def _add_new(act: _Act, part: NewRecord) -> str:
    ground, kind = act.ground, act.ground.kind(part.kind)
    given = {
        name: as_entries(value, ground.new_id) if isinstance(kind.by_name.get(name), Entries) else value
        for name, value in part.fields.items()
    }
    fields = kind.clean(filled(ground, kind.name, given, act.rows))
    if kind.machine is not None and fields.get(kind.machine.field) != kind.machine.initial:
        raise NotAllowed(f"新建的{kind.title}只能从“{kind.machine.states[kind.machine.initial]}”开始。")
    bucket = _beside(act, kind, fields) or ground.store.bucket_for(kind.home, str(fields.get(kind.home_field, "")))
    if bucket is None:
        raise NotAllowed(OUT_OF_SCOPE, field=kind.home_field)
    record = part.record or ground.new_id()
    act.add(kind, record, bucket, Step(Verb.CREATE, value=fields))
    return record


def _beside(act: _Act, kind: Kind, fields: Mapping[str, Any]) -> str:
    """The bucket in which the record lies beside which this one is to lie: it may be one for named people."""
    leader, field = fields.get(kind.lies_with), kind.by_name.get(kind.lies_with)
    kinds = field.to if leader is not None and isinstance(field, Ref) else ()
    rows = (act.rows.get(str(leader)) or act.ground.store.get(name, str(leader)) for name in kinds)
    return next((row.bucket for row in rows if row is not None), "")


def _add_edit(act: _Act, kind_name: str, row: Row, seen: Row, fields: Mapping[str, Any]) -> None:
    kind = act.ground.kind(kind_name)
    before = _broken_rules(kind, row.fields)
    for step in steps_of(kind, seen, row, fields, act.ground.new_id):
        if kind.moves and step.path == kind.home_field:
            raise NotAllowed(MOVED_BY_ITSELF, field=step.path)
        act.add(kind, row.id, row.bucket, step)
    after = act.rows.get(row.id, row)
    if new := [reason for reason in _broken_rules(kind, after.fields) if reason not in before]:
        raise NotAccepted(new[0])


def _add_move(act: _Act, part: MoveTo) -> str:
    kind = act.ground.kind(part.kind)
    machine = kind.machine
    row = _live(act, part.kind, part.record)
    if machine is None:
        raise NotAllowed(f"{kind.title}没有办理步骤。")
    _add_edit(act, part.kind, row, part.seen or row, part.fields)
    row = act.rows.get(part.record, row)
    source = str(row.fields.get(machine.field, machine.initial))
    move = machine.move(source, part.target)
    if reason := machine.why_not(source, part.target, act.ground.me.role, row.fields):
        raise NotAllowed(reason, field=machine.field)
    missing = [name for name in (move.needs if move else ()) if row.fields.get(name) is None]
    if move is not None and missing:
        titles = "、".join(kind.by_name[name].title for name in missing)
        raise NotAccepted(f"办理“{move.title}”前，请先填写{titles}。", field=missing[0])
    value = {"from": source, "to": part.target}
    parent = (part.seen or row).writer(machine.field).change
    act.add(kind, part.record, row.bucket, Step(Verb.MOVE, machine.field, value, parent))
    return part.record


def live(ground: Ground, kind: str, record: str) -> Row:
    """The record as it is shown. Raises ``NotFound``, and ``NotAllowed`` when it was removed."""
    return _live(_Act(ground, "", 0), kind, record)


def _live(act: _Act, kind: str, record: str) -> Row:
    row = act.row(kind, record)
    if row.removed is not None:
        raise NotAllowed("这条记录已被移除，请先恢复再修改。")
    return row


def _broken_rules(kind: Kind, fields: Mapping[str, Any]) -> list[str]:
    return [reason for rule in kind.rules if (reason := rule(fields))]

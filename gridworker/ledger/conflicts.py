"""需要核对: what two people wrote without seeing each other, side by side, and how one of them decides."""

import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from gridworker.errors import NotAccepted, NotAllowed, NotFound
from gridworker.ledger import twins
from gridworker.ledger.concerns import came_up_at, for_me
from gridworker.ledger.edit_changes import Step
from gridworker.ledger.ground import Ground, Saved
from gridworker.ledger.save import apply_steps
from gridworker.ledger.twins import Act
from gridworker.records import texts
from gridworker.records.change import Verb
from gridworker.records.fields import Ref, Text
from gridworker.records.kind import Kind
from gridworker.records.merge import ClashType, seen_of_entry
from gridworker.records.row import Row
from gridworker.records.several import Entries
from gridworker.records.wrong import Wrong

Keep = Literal["shown", "all"] | int | str
"""What is taken: what is shown, all texts, or the number of another version."""
SHOWN: Keep = "shown"
ALL: Keep = "all"


@dataclass(frozen=True)
class Version:
    """One of the versions that stand against each other."""

    n: int
    """0 for the one that is shown; the others from 1."""
    value: Any
    """None for a removal; ``{"add": tag}`` or ``{"rem": tag}`` for a tag."""
    by: str
    """Id of the person."""
    at: int
    """ms UTC."""


@dataclass(frozen=True)
class Conflict:
    """One thing to be checked."""

    id: str
    type: ClashType
    kind: str
    record: str
    field: str
    """Path inside the record; "" for the record as a whole."""
    field_title: str
    title: str
    """The line by which a person knows the record; "" when it is not here."""
    base: Any
    """What both had before their eyes, where that is known."""
    shown: Version
    others: tuple[Version, ...]
    state: str
    by: str
    """Who settled it; "" while it is open."""
    made: int
    """When it came up, ms UTC."""
    elsewhere: tuple[str, ...] = ()
    """The kinds of which this person may choose another record to point at; () where that is none of the ways out."""


def conflicts(ground: Ground, state: str | None = "open", record: str | None = None) -> list[Conflict]:
    """What this person is to check, the oldest first; all of one ``record``; ``state`` None: all, settled ones too."""
    where: list[tuple[str, str, Any]] = [] if state is None else [("state", "=", state)]
    if record is not None:
        where.append(("record", "=", record))
    found = ground.store.find("conflict", where, ("_made",))
    asked = found if record is not None or state is None else for_me(ground, found)
    return [_conflict(ground, fields) for fields in asked]


def open_conflicts(ground: Ground) -> list[dict[str, Any]]:
    """The records of what waits for this person's decision, oldest first."""
    return for_me(ground, ground.store.find("conflict", [("state", "=", "open")], ("_made",)))


def conflict(ground: Ground, conflict_id: str) -> Conflict:
    """One of them. Raises ``NotFound``."""
    fields = ground.store.fields("conflict", conflict_id)
    if fields is None:
        raise NotFound(f"conflict {conflict_id}")
    return _conflict(ground, {**fields, "id": conflict_id})


def settle(ground: Ground, conflict_id: str, keep: Keep = SHOWN, value: Any = None) -> Saved:
    """Decide: keep what is shown, take version ``keep`` (from 1), keep all texts, or write ``value`` instead.

    One act: the value, and the end of the conflict; ``undo`` opens it again. Raises ``NotAllowed`` when it is
    settled already, or the decision is none for this sort of value.
    """
    here = conflict(ground, conflict_id)
    if here.state != "open":
        raise NotAllowed("这一条已经核对过了。")
    try:
        acts, end = _decided(ground, here, keep, value)
    except Wrong as wrong:
        raise NotAccepted(wrong.reason, field=wrong.field) from None
    return apply_steps(ground, [*acts, *_end(ground, here, end)])


def _decided(ground: Ground, here: Conflict, keep: Keep, value: Any) -> tuple[list[Act], str]:
    """What is done to the records, and the state in which the conflict ends."""
    if here.type is ClashType.ORPHAN and value is not None:
        return _on_record(here, _point(ground, here, value)), "swapped"
    if value is not None:
        return _on_record(here, _write(ground, here, value)), "merged"
    if keep == SHOWN:
        return [], "kept"
    if keep == ALL:
        return _on_record(here, _write(ground, here, _all_texts(ground, here))), "merged"
    if here.type is ClashType.DUPLICATE:
        return _made_one(ground, here, keep), "merged"
    version = _version(here, keep)
    if here.type is ClashType.ORPHAN:
        return [_target_back(ground, here)], "swapped"
    return _on_record(here, _take(ground, here, version)), "swapped"


def _on_record(here: Conflict, steps: Iterator[Step]) -> list[Act]:
    return [(here.kind, here.record, step) for step in steps]


def _made_one(ground: Ground, here: Conflict, keep: Keep) -> list[Act]:
    """1: the other record is merged into this one; 2: this one into the other."""
    other = here.others[0].value
    ways = {"1": (other, here.record), "2": (here.record, other)}
    if str(keep) not in ways:
        raise NotFound(f"version {keep} of conflict {here.id}", advice="没有这个选择，请重新选择。")
    return list(twins.made_one(ground, here.kind, *ways[str(keep)]))


def _target_back(ground: Ground, here: Conflict) -> Act:
    """The record that this one points at comes back."""
    field, target = ground.kind(here.kind).field(here.field), _row(ground, here).value(here.field)
    found = [ground.store.get(kind, target) for kind in (field.to if isinstance(field, Ref) and target else ())]
    row = next((each for each in found if each is not None), None)
    if row is None:
        raise NotAllowed("所指的记录不在您的范围内。可以改成另一条，或者就这样留着。")
    if row.removed is None:
        raise NotAllowed("所指的记录已经恢复了，选“就这样留着”即可。")
    return row.kind, row.id, Step(Verb.RESTORE, parent=row.removed.change)


def _point(ground: Ground, here: Conflict, target: Any) -> Iterator[Step]:
    """The record points at another one, which is here and of a kind that the field allows; the name beside it in an
    entry is that one's."""
    if not here.elsewhere:
        raise NotAllowed("这一项不能改成另一条。可以恢复那一条，或者就这样留着。")
    beside = f"{here.field.rpartition('/')[0]}/name" if here.field.count("/") == 2 else ""
    found = next((fields for kind in here.elsewhere if (fields := ground.store.fields(kind, str(target)))), None)
    if found is None:
        raise Wrong("请从列表里选择一条。", here.field)
    yield from _write(ground, here, target)
    kind = ground.kind(here.kind)
    if here.field.endswith("/record") and kind.field(beside) is not None:
        name = next(ground.kind(each).title_of(found) for each in here.elsewhere if ground.store.get(each, target))
        yield Step(Verb.SET, beside, kind.clean_field(beside, name), _row(ground, here).writer(beside).change)


def _elsewhere(ground: Ground, kind: Kind, row: Row, path: str) -> tuple[str, ...]:
    """An entry that says itself of what kind its record is stays of that kind."""
    field, role = kind.field(path), ground.me.role
    if not isinstance(field, Ref) or not kind.may("edit", role, path) or row.removed is not None:
        return ()
    if kind.rights.author_only and row.author != ground.me.person:
        return ()
    said = row.value(f"{path.rpartition('/')[0]}/kind") if path.count("/") == 2 else None
    known = tuple(each for each in field.to if each in ground.store.kinds)
    return tuple(each for each in known if each == said) if said in field.to else known


def _conflict(ground: Ground, fields: dict[str, Any]) -> Conflict:
    name, record, path = fields["record_kind"], fields["record"], fields.get("field", "")
    kind = ground.store.kinds.get(name)
    row = ground.store.get(name, record) if kind is not None else None
    others = sorted(fields.get("others", {}).items())
    return Conflict(
        id=fields["id"],
        type=_type(fields["type"]),
        kind=name,
        record=record,
        field=path,
        field_title=_field_title(kind, row, path),
        title=kind.title_of(row.fields) if kind is not None and row is not None else "",
        base=fields.get("base"),
        shown=_as_version(0, fields, "shown_"),
        others=tuple(_as_version(n, other, "") for n, (_, other) in enumerate(others, 1)),
        state=fields.get("state", "open"),
        by=fields.get("settled_by", ""),
        made=came_up_at(ground, fields["id"]),
        elsewhere=_elsewhere(ground, kind, row, path) if kind and row and fields["type"] == ClashType.ORPHAN else (),
    )


def _type(name: str) -> ClashType:
    """A sort of conflict that only a later version knows is shown as the plainest."""
    return ClashType(name) if name in set(ClashType) else ClashType.FIELD


def _field_title(kind: Kind | None, row: Row | None, path: str) -> str:
    """``当事人 · 马小燕 · 联系电话``."""
    if kind is None or not path:
        return "" if kind is None else kind.title
    top, inner = kind.by_name.get(path.partition("/")[0]), kind.field(path)
    titles = [each.title for each in (top, inner) if each is not None]
    if isinstance(top, Entries) and row is not None and path.count("/") == 2:
        titles.insert(1, _entry_title(top, row, path.rpartition("/")[0]))
    return " · ".join(filter(None, dict.fromkeys(titles))) or path


def _entry_title(top: Entries, row: Row, path: str) -> str:
    """By what a person knows an entry of a list, also one that was taken out: its first words."""
    content = row.value(path) or row.taken_out(path) or {}
    named = (content.get(each.name) for each in top.fields if isinstance(each, Text) and not each.lines)
    return next((str(words) for words in named if words), "")


def _as_version(n: int, fields: dict[str, Any], prefix: str) -> Version:
    return Version(n, fields.get(f"{prefix}value"), fields.get(f"{prefix}by", ""), fields.get(f"{prefix}at", 0))


def _version(here: Conflict, n: object) -> Version:
    found = next((other for other in here.others if str(other.n) == str(n)), None)
    if found is None:
        raise NotFound(f"version {n} of conflict {here.id}", advice="没有这个版本，请重新选择。")
    return found


def _row(ground: Ground, here: Conflict) -> Row:
    row = ground.store.get(here.kind, here.record)
    if row is None:
        raise NotFound(f"{here.kind} {here.record}")
    return row


def _take(ground: Ground, here: Conflict, version: Version) -> Iterator[Step]:
    """What makes the losing version the one that is shown."""
    match here.type:
        case ClashType.FIELD | ClashType.TEXT:
            yield from _write(ground, here, version.value)
        case ClashType.MOVE:
            yield _move(ground, here, version.value)
        case ClashType.DEL_VS_EDIT:
            row = _row(ground, here)
            whole = not here.field
            yield (Step(Verb.DEL) if whole else Step(Verb.REM, here.field, seen=seen_of_entry(row, here.field)))
        case ClashType.EDIT_ON_DELETED:
            yield from _bring_back(ground, here, version.value)


def _write(ground: Ground, here: Conflict, value: Any) -> Iterator[Step]:
    """The value at the conflict's place, by somebody who has seen what stands there."""
    if here.type is ClashType.MOVE:
        yield _move(ground, here, value)
        return
    if here.type in (ClashType.DEL_VS_EDIT, ClashType.EDIT_ON_DELETED):
        yield from _bring_back(ground, here, value)
        return
    row = _row(ground, here)
    checked = ground.kind(here.kind).clean_field(here.field, value) if value is not None else None
    is_entry = here.field.count("/") == 1
    seen = seen_of_entry(row, here.field) if is_entry else None
    yield Step(Verb.SET, here.field, checked, _seen_writer(ground, here, row), seen)


def _seen_writer(ground: Ground, here: Conflict, row: Row) -> str:
    """The change that wrote what is shown. A conflict may come before its record, where what lost lies still, or what
    was there before both: then what is shown stands in the conflict alone."""
    stamp, fields = row.writer(here.field), ground.store.fields("conflict", here.id) or {}
    lost = {other.get("change") for other in fields.get("others", {}).values()}
    is_first = stamp.change in lost or stamp.at < here.shown.at
    return str(fields.get("shown_change") or stamp.change) if is_first else stamp.change


def _move(ground: Ground, here: Conflict, target: Any) -> Step:
    machine, row = ground.kind(here.kind).machine, _row(ground, here)
    assert machine is not None, "only a kind with a machine is moved"
    source = str(row.fields.get(machine.field))
    if reason := machine.why_not(source, str(target), ground.me.role, row.fields):
        raise NotAllowed(reason)
    return Step(Verb.MOVE, machine.field, {"from": source, "to": target}, row.writer(machine.field).change)


def _bring_back(ground: Ground, here: Conflict, value: Any) -> Iterator[Step]:
    """The removed record comes back, and with it what was written on it."""
    row = _row(ground, here)
    if row.removed is not None:
        yield Step(Verb.RESTORE, parent=row.removed.change)
    if not here.field:
        return
    if isinstance(value, dict) and set(value) == {"add"}:
        yield Step(Verb.ADD, f"{here.field.partition('/')[0]}/{value['add']}")
    elif isinstance(value, dict) and set(value) == {"rem"}:
        path = f"{here.field.partition('/')[0]}/{value['rem']}"
        is_entry = isinstance(ground.kind(here.kind).field(here.field.partition("/")[0]), Entries)
        seen = seen_of_entry(row, path) if is_entry else [stamp.change for stamp in row.adds(path)]
        if row.value(path) is not None:
            yield Step(Verb.REM, path, seen=seen)
    else:
        yield (
            _entry_back(ground, here, row, value)
            if "/" in here.field
            else Step(Verb.SET, here.field, value, row.writer(here.field).change)
        )


def _entry_back(ground: Ground, here: Conflict, row: Row, value: Any) -> Step:
    """An entry that was taken out comes back under its own id as it was, with what was written in it, by somebody
    who knows that it was taken out."""
    entry = "/".join(here.field.split("/")[:2])
    gone = row.writers.get("-" + entry)
    if gone is None:
        return Step(Verb.SET, here.field, value, row.writer(here.field).change)
    if entry != here.field:
        whole = row.taken_out(entry)
        if whole is None:
            raise NotAllowed("这一条已从名单里移除，请在名单里重新添加，再保留现值。")
        value = {**whole, here.field.rpartition("/")[2]: value}
    kind = ground.kind(here.kind)
    return Step(Verb.SET, entry, kind.a_persons(entry, kind.clean_field(entry, value)), gone[0], seen={})


def _all_texts(ground: Ground, here: Conflict) -> str:
    field = ground.kind(here.kind).field(here.field)
    versions = [version.value or "" for version in (here.shown, *here.others)]
    if not isinstance(field, Text) or not all(isinstance(text, str) for text in versions):
        raise NotAllowed("只有文字内容可以两份都留，请选择其中一份，或填写正确的内容。")
    return joint_text(field, here.base, versions)


def joint_text(field: Text, base: Any, versions: Sequence[str]) -> str:
    """All versions of a text in one: whole texts one after the other, or, where it is known what all were looking
    at, only the sentences that each wrote anew."""
    if not field.lines:
        return "；".join(dict.fromkeys(filter(None, versions)))
    if not isinstance(base, str):
        return "\n".join(dict.fromkeys(filter(None, versions)))
    return functools.reduce(functools.partial(texts.joint, base), dict.fromkeys(versions))


def _end(ground: Ground, here: Conflict, end: str) -> Iterator[tuple[str, str, Step]]:
    row = ground.store.get("conflict", here.id)
    assert row is not None, "it was read a moment ago"
    state = row.writer("state").change
    seen = sorted(version["change"] for version in row.fields.get("others", {}).values() if version.get("change"))
    yield "conflict", here.id, Step(Verb.MOVE, "state", {"from": "open", "to": end}, state, seen)
    by = Step(Verb.SET, "settled_by", ground.me.person, row.writer("settled_by").change)
    yield "conflict", here.id, by

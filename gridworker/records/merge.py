"""How one change meets one row: pure, and the same for the centre, the desk's replay and any simulation."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from gridworker.records import texts
from gridworker.records.change import Change, Verb, derived_id
from gridworker.records.fields import Merge
from gridworker.records.kind import Kind
from gridworker.records.row import CREATED, Row, Stamp
from gridworker.records.several import Entries
from gridworker.records.wrong import Wrong


class ClashType(StrEnum):
    """Why something needs a person's eye."""

    FIELD = "field"
    TEXT = "text"
    MOVE = "move"
    DEL_VS_EDIT = "del_vs_edit"
    EDIT_ON_DELETED = "edit_on_deleted"
    ORPHAN = "orphan"
    DUPLICATE = "duplicate"


CLASH_TITLES = {
    ClashType.FIELD: "两人都改了同一项",
    ClashType.TEXT: "两人改了同一句话",
    ClashType.MOVE: "两人都办理了同一件事",
    ClashType.DEL_VS_EDIT: "一人移除，另一人还在修改",
    ClashType.EDIT_ON_DELETED: "修改时记录已被移除",
    ClashType.ORPHAN: "所指的记录已被移除",
    ClashType.DUPLICATE: "可能是同一份档案",
}


@dataclass(frozen=True, slots=True)
class Version:
    """A value and who wrote it."""

    value: Any
    by: str
    hlc: int
    change: str

    def to_fields(self) -> dict[str, Any]:
        """As an entry of a conflict record keeps it."""
        return {"value": self.value, "by": self.by, "at": self.hlc >> 16, "change": self.change}


@dataclass(frozen=True, slots=True)
class Clash:
    """A value that lost against another, neither of the two persons having seen the other's."""

    type: ClashType
    path: str
    shown: Version
    other: Version
    base: str = ""
    """The change whose value the loser's author was looking at."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a change: the new row (None: untouched), and the loser, if any."""

    row: Row | None
    clash: Clash | None = None
    made: Change | None = None
    """What was made of the texts of two people, as a change of its own that whoever reads the row has seen."""


class Refused(Exception):
    """The change can never be applied as it is. ``code`` is for machines, ``reason`` Chinese for people."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(code)
        self.code = code
        self.reason = reason


def apply(kind: Kind, row: Row | None, change: Change, by: str) -> Outcome:
    """The centre's rule for one change. ``row`` is not modified. Raises ``Refused``."""
    if change.verb is Verb.CREATE:
        if row is not None:
            raise Refused("exists", "这条记录已经存在。")
        return Outcome(lay(kind, None, change, by))
    if row is None:
        raise Refused("unknown_record", "所改的记录还没有到中心。")
    if change.verb in (Verb.RESTORE, Verb.HOME):
        is_moot = change.verb is Verb.RESTORE and row.removed is None
        return Outcome(None if is_moot else lay(kind, row, change, by))
    if row.removed is not None and not kind.is_centres(change.path):
        return Outcome(None, _edit_on_deleted(row, change, by))
    match change.verb:
        case Verb.SET:
            return _set(kind, row, change, by)
        case Verb.MOVE:
            return _move(kind, row, change, by)
        case Verb.ADD:
            _refuse_unless(row, change, list)
            return Outcome(lay(kind, row, change, by))
        case Verb.REM:
            _refuse_unless(row, change, list | dict)
            return _rem(kind, row, change, by)
        case _:
            return _del(kind, row, change, by)


def lay(kind: Kind, row: Row | None, change: Change, by: str) -> Row:
    """The row with the change on it, no questions asked: the desk's replay of what waits, and what
    ``apply`` does once it has decided. ``row`` is not modified."""
    stamp: list[Any] = [change.id, by, change.hlc]
    if change.verb is Verb.CREATE or row is None:
        fields = dict(change.value) if change.verb is Verb.CREATE else {}
        return Row(change.kind, change.record, change.bucket, 1, change.id, fields, {CREATED: stamp})
    new = row.copy()
    new.ver, new.mark = row.ver + 1, change.id
    match change.verb:
        case Verb.SET:
            _write(new, change, together(kind, row, change), stamp)
        case Verb.MOVE:
            assert kind.machine is not None
            new.fields[kind.machine.field] = change.value["to"]
            new.writers[kind.machine.field] = stamp
        case Verb.ADD:
            _add(new, change.path, stamp)
        case Verb.REM:
            _take(kind, new, change, stamp)
        case Verb.DEL:
            new.removed = Stamp(*stamp)
        case Verb.RESTORE:
            new.removed = None
            new.writers["+"] = stamp
        case Verb.HOME:
            _bring_home(kind, new, change.value, stamp)
        case Verb.CREATE:
            raise AssertionError("a record is made once")
    return new


def together(kind: Kind, row: Row, change: Change) -> Change | None:
    """What the change makes of a long text when another wrote in it unseen: a change that follows from it, with the
    sentences of both. None when nobody did, both wrote one place anew, or it is not known what the author saw.
    """
    if change.verb is not Verb.SET or change.base is None:
        return None
    field = kind.field(change.path)
    if field is None or field.merge is not Merge.TEXT:
        return None
    now = row.value(change.path) or ""
    mine = change.value or ""
    if change.parent == row.writer(change.path).change or now == mine:
        return None
    text = texts.merged(change.base, now, mine)
    try:
        value = None if text is None else field.clean(text)
    except Wrong:  # together they are longer than the field may be
        return None
    if text is None or (value is None and field.required):
        return None
    name = derived_id(change, change.path, value or "")
    return change._replace(id=name, value=value, parent=change.id, base=None)


def is_move(kind: Kind, change: Change) -> bool:
    """Whether the change takes its record to another region."""
    return change.verb is Verb.HOME or (change.verb is Verb.SET and change.path == kind.home_field)


def seen_of(row: Row) -> dict[str, Any]:
    """What somebody sees who looks at the row: the change behind every writer. Goes with DEL."""
    return {path: _changes(stamp) for path, stamp in row.writers.items()}


def seen_of_entry(row: Row, path: str) -> dict[str, Any]:
    """What somebody sees who looks at one entry (``list/entry``). Goes with REM."""
    inner = {p: _changes(s) for p, s in row.writers.items() if p == path or p.startswith(path + "/")}
    return {path: row.writer(path).change, **inner}


def _set(kind: Kind, row: Row, change: Change, by: str) -> Outcome:
    if kind.is_centres(change.path):
        is_there = isinstance(row.value(change.path.rpartition("/")[0]), dict)
        return Outcome(lay(kind, row, change, by) if is_there else None)
    _refuse_where_no_entry_is(row, change)
    if gone := _taken_out(row, change):
        shown = Version(None, gone.by, gone.hlc, gone.change)
        clash = Clash(ClashType.EDIT_ON_DELETED, change.path, shown, _incoming(change, by), change.parent)
        return Outcome(None, clash)
    now, current = row.value(change.path), _unseen_writer(kind, row, change)
    if current is None or now == change.value:
        return Outcome(lay(kind, row, change, by))
    if made := together(kind, row, change):
        return Outcome(lay(kind, row, change, by), made=made)
    standing = Version(now, current.by, current.hlc, current.change)
    coming = _incoming(change, by)
    if _is_guarded(kind, change.path) or (change.hlc, change.id) < (current.hlc, current.change):
        return Outcome(None, Clash(_type_at(kind, change.path), change.path, standing, coming, change.parent))
    clash = Clash(_type_at(kind, change.path), change.path, coming, standing, change.parent)
    return Outcome(lay(kind, row, change, by), clash)


def _type_at(kind: Kind, path: str) -> ClashType:
    field = kind.field(path)
    return ClashType.TEXT if field is not None and field.merge is Merge.TEXT else ClashType.FIELD


def _refuse_where_no_entry_is(row: Row, change: Change) -> None:
    *way, _ = change.path.split("/")
    place: Any = row.fields
    for step in way:
        place = place.get(step)
        if place is None and (len(way) == 1 or "-" + "/".join(way) in row.writers):
            return
        if not isinstance(place, dict):
            code = "unknown_record" if place is None else "wrong_value"
            raise Refused(code, "所改的条目还没有到中心。" if place is None else "这一项不是名单。")


def _taken_out(row: Row, change: Change) -> Stamp | None:
    """Who took out the entry that the change is about; None when it is there, or when it comes back knowingly."""
    entry = "/".join(change.path.split("/")[:2])
    gone = row.writers.get("-" + entry) if "/" in change.path else None
    if gone is None or (entry == change.path and change.parent == gone[0]):
        return None
    return Stamp(*gone[:3])


def _unseen_writer(kind: Kind, row: Row, change: Change) -> Stamp | None:
    """Who wrote last what the author of the change had not seen; None when he had seen all of it."""
    if change.path.count("/") != 1:
        current = row.writer(change.path)
        return None if change.parent == current.change else current
    if row.value(change.path) is None:
        return None
    seen = change.seen if isinstance(change.seen, dict) else {}
    known = {change.path: change.parent, **seen}
    now = seen_of_entry(row, change.path)
    unseen = [path for path, writer in now.items() if known.get(path) != writer and not kind.is_centres(path)]
    return max((row.writer(path) for path in unseen), key=lambda stamp: stamp.hlc) if unseen else None


def _is_guarded(kind: Kind, path: str) -> bool:
    """A whole entry is guarded when any of its fields is. Of two moves to other regions the first stands."""
    field = kind.field(path)
    inner = field.fields if isinstance(field, Entries) and "/" in path else ()
    return field is not None and any(each.merge in (Merge.GUARDED, Merge.HOME) for each in (field, *inner))


def _refuse_unless(row: Row, change: Change, shape: Any) -> None:
    value = row.fields.get(change.path.partition("/")[0])
    if value is not None and not isinstance(value, shape):
        raise Refused("wrong_value", "这一项不是一组标签或名单。")


def _move(kind: Kind, row: Row, change: Change, by: str) -> Outcome:
    machine = kind.machine
    if machine is None or not isinstance(change.value, dict) or set(change.value) != {"from", "to"}:
        raise Refused("wrong_value", "办理步骤的内容不对。")
    now, source, target = row.fields.get(machine.field), change.value["from"], change.value["to"]
    if not isinstance(target, str) or machine.move(str(source), target) is None:
        raise Refused("unlawful_move", machine.why_not(str(source), str(target), "", {}))
    if now == source:
        return Outcome(lay(kind, row, change, by))
    if now == target or (target, now) in machine.commutes:
        return Outcome(None)
    if (now, target) in machine.commutes:
        return Outcome(lay(kind, row, change, by))
    current = row.writer(machine.field)
    standing = Version(now, current.by, current.hlc, current.change)
    coming = Version(target, by, change.hlc, change.id)
    over = machine.move(str(now), target)
    if over is not None and over.wins:
        clash = Clash(ClashType.MOVE, machine.field, coming, standing, change.parent)
        return Outcome(lay(kind, row, change, by), clash)
    return Outcome(None, Clash(ClashType.MOVE, machine.field, standing, coming, change.parent))


def _rem(kind: Kind, row: Row, change: Change, by: str) -> Outcome:
    if not isinstance(row.fields.get(change.path.partition("/")[0]), dict):
        return Outcome(lay(kind, row, change, by))
    if row.value(change.path) is None:
        return Outcome(None)
    now = seen_of_entry(row, change.path)
    seen = change.seen if isinstance(change.seen, dict) else {}
    unseen = [path for path, writer in now.items() if seen.get(path) != writer and not kind.is_centres(path)]
    if not unseen:
        return Outcome(lay(kind, row, change, by))
    latest = max((row.writer(path) for path in unseen), key=lambda stamp: stamp.hlc)
    standing = Version(row.value(change.path), latest.by, latest.hlc, latest.change)
    coming = Version(None, by, change.hlc, change.id)
    return Outcome(None, Clash(ClashType.DEL_VS_EDIT, change.path, standing, coming))


def _del(kind: Kind, row: Row, change: Change, by: str) -> Outcome:
    seen = change.seen if isinstance(change.seen, dict) else {}
    unseen = [p for p, stamp in row.writers.items() if seen.get(p) != _changes(stamp) and not kind.is_centres(p)]
    if not unseen:
        return Outcome(lay(kind, row, change, by))
    stamps = [_latest(row.writers[path]) for path in unseen]
    latest = max(stamps, key=lambda stamp: stamp.hlc)
    standing = Version(None, latest.by, latest.hlc, latest.change)
    return Outcome(None, Clash(ClashType.DEL_VS_EDIT, "", standing, Version(None, by, change.hlc, change.id)))


def _edit_on_deleted(row: Row, change: Change, by: str) -> Clash | None:
    if change.verb is Verb.DEL:
        return None
    assert row.removed is not None
    shown = Version(None, row.removed.by, row.removed.hlc, row.removed.change)
    return Clash(ClashType.EDIT_ON_DELETED, change.path, shown, _incoming(change, by), change.parent)


def _incoming(change: Change, by: str) -> Version:
    value = change.value
    if change.verb is Verb.MOVE and isinstance(value, dict):
        value = value.get("to")
    if change.verb in (Verb.ADD, Verb.REM):
        value = {change.verb.value: change.path.partition("/")[2]}
    return Version(value, by, change.hlc, change.id)


def _forget_entry(row: Row, path: str) -> None:
    """Who wrote its fields once is of no account for an entry that is replaced or gone."""
    for each in [p for p in row.writers if p.lstrip("-") == path or p.startswith(path + "/")]:
        del row.writers[each]


def _write(row: Row, change: Change, made: Change | None, stamp: list[Any]) -> None:
    if change.path.count("/") == 1:
        _forget_entry(row, change.path)
    if made is not None:
        change, stamp = made, [made.id, *stamp[1:]]
        row.ver, row.mark = row.ver + 1, made.id
    _put(row, change.path, change.value)
    row.writers[change.path] = stamp


def _bring_home(kind: Kind, row: Row, region: Any, stamp: list[Any]) -> None:
    """Where the field tells of another day, as a diary's does, it stays; the bucket alone is another one."""
    if kind.moves:
        row.fields[kind.home_field] = region
        row.writers[kind.home_field] = stamp


def _put(row: Row, path: str, value: Any) -> None:
    *way, last = path.split("/")
    place: dict[str, Any] = row.fields
    for step in way:
        place[step] = {**place.get(step, {})}
        place = place[step]
    if value in (None, [], {}):
        place.pop(last, None)
    else:
        place[last] = value


def _add(row: Row, path: str, stamp: list[Any]) -> None:
    name, _, tag = path.partition("/")
    before = [list(each) for each in row.adds(path)]
    row.writers[path] = [*before, stamp]
    row.writers.pop("-" + path, None)
    row.fields[name] = sorted({*row.fields.get(name, ()), tag})


def _take(kind: Kind, row: Row, change: Change, stamp: list[Any]) -> None:
    name, _, rest = change.path.partition("/")
    field = kind.by_name.get(name)
    if field is not None and field.merge is Merge.ENTRIES:
        entries = {**row.fields.get(name, {})}
        content = entries.pop(rest, None)
        if name in row.fields:
            row.fields[name] = entries
        _forget_entry(row, change.path)
        row.writers["-" + change.path] = stamp if content is None else [*stamp, content]
        return
    seen = change.seen if isinstance(change.seen, list) else []
    left = [list(each) for each in row.adds(change.path) if each.change not in seen]
    if left:
        row.writers[change.path] = left
        return
    row.writers.pop(change.path, None)
    row.writers["-" + change.path] = stamp
    tags = [tag for tag in row.fields.get(name, ()) if tag != rest]
    if tags:
        row.fields[name] = tags
    else:
        row.fields.pop(name, None)


def _changes(stamp: Any) -> Any:
    """The change (or, for a tag, the sorted changes) behind a writer."""
    return sorted(each[0] for each in stamp) if stamp and isinstance(stamp[0], list) else stamp[0]


def _latest(stamp: Any) -> Stamp:
    if stamp and isinstance(stamp[0], list):
        return Stamp(*max(stamp, key=lambda each: int(each[2])))
    return Stamp(*stamp[:3])

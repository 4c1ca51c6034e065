"""Groups of changes meet the rows: all of a group or nothing, in memory; whoever calls holds the buckets' locks."""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from gridserver.storage.dissent import Dissent, Draft, Key, settles_unseen
from gridserver.storage.handed import Handed
from gridserver.storage.past import Past
from gridworker.protocol import sync
from gridworker.records import KINDS
from gridworker.records.change import Change, Verb, derived_id
from gridworker.records.fields import Merge, Ref
from gridworker.records.kind import Kind, Role
from gridworker.records.merge import Clash, ClashType, Outcome, Refused, Version, apply, is_move, lay
from gridworker.records.references import BELONGING, SAME_AS, Reference, belonging, references, standing
from gridworker.records.rights import Author, check_values, why_not
from gridworker.records.row import Row, Stamp
from gridworker.records.wrong import Wrong

AHEAD = 60_000
"""ms by which a change's time may be ahead of the centre's; what is further ahead counts as that."""

PATIENCE = 30 * 24 * 60 * 60 * 1000
"""ms for which a change of a record that never came is held; then a person has to look at it."""

WAIT_FOR_OTHERS = 5 * 24 * 60 * 60 * 1000
"""ms for which a record waits for another that it points at and that was not made; then it is taken without it."""

_NOT_YET = "所改的记录还没有到中心，会等它到了再接收。"
_OTHER_HOME = "这条资料所属的网格或乡镇与所报的范围不一致，请核对后重新保存。"


class Held(Exception):
    """Not now: the group is to be offered again."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(code)
        self.code = code
        self.reason = reason


class Verdict(NamedTuple):
    """What became of a group."""

    verdict: sync.Verdict
    code: str = ""
    reason: str = ""
    conflicts: Sequence[str] = ()
    late: bool = False
    touched: Sequence[Key] = ()
    """The records that the group spoke of or that it led to."""
    notes: Sequence[Change] = ()
    """What the centre itself wrote in conflicts because of the group."""
    plain: bool = False
    """The rows are just what its author sees who lays the changes on the rows as they stood."""


@dataclass(slots=True)
class World:
    """Everything that a push needs to know, read at one moment."""

    author: Author
    centre: str
    """The id under which the centre itself writes."""
    now: int
    rows: dict[Key, Row]
    about: dict[str, list[Key]]
    """By record: the conflicts about it."""
    homes: Mapping[tuple[str, str], str]
    """(class, region) to bucket."""
    held: set[str]
    """Buckets that the author holds now."""
    held_then: set[str]
    """Buckets that he held when the changes were made, by the version of the scope that the desk knew."""
    left: set[tuple[str, str, str]]
    """(bucket, kind, id) of records that once lay in a bucket and left it."""
    past: Past
    instead: Mapping[str, str] = field(default_factory=dict)
    """Buckets for named people that this centre does not know any more: the town's, which their author holds."""
    unknown: Set[str] = frozenset()
    """Of the buckets that their author does not hold: those of which this centre knows nothing (any more)."""
    targets: Mapping[str, Row | None] = field(default_factory=dict)
    """Records that are pointed at and were not handed in along: the row of one that was removed, None where one
    stands."""
    pointing: Mapping[str, Sequence[Reference]] | None = None
    """By change: what it points at; None: nobody has worked that out before."""
    coming: Set[str] = frozenset()
    """Ids of the records that are made anywhere in the push: two that point at each other need not lie in one group."""
    belonging: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    """By record that is to be removed: what belonged to it before the push."""
    missing: set[str] = field(default_factory=set)
    """Ids of records whose making was refused; what speaks of them waits."""
    blocked: set[Key] = field(default_factory=set)
    touched: dict[Key, None] = field(default_factory=dict)
    """Every row that was changed, in order."""
    since: Sequence[Author] = ()
    """Its author as he was later, and is now: then all that is handed in is late. What he wrote between is among it."""
    kinds: Mapping[str, Kind] = field(default_factory=lambda: KINDS)
    """What this centre's program knows."""
    late: set[str] = field(default_factory=set)
    """Buckets into which something was written that was made while its author held another scope."""


def judge_closely(world: World, group: Handed, first_at: int) -> Verdict:
    """Merges one group into the world, or leaves the world as it was. ``first_at``: when it was first offered."""
    draft = Draft(world.rows, world.about, late=bool(world.since))
    # Who wrote it by a former catalogue lays something else on his row than what stands here.
    draft.plain = not any(item.translated for item in group.items)
    changes = group.changes
    keys = dict.fromkeys([(change.kind, change.record) for change in changes])
    try:
        if group.wrong:
            raise Refused("malformed", group.wrong)
        _wait_behind(world, group, keys)
        waited = world.now - first_at > WAIT_FOR_OTHERS
        for change in changes:
            _merge(world, draft, change, waited=waited)
    except Refused as refused:
        if refused.code != "unknown_record" or world.now - first_at > PATIENCE:
            _block(world, group, keys)
            strange = refused.code == "out_of_scope"
            return Verdict("quarantined" if strange else "refused", refused.code, refused.reason)
        _block(world, group, keys)
        return Verdict("held", refused.code, refused.reason)
    except Held as held:
        _block(world, group, keys)
        return Verdict("held", held.code, held.reason)
    _take(world, draft)
    return Verdict(
        "conflict" if draft.clashed else "ok",
        code="late_scope" if draft.late else "",
        conflicts=list(draft.clashed),
        late=draft.late,
        touched=list({**keys, **dict.fromkeys(draft.fresh)}),
        notes=draft.notes,
        plain=draft.plain and not draft.clashed and not draft.late and not draft.notes,
    )


def put_aside(world: World, group: Handed, code: str, reason: str) -> Verdict:
    """The group is kept for a person to look at; nothing of it is applied."""
    _block(world, group, dict.fromkeys((change.kind, change.record) for change in group.changes))
    return Verdict("quarantined", code, reason)


def _merge(world: World, draft: Draft, change: Change, *, waited: bool) -> None:
    """``waited``: long enough for what the change points at."""
    kind = world.kinds.get(change.kind)
    if kind is None:
        raise Held("unknown_kind", "中心还不认识这类资料，中心升级后会再接收。")
    row = draft.row((change.kind, change.record))
    bucket = _bucket(world, draft, kind, row, change)
    try:
        check_values(kind, change)
    except Wrong as wrong:
        raise Refused("wrong_value", wrong.reason) from None
    reason = why_not(kind, row, change, world.author)
    if reason and all(why_not(kind, row, change, later) for later in world.since):
        raise Refused("not_allowed", reason)
    if is_move(kind, change):
        bucket = _home(world, kind, change.value)
    gone = _without_target(world, draft, kind, change, waited=waited)
    pointing = back_to(kind, row, change) or pointing_of(world, kind, change)
    said, change = change, _as_seen(world, kind, row, change)
    if row is not None and settles_unseen(row, change):
        draft.clashed[row.id] = None
        return
    outcome = _removed_blind(world, draft, change) or apply(kind, row, change, world.author.person)
    here = said.bucket == bucket and (row is None or row.bucket == bucket)
    draft.plain = draft.plain and here and _is_laid(kind, row, said, change, world.author.person, outcome)
    if outcome.made is not None:
        draft.notes.append(outcome.made)
    if outcome.row is not None:
        outcome.row.bucket = bucket
        followed = _follow(world, draft, kind, change, outcome.row, pointing)
        followed = _stand_for_itself(world, draft, kind, change, row, followed)
        outcome = outcome if followed is outcome.row else replace(outcome, row=followed)
    if outcome.row is not None:
        draft.fresh[change.kind, change.record] = outcome.row
        for reference, removed in gone:
            _keep_orphan(world, draft, outcome.row, change, reference, removed)
    _keep_dissent(world, draft, kind, row, change, outcome)


def _is_laid(kind: Kind, row: Row | None, said: Change, change: Change, by: str, outcome: Outcome) -> bool:
    """Whether a change did no more and no less than it does on its author's desk. ``said``: as it came."""
    if outcome.row is None or outcome.clash is not None or said.hlc != change.hlc:
        return False
    is_as_said = said is change and outcome.made is None
    return is_as_said or outcome.row == lay(kind, row, said, by)


def _removed_blind(world: World, draft: Draft, change: Change) -> Outcome | None:
    """Whoever removes a record has to have seen what belongs to it as well, or his removal is a proposal."""
    seen = change.seen.get(BELONGING) if change.verb is Verb.DEL and isinstance(change.seen, dict) else None
    row = draft.row((change.kind, change.record))
    if not isinstance(seen, list) or row is None or row.removed is not None:
        return None
    fields = {kind.name: field.name for kind, field in belonging(world.kinds, change.kind)}
    known = {(each.kind, each.id): each for each in world.belonging.get(change.record, ())} | world.rows | draft.fresh
    here = [r for r in known.values() if r.removed is None and r.fields.get(fields.get(r.kind, "")) == row.id]
    unseen = [r.writer(fields[r.kind]) for r in here if r.id not in seen]
    if not unseen:
        return None
    latest = max(unseen, key=lambda stamp: stamp.hlc)
    standing = Version(None, latest.by, latest.hlc, latest.change)
    coming = Version(None, world.author.person, change.hlc, change.id)
    return Outcome(None, Clash(ClashType.DEL_VS_EDIT, "", standing, coming))


def _without_target(
    world: World, draft: Draft, kind: Kind, change: Change, *, waited: bool
) -> list[tuple[Reference, Stamp]]:
    """What the change points at that was removed, and by whom; or that never came. Raises ``Held`` for what may
    still come."""
    without = []
    for reference in pointing_of(world, kind, change):
        row = _target(world, draft, reference)
        if row is not None and row.removed is not None and not row.fields.get(SAME_AS):
            without.append((reference, row.removed))
        if row is not None or reference.target in world.targets or reference.target in world.coming:
            continue
        if world.author.role == Role.CENTRE or not world.kinds.keys() >= set(reference.to):
            continue  # the centre knows what it writes; of a kind that is not known here nobody can say what there is
        if not waited:
            raise Held("unknown_target", "它所指的记录还没有到中心，会等它到了再接收。")
        without.append((reference, Stamp("", world.centre, world.now << 16)))
    return without


def pointing_of(world: World, kind: Kind, change: Change) -> Iterable[Reference]:
    """What the change points at; its time and what its author saw make no difference to that."""
    return references(kind, change) if world.pointing is None else world.pointing.get(change.id, ())


def _target(world: World, draft: Draft, reference: Reference) -> Row | None:
    """What is pointed at, where it was handed in along or was removed; None where it stands, or is not known."""
    here = (draft.row((name, reference.target)) for name in reference.to)
    return next((each for each in here if each is not None), None) or world.targets.get(reference.target)


def back_to(kind: Kind | None, row: Row | None, change: Change) -> Sequence[Reference]:
    """What a record points at that is brought back, or brought after what it belongs to: nobody who made that one go
    into another could see it."""
    if kind is None or row is None or change.verb not in (Verb.RESTORE, Verb.HOME):
        return ()
    return list(standing(kind, row))


def led_on(rows: Iterable[Row | None]) -> set[str]:
    """Into what those of the records went that went into another."""
    return {str(row.fields[SAME_AS]) for row in rows if row is not None and row.removed and row.fields.get(SAME_AS)}


def _went_to(world: World, draft: Draft, reference: Reference) -> str:
    """The record that stays of those into which what is pointed at went, one after the other; "": it went nowhere."""
    met = [reference.target]
    while into := led_on([_target(world, draft, reference._replace(target=met[-1]))]) - set(met):
        met += into
    return met[-1] if len(met) > 1 else ""


def _follow(world: World, draft: Draft, kind: Kind, change: Change, row: Row, pointing: Iterable[Reference]) -> Row:
    """What points at a record that was merged into another points at that one from now on, by the centre's hand,
    unless it was written once."""
    for reference in pointing:
        field, stays = kind.field(reference.path), _went_to(world, draft, reference)
        if not stays or field is None or field.merge is Merge.FIXED:
            continue
        name = derived_id(change, reference.path, stays)
        parent = row.writer(reference.path).change
        note = change._replace(id=name, verb=Verb.SET, path=reference.path, value=stays, parent=parent, seen=None)
        draft.notes.append(note)
        row = lay(kind, row, note, world.centre)
    return row


def _stand_for_itself(world: World, draft: Draft, kind: Kind, change: Change, before: Row | None, row: Row) -> Row:
    """Whoever brings back what he had removed, and did not see that it went into another meanwhile, has it back for
    itself; who has seen that says so himself (``ledger.twins``)."""
    if change.verb is not Verb.RESTORE or before is None or before.removed is None or not row.fields.get(SAME_AS):
        return row
    if change.parent == before.removed.change:
        return row
    parent, name = row.writer(SAME_AS).change, derived_id(change, SAME_AS)
    note = change._replace(id=name, verb=Verb.SET, path=SAME_AS, value=None, parent=parent, seen=None)
    draft.notes.append(note)
    return lay(kind, row, note, world.centre)


def _keep_orphan(world: World, draft: Draft, row: Row, change: Change, reference: Reference, gone: Stamp) -> None:
    """The record is taken as it was written; that what it points at is not there is for a person to see."""
    shown = Version(reference.target, world.author.person, change.hlc, change.id)
    clash = Clash(ClashType.ORPHAN, reference.path, shown, Version(None, gone.by, gone.hlc, gone.change), change.parent)
    Dissent(world.centre, world.now, world.past.value).keep(draft, row, change, clash)


def _keep_dissent(world: World, draft: Draft, kind: Kind, before: Row | None, change: Change, outcome: Outcome) -> None:
    if before is None:
        return
    dissent = Dissent(world.centre, world.now, world.past.value)
    if outcome.clash is not None:
        dissent.keep(draft, outcome.row or before, change, outcome.clash)
    elif outcome.row is not None and change.verb in (Verb.SET, Verb.MOVE):
        machine = kind.machine
        path = machine.field if change.verb is Verb.MOVE and machine is not None else change.path
        dissent.overtake(draft, outcome.row, outcome.made or change, path, world.author.person)


def _bucket(world: World, draft: Draft, kind: Kind, row: Row | None, change: Change) -> str:
    """Where the record lies. Raises ``Refused`` when the change does not fit there, or its author."""
    claimed = world.instead.get(change.bucket, change.bucket)
    if claimed not in world.held:
        if claimed not in world.held_then:
            if row is None and change.verb is not Verb.CREATE and claimed in world.unknown:
                raise Refused("unknown_record", _NOT_YET)
            raise Refused("out_of_scope", "这条资料不在您的范围内，已交给督导核对，内容没有丢。")
        draft.late = True
    if change.verb is Verb.CREATE:
        home = _home(world, kind, change.value.get(kind.home_field))
        beside = _beside(draft, kind, change)
        there = home if beside is None else beside.bucket
        if claimed not in (home, there) and (beside is None or not _lay_there(world, beside, claimed)):
            raise Refused("bucket", _OTHER_HOME)
        return there
    if row is None:
        raise Refused("unknown_record", _NOT_YET)
    if claimed != row.bucket and not _lay_there(world, row, claimed):
        raise Refused("bucket", "这条资料不在所报的范围里，请同步后重新修改。")
    return row.bucket


def lies_with(kind: Kind, change: Change) -> str:
    """The record beside which a new one is to lie; "" for most kinds."""
    leader = change.value.get(kind.lies_with) if kind.lies_with else None
    return leader if isinstance(leader, str) else ""


def _beside(draft: Draft, kind: Kind, change: Change) -> Row | None:
    """The record beside which a new one is to lie, wherever that is: only named people may hold its bucket, or do not
    any more, and who made the new one may not know it yet."""
    leader, field = lies_with(kind, change), kind.by_name.get(kind.lies_with)
    found = (draft.row((name, leader)) for name in (field.to if leader and isinstance(field, Ref) else ()))
    return next((row for row in found if row is not None), None)


def _lay_there(world: World, row: Row, bucket: str) -> bool:
    """Whether the record lay in the bucket once, be it before this group; or the one beside which it lies, so that its
    author made it there."""
    before = world.rows.get((row.kind, row.id))
    if (bucket, row.kind, row.id) in world.left or (before is not None and before.bucket == bucket):
        return True
    return any((bucket, *leader) in world.left for leader in leading(world.kinds[row.kind], row))


def leading(kind: Kind, row: Row) -> list[Key]:
    """The record beside which this one lies."""
    field = kind.by_name.get(kind.lies_with)
    leader = row.fields.get(kind.lies_with) if isinstance(field, Ref) else None
    return [(name, leader) for name in field.to] if isinstance(field, Ref) and isinstance(leader, str) else []


def _home(world: World, kind: Kind, region: Any) -> str:
    """The bucket to which a region (or person) leads. Raises ``Refused``."""
    home = world.homes.get((kind.home, region)) if isinstance(region, str) else None
    if home is None:
        raise Refused("bucket", _OTHER_HOME)
    return home


def _as_seen(world: World, kind: Kind, row: Row | None, change: Change) -> Change:
    """With the writers that its author truly saw, past his own changes that were refused; with the long text that he
    was looking at; and with a time that is not far ahead of ours."""
    latest = (world.now + AHEAD) << 16
    if change.hlc > latest:
        change = change._replace(hlc=latest)
    if world.past.has_refused:
        change = change._replace(parent=world.past.applied(change.parent), seen=world.past.seen(change.seen))
    field = kind.field(change.path) if row is not None and change.verb is Verb.SET else None
    if row is None or field is None or field.merge is not Merge.TEXT or change.parent == row.writer(change.path).change:
        return change
    seen = world.past.value(change.kind, change.record, change.parent, change.path)
    return change.looking_at(seen if isinstance(seen, str) else None)


def _wait_behind(world: World, group: Handed, keys: Mapping[Key, None]) -> None:
    if not world.blocked and not world.missing:
        return
    if any(key in world.blocked for key in keys):
        raise Held("after_refused", "同一条记录前面的修改还没有被接收，会在它之后再接收。")
    made = {change.record for change in group.changes if change.verb is Verb.CREATE}
    waits_for = [each.encode() for each in world.missing - made]
    if waits_for and any(each in item.body for item in group.items for each in waits_for):
        raise Held("after_refused", "它所指的记录还没有被接收，会在它之后再接收。")


def _block(world: World, group: Handed, keys: Mapping[Key, None]) -> None:
    world.blocked.update(keys)
    made = [change for change in group.changes if change.verb is Verb.CREATE]
    world.missing.update(change.record for change in made if (change.kind, change.record) not in world.rows)


def _take(world: World, draft: Draft) -> None:
    for key, row in draft.fresh.items():
        _note_left(world, key, row.bucket)
    world.rows.update(draft.fresh)
    if draft.late:
        world.late.update(row.bucket for row in draft.fresh.values())
    for about, key in draft.opened:
        world.about.setdefault(about, []).append(key)
    for key in draft.fresh:
        world.touched[key] = None
        if key[1] in world.about:
            _move_conflicts_along(world, key)


def _note_left(world: World, key: Key, bucket: str) -> None:
    """What follows in the same push was written where the record lay before."""
    before = world.rows.get(key)
    if before is not None and before.bucket != bucket:
        world.left.add((before.bucket, *key))


def _move_conflicts_along(world: World, key: Key) -> None:
    """A conflict lies where the record lies that it is about."""
    bucket = world.rows[key].bucket
    for about in sorted(world.about[key[1]]):  # in whatever order the database gave them
        conflict = world.rows[about]
        if conflict.bucket != bucket and conflict.fields.get("record_kind") == key[0]:
            _note_left(world, about, bucket)
            world.rows[about] = replace(conflict, bucket=bucket, ver=conflict.ver + 1)
            world.touched[about] = None

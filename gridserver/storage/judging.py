"""The short way for what most groups are: new records that meet nothing, and plain fields written over what their
author saw. Whatever may need more than that goes to ``merging``, which alone refuses, holds and finds conflicts.
"""

from collections.abc import Callable
from typing import TypeAlias

from gridserver.storage.dissent import Key
from gridserver.storage.handed import Handed
from gridserver.storage.merging import AHEAD, Verdict, World, judge_closely, pointing_of
from gridworker.records.change import Change, Verb
from gridworker.records.kind import Kind
from gridworker.records.kinds.conflict import CONFLICT
from gridworker.records.merge import lay
from gridworker.records.rights import check_values, why_not
from gridworker.records.row import Row
from gridworker.records.wrong import Wrong

_Fits: TypeAlias = Callable[[World, Kind, Row | None, Change], bool]
"""Whether a change of this kind, on the row that stands there, may go the short way."""


def judge(world: World, group: Handed, first_at: int) -> Verdict:
    """Merges one group into the world, or leaves the world as it was. ``first_at``: when it was first offered."""
    return (
        _shortly(world, group, _meets_nothing)
        or _shortly(world, group, _goes_on)
        or judge_closely(world, group, first_at)
    )


def _shortly(world: World, group: Handed, fits: _Fits) -> Verdict | None:
    """The whole group by the short way; None when one of its changes has to be looked at closely, and it is the other
    way that refuses."""
    if _needs_a_look(world, group):
        return None
    laid: dict[Key, Row] = {}
    latest = (world.now + AHEAD) << 16
    for change in group.changes:
        key, kind = (change.kind, change.record), world.kinds.get(change.kind)
        row = laid.get(key) or world.rows.get(key)
        if kind is None or change.bucket not in world.held or change.hlc > latest or change.record in world.about:
            return None
        if not fits(world, kind, row, change) or why_not(kind, row, change, world.author):
            return None
        if next(iter(pointing_of(world, kind, change)), None) is not None:
            return None
        try:
            check_values(kind, change)
        except Wrong:
            return None
        laid[key] = lay(kind, row, change, world.author.person)
    world.rows.update(laid)
    world.touched.update(dict.fromkeys(laid))
    return Verdict("ok", touched=list(laid), plain=True)


def _meets_nothing(world: World, kind: Kind, row: Row | None, change: Change) -> bool:
    """A new record that points at nothing, made where its author writes, as nearly all of a day's are: there is
    nothing for it to meet."""
    if row is not None or kind.lies_with or change.verb is not Verb.CREATE:
        return False
    region = change.value.get(kind.home_field)
    return isinstance(region, str) and world.homes.get((kind.home, region)) == change.bucket


def _goes_on(world: World, kind: Kind, row: Row | None, change: Change) -> bool:
    """A plain field is written over just what its author saw there, where he and the record are at home: so do nearly
    all that edit."""
    if change.verb is not Verb.SET or row is None or row.removed is not None or world.past.has_refused:
        return False
    if change.bucket != row.bucket or change.bucket in world.instead or kind is CONFLICT:
        return False
    is_plain = "/" not in change.path and change.path != kind.home_field
    return is_plain and change.parent == row.writer(change.path).change


def _needs_a_look(world: World, group: Handed) -> bool:
    """Whether it may wait behind something, or does not say what it seems to."""
    is_waiting = bool(world.since or world.blocked or world.missing)
    return bool(group.wrong) or is_waiting or any(item.translated for item in group.items)

"""The short way for what most groups are: new records that meet nothing, and plain fields written over what their
author saw. Whatever may need more than that goes to ``merging``, which alone refuses, holds and finds conflicts.
"""

from gridserver.storage.dissent import Key
from gridserver.storage.handed import Handed
from gridserver.storage.merging import AHEAD, Verdict, World, judge_closely, pointing_of
from gridworker.records.change import Verb
from gridworker.records.kinds.conflict import CONFLICT
from gridworker.records.merge import lay
from gridworker.records.rights import check_values, why_not
from gridworker.records.row import Row
from gridworker.records.wrong import Wrong


def judge(world: World, group: Handed, first_at: int) -> Verdict:
    """Merges one group into the world, or leaves the world as it was. ``first_at``: when it was first offered."""
    return _meets_nothing(world, group) or _goes_on(world, group) or judge_closely(world, group, first_at)


def _meets_nothing(world: World, group: Handed) -> Verdict | None:
    """A group of new records that point at nothing, made where its author writes, as nearly all of a day's are: there
    is nothing for them to meet. None for whatever has to be looked at closely, and it is the other way that refuses.
    """
    if _needs_a_look(world, group):
        return None
    made: dict[Key, Row] = {}
    latest = (world.now + AHEAD) << 16
    for change in group.changes:
        key, kind = (change.kind, change.record), world.kinds.get(change.kind)
        if kind is None or kind.lies_with or change.verb is not Verb.CREATE or key in world.rows or key in made:
            return None
        if change.bucket not in world.held or change.hlc > latest or change.record in world.about:
            return None
        region = change.value.get(kind.home_field)
        if not isinstance(region, str) or world.homes.get((kind.home, region)) != change.bucket:
            return None
        if next(iter(pointing_of(world, kind, change)), None) is not None or why_not(kind, None, change, world.author):
            return None
        try:
            check_values(kind, change)
        except Wrong:
            return None
        made[key] = lay(kind, None, change, world.author.person)
    world.rows.update(made)
    world.touched.update(dict.fromkeys(made))
    return Verdict("ok", touched=list(made), plain=True)


def _goes_on(world: World, group: Handed) -> Verdict | None:
    """A group that writes plain fields over just what its author saw there, where he and the records are at home: so
    are nearly all that edit. None for whatever has to be looked at closely, and it is the other way that refuses.
    """
    if _needs_a_look(world, group) or world.past.has_refused:
        return None
    written: dict[Key, Row] = {}
    latest = (world.now + AHEAD) << 16
    for change in group.changes:
        key, kind, path = (change.kind, change.record), world.kinds.get(change.kind), change.path
        row = written.get(key) or world.rows.get(key)
        if change.verb is not Verb.SET or kind is None or row is None or row.removed is not None or "/" in path:
            return None
        if change.bucket != row.bucket or change.bucket not in world.held or change.bucket in world.instead:
            return None
        if path == kind.home_field or change.hlc > latest or change.parent != row.writer(path).change:
            return None
        if change.record in world.about or kind is CONFLICT or why_not(kind, row, change, world.author):
            return None
        if next(iter(pointing_of(world, kind, change)), None) is not None:
            return None
        try:
            check_values(kind, change)
        except Wrong:
            return None
        written[key] = lay(kind, row, change, world.author.person)
    world.rows.update(written)
    world.touched.update(dict.fromkeys(written))
    return Verdict("ok", touched=list(written), plain=True)


def _needs_a_look(world: World, group: Handed) -> bool:
    """Whether it may wait behind something, or does not say what it seems to."""
    is_waiting = bool(world.since or world.blocked or world.missing)
    return bool(group.wrong) or is_waiting or any(item.translated for item in group.items)

"""What changes speak of: gathered once, since all that is asked before they are taken hangs on it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from gridserver.storage.merging import lies_with
from gridworker.records import KINDS
from gridworker.records.change import Change, Verb
from gridworker.records.fields import ENTRY_ID
from gridworker.records.kind import Kind
from gridworker.records.merge import is_move
from gridworker.records.references import Reference, references

Place = tuple[str, str]
"""(class, region) of a bucket."""


@dataclass(slots=True)
class Spoken:
    """Buckets, regions and records."""

    claimed: set[str] = field(default_factory=set)
    """The buckets in which the authors say that the records lie."""
    homes: set[Place] = field(default_factory=set)
    """Where records are made, and to where they are taken."""
    moves: set[Place] = field(default_factory=set)
    """To where records are taken."""
    coming: set[str] = field(default_factory=set)
    """The records that are made."""
    edited: set[str] = field(default_factory=set)
    """The others."""
    leaders: set[str] = field(default_factory=set)
    """The records beside which new ones are to lie, wherever these lie."""
    removed: Sequence[Change] = ()
    """The changes that remove a record."""
    pointing: dict[str, Sequence[Reference]] = field(default_factory=dict)
    """By change: what it points at; nothing, where it does not."""

    @property
    def records(self) -> set[str]:
        """All records that are made or edited."""
        return self.coming | self.edited

    @property
    def targets(self) -> set[str]:
        """The records that are pointed at and that no change speaks of."""
        asked = {reference.target for each in self.pointing.values() for reference in each}
        return {each for each in asked - self.records if ENTRY_ID.match(each)} if asked else asked


def gathered(changes: Iterable[Change], kinds: Mapping[str, Kind] = KINDS) -> Spoken:
    """What they speak of."""
    spoken = Spoken()
    removed = []
    for change in changes:
        spoken.claimed.add(change.bucket)
        if change.verb is Verb.CREATE:
            spoken.coming.add(change.record)
        else:
            spoken.edited.add(change.record)
            if change.verb is Verb.DEL:
                removed.append(change)
        if (kind := kinds.get(change.kind)) is not None:
            _look(spoken, kind, change)
    spoken.removed = removed
    return spoken


def _look(spoken: Spoken, kind: Kind, change: Change) -> None:
    if (place := _home_asked(kind, change, spoken.homes)) is not None:
        spoken.homes.add(place)
        if change.verb is not Verb.CREATE:
            spoken.moves.add(place)
    if kind.lies_with and change.verb is Verb.CREATE and ENTRY_ID.match(leader := lies_with(kind, change)):
        spoken.leaders.add(leader)
    if found := list(references(kind, change)):
        spoken.pointing[change.id] = found


def _home_asked(kind: Kind, change: Change, known: set[Place]) -> Place | None:
    """Where the change makes its record or takes it; None when it does neither."""
    if change.verb is Verb.CREATE:
        region = change.value.get(kind.home_field)
    elif is_move(kind, change):
        region = change.value
    else:
        return None
    if not isinstance(region, str):
        return None
    place = (kind.home, region)
    return place if place in known or ENTRY_ID.match(region) else None


def destinations(homes: Mapping[Place, str], spoken: Spoken) -> set[str]:
    """The buckets to which records are taken, be they the author's or not."""
    return {homes[place] for place in spoken.moves if place in homes}

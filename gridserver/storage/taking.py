"""Takes groups in: locks their buckets, reads all that they touch at once, merges in memory, writes all at once."""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import NamedTuple

from gridserver.errors import Refused
from gridserver.storage import (
    buckets,
    change_ledger,
    files,
    forgotten,
    past,
    quarantine,
    rows,
    scope,
    stragglers,
    twins,
)
from gridserver.storage.buckets import Head, bucket_for
from gridserver.storage.change_ledger import Author, Judged
from gridserver.storage.engine import Connection, Question, Sheaf, together
from gridserver.storage.handed import Handed, Known, first_at
from gridserver.storage.judging import judge
from gridserver.storage.merging import World, back_to, leading, led_on, put_aside
from gridserver.storage.rows import Key, Standing
from gridserver.storage.spoken import Spoken, destinations, gathered
from gridworker.protocol.sync import GroupResult, Stretch, Taken
from gridworker.records import KINDS, rights
from gridworker.records.change import Change, Verb
from gridworker.records.fields import ENTRY_ID
from gridworker.records.kind import BucketClass, Role
from gridworker.records.kinds.region import REGION
from gridworker.records.references import belonging
from gridworker.records.row import Row


@dataclass(frozen=True, slots=True)
class Hand:
    """Whose groups they are."""

    author: Author
    role: str
    scope_version: int
    """What the author knew of his scope when he made the changes."""
    centre: str
    """The id under which the centre itself writes."""
    trusted: bool = False
    """The centre itself, or somebody who looked at the group: the buckets that it names are not asked for."""
    since: Sequence[str] = ()
    """What he has become since."""
    missing: Set[str] | None = None
    """What ``change_ledger.not_made`` says, where it was asked before."""
    before: "Before | None" = None
    """What was asked of just these groups before."""


class Before(NamedTuple):
    """What is known of groups before their buckets are locked."""

    spoken: Spoken
    ground: scope.Ground
    """What ``asking_ground`` brought."""


class Took(NamedTuple):
    """What became of some groups."""

    results: list[GroupResult]
    """In the order of the groups; in short, those of which there is more to say than ``taken`` does."""
    taken: Taken


def take(
    conn: Connection,
    hand: Hand,
    groups: Sequence[Handed],
    known: Mapping[str, Known],
    aside: Mapping[str, tuple[str, str]] | None = None,
    *,
    in_short: bool = False,
    sheaf: Sheaf | None = None,
) -> Took:
    """Merges the groups in their order and writes what became of them. ``aside``: by tx, code and reason of those
    that are only to be kept. ``known``: what the ledger holds of their changes, to be replaced. ``in_short``: no
    results of groups that were taken just as their author made them. ``sheaf``: where to gather what is written; the
    caller sends it.
    """
    if not groups:
        return Took([], Taken())
    aside = aside or {}
    changes = [change for group in groups if group.tx not in aside for change in group.changes]
    heads, world, standing = _world(conn, hand, changes)
    judged = []
    for group in groups:
        if group.tx in aside:
            verdict = put_aside(world, group, *aside[group.tx])
        else:
            verdict = judge(world, group, first_at(group, known, hand.author.now))
        judged.append(Judged(group, verdict))
    judged = with_twins(judged, twins.opened(conn, world, standing.rows))
    written = sheaf or Sheaf(conn)
    places = _write(written, heads, world, standing, hand.trusted)
    _note(written, hand, judged, places, known, world.centre)
    if sheaf is None:
        written.send()
    told = [each for each in judged if not (in_short and each.verdict.plain)]
    results = [change_ledger.result(each.group, each.verdict, places) for each in told]
    return Took(
        results, shortly([each for each in judged if each.verdict.plain], places, own_stretches(heads, judged, places))
    )


def shortly(plain: Sequence[Judged], places: Mapping[Key, tuple[str, int]], own: Mapping[str, Stretch]) -> Taken:
    """What is said of groups of which there is no more to say than that they were taken."""
    numbers: list[tuple[int, int]] = []
    for n in sorted(item.n for each in plain for item in each.group.items):
        if numbers and numbers[-1][1] == n - 1:
            numbers[-1] = (numbers[-1][0], n)
        else:
            numbers.append((n, n))
    seqs: dict[str, int] = {}
    for each in plain:
        for key in each.verdict.touched:
            bucket, seq = places[key]
            seqs[bucket] = max(seq, seqs.get(bucket, 0))
    return Taken(numbers=numbers, seqs=seqs, own=dict(own))


def own_stretches(
    heads: Mapping[str, Head], judged: Sequence[Judged], places: Mapping[Key, tuple[str, int]]
) -> dict[str, Stretch]:
    """The stretches of the feeds that hold nothing but plain changes: their author need not read them again."""
    strange = {places[key][0] for each in judged if not each.verdict.plain for key in each.verdict.touched}
    written = [head for head in heads.values() if head.seq > head.before and head.bucket not in strange]
    return {h.bucket: Stretch(before=h.before, to=h.seq, hash=f"{h.set_hash:032x}") for h in written}


def with_twins(judged: list[Judged], notes: Sequence[Change]) -> list[Judged]:
    """What the centre wrote of records that are alike stands in the ledger with the last group that was taken, and
    there is more in the feed than what the author wrote himself."""
    if not notes:
        return judged
    at = max(place for place, each in enumerate(judged) if each.verdict.touched)
    group, verdict = judged[at]
    touched = [*verdict.touched, *((note.kind, note.record) for note in notes)]
    told = verdict._replace(notes=[*verdict.notes, *notes], touched=touched, plain=False)
    return [*judged[:at], Judged(group, told), *judged[at + 1 :]]


def _world(conn: Connection, hand: Hand, changes: Sequence[Change]) -> tuple[dict[str, Head], World, Standing]:
    person = hand.author.person
    spoken, ground = hand.before or _before(conn, person, changes)
    claimed = spoken.claimed
    homes = _homes(conn, hand, spoken, ground.homes)
    held = claimed if hand.trusted else ground.held
    then = scope.held_since(conn, person, claimed - held, hand.scope_version) if claimed - held else set()
    wanted = held | then | (set(homes.values()) if hand.trusted else destinations(homes, spoken))
    heads, standing, targets = _locked(conn, wanted | ground.near, spoken)
    targets |= _pointed_at_again(conn, standing, changes)
    targets |= _went_to(conn, [*standing.rows.values(), *targets.values()])
    strange = claimed - ground.held - then
    unknown = forgotten.among(conn, strange) if strange else set()
    instead = _instead(conn, hand, standing, changes, strange, unknown) if strange else {}
    if away := set(instead.values()) - heads.keys():
        heads |= buckets.lock(conn, away, wait=False)
    world = World(
        author=rights.Author(person, hand.role),
        centre=hand.centre,
        now=hand.author.now,
        rows=dict(standing.rows),
        about=standing.about,
        homes=homes,
        held=held | set(instead.values()),
        instead=instead,
        unknown=unknown,
        held_then=then,
        since=[rights.Author(person, role) for role in hand.since],
        left=_left(conn, standing, changes, spoken.leaders),
        past=past.remembered(conn, standing.rows, changes),
        targets=targets,
        pointing=spoken.pointing,
        coming=spoken.coming,
        belonging=_belonging(conn, standing, spoken.removed),
        missing=set(hand.missing if hand.missing is not None else _not_made(conn, hand)),
    )
    return heads, world, standing


def _pointed_at_again(conn: Connection, standing: Standing, changes: Sequence[Change]) -> dict[str, Row | None]:
    """What records point at that are brought back, or after what they belong to."""
    keys = [(change, (change.kind, change.record)) for change in changes if change.verb in (Verb.RESTORE, Verb.HOME)]
    back = [each for change, key in keys for each in back_to(KINDS.get(change.kind), standing.rows.get(key), change)]
    if not (targets := {each.target for each in back if ENTRY_ID.match(each.target)}):
        return {}
    return rows.read_targets(*together(conn, rows.targets(targets)))


def _went_to(conn: Connection, some: Sequence[Row | None]) -> dict[str, Row | None]:
    """Into what they went, and into what that went; few ever did."""
    found: dict[str, Row | None] = {}
    asked: set[str] = set()
    while further := led_on([*some, *found.values()]) - asked:
        asked |= further
        found |= rows.read_targets(*together(conn, rows.targets(further)))
    return found


def _instead(
    conn: Connection, hand: Hand, standing: Standing, changes: Sequence[Change], strange: Set[str], unknown: Set[str]
) -> dict[str, str]:
    """See ``forgotten``; only where the author holds what stands for it."""
    found = forgotten.towns(standing.rows, changes, strange, unknown)
    towns = set(found.values())
    held = towns if hand.trusted or not towns else scope.holds(conn, hand.author.person, towns)
    return {own: town for own, town in found.items() if town in held}


def _before(conn: Connection, person: str, changes: Sequence[Change]) -> Before:
    spoken = gathered(changes)
    return Before(spoken, scope.ground(conn, person, spoken.claimed, spoken.homes, spoken.edited))


def _not_made(conn: Connection, hand: Hand) -> Set[str]:
    return change_ledger.not_made(conn, hand.author.device, hand.author.now)


def _belonging(conn: Connection, standing: Standing, removed: Sequence[Change]) -> dict[str, list[Row]]:
    """By record that is to be removed: what belongs to it."""
    found = {}
    for change in removed:
        row = standing.rows.get((change.kind, change.record))
        if row is None or change.kind not in KINDS:
            continue
        if kinds := [kind.name for kind, _ in belonging(KINDS, change.kind)]:
            found[change.record] = rows.belonging(conn, row.bucket, kinds, change.record)
    return found


def _locked(
    conn: Connection, wanted: set[str], spoken: Spoken
) -> tuple[dict[str, Head], Standing, dict[str, Row | None]]:
    """The heads of all buckets that are touched, locked in their order, the rows under those locks, and what is known
    of the records that the changes point at. When a record has come to lie elsewhere a moment ago, that lock is only
    taken when nobody has it.
    """
    reading = rows.reading(spoken.records | spoken.leaders, spoken.edited)
    pointed_at = spoken.targets
    questions = [buckets.locking(wanted), reading, *([rows.targets(pointed_at)] if pointed_at else [])]
    found, read, *targets = together(conn, *questions)
    heads = buckets.locked(found)
    if len(heads) < len(wanted):
        buckets.make_heads(conn, wanted)
        found, read = together(conn, buckets.locking(wanted), reading)
        heads = buckets.locked(found)
    for _ in range(3):
        standing = rows.standing(read)
        further = {row.bucket for row in standing.rows.values()} - heads.keys()
        if not further:
            return heads, standing, rows.read_targets(targets[0]) if targets else {}
        found, read = together(conn, buckets.locking(further, wait=False), reading)
        heads |= buckets.locked(found)
    raise Refused("busy", retry_after=1)


def _homes(
    conn: Connection,
    hand: Hand,
    spoken: Spoken,
    found: dict[tuple[str, str], str],
) -> dict[tuple[str, str], str]:
    """(class, region) to bucket, for everything that is made or moved. The centre may begin a county."""
    if not hand.trusted and (moves := spoken.moves):
        near = scope.near(conn, hand.author.person, {region for _, region in moves})
        found = {place: bucket for place, bucket in found.items() if place not in moves or place[1] in near}
    if hand.role == Role.CENTRE:
        if spoken.homes - found.keys():
            found = {**found, **scope.own_buckets(conn, spoken.homes - found.keys())}
        for bucket_class, region in sorted(spoken.homes - found.keys()):
            if bucket_class == BucketClass.REFERENCE:
                found[bucket_class, region] = bucket_for(conn, bucket_class, region)
    return found


def asking_ground(person: str, spoken: Spoken) -> Question:
    """For what is to be known before these changes are taken; see ``Hand.ground``."""
    return scope.asking_ground(person, spoken.claimed, spoken.homes, spoken.edited)


def _left(
    conn: Connection, standing: Standing, changes: Sequence[Change], leaders: Set[str]
) -> set[tuple[str, str, str]]:
    """Which of the records lay once where the changes say that they lie. ``leaders``: those beside which new ones are
    to lie; their bucket may be another by now as well."""
    moved = {
        change.record
        for change in changes
        if (row := standing.rows.get((change.kind, change.record))) is not None and row.bucket != change.bucket
    }
    moved |= leaders | beside(standing.rows.values(), moved)
    return rows.left(conn, moved) if moved else set()


def beside(there: Iterable[Row], moved: Set[str]) -> set[str]:
    """The records beside which those of ``moved`` lie."""
    with_leader = (
        row for row in (there if moved else ()) if row.id in moved and row.kind in KINDS and KINDS[row.kind].lies_with
    )
    return {leader for row in with_leader for _, leader in leading(KINDS[row.kind], row)}


def _write(
    sheaf: Sheaf, heads: dict[str, Head], world: World, standing: Standing, trusted: bool
) -> dict[Key, tuple[str, int]]:
    """Writes the rows that changed. Returns bucket and seq of every row."""
    after = {key: world.rows[key] for key in world.touched}
    late = {row.bucket for row in after.values()} if trusted else world.late
    seqs = {**standing.seqs, **rows.write(sheaf, standing.rows, after, heads, world.left)}
    if after:
        buckets.write(sheaf, heads.values())
    files.rows_written(sheaf.conn, standing.rows, after)
    stragglers.note(sheaf, standing.rows, after, late)
    scope.regions_written(sheaf.conn, [row for row in after.values() if row.kind == REGION.name])
    return {key: (world.rows[key].bucket, seq) for key, seq in seqs.items()}


def _note(
    sheaf: Sheaf,
    hand: Hand,
    judged: Sequence[Judged],
    places: Mapping[Key, tuple[str, int]],
    known: Mapping[str, Known],
    centre: str,
) -> None:
    """What became of each group, for whoever asks again, reads the history, or looks at what was put aside.

    What the ledger knows already under another body is kept aside only.
    """
    noted = [each for each in judged if each.verdict.code != "other_body"]
    again = {item.id: known[item.id] for each in noted for item in each.group.items if item.id in known}
    change_ledger.write(sheaf, hand.author, noted, places, again, centre)
    quarantine.write(sheaf.conn, hand.author, judged)

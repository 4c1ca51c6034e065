"""The centre's book: takes in what desks hand in, and tells each desk what is new in what it may see."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import orjson

from gridserver.errors import Refused
from gridserver.storage import (
    change_ledger,
    chores,
    epochs,
    feed,
    handed,
    past,
    quarantine,
    scope,
    snapshots,
    stragglers,
)
from gridserver.storage.buckets import bucket_for
from gridserver.storage.change_ledger import Author
from gridserver.storage.engine import Connection, Lines, Question, Sheaf, text, together
from gridserver.storage.feed import Head
from gridserver.storage.handed import Handed, Known, Lane
from gridserver.storage.people import Caller, caller_of_device, standing_of
from gridserver.storage.snapshots import Offered, Workshop
from gridserver.storage.spoken import gathered
from gridserver.storage.taking import Before, Hand, Took, asking_ground, take
from gridworker.protocol.sync import Group, GroupResult, History, Pull, PullAnswer, Push, PushAnswer, Standing, Taken
from gridworker.records.kind import Role

__all__ = [
    "Pulled",
    "Pushed",
    "apply_groups",
    "bucket_for",
    "history",
    "note_snapshots",
    "pull",
    "push",
    "push_in_short",
    "release",
    "remember",
]

OLDEST_SCHEMA = 1
"""The oldest catalogue of kinds whose changes are still understood."""

_UNCERTAIN = 60_000
"""ms: a transaction that began so shortly before a backup's picture may not be in it."""
_VECTOR = re.compile(r"[0-9a-f]{32}\Z")


@dataclass(frozen=True, slots=True)
class Pulled:
    """The answer to a pull; its rows are text that nobody has read again."""

    standing: Standing
    pages: feed.Pages
    told_all: bool
    """The desk had sent its cursors in full, or they have changed: they are worth remembering."""
    results: Sequence[GroupResult] = ()
    """What a person decided about groups that had come back."""
    offered: Offered = field(default_factory=Offered)

    def message(self) -> dict[str, Any]:
        """For ``protocol.codec.pack``; what is empty stays away."""
        pages = self.pages
        full = {
            "add": [bucket.model_dump(exclude_defaults=True) for bucket in pages.add],
            "drop": pages.drop,
            "pages": pages.pages,
            "snapshots": [made.offer().model_dump() for made in self.offered.snapshots],
            "more": pages.more,
            "results": [result.model_dump(exclude_defaults=True) for result in self.results],
        }
        standing = self.standing.model_dump(exclude_defaults=True)
        return {"standing": standing, **{name: value for name, value in full.items() if value}}

    def answer(self) -> PullAnswer:
        """The same as a message that can be read."""
        return PullAnswer.model_validate(orjson.loads(orjson.dumps(self.message())))


def push(conn: Connection, caller: Caller, message: Push, now: int) -> PushAnswer:
    """Takes in what a device hands in: each group as a whole or not at all, each exactly once; tells of each.

    Raises ``Refused``: ``epoch``, ``fork``, ``gap``, ``too_big``, ``upgrade``, ``bad_request``, ``busy``; then
    nothing was taken. ``now``: ms UTC.
    """
    caller, took, _ = _push(conn, caller, message, now)
    return _answer(caller, took.results, Taken(), now)


class Pushed(NamedTuple):
    """What a push is answered."""

    answer: PushAnswer
    are_left: bool
    """Some records have to go after others now."""


def push_in_short(conn: Connection, caller: Caller, message: Push, now: int, *, ends: bool = False) -> Pushed:
    """The same, and the groups of which there is no more to say than that they were taken are named by their
    numbers alone. ``ends``: the transaction is committed with the last that is written."""
    caller, took, are_left = _push(conn, caller, message, now, in_short=True, ends=ends)
    return Pushed(_answer(caller, took.results, took.taken, now), are_left)


def _answer(caller: Caller, results: list[GroupResult], taken: Taken, now: int) -> PushAnswer:
    return PushAnswer.model_construct(standing=standing_of(caller, now), results=results, taken=taken, reads=[])


def _push(
    conn: Connection, caller: Caller, message: Push, now: int, *, in_short: bool = False, ends: bool = False
) -> tuple[Caller, Took, bool]:
    _refuse_old_epoch(conn, caller, message.epoch)
    refuse_unfit(message)
    groups = handed.read(message.groups)
    spoken = gathered(change for group in groups for change in group.changes)
    locked, remembered, ground = together(
        conn,
        Question(_LANE, {"device": caller.device}),
        change_ledger.remembering(_ids(groups), caller.device, now),
        asking_ground(caller.person, spoken),
    )
    lane, scope_seen = _lane(locked, message.incarnation)
    scope_version = max(min(message.scope, caller.scope), scope_seen)
    lane.known, missing = change_ledger.remembered(remembered)
    handed.count(lane, groups)
    caller = counted(caller, lane)
    sheaf = Sheaf(conn)
    took = _apply(
        conn,
        caller,
        groups,
        lane.known,
        now,
        scope_version,
        asked=_Asked(missing, Before(spoken, scope.ground_of(ground))),
        in_short=in_short,
        sheaf=sheaf,
    )
    _write_lane(sheaf, caller, scope_version, message, now)
    return caller, took, stragglers.are_left(sheaf, ends=ends)


class Opened(NamedTuple):
    """A group out of a box, and the version of the scope that its author knew when he made it."""

    scope: int
    group: Group


def take_opened(
    conn: Connection, caller: Caller, epoch: str, incarnation: int, groups: Sequence[Opened | None], now: int
) -> list[str]:
    """Takes in what a device handed in sealed, each group exactly once, without counting it: its numbers were given
    in another time of this centre. None: a box that could not be read. Returns what became of each.

    Raises ``Refused``: ``epoch``, ``fork``, ``busy``.
    """
    _refuse_old_epoch(conn, caller, epoch)
    _lane(together(conn, Question(_LANE, {"device": caller.device}))[0], incarnation)
    verdicts = []
    for each in groups:
        if each is None:
            verdicts.append("unreadable")
            continue
        group = handed.read_again(each.group)
        known = change_ledger.known(conn, _ids([group]))
        (result,) = _apply(conn, caller, [group], known, now, min(each.scope, caller.scope)).results
        verdicts.append(str(result.verdict))
    return verdicts


def refuse_unfit(message: Push, oldest: int = 0) -> None:
    """Raises ``Refused`` for a push that this centre does not read. ``oldest``: the catalogue, where it is another
    than usual."""
    if message.schema_version < (oldest or OLDEST_SCHEMA):
        raise Refused("upgrade")
    if not 0 < message.incarnation < 2**31:
        raise Refused("bad_request")


def counted(caller: Caller, lane: Lane) -> Caller:
    """The caller after his groups were counted; what a backup covers of an old life is nothing in a new one."""
    durable_n = caller.durable_n if caller.incarnation == lane.incarnation else 0
    return replace(caller, incarnation=lane.incarnation, last_n=lane.last_n, durable_n=durable_n)


def apply_groups(
    conn: Connection, caller: Caller, groups: Sequence[Group], now: int, scope_version: int
) -> list[GroupResult]:
    """Merges groups as ``caller``; the device's lane is locked already, and its numbers are its own affair.

    A group that was taken before is answered as it was then. ``scope_version``: what the author knew when he
    made the changes. The centre itself (role ``centre``) may write everywhere. Raises ``Refused("busy")``.
    """
    read = handed.read(groups)
    return _apply(conn, caller, read, change_ledger.known(conn, _ids(read)), now, scope_version).results


def pull(conn: Connection, caller: Caller, message: Pull, now: int, workshop: Workshop | None = None) -> Pulled:
    """What is new for a device, as far as it fits into one answer. ``conn`` sees one picture of everything, read
    only. Large buckets of which the desk has nothing are offered as snapshots where there is a ``workshop``.

    Raises ``Refused``: ``epoch``, or ``vector`` when the cursors are not remembered.
    """
    _refuse_old_epoch(conn, caller, message.epoch)
    cursors: Mapping[str, int] = message.cursors
    by_name = bool(message.vector) and not cursors
    if message.vector:
        is_vector = _VECTOR.match(message.vector) is not None
        known = feed.remembered(conn, caller.device, message.vector) if is_vector else None
        if known is None:
            raise Refused("vector")
        cursors = {**known, **cursors}
    held = scope.buckets_of(conn, caller.person)
    heads = feed.heads_of(conn, [bucket.id for bucket in held])
    large = to_be_offered(heads, cursors, message, workshop.least) if workshop is not None else []
    offered = (
        workshop.offers(conn, message.epoch, large, message.begun, now, message.form)
        if workshop is not None and large
        else Offered()
    )
    pages = feed.news(conn, held, heads, cursors, message.most, {head.bucket for head in large}, message.floors)
    pages.add = snapshots.sized(conn, pages.add)
    told_all = not pages.more and (not by_name or bool(pages.pages or pages.add or pages.drop))
    results = quarantine.since_heard(conn, caller.person, message.asked, _covered(conn)) if message.asked else ()
    return Pulled(standing_of(caller, now), pages, told_all, results, offered)


def remember(conn: Connection, device: str, pulled: Pulled) -> None:
    """Keeps where the desk stands after a whole answer, so that it need not say so the next time."""
    if pulled.told_all:
        feed.remember(conn, device, pulled.pages.cursors)


def note_snapshots(conn: Connection, pulled: Pulled) -> None:
    """Lets the desk have the snapshots that were made for it."""
    snapshots.note(conn, pulled.offered.fresh)


def history(conn: Connection, caller: Caller, kind: str, record: str) -> History:
    """Every write of a record, newest first. Raises ``Refused("not_found")`` when there is none that he may see."""
    bucket = conn.scalar(_BUCKET, {"kind": kind, "record": record})
    if bucket is None or not scope.may_see(conn, caller.person, bucket):
        raise Refused("not_found")
    return History(entries=past.history_of(conn, kind, record))


def release(conn: Connection, put_aside: int, by: str, now: int) -> GroupResult:
    """Takes a group that was put aside, on the word of a person who looked at it; its author stays its author.

    What still does not fit stays aside and whole, and the answer says why. Raises ``Refused("not_found")``.
    """
    aside = quarantine.one(conn, put_aside)
    caller = caller_of_device(conn, aside.device) if aside is not None else None
    if aside is None or caller is None:
        raise Refused("not_found")
    group = handed.read_again(aside.group)
    known = change_ledger.known(conn, [item.id for item in group.items])
    author = Author(caller.device, caller.incarnation, caller.person, now)
    before = conn.begin_nested()
    (result,) = take(conn, Hand(author, caller.role, caller.scope, caller.centre, trusted=True), [group], known).results
    if result.verdict in ("ok", "conflict"):
        before.commit()
        quarantine.settle(conn, put_aside, "taken", by, now)
    else:
        before.rollback()
        quarantine.judge_again(conn, put_aside, result.code, result.reason, now)
    return result


def _refuse_old_epoch(conn: Connection, caller: Caller, epoch: str) -> None:
    if epoch != caller.epoch:
        raise Refused("epoch", kept=epochs.kept_since(conn, caller.device, epoch))


def _covered(conn: Connection) -> int:
    """What was settled before this (ms UTC) is in a backup."""
    rounds = chores.last(conn)
    backup, archive = rounds.get("backup"), rounds.get("archive")
    copied = backup.at if backup is not None and backup.ok else 0
    archived = int(archive.told.get("covered", 0)) if archive is not None and archive.ok else 0
    return max(copied, archived) - _UNCERTAIN


def to_be_offered(heads: Mapping[str, Head], cursors: Mapping[str, int], message: Pull, least: int) -> list[Head]:
    """The buckets that come to this desk as snapshots; ``least``: the rows from which on one does."""
    if not message.snapshots:
        return []
    lacking, paged = feed.lacking(heads, cursors), set(message.paged)
    return [head for head in lacking if head.entries >= least and head.bucket not in paged]


class _Asked(NamedTuple):
    """What was asked about the groups of a push beforehand."""

    missing: set[str]
    before: Before
    """Of all of them."""


def _apply(
    conn: Connection,
    caller: Caller,
    groups: Sequence[Handed],
    known: Mapping[str, Known],
    now: int,
    scope_version: int,
    *,
    asked: _Asked | None = None,
    in_short: bool = False,
    sheaf: Sheaf | None = None,
) -> Took:
    """Answers what was answered before, puts aside what cannot be trusted, and takes the rest."""
    repeats, fresh, aside = handed.sorted_out(groups, known, caller.person, caller.status != "active")
    told = change_ledger.answers(conn, repeats)
    author = Author(caller.device, caller.incarnation, caller.person, now)
    was = scope.roles_since(conn, caller.person, scope_version) if scope_version < caller.scope else ()
    roles = (*was, caller.role)
    hand = Hand(
        author,
        roles[0],
        scope_version,
        caller.centre,
        trusted=caller.role == Role.CENTRE,
        since=roles[1:],
        missing=asked.missing if asked is not None else None,
        before=asked.before if asked is not None and len(fresh) - len(aside) == len(groups) else None,
    )
    took = take(conn, hand, fresh, known, aside, in_short=in_short, sheaf=sheaf)
    told.update({result.tx: result for result in took.results})
    return took._replace(results=[told[group.tx] for group in groups if group.tx in told])


def _ids(groups: Sequence[Handed]) -> list[str]:
    return [item.id for group in groups for item in group.items]


def _lane(locked: Lines, incarnation: int) -> tuple[Lane, int]:
    """What ``_LANE`` brought. Also returns the version of the scope that the device knew last: it does not know less
    afterwards.
    """
    ((known, last_n, scope_seen),) = locked
    return handed.lane(incarnation, known, last_n), scope_seen


def _write_lane(sheaf: Sheaf, caller: Caller, scope_version: int, message: Push, now: int) -> None:
    """Notes how far the device has come, and what it says that it still holds."""
    told = {
        "device": caller.device,
        "incarnation": caller.incarnation,
        "last_n": caller.last_n,
        "scope": scope_version,
        "offset": max(min(now - message.clock.wall, 2**62), -(2**62)) if message.clock.wall else None,
        "waiting": min(max(message.highest - caller.last_n, 0), 2**31 - 1) if message.highest else None,
        "since": _made_last(message, now),
    }
    sheaf.add(_WRITE_LANE, told)


def _made_last(message: Push, now: int) -> int:
    """When the last change of the push was made, by the device's clock: what it still holds was made after that."""
    times = [wire.get("t") for group in message.groups for wire in group.changes]
    return min(max((each for each in times if isinstance(each, int)), default=now), now)


# Requests of one device queue here.
_LANE = text("SELECT incarnation, last_n, scope_seen FROM device WHERE id = CAST(:device AS uuid) FOR NO KEY UPDATE")
_WRITE_LANE = text("""
    UPDATE device SET durable_n = CASE WHEN incarnation = :incarnation THEN durable_n ELSE 0 END,
        incarnation = :incarnation, last_n = :last_n, scope_seen = :scope,
        clock_offset = coalesce(CAST(:offset AS bigint), clock_offset),
        waiting = CAST(:waiting AS integer),
        waiting_since = CASE WHEN CAST(:waiting AS integer) > 0 THEN CAST(:since AS bigint) END
    WHERE id = CAST(:device AS uuid)
""")
_BUCKET = text("SELECT bucket FROM record WHERE id = CAST(:record AS uuid) AND kind = :kind")

"""A centre without a database: the book's own decisions (reading, numbering, merging, feeding), on dicts.

``tests/simulation`` hands the same pushes and pulls to this and to the centre on PostgreSQL.
"""

import copy
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import orjson

from gridserver.errors import Refused
from gridserver.storage import change_ledger, feed, forgotten, handed, past, twins
from gridserver.storage.book import Pulled, counted, refuse_unfit, to_be_offered
from gridserver.storage.buckets import Head
from gridserver.storage.change_ledger import Author, Judged
from gridserver.storage.handed import Handed, Item, Known
from gridserver.storage.judging import judge
from gridserver.storage.merging import WAIT_FOR_OTHERS, World, back_to, led_on, put_aside
from gridserver.storage.people import Caller, standing_of
from gridserver.storage.rows import Key, place
from gridserver.storage.snapshots import Made, Offered
from gridserver.storage.spoken import gathered
from gridserver.storage.taking import Hand, own_stretches, shortly, with_twins
from gridserver.storage.taking import beside as with_them
from gridworker.protocol import PAGE_ROWS, sync
from gridworker.protocol.sync import (
    RELEASED,
    BucketInfo,
    Fetch,
    Group,
    GroupResult,
    Problem,
    Pull,
    Push,
    PushAnswer,
    Taken,
    vector_of,
)
from gridworker.records import KINDS, rights
from gridworker.records.change import Change, Verb
from gridworker.records.kind import BucketClass, Kind, Role
from gridworker.records.kinds.conflict import CONFLICT
from gridworker.records.references import belonging, references
from gridworker.records.row import Row
from simulation import naming
from simulation.snapshots import Cellar
from simulation.twins import Register


@dataclass(frozen=True, slots=True)
class Device:
    """What the centre knows of one desk."""

    person: str
    status: str = "active"
    incarnation: int = 1
    last_n: int = 0
    durable_n: int = 0
    scope_seen: int = 0


@dataclass(frozen=True, slots=True)
class Account:
    """A person: his role, the version of his scope, what he holds or held (bucket, from, until), and what he was
    before (role, until)."""

    role: str
    version: int = 1
    grants: tuple[tuple[str, int, int | None], ...] = ()
    was: tuple[tuple[str, int], ...] = ()

    def holds(self) -> set[str]:
        """The buckets that he holds now."""
        return {bucket for bucket, _, until in self.grants if until is None}

    def held_since(self, version: int) -> set[str]:
        """The buckets that he held when his scope had this version, or was given since."""
        return {bucket for bucket, _, until in self.grants if until is None or until > version}

    def roles_since(self, version: int) -> list[str]:
        """What he was when his scope had this version, and became since, without what he is now."""
        return [role for role, until in self.was if until > version]


class Mark(NamedTuple):
    """A line of the ledger."""

    known: Known
    kind: str
    record: str
    body: bytes
    arrived: int
    n: int = 0


class PutAside(NamedTuple):
    """A group that waits for a person."""

    device: str
    person: str
    group: Handed
    verdict: sync.Verdict
    code: str
    reason: str
    settled: str = ""
    settled_at: int = 0
    judged: bool = False
    """Somebody has looked at it, and it still waits."""


@dataclass(slots=True)
class Books:
    """All that the database holds."""

    epoch: str
    author: str
    backup: bool = False
    backup_at: int = 0
    """When the last backup was made, ms UTC."""
    devices: dict[str, Device] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)
    rows: dict[Key, Row] = field(default_factory=dict)
    by_id: dict[str, tuple[Key, ...]] = field(default_factory=dict)
    about: dict[str, tuple[Key, ...]] = field(default_factory=dict)
    """By record: the conflicts about it."""
    seqs: dict[Key, int] = field(default_factory=dict)
    wires: dict[Key, str] = field(default_factory=dict)
    heads: dict[str, feed.Head] = field(default_factory=dict)
    feeds: dict[str, dict[tuple[Key, bool], int]] = field(default_factory=dict)
    """By bucket, in the order of their places: (record, whether it is here) to place."""
    departures: dict[tuple[str, str, str], str] = field(default_factory=dict)
    """(bucket, kind, id) to what the feed says."""
    ledger: dict[str, Mark] = field(default_factory=dict)
    numbers: dict[tuple[str, int, int], str] = field(default_factory=dict)
    """(device, incarnation, n) to the id of the change."""
    answers: dict[tuple[str, str], tuple[str, str, tuple[str, ...]]] = field(default_factory=dict)
    aside: dict[tuple[str, bytes], PutAside] = field(default_factory=dict)
    vectors: dict[str, tuple[str, dict[str, int]]] = field(default_factory=dict)
    left: tuple[tuple[str, dict[str, tuple[int, int]]], ...] = ()
    """``epochs``: each epoch that ended with a restore, and how far each device had come in what was put back."""
    arrived: int = 0
    snapshots: dict[tuple[str, str], Made] = field(default_factory=dict)
    """(bucket, name)."""
    known_by: dict[bytes, tuple[Key, ...]] = field(default_factory=dict)
    """``natural_key``: which records said the same of themselves."""
    own: dict[str, BucketInfo] = field(default_factory=dict)
    """By case: the bucket that it has, or had, of its own."""
    readers: dict[str, frozenset[str]] = field(default_factory=dict)
    """``bucket_reader``."""
    shut: dict[str, int] = field(default_factory=dict)
    """``bucket_shut``."""

    def copy(self) -> "Books":
        """As they are at this moment: what a backup holds. Lines are never changed, only replaced."""
        other = copy.copy(self)
        for name in self.__slots__:
            value = getattr(self, name)
            if isinstance(value, dict):
                setattr(other, name, dict(value))
        other.feeds = {bucket: dict(lines) for bucket, lines in self.feeds.items()}
        return other


class _Took(NamedTuple):
    """What became of some groups; of those named in ``plain`` there is no more to say than that they were taken."""

    results: list[GroupResult]
    plain: set[str]
    taken: Taken


class _Told(NamedTuple):
    code: str
    reason: str
    conflicts: Sequence[str]


class Centre:
    """The centre. ``homes``: (class, region) to bucket; ``infos``: every bucket that there is."""

    def __init__(
        self, books: Books, homes: Mapping[tuple[str, str], str], infos: Mapping[str, BucketInfo], most: int = PAGE_ROWS
    ) -> None:
        self.books = books
        self.homes = homes
        self.infos = infos
        self.most = most
        """Rows in one answer: few, so that every second pull takes several."""
        self.cellar: Cellar | None = None
        """Where snapshots are made; without one all comes as pages."""
        self.kinds: Mapping[str, Kind] = KINDS
        """What its program knows,"""
        self.oldest = 0
        """and the oldest catalogue that it takes; 0: as usual."""
        self.results: Sequence[GroupResult] = ()
        """What became of every group of the last push."""
        self._callers: dict[str, tuple[tuple[Device, Account, str, bool], Caller]] = {}
        """Who spoke last from each device, and of what that was made."""

    # ------------------------------------------------------------------ requests

    def caller(self, device: str) -> Caller:
        """Who speaks. Raises ``Refused`` when nobody knows him."""
        books = self.books
        known = books.devices.get(device)
        if known is None:
            raise Refused("auth")
        account = books.accounts[known.person]
        told = (known, account, books.epoch, books.backup)
        before = self._callers.get(device)
        if before is None or before[0] != told:
            before = self._callers[device] = (told, _caller(device, *told))
        return before[1]

    def problem(self, refused: Refused, device: str, now: int) -> Problem:
        """A refusal as it leaves."""
        if device not in self.books.devices:
            return Problem(error=refused.error, reason=refused.reason)
        standing = standing_of(self.caller(device), now)
        return Problem(
            error=refused.error, reason=refused.reason, want=refused.want, kept=refused.kept, standing=standing
        )

    def push(self, device: str, message: Push, now: int) -> PushAnswer:
        """``book.push_in_short``; ``results`` tells of every group."""
        caller = self.caller(device)
        self._refuse_old_epoch(device, message.epoch)
        refuse_unfit(message, self.oldest)
        groups = handed.read(message.groups)
        known_device = self.books.devices[device]
        lane = handed.lane(message.incarnation, known_device.incarnation, known_device.last_n)
        scope_version = max(min(message.scope, caller.scope), known_device.scope_seen)
        lane.known = self._known(groups)
        handed.count(lane, groups)
        caller = counted(caller, lane)
        took = self._apply(caller, groups, lane.known, now, scope_version)
        self.results = took.results
        self.books.devices[device] = replace(
            known_device,
            durable_n=caller.durable_n,
            incarnation=lane.incarnation,
            last_n=lane.last_n,
            scope_seen=scope_version,
        )
        told = [result for result in took.results if result.tx not in took.plain]
        return PushAnswer.of(standing=standing_of(caller, now), results=told, taken=took.taken, reads=[])

    def pull(self, device: str, message: Pull, now: int) -> Pulled:
        """``book.pull``, with what is remembered after the answer has left."""
        caller = self.caller(device)
        if caller.status != "active":
            raise Refused("device")
        self._refuse_old_epoch(device, message.epoch)
        cursors: Mapping[str, int] = message.cursors
        by_name = bool(message.vector) and not cursors
        if message.vector:
            vector, kept = self.books.vectors.get(device, ("", {}))
            if vector != message.vector:
                raise Refused("vector")
            cursors = {**kept, **cursors}
        held = self.infos_of(sorted(self.books.accounts[caller.person].holds()))
        most = min(message.most, self.most)
        large, offered = self._offered(held, cursors, message, now)
        pages = feed.composed(held, cursors, most, self._heads, self._entries, large, message.floors)
        told_all = not pages.more and (not by_name or bool(pages.pages or pages.add or pages.drop))
        if told_all:
            self.books.vectors[device] = (vector_of(pages.cursors), pages.cursors)
        results = self._since_heard(caller.person, message.asked)
        return Pulled(standing_of(caller, now), pages, told_all, results, offered)

    def _offered(
        self, held: Sequence[BucketInfo], cursors: Mapping[str, int], message: Pull, now: int
    ) -> tuple[set[str], Offered]:
        """The buckets that come as snapshots, and those snapshots that can be had now."""
        if self.cellar is None:
            return set(), Offered()
        heads = {info.id: self.books.heads.get(info.id) or feed.Head(info.id) for info in held}
        large = to_be_offered(heads, cursors, message, self.cellar.least)
        offered = self.cellar.offered(self.books, large, message.begun, now) if large else Offered()
        return {head.bucket for head in large}, offered

    def infos_of(self, buckets: Sequence[str]) -> list[BucketInfo]:
        """What is told of them."""
        own = {info.id: info for info in self.books.own.values()}
        return [self.infos.get(bucket) or own[bucket] for bucket in buckets]

    def note_snapshots(self, pulled: Pulled) -> None:
        """``book.note_snapshots``, after the answer has left."""
        for made in pulled.offered.fresh:
            if self.books.shut.get(made.bucket, 0) <= made.seq:
                self.books.snapshots[made.bucket, made.sha] = made

    def fetch(self, device: str, wanted: Fetch) -> bytes | None:
        """``service.snapshot``: the file, for whoever may see its bucket at this moment."""
        caller = self.caller(device)
        if caller.status != "active":
            raise Refused("device")
        if self.cellar is None or wanted.bucket not in self.books.accounts[caller.person].holds():
            return None
        made = self.books.snapshots.get((wanted.bucket, wanted.sha))
        return self.cellar.shelf.files[made.sha] if made is not None and self.cellar.has(made) else None

    def _refuse_old_epoch(self, device: str, epoch: str) -> None:
        """``epochs.kept_since``."""
        if epoch == self.books.epoch:
            return
        ended = [one for one, _ in self.books.left]
        since = self.books.left[ended.index(epoch) :] if epoch in ended else ()
        raise Refused("epoch", kept=min((numbers.get(device, (0, 0)) for _, numbers in since), default=(0, 0)))

    def _since_heard(self, person: str, asked: Sequence[str]) -> list[GroupResult]:
        """``quarantine.since_heard``."""
        wanted, told = set(asked), {}
        for kept in sorted(self.books.aside.values(), key=lambda each: each.settled == "taken") if wanted else ():
            if kept.group.tx in wanted and kept.person == person and (kept.settled or kept.judged):
                taken = kept.settled == "taken"
                told[kept.group.tx] = GroupResult(
                    tx=kept.group.tx,
                    verdict="ok" if taken else kept.verdict,
                    numbers=[],
                    code=RELEASED if taken else kept.code,
                    reason="" if taken else kept.reason,
                    durable=taken and kept.settled_at < self.books.backup_at,
                )
        return list(told.values())

    def release(self, which: tuple[str, bytes], now: int) -> GroupResult:
        """``book.release``: a person looked at a group that was put aside."""
        kept = self.books.aside[which]
        caller = self.caller(kept.device)
        group = handed.read_again(Group(tx=kept.group.tx, act=kept.group.act, changes=_wires(kept.group)))
        known = self._known([group])
        author = Author(caller.device, caller.incarnation, caller.person, now)
        before = self.books.copy()
        (result,) = self._take(
            Hand(author, caller.role, caller.scope, self.books.author, trusted=True), [group], known
        ).results
        if result.verdict in ("ok", "conflict"):
            self.books.aside[which] = kept._replace(settled="taken", settled_at=now)
        else:
            self.books = before
            self.books.aside[which] = kept._replace(code=result.code, reason=result.reason, judged=True)
        return result

    def write(self, groups: Sequence[Group], now: int) -> list[GroupResult]:
        """What the centre itself does, as ``author.Author.write`` hands it in; numbers are given here."""
        author = self.books.author
        device = self.books.devices[author]
        n = device.last_n
        for group in groups:
            for wire in group.changes:
                n += 1
                wire["n"] = n
        self.books.devices[author] = replace(device, last_n=n)
        read = handed.read(groups)
        caller = self.caller(author)
        return self._apply(caller, read, self._known(read), now, caller.scope).results

    # ------------------------------------------------------------------ taking

    def _known(self, groups: Sequence[Handed]) -> dict[str, Known]:
        ledger = self.books.ledger
        found = ((item.id, ledger.get(item.id)) for group in groups for item in group.items)
        return {name: mark.known for name, mark in found if mark is not None}

    def _apply(
        self, caller: Caller, groups: Sequence[Handed], known: Mapping[str, Known], now: int, scope_version: int
    ) -> _Took:
        repeats, fresh, aside = handed.sorted_out(groups, known, caller.person, caller.status != "active")
        told = {}
        for group, marks in repeats:
            kept = self.books.answers.get((marks[0].device, group.tx)) if _has_answer(marks) else None
            told[group.tx] = change_ledger.answer(group, marks, None if kept is None else _Told(*kept))
        author = Author(caller.device, caller.incarnation, caller.person, now)
        roles = (*self.books.accounts[caller.person].roles_since(scope_version), caller.role)
        hand = Hand(
            author,
            roles[0],
            scope_version,
            self.books.author,
            trusted=caller.role == Role.CENTRE,
            since=roles[1:],
        )
        took = self._take(hand, fresh, known, aside)
        told.update({result.tx: result for result in took.results})
        return took._replace(results=[told[group.tx] for group in groups])

    def _take(
        self,
        hand: Hand,
        groups: Sequence[Handed],
        known: Mapping[str, Known],
        aside: Mapping[str, tuple[str, str]] | None = None,
    ) -> _Took:
        if not groups:
            return _Took([], set(), Taken())
        aside = aside or {}
        changes = [change for group in groups if group.tx not in aside for change in group.changes]
        before, world = self._world(hand, changes)
        judged = []
        for group in groups:
            if group.tx in aside:
                verdict = put_aside(world, group, *aside[group.tx])
            else:
                verdict = judge(world, group, handed.first_at(group, known, hand.author.now))
            judged.append(Judged(group, verdict))
        judged = with_twins(judged, twins.found(Register(self.books), world, before))
        heads, places = self._write(before, world)
        self._note(hand.author, judged, places, known)
        results = [change_ledger.result(each.group, each.verdict, places) for each in judged]
        plain = {each.group.tx for each in judged if each.verdict.plain}
        taken = shortly([each for each in judged if each.verdict.plain], places, own_stretches(heads, judged, places))
        return _Took(results, plain, taken)

    def _world(self, hand: Hand, changes: Sequence[Change]) -> tuple[dict[Key, Row], World]:
        books = self.books
        account = books.accounts[hand.author.person]
        claimed = {change.bucket for change in changes}
        held = claimed if hand.trusted else claimed & account.holds()
        then = (claimed - held) & account.held_since(hand.scope_version)
        spoken = gathered(changes, self.kinds)
        strange = claimed - account.holds() - then
        about = {record: list(books.about[record]) for record in spoken.edited if record in books.about}
        spoken_of = (*(change.record for change in changes), *spoken.leaders)
        keys = [key for record in spoken_of for key in books.by_id.get(record, ())]
        keys += [key for found in about.values() for key in found]
        for key in keys:  # a conflict that is edited itself
            if key[0] == CONFLICT.name:
                of = books.rows[key].fields["record"]
                about.setdefault(of, [])
                if key not in about[of]:
                    about[of].append(key)
        before = {key: books.rows[key] for key in keys}
        moved = {
            change.record
            for change in changes
            if (row := before.get((change.kind, change.record))) is not None and row.bucket != change.bucket
        }
        moved |= spoken.leaders | with_them(before.values(), moved)
        unknown = {bucket for bucket in strange if self._is_forgotten(bucket)} if strange else set()
        towns = forgotten.towns(before, changes, strange, unknown) if strange else {}
        instead = {own: town for own, town in towns.items() if hand.trusted or town in account.holds()}
        homes = {each: self.homes[each] for each in spoken.homes if each in self.homes}
        if hand.role == Role.CENTRE:
            asked = [each for each in spoken.homes if each[1] in books.own]
            homes |= {each: books.own[each[1]].id for each in asked}
        world = World(
            author=rights.Author(hand.author.person, hand.role),
            centre=books.author,
            now=hand.author.now,
            rows=dict(before),
            about=about,
            homes=homes,
            held=held | set(instead.values()),
            instead=instead,
            unknown=unknown,
            held_then=then,
            left={key for key in books.departures if key[2] in moved} if moved else set(),
            past=past.gathered(before, changes, self._bodies),
            missing=self._not_made(hand.author.device, hand.author.now),
            targets=self._targets(before, changes),
            pointing=spoken.pointing,
            belonging=self._belonging(before, changes),
            coming=spoken.coming,
            since=[rights.Author(hand.author.person, role) for role in hand.since],
            kinds=self.kinds,
        )
        return before, world

    def _is_forgotten(self, bucket: str) -> bool:
        """``forgotten.among``."""
        return bucket not in self.infos and not self.books.readers.get(bucket)

    def _targets(self, before: Mapping[Key, Row], changes: Sequence[Change]) -> dict[str, Row | None]:
        """``rows.targets`` of what ``taking`` asks for."""
        spoken_of = {change.record for change in changes}
        found: dict[str, Row | None] = {}
        for change in changes:
            kind = KINDS.get(change.kind)
            back = back_to(kind, before.get((change.kind, change.record)), change)
            named = [*references(kind, change), *back] if kind is not None else []
            for reference in named:
                is_spoken_of = reference.target in spoken_of and reference not in back
                if not is_spoken_of:
                    found |= self._gone([reference.target])
        asked: set[str] = set()
        while further := led_on([*before.values(), *found.values()]) - asked:
            asked |= further
            found |= self._gone(further)
        return found

    def _gone(self, records: Iterable[str]) -> dict[str, Row | None]:
        """``rows.targets``."""
        rows = [self.books.rows[key] for record in records for key in self.books.by_id.get(record, ())]
        return {row.id: row if row.removed is not None else None for row in rows}

    def _belonging(self, before: Mapping[Key, Row], changes: Sequence[Change]) -> dict[str, list[Row]]:
        """``taking``'s: by record that is to be removed, what belongs to it."""
        found = {}
        for change in changes:
            row = before.get((change.kind, change.record))
            if change.verb is not Verb.DEL or row is None or change.kind not in KINDS:
                continue
            if kinds := {kind.name for kind, _ in belonging(KINDS, change.kind)}:
                lay = {row.bucket, *(bucket for bucket, *which in self.books.departures if which[1] == row.id)}
                named = (r for r in self.books.rows.values() if r.kind in kinds and r.bucket in lay)
                found[change.record] = [r for r in named if r.removed is None and row.id in r.fields.values()]
        return found

    def _bodies(self, ids: Iterable[str]) -> Iterator[tuple[str, str]]:
        found = (self.books.ledger.get(each) for each in ids)
        return ((mark.known.verdict, mark.body.decode()) for mark in found if mark is not None and mark.kind)

    def _not_made(self, device: str, now: int) -> set[str]:
        """``change_ledger.not_made``."""
        since = now - WAIT_FOR_OTHERS
        refused = (self.books.ledger.get(item.id) for group in self._aside_of(device) for item in group.items)
        return {
            mark.record
            for mark in refused
            if mark is not None
            and mark.known.device == device
            and mark.known.verdict in ("refused", "quarantined")
            and mark.known.at > since
            and b'"k":"create"' in mark.body
            and (mark.kind, mark.record) not in self.books.rows
        }

    def _aside_of(self, device: str) -> Iterator[Handed]:
        return (kept.group for (owner, _), kept in self.books.aside.items() if owner == device)

    def _write(self, before: Mapping[Key, Row], world: World) -> tuple[dict[str, Head], dict[Key, tuple[str, int]]]:
        books = self.books
        after = {key: world.rows[key] for key in world.touched}
        touched = {row.bucket for row in (*after.values(), *(before[k] for k in after if k in before))}
        touched |= {bucket for bucket, *which in world.left if tuple(which) in after and tuple(which) not in before}
        heads = {b: _head(books.heads.get(b) or feed.Head(b)) for b in touched}
        placed = place(before, after, heads, world.left)
        for row in placed.new:
            key = (row.kind, row.id)
            books.by_id[row.id] = (*books.by_id.get(row.id, ()), key)
            if row.kind == CONFLICT.name:
                of = row.fields["record"]
                books.about[of] = (*books.about.get(of, ()), key)
        for row in placed.changed:
            key = (row.kind, row.id)
            books.feeds[before[key].bucket].pop((key, True))
        for key, row in after.items():
            books.rows[key], books.seqs[key] = row, placed.seqs[key]
            books.wires[key] = orjson.dumps(row.to_wire()).decode()
        lines = [(row.bucket, placed.seqs[row.kind, row.id], (row.kind, row.id), True) for row in after.values()]
        for left, seq, row in placed.moved:
            key = (row.kind, row.id)
            if books.departures.pop((row.bucket, *key), None) is not None:
                books.feeds[row.bucket].pop((key, False))
            books.departures[left, row.kind, row.id] = orjson.dumps([row.kind, row.id, row.ver, "m"]).decode()
            books.feeds.setdefault(left, {}).pop((key, False), None)
            lines.append((left, seq, key, False))
        for bucket, seq, key, here in sorted(lines, key=lambda line: line[1]):
            books.feeds.setdefault(bucket, {})[key, here] = seq
        for bucket, head in heads.items():
            old = books.heads.get(bucket) or feed.Head(bucket)
            books.heads[bucket] = old._replace(seq=head.seq, entries=head.entries, set_hash=f"{head.set_hash:032x}")
        return heads, {key: (row.bucket, books.seqs[key]) for key, row in world.rows.items()}

    def _note(
        self,
        author: Author,
        judged: Sequence[Judged],
        places: Mapping[Key, tuple[str, int]],
        known: Mapping[str, Known],
    ) -> None:
        for each in judged:
            if each.verdict.code != "other_body":
                self._note_group(author, each, places, known)
            if each.verdict.verdict in ("refused", "quarantined"):
                digest = each.group.text()
                kept = PutAside(author.device, author.person, each.group, *each.verdict[:3])
                self.books.aside.setdefault((author.device, digest), kept)

    def _note_group(
        self, author: Author, each: Judged, places: Mapping[Key, tuple[str, int]], known: Mapping[str, Known]
    ) -> None:
        books, verdict = self.books, each.verdict
        where = places if verdict.touched else {}
        for item in each.group.items:
            change = item.change
            key = (change.kind, change.record) if change is not None else ("", "")
            bucket, seq = where.get(key, (None, None))
            at = known[item.id].at if item.id in known else author.now
            books.arrived += 1
            self._number(author, item, books.ledger.pop(item.id, None))
            line = Known(
                author.device,
                author.incarnation,
                author.person,
                each.group.tx,
                verdict.verdict,
                verdict.late,
                item.sha,
                bucket,
                seq,
                at,
                item.n,
            )
            books.ledger[item.id] = Mark(line, *key, item.body, books.arrived, item.n)
        for note in verdict.notes:
            self._note_own(note, verdict.late, places, author.now)
        if verdict.verdict not in ("ok", "held") or verdict.late:
            told = (verdict.code, verdict.reason, tuple(verdict.conflicts))
            books.answers[author.device, each.group.tx] = told

    def _number(self, author: Author, item: Item, before: Mark | None) -> None:
        """The database has an index over the numbers of a device's life; a number used twice would break the push."""
        numbers = self.books.numbers
        if before is not None and before.n:
            numbers.pop((before.known.device, before.known.incarnation, before.n), None)
        if item.n and numbers.setdefault((author.device, author.incarnation, item.n), item.id) != item.id:
            raise RuntimeError("a number of a device was given twice")

    def _note_own(self, note: Change, late: bool, places: Mapping[Key, tuple[str, int]], now: int) -> None:
        books = self.books
        wire = note.to_wire()
        del wire["n"]
        bucket, seq = places[note.kind, note.record]
        books.arrived += 1
        line = Known(books.author, 1, books.author, note.tx, "ok", late, b"", bucket, seq, now)
        books.ledger[note.id] = Mark(line, note.kind, note.record, orjson.dumps(wire), books.arrived)

    # ------------------------------------------------------------------ feeding

    def _heads(self, buckets: Sequence[str]) -> Iterable[feed.Head]:
        return [self.books.heads[bucket] for bucket in buckets if bucket in self.books.heads]

    def _entries(self, buckets: Sequence[str], starts: Sequence[int], most: int) -> tuple[Sequence[feed.Entry], int]:
        entries: list[feed.Entry] = []
        for number, (bucket, start) in enumerate(zip(buckets, starts, strict=True), start=1):
            later = []
            for line in reversed(self.books.feeds.get(bucket, {}).items()):
                if line[1] <= start:
                    break
                later.append(line)
            for (key, here), seq in later[: -1 - (most + 1 - len(entries)) : -1]:  # no more than is told of
                wire = self.books.wires[key] if here else self.books.departures[bucket, *key]
                entries.append(feed.Entry(number, seq, here, wire))
        there = min(len(entries), most + 1)
        size, kept = 0, []
        for entry in entries[:there]:
            if size >= feed.MOST_TEXT:
                break
            kept.append(entry)
            size += len(entry.wire.encode())
        return kept, there

    # ------------------------------------------------------------------ an administrator's and the jobs' work

    def behind(self) -> list[tuple[Row, str]]:
        """``stragglers.of`` for all grids: what lies elsewhere than the record that it follows, and where it goes."""
        grids = (BucketClass.GRID, BucketClass.SENSITIVE)
        regions = {bucket: region for (place, region), bucket in self.homes.items() if place in grids}
        found = []
        for row in self.books.rows.values():
            pointers = (each for each in KINDS[row.kind].follows if row.fields.get(each.pointer) is not None)
            each = next(pointers, None)
            there = None if each is None else self.books.rows.get((each.kind, row.fields[each.pointer]))
            region = None if there is None else regions.get(there.bucket)
            if region is not None and region != regions.get(row.bucket):
                found.append((row, region))
        return found

    def mark_backup(self, now: int) -> None:
        """A backup of what is here now exists."""
        books = self.books
        books.backup, books.backup_at = True, now
        covered = self._covered()
        for name, device in books.devices.items():
            books.devices[name] = replace(device, durable_n=max(device.durable_n, covered[name]))

    def restored(self, books: Books, epoch: str) -> None:
        """A backup is in the place of everything."""
        self.books = books.copy()
        covered = self._covered()
        reached = {name: (device.incarnation, covered[name]) for name, device in self.books.devices.items()}
        self.books.left += ((self.books.epoch, reached),)
        self.books.epoch, self.books.backup = epoch, True
        for name, device in self.books.devices.items():
            self.books.devices[name] = replace(device, durable_n=covered[name])

    def _covered(self) -> dict[str, int]:
        """``meta.COVERED`` of each device: what is held is not taken yet."""
        held: dict[tuple[str, int], int] = {}
        for mark in self.books.ledger.values():
            known = mark.known
            if known.verdict == "held":
                life = (known.device, known.incarnation)
                held[life] = min(mark.n, held.get(life, mark.n))
        devices = self.books.devices.items()
        return {name: min(d.last_n, held.get((name, d.incarnation), d.last_n + 1) - 1) for name, d in devices}

    def regrant(self, person: str, wanted: set[str]) -> None:
        """``scope.regrant`` for one person; ``wanted``: besides what he is named for."""
        account = self.books.accounts[person]
        wanted = wanted | {bucket for bucket, named in self.books.readers.items() if person in named}
        held = account.holds()
        if wanted == held:
            return
        version = account.version + 1
        grants = [
            (b, since, version if until is None and b not in wanted else until) for b, since, until in account.grants
        ]
        grants += [(bucket, version, None) for bucket in sorted(wanted - held)]
        self.books.accounts[person] = replace(account, version=version, grants=tuple(grants))

    def grant_named(self, person: str) -> None:
        """He is named for a case, or is not any more."""
        own = {info.id for info in self.books.own.values()}
        self.regrant(person, self.books.accounts[person].holds() - own)

    def restrict(self, case: str, people: Sequence[str], now: int, new_id: Callable[[], str]) -> list[GroupResult]:
        """A case is for these people; for nobody: for whoever holds the town's."""
        return naming.restrict(self, case, people, now, new_id)

    def change_role(self, person: str, role: str, wanted: set[str]) -> None:
        """``scope.change_role``: the person is something else from now on."""
        account = self.books.accounts[person]
        version = account.version + 1
        self.books.accounts[person] = replace(
            account, role=role, version=version, was=(*account.was, (account.role, version))
        )
        self.regrant(person, wanted)

    def raise_floor(self, bucket: str) -> None:
        """Nobody who stands below the end of this feed is told what left: he starts anew."""
        books = self.books
        head = books.heads.get(bucket)
        if head is None:
            return
        lines = books.feeds.get(bucket, {})
        gone = [key for key, here in lines if not here]
        for key in gone:
            del lines[key, False]
            del books.departures[bucket, *key]
        books.heads[bucket] = head._replace(floor_seq=head.seq, entries=head.entries - len(gone))


def _caller(device: str, known: Device, account: Account, epoch: str, backup: bool) -> Caller:
    return Caller(
        person=known.person,
        user="",
        name="",
        role=account.role,
        county="",
        device=device,
        status=known.status,
        cutoff=0,
        incarnation=known.incarnation,
        last_n=known.last_n,
        durable_n=known.durable_n,
        scope=account.version,
        epoch=epoch,
        backup=backup,
        seen_at=0,
        app_version="",
    )


def _head(head: feed.Head) -> Head:
    return Head(head.bucket, head.seq, head.entries, int(head.set_hash, 16), head.seq)


def _has_answer(marks: Sequence[Known]) -> bool:
    return any(mark.verdict != "ok" or mark.late for mark in marks)


def _wires(group: Handed) -> list[dict[str, Any]]:
    return [orjson.loads(item.body) for item in group.items]

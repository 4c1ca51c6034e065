"""A desk's store without a file: what the engine and the ledger ask of ``gridworker.storage.store``, on dicts.

Each call is a transaction, or several; ``boundary`` is called after each of them, and whoever wants the machine to
die there raises. ``tests/simulation`` drives this and the encrypted store with the same messages.
"""

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar

from gridworker.errors import NotFound
from gridworker.protocol.sync import BucketInfo, GroupResult, Offer, Page, Standing, Stretch, Taken, Wire, Written
from gridworker.records import KINDS
from gridworker.records.change import Change, Verb
from gridworker.records.kind import Kind
from gridworker.records.merge import is_move, lay
from gridworker.records.row import SET_HASH_MODULUS, Row, row_digest
from gridworker.storage.buckets import Bucket
from gridworker.storage.feed import Received
from gridworker.storage.outbox import WAITS, Settled, again, stands
from gridworker.storage.own_changes import OutboxRow
from gridworker.storage.project import ACCEPTED, ATTENTION, DURABLE, LOCAL, by_record, lies_on
from gridworker.storage.snapshot import Snapshot
from gridworker.storage.wish import Arranged
from simulation import desk_snapshots, naming, versions
from simulation.desk_outbox import MINE, Entry, Key, Outbox
from simulation.desk_snapshots import Parcel
from simulation.district import GRIDS

T = TypeVar("T")
_COUNTED = ("incarnation", "next_n", "hlc_last")
_BROKEN = (TypeError, ValueError, KeyError, AttributeError)


class Held(NamedTuple):
    """A record as it lies here; ``row.ver`` and ``row.mark`` are the centre's."""

    bucket: str
    standing: int
    row: Row


class Version(NamedTuple):
    """The centre's version of a record that this desk counts."""

    bucket: str
    ver: int
    mark: str


class Aside(NamedTuple):
    """A row that cannot be read, or not yet."""

    bucket: str
    ver: int
    mark: str
    wire: Wire

    @property
    def version(self) -> Version:
        """What counts of it."""
        return Version(self.bucket, self.ver, self.mark)


@dataclass(slots=True)
class Place:
    """One bucket here."""

    info: BucketInfo
    state: str = "loading"
    cursor: int = 0
    naming: bool = False
    total: int = 0
    named: set[Key] = field(default_factory=set)
    _told: tuple[Any, Bucket] | None = None
    """What was said of it last: an engine asks for all of them a dozen times in a sync."""

    def told(self) -> Bucket:
        """As ``storage.buckets`` tells of it."""
        info = self.info
        now = (info, self.state, self.cursor, self.naming, self.total)
        if self._told is None or self._told[0] != now:
            total = f"{self.total:032x}"
            self._told = (
                now,
                Bucket(
                    info.id, info.bucket_class, info.region, info.record, self.state, self.cursor, self.naming, total
                ),
            )
        return self._told[1]


class DeskStore:
    """One worker's store."""

    def __init__(self, kinds: Mapping[str, Kind] = KINDS, slice_rows: int = 400) -> None:
        self.kinds = kinds
        self.schema = versions.OLD
        """Of its program's catalogue."""
        self.slice_rows = slice_rows
        self.boundary: Callable[[], None] = _nobody_dies
        self.metas: dict[str, Any] = {}
        self.outbox = Outbox()
        self.rows: dict[Key, Held] = {}
        self.base: dict[Key, Row] = {}
        self.unknown: dict[Key, Aside] = {}
        self.quarantined: dict[Key, Aside] = {}
        self.places: dict[str, Place] = {}
        self.parcels: dict[str, Parcel] = {}
        self.laying: dict[str, Iterator[Received]] = {}
        """What this program is in the middle of; it goes with the program."""

    def copy(self) -> "DeskStore":
        """The file as it is at this moment, as a backup or a second machine has it."""
        other = DeskStore(self.kinds, self.slice_rows)
        other.schema = self.schema
        other.metas = dict(self.metas)
        other.outbox = self.outbox.copy()
        other.rows, other.base = dict(self.rows), dict(self.base)
        other.unknown, other.quarantined = dict(self.unknown), dict(self.quarantined)
        other.places = {b: dataclasses.replace(p, named=set(p.named)) for b, p in self.places.items()}
        other.parcels = dict(self.parcels)
        return other

    # ------------------------------------------------------------------ notes, reading

    def meta(self, key: str, default: Any = None) -> Any:
        """What was noted, or is counted."""
        if key in _COUNTED:
            return self.outbox.numbers()[_COUNTED.index(key)]
        return self.metas.get(key, default)

    def set_meta(self, key: str, value: Any) -> None:
        """Note one value."""
        self.set_metas({key: value})

    def set_metas(self, values: Mapping[str, Any]) -> None:
        """Note several values."""
        self.metas.update(values)
        self.boundary()

    def kind(self, name: str) -> Kind:
        """The kind of this name."""
        return self.kinds[name]

    def get(self, kind: str, record: str) -> Row | None:
        """The record as it is shown."""
        here = self.rows.get((kind, record))
        if here is None or (self._is_unseen(here.bucket) and here.standing != LOCAL):
            return None
        return here.row

    def find(self, kind: str, where: Sequence[tuple[str, str, Any]] = (), order: Sequence[str] = ()) -> list[Any]:
        """Live records of which each of these fields has the value given for it."""
        rows = (row for row in self.shown() if row.kind == kind and row.removed is None)
        met = (row for row in rows if all(row.fields.get(name) == value for name, _, value in where))
        return [{**row.fields, "id": row.id} for row in met]

    def region_of(self, kind: str, record: str) -> str | None:
        """The region in whose bucket the record lies."""
        here = self.rows.get((kind, record))
        return None if here is None else self.places[here.bucket].info.region

    def glance(self, kind: str, record: str, fields: Sequence[str]) -> tuple[Any, ...] | None:
        """Some plain fields of a record as shown."""
        row = self.get(kind, record)
        return None if row is None else tuple(map(row.fields.get, fields))

    def fields(self, kind: str, record: str) -> dict[str, Any] | None:
        """The shown fields of a live record."""
        if kind == "region":
            return {"level": "grid"} if record in GRIDS else None
        row = self.get(kind, record)
        return None if row is None or row.removed else row.fields

    def shown(self) -> list[Row]:
        """All records as a person sees them."""
        unseen = {name for name, place in self.places.items() if place.state in ("loading", "dropping")}
        if not unseen:
            return [here.row for here in self.rows.values()]
        return [here.row for here in self.rows.values() if here.bucket not in unseen or here.standing == LOCAL]

    def bucket_for(self, bucket_class: str, region: str) -> str | None:
        """The bucket for records of a class and region."""
        for name, place in self.places.items():
            info, gone = place.info, place.state == "dropping"
            if not gone and (info.bucket_class, info.region, info.record) == (bucket_class, region, ""):
                return name
        return None

    def act(self, act: str) -> list[OutboxRow]:
        """The changes of one act, oldest first."""
        return self.outbox.of_act(act)

    def _is_unseen(self, bucket: str) -> bool:
        place = self.places.get(bucket)
        return place is not None and place.state in ("loading", "dropping")

    # ------------------------------------------------------------------ saving

    def in_one(self, act: Callable[[], T]) -> T:
        """What is read and kept in one go; it is kept last, and nothing before that changes anything."""
        return act()

    def keep(self, changes: Sequence[Change], *, by: str, drop_drafts: Iterable[str] = ()) -> list[Change]:
        """One act, all of it or nothing."""
        numbered = self._keep(changes, by)
        self.boundary()
        return numbered

    def _keep(self, changes: Sequence[Change], by: str, *, again: bool = False) -> list[Change]:
        self._check_held(changes)
        incarnation, next_n, last = self.outbox.numbers()
        offset = self.metas.get("clock_offset", 0)
        numbered = []
        for n, change in enumerate([change for mine in by_record(changes) for change in mine], next_n):
            last = max((change.at + offset) << 16, last + 1)
            change = change.counted(n, last)
            numbered.append(change if change.schema == self.schema else change._replace(schema=self.schema))
        for mine in by_record(numbered):
            key = (mine[0].kind, mine[0].record)
            here = None if mine[0].verb is Verb.CREATE and not again else self.rows.get(key)
            self._keep_row(key, here, mine, by, incarnation)
        return numbered

    def _check_held(self, changes: Sequence[Change]) -> None:
        for change in changes:
            if change.bucket not in self.places:
                raise NotFound(f"bucket {change.bucket}")

    def _keep_row(self, key: Key, here: Held | None, changes: list[Change], author: str, incarnation: int) -> None:
        kind = self.kinds[key[0]]
        row = None if here is None else here.row
        if row is not None and row.ver and key not in self.base:
            self.base[key] = row
        for change in changes:
            before = self._stood_at(kind, row, change) if change.base is None else change.base
            self.outbox.put(change, author, incarnation, before)
            if lies_on(kind, row, change):
                row = lay(kind, row, change, author)
        if row is not None:
            if here is None or row is not here.row:
                row.ver, row.mark = (here.row.ver, here.row.mark) if here is not None else (0, "")
            self.rows[key] = Held(changes[0].bucket, LOCAL, row)

    def _stood_at(self, kind: Kind, row: Row | None, change: Change) -> Any:
        if row is None or change.verb is Verb.CREATE:
            return None
        waiting = self.outbox.bound_for(row.id, change.path) if is_move(kind, change) else None
        return row.value(change.path) if waiting is None else waiting.value

    def bound_for(self, kind: str, record: str) -> OutboxRow | None:
        """The own change that takes a record to another region, until it is there."""
        return self.outbox.bound_for(record, self.kinds[kind].home_field)

    # ------------------------------------------------------------------ outbox

    def waiting(self, most: int) -> list[Change]:
        """The next changes to hand in."""
        return self.outbox.waiting(most)

    def handing(self, most: int, after: int = 0) -> list[Written]:
        """The same as they are written."""
        return self.outbox.handing(most, after)

    def waiting_count(self) -> dict[str, int]:
        """How many changes are in each state."""
        states = (*MINE, "accepted", "discarded")
        return {state: count for state in states if (count := self.outbox.count(state))}

    def open_count(self) -> dict[str, int]:
        """How many of those that the centre has not taken are in each state."""
        return {state: count for state in MINE if (count := self.outbox.count(state))}

    def settle(
        self, results: Sequence[GroupResult], standing: Standing, now: int, taken: Taken | None = None
    ) -> Settled:
        """Note the centre's answers."""
        cursors = {name: place.cursor for name, place in self.places.items()}
        settled = self.outbox.settle(results, cursors.get, now)
        naming.note_elsewhere(self, settled.elsewhere)
        self._tell_all_again(settled.told_again)
        self._stand_again(settled.records - settled.told_again)
        self._note_standing(standing)
        if taken is not None and taken.numbers:
            settled = self._settle_plain(settled, standing, now, taken)
        self.boundary()
        return settled

    def _settle_plain(self, settled: Settled, standing: Standing, now: int, taken: Taken) -> Settled:
        """What ``storage.own_rows`` does: rows that are known without being fetched."""
        by_bucket: dict[str, list[Entry]] = {}
        for entry in self.outbox.answered(standing.incarnation, taken.numbers):
            by_bucket.setdefault(entry.change.bucket, []).append(entry)
        records = set(settled.records)
        for bucket, entries in by_bucket.items():
            self._take(bucket, entries, taken, now)
            records |= _keys(entries)
        self._stand_again(self.outbox.make_durable(standing))
        return settled._replace(records=records, accepted=settled.accepted + sum(map(len, by_bucket.values())))

    def _take(self, bucket: str, entries: list[Entry], taken: Taken, now: int) -> None:
        place, stretch = self.places.get(bucket), taken.own.get(bucket)
        after = None
        if place is not None and stretch is not None and self._is_at(bucket, place, stretch):
            after = self._worked_out(place, entries, stretch)
        seq, laid = stands(taken.seqs.get(bucket), None if place is None else place.cursor)
        if stretch is not None and after is not None:
            seq, laid = stretch.to, 0
        for each in entries:
            self.outbox.turn(each, "accepted")
            each.code, each.reason, each.seq, each.settled_at = "", "", seq, now
            if not laid:
                self.outbox.lift_off(each)
        if place is not None and stretch is not None and after is not None:
            for key, row in after.items():
                self._set_centre(key, row, bucket)
            place.cursor, place.total = stretch.to, int(stretch.hash, 16)
        elif laid:
            self._stand_again(_keys(entries))
        else:
            self._tell_all_again(_keys(entries))

    def _is_at(self, bucket: str, place: Place, stretch: Stretch) -> bool:
        aside = any(each.bucket == bucket for asides in (self.quarantined, self.unknown) for each in asides.values())
        return place.state == "live" and place.cursor == stretch.before and not place.naming and not aside

    def _worked_out(self, place: Place, entries: list[Entry], stretch: Stretch) -> dict[Key, Row] | None:
        """The centre's rows with the changes on them; None when they do not add up to what the centre has."""
        total, after = place.total, {}
        for key in dict.fromkeys((each.change.kind, each.change.record) for each in entries):
            mine = [each for each in entries if (each.change.kind, each.change.record) == key]
            here = self.rows.get(key)
            before = None
            if mine[0].change.verb is not Verb.CREATE:
                before = self.base.get(key, here.row) if here is not None and here.row.ver else None
            row = before
            if key[0] not in self.kinds or (before is None and mine[0].change.verb is not Verb.CREATE):
                return None
            for each in mine:
                change = self.outbox.understood(each.change)
                if not lies_on(self.kinds[key[0]], row, change):
                    return None
                row = lay(self.kinds[key[0]], row, change, each.author)
            if row is None:
                return None
            total += row_digest(*key, row.ver, row.mark)
            total -= row_digest(*key, before.ver, before.mark) if before is not None else 0
            after[key] = row
        return after if f"{total % SET_HASH_MODULUS:032x}" == stretch.hash else None

    def note_standing(self, standing: Standing) -> None:
        """Note what the centre knows of this device."""
        self._note_standing(standing)
        self.boundary()

    def _note_standing(self, standing: Standing) -> None:
        self.metas["backup"], self.metas["durable_n"] = standing.backup, standing.durable_n
        self._stand_again(self.outbox.make_durable(standing))

    def came_back(self, most: int) -> list[str]:
        """Groups of which somebody at the centre may have decided since."""
        return self.outbox.came_back(most)

    def hear_late(self, results: Sequence[GroupResult], now: int) -> set[str]:
        """Note what was decided about groups that had come back."""
        touched = self.outbox.hear_late(results, now)
        self._tell_all_again(touched)
        self.boundary()
        return {kind for kind, _ in touched}

    def requeue_not_durable(self, kept: tuple[int, int] | None = None) -> int:
        """Hand in again what may be lost at the centre."""
        touched = self.outbox.requeue_not_durable(kept)
        self._stand_again(touched)
        self.boundary()
        return len(touched)

    def renumber(self, first: int, incarnation: int) -> int:
        """A new life of this store."""
        next_n = self.outbox.renumber(first, incarnation)
        self.metas["renumbered"] = self.metas.get("renumbered", 0) + 1
        self.boundary()
        return next_n

    def retry_held(self) -> int:
        """Offer once more what the centre held."""
        done = self.outbox.retry_held()
        self.boundary()
        return done

    def discard(self, tx: str, now: int) -> None:
        """Give up a refused group."""
        self._tell_all_again(self.outbox.give_up(tx, now))
        self.boundary()

    def resend(self, tx: str, now: int, new_id: Callable[[], str]) -> list[Change]:
        """A refused group as a new one, in its place."""
        changes = self.outbox.refused(tx)
        fresh = [self._where_it_lies(change) for change in again([change for change, _ in changes], new_id)]
        self._check_held(fresh)
        touched = self.outbox.give_up(tx, now)
        numbered = self._keep(fresh, changes[0].author, again=True) if changes else []
        self._stand_again(touched)
        self.boundary()
        return numbered

    def _where_it_lies(self, change: Change) -> Change:
        here = self.rows.get((change.kind, change.record))
        return change if here is None else change._replace(bucket=here.bucket)

    # ------------------------------------------------------------------ what is shown

    def _set_centre(self, key: Key, base: Row | None, bucket: str) -> None:
        here = self.rows.get(key)
        changes = self.outbox.laid_over(key[1])
        if base is not None and any(each.change.bucket != bucket for each in changes):
            self.outbox.lift(key[1], bucket)
            changes = self.outbox.laid_over(key[1])
        if base is None or not changes:
            self.base.pop(key, None)
        else:
            self.base[key] = base
        row = base
        for change, author in changes:
            if lies_on(self.kinds[key[0]], row, change):
                row = lay(self.kinds[key[0]], row, change, author)
        if row is not None and row is not base:
            row.ver, row.mark = (base.ver, base.mark) if base is not None else (0, "")
        if row is not None and row.bucket != bucket:
            row = dataclasses.replace(row, bucket=bucket)
        standing = self._standing(key[1], None if base is None else (base.mark, here))
        if row is None:
            self.rows.pop(key, None)
        else:
            self.rows[key] = Held(bucket, standing, row)

    def _tell_again(self, key: Key) -> None:
        if key[0] not in self.kinds:
            return
        here = self.rows.get(key)
        base = None
        if here is not None and here.row.ver:
            base = self.base.get(key, here.row)
        bucket = here.bucket if here is not None else next((e.change.bucket for e in self.outbox.of(key[1])), None)
        if bucket in self.places:
            self._set_centre(key, base, bucket)

    def _tell_all_again(self, keys: Iterable[Key]) -> None:
        for key in sorted(keys):
            self._tell_again(key)

    def _stand_again(self, keys: Iterable[Key]) -> None:
        for key in keys:
            here = self.rows.get(key)
            if here is not None:
                self.rows[key] = here._replace(standing=self._standing(key[1], (here.row.mark, here)))

    def _standing(self, record: str, base: tuple[str, Held | None] | None) -> int:
        states = self.outbox.states(record)
        if states.intersection(WAITS):
            return LOCAL
        if "attention" in states:
            return ATTENTION
        if "accepted" in states or base is None:
            return ACCEPTED
        mark, here = base
        same = here is not None and here.row.mark == mark
        was = here is not None and here.standing == DURABLE
        return DURABLE if same and ("durable" in states or was) else ACCEPTED

    # ------------------------------------------------------------------ feed

    def receive(self, page: Page) -> Received:
        """Lay a page of the centre's rows over what is here, slice by slice."""
        received = Received(complete=not page.more)
        parts = [page.rows[at : at + self.slice_rows] for at in range(0, len(page.rows), self.slice_rows)] or [[]]
        for number, wires in enumerate(parts):
            place = self.places.get(page.bucket)
            if place is None or place.state == "dropping":
                return received
            if page.reset and number == 0:
                self._begin_naming(page.bucket, place)
            for wire in wires:
                self._apply(page.bucket, place, wire, received)
            received.rows += len(wires)
            if number == len(parts) - 1:
                self._leave(page, received)
                self._close(page, place, received)
            self.boundary()
        return received

    def _begin_naming(self, bucket: str, place: Place) -> None:
        first = place.state == "loading" and not any(self._versions_in(bucket))
        if not first or place.naming:
            self._reset(place)

    def _apply(self, bucket: str, place: Place, wire: Wire, received: Received) -> None:
        kind, record = str(wire.get("e", "")), str(wire.get("i"))
        key = (kind, record)
        if place.naming:
            place.named.add(key)
        new = _version_of(wire, bucket)
        if new is None:
            self.quarantined[key] = Aside(bucket, 0, "", wire)
            received.put_aside += 1
            return
        old = self._version(key)
        if old is not None and self._is_here(key, wire, old, new, place.naming):
            return
        if kind not in self.kinds:
            self.unknown[key] = Aside(*new, wire)
        else:
            try:
                self._set_centre(key, _readable(wire, bucket), bucket)
            except _BROKEN:
                self.quarantined[key] = Aside(*new, wire)
                received.put_aside += 1
            else:
                self._take_back(key)
        self._count(key, old if old is not None and old.ver else None, new, received)

    def _is_here(self, key: Key, wire: Wire, old: Version, new: Version, naming: bool) -> bool:
        if not naming or (old.bucket != new.bucket and old.ver > new.ver):
            return old.ver >= new.ver and not self._is_of_an_earlier_reading(key, old)
        if old != new or key[0] not in self.kinds:
            return old == new
        here = self.rows.get(key)
        row = self.base.get(key, here.row) if here is not None and here.row.ver else None
        return row is not None and (row.writers, list(row.removed or ())) == (wire.get("w"), list(wire.get("x") or ()))

    def _is_of_an_earlier_reading(self, key: Key, old: Version) -> bool:
        place = self.places.get(old.bucket)
        return place is not None and place.naming and key not in place.named

    def _version(self, key: Key) -> Version | None:
        """The version that is here; one put aside is the one that counts."""
        aside = self.quarantined.get(key) or self.unknown.get(key)
        if aside is not None:
            return aside.version
        here = self.rows.get(key)
        return None if here is None else Version(here.bucket, here.row.ver, here.row.mark)

    def _versions_in(self, bucket: str) -> Iterable[tuple[Key, Version]]:
        for asides in (self.quarantined, self.unknown):
            yield from ((key, each.version) for key, each in asides.items() if each.bucket == bucket)
        for key, here in self.rows.items():
            if here.bucket == bucket and here.row.ver and key not in self.quarantined:
                yield key, Version(bucket, here.row.ver, here.row.mark)

    def _count(self, key: Key, old: Version | None, new: Version | None, received: Received) -> None:
        for version, sign in ((old, -1), (new, 1)):
            if version is not None and (place := self.places.get(version.bucket)) is not None:
                digest = row_digest(*key, version.ver, version.mark)
                place.total = (place.total + sign * digest) % SET_HASH_MODULUS
        received.kinds.add(key[0])

    def _take_back(self, key: Key) -> None:
        self.quarantined.pop(key, None)
        self.unknown.pop(key, None)

    def _leave(self, page: Page, received: Received) -> None:
        for kind, record, ver, _ in page.gone:
            old = self._version((kind, record))
            if old is not None and old.bucket == page.bucket and 0 < old.ver < ver:
                self._remove((kind, record), old, received)
                naming.note_left(self, page.bucket, [(kind, record)])

    def _remove(self, key: Key, old: Version, received: Received) -> None:
        if key[0] in self.kinds:
            self._set_centre(key, None, old.bucket)
        self._take_back(key)
        self._count(key, old, None, received)

    def _close(self, page: Page, place: Place, received: Received) -> None:
        place.cursor = page.to
        taken = sorted(self.outbox.read_up_to(page.bucket, page.to, not page.more))
        for key in taken:
            self._tell_again(key)
            received.kinds.add(key[0])
        naming.note_left(self, page.bucket, [key for key in taken if key not in self.rows])
        if page.more:
            return
        if place.naming:
            self._end_naming(page.bucket, place, received)
        if place.state == "loading":
            place.state = "live"
        if page.hash and f"{place.total:032x}" != page.hash:
            received.hash_ok = False
            if place.state == "live":
                place.state = "stale"

    def _end_naming(self, bucket: str, place: Place, received: Received) -> None:
        for key, here in list(self.rows.items()):
            if here.bucket == bucket and here.row.ver and key not in place.named:
                self._remove(key, Version(bucket, here.row.ver, here.row.mark), received)
                naming.note_left(self, bucket, [key])
        for asides in (self.quarantined, self.unknown):
            for key in [k for k, each in asides.items() if each.bucket == bucket and k not in place.named]:
                del asides[key]
        place.named, place.naming = set(), False
        total = sum(row_digest(*key, version.ver, version.mark) for key, version in self._versions_in(bucket))
        place.total = total % SET_HASH_MODULUS

    # ------------------------------------------------------------------ buckets

    def buckets(self) -> list[Bucket]:
        """The buckets that this desk holds."""
        return [place.told() for place in self.places.values()]

    def add_bucket(self, info: BucketInfo) -> None:
        """Hold a bucket."""
        if info.id in self.places:
            self.places[info.id].info = info
        else:
            self.places[info.id] = Place(info)
        self.boundary()

    def arrange(self) -> Arranged:
        """Nobody chose: everything that may be here is to be here."""
        return Arranged()

    def put_away(self, bucket: str) -> bool:
        """Let a bucket go that is not wanted here."""
        raise AssertionError("everything is wanted here")

    def reset_bucket(self, bucket: str) -> None:
        """Read a bucket again from its start."""
        self._reset(self.places[bucket])
        self.boundary()

    def _reset(self, place: Place) -> None:
        place.cursor, place.naming, place.named = 0, True, set()
        if (parcel := self.parcels.get(place.info.id)) is not None:
            self.parcels[place.info.id] = parcel._replace(told=dataclasses.replace(parcel.told, laid=0))
        if place.state == "stale":
            place.state = "live"

    def drop_bucket(self, bucket: str) -> bool:
        """Let a bucket go. False while something of it waits here."""
        place = self.places.get(bucket)
        if place is None:
            return True
        if self.outbox.waits_in(bucket):
            return False
        place.state = "dropping"
        if place.info.record:
            naming.note_left(self, bucket, [key for key, here in self.rows.items() if here.bucket == bucket])
        self.boundary()
        for key in [key for key, here in self.rows.items() if here.bucket == bucket and here.row.ver]:
            self.rows.pop(key)
            self.base.pop(key, None)
        self.boundary()
        for key in self.outbox.local_records(bucket):
            self.rows.pop(key, None)
            self.base.pop(key, None)
        kept = "accepted" if self.metas.get("backup", False) else "sealed"
        self.outbox.forget(lambda each: each.change.bucket == bucket and each.state not in (kept, "sealed"))
        stays = {each.change.record: each.change.kind for each in self.outbox.entries if each.change.bucket == bucket}
        naming.note_left(self, bucket, [(kind, record) for record, kind in sorted(stays.items())])
        for asides in (self.quarantined, self.unknown):
            for key in [key for key, each in asides.items() if each.bucket == bucket]:
                del asides[key]
        self.parcels.pop(bucket, None)
        del self.places[bucket]
        self.boundary()
        return True

    # ------------------------------------------------------------------ snapshots

    def offered(self, offer: Offer) -> bool:
        """A snapshot is to be fetched."""
        held = desk_snapshots.offered(self, offer)
        self.boundary()
        return held

    def snapshots(self) -> list[Snapshot]:
        """Those that are being fetched or laid."""
        return desk_snapshots.begun(self) if self.parcels else []

    def keep_piece(self, bucket: str, start: int, piece: bytes) -> None:
        """A piece has come."""
        desk_snapshots.keep(self, bucket, start, piece)
        self.boundary()

    def lay_snapshot(self, bucket: str) -> Received:
        """A slice of one is laid."""
        steps = self.laying.pop(bucket, None) or desk_snapshots.lay(self, bucket)
        received = next(steps)
        if not received.complete:
            self.laying[bucket] = steps
        return received

    def forget_snapshot(self, bucket: str) -> None:
        """It is not to be had any more."""
        self.laying.pop(bucket, None)
        self.parcels.pop(bucket, None)
        self.boundary()

    def lay_rows(self, place: Place, rows: Sequence[Wire], received: Received, *, first: bool) -> None:
        """``feed.lay``: rows of a snapshot; what is here of the bucket is to be replaced by it."""
        if first:
            self.begin_again(place)
        for wire in rows:
            self._apply(place.info.id, place, wire, received)
        received.rows += len(rows)

    def begin_again(self, place: Place) -> None:
        """``feed.begin_again``: what was laid of a snapshot is worth nothing."""
        if place.state != "loading" or any(self._versions_in(place.info.id)):
            self._reset(place)

    def all_laid(self, place: Place, seq: int, wanted: str, received: Received) -> bool:
        """``feed.laid``: all rows of a snapshot are here, and can be seen."""
        self._close(Page(bucket=place.info.id, to=seq, more=True), place, received)
        if place.naming:
            self._end_naming(place.info.id, place, received)
        if place.state == "loading":
            place.state = "live"
        if f"{place.total:032x}" == wanted:
            return True
        place.cursor = seq - 1
        return False

    # ------------------------------------------------------------------ care

    def tidy(self) -> bool:
        """Goes on with what was broken off; own history of dropped buckets goes once it is durable."""
        for bucket in [name for name, place in self.places.items() if place.state == "dropping"]:
            self.drop_bucket(bucket)
        naming.forget_left(self)
        self.outbox.forget(lambda each: each.state == "durable" and each.change.bucket not in self.places)
        self.boundary()
        return False

    def prune(self, now: int) -> int:
        """Forget own history that has been durable for 90 days."""
        gone = self.outbox.prune(now)
        self.boundary()
        return gone

    def of_program(self, kinds: Mapping[str, Kind], schema: int, understood: Callable[[Change], Change]) -> None:
        """The file is opened by another program: ``store._make_ready``."""
        self.kinds, self.schema, self.outbox.understood = kinds, schema, understood
        self.laying.clear()
        self._tell_all_again(_keys(self.outbox.laid()))
        self.retry_aside()

    def retry_aside(self) -> int:
        """At a start: try again what could not be read, and rows of kinds that have become known."""
        done = 0
        for asides in (self.quarantined, self.unknown):
            for key, aside in list(asides.items()):
                if key[0] in self.kinds:
                    try:
                        self._set_centre(key, _readable(aside.wire, aside.bucket), aside.bucket)
                    except _BROKEN:
                        continue
                    del asides[key]
                    done += 1
        return done


def _nobody_dies() -> None:
    """The usual end of a transaction."""


def _keys(entries: Iterable[Entry]) -> set[Key]:
    return {(each.change.kind, each.change.record) for each in entries}


def _version_of(wire: Wire, bucket: str) -> Version | None:
    record, ver, mark = wire.get("i"), wire.get("v"), wire.get("m")
    if not isinstance(record, str) or not isinstance(mark, str) or not isinstance(ver, int):
        return None
    return Version(bucket, ver, mark) if ver > 0 else None


def _readable(wire: Wire, bucket: str) -> Row:
    """The row; raises what a row raises that is not shaped as it should be."""
    row = Row.from_wire(wire, bucket)
    if not isinstance(row.fields, dict) or not isinstance(row.writers, dict):
        raise TypeError("no row")
    row.writers[""]
    return row

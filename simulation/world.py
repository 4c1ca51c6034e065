"""One history's world: desks, a centre, a bad line between them, and time; it is moved on by steps, one at a time.

A step is ``[what, who, chance]``. All chance inside a step follows from its third number, so that a list of steps
tells a history again wherever it came from, whole or with steps left out.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, NoReturn

import orjson
from pydantic import BaseModel

from gridserver.errors import Refused
from gridworker.errors import NotFound
from gridworker.protocol.codec import NotReadable
from gridworker.protocol.sync import Clock, Fetch, Group, Problem, Pull, PullAnswer, Push, PushAnswer
from gridworker.records import KINDS
from gridworker.records.change import Change, Verb
from gridworker.records.kind import BucketClass, Role
from gridworker.storage.outbox import WAITS
from gridworker.sync.engine import Engine
from gridworker.sync.loading import Lay
from simulation import enrolling, fetching, naming, sequences, versions
from simulation.centre import Account, Books, Centre
from simulation.desk_outbox import Entry
from simulation.desk_store import DeskStore
from simulation.dice import Dice
from simulation.district import GRIDS, HOMES, INFOS, MORNING, PEOPLE, Person, buckets_of, first_books, name_of
from simulation.oracle import Oracle, Violation
from simulation.people import Hands
from simulation.snapshots import Cellar
from simulation.sticks import Sticks
from simulation.totals import Totals

Step = Sequence[Any]
DAY = 86_400_000
MOST_REQUESTS = 200
"""In one sync; a desk that asks more often turns in a circle."""
MOST_ACTS = 7
"""In one stretch of work."""
MOST_ACTS_RICH = 16
MOST_DESKS = 8
COPY_WORKS = 40
"""Steps for which a second machine goes on with a copy of a file; it comes back at the end."""
PAGE = 9
"""Rows in one answer to a pull,"""
WIDE_PAGE = 60
"""and in a history of long pages."""
POSTS = (Role.GRID_WORKER, Role.MEDIATOR, Role.SUPERVISOR)
DISAGREEMENTS = ("epoch", "fork", "gap", "vector")


class MachineDied(Exception):
    """Power cut, kill or crash: nothing that was not written yet is left."""


class LineBroke(Exception):
    """The sync is given up for now."""


@dataclass(slots=True)
class Desk:
    """One machine with one worker's store."""

    number: int
    device: str
    hands: Hands
    store: DeskStore
    ahead: int = 0
    """ms by which its clock is ahead."""
    engine: Engine | None = None
    kept: DeskStore | None = None
    """Yesterday's copy of the file."""
    dies_in: int = -1
    """Transactions until the machine dies; -1: it does not."""
    rests_from: int | None = None
    """Of a copy: the step from which it is switched off until the end."""


@dataclass(slots=True)
class Letter:
    """A request that is still on its way."""

    device: str
    kind: type[BaseModel]
    body: bytes


@dataclass(slots=True)
class World:
    """Everything, and who moves it."""

    desks: list[Desk] = field(default_factory=list)
    oracle: Oracle = field(default_factory=Oracle)
    totals: Totals = field(default_factory=Totals)
    now: int = MORNING
    centre: Centre = field(init=False)
    backups: list[Books] = field(default_factory=list)
    letters: list[Letter] = field(default_factory=list)
    sticks: Sticks = field(default_factory=Sticks)
    steps: int = 0
    trace: Any = field(default_factory=lambda: hashlib.blake2b(digest_size=16))
    dying: bool = True
    """Machines die in the middle of a sync."""
    gentle: bool = False
    """No disaster will come: nothing at all may be lost or come too late."""
    rich: bool = False
    """People work longer between two syncs, households are moved by them, and copies of a file rest after a while."""
    texts: bool = False
    """People write on in long texts, sentence by sentence."""
    loads: bool = False
    """Buckets of a few rows come as snapshots, machines are bought, and snapshots go bad."""
    meets: bool = False
    """People make records of things of which there are records."""
    ages: bool = False
    """Old programs speak with new ones, until they are updated (``versions``)."""
    first_day: bool = False
    """There is a backup of it."""
    names: bool = False
    """Some cases are for named people."""
    wide: bool = False
    """The centre answers in long pages: a desk reads most of its news at once."""
    calm: bool = False
    """No more faults."""
    devices: int = 0
    """That were ever enrolled."""
    _ids: int = 0
    _tokens: int = 0

    def __post_init__(self) -> None:
        self.centre = Centre(first_books(self.new_id), HOMES, INFOS, WIDE_PAGE if self.wide else PAGE)
        self.centre.cellar = Cellar() if self.loads else None
        if self.first_day:
            self.back_up()
        if self.ages:
            self.centre.kinds = versions.old_centre()

    @classmethod
    def of(cls, desks: int, slice_rows: int = 3, **how: Any) -> "World":
        """A world with so many desks, one of each person in turn."""
        world = cls(**how)
        for number in range(desks):
            world.enrol(PEOPLE[number % len(PEOPLE)], slice_rows)
        return world

    def enrol(self, person: Person, slice_rows: int = 3) -> None:
        """One more desk begins."""
        self.add(enrolling.enrolled(self, person, slice_rows))

    def standing(self, device: str) -> dict[str, Any]:
        """What the centre told the desk when it was enrolled."""
        problem = self.centre.problem(Refused("busy"), device, self.now)
        assert problem.standing is not None
        return problem.standing.model_dump()

    def add(self, desk: Desk) -> None:
        """A desk begins to work."""
        self.desks.append(desk)
        self._open(desk, desk.store)

    def _open(self, desk: Desk, store: DeskStore) -> None:
        desk.store, desk.engine = store, None
        desk.hands.role = store.meta("account", {}).get("role", desk.hands.role)
        store.boundary = partial(self._passed, desk)
        store.outbox.forgotten = self._forgotten

    def _passed(self, desk: Desk) -> None:
        if desk.dies_in > 0:
            desk.dies_in -= 1
            if desk.dies_in == 0:
                raise MachineDied

    def _forgotten(self, entries: Sequence[Entry]) -> None:
        self.oracle.forgotten(entries, self.centre.books, self.backups)

    # ------------------------------------------------------------------ ids, values, time

    def new_id(self) -> str:
        """An id that nobody has."""
        self._ids += 1
        return name_of(0x1, self._ids)

    def token(self) -> str:
        """A value that nobody typed before."""
        self._tokens += 1
        return f"typed{self._tokens}"

    def desk_time(self, number: int) -> int:
        """What a desk's clock says."""
        return self.now + self.desks[number].ahead

    def clock(self, desk: Desk) -> Clock:
        """The desk's clocks, as they are told to the centre."""
        return Clock.of(wall=self.now + desk.ahead, mono=self.now - MORNING, boot="")

    # ------------------------------------------------------------------ steps

    def step(self, step: Step) -> None:
        """Moves the world on. Raises ``Violation``."""
        what, who, chance = step
        self.now += 1 + chance % 20_000
        dice = Dice(chance)
        self.steps += 1
        desk = self._at_work(self.desks[who % len(self.desks)])
        try:
            getattr(self, f"_do_{what}")(desk, dice)
        except MachineDied:
            self.totals["crashes"] += 1
            desk.engine, desk.dies_in = None, -1
            desk.store.retry_aside()
        self.trace.update(f"{what} {who} {chance} {self._ids} {self.centre.books.arrived}\n".encode())

    def _at_work(self, desk: Desk) -> Desk:
        """The desk, or the one whose copy it was while that is switched off."""
        if desk.rests_from is None or self.steps < desk.rests_from:
            return desk
        return next(each for each in self.desks if each.device == desk.device)

    def _do_work(self, desk: Desk, dice: Dice) -> None:
        """A person works for a while."""
        for _ in range(1 + dice.below(MOST_ACTS_RICH if self.rich else MOST_ACTS)):
            self.work(desk, dice)

    def work(self, desk: Desk, dice: Dice) -> None:
        """A person does something, or finds that he may not."""
        before = desk.store.outbox.numbers()
        count = len(desk.store.outbox.entries)
        try:
            self.totals["acts"] += desk.hands.act(desk.store, dice)
        finally:
            self.oracle.saved(desk, before, desk.store.outbox.entries[count:])
            self.oracle.shown(desk)

    def _do_last_act(self, desk: Desk, dice: Dice) -> None:
        """A person saves, and at that moment the power goes."""
        desk.dies_in = 1
        try:
            self.work(desk, dice)
        finally:
            desk.dies_in = -1

    def _do_sync(self, desk: Desk, dice: Dice) -> None:
        """A sync, until it is done or broken off."""
        self.sync_now(desk, dice)

    def _do_turn(self, desk: Desk, dice: Dice) -> None:
        """One request of a sync that stays open."""
        self.sync_now(desk, dice, most=1)

    def _do_deliver(self, desk: Desk, dice: Dice) -> None:
        """A request that was long on its way arrives; nobody waits for the answer."""
        if self.letters:
            letter = self.letters.pop(dice.below(len(self.letters)))
            self._served(letter)

    def _do_backup(self, desk: Desk, dice: Dice) -> None:
        self.back_up()

    def back_up(self) -> None:
        """The centre's backup: a picture, and then the marks that tell of it."""
        self.backups.append(self.centre.books.copy())
        self.backups[-1].backup = True
        self.centre.mark_backup(self.now)

    def _do_restore_centre(self, desk: Desk, dice: Dice) -> None:
        """A backup is put in the place of the centre: the last one, or an older one."""
        if self.backups:
            self.restore(len(self.backups) - 1 if dice.percent(70) else dice.below(len(self.backups)))

    def restore(self, which: int) -> None:
        """This backup is put in the place of the centre."""
        self.totals["restores"] += 1
        before = self.centre.books
        self.centre.restored(self.backups[which], self.new_id())
        self.oracle.centre_put_back(before, self.centre.books, self.desks)

    def _do_receipt_across(self, desk: Desk, dice: Dice) -> None:
        """A receipt of before a restore comes home after it."""
        self.totals["receipts across"] += 1
        sequences.receipt_across_a_restore(self, desk, dice)

    def _do_first_backup(self, desk: Desk, dice: Dice) -> None:
        """The centre goes back to its first day."""
        if self.backups and not any(self.backups[0].feeds.values()):
            self.totals["first backups"] += 1
            sequences.first_backup(self, desk, dice)

    def _do_keep_copy(self, desk: Desk, dice: Dice) -> None:
        """Somebody copies a desk's file."""
        desk.kept = desk.store.copy()

    def _do_restore_desk(self, desk: Desk, dice: Dice) -> None:
        """Yesterday's file is put in the place of today's."""
        if desk.kept is None:
            return
        self.totals["restores"] += 1
        self.oracle.desk_put_back(desk.store.outbox.entries, desk.kept.outbox.entries)
        program = desk.store
        self._open(desk, desk.kept.copy())
        desk.store.of_program(program.kinds, program.schema, program.outbox.understood)

    def _do_clone(self, desk: Desk, dice: Dice) -> None:
        """A second machine goes on with a copy of the file."""
        if len(self.desks) < MOST_DESKS:
            self.totals["clones"] += 1
            number = len(self.desks)
            hands = desk.hands.at(partial(self.desk_time, number))
            copied = Desk(number, desk.device, hands, desk.store.copy(), desk.ahead)
            copied.rests_from = self.steps + COPY_WORKS if self.rich else None
            self.add(copied)

    def _do_clock(self, desk: Desk, dice: Dice) -> None:
        """A clock is set, jumps or runs away."""
        desk.ahead = dice.one((0, 0, 3_600_000, -3_600_000, 30 * DAY, -30 * DAY, 90_000, -dice.below(600_000)))

    def _do_later(self, desk: Desk, dice: Dice) -> None:
        """Time passes; a desk tidies up and forgets what is long safe."""
        self.now += dice.one((DAY, DAY, 6 * DAY, 100 * DAY))
        desk.store.tidy()
        desk.store.prune(self.now)

    def _do_scope(self, desk: Desk, dice: Dice) -> None:
        """A person gets a grid, or loses one."""
        person = desk.hands.person.id
        account = self.centre.books.accounts[person]
        held = account.holds()
        grids = {grid for grid in GRIDS if HOMES[BucketClass.GRID, grid] in held}
        grids ^= {dice.one(GRIDS)}
        if grids:
            self.totals["scopes"] += 1
            self.centre.regrant(person, buckets_of(account.role, person, sorted(grids)))

    def _do_role(self, desk: Desk, dice: Dice) -> None:
        """A person gets another post; his grids stay his."""
        person = desk.hands.person.id
        account = self.centre.books.accounts[person]
        held = account.holds()
        grids = [grid for grid in GRIDS if HOMES[BucketClass.GRID, grid] in held]
        role = dice.one([each for each in POSTS if each != account.role])
        self.totals["roles"] += 1
        self.centre.change_role(person, role, buckets_of(role, person, grids))

    def _do_move(self, desk: Desk, dice: Dice) -> None:
        """The centre moves a household, or a person, to another grid."""
        books = self.centre.books
        rows = [row for row in books.rows.values() if row.kind in ("household", "person") and row.removed is None]
        if rows:
            row, grid = dice.one(rows), dice.one(GRIDS)
            self.totals["moves"] += 1
            self._centre_writes(row, "grid", grid)

    def _centre_writes(self, row: Any, path: str, value: Any) -> None:
        name = {"id": self.new_id(), "kind": row.kind, "record": row.id, "bucket": row.bucket}
        parent = row.writer(path).change
        change = Change(verb=Verb.SET, hlc=self.now << 16, at=self.now, path=path, value=value, parent=parent, **name)
        group = Group(tx=self.new_id(), act=self.new_id(), changes=[change.to_wire()])
        results = self.centre.write([group], self.now)
        self.oracle.written(self.centre, results, self.now)

    def _do_restrict(self, desk: Desk, dice: Dice) -> None:
        """A case is for some people from now on."""
        found = naming.chosen(self.centre.books, [each.id for each in PEOPLE], dice)
        if found is not None:
            self.totals["restricted"] += 1
            self._restrict(*found)

    def _do_lift(self, desk: Desk, dice: Dice) -> None:
        """Whoever holds the town's cases sees one again."""
        books = self.centre.books
        named = [case for case, info in books.own.items() if books.readers[info.id]]
        rows = [row for case in named if (row := books.rows.get((naming.CASE, case))) is not None]
        cases = [row.id for row in rows if row.removed is None]
        if cases:
            self.totals["lifted"] += 1
            self._restrict(dice.one(cases), [])

    def _restrict(self, case: str, people: Sequence[str]) -> None:
        results = self.centre.restrict(case, people, self.now, self.new_id)
        self.oracle.written(self.centre, results, self.now)

    def _do_follow(self, desk: Desk, dice: Dice) -> None:
        """What belongs to a record that has moved goes after it, a few at a time (``gridserver.sync.following``)."""
        self._follow(1 + dice.below(5))

    def _follow(self, most: int) -> int:
        behind = self.centre.behind()[:most]
        if behind:
            changes = [
                Change(self.new_id(), Verb.HOME, row.kind, row.id, row.bucket, self.now << 16, self.now, value=region)
                for row, region in behind
            ]
            group = Group(tx=self.new_id(), act=self.new_id(), changes=[change.to_wire() for change in changes])
            self.oracle.written(self.centre, self.centre.write([group], self.now), self.now)
        return len(behind)

    def _do_floor(self, desk: Desk, dice: Dice) -> None:
        """A feed is cut: who stands below its end starts anew."""
        self.totals["floors"] += 1
        self.centre.raise_floor(dice.one(sorted(INFOS)))

    def _do_newcomer(self, desk: Desk, dice: Dice) -> None:
        """Somebody gets a new machine, and begins with nothing."""
        if len(self.desks) < MOST_DESKS:
            self.totals["newcomers"] += 1
            self.enrol(desk.hands.person)

    def _do_update(self, desk: Desk, dice: Dice) -> None:
        """Somebody gets the new program, with whatever waits."""
        if desk.store.schema == versions.OLD:
            self.totals["updates"] += 1
            desk.engine = None
            enrolling.update(desk.store)

    def _do_update_centre(self, desk: Desk, dice: Dice) -> None:
        """The centre gets the new program, and after a while takes nothing of the old one any more."""
        self.centre.oldest = 0 if self.centre.kinds is not KINDS else versions.NEW
        self.centre.kinds = KINDS

    def _do_spoil(self, desk: Desk, dice: Dice) -> None:
        """A snapshot goes bad."""
        if self.centre.cellar is not None:
            self.totals["spoilt"] += self.centre.cellar.spoil(self.centre.books, dice)

    def _do_sweep(self, desk: Desk, dice: Dice) -> None:
        """A quiet round of the centre: old snapshots go."""
        if self.centre.cellar is not None:
            self.centre.cellar.forget_old(self.centre.books, self.now)

    def _do_cut_off(self, desk: Desk, dice: Dice) -> None:
        """A laptop is reported lost."""
        books = self.centre.books
        if not self._is_active(desk) or sum(device.status == "active" for device in books.devices.values()) < 4:
            return
        books.devices[desk.device] = replace(books.devices[desk.device], status="suspended")

    def _do_release(self, desk: Desk, dice: Dice) -> None:
        """An operator takes a group that was put aside."""
        aside = [which for which, kept in self.centre.books.aside.items() if not kept.settled]
        if aside:
            result = self.centre.release(dice.one(aside), self.now)
            self.oracle.written(self.centre, [result], self.now)

    def _do_repair(self, desk: Desk, dice: Dice) -> None:
        """A person looks at what came back: once more, or never mind."""
        store = desk.store
        refused = [each.change for each in store.outbox.among("attention")]
        if not refused:
            return
        tx = dice.one(refused).tx
        if dice.percent(50):
            self.oracle.may_be_lost |= {change.id for change in refused if change.tx == tx}
            store.discard(tx, self.now)
            return
        old = [change.id for change in refused if change.tx == tx]
        fresh: list[Change] = []
        count = len(store.outbox.entries)
        try:
            store.resend(tx, self.now, self.new_id)
        except NotFound:
            return  # of a grid that is not here any more: it lies with the supervisor
        finally:
            fresh = [each.change for each in store.outbox.entries[count:]]
            for before, after in zip(old, fresh, strict=False):
                self.oracle.again(before, after.id, after.tx)

    def _do_stick_out(self, desk: Desk, dice: Dice) -> None:
        """What waits goes on a stick."""
        desk.engine = None
        self.totals["sticks"] += self.sticks.pack(desk.store, self.now, dice)

    def _do_stick_in(self, desk: Desk, dice: Dice) -> None:
        """A stick reaches the centre."""
        if self.sticks.packages:
            self.sticks.hand_in(self.centre, self.now, dice, self.written)

    def _do_stick_back(self, desk: Desk, dice: Dice) -> None:
        """A receipt reaches a desk."""
        desk.engine = None
        if self.sticks.bring_back(desk.store, desk.device, self.now, dice):
            self.oracle.shown(desk)
            self.oracle.adds_up(desk)

    def written(self) -> None:
        """The centre took something in."""
        self.oracle.written(self.centre, self.centre.results, self.now)

    # ------------------------------------------------------------------ syncing

    def sync_now(self, desk: Desk, dice: Dice, most: int = MOST_REQUESTS) -> None:
        """A sync, or the first requests of one."""
        if desk.device not in self.centre.books.devices:
            enrolling.enrol_again(self, desk)
        if not self.calm and dice.percent(6) and self.dying:
            desk.dies_in = 1 + dice.below(12)
        try:
            self._requests(desk, dice, most)
        except LineBroke:
            desk.engine = None
        finally:
            desk.dies_in = -1

    def _requests(self, desk: Desk, dice: Dice, most: int) -> None:
        """What ``sync.driver`` does."""
        engine = desk.engine = desk.engine or Engine(desk.store)
        for _ in range(most):
            message = engine.next(self.clock(desk))
            if message is None:
                desk.engine = None
                self._learn_of_oneself(desk, dice)
                return
            unseen = self.oracle.unseen(desk)
            if isinstance(message, Lay):
                fetching.lay(self, engine, message)
            elif isinstance(message, Fetch):
                fetching.fetch(self, desk, engine, message, dice)
            else:
                answer = self._over_the_line(desk, engine, message, dice)
                if answer is not None:
                    engine.heard(answer, self.clock(desk))
                    self.oracle.shown(desk)
                    self.oracle.adds_up(desk)
            self.oracle.whole(desk, unseen, self.centre.books)
        if most > 1:
            raise Violation("I11", f"desk {desk.number} does not come to an end")

    def _learn_of_oneself(self, desk: Desk, dice: Dice) -> None:
        """What ``sync.session`` does after a sync: the answer tells what the person is now, when it comes."""
        store = desk.store
        if store.meta("standing")["scope"] == store.meta("account_scope", 1) or not (self.calm or dice.percent(80)):
            return
        account = self._account_of(desk)
        if account is None:
            return
        known = {**store.meta("account", {}), "role": account.role}
        store.set_metas({"account": known, "account_scope": account.version})
        desk.hands.role = account.role

    def _account_of(self, desk: Desk) -> Account | None:
        """What the centre tells a desk of its person; None when it is not heard."""
        books = self.centre.books
        return books.accounts[desk.hands.person.id] if self._is_active(desk) else None

    def _over_the_line(self, desk: Desk, engine: Engine, message: Push | Pull, dice: Dice) -> Any:
        """The answer; None when the engine was told what came instead of one. Raises ``LineBroke``."""
        said = {**message.plain(), "schema_version": desk.store.schema}
        letter = Letter(desk.device, Push if isinstance(message, Push) else Pull, orjson.dumps(said))
        if isinstance(message, Push):
            engine.meanwhile()
        fate = 100 if self.calm else dice.below(100)
        if fate < 5:
            self.totals["lost"] += 1
            return self.no_answer(engine, dice)
        if fate < 9:
            self.totals["delayed"] += 1
            self.letters.append(letter)
            return self.no_answer(engine, dice)
        if fate < 10:
            engine.too_big()
            return None
        if fate < 15:
            self.totals["doubled"] += 1
            self._served(letter)
        reply = self._served(letter)
        if fate < 20:
            self.totals["lost"] += 1
            return self.no_answer(engine, dice)
        if isinstance(reply, Problem):
            return self._refused(engine, reply)
        shape = PushAnswer if isinstance(message, Push) else PullAnswer
        if fate < 22:
            self.totals["lost"] += 1
            return self._cut_short(engine, reply, dice)
        answer = shape.model_validate(orjson.loads(reply))
        if isinstance(answer, PullAnswer):
            self.oracle.told(self.centre, desk.hands.person.id, answer)
        else:
            self.totals["conflicts"] += sum(result.verdict == "conflict" for result in self.centre.results)
        return answer

    def no_answer(self, engine: Engine, dice: Dice) -> None:
        """It timed out, and the sync goes on with less; or it is given up."""
        if dice.percent(50) or not engine.too_slow():
            raise LineBroke

    def give_up(self) -> NoReturn:
        """The sync ends here."""
        raise LineBroke

    def _cut_short(self, engine: Engine, reply: bytes, dice: Dice) -> None:
        """The answer ends in its middle: it is no answer."""
        try:
            orjson.loads(reply[: dice.below(len(reply))])
        except (orjson.JSONDecodeError, NotReadable):
            pass
        else:
            raise Violation("I1", "half an answer can be read")
        if not engine.too_slow():
            raise LineBroke

    def _refused(self, engine: Engine, problem: Problem) -> None:
        if problem.error in DISAGREEMENTS:
            engine.disagreed(problem)
        elif problem.error == "too_big":
            engine.too_big()
        elif self.calm and problem.error != "device":
            raise Violation("I11", f"a desk is refused for ever: {problem.error}")
        else:
            raise LineBroke

    def _served(self, letter: Letter) -> bytes | Problem:
        """What the centre does with a request."""
        now = self.now
        try:
            if letter.kind is Push:
                push = Push.model_validate(orjson.loads(letter.body))
                answer = self.centre.push(letter.device, push, now)
                if push.schema_version < self.centre.oldest:
                    raise Violation("3.13", "taken from a program that is not understood any more")
                self.written()
                return orjson.dumps(answer.model_dump(mode="json", exclude_defaults=True))
            pull = Pull.model_validate(orjson.loads(letter.body))
            pulled = self.centre.pull(letter.device, pull, now)
            if pulled.offered.fresh and (self.calm or now % 16):  # else the centre's program ends before it notes them
                self.centre.note_snapshots(pulled)
            return orjson.dumps(pulled.message())
        except Refused as refused:
            return self.centre.problem(refused, letter.device, now)

    # ------------------------------------------------------------------ the end

    def quiesce(self) -> None:
        """All lines are good, nobody does anything: everything comes to rest, and every promise is looked at."""
        self.calm = True
        self._all_updated()
        while self.letters:
            self._served(self.letters.pop())
        dice = Dice(0)
        while self.sticks.packages:
            self.sticks.hand_in(self.centre, self.now, dice, self.written)
        for desk in self.desks:
            desk.engine = None
        self._rest()
        for patience in (6 * DAY, 31 * DAY):
            self.now += patience
            self._rest()
        for _ in range(MOST_REQUESTS):
            if not self._follow(200):
                break
            self._rest()
        for desk in self.desks:
            held = desk.store.outbox.among("held")
            if held and self._is_active(desk):
                raise Violation("I13", f"desk {desk.number} still holds {held[0].change} {held[0].code}")
        self.oracle.check(self)

    def _all_updated(self) -> None:
        self.centre.kinds = KINDS
        for desk in self.desks if self.ages else ():
            self._do_update(desk, Dice(0))

    def _rest(self) -> None:
        outboxes = [desk.store.outbox for desk in self.desks]
        most = 6 + max(len(outbox.entries) // 200 for outbox in outboxes)
        # What waits behind one that was refused is answered one group a sync.
        waits = [{each.change.tx for each in outbox.among(*WAITS)} for outbox in outboxes]
        most += max(map(len, waits))
        clones = len(self.desks) - len({desk.device for desk in self.desks})
        still: dict[int, Any] = {}
        """By desk: how it and the centre stood when a sync moved nothing; it would move nothing again."""
        for _ in range(most + clones):
            moved, centre = False, self._centre_stands()
            for desk in self.desks:
                before = (_desk_stands(desk), centre)
                if still.get(desk.number) == before:
                    continue
                desk.store.tidy()
                self.sync_now(desk, Dice(0))
                centre = self._centre_stands()
                still[desk.number] = (_desk_stands(desk), centre)
                if still[desk.number] != before:
                    moved = True
                    del still[desk.number]
            if not moved:
                return
        raise Violation("I11", "the desks do not come to rest")

    def _centre_stands(self) -> Any:
        """What must not change any more; the lives of copies, which take turns, do not count."""
        books = self.centre.books
        return len(books.ledger), sorted((name, head.seq) for name, head in books.heads.items())

    def _is_active(self, desk: Desk) -> bool:
        device = self.centre.books.devices.get(desk.device)
        return device is not None and device.status == "active"

    def mark(self) -> str:
        """What this history came to: the same for the same steps."""
        whole = self.trace.copy()
        for key, wire in sorted(self.centre.books.wires.items()):
            whole.update(f"{key} {wire}".encode())
        return str(whole.hexdigest())


def _desk_stands(desk: Desk) -> Any:
    places = sorted((p, place.cursor, place.state, place.total) for p, place in desk.store.places.items())
    return places, desk.store.outbox.standing()


Played = Callable[[World], None]

"""One desk among many that speak at once: a world of its own, whose centre is the real one."""

import threading
import time
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import orjson

from gridserver.author import Author
from gridserver.errors import CommandFailed, Refused
from gridserver.storage import people, scope
from gridserver.storage.engine import transaction
from gridserver.storage.people import caller_of_device, standing_of
from gridworker.protocol.codec import pack
from gridworker.protocol.sync import Problem, PullAnswer, Push
from simulation.centre import Books, Centre, Device
from simulation.desk_outbox import Entry
from simulation.desk_store import DeskStore
from simulation.dice import Dice
from simulation.district import GRIDS, PEOPLE, name_of
from simulation.lanes.centre import Application, device_of
from simulation.oracle import Oracle, Violation
from simulation.people import Hands
from simulation.world import PAGE, Desk, Letter, LineBroke, World

_AT_BUSY = 0.03
"""Seconds that a desk waits when it was asked to come again."""


class LaneOracle(Oracle):
    """Watches many lanes at once: what the books hold is looked at when all is at rest."""

    def told(self, centre: Any, person: str, answer: PullAnswer) -> None:
        """Whose it is may change while the answer is on its way."""

    def forgotten(self, entries: Sequence[Entry], books: Any, backups: Any) -> None:
        """There is no backup: a desk forgets only what it let go."""


class Lane(World):
    """``number``: of its desk; ``real``: the centre."""

    number: int
    real: Application

    @classmethod
    def at(cls, number: int, application: Application, oracle: Oracle) -> "Lane":
        """A desk that was enrolled and has nothing yet."""
        lane = cls(oracle=oracle, gentle=True)
        lane.number, lane.real = number, application
        person = PEOPLE[number % len(PEOPLE)]
        hands = Hands(person, partial(lane.desk_time, 0), lane.new_id, lane.token, oracle.note)
        store = DeskStore(slice_rows=3)
        with transaction(application.engine) as conn:
            caller = caller_of_device(conn, device_of(number))
            assert caller is not None
            standing = standing_of(caller, application.now)
        store.metas.update({"epoch": standing.epoch, "scope": standing.scope, "standing": standing.model_dump()})
        lane.add(Desk(number, device_of(number), hands, store))
        return lane

    def __post_init__(self) -> None:
        self.centre = _NOBODY

    def desk_time(self, number: int) -> int:
        return self.now + self.desks[0].ahead

    def new_id(self) -> str:
        self._ids += 1
        return name_of(0x1000 + self.number, self._ids)

    def token(self) -> str:
        self._tokens += 1
        return f"typed{self.number}x{self._tokens}"

    def play(self, steps: Sequence[tuple[str, int]]) -> None:
        """All steps, one after the other."""
        for what, chance in steps:
            self.step((what, 0, chance))

    def step(self, step: Any) -> None:
        what, _, chance = step
        if what in ("scope", "move"):
            self.now += 1
            try:
                getattr(self, f"_real_{what}")(Dice(chance))
            except (Refused, CommandFailed):
                self.totals["refused commands"] += 1
            return
        super().step(step)
        self.real.now = max(self.real.now, self.now)

    # ------------------------------------------------------------------ the real centre

    def _served(self, letter: Letter) -> bytes | Problem:
        """What the centre does with a request."""
        is_push = letter.kind is Push
        message: Mapping[str, Any] = orjson.loads(letter.body)
        if not is_push:
            message = {**message, "most": min(message.get("most", PAGE), 5 * PAGE)}
        body, zstd = pack(message, compress=len(letter.body) % 8 == 0)
        path = "/sync/v1/push" if is_push else "/sync/v1/pull"
        answer = self.real.ask(letter.device, path, body, zstd=zstd)
        self.totals["requests"] += 1
        if answer.status == 200:
            return answer.body
        return Problem.model_validate(orjson.loads(answer.body))

    def _over_the_line(self, desk: Desk, engine: Any, message: Any, dice: Dice) -> Any:
        """Some requests come twice at once."""
        if not self.calm and dice.percent(20 if isinstance(message, Push) else 3):
            self.totals["at once"] += 1
            letter = Letter(desk.device, type(message), orjson.dumps(message.model_dump(mode="json")))
            twin = _Twin(self, letter)
            try:
                return super()._over_the_line(desk, engine, message, dice)
            finally:
                twin.finish()
        return super()._over_the_line(desk, engine, message, dice)

    def _account_of(self, desk: Desk) -> None:
        """Nobody gets another post here."""

    def _refused(self, engine: Any, problem: Problem) -> None:
        if problem.error in ("busy", "broken"):
            self.totals[problem.error] += 1
            if problem.error == "broken":
                raise Violation("R", "the centre met what nobody foresaw")
            time.sleep(_AT_BUSY)
            raise LineBroke
        super()._refused(engine, problem)

    # ------------------------------------------------------------------ what an administrator does

    def _real_scope(self, dice: Dice) -> None:
        """A person gets a grid, or loses one."""
        person = PEOPLE[dice.below(len(PEOPLE))].id
        with transaction(self.real.engine) as conn:
            held = people.assigned(conn, person)
            grid = dice.one(GRIDS)
            if grid not in held:
                people.assign(conn, person, grid, self.now)
            elif len(held) > 1:
                people.unassign(conn, person, grid)
            scope.regrant(conn, person)
        self.totals["scopes"] += 1

    def _real_move(self, dice: Dice) -> None:
        """The centre takes a household to another grid."""
        rows = [row for row in self.desks[0].store.shown() if row.kind == "household" and row.ver]
        if not rows:
            return
        with transaction(self.real.engine) as conn:
            author = Author(conn, self.now, self.new_id)
            row = author.row_of("household", dice.one(rows).id)
            if row is not None and row.removed is None:
                author.write([author.set(row, "grid", dice.one(GRIDS))])
                self.totals["moves"] += 1

    # ------------------------------------------------------------------ in the end

    def end_faults(self) -> None:
        """From here on the line is good."""
        self.calm = True
        self.desks[0].engine = None
        while self.letters:
            self._served(self.letters.pop())

    def sync(self) -> None:
        """Once, on a good line."""
        self.desks[0].store.tidy()
        self.sync_now(self.desks[0], Dice(0))

    def standing_still(self) -> Any:
        """What does not change any more when all is at rest."""
        store = self.desks[0].store
        places = sorted((name, place.cursor, place.state, place.total) for name, place in store.places.items())
        return places, sorted((each.change.id, each.state) for each in store.outbox.entries)


class _Twin:
    """The same request, sent once more at the same time."""

    def __init__(self, lane: Lane, letter: Letter) -> None:
        self._fault: BaseException | None = None
        self._lane, self._letter = lane, letter
        self._thread = threading.Thread(target=self._send)
        self._thread.start()

    def _send(self) -> None:
        try:
            answer = self._lane._served(self._letter)
            if isinstance(answer, Problem) and answer.error == "broken":
                raise Violation("R", "the centre met what nobody foresaw")
        except BaseException as fault:
            self._fault = fault

    def finish(self) -> None:
        self._thread.join()
        if self._fault is not None:
            raise self._fault


class _Anybody(dict[str, Device]):
    def __missing__(self, device: str) -> Device:
        return Device("")

    def __contains__(self, device: object) -> bool:
        return True


_NOBODY = Centre(Books("", "", devices=_Anybody()), {}, {})
"""Nothing is asked of it."""

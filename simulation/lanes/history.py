"""One history of many desks that speak at once with a database that is stopped in the middle."""

import threading
import time
from collections.abc import Sequence
from contextlib import suppress

import anyio.from_thread

from gridserver.errors import Refused
from gridserver.storage import buckets
from gridserver.storage.engine import Connection, snapshot, transaction
from gridserver.storage.feed import Head
from gridserver.storage.shelf import Shelf
from gridserver.storage.snapshots import Workshop
from gridworker.protocol.snapshot import read_blocks, read_head
from gridworker.records.row import Row
from simulation.centre import Books
from simulation.dice import Dice
from simulation.district import INFOS, PEOPLE
from simulation.lanes.centre import LANES, Application, Postgres
from simulation.lanes.lane import Lane, LaneOracle
from simulation.oracle import Violation
from simulation.read_back import books_of, check_numbers, look
from simulation.totals import Totals

STEPS = 200
WEIGHTS = {
    **{"work": 1100, "last_act": 6, "sync": 170, "turn": 40, "deliver": 30, "clock": 10, "repair": 12},
    **{"scope": 6, "move": 6},
}
_BAG = [what for what, weight in WEIGHTS.items() for _ in range(weight)]
FALLS = 12
"""Of a hundred blows so many stop PostgreSQL at once; the others end some of its backends."""
HOLDS = 35
"""Of a hundred of the others so many hold the buckets."""
LONGEST = 3_300
"""ms: longer than a request waits for a lock."""
_PAUSE = 0.5
"""Seconds at most between two blows."""
_ROUNDS = 60
DAY = 86_400_000


def play(postgres: Postgres, seed: int, steps: int = STEPS, *, lanes: int = LANES, falls: int = FALLS) -> Totals:
    """Plays it to its end. Raises ``Violation``, with what was counted until then as ``totals``."""
    totals = Totals({"histories": 1})
    with postgres.database() as url, anyio.from_thread.start_blocking_portal() as portal:
        application = Application(postgres, url, portal)
        history = _History(postgres, url, application, Dice(seed), totals)
        try:
            history.play(steps, lanes, falls)
        except Exception as fault:
            totals["violations"] += 1
            fault.totals = totals  # type: ignore[attr-defined]
            raise
        finally:
            history.count()
            application.close()
    return totals


class _History:
    def __init__(self, postgres: Postgres, url: str, application: Application, dice: Dice, totals: Totals) -> None:
        self._postgres, self._url, self._application = postgres, url, application
        self._dice, self._totals = dice, totals
        self._oracle = LaneOracle()
        self._lanes: list[Lane] = []
        self._faults: list[BaseException] = []

    def play(self, steps: int, lanes: int, falls: int) -> None:
        self._lanes = [Lane.at(number, self._application, self._oracle) for number in range(lanes)]
        threads = [
            threading.Thread(target=self._run, args=(lane, self._made(steps)), daemon=True) for lane in self._lanes
        ]
        for thread in threads:
            thread.start()
        try:
            while any(thread.is_alive() for thread in threads):
                time.sleep(self._dice.below(int(_PAUSE * 1000)) / 1000)
                self._strike(falls)
        except Exception as fault:  # whoever holds the buckets asks the database as well
            self._faults.append(fault)
        finally:
            for thread in threads:  # nobody is left at work behind the end of a history, with a line of his own
                thread.join()
        self._raise()
        self._come_to_rest(self._lanes)
        fresh = [Lane.at(LANES + number, self._application, self._oracle) for number in range(len(PEOPLE))]
        self._come_to_rest(fresh)
        self._look(fresh)

    def count(self) -> None:
        """What the lanes counted."""
        for lane in self._lanes:
            self._totals.update(lane.totals)

    def _made(self, steps: int) -> list[tuple[str, int]]:
        return [(self._dice.one(_BAG), self._dice.below(2**32)) for _ in range(steps)]

    def _run(self, lane: Lane, steps: Sequence[tuple[str, int]]) -> None:
        try:
            lane.play(steps)
        except BaseException as fault:
            self._faults.append(fault)

    def _strike(self, falls: int) -> None:
        if self._dice.percent(falls):
            self._postgres.fall()
            self._totals["stops"] += 1
        elif self._dice.percent(HOLDS):
            self._totals["holds"] += self._hold(self._dice.below(400) if self._dice.percent(90) else LONGEST)
        else:
            self._totals["backends"] += self._postgres.end_backends(self._url, self._dice.below(100) / 100)

    def _hold(self, ms: int) -> bool:
        """Somebody else holds all buckets for a while; whoever waits too long is asked to come again."""
        with suppress(Refused), transaction(self._application.engine) as conn:
            buckets.lock(conn, INFOS)
            time.sleep(ms / 1000)
            return True
        return False

    def _raise(self) -> None:
        for fault in self._faults:
            raise (
                fault if isinstance(fault, Violation) else Violation("R", f"{type(fault).__name__}: {fault}")
            ) from fault

    # ------------------------------------------------------------------ the end

    def _come_to_rest(self, lanes: Sequence[Lane]) -> None:
        """I11: on good lines nothing moves any more in the end; what waits for others has waited long enough."""
        for lane in lanes:
            lane.end_faults()
        for patience in (0, 6 * DAY, 31 * DAY):
            self._application.now += patience
            for lane in lanes:
                lane.now = self._application.now
            self._rest(lanes)

    def _rest(self, lanes: Sequence[Lane]) -> None:
        for _ in range(_ROUNDS):
            before = [lane.standing_still() for lane in lanes]
            for lane in lanes:
                lane.sync()
            if [lane.standing_still() for lane in lanes] == before:
                return
        raise Violation("I11", "the desks do not come to rest")

    def _look(self, fresh: Sequence[Lane]) -> None:
        with snapshot(self._application.engine) as conn:
            books = books_of(conn)
            check_numbers(conn)
            self._snapshots_say_the_same(conn, books)
        self._totals["conflicts"] += sum(row.kind == "conflict" for row in books.rows.values())
        self._totals["changes"] += len(books.ledger)
        look(self._oracle, books, [lane.desks[0] for lane in (*self._lanes, *fresh)])

    def _snapshots_say_the_same(self, conn: Connection, books: Books) -> None:
        """I1: the file of a bucket holds the rows of the bucket."""
        shelf = Shelf(self._postgres.folder / "snapshots")
        workshop = Workshop(shelf)
        for bucket, head in books.heads.items():
            made = workshop.make(conn, books.epoch, Head(*head), 1, self._application.now)
            path = shelf.path(made.sha, made.bytes)
            assert path is not None
            with path.open("rb") as file:
                told = read_head(file)
                wires = [wire for some in read_blocks(file, 1000) for wire in some]
            rows = {(row.kind, row.id): row for row in (Row.from_wire(wire, bucket) for wire in wires)}
            there = {key: row for key, row in books.rows.items() if row.bucket == bucket}
            if rows.keys() != there.keys() or any(rows[key].mark != there[key].mark for key in rows):
                raise Violation("I1", f"the snapshot of {bucket} differs")
            if told.seq != head.seq:
                raise Violation("I1", f"the snapshot of {bucket} is of another moment")

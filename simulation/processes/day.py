"""One history of real processes: people work and sync, everything is killed, and in the end all of it must add up."""

import os
import signal
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, Pipe, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, cast

from simulation.centre import Books
from simulation.desk_store import DeskStore
from simulation.dice import Dice
from simulation.mutants import Cut
from simulation.oracle import Oracle, Violation
from simulation.processes.centre import CentreAtWork
from simulation.processes.desk import live
from simulation.processes.stage import STABLE, Stage
from simulation.read_back import books_of, check_numbers, look
from simulation.totals import Totals

TICKS = 200
PAUSE = 0.16
"""Seconds at most between two blows of fate."""
DAY = 86_400_000
FATES = (
    ("nothing", 33),
    ("kill_desk", 36),
    ("kill_backend", 8),
    ("end_backend", 4),
    ("kill_centre_in_time", 8),
    ("kill_first", 2),
    ("fill_disk", 4),
    ("clock", 4),
)
_BAG = [name for name, weight in FATES for _ in range(weight)]
ROUNDS = 30
"""Syncs of all desks after which everything has come to rest."""
SECOND = 10_000
"""The lives of a second program are counted from here."""
SERVED = (8, 2)
"""Whole syncs before the centre may die again, in histories of even and of odd seeds."""
_PATIENCE = 60.0
_ROOM = 60_000
"""Bytes that are left on a disk that is full."""
FINE = ("", "StoreBusy", "DiskFull")
"""How a sync may end without a word about the line."""
LINE = ("CentreUnreachable", "CentreBusy", "TooSlow", "BrokenAnswer", "LoginPage", "TlsFailed", "ProxyInTheWay")


@dataclass
class Seat:
    """A desk, as it is seen from outside."""

    number: int
    home: Path
    process: BaseProcess | None = None
    pipe: Connection | None = None
    life: int = 0
    ahead: int = 0
    ready: bool = False
    working: bool = False
    syncing: bool = False
    last_sync: tuple[str, int] = ("", 0)
    in_doubt: set[str] = field(default_factory=set)
    """What was about to be kept when the desk was killed, or is just now."""
    device: str = ""
    store: DeskStore = field(default_factory=DeskStore)


class Day:
    """One history. ``chance``: its seed; what happens when follows from it, but for the speed of the machine."""

    def __init__(
        self,
        stage: Stage,
        seed: int,
        ticks: int = TICKS,
        *,
        only_desks: bool = False,
        cuts: Sequence[Cut] = (),
        command: Sequence[str] = (),
    ) -> None:
        """``only_desks``: nobody else dies. ``cuts``: of desks with a defence less; ``command``: such a centre."""
        self.totals = Totals({"histories": 1})
        self._stage, self._ticks, self._cuts = stage, ticks, tuple(cuts)
        self._dice = Dice(seed)
        self._only_desks = only_desks
        self._enough = SERVED[seed % 2]
        self._oracle = Oracle()
        self._doubtful: set[str] = set()
        """Groups that were about to be kept when their desk was killed."""
        self._served = 0
        """Whole syncs since the centre came back."""
        here = stage.put_up()
        self._centre = CentreAtWork(here / "centre", stage.tls, command)
        self._seats = [Seat(number, here / f"home{number}") for number in range(stage.desks)]
        # A window and a command at one store, as a person may well have open at once.
        self._seats.append(Seat(1, here / "home1", life=SECOND))
        self._ballast = here / "home0" / "ballast"
        self._has_small_disk = os.path.ismount(here / "home0")

    def play(self) -> None:
        """To its end. Raises ``Violation``."""
        office = self._stage.office
        office.faults.clear()
        try:
            self._centre.begin()
            for seat in self._seats:
                self._start(seat)
            self._centre.wait()
            for number in range(self._ticks):
                self._tick()
                self._strike(number)
            self._strike_last()
            self._heal()
            self._come_to_rest()
            self._look()
        finally:
            self.totals["gave up"] += self._centre.gave_up
            self.totals.update({f"line {name}": count for name, count in office.faults.items()})
            for seat in self._seats:
                with suppress(Violation):  # there is one already, or nobody asks any more
                    self._kill(seat)
            self._centre.stop()
            self._stage.take_down()

    # ------------------------------------------------------------------ one moment after the other

    def _tick(self) -> None:
        office = self._stage.office
        if self._dice.percent(10):
            office.bad = not office.bad
        self._see_to_the_centre()
        for seat in self._seats:
            if seat.process is None and seat is not self._seats[0]:
                self._start(seat)
            elif seat.process is None and self._dice.percent(30):
                self._empty_disk()
                self._start(seat)
            self._command(seat)
        self._hear(self._dice.below(int(PAUSE * 1000)) / 1000)

    def _strike(self, number: int) -> None:
        """Something befalls somebody; each history sees every sort of death."""
        if self._only_desks:
            return self._do_kill_desk(self._dice.one(self._seats)) if self._dice.percent(40) else None
        sure = {self._ticks // 3: "kill_backend", self._ticks // 2: "kill_centre"}
        what, seat = self._dice.one(_BAG), self._dice.one(self._seats)
        getattr(self, f"_do_{sure.get(number, what)}")(seat)
        return None

    def _strike_last(self) -> None:
        """Each history ends with a PostgreSQL that died under a centre at work, and nobody there to help."""
        self._until(lambda: self._centre.is_ready, "the centre does not come back")
        if not self._only_desks:
            self._do_kill_first(self._seats[0])

    def _command(self, seat: Seat) -> None:
        if not seat.ready:
            return
        if not seat.working and self._dice.percent(70):
            seat.working = True
            self._tell(seat, "work", self._dice.throw(), 1 + self._dice.below(8))
        if not seat.syncing and self._dice.percent(60):
            seat.syncing = True
            self._tell(seat, "sync")

    def _see_to_the_centre(self) -> None:
        if self._centre.is_ready:
            self._stage.office.lead_to(self._centre.address)

    # ------------------------------------------------------------------ blows of fate

    def _do_nothing(self, seat: Seat) -> None:
        pass

    def _do_kill_desk(self, seat: Seat) -> None:
        if seat.ready or self._dice.percent(20):
            self.totals["killed desks"] += self._kill(seat)
            self._start(seat)

    def _do_kill_centre(self, seat: Seat) -> None:
        self._served = 0
        self._centre.kill()
        self.totals["killed centres"] += 1
        self._centre.begin()

    def _do_kill_centre_in_time(self, seat: Seat) -> None:
        """Starting one takes long: not before it has done something."""
        if self._served >= self._enough or self._dice.percent(8):
            self._do_kill_centre(seat)

    def _do_kill_backend(self, seat: Seat) -> None:
        self._signal_backend(signal.SIGKILL, "killed backends")

    def _do_end_backend(self, seat: Seat) -> None:
        self._signal_backend(signal.SIGTERM, "ended backends")

    def _signal_backend(self, how: signal.Signals, counted: str) -> None:
        backends = self._centre.backends()
        with suppress(ProcessLookupError):
            if backends:
                os.kill(self._dice.one(backends), how)
                self.totals[counted] += 1

    def _do_kill_first(self, seat: Seat) -> None:
        """PostgreSQL's first process."""
        if first := self._centre.postmaster():
            os.kill(first, signal.SIGKILL)
            self.totals["killed postmasters"] += 1

    def _do_fill_disk(self, seat: Seat) -> None:
        """The first desk's disk is full, or has room again."""
        if not self._has_small_disk:
            return
        if self._ballast.exists():
            self._empty_disk()
            return
        self.totals["full disks"] += 1
        free = os.statvfs(self._ballast.parent)
        with suppress(OSError), self._ballast.open("wb") as file:
            file.write(bytes(max(free.f_bavail * free.f_frsize - _ROOM, 0)))

    def _empty_disk(self) -> None:
        self._ballast.unlink(missing_ok=True)

    def _do_clock(self, seat: Seat) -> None:
        seat.ahead = self._dice.one((0, 3_600_000, -3_600_000, 30 * DAY, -30 * DAY, 240_000))
        self.totals["clocks"] += 1
        if seat.ready:
            self._tell(seat, "clock", seat.ahead)

    # ------------------------------------------------------------------ desks

    def _start(self, seat: Seat) -> None:
        seat.life += 1
        seat.pipe, theirs = Pipe()
        who = (seat.home, seat.number, seat.life, seat.ahead)
        seat.process = STABLE.Process(target=live, args=(theirs, *who, self._cuts))
        seat.process.start()
        theirs.close()

    def _kill(self, seat: Seat) -> bool:
        """SIGKILL; what it had said before is heard."""
        if seat.process is None or seat.pipe is None:
            return False
        seat.process.kill()
        seat.process.join()
        self._hear_out(seat)
        return True

    def _hear_out(self, seat: Seat) -> None:
        """Whatever a process that is gone had said."""
        assert seat.pipe is not None
        with suppress(EOFError, OSError):
            while seat.pipe.poll():
                self._heard(seat, seat.pipe.recv())
        seat.pipe.close()
        self._oracle.may_be_lost |= seat.in_doubt
        self._doubtful |= {self._oracle.notes[name].tx for name in seat.in_doubt}
        self.totals["in doubt"] += len(seat.in_doubt)
        seat.in_doubt.clear()
        seat.process, seat.pipe = None, None
        seat.ready = seat.working = seat.syncing = False

    def _tell(self, seat: Seat, what: str, *how: Any) -> None:
        assert seat.pipe is not None
        with suppress(OSError):
            seat.pipe.send((what, *how))

    def _hear(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while True:
            seats = {seat.pipe: seat for seat in self._seats if seat.pipe is not None}
            for pipe in wait(list(seats), max(until - time.monotonic(), 0)):
                seat = seats[cast(Connection, pipe)]
                try:
                    said = cast(Connection, pipe).recv()
                except (EOFError, OSError):
                    assert seat.process is not None
                    seat.process.join()
                    code = seat.process.exitcode
                    self._hear_out(seat)
                    if code:
                        raise Violation("R", f"desk {seat.number} ended by itself: {code}") from None
                    continue
                self._heard(seat, said)
            if time.monotonic() >= until:
                return

    def _heard(self, seat: Seat, said: tuple[Any, ...]) -> None:
        getattr(self, f"_heard_{said[0]}")(seat, *said[1:])

    def _heard_ready(self, seat: Seat) -> None:
        seat.ready = True

    def _heard_closed(self, seat: Seat, why: str) -> None:
        """It could not be opened."""
        if why != "DiskFull" or not self._ballast.exists():
            raise Violation("R", f"desk {seat.number} does not open: {why}")

    def _heard_about(self, seat: Seat, notes: Sequence[Any]) -> None:
        for noted in notes:
            self._oracle.note(noted)
            seat.in_doubt.add(noted.id)

    def _heard_kept(self, seat: Seat, names: Sequence[str]) -> None:
        seat.in_doubt -= set(names)
        self.totals["acts"] += 1

    def _heard_worked(self, seat: Seat, done: int, fault: str) -> None:
        seat.working = False
        self._oracle.may_be_lost |= seat.in_doubt  # what could not be kept on a full disk
        seat.in_doubt.clear()
        if fault == "DiskFull":
            self.totals["no room"] += 1
        elif fault:
            self.totals[f"saving {fault}"] += 1

    def _heard_synced(self, seat: Seat, fault: str, moved: int) -> None:
        seat.syncing, seat.last_sync = False, (fault, moved)
        self.totals["syncs"] += 1
        self.totals[f"sync {fault}" if fault else "whole syncs"] += 1
        self._served += not fault
        if fault not in (*FINE, *LINE):
            raise Violation("R", f"desk {seat.number}: a sync ended with {fault}")

    def _heard_done(self, seat: Seat) -> None:
        pass

    def _heard_bug(self, seat: Seat, trace: str) -> None:
        raise Violation("R", f"desk {seat.number}: {trace}")

    def _heard_state(self, seat: Seat, device: str, store: DeskStore, sound: bool, incarnation: int) -> None:
        seat.device, seat.store = device, store
        if not sound:
            raise Violation("R", f"the file of desk {seat.number} is damaged")
        if incarnation != 1:
            raise Violation("3.16", f"desk {seat.number} was taken for a restored one")

    # ------------------------------------------------------------------ the end

    def _heal(self) -> None:
        """Good lines, room on the disk, right clocks; and whatever was killed is there again."""
        self._stage.office.bad = False
        self._empty_disk()
        self._until(lambda: self._centre.is_ready, "the centre does not come back")
        self._see_to_the_centre()
        for seat in self._seats:
            seat.ahead = 0
            if seat.process is None:
                self._start(seat)
        self._until(lambda: all(seat.ready and not seat.working for seat in self._seats), "the desks do not come back")
        for seat in self._seats:
            self._tell(seat, "clock", 0)
        self._stage.office.cut()
        self._until(lambda: self._stage.office.is_quiet and not self._syncing(), "a request is still on its way")

    def _syncing(self) -> bool:
        return any(seat.syncing for seat in self._seats)

    def _until(self, met: Any, what: str) -> None:
        until = time.monotonic() + _PATIENCE
        while not met():
            self._hear(0.02)
            if time.monotonic() > until:
                raise Violation("I11", f"{what}: {self._centre.evidence()}")

    def _come_to_rest(self) -> None:
        """I11: with good lines every desk syncs, until nothing moves any more."""
        quiet, rounds, until = 0, 0, time.monotonic() + _PATIENCE
        while rounds < ROUNDS and time.monotonic() < until:
            for seat in self._seats:
                seat.syncing = True
                self._tell(seat, "sync")
            self._until(lambda: not self._syncing(), "a sync does not end")
            faults = [seat.last_sync[0] for seat in self._seats if seat.last_sync[0] not in ("", "StoreBusy")]
            quiet = 0 if faults or any(seat.last_sync[1] for seat in self._seats) else quiet + 1
            if quiet == 2:
                return
            # A database that mends a crash has the same time as a centre that comes back.
            rounds, until = (rounds, until) if "CentreBusy" in faults else (rounds + 1, time.monotonic() + _PATIENCE)
            if faults:
                time.sleep(0.2)
        raise Violation("I11", f"the desks do not come to rest: {self._last_syncs()}: {self._centre.evidence()}")

    def _last_syncs(self) -> list[tuple[str, int]]:
        return [seat.last_sync for seat in self._seats]

    def _look(self) -> None:
        for seat in self._seats:
            seat.device = ""
            self._tell(seat, "tidy")
            self._tell(seat, "state")
        self._until(lambda: all(seat.device for seat in self._seats), "a desk does not tell")
        with self._centre.picture() as conn:
            books = books_of(conn, beside_tables=True)
            check_numbers(conn)
        self._count(books)
        self._whole_or_not_at_all(books)
        look(self._oracle, books, self._seats)
        if found := self._centre.complaints():
            raise Violation("R", f"{len(found)} complaints in the centre's log: {found[0][:3000]}")

    def _whole_or_not_at_all(self, books: Books) -> None:
        """I10: what nobody was told of may be kept or lost, but not by half."""
        for tx in self._doubtful:
            there = {noted.id in books.ledger for noted in self._oracle.notes.values() if noted.tx == tx}
            if len(there) > 1:
                raise Violation("I10", f"half of {tx} was kept")

    def _count(self, books: Books) -> None:
        self.totals["conflicts"] += sum(row.kind == "conflict" for row in books.rows.values())
        self.totals["changes"] += len(books.ledger)
        self.totals["rows"] += len(books.rows)

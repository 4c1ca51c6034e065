"""A desk's program: the real desk with its real files, told over a pipe what its person does, until it is killed."""

import dataclasses
import threading
import traceback
from collections.abc import Sequence
from functools import partial
from itertools import count
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import keyring
from keyring.backends.fail import Keyring as NoKeyring

from gridworker.app.desk import Desk, this_machine
from gridworker.errors import GridworkerError, StoreError
from gridworker.protocol.sync import Clock
from gridworker.storage.keys import Cost
from gridworker.sync.centre import Centre
from gridworker.sync.enrol import Application, enrol
from gridworker.sync.machine import Machine
from simulation.dice import Dice
from simulation.district import PEOPLE
from simulation.founding import login
from simulation.mutants import Cut, without
from simulation.people import Noted
from simulation.processes.hands import Eyes, Fingers
from simulation.read_back import desk_of

PASSWORD = "minqing-2026-gulai"
CHEAP = Cost(memory_kib=64, passes=1, lanes=1)
TIMEOUTS = (2.0, 1.5)
"""Seconds: the line of this proof stalls for longer, and nobody has time."""


def machine_at(home: Path, ahead: list[int]) -> Machine:
    """A machine whose clock is ``ahead[0]`` ms ahead."""
    keyring.set_keyring(NoKeyring())  # type: ignore[no-untyped-call]
    machine = this_machine(home)

    def clock() -> Clock:
        true = machine.clock()
        return true.model_copy(update={"wall": true.wall + ahead[0]})

    return dataclasses.replace(machine, clock=clock, cost=CHEAP, connect=partial(Centre, timeouts=TIMEOUTS))


def begin(home: Path, number: int, code: str, place: str) -> None:
    """Enrols the desk of a person, as he does on his first day."""
    machine = machine_at(home, [0])
    with Desk(machine, enrol(machine, Application(login(number), PASSWORD, code, place))) as desk:
        desk.sync()


class Program:
    """What runs in the process."""

    def __init__(self, pipe: Connection, home: Path, number: int, life: int, ahead: int) -> None:
        self._pipe = pipe
        self._lock = threading.Lock()
        self._ahead = [ahead]
        self._number = number
        machine = machine_at(home, self._ahead)
        self._desk = Desk.unlocked(machine, login(number), PASSWORD)
        self._eyes = Eyes(self._desk.store, self._announce, self._confirm)
        self._tokens = count(1)
        self._told: list[Noted] = []
        self._fingers = Fingers(
            PEOPLE[number], machine.now, machine.new_id, partial(self._token, life), self._told.append
        )

    def _token(self, life: int) -> str:
        return f"typed{self._number}x{life}x{next(self._tokens)}"

    def say(self, what: str, *more: Any) -> None:
        """On its way before anything else happens."""
        with self._lock:
            self._pipe.send((what, *more))

    def obey(self) -> None:
        """Does what it is told for ever."""
        self.say("ready")
        while True:
            what, *how = self._pipe.recv()
            try:
                getattr(self, f"_do_{what}")(*how)
            except Exception:
                self.say("bug", traceback.format_exc())

    def _do_work(self, chance: int, acts: int) -> None:
        """A person does so many things, each told before and after it is kept."""
        dice, done, fault = Dice(chance), 0, ""
        for _ in range(acts):
            self._told.clear()
            self._eyes.look()
            try:
                done += self._fingers.act(self._eyes, dice)  # type: ignore[arg-type]
            except StoreError as error:
                fault = type(error).__name__
        self.say("worked", done, fault)

    def _announce(self) -> None:
        self.say("about", tuple(self._told))

    def _confirm(self) -> None:
        self.say("kept", tuple(noted.id for noted in self._told))
        self._told.clear()

    def _do_sync(self) -> None:
        """Beside the work, as in the window."""
        threading.Thread(target=self._sync, daemon=True).start()

    def _sync(self) -> None:
        try:
            report = self._desk.sync()
        except GridworkerError as error:
            self.say("synced", type(error).__name__, 0)
        except Exception:
            self.say("bug", traceback.format_exc())
        else:
            self.say("synced", "", report.pushed + report.pulled)

    def _do_clock(self, ahead: int) -> None:
        self._ahead[0] = ahead
        self.say("done")

    def _do_tidy(self) -> None:
        while self._desk.store.tidy():
            pass
        self.say("done")

    def _do_state(self) -> None:
        """All that is in the file, and whether every page of it is as it was written."""
        store = self._desk.store
        self.say("state", store.meta("device"), desk_of(store), store.check(), store.meta("incarnation"))


def live(pipe: Connection, home: Path, number: int, life: int, ahead: int, cuts: Sequence[Cut] = ()) -> None:
    """The process of a desk. ``cuts``: the defences that it lacks."""
    try:
        with without(cuts):
            Program(pipe, home, number, life, ahead).obey()
    except StoreError as error:
        pipe.send(("closed", type(error).__name__))
    except EOFError:
        return  # whoever told it what to do is gone

"""A centre in a process of its own over a county with as many grids as asked, and desks at the end of its line."""

import atexit
import dataclasses
import secrets
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import keyring
import uuid_utils
from keyring.backends.fail import Keyring as NoKeyring

from benchmarks.diary_fields import diaries
from benchmarks.small_centre import CHEAP, PASSWORD
from benchmarks.wire import Wire
from gridserver.author import Author
from gridserver.cli.world import World, clock, new_id, opened
from gridserver.people.passwords import Passwords
from gridserver.people.regions import Division, bring_in
from gridserver.people.staff import Staff
from gridserver.settings import PasswordCost, Settings
from gridserver.storage.engine import transaction
from gridworker.app.desk import Desk, this_machine
from gridworker.demo.centre_process import CentreProcess
from gridworker.records.change import Change, Verb
from gridworker.sync import enrol, session
from gridworker.sync.centre import Centre
from gridworker.sync.enrol import Application
from gridworker.sync.machine import Machine

COUNTY, TOWN, VILLAGE = "330683", "330683106", "330683106211"
_A_VILLAGE = 500
"""Grids in each village."""
_AT_ONCE = 500
"""Diaries in one transaction while an outbox is filled."""
_CODES = 4
"""Desks that one person may have in a run."""


def grid_code(number: int) -> str:
    """The code of a grid."""
    return f"{_village(number)}{number % _A_VILLAGE + 1:03}"


class FieldCentre:
    """``people``: login name to role and code of the region. Everything is made before the process begins to serve."""

    def __init__(self, grids: int, people: Mapping[str, tuple[str, str]]) -> None:
        keyring.set_keyring(NoKeyring())  # what is made up here has no business in anybody's real one
        self._folder = Path(tempfile.mkdtemp(prefix="gw-bench-"))
        self._homes = count(1)
        self._settings = Settings(data=self._folder / "data")
        self._codes: dict[str, list[str]] = {}
        self.route = ""
        """An address by which every line goes instead of straight to the centre."""
        with self.world() as world:
            self._found(world, grids, people)
        self.process = CentreProcess(self._folder / "data")
        atexit.register(self.close)

    @property
    def address(self) -> str:
        """Where it is served."""
        return self.process.address

    @property
    def shelf(self) -> Path | None:
        """Where its snapshots lie."""
        return self._settings.snapshots

    @contextmanager
    def world(self) -> Iterator[World]:
        """The centre's database, beside the process or before it."""
        with opened(self._settings) as world:
            yield world

    def desk(self, user: str) -> Desk:
        """A newly enrolled desk, to which nothing has come yet."""
        machine = self.machine()
        asked = Application(user=user, password=PASSWORD, code=self._codes[user].pop(), place=self.address)
        return Desk(machine, enrol.enrol(machine, asked))

    def machine(self) -> Machine:
        """A machine that nobody has used."""

        def line(place: str, **how: Any) -> Centre:
            return Centre(self.route or place, **how)

        home = self._folder / f"home{next(self._homes)}"
        return dataclasses.replace(this_machine(home), cost=CHEAP, connect=line)

    @contextmanager
    def counted(self) -> Iterator[Wire]:
        """Every line goes through a relay that counts."""
        with Wire(self.address) as wire:
            self.route = wire.address
            try:
                yield wire
            finally:
                self.route = ""

    def close(self) -> None:
        """Stop the process and leave nothing behind."""
        self.process.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _found(self, world: World, grids: int, people: Mapping[str, tuple[str, str]]) -> None:
        villages = sorted({_village(number) for number in range(grids)} | {VILLAGE})
        divisions = [Division(1, "county", COUNTY, "嵊州市", ""), Division(2, "town", TOWN, "谷来镇", COUNTY)]
        divisions += [Division(3, "village", code, f"第{place}村", TOWN) for place, code in enumerate(villages)]
        divisions += [
            Division(4, "grid", grid_code(number), f"第{number}网格", _village(number)) for number in range(grids)
        ]
        with transaction(world.engine, limits=False) as conn:
            bring_in(Author(conn, clock(), new_id), divisions)
        cheap = Passwords(PasswordCost(time=1, memory_kib=64, lanes=1))
        for user, (role, code) in people.items():
            with transaction(world.engine, limits=False) as conn:
                staff = Staff(conn, clock(), new_id, secrets.token_bytes, cheap)
                staff.add_account(user, role, code, PASSWORD)
                self._codes[user] = [str(staff.enrol(user)) for _ in range(_CODES)]


def write_diaries(desk: Desk, number: int, start: int = 0, grid: str = "") -> list[str]:
    """New diaries in the desk's store and outbox, each an act of its own; their ids. ``grid``: the first otherwise."""
    region = grid or desk.me.regions[0]
    bucket = desk.store.bucket_for("grid", region)
    assert bucket is not None
    fields = {"grid": region, "visitor": desk.me.person}
    changes = [_created(bucket, {**fields, **diary}) for diary in diaries(number, start)]
    _keep(desk, changes)
    return [change.record for change in changes]


def edit_diaries(desk: Desk, records: Sequence[str], words: str) -> None:
    """Each diary gets a few words more and is marked as dealt with, as one act."""
    for record in records:
        row = desk.ledger.row("visit", record)
        assert row is not None
        solved = not row.fields.get("solved", False)
        desk.ledger.save("visit", {"text": row.fields["text"] + words, "solved": solved}, record, seen=row)


@contextmanager
def line_of(desk: Desk) -> Iterator[Centre]:
    """An open line of a desk, over its first store."""
    line = session.line_of(desk.store, desk.machine.home, desk.machine.clock, connect=desk.machine.connect)
    try:
        yield line
    finally:
        line.close()


def _keep(desk: Desk, changes: Sequence[Change]) -> None:
    desk.store._file.db.execute("PRAGMA synchronous = OFF")  # while the outbox is made up; never while it is measured
    for start in range(0, len(changes), _AT_ONCE):
        desk.store.keep(changes[start : start + _AT_ONCE], by=desk.me.person)
    desk.store._file.db.execute("PRAGMA synchronous = FULL")
    desk.store._file.db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def _created(bucket: str, fields: dict[str, Any]) -> Change:
    ids = [str(uuid_utils.uuid7()) for _ in range(4)]
    return Change(
        id=ids[0],
        verb=Verb.CREATE,
        kind="visit",
        record=ids[1],
        bucket=bucket,
        hlc=0,
        at=clock(),
        value=fields,
        tx=ids[2],
        act=ids[3],
    )


def _village(number: int) -> str:
    return f"{TOWN}{211 + number // _A_VILLAGE}"

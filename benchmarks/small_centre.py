"""A centre in a process of its own with the made-up district in it, and new desks at the end of its line."""

import atexit
import dataclasses
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import count
from pathlib import Path

import keyring
from keyring.backends.fail import Keyring as NoKeyring

from benchmarks import district
from gridworker.app.desk import Desk, this_machine
from gridworker.demo.centre_process import CentreDown, CentreProcess
from gridworker.demo.chance import Ids
from gridworker.demo.district import District
from gridworker.demo.loading import clean
from gridworker.demo.places import COUNTY, grids
from gridworker.demo.script import DemoRecord
from gridworker.protocol import MOST_CHANGES, MOST_IN_GROUP, SCHEMA
from gridworker.protocol.sync import Group, Push, Standing
from gridworker.records.change import Change, Verb
from gridworker.storage.keys import Cost
from gridworker.sync import enrol, session
from gridworker.sync.centre import Centre
from gridworker.sync.enrol import Application
from gridworker.sync.machine import Machine

PASSWORD = "celiang-2026-gulai"
CHEAP = Cost(memory_kib=1024, passes=1, lanes=1)
"""What guards the key of a store is no part of any figure taken here."""
WHOLE, PART = "whole", "part"
"""Login names: a supervisor who sees all eight grids, and a worker with two of them."""
PART_GRIDS = 2


class SmallCentre:
    """2,000 households and 6,000 persons, behind one loopback address."""

    def __init__(self) -> None:
        keyring.set_keyring(NoKeyring())  # what is made up here has no business in anybody's real one
        self._folder = Path(tempfile.mkdtemp(prefix="gw-bench-"))
        self._homes = count(1)
        self._process = CentreProcess(self._folder / "data")
        self._found()

    def close(self) -> None:
        """Stop the process and leave nothing behind."""
        self._process.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def machine(self, connect: session.Connect = Centre) -> Machine:
        """A machine that nobody has used. ``connect``: how its lines are opened."""
        home = self._folder / f"home{next(self._homes)}"
        return dataclasses.replace(this_machine(home), cost=CHEAP, connect=connect)

    def desk(self, user: str, machine: Machine) -> Desk:
        """A newly enrolled desk of ``user``, to which nothing has come yet."""
        (answer,) = self._process.acts([f"enrol {user}"], PASSWORD)
        asked = Application(user=user, password=PASSWORD, code=str(answer["code"]), place=self._process.address)
        return Desk(machine, enrol.enrol(machine, asked))

    def _found(self) -> None:
        everywhere = {code: code for code in _codes()}
        places = grids(district.SEED, everywhere)
        here = [each.code for each in places[1 : 1 + PART_GRIDS]]
        self._act(f"import-divisions {district.DIVISIONS}")
        self._act(*[f"add-grid {village}" for village in sorted(each.village_code for each in places)])
        self._act(f"add-account {WHOLE} --role supervisor --region {COUNTY}")
        self._act(f"add-account {PART} --role grid_worker --region {here[0]}")
        self._act(*[f"assign {PART} --region {code}" for code in here[1:]])
        desk = self.desk(WHOLE, self.machine())
        desk.sync()
        regions = {str(each["code"]): str(each["id"]) for each in desk.ledger.find("region")}
        _hand_in(desk, District.make(district.SEED, district.TODAY, regions))
        desk.close()

    def _act(self, *lines: str) -> None:
        self._process.acts(lines, PASSWORD)


@cache
def small_centre() -> SmallCentre:
    """The centre of this run, stopped at its end: several figures are taken on it."""
    centre = SmallCentre()
    atexit.register(centre.close)
    return centre


def _codes() -> list[str]:
    lines = district.DIVISIONS.read_text("utf-8").splitlines()[1:]
    return [COUNTY, *(line.split(",")[1] for line in lines)]


def _hand_in(desk: Desk, made_up: District) -> None:
    """The residents, as changes of the desk's own device, past its outbox."""
    line = session.line_of(desk.store, desk.machine.home, desk.machine.clock)
    standing = Standing.model_validate(desk.store.meta("standing"))
    buckets = {each.region: each.id for each in desk.store.buckets() if each.bucket_class == "grid"}
    numbers = count(standing.last_n + 1)
    acts = list(_by_homes(district.residents(made_up)))
    step = MOST_CHANGES // MOST_IN_GROUP
    for some in (acts[start : start + step] for start in range(0, len(acts), step)):
        answer = line.push(
            Push(
                epoch=standing.epoch,
                incarnation=standing.incarnation,
                schema_version=SCHEMA,
                scope=standing.scope,
                clock=desk.machine.clock(),
                groups=[_group(records, buckets, numbers) for records in some],
            )
        )
        for result in answer.results:
            if result.verdict != "ok":
                raise CentreDown(f"{result.verdict} {result.code} {result.reason}")
    line.close()


def _by_homes(records: Sequence[DemoRecord]) -> Iterator[list[DemoRecord]]:
    """Households with their persons, as many as one group holds: they point at each other."""
    homes: dict[str, list[DemoRecord]] = {}
    for each in records:
        homes.setdefault(each.fields.get("household") or each.id, []).append(each)
    some: list[DemoRecord] = []
    for home in homes.values():
        if len(some) + len(home) > MOST_IN_GROUP:
            yield some
            some = []
        some += home
    yield some


def _group(records: Sequence[DemoRecord], buckets: dict[str, str], numbers: Iterator[int]) -> Group:
    ids = Ids(district.SEED, f"changes of {records[0].id}")
    changes = [_change(each, buckets, next(numbers), ids.at(each.at)) for each in records]
    return Group(tx=ids.at(records[0].at), act=ids.at(records[0].at), changes=[each.to_wire() for each in changes])


def _change(record: DemoRecord, buckets: dict[str, str], number: int, change: str) -> Change:
    value = clean(record)
    return Change(
        id=change,
        verb=Verb.CREATE,
        kind=record.kind,
        record=record.id,
        bucket=buckets[value["grid"]],
        hlc=record.at << 16,
        at=record.at,
        value=value,
        n=number,
    )

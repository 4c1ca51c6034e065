"""The first sync of a new desk: how many bytes, how long over a thin line that breaks, and how fast over a good one."""

import random
import time
from collections.abc import Iterator
from itertools import islice
from typing import Any

import uuid_utils

from benchmarks import district
from benchmarks.diary_fields import diaries
from benchmarks.field_centre import FieldCentre, grid_code, write_diaries
from benchmarks.figures import Figure, median
from benchmarks.relay import Relay
from gridserver.app import ground_on
from gridserver.cli.world import clock
from gridserver.sync import quiet
from gridworker.app.desk import Desk
from gridworker.demo.loading import clean
from gridworker.demo.script import DemoRecord
from gridworker.errors import GridworkerError
from gridworker.records.change import Change, Verb

HOUSEHOLDS, PERSONS, VISITS = 500, 1_500, 377
MOST_BYTES = 150_000.0
MOST_S = 40.0
BREAKS = 5
MANY = 10_000
MOST_MS = 490.0
"""Anki's normal sync of 10,000 records on such a machine."""
TIMES = 5
_FIRST, _SECOND = grid_code(0), grid_code(1)


def run() -> list[Figure]:
    """One grid as the study has it, one with 10,000 diaries; every desk is a new one."""
    people = {name: ("grid_worker", _FIRST) for name in ("keeper", "thin", "counted")}
    people |= {name: ("grid_worker", _SECOND) for name in ("writer", *(f"new{turn}" for turn in range(TIMES + 1)))}
    centre = FieldCentre(2, people)
    _fill(centre)
    figures = [_bytes(centre), _over_a_thin_line(centre), *_over_a_good_line(centre)]
    centre.close()
    return figures


def _bytes(centre: FieldCentre) -> Figure:
    with centre.counted() as wire:
        desk = centre.desk("counted")
        wire.reset()
        desk.sync()
        total = float(wire.up + wire.down)
    _is_whole(desk)
    desk.close()
    return Figure(
        f"first sync of {HOUSEHOLDS} households, {PERSONS:,} persons, {VISITS} visits",
        total / 1000,
        unit="KB",
        limit=MOST_BYTES / 1000,
        note="up and down, with HTTP's headers",
    )


def _over_a_thin_line(centre: FieldCentre) -> Figure:
    desk = centre.desk("thin")
    breaks = [int(MOST_BYTES * (place + 1) / (BREAKS + 1.5)) for place in range(BREAKS)]
    with Relay(centre.address, breaks=breaks, chance=random.Random(district.SEED)) as relay:
        centre.route = relay.address
        begun = time.monotonic()
        for _ in range(BREAKS + 1):
            try:
                desk.sync()
                break
            except GridworkerError:
                continue  # the schedule would wait a minute; a person presses the button
        took = time.monotonic() - begun
        centre.route = ""
    _is_whole(desk)
    desk.close()
    assert relay.broken == BREAKS
    return Figure(
        f"the same at 64 kbit/s, 400 ms each way, broken {relay.broken} times",
        took,
        unit="s",
        limit=MOST_S,
        note=f"{relay.stalled} stalls of 1 to 3 s, {relay.connections} connections, {relay.down / 1000:.0f} KB down",
    )


def _over_a_good_line(centre: FieldCentre) -> Iterator[Figure]:
    every = [_first_sync(centre, f"new{turn}") for turn in range(TIMES + 1)][1:]
    yield Figure(
        f"first download of {MANY:,} records until one is found",
        median([found for found, _ in every]),
        limit=MOST_MS,
        note=f"{TIMES} new desks; encrypted, searchable",
    )
    yield Figure("the same: words indexed afterwards, in quiet moments", median([later for _, later in every]))


def _first_sync(centre: FieldCentre, user: str) -> tuple[float, float]:
    desk = centre.desk(user)
    words = next(diaries(1))["text"][:4]
    begun = time.perf_counter()
    desk.sync()
    assert desk.ledger.search(words)
    found = time.perf_counter() - begun
    assert desk.ledger.count("visit") == MANY
    begun = time.perf_counter()
    while desk.store.index_backlog(1_000):
        pass
    later = time.perf_counter() - begun
    desk.close()
    return found * 1000, later * 1000


def _is_whole(desk: Desk) -> None:
    counted = tuple(desk.ledger.count(kind) for kind in ("household", "person", "visit"))
    assert counted == (HOUSEHOLDS, PERSONS, VISITS), counted
    assert {bucket.state for bucket in desk.store.buckets()} == {"live"}


def _fill(centre: FieldCentre) -> None:
    """What lies at the centre before the new desks come, packed as after its first quiet round."""
    desk = centre.desk("keeper")
    desk.sync()
    _write_grid(desk)
    desk.sync()
    desk.close()
    desk = centre.desk("writer")
    desk.sync()
    write_diaries(desk, MANY)
    desk.sync()
    desk.close()
    with centre.world() as world:
        assert world.keys is not None
        quiet.tend(ground_on(world.engine, world.keys, shelf=centre.shelf))


def _write_grid(desk: Desk) -> None:
    region = desk.me.regions[0]
    bucket = desk.store.bucket_for("grid", region)
    assert bucket is not None
    for act in _acts():
        tx = str(uuid_utils.uuid7())
        changes = [_created(each, fields, bucket, tx) for each, fields in _placed(act, region, desk.me.person)]
        desk.store.keep(changes, by=desk.me.person)


def _acts() -> Iterator[list[DemoRecord]]:
    """A household with its persons is one act, a visit another."""
    records = list(district.made_up().records())
    homes = [each for each in records if each.kind == "household"][:HOUSEHOLDS]
    names = {home.id: [home] for home in homes}
    spare = []
    for each in (each for each in records if each.kind == "person"):
        home = names.get(str(each.fields["household"]))
        if home is not None:
            home.append(each)
        else:
            spare.append(each)
    missing = PERSONS - sum(len(act) - 1 for act in names.values())
    for act, each in zip(list(names.values()), islice(spare, max(missing, 0)), strict=False):
        act.append(each)
    yield from names.values()
    visits = [each for each in records if each.kind == "visit"][:VISITS]
    for place, visit in enumerate(visits):
        yield [visit, names[homes[place % HOUSEHOLDS].id][0]]


def _placed(act: list[DemoRecord], region: str, person: str) -> Iterator[tuple[DemoRecord, dict[str, Any]]]:
    """The records of an act with references that lead somewhere."""
    first = act[0]
    if first.kind == "visit":
        fields = clean(first)
        subjects = {entry: {**each, "kind": "household", "record": act[1].id} for entry, each in _entries(fields)}
        yield first, {**fields, "grid": region, "visitor": person, "household": act[1].id, "subjects": subjects}
        return
    for each in act:
        fields = {name: value for name, value in clean(each).items() if name != "micro_grid"}
        if each.kind == "person":
            fields["household"] = first.id
        yield each, {**fields, "grid": region}


def _entries(fields: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return list((fields.get("subjects") or {}).items())


def _created(record: DemoRecord, fields: dict[str, Any], bucket: str, tx: str) -> Change:
    return Change(
        id=str(uuid_utils.uuid7()),
        verb=Verb.CREATE,
        kind=record.kind,
        record=str(uuid_utils.uuid7()) if record.kind == "visit" else record.id,
        bucket=bucket,
        hlc=0,
        at=clock(),
        value=fields,
        tx=tx,
        act=tx,
    )

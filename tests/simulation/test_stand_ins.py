"""What the simulation puts in the place of SQLCipher and PostgreSQL says what they say."""

from dataclasses import replace

import pytest

from simulation import versions
from simulation.district import HOMES, INFOS, PEOPLE
from simulation.history import AGEING, AGES, LOADING, LOADS, NAMES, NAMING, RICH, WEIGHTS, History, made
from simulation.snapshots import Cellar
from simulation.world import PAGE, World
from tests.simulation.beside import CentreBeside, StoreBeside

NO_FILES = ("restore_centre", "keep_copy", "restore_desk", "clone", "last_act")
"""Steps that copy a file, or cut a transaction short."""
FOR_BOTH = ("follow", "role")
"""Rich histories, in which households are moved, people get other posts, and sticks travel."""


def without(history: History, *left_out: str) -> History:
    assert set(left_out) <= {*WEIGHTS, *RICH, *LOADING, *AGEING, *NAMING}
    return replace(history, desks=3, steps=[step for step in history.steps if step[0] not in left_out])


def beside(desk, folder):
    desk.store = StoreBeside(folder / f"{desk.number}.db", dict(desk.store.metas))
    if desk.number % 2 == 0:
        desk.store.of_program(versions.old_kinds(renames=False), versions.OLD, versions.as_written)


@pytest.mark.parametrize("seed", range(3, 6))
def test_a_desk_on_dicts_does_what_the_encrypted_store_does(tmp_path, seed):
    world = World.of(3, rich=True, texts=True, loads=True, meets=True, ages=True)
    world.dying = False
    for desk in world.desks:
        beside(desk, tmp_path)
    left_out = (*(s for s in NO_FILES if s != "restore_centre"), "newcomer")
    for count, step in enumerate(without(made(seed, 55, (*FOR_BOTH, LOADS, AGES)), *left_out).steps):
        world.step(step)
        if count == 25:
            world.enrol(PEOPLE[2])
            beside(world.desks[-1], tmp_path)
    world.quiesce()
    assert world.totals["acts"] > 30
    assert world.totals["updates"], "nobody got another program"
    assert world.totals["snapshots"], "nothing came as a snapshot"
    for desk in world.desks:
        desk.store.compare()
        desk.store.real.close()


@pytest.mark.parametrize("seed", [8, 10])
def test_a_centre_on_dicts_does_what_postgresql_does(centre, seed):
    world = World.of(4, rich=True, texts=True, loads=True, meets=True, names=True)
    beside = CentreBeside(world.centre.books, HOMES, INFOS, PAGE)
    beside.cellar = Cellar()
    world.centre = beside
    beside.found(centre, {desk.device: beside.books.devices[desk.device].person for desk in world.desks})
    for desk in world.desks:
        standing = world.standing(desk.device)
        desk.store.metas.update({"epoch": beside.books.epoch, "standing": standing, "scope": standing["scope"]})
        desk.store.metas["account_scope"] = standing["scope"]
    left_out = ("restore_centre", "cut_off", "newcomer", "spoil", "sweep")
    for step in without(made(seed, 120, (*FOR_BOTH, LOADS, "scope", NAMES, "restrict")), *left_out).steps:
        centre.clock.ms = world.now
        world.step(step)
    world.quiesce()
    assert world.totals["acts"] > 80
    assert world.totals["snapshots"], "nothing came as a snapshot"
    assert world.totals["roles"], "nobody got another post"
    assert world.totals["restricted"], "no case was for named people"

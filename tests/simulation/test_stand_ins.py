"""What the simulation puts in the place of SQLCipher and PostgreSQL says what they say."""

from dataclasses import replace

import pytest

from simulation.district import HOMES, INFOS
from simulation.history import RICH, WEIGHTS, History, made
from simulation.world import PAGE, World
from tests.simulation.beside import CentreBeside, StoreBeside

NO_FILES = ("restore_centre", "keep_copy", "restore_desk", "clone", "last_act")
"""Steps that copy a file, or cut a transaction short."""
FOR_BOTH = ("follow", "role")
"""Rich histories, in which households are moved, people get other posts, and sticks travel."""


def without(history: History, *left_out: str) -> History:
    assert set(left_out) <= {*WEIGHTS, *RICH}
    return replace(history, desks=3, steps=[step for step in history.steps if step[0] not in left_out])


@pytest.mark.parametrize("seed", range(3, 6))
def test_a_desk_on_dicts_does_what_the_encrypted_store_does(tmp_path, seed):
    world = World.of(3, rich=True, texts=True)
    world.dying = False
    for desk in world.desks:
        notes = dict(desk.store.metas)
        desk.store = StoreBeside(tmp_path / f"{desk.number}.db", notes)
    for step in without(made(seed, 55, FOR_BOTH), *(s for s in NO_FILES if s != "restore_centre")).steps:
        world.step(step)
    world.quiesce()
    assert world.totals["acts"] > 40
    for desk in world.desks:
        desk.store.compare()
        desk.store.real.close()


@pytest.mark.parametrize("seed", range(7, 9))
def test_a_centre_on_dicts_does_what_postgresql_does(centre, seed):
    world = World.of(4, rich=True, texts=True)
    beside = CentreBeside(world.centre.books, HOMES, INFOS, PAGE)
    world.centre = beside
    beside.found(centre, {desk.device: beside.books.devices[desk.device].person for desk in world.desks})
    for desk in world.desks:
        standing = world.standing(desk.device)
        desk.store.metas.update({"epoch": beside.books.epoch, "standing": standing, "scope": standing["scope"]})
        desk.store.metas["account_scope"] = standing["scope"]
    for step in without(made(seed, 120, FOR_BOTH), "restore_centre", "cut_off").steps:
        centre.clock.ms = world.now
        world.step(step)
    world.quiesce()
    assert world.totals["acts"] > 80
    assert world.totals["roles"], "nobody got another post"

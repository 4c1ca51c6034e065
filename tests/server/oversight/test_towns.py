"""How towns stand: counted in quiet hours, told to those who look after them, each with the moment it was counted."""

import pytest

from gridserver.oversight import rounds
from gridserver.storage.figures import HALF_YEAR
from gridworker.protocol.codec import unpack
from gridworker.protocol.oversight import Desks
from tests.helpers.hand import household
from tests.helpers.writer import GRID, Writer

TOWN, OTHER_TOWN = "330683106", "330683107"


@pytest.fixture
def wang(centre):
    centre.district()
    return Writer.at(centre, "wang", "grid_worker", GRID)


def told(centre, desk):
    answer = centre.session(desk).get(centre.address + "/oversight/v1/desks")
    compressed = answer.headers.get("Content-Encoding") == "zstd"
    return Desks.model_validate(unpack(answer.content, compressed=compressed)).towns


def made(wang, kind, **fields):
    grid = wang.centre.regions[GRID]
    return wang.create(kind, wang.bucket("grid", GRID), {"grid": grid, **fields})


def visit(wang, house, days_ago, **fields):
    at = wang.centre.clock() - days_ago * 86_400_000
    said = {"mode": "home", "met": True, "text": "都好", "state": "submitted", "visitor": wang.desk.person, **fields}
    return made(wang, "visit", household=house, visited_at=at, **said)


def test_a_supervisor_is_told_how_his_towns_stand_and_since_when(wang):
    centre = wang.centre
    chen, li, gone, _ = (made(wang, "household", **household(centre.regions[GRID])) for _ in range(4))
    wang.set(gone, "moved_out", "2026-01-01")
    visit(wang, chen.id, 3)
    visit(wang, chen.id, 9, text="又去了一次")
    visit(wang, li.id, 5, met=False)
    visit(wang, li.id, HALF_YEAR // 86_400_000 + 2)
    made(wang, "dispute", title="宅基地", dispute_type="03", state="registered", reporter=wang.desk.person)
    sun = centre.desk("sun", "supervisor", TOWN)
    assert told(centre, sun) == [], "nobody has counted yet"
    rounds.count_again(centre.engine, centre.clock)
    counted = centre.clock()
    centre.clock.move(hours=3)
    (town,) = told(centre, sun)
    assert (town.region, town.as_of) == (centre.regions[TOWN], counted)
    assert (town.households, town.visited, town.waiting, town.disputes) == (3, 1, 4, 1)


def test_what_was_removed_does_not_count_and_a_later_round_says_so(wang):
    centre = wang.centre
    house = made(wang, "household", **household(centre.regions[GRID]))
    rounds.count_again(centre.engine, centre.clock)
    wang.keep(wang.hand.remove(house))
    sun = centre.desk("sun", "supervisor", TOWN)
    assert told(centre, sun)[0].households == 1
    rounds.count_again(centre.engine, centre.clock)
    assert told(centre, sun)[0].households == 0


def test_households_that_were_made_one_are_visited_once(wang):
    centre = wang.centre
    first, second, third, fourth = (made(wang, "household", **household(centre.regions[GRID])) for _ in range(4))
    for n, house in enumerate((first, second, third, fourth)):
        visit(wang, house.id, n + 1)
    for gone, stays in ((first, second), (second, third)):
        wang.set(gone, "same_as", stays.id)
        wang.keep(wang.hand.remove(wang.row("household", gone.id)))
    rounds.count_again(centre.engine, centre.clock)
    (town,) = told(centre, centre.desk("sun", "supervisor", TOWN))
    assert (town.households, town.visited) == (2, 2)


def test_a_field_of_next_year_with_a_nul_in_it_does_not_stop_the_count(wang):
    centre = wang.centre
    _, odd = (made(wang, "household", **household(centre.regions[GRID])) for _ in range(2))
    assert wang.set(odd, "next_year_field", "a\0b").verdict == "ok"
    assert rounds.count_again(centre.engine, centre.clock) == []
    assert told(centre, centre.desk("sun", "supervisor", TOWN))[0].households == 1


def test_nobody_hears_of_a_town_that_is_not_his(wang):
    made(wang, "household", **household(wang.centre.regions[GRID]))
    rounds.count_again(wang.centre.engine, wang.centre.clock)
    other = wang.centre.desk("zhou", "supervisor", OTHER_TOWN)
    assert wang.centre.regions[TOWN] not in {town.region for town in told(wang.centre, other)}

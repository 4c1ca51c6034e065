"""Who sees what, as one table: every role, wherever it is assigned, against every bucket of a county."""

import pytest

from gridserver.storage import people, scope
from tests.helpers.writer import Writer

COUNTY, TOWN, VILLAGE, GRID = "330683", "330683106", "330683106211", "330683106211001"
NEXT_GRID, NEXT_VILLAGE, OTHER_TOWN = "330683106211002", "330683106215001", "330683107200001"
GRIDS = (GRID, NEXT_GRID, NEXT_VILLAGE, OTHER_TOWN)

# Who and where; then the grid of his own, the next one of his village, one of the next village, one of another town:
# g its archives, s its sensitive facts, c the cases of its town.
TABLE = """
grid_worker grid     gs - - -
grid_worker village  gs gs - -
grid_worker town     gs gs gs -
grid_worker county   gs gs gs gs
grid_worker nowhere  - - - -
mediator    grid     gc c c -
mediator    village  gc gc c -
mediator    town     gc gc gc -
mediator    county   g g g g
mediator    nowhere  - - - -
supervisor  grid     gc c c -
supervisor  village  gc gc c -
supervisor  town     gc gc gc -
supervisor  county   g g g g
supervisor  nowhere  - - - -
admin       grid     - - - -
admin       town     - - - -
admin       county   - - - -
"""
CODES = {"grid": [GRID], "village": [VILLAGE], "town": [TOWN], "county": [COUNTY], "nowhere": []}
LETTERS = {"g": "grid", "s": "sensitive", "c": "case"}
CASES = [(line.split()[0], line.split()[1], line.split()[2:]) for line in TABLE.splitlines() if line]


@pytest.fixture
def centre(centre):
    centre.district()
    return centre


def expected(centre, person, cells):
    """The buckets that the table gives him, and those that everybody has."""
    found = {scope.bucket_id("user", person), scope.bucket_id("reference", centre.regions[COUNTY])}
    for grid, cell in zip(GRIDS, cells, strict=True):
        for letter in cell.strip("-"):
            code = grid[: len(TOWN)] if letter == "c" else grid
            found.add(scope.bucket_id(LETTERS[letter], centre.regions[code]))
    return found


def every_bucket(centre, person):
    own = [scope.bucket_id("user", person), scope.bucket_id("user", centre.account("somebody", "mediator", TOWN))]
    reference = [scope.bucket_id("reference", centre.regions[COUNTY])]
    towns = [scope.bucket_id("case", centre.regions[grid[: len(TOWN)]]) for grid in GRIDS]
    grids = [scope.bucket_id(each, centre.regions[grid]) for grid in GRIDS for each in ("grid", "sensitive")]
    return {*own, *reference, *towns, *grids}


@pytest.mark.parametrize(("role", "where", "cells"), CASES, ids=[f"{role}-{where}" for role, where, _ in CASES])
def test_every_role_wherever_it_is_assigned_sees_what_the_table_says(centre, role, where, cells):
    writer = Writer.at(centre, "wang", role, *CODES[where])
    person = writer.desk.person
    wanted, every = expected(centre, person, cells), every_bucket(centre, person)
    assert wanted <= every
    asked = {info.id for info in writer.pull().add}
    with centre.conn() as conn:
        told = {info.id for info in scope.buckets_of(conn, person)} & every
        assert told == wanted
        assert scope.holds(conn, person, every) == wanted
        assert {bucket for bucket in every if scope.may_see(conn, person, bucket)} == wanted
    assert asked & every == wanted, "what is handed out is what is held"


@pytest.mark.parametrize(("role", "where", "cells"), [case for case in CASES if case[1] == "town"])
def test_whoever_loses_his_region_keeps_what_is_his_own_and_everybodys(centre, role, where, cells):
    person = centre.account("wang", role, TOWN)
    every = every_bucket(centre, person)
    with centre.conn() as conn:
        people.unassign(conn, person, centre.regions[TOWN])
        scope.regrant(conn, person)
        left = scope.holds(conn, person, every)
    assert left == {scope.bucket_id("user", person), scope.bucket_id("reference", centre.regions[COUNTY])}

"""Who sees what: roles and assignments on one side, buckets on the other."""

from pathlib import Path

import pytest

from gridserver.storage import people, scope
from gridworker.records.row import Row
from tests.helpers.centre import new_id

COUNTY, TOWN, VILLAGE, GRID, OTHER_TOWN = "330683", "330683106", "330683106211", "330683106211001", "330683107"


@pytest.fixture(autouse=True)
def district(centre):
    centre.district()


def held(centre, person):
    """What a person holds, as "class code"."""
    codes = {region: code for code, region in centre.regions.items()}
    with centre.conn() as conn:
        found = scope.buckets_of(conn, person)
    return sorted(f"{each.bucket_class} {codes.get(each.region, '')[6:]}".strip() for each in found)


EVERYBODY = ["reference", "user"]
VILLAGES_GRIDS = ["grid 106211001", "grid 106211002"]
TOWNS_GRIDS = [*VILLAGES_GRIDS, "grid 106215001", "grid 106215002"]
ALL_GRIDS = [*TOWNS_GRIDS, "grid 107200001"]

SCOPES = [
    ("grid_worker", [GRID], ["grid 106211001", "sensitive 106211001"]),
    ("grid_worker", [VILLAGE], [*VILLAGES_GRIDS, "sensitive 106211001", "sensitive 106211002"]),
    ("grid_worker", [], []),
    ("mediator", [TOWN], ["case 106", *TOWNS_GRIDS]),
    ("mediator", [GRID], ["case 106", "grid 106211001"]),
    ("mediator", [COUNTY], ALL_GRIDS),
    ("mediator", [TOWN, OTHER_TOWN], ["case 106", "case 107", *ALL_GRIDS]),
    ("supervisor", [COUNTY], ALL_GRIDS),
    ("supervisor", [TOWN], ["case 106", *TOWNS_GRIDS]),
    ("supervisor", [VILLAGE], ["case 106", *VILLAGES_GRIDS]),
    ("admin", [COUNTY], []),
    ("admin", [TOWN], []),
]


@pytest.mark.parametrize(("role", "codes", "buckets"), SCOPES)
def test_a_role_and_its_regions_make_a_scope(centre, role, codes, buckets):
    person = centre.account("wang", role, *codes)
    assert held(centre, person) == sorted(buckets + EVERYBODY)


def test_a_micro_grid_is_watched_from_its_grid(centre):
    centre.region("micro_grid", GRID + "01", GRID)
    person = centre.account("wang", "grid_worker", GRID + "01")
    assert held(centre, person) == sorted(["grid 106211001", "sensitive 106211001", *EVERYBODY])


def test_a_new_grid_reaches_those_who_hold_the_village(centre):
    worker = centre.account("wang", "grid_worker", VILLAGE)
    stranger = centre.account("li", "grid_worker", OTHER_TOWN)
    with centre.conn() as conn:
        before = scope.version_of(conn, worker), scope.version_of(conn, stranger)
    centre.region("grid", VILLAGE + "003", VILLAGE)
    assert "sensitive 106211003" in held(centre, worker)
    assert "grid 106211003" not in held(centre, stranger)
    with centre.conn() as conn:
        after = scope.version_of(conn, worker), scope.version_of(conn, stranger)
    assert after == (before[0] + 1, before[1])


def test_what_was_made_before_a_grid_was_taken_away_is_late_and_not_wrong(centre):
    worker = centre.account("wang", "grid_worker", GRID)
    bucket = scope.bucket_id("grid", centre.regions[GRID])
    with centre.conn() as conn:
        then = scope.version_of(conn, worker)
        people.unassign(conn, worker, centre.regions[GRID])
        scope.regrant(conn, worker)
    with centre.conn() as conn:
        now = scope.version_of(conn, worker)
        assert now == then + 1
        assert not scope.may_see(conn, worker, bucket)
        assert scope.held_since(conn, worker, [bucket], then) == {bucket}
        assert scope.held_since(conn, worker, [bucket], now) == set()


def test_nothing_moves_when_nothing_changed(centre):
    worker = centre.account("wang", "grid_worker", GRID)
    with centre.conn() as conn:
        version = scope.version_of(conn, worker)
        scope.regrant(conn)
        assert scope.version_of(conn, worker) == version


def test_a_record_finds_its_bucket_from_the_region_that_it_names(centre):
    grid, town, county = centre.regions[GRID], centre.regions[TOWN], centre.regions[COUNTY]
    person, nowhere = new_id(), new_id()
    with centre.conn() as conn:
        scope.make_buckets(conn, [("user", person)])
        asked = [("grid", grid), ("case", grid), ("reference", town), ("user", person)]
        found = scope.ground(
            conn, nowhere, [], [*asked, ("grid", town), ("grid", nowhere), ("user", nowhere)], []
        ).homes
    assert found == {
        ("grid", grid): scope.bucket_id("grid", grid),
        ("case", grid): scope.bucket_id("case", town),
        ("reference", town): scope.bucket_id("reference", county),
        ("user", person): scope.bucket_id("user", person),
    }


def test_a_village_that_moves_takes_its_grids_along(centre):
    worker = centre.account("wang", "mediator", OTHER_TOWN)
    assert "grid 106211001" not in held(centre, worker)
    with centre.conn() as conn:
        fields = {"code": VILLAGE, "name": "v", "level": "village", "parent": centre.regions[OTHER_TOWN]}
        scope.regions_written(conn, [Row("region", centre.regions[VILLAGE], "", 2, "", fields, {})])
    assert "grid 106211001" in held(centre, worker)


def test_no_other_module_decides_who_sees_what():
    centre = Path(__file__).parents[3] / "gridserver"
    deciding = [path.name for path in centre.rglob("*.py") if "bucket_grant" in path.read_text("utf-8")]
    assert sorted(deciding) == ["0001_people.py", "scope.py"]

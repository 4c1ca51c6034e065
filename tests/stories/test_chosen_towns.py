"""A supervisor of a county loads the towns that he chooses, in his order, and lets go of one again."""

import pytest

from gridserver.oversight import rounds
from gridserver.storage import snapshots
from gridworker.storage import wish
from gridworker.sync import enrol
from gridworker.ui.pages.oversight_towns import far_towns
from tests.helpers.centre import MORNING, PASSWORD
from tests.helpers.hand import household
from tests.helpers.writer import Writer

GULAI, XIANYAN = "330683106", "330683107"
GRIDS = {GULAI: "330683106211001", XIANYAN: "330683107200001"}
MANY = 20
VISIT = {"visited_at": MORNING, "mode": "home", "met": True, "text": "家里都好", "state": "submitted"}


@pytest.fixture(autouse=True)
def ten_rows_are_many(monkeypatch):
    monkeypatch.setattr(snapshots, "LEAST_ROWS", 10)


@pytest.fixture
def county(centre, village):
    """Households in two towns, and regions of which desks hear."""
    centre.regions.clear()
    with centre.conn() as conn:
        conn.exec_driver_sql("TRUNCATE region, bucket, assignment CASCADE")
    centre.found()
    for town, grid in GRIDS.items():
        writer = Writer(centre, centre.desk_of(centre.hire(f"worker{town}", "grid_worker", grid)))
        made = [
            writer.hand.create("household", writer.bucket("grid", grid), household(centre.regions[grid]))
            for _ in range(MANY)
        ]
        fields = {"grid": centre.regions[grid], "household": made[0].record, "visitor": writer.desk.person}
        if town == GULAI:
            made.append(writer.hand.create("visit", writer.bucket("grid", grid), {**VISIT, **fields}))
        assert {result.verdict for result in writer.send(*made)} == {"ok"}
    centre.hire("sun", "supervisor", "330683")
    return centre


def newcomer(village, user="sun"):
    """A new desk to which nothing has come yet."""
    machine = village.machine()
    code = village.centre.enrolment_code(user)
    return village.start(machine, enrol.enrol(machine, enrol.Application(user, PASSWORD, code, village.centre.address)))


def towns(desk):
    return {each.region: each for each in desk.store.towns()}


def here(desk, county):
    """How many households of each town are seen."""
    found = [each["grid"] for each in desk.ledger.find("household")]
    return {town: found.count(county.regions[grid]) for town, grid in GRIDS.items()}


def test_a_small_scope_comes_without_a_question(village, county):
    desk = newcomer(village)
    desk.sync()
    assert not desk.store.asks_for_towns()
    assert here(desk, county) == {GULAI: MANY, XIANYAN: MANY}
    assert {each.state for each in towns(desk).values()} == {"live"}


def test_of_a_large_one_nothing_comes_before_the_person_has_chosen_and_sizes_are_told(village, county, monkeypatch):
    monkeypatch.setattr(wish, "MOST_UNASKED", 100)
    desk = newcomer(village)
    desk.sync()
    assert desk.store.asks_for_towns()
    assert here(desk, county) == {GULAI: 0, XIANYAN: 0}
    assert desk.ledger.find("region"), "what everybody has is here: the towns have names"
    told = towns(desk)
    assert {each.state for each in told.values()} == {"absent"}
    assert {each.rows for each in told.values()} == {MANY, MANY + 1}
    assert all(each.bytes and each.name for each in told.values())
    served = len(village.centre.line.served)
    desk.sync()
    assert village.centre.line.served[served:].count("POST /sync/v1/pull") == 1, "the centre knows what is not wanted"
    chosen = county.regions[XIANYAN]
    desk.store.want_towns([chosen])
    desk.sync()
    assert here(desk, county) == {GULAI: 0, XIANYAN: MANY}
    assert {town: each.state for town, each in towns(desk).items()} == {
        county.regions[GULAI]: "absent",
        chosen: "live",
    }
    assert desk.store.towns()[0].region == chosen


def test_of_towns_that_are_not_here_one_knows_how_they_stand(village, county, monkeypatch):
    monkeypatch.setattr(wish, "MOST_UNASKED", 100)
    rounds.count_again(county.engine, county.clock)
    counted = county.clock()
    desk = newcomer(village)
    desk.sync()
    desk.store.want_towns([county.regions[XIANYAN]])
    desk.sync()
    (far,) = far_towns(desk.ledger)
    assert (far.households, far.visited, far.waiting, far.as_of) == (MANY, 1, 1, counted)
    assert here(desk, county)[GULAI] == 0


def test_everybody_else_is_not_asked(village, county, monkeypatch):
    monkeypatch.setattr(wish, "MOST_UNASKED", 100)
    county.hire("wang2", "mediator", GULAI)
    desk = newcomer(village, "wang2")
    desk.sync()
    assert not desk.store.asks_for_towns()
    assert here(desk, county)[GULAI] == MANY


def test_towns_come_in_the_order_in_which_they_were_put(village, county, monkeypatch):
    monkeypatch.setattr(wish, "MOST_UNASKED", 100)
    order = []
    for codes in ((GULAI, XIANYAN), (XIANYAN, GULAI)):
        desk = newcomer(village)
        desk.sync()
        desk.store.want_towns([county.regions[code] for code in codes])
        served = len(village.centre.line.served)
        desk.sync()
        fetched = [line.split("/")[4] for line in village.centre.line.served[served:] if "/snapshot/" in line]
        classes = {bucket.id: bucket.region for bucket in desk.store.buckets()}
        order.append([classes[bucket] for bucket in fetched])
    assert order == [
        [county.regions[GRIDS[GULAI]], county.regions[GRIDS[XIANYAN]]],
        [county.regions[GRIDS[XIANYAN]], county.regions[GRIDS[GULAI]]],
    ]


def test_a_town_that_is_not_wanted_any_more_goes_when_nothing_of_it_waits_and_can_come_back(village, county):
    desk = newcomer(village)
    desk.sync()
    town = county.regions[GULAI]
    desk.store.want_towns([county.regions[XIANYAN]])
    report = desk.sync()
    assert report.dropped > 0
    assert here(desk, county) == {GULAI: 0, XIANYAN: MANY}
    assert towns(desk)[town].state == "absent"
    desk.sync()
    assert towns(desk)[town].rows == MANY + 1, "what it would bring is still known"
    desk.store.want_towns(None)
    desk.sync()
    assert here(desk, county) == {GULAI: MANY, XIANYAN: MANY}


def test_what_was_written_in_a_town_goes_up_before_the_town_goes(village, county):
    desk = newcomer(village)
    desk.sync()
    visit = desk.ledger.find("visit")[0]
    desk.ledger.review(visit["id"], "read")
    desk.store.want_towns([county.regions[XIANYAN]])
    assert {each.region: each.state for each in desk.store.towns()}[county.regions[GULAI]] == "leaving"
    bucket = desk.store.bucket_for("grid", visit["grid"])
    assert not desk.store.put_away(bucket), "not before that"
    desk.sync()
    assert desk.ledger.find("visit") == []
    with county.conn() as conn:
        assert conn.exec_driver_sql("SELECT count(*) FROM record WHERE kind = 'review'").scalar() == 1


def test_a_grid_that_is_added_to_a_chosen_town_comes_by_itself(village, county, monkeypatch):
    monkeypatch.setattr(wish, "MOST_UNASKED", 100)
    desk = newcomer(village)
    desk.sync()
    desk.store.want_towns([county.regions[XIANYAN]])
    desk.sync()
    county.found([("grid", "330683107200009", "330683107200")])
    desk.sync()
    assert desk.store.bucket_for("grid", county.regions["330683107200009"]) is not None
    county.found([("grid", "330683106211009", "330683106211")])
    desk.sync()
    assert desk.store.bucket_for("grid", county.regions["330683106211009"]) is None

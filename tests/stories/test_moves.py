"""A household resettles: its file goes to the grid worker of the new grid, and nothing of it is lost on the way."""

import pytest

from gridserver.people import grids
from gridserver.sync import following
from gridworker.errors import NotAllowed
from gridworker.ledger import resettle
from tests.helpers.centre import new_id
from tests.helpers.desk_fixtures import GRID, OTHER_GRID, shared


@pytest.fixture
def village(founded):
    """A district that every desk knows."""
    return founded


@pytest.fixture
def three(village, desk):
    """Wang has the old grid, Chen the new one, Zhao looks after both; and a household with all that it can have."""
    village.centre.hire("chen", "grid_worker", OTHER_GRID)
    wang = desk("wang")
    house = village.household(wang, phone="13000000000")
    save = wang.ledger.save
    given = {"household": house}
    own = {
        "person": save("person", {**given, "name": "陈小红", "relation": "20"}).id,
        "visit": save("visit", {**given, "text": "家中一切正常。"}).id,
        "key_group_tag": save(
            "key_group_tag", {**given, "tag": "released", "source": "名册", "valid_from": "2026-01-01"}
        ).id,
        "matter": save("matter", {**given, "title": "路灯不亮"}).id,
    }
    wang.sync()
    return wang, desk("chen"), desk("zhao"), house, own


def seen(desk, house, own):
    """What of the household is on this desk."""
    found = {"household": house, **own}
    return {kind for kind, record in found.items() if desk.ledger.get(kind, record) is not None}


def test_said_without_a_line_it_stays_in_sight_until_it_is_done(village, three):
    wang, chen, zhao, house, own = three
    there = village.centre.regions[OTHER_GRID]
    village.centre.line.cut = True
    wang.ledger.resettle("household", house, there)
    assert wang.ledger.get("household", house)["grid"] == village.centre.regions[GRID]
    assert wang.ledger.bound_for("household", house) == there
    assert wang.store.state_of("household", house) == "local"
    wang = village.open(wang)
    assert wang.ledger.bound_for("household", house) == there, "also after the program was closed"
    late = wang.ledger.save("visit", {"household": house, "text": "帮着搬家。"}).id
    village.centre.line.cut = False

    report = wang.sync()
    assert (report.pushed, report.refused, report.conflicts) == (2, 0, 0)
    wang.sync()
    assert seen(wang, house, own) == set(), "it is in another grid now, which is not his"
    chen.sync()
    assert seen(chen, house, own) == {"household", *own}
    assert chen.ledger.get("visit", late)["text"] == "帮着搬家。"
    assert chen.ledger.get("visit", own["visit"])["grid"] == village.centre.regions[GRID], "where it was then"
    assert [each["id"] for each in chen.ledger.visits_of(house)].count(late) == 1
    zhao.sync()
    assert seen(zhao, house, own) == {"household", "person", "visit", "matter"}
    mine, theirs = shared(chen, zhao)
    assert mine == theirs


def test_it_can_be_taken_back_before_it_was_sent_and_nothing_moves(village, three):
    wang, chen, _, house, own = three
    act = wang.ledger.resettle("household", house, village.centre.regions[OTHER_GRID]).act
    wang.ledger.save("household", {"phone": "13800000001"}, house)
    wang.ledger.undo(act)
    assert wang.ledger.bound_for("household", house) == village.centre.regions[GRID]
    assert wang.sync().refused == 0
    chen.sync()
    assert seen(wang, house, own) == {"household", *own}
    assert seen(chen, house, own) == set()
    assert wang.ledger.bound_for("household", house) == ""
    assert wang.ledger.get("household", house)["phone"] == "13800000001"


def test_changing_ones_mind_twice_leaves_the_last_word(village, three):
    wang, chen, _, house, own = three
    there, elsewhere = village.centre.regions[OTHER_GRID], village.centre.regions["330683106211002"]
    wang.ledger.resettle("household", house, elsewhere)
    last = wang.ledger.resettle("household", house, there)
    with pytest.raises(NotAllowed, match=resettle.SAME):
        wang.ledger.resettle("household", house, there)
    wang.ledger.undo(last.act)
    assert wang.ledger.bound_for("household", house) == elsewhere
    with pytest.raises(NotAllowed):
        wang.ledger.undo(last.act)
    wang.ledger.resettle("household", house, there)
    wang.sync()
    chen.sync()
    assert "household" in seen(chen, house, own)


def test_what_is_gone_cannot_be_taken_back_from_here(village, three):
    wang, _, _, house, _ = three
    act = wang.ledger.resettle("household", house, village.centre.regions[OTHER_GRID]).act
    wang.sync()
    with pytest.raises(NotAllowed, match="不在您的范围内"):
        wang.ledger.undo(act)


def test_who_looks_after_both_grids_keeps_it_and_can_bring_it_back(village, three):
    wang, chen, zhao, house, own = three
    zhao.sync()
    act = zhao.ledger.resettle("household", house, village.centre.regions[OTHER_GRID]).act
    zhao.sync()
    zhao.sync()
    assert zhao.ledger.get("household", house)["grid"] == village.centre.regions[OTHER_GRID]
    assert zhao.ledger.bound_for("household", house) == ""
    zhao.ledger.undo(act)
    zhao.sync()
    for each in (wang, chen):
        each.sync()
    assert seen(wang, house, own) == {"household", *own}
    assert seen(chen, house, own) == set()


def test_what_the_old_worker_still_had_in_his_outbox_arrives_at_the_new_one(village, three):
    wang, chen, zhao, house, own = three
    zhao.sync()
    wang.ledger.save("household", {"phone": "13800000001"}, house)
    wang.ledger.save("person", {"phone": "13800000002"}, own["person"])
    visit = wang.ledger.save("visit", {"household": house, "text": "搬走前的最后一次走访。"}).id
    zhao.ledger.resettle("household", house, village.centre.regions[OTHER_GRID])
    zhao.sync()
    assert wang.sync().refused == 0
    wang.sync()
    chen.sync()
    assert chen.ledger.get("household", house)["phone"] == "13800000001"
    assert chen.ledger.get("person", own["person"])["phone"] == "13800000002"
    assert chen.ledger.get("visit", visit) is not None
    assert seen(wang, house, own) == set()
    assert wang.ledger.waiting_count() == 0


def test_two_who_send_it_to_different_grids_are_asked_which(village, three):
    wang, chen, zhao, house, own = three
    zhao.sync()
    first, other = village.centre.regions[OTHER_GRID], village.centre.regions["330683106211002"]
    wang.ledger.resettle("household", house, first)
    zhao.ledger.resettle("household", house, other)
    wang.sync()
    assert zhao.sync().conflicts == 1
    assert zhao.ledger.get("household", house)["grid"] == first, "the first one stands"
    [conflict] = zhao.ledger.conflicts()
    zhao.ledger.settle(conflict["id"], keep=1)
    zhao.sync()
    chen.sync()
    assert seen(chen, house, own) == set()
    zhao.sync()
    assert zhao.ledger.get("household", house)["grid"] == other
    assert zhao.ledger.get("person", own["person"])["grid"] == other


def test_a_new_diary_and_its_review_lie_where_the_household_lies_now(village, three):
    wang, chen, zhao, house, own = three
    wang.ledger.resettle("household", house, village.centre.regions[OTHER_GRID])
    wang.sync()
    zhao.sync()
    review = zhao.ledger.review(own["visit"], "read", "good").id
    zhao.sync()
    chen.sync()
    [told] = chen.ledger.reviews_of(own["visit"])
    assert told["grid"] == village.centre.regions[OTHER_GRID], "written of an old diary, but now"
    assert review


@pytest.mark.parametrize("code", ["330683106", "330683106215"])
def test_a_household_moves_to_a_grid_and_to_nothing_else(village, three, code):
    wang, _, _, house, _ = three
    with pytest.raises(NotAllowed, match=resettle.GONE):
        wang.ledger.resettle("household", house, village.centre.regions[code])


def test_when_two_grids_become_one_everybody_goes_on_and_old_diaries_are_counted_where_they_were(village, three):
    wang, chen, zhao, house, own = three
    waiting = wang.ledger.save("visit", {"household": house, "text": "合并那天。"}).id
    with village.centre.staff() as staff:
        grids.merge_grid(staff, GRID, OTHER_GRID)
    following.follow(village.centre.engine, village.centre.clock, new_id)
    for each in (wang, chen, zhao, wang, chen, zhao):
        each.sync()
    wang.renew()
    old, new = village.centre.regions[GRID], village.centre.regions[OTHER_GRID]
    assert wang.me.regions == (new,)
    for each in (wang, chen):
        assert seen(each, house, own) == {"household", *own}
        assert each.ledger.get("visit", waiting)["grid"] == old
        assert each.ledger.get("household", house)["grid"] == new
    mine, theirs = shared(wang, chen)
    assert mine == theirs
    assert wang.ledger.my_grid() == new
    assert old not in zhao.ledger.living_grids()
    assert old not in zhao.ledger.grids_in(village.centre.regions["330683106211"])
    assert old in zhao.ledger.grids_ever_in(village.centre.regions["330683106211"])
    told = {line.grid: line.visits for line in zhao.ledger.coverage("2026-03-01", "2026-03-31", [old, new])}
    assert told == {old: 2, new: 0}, "counted where they were made"
    assert wang.ledger.region_path(old).endswith("grid 330683106211001"), "its name is still known"
    with pytest.raises(NotAllowed, match=resettle.GONE):
        wang.ledger.resettle("household", house, old)

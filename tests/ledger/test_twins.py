"""Two records of one household made one, and two again."""

import pytest

from gridworker.errors import NotAllowed, NotFound
from gridworker.ledger import days
from gridworker.records.conflicts import conflict_of
from gridworker.records.merge import Clash, ClashType, Version
from tests.helpers.notebook import GRID, LI, MORNING, TODAY, WANG, name_of


@pytest.fixture
def two(notebook):
    """Two records of the same household; the centre has found them."""
    old = notebook.household("王建国", household_no="0012", phone="13800000001", tags=["rental"])
    new = notebook.household("王建国", household_no="0012", note="独居。", tags=["veteran"])
    member = notebook.ledger.save("person", {"name": "王小明", "household": new}).id
    visit = notebook.visit(new)
    notebook.hand_in(seen=True)
    sides = (Version(record, WANG, MORNING << 16, name_of(n)) for n, record in enumerate((new, old)))
    clash = Clash(ClashType.DUPLICATE, "household_no", *sides)
    notebook.centre.write("conflict", conflict_of(clash, "household", new, None, notebook.centre.new_id()))
    notebook.catch_up("grid")
    return old, new, member, visit


def open_one(notebook):
    (conflict,) = notebook.ledger.contested()
    return conflict.id


def test_what_only_one_of_them_knew_stays_and_what_pointed_at_it_follows(notebook, two):
    old, new, member, visit = two
    notebook.ledger.settle(open_one(notebook), keep=2)
    one = notebook.ledger.get("household", old)
    assert (one["phone"], one["note"], one["tags"]) == ("13800000001", "独居。", ["rental", "veteran"])
    assert notebook.ledger.get("household", new) is None
    assert notebook.ledger.get("person", member)["household"] == old
    assert notebook.ledger.get("visit", visit)["household"] == new, "a diary is not written anew"
    assert [each["id"] for each in notebook.ledger.visits_of(old)] == [visit]
    assert notebook.ledger.standing("household", new) == old
    assert notebook.ledger.contested() == []


def test_the_centre_takes_it_as_one_act(notebook, two):
    old, new, member, _ = two
    notebook.ledger.settle(open_one(notebook), keep=2)
    notebook.hand_in(seen=True)
    rows = notebook.centre.rows
    assert rows["household", new].removed is not None
    assert rows["household", new].fields["same_as"] == old
    assert rows["person", member].fields["household"] == old
    assert notebook.ledger.contested() == []


def test_the_other_may_stay_as_well(notebook, two):
    old, new, _, visit = two
    notebook.ledger.settle(open_one(notebook), keep="1")
    one = notebook.ledger.get("household", new)
    assert (one["phone"], one["note"]) == ("13800000001", "独居。")
    assert notebook.ledger.get("household", old) is None
    assert [each["id"] for each in notebook.ledger.visits_of(new)] == [visit]


def test_a_visit_to_the_one_that_went_was_a_visit_to_the_one_that_stayed(notebook, two):
    old, *_ = two
    before = notebook.ledger.due_days([old])[old]
    saved = notebook.ledger.settle(open_one(notebook), keep=2)
    after = notebook.ledger.due_days([old])[old]
    assert after > before
    notebook.ledger.undo(saved.act)
    assert notebook.ledger.due_days([old])[old] == before


def counted(notebook):
    """Households that were met today: as the board asks, as one asks of a stretch that is over, and by worker."""
    start, end = days.start_of(TODAY), days.start_of(days.plus(TODAY, 1))
    ways = [notebook.store.coverage(start, end, [GRID], to_now=quick)[0] for quick in (True, False)]
    return [each.households for each in (*ways, *notebook.store.coverage_by_worker(start, end, [WANG]))]


def test_two_households_that_were_made_one_are_covered_once(notebook, two):
    old, _, _, _ = two
    notebook.visit(old, text="又去了一次。")
    notebook.visit(notebook.household("李四"))
    assert counted(notebook) == [3, 3, 3]
    saved = notebook.ledger.settle(open_one(notebook), keep=2)
    assert counted(notebook) == [2, 2, 2]
    (grid,) = notebook.ledger.coverage(TODAY, TODAY, [GRID])
    assert (grid.households, grid.visited, grid.visits) == (2, 2, 3)
    notebook.ledger.undo(saved.act)
    assert counted(notebook) == [3, 3, 3]


def test_it_can_be_undone(notebook, two):
    old, new, member, visit = two
    before = [notebook.ledger.get("household", each) for each in (old, new)]
    saved = notebook.ledger.settle(open_one(notebook), keep=2)
    notebook.hand_in(seen=True)
    notebook.ledger.undo(saved.act)
    assert [notebook.ledger.get("household", each) for each in (old, new)] == before
    assert notebook.ledger.get("person", member)["household"] == new
    assert notebook.ledger.visits_of(old) == []
    assert [each["id"] for each in notebook.ledger.visits_of(new)] == [visit]
    assert open_one(notebook)
    notebook.hand_in(seen=True)
    assert notebook.centre.rows["household", new].removed is None


def test_who_comes_late_into_the_one_that_went_is_a_member_of_the_one_that_stayed(notebook, two):
    old, new, member, _ = two
    notebook.ledger.settle(open_one(notebook), keep=2)
    row = notebook.centre.rows["household", new]
    late = notebook.centre.write("person", {"name": "王大明", "household": new, "grid": row.fields["grid"]}, by=LI)
    notebook.catch_up("grid")
    assert {each["id"] for each in notebook.ledger.members(old)} == {member, late.id}


def test_two_that_are_not_the_same_both_stay(notebook, two):
    old, new, _, _ = two
    notebook.ledger.settle(open_one(notebook))
    assert notebook.ledger.contested() == []
    assert all(notebook.ledger.get("household", each) for each in (old, new))


def test_what_is_not_here_or_gone_already_is_not_merged(notebook, two):
    old, new, _, _ = two
    conflict = open_one(notebook)
    with pytest.raises(NotFound):
        notebook.ledger.settle(conflict, keep=3)
    notebook.ledger.remove("household", new)
    with pytest.raises(NotAllowed):
        notebook.ledger.settle(conflict, keep=2)
    row = notebook.centre.rows["household", old]
    notebook.give("grid", gone=[("household", old, row.ver + 1, "m")], hash="")
    with pytest.raises(NotAllowed) as refused:
        notebook.ledger.settle(conflict, keep=1)
    assert "都在您的范围内" in str(refused.value)


def test_merged_twice_it_is_still_found(notebook, two):
    old, new, _, visit = two
    notebook.ledger.settle(open_one(notebook), keep=2)
    third = notebook.household("王建国")
    notebook.hand_in(seen=True)
    sides = (Version(record, WANG, MORNING << 16, name_of(n)) for n, record in enumerate((third, old)))
    clash = Clash(ClashType.DUPLICATE, "household_no", *sides)
    notebook.centre.write("conflict", conflict_of(clash, "household", third, None, notebook.centre.new_id()))
    notebook.catch_up("grid")
    notebook.ledger.settle(open_one(notebook), keep=1)
    assert notebook.ledger.standing("household", new) == third
    assert counted(notebook) == [1, 1, 1]
    assert [each["id"] for each in notebook.ledger.visits_of(third)] == [visit]


def test_of_a_diary_that_was_written_twice_one_goes_as_it_is(notebook):
    house = notebook.household()
    first, second = (notebook.visit(house, text=text) for text in ("家里都好。", "家里都好，已提醒用电。"))
    notebook.hand_in(seen=True)
    sides = (Version(record, WANG, MORNING << 16, name_of(n)) for n, record in enumerate((second, first)))
    clash = Clash(ClashType.DUPLICATE, "visited_at", *sides)
    notebook.centre.write("conflict", conflict_of(clash, "visit", second, None, notebook.centre.new_id()))
    notebook.catch_up("grid")
    saved = notebook.ledger.settle(open_one(notebook), keep=1)
    assert notebook.ledger.get("visit", first) is None
    assert notebook.ledger.get("visit", second)["text"] == "家里都好，已提醒用电。"
    notebook.hand_in(seen=True)
    assert notebook.centre.rows["visit", first].removed is not None
    notebook.ledger.undo(saved.act)
    assert [each["id"] for each in notebook.ledger.find("visit", order=("_row",))] == [first, second]
    assert open_one(notebook)


def test_who_is_brought_back_by_himself_is_none_of_another_any_more(notebook, two):
    _, new, _, _ = two
    notebook.ledger.settle(open_one(notebook), keep=2)
    notebook.ledger.restore("household", new)
    assert "same_as" not in notebook.ledger.get("household", new)
    assert notebook.ledger.standing("household", new) == new
    notebook.ledger.remove("household", new)
    assert notebook.ledger.standing("household", new) == new, "this time it was removed for a reason of its own"


def test_a_member_that_comes_back_finds_the_household_into_which_his_own_was_merged(notebook, two):
    old, _, member, _ = two
    notebook.ledger.remove("person", member)
    notebook.ledger.settle(open_one(notebook), keep=2)
    notebook.ledger.restore("person", member)
    assert notebook.ledger.get("person", member)["household"] == old

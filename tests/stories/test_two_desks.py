"""Two desks, one telephone: both versions are kept, a person decides, and everybody comes to agree."""

import pytest

from gridworker.errors import CentreUnreachable
from tests.helpers.desk_fixtures import GRID, shared

MINE, THEIRS, LATER = "13800000001", "13900000002", "13700000003"


@pytest.fixture
def two(village, desk):
    """Wang and Chen work in one grid, and know the same household."""
    village.centre.account("chen", "grid_worker", GRID)
    wang, chen = desk("wang"), desk("chen")
    household = village.household(wang, phone="13000000000")
    wang.sync()
    chen.sync()
    return wang, chen, household


def until_nothing_moves(*desks):
    for _ in range(2):
        for each in desks:
            each.sync()


def agree(one, other) -> bool:
    mine, theirs = shared(one, other)
    assert mine == theirs
    return bool(mine)


def test_both_edit_one_telephone_offline_and_both_versions_stay_until_one_is_taken(village, two):
    wang, chen, household = two
    village.centre.line.cut = True
    wang.ledger.save("household", {"phone": MINE}, household)
    chen.ledger.save("household", {"phone": THEIRS}, household)
    with pytest.raises(CentreUnreachable):
        wang.sync()
    village.centre.line.cut = False

    assert wang.sync().conflicts == 0
    assert chen.sync().conflicts == 1
    wang.sync()
    [here], [there] = wang.ledger.conflicts(), chen.ledger.conflicts()
    assert here["id"] == there["id"]
    versions = {here["shown_value"], *(other["value"] for other in here["others"].values())}
    assert versions == {MINE, THEIRS}
    assert here["base"] == "13000000000"
    assert wang.store.state_of("household", household) == "conflict"
    assert agree(wang, chen)

    wang.ledger.settle(here["id"], keep=1)
    taken = wang.ledger.get("household", household)["phone"]
    until_nothing_moves(wang, chen)
    assert chen.ledger.conflicts() == []
    assert chen.ledger.get("household", household)["phone"] == taken
    assert taken == next(iter(here["others"].values()))["value"]
    assert agree(wang, chen)


def test_different_fields_of_one_household_are_no_conflict(two):
    wang, chen, household = two
    wang.ledger.save("household", {"phone": MINE}, household)
    chen.ledger.save("household", {"living_state": "独居"}, household)
    until_nothing_moves(wang, chen)
    assert wang.ledger.conflicts() == []
    assert {"phone": MINE, "living_state": "独居"}.items() <= chen.ledger.get("household", household).items()
    assert agree(wang, chen)


def test_sentences_of_both_come_together_and_both_desks_showed_it_before_they_met(two):
    wang, chen, household = two
    wang.ledger.save("household", {"note": "独居。女儿在杭州。"}, household)
    until_nothing_moves(wang, chen)
    wang.ledger.save("household", {"note": "独居。女儿在绍兴。"}, household)
    chen.ledger.save("household", {"note": "独居。女儿在杭州。煤气灶已换新。"}, household)
    chen.sync()
    wang.sync()
    both = "独居。女儿在绍兴。煤气灶已换新。"
    assert wang.ledger.get("household", household)["note"] == both
    seen = wang.ledger.row("household", household)
    until_nothing_moves(wang, chen)
    assert wang.ledger.row("household", household) == seen
    assert chen.ledger.get("household", household)["note"] == both
    assert wang.ledger.conflicts() == []
    assert agree(wang, chen)


def test_one_sentence_that_both_rewrote_is_kept_twice_until_somebody_decides(two):
    wang, chen, household = two
    wang.ledger.save("household", {"note": "独居。女儿在杭州。"}, household)
    until_nothing_moves(wang, chen)
    wang.ledger.save("household", {"note": "独居。女儿在绍兴。"}, household)
    chen.ledger.save("household", {"note": "独居。女儿回来了。"}, household)
    until_nothing_moves(wang, chen)
    [conflict] = wang.ledger.conflicts()
    saved = wang.ledger.settle(conflict["id"], keep="all")
    until_nothing_moves(wang, chen)
    settled = chen.ledger.get("household", household)["note"]
    assert settled in ("独居。女儿在绍兴。女儿回来了。", "独居。女儿回来了。女儿在绍兴。")
    wang.ledger.undo(saved.act)
    until_nothing_moves(wang, chen)
    assert [each["id"] for each in chen.ledger.conflicts()] == [conflict["id"]]
    assert agree(wang, chen)


def test_a_visit_to_a_household_that_was_removed_meanwhile_and_the_household_comes_back(two):
    wang, chen, household = two
    wang.ledger.remove("household", household)
    visit = chen.ledger.save("visit", {"household": household, "text": "一切正常。"}).id
    until_nothing_moves(wang, chen)
    assert chen.ledger.get("visit", visit)["text"] == "一切正常。"
    assert chen.ledger.get("household", household) is None
    [conflict] = chen.ledger.contested()
    assert (conflict.type, conflict.record) == ("orphan", visit)
    chen.ledger.settle(conflict.id, keep=1)
    until_nothing_moves(wang, chen)
    assert wang.ledger.get("household", household)["head_name"] == "陈建国"
    assert wang.ledger.contested() == []
    assert agree(wang, chen)


def test_a_household_stays_when_somebody_was_written_into_it_whom_its_remover_never_saw(two):
    wang, chen, household = two
    wang.ledger.remove("household", household)
    member = chen.ledger.save("person", {"name": "陈小妹", "household": household}).id
    chen.sync()
    assert wang.sync().conflicts == 1
    until_nothing_moves(wang, chen)
    assert wang.ledger.get("household", household)["head_name"] == "陈建国"
    assert [each["id"] for each in wang.ledger.members(household)] == [member]
    [conflict] = wang.ledger.contested()
    wang.ledger.settle(conflict.id, keep=1)
    until_nothing_moves(wang, chen)
    assert chen.ledger.get("household", household) is None, "now he had seen her"
    assert agree(wang, chen)


def test_who_writes_a_household_down_a_second_time_hears_of_it_with_the_next_sync(village, two):
    wang, chen, household = two
    wang.ledger.save("household", {"household_no": "0012"}, household)
    until_nothing_moves(wang, chen)
    again = village.household(chen, "陈建国", household_no="0012")
    chen.sync()
    [conflict] = chen.ledger.contested()
    assert (conflict.type, conflict.record, conflict.others[0].value) == ("duplicate", again, household)
    chen.ledger.settle(conflict.id, keep=2)
    until_nothing_moves(chen, wang)
    assert wang.ledger.contested() == chen.ledger.contested() == []
    assert wang.ledger.get("household", again) is None
    assert agree(wang, chen)


def test_a_name_is_guarded_the_newcomers_waits_as_a_proposal(two):
    wang, chen, household = two
    wang.ledger.save("household", {"head_name": "陈建华"}, household)
    chen.ledger.save("household", {"head_name": "陈剑国"}, household)
    until_nothing_moves(wang, chen)
    [conflict] = chen.ledger.conflicts()
    assert conflict["shown_value"] == "陈建华"
    assert chen.ledger.get("household", household)["head_name"] == "陈建华"
    assert agree(wang, chen)


def test_a_removal_does_not_swallow_an_edit_that_its_author_never_saw(two):
    wang, chen, household = two
    wang.ledger.remove("household", household)
    chen.ledger.save("household", {"note": "已搬去县城儿子家，逢年过节回来"}, household)
    chen.sync()
    assert wang.sync().conflicts == 1
    until_nothing_moves(wang, chen)
    assert wang.ledger.get("household", household)["note"].startswith("已搬去")
    assert wang.ledger.conflicts()[0]["type"] == "del_vs_edit"
    assert agree(wang, chen)


def test_tags_that_both_put_on_are_both_there(two):
    wang, chen, household = two
    first, second = sorted(wang.store.kind("household").by_name["tags"].choices)[:2]
    wang.ledger.save("household", {"tags": [first]}, household)
    chen.ledger.save("household", {"tags": [second]}, household)
    until_nothing_moves(wang, chen)
    assert chen.ledger.get("household", household)["tags"] == [first, second]
    assert wang.ledger.conflicts() == []
    assert agree(wang, chen)


def test_three_rounds_of_quarrel_end_in_one_conflict_and_in_agreement(village, two):
    wang, chen, household = two
    for phone in (MINE, THEIRS, LATER):
        village.centre.clock.move(minutes=1)
        wang.ledger.save("household", {"phone": phone}, household)
        chen.ledger.save(
            "household", {"phone": phone[::-1].replace("00", "13", 1)[:11]} | {"phone": "1" + phone[:0:-1]}, household
        )
        until_nothing_moves(wang, chen)
    assert agree(wang, chen)
    [conflict] = wang.ledger.conflicts()
    wang.ledger.settle(conflict["id"], keep="shown")
    until_nothing_moves(wang, chen)
    assert chen.ledger.conflicts() == []
    assert agree(wang, chen)


def test_a_machine_whose_clock_is_a_day_ahead_does_not_win_for_that(village, desk):
    village.centre.account("chen", "grid_worker", GRID)
    wang = desk("wang")
    chen = village.desk("chen", village.machine(clock_off=86_400_000))
    household = village.household(wang)
    until_nothing_moves(wang, chen)
    assert chen.store.meta("clock_offset") == -86_400_000
    chen.ledger.save("household", {"phone": THEIRS}, household)
    village.centre.clock.move(minutes=5)
    wang.ledger.save("household", {"phone": MINE}, household)
    until_nothing_moves(wang, chen)
    assert wang.ledger.get("household", household)["phone"] == MINE, "the later edit, by the centre's time"
    assert agree(wang, chen)


def test_the_mediators_case_stays_out_of_the_grid_and_its_dispute_is_seen_by_both(village, desk):
    wang, li = desk("wang"), desk("li")
    dispute = wang.ledger.save(
        "dispute",
        {"title": "宅基地纠纷", "grid": village.centre.regions[GRID], "dispute_type": _first(wang, "dispute_type")},
    ).id
    until_nothing_moves(wang, li)
    li.ledger.move("dispute", dispute, "accepted")
    until_nothing_moves(li, wang)
    assert wang.ledger.get("dispute", dispute)["state"] == "accepted"
    assert "case" in {bucket.bucket_class for bucket in li.store.buckets()}
    assert "case" not in {bucket.bucket_class for bucket in wang.store.buckets()}


def _first(desk, field: str) -> str:
    return next(iter(desk.store.kind("dispute").by_name[field].choices))

"""From the moment of saving until the centre's backup holds it, a change is counted, kept and shown."""

import pytest

from gridworker.protocol.sync import GroupResult, Taken
from gridworker.records.change import Change, Verb
from gridworker.storage.outbox import KEPT_MS
from tests.helpers.notebook import DAY, GRID, MORNING, WANG, bucket, ids, name_of, standing


def numbers(notebook):
    return [change.n for change in notebook.store.waiting(1000)]


def test_changes_are_numbered_without_gaps_and_go_on_after_the_program_was_closed(notebook):
    house = notebook.household()
    notebook.ledger.save("household", {"phone": "13800000001", "note": "养蜂"}, house)
    assert numbers(notebook) == [1, 2, 3]
    notebook.reopened()
    notebook.household("李桂英")
    assert numbers(notebook) == [1, 2, 3, 4]
    assert notebook.store.meta("next_n") == 5


def test_an_act_that_goes_back_and_forth_between_records_leaves_in_the_order_of_its_numbers(notebook):
    """Two records that are one: otherwise the centre misses a number in the middle of what it is handed."""
    one, other = notebook.household(), notebook.household("李桂英")
    act = notebook.centre.new_id()
    notebook.store.keep([rewritten(notebook, each, act) for each in (one, other, one, other)], by=WANG)
    leaving = notebook.store.handing(100)
    assert [each.n for each in leaving] == [1, 2, 3, 4, 5, 6]
    assert [change.record for change in notebook.store.waiting(100)][2:] == [one, one, other, other]


def rewritten(notebook, record, act):
    name = notebook.centre.new_id()
    told = {"path": "note", "value": name, "tx": act, "act": act}
    return Change(name, Verb.SET, "household", record, bucket("grid"), 0, MORNING, **told)


def test_hybrid_time_never_runs_backwards_when_the_clock_does(notebook):
    notebook.household()
    notebook.now -= 3 * DAY
    notebook.household("李桂英")
    first, second = notebook.store.waiting(10)
    assert second.at < first.at
    assert second.hlc > first.hlc


def test_the_measured_offset_of_the_clock_enters_the_hybrid_time_and_not_the_raw_time(notebook):
    notebook.store.set_meta("clock_offset", -3_600_000)
    notebook.household()
    (change,) = notebook.store.waiting(10)
    assert change.at == MORNING
    assert change.hlc >> 16 == MORNING - 3_600_000


def test_whole_groups_are_handed_in_and_one_that_is_too_long_goes_alone(notebook):
    visit = [{"title": f"事项{n}", "grid": GRID} for n in range(4)]
    for _ in range(2):
        notebook.ledger.save_visit({"grid": GRID, "text": "座谈"}, matters=visit)
    assert len(notebook.store.waiting(9)) == 5
    assert len(notebook.store.waiting(2)) == 5
    assert len(notebook.store.waiting(10)) == 10


def test_an_answer_settles_just_the_numbers_of_which_it_tells(notebook):
    house = notebook.household()
    for phone in range(4):
        notebook.ledger.save("household", {"phone": f"1380000000{phone}"}, house)
    taken = Taken(numbers=[(1, 2), (4, 4)], seqs={bucket("grid"): 4})
    settled = notebook.store.settle([], standing(last_n=5), notebook.now, taken)
    assert settled.accepted == 3
    states = [row.state for row in notebook.store.own_changes(house)]
    assert states == ["accepted", "accepted", "new", "accepted", "new"]
    assert numbers(notebook) == [3, 5]


def test_accepted_then_durable_as_the_backup_reaches_it(notebook):
    house, other = notebook.household(), notebook.household("李桂英")
    assert notebook.store.state_of("household", house) == "local"
    notebook.hand_in(seen=True)
    assert notebook.store.state_of("household", house) == "accepted"
    notebook.store.note_standing(standing(last_n=2, durable_n=1))
    assert notebook.store.state_of("household", house) == "durable"
    assert notebook.store.state_of("household", other) == "accepted"
    assert notebook.store.find("household", [("id", "=", house)])[0]["_state"] == "durable"


def test_no_answer_walks_through_all_that_was_ever_handed_in(notebook):
    notebook.household()
    notebook.hand_in(seen=True)
    house = notebook.household("李桂英")
    db, said = notebook.store._file.db, []
    db.set_trace_callback(said.append)
    notebook.hand_in(seen=True)
    notebook.store.note_standing(standing(last_n=2, durable_n=2))
    db.set_trace_callback(None)
    asked = [query for query in said if query.startswith(("SELECT", "UPDATE", "DELETE")) and "LIMIT 1" not in query]
    walks = [
        query
        for query in asked
        for line in db.execute(f"EXPLAIN QUERY PLAN {query}").fetchall()
        if line[3].startswith("SCAN outbox") and "outbox_open" not in line[3]
    ]
    assert walks == []
    assert notebook.store.state_of("household", house) == "durable"


def test_a_centre_without_a_backup_never_makes_anything_durable(notebook):
    house = notebook.household()
    notebook.hand_in(seen=True)
    notebook.store.note_standing(standing(last_n=1, durable_n=1, backup=False))
    assert notebook.store.state_of("household", house) == "accepted"


def test_accepted_changes_lie_over_the_old_row_until_the_feed_has_brought_the_new_one(notebook):
    theirs = notebook.centre.write("household", {"head_name": "王建国", "grid": GRID, "address": "马村 1 号"})
    notebook.give("grid", theirs)
    notebook.ledger.save("household", {"phone": "13800000001"}, theirs.id)
    notebook.hand_in()
    # The feed brings something else of the same bucket, which ends before the place of our change.
    notebook.give("grid", to=notebook.centre.seqs["grid"] - 1, more=True)
    assert notebook.ledger.get("household", theirs.id)["phone"] == "13800000001"
    notebook.give("grid", notebook.centre.rows["household", theirs.id])
    assert notebook.ledger.get("household", theirs.id)["phone"] == "13800000001"
    assert notebook.store.own_changes(theirs.id)[0].state == "accepted"


def test_what_lost_against_another_value_is_not_shown_once_the_feed_was_read(notebook):
    theirs = notebook.centre.write("household", {"head_name": "王建国", "grid": GRID, "address": "马村 1 号"})
    notebook.give("grid", theirs)
    notebook.ledger.save("household", {"head_name": "王建军"}, theirs.id)
    (change,) = notebook.store.waiting(10)
    seqs = {bucket("grid"): notebook.centre.seqs["grid"] + 1}
    lost = GroupResult(tx=change.tx, verdict="conflict", numbers=[1], conflicts=[name_of(7)], seqs=seqs)
    assert notebook.store.settle([lost], standing(last_n=1), notebook.now).conflicts == 1
    assert notebook.ledger.get("household", theirs.id)["head_name"] == "王建军"
    notebook.give("grid", to=seqs[bucket("grid")])  # the row itself did not change, only a conflict came
    assert notebook.ledger.get("household", theirs.id)["head_name"] == "王建国"


def test_an_answer_that_forgot_the_place_in_the_feed_settles_with_the_next_page(notebook):
    house = notebook.household()
    (change,) = notebook.store.waiting(10)
    repeated = GroupResult(tx=change.tx, verdict="ok", numbers=[1])
    notebook.store.settle([repeated], standing(last_n=1), notebook.now)
    assert notebook.ledger.get("household", house)["head_name"] == "陈建国"
    notebook.centre.take(change)
    notebook.give("grid", notebook.centre.rows["household", house])
    assert notebook.ledger.get("household", house)["head_name"] == "陈建国"
    assert notebook.store.get("household", house).ver == 1


def test_a_tag_that_has_arrived_already_is_not_put_on_twice(notebook):
    house = notebook.household()
    notebook.hand_in(seen=True)
    notebook.ledger.save("household", {"tags": ["rental"]}, house)
    notebook.hand_in()
    # The row comes with a page that is not the last: the change still lies over it.
    row = notebook.centre.rows["household", house]
    notebook.give("grid", row, to=notebook.centre.seqs["grid"] - 1, more=True)
    assert len(notebook.store.get("household", house).adds("tags/rental")) == 1


def test_nothing_is_laid_any_more_over_a_bucket_that_was_read_to_its_end(notebook):
    house = notebook.household()
    notebook.hand_in(seen=True)
    notebook.ledger.save("household", {"phone": "13800000001"}, house)
    (change,) = notebook.store.waiting(10)
    notebook.centre.take(change)
    notebook.catch_up()  # the row came before the answer did
    notebook.store.settle([GroupResult(tx=change.tx, verdict="ok", numbers=[2])], standing(last_n=2), notebook.now)
    assert notebook.store._file.db.execute("SELECT count(*) FROM base_row").fetchone() == (1,)
    notebook.catch_up()
    assert notebook.store._file.db.execute("SELECT count(*) FROM base_row").fetchone() == (0,)


@pytest.mark.parametrize("verdict", ["refused", "quarantined"])
def test_what_comes_back_is_no_longer_shown_but_kept_with_its_reason(notebook, verdict):
    theirs = notebook.centre.write("household", {"head_name": "王建国", "grid": GRID, "address": "马村 1 号"})
    notebook.give("grid", theirs)
    notebook.ledger.save("household", {"phone": "13800000001"}, theirs.id)
    notebook.hand_in(verdict, code="policy", reason="不在您的范围内。")
    assert "phone" not in notebook.ledger.get("household", theirs.id)
    assert notebook.store.state_of("household", theirs.id) == "attention"
    (row,) = notebook.store.outbox_rows(("attention",))
    assert (row.code, row.reason, row.value, row.path) == ("policy", "不在您的范围内。", "13800000001", "phone")
    assert numbers(notebook) == []


def test_a_refused_new_record_is_found_again_in_the_outbox_and_by_its_state(notebook):
    house = notebook.household()
    notebook.hand_in("refused", reason="户主不能为空。")
    assert notebook.ledger.get("household", house) is None
    assert notebook.store.state_of("household", house) == "attention"
    assert notebook.store.outbox_rows(("attention",))[0].value["head_name"] == "陈建国"


def test_a_refused_group_can_be_handed_in_again_with_new_ids_and_numbers(notebook):
    house = notebook.household()
    notebook.hand_in("refused", reason="稍后再试。")
    old = notebook.store.outbox_rows(("attention",))[0]
    (new,) = notebook.store.resend(old.tx, notebook.now, notebook.ledger._ground.new_id)
    assert new.id != old.id
    assert (new.n, new.tx != old.tx) == (2, True)
    assert notebook.ledger.get("household", house)["head_name"] == "陈建国"
    assert notebook.store.state_of("household", house) == "local"
    assert notebook.store.outbox_rows(("attention",)) == []


def test_a_refused_group_can_be_given_up_and_stays_as_history(notebook):
    theirs = notebook.centre.write("household", {"head_name": "王建国", "grid": GRID, "address": "马村 1 号"})
    notebook.give("grid", theirs)
    notebook.ledger.save("household", {"phone": "13800000001"}, theirs.id)
    notebook.hand_in("refused")
    notebook.store.discard(notebook.store.outbox_rows(("attention",))[0].tx, notebook.now)
    assert notebook.store.state_of("household", theirs.id) == "accepted"
    assert [row.state for row in notebook.store.own_changes(theirs.id)] == ["discarded"]


def test_what_is_held_stays_and_is_offered_once_at_the_next_sync(notebook):
    house = notebook.household()
    notebook.hand_in("held")
    assert numbers(notebook) == []
    assert notebook.ledger.get("household", house)["head_name"] == "陈建国"
    assert notebook.store.state_of("household", house) == "local"
    assert notebook.store.retry_held() == 1
    assert numbers(notebook) == [1]
    assert notebook.store.retry_held() == 0


def test_after_the_centre_was_restored_what_was_in_no_backup_is_handed_in_again_with_its_ids(notebook):
    first, second = notebook.household(), notebook.household("李桂英")
    before = [change.id for change in notebook.store.waiting(10)]
    notebook.hand_in(seen=True)
    notebook.store.note_standing(standing(last_n=2, durable_n=1))
    assert notebook.store.requeue_not_durable() == 1
    (again,) = notebook.store.waiting(10)
    assert again.id == before[1]
    assert notebook.store.state_of("household", second) == "local"
    assert notebook.store.state_of("household", first) == "durable"
    assert notebook.store.renumber(8, 1) == 9
    assert numbers(notebook) == [8]
    notebook.household("赵刚")
    assert numbers(notebook) == [8, 9]


def test_in_a_new_life_of_the_store_everything_that_waits_is_counted_anew_in_the_order_of_the_acts(notebook):
    for name in ("甲", "乙", "丙"):
        notebook.household(name)
    assert notebook.store.renumber(1, 2) == 4
    assert numbers(notebook) == [1, 2, 3]
    assert notebook.store.meta("incarnation") == 2
    notebook.reopened()
    notebook.household("丁")
    assert numbers(notebook) == [1, 2, 3, 4]
    assert [change.value["head_name"] for change in notebook.store.waiting(9)] == ["甲", "乙", "丙", "丁"]


def test_a_number_that_was_refused_does_not_push_later_numbers_up(notebook):
    for name in ("甲", "乙", "丙"):
        notebook.household(name)
    notebook.hand_in("refused")
    notebook.store.renumber(2, 1)
    notebook.household("丁")
    assert numbers(notebook) == [2]


def test_own_history_is_looked_through_once_a_day(notebook):
    notebook.household("甲")
    notebook.hand_in(seen=True)
    notebook.store.note_standing(standing(last_n=1, durable_n=1))
    day = notebook.now + KEPT_MS
    assert [notebook.store.prune(day + hours * DAY // 24) for hours in (-1, 2, 26)] == [0, 0, 1]


def test_own_history_is_forgotten_90_days_after_it_became_durable_and_counting_goes_on(notebook):
    house = notebook.household()
    notebook.hand_in(seen=True)
    notebook.store.note_standing(standing(last_n=1, durable_n=1))
    assert notebook.store.prune(notebook.now + KEPT_MS - DAY) == 0
    assert notebook.store.prune(notebook.now + KEPT_MS + DAY) == 1
    assert notebook.store.own_changes(house) == []
    assert notebook.store.state_of("household", house) == "durable"
    notebook.household("李桂英")
    assert numbers(notebook) == [2]


def test_undurable_history_is_never_forgotten(notebook):
    house = notebook.household()
    notebook.hand_in(seen=True)
    assert notebook.store.prune(notebook.now + 400 * DAY) == 0
    assert [row.state for row in notebook.store.own_changes(house)] == ["accepted"]


def test_the_latest_acts_come_first(notebook):
    acts = [notebook.ledger.save("household", {"head_name": n, "address": "1", "grid": GRID}).act for n in "甲乙丙"]
    assert notebook.store.last_acts(2) == [acts[2], acts[1]]
    assert [row.value["head_name"] for row in notebook.store.act(acts[0])] == ["甲"]


def test_what_was_changed_on_a_record_that_was_moved_meanwhile_does_not_hide_what_its_new_grid_brings(notebook):
    house = notebook.household()
    notebook.hand_in(seen=True)
    notebook.ledger.save("household", {"phone": "13800000001"}, house)
    (mine,) = notebook.store.waiting(10)
    told = {"tx": mine.tx, "verdict": "ok", "numbers": [mine.n], "seqs": {bucket("other_grid"): 1}}
    notebook.store.settle([GroupResult.model_validate(told)], standing(last_n=mine.n), MORNING)
    later = {"head_name": "陈建国", "address": "马村 3 号", "grid": GRID, "phone": "13900000002"}
    moved = notebook.centre.write("household", later, "other_grid", record=house)
    notebook.give("other_grid", moved)
    assert notebook.store.get("household", house).fields["phone"] == "13900000002"


def test_a_refused_record_that_has_come_another_way_can_still_be_sent_again(notebook):
    house = notebook.household()
    (mine,) = notebook.store.waiting(10)
    notebook.hand_in("refused")
    notebook.centre.write("household", {"head_name": "陈建国", "address": "马村 3 号", "grid": GRID}, record=house)
    notebook.catch_up("grid")
    (again,) = notebook.store.resend(mine.tx, MORNING, ids(0x300000))
    assert (again.record, again.id != mine.id) == (house, True)
    assert notebook.store.get("household", house).ver == 1


def test_what_is_sent_again_goes_to_where_its_record_lies_by_now(notebook):
    house = notebook.household()
    notebook.hand_in(seen=True)
    notebook.ledger.save("household", {"phone": "13800000001"}, house)
    (mine,) = notebook.store.waiting(10)
    notebook.hand_in("refused")
    moved = notebook.centre.write("household", {"head_name": "陈建国", "grid": GRID}, "other_grid", record=house)
    notebook.give("grid", gone=[("household", house, moved.ver, "m")])
    notebook.give("other_grid", moved)
    (again,) = notebook.store.resend(mine.tx, MORNING, ids(0x300000))
    assert again.bucket == notebook.store.get("household", house).bucket == bucket("other_grid")

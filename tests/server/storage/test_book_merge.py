"""Two people, one record: what is shown, what is kept beside it, and how a person settles it."""

import pytest

from gridserver.storage import meta
from gridserver.storage.engine import text
from gridworker.records.change import Verb
from gridworker.records.codes import HOUSEHOLD_TAGS
from gridworker.records.row import Row
from tests.helpers.centre import Centre
from tests.helpers.hand import household
from tests.helpers.writer import GRID, TOWN, Writer

TAG = next(iter(HOUSEHOLD_TAGS))


@pytest.fixture
def wang(centre: Centre) -> Writer:
    """A grid worker of the first grid."""
    centre.district()
    return Writer.at(centre, "wang", "grid_worker", GRID)


@pytest.fixture
def li(wang: Writer) -> Writer:
    """His colleague in the same grid; her clock is half a minute ahead."""
    li = Writer.at(wang.centre, "li", "grid_worker", GRID)
    li.hand.now += 30_000
    return li


@pytest.fixture
def home(wang: Writer) -> Row:
    """A household that both have before their eyes."""
    fields = household(wang.centre.regions[GRID], phone="13800000000")
    return wang.create("household", wang.bucket("grid", GRID), fields)


def others(conflict: Row) -> list:
    """The values that are kept beside the shown one."""
    return [version.get("value") for version in conflict.fields["others"].values()]


def test_two_telephones_the_later_one_is_shown_the_other_is_kept(wang, li, home):
    assert li.set(home, "phone", "13911111111").verdict == "ok"
    result = wang.set(home, "phone", "13822222222")
    (conflict,) = wang.conflicts(home.id)
    assert (result.verdict, result.conflicts) == ("conflict", [conflict.id])
    assert wang.row("household", home.id).fields["phone"] == "13911111111"
    fields = conflict.fields
    assert (fields["type"], fields["record_kind"], fields["field"], fields["state"]) == (
        "field",
        "household",
        "phone",
        "open",
    )
    assert (fields["base"], fields["shown_value"], others(conflict)) == ("13800000000", "13911111111", ["13822222222"])
    assert fields["shown_by"] == li.desk.person
    assert conflict.bucket == home.bucket
    with wang.centre.conn() as conn:
        assert conflict.author == meta.read(conn).author


def test_the_earlier_telephone_loses_also_when_it_comes_first(wang, li, home):
    wang.set(home, "phone", "13822222222")
    assert li.set(home, "phone", "13911111111").verdict == "conflict"
    (conflict,) = wang.conflicts(home.id)
    assert wang.row("household", home.id).fields["phone"] == conflict.fields["shown_value"] == "13911111111"
    assert others(conflict) == ["13822222222"]


def test_a_guarded_name_stays_until_somebody_decides(wang, li, home):
    wang.set(home, "head_name", "王建军")
    assert li.set(home, "head_name", "王建民").verdict == "conflict"
    assert wang.row("household", home.id).fields["head_name"] == "王建军"
    assert others(wang.conflicts(home.id)[0]) == ["王建民"]


def test_different_fields_and_equal_values_are_no_conflict(wang, li, home):
    wang.set(home, "phone", "13822222222")
    assert li.set(home, "members", 3).verdict == "ok"
    assert li.set(home, "phone", "13822222222").verdict == "ok"
    assert wang.conflicts(home.id) == []


def test_a_third_version_joins_the_conflict_that_is_open(wang, li, home):
    wang.set(home, "phone", "13822222222")
    li.set(home, "phone", "13911111111")
    zhao = Writer.at(wang.centre, "zhao", "grid_worker", GRID)
    zhao.hand.now += 15_000
    zhao.set(home, "phone", "13733333333")
    (conflict,) = wang.conflicts(home.id)
    assert sorted(others(conflict)) == ["13733333333", "13822222222"]


def test_who_saw_a_version_makes_it_history(wang, li, home):
    wang.set(home, "phone", "13822222222")
    seen = wang.row("household", home.id)
    li.set(home, "phone", "13911111111")
    wang.hand.now += 50_000
    wang.set(seen, "phone", "13844444444")
    (conflict,) = wang.conflicts(home.id)
    assert conflict.fields["shown_value"] == "13844444444"
    assert others(conflict) == ["13911111111"], "13822222222 was seen by him who wrote 13844444444"


def test_a_value_that_is_changed_by_somebody_who_sees_it_is_the_one_that_is_shown(wang, li, home):
    wang.set(home, "phone", "13822222222")
    li.set(home, "phone", "13911111111")
    assert li.set(wang.row("household", home.id), "phone", "13955555555").verdict == "ok"
    (conflict,) = wang.conflicts(home.id)
    assert (conflict.fields["shown_value"], others(conflict)) == ("13955555555", ["13822222222"])


@pytest.fixture
def conflict(wang, li, home) -> Row:
    """An open conflict about the telephone: 13911111111 is shown, 13822222222 is kept."""
    wang.set(home, "phone", "13822222222")
    li.set(home, "phone", "13911111111")
    return wang.conflicts(home.id)[0]


def test_taking_the_other_version_settles_the_conflict_and_can_be_undone(wang, home, conflict):
    row = wang.row("household", home.id)
    chosen = wang.hand.set(row, "phone", "13822222222")
    (result,) = wang.send(wang.settle(conflict, row, "swapped", chosen))
    settled = wang.conflicts(home.id)[0]
    assert result.verdict == "ok"
    assert wang.row("household", home.id).fields["phone"] == "13822222222"
    assert (settled.fields["state"], settled.fields["settled_by"]) == ("swapped", wang.desk.person)

    back = wang.hand.set(wang.row("household", home.id), "phone", "13911111111")
    opened = wang.hand.move(settled, "open")
    unsigned = wang.hand.set(settled, "settled_by", None)
    assert wang.keep(back, opened, unsigned).verdict == "ok"
    again = wang.conflicts(home.id)[0]
    assert wang.row("household", home.id).fields["phone"] == "13911111111"
    assert (again.fields["state"], "settled_by" in again.fields) == ("open", False)


def test_after_settling_the_next_loser_opens_a_conflict_of_its_own(wang, li, home, conflict):
    row = wang.row("household", home.id)
    wang.send(wang.settle(conflict, row, "kept"))
    li.set(home, "phone", "13733333333")
    assert [each.fields["state"] for each in wang.conflicts(home.id)] == ["kept", "open"]


def test_a_conflict_is_not_closed_over_a_version_that_nobody_saw(wang, li, home, conflict):
    row = wang.row("household", home.id)
    zhao = Writer.at(wang.centre, "zhao", "grid_worker", GRID)
    zhao.set(home, "phone", "13733333333")
    (result,) = wang.send(wang.settle(conflict, row, "kept"))
    assert (result.verdict, result.conflicts) == ("conflict", [conflict.id])
    again = wang.conflicts(home.id)[0]
    assert again.fields["state"] == "open"
    (result,) = wang.send(wang.settle(again, row, "kept"))
    assert (result.verdict, wang.conflicts(home.id)[0].fields["state"]) == ("ok", "kept")


def test_a_choice_that_loses_itself_leaves_the_conflict_open(wang, li, home, conflict):
    seen = wang.row("household", home.id)
    li.hand.now += 10_000
    li.set(seen, "phone", "13955555555")
    chosen = wang.hand.set(seen, "phone", "13822222222")
    (result,) = wang.send(wang.settle(conflict, seen, "swapped", chosen))
    (again,) = wang.conflicts(home.id)
    assert (result.verdict, again.fields["state"]) == ("conflict", "open")
    assert again.fields["shown_value"] == "13955555555"
    assert others(again) == ["13822222222", "13822222222"]


def test_two_people_settle_one_conflict_and_no_conflict_comes_of_that(wang, li, home, conflict):
    row = wang.row("household", home.id)
    wang.send(wang.settle(conflict, row, "kept"))
    chosen = li.hand.set(row, "phone", "13822222222")
    (result,) = li.send(li.settle(conflict, row, "swapped", chosen))
    assert result.verdict == "ok"
    assert [each.fields["record_kind"] for each in wang.conflicts(home.id)] == ["household"]
    assert wang.conflicts(conflict.id) == []
    assert wang.row("household", home.id).fields["phone"] == "13822222222"


def test_who_may_not_settle_cannot_touch_what_a_conflict_says(wang, conflict):
    lie = wang.hand.set(conflict, "shown_value", "13000000000")
    assert wang.keep(lie).code == "not_allowed"
    assert (
        wang.keep(wang.hand.change(Verb.DEL, "conflict", conflict.id, conflict.bucket, seen={})).code == "not_allowed"
    )
    made = wang.hand.create("conflict", conflict.bucket, {**conflict.fields, "state": "open"})
    assert wang.keep(made).verdict == "refused"


def test_tags_put_in_by_one_and_taken_out_by_another_stay_when_the_other_did_not_see_them(wang, li, home):
    tag = "tags/" + TAG
    wang.keep(wang.hand.add(home, tag))
    seen = wang.row("household", home.id)
    li.keep(li.hand.add(home, tag))
    assert wang.keep(wang.hand.rem(seen, tag)).verdict == "ok"
    assert wang.row("household", home.id).value(tag)
    assert wang.keep(wang.hand.rem(wang.row("household", home.id), tag)).verdict == "ok"
    assert wang.row("household", home.id).value(tag) is None


def test_a_removal_counts_only_when_everything_was_seen(wang, li, home):
    li.set(home, "note", "门锁坏了，已联系维修")
    assert wang.keep(wang.hand.remove(home)).verdict == "conflict"
    assert wang.row("household", home.id).removed is None
    (conflict,) = wang.conflicts(home.id)
    assert conflict.fields["type"] == "del_vs_edit"
    assert wang.keep(wang.hand.remove(wang.row("household", home.id))).verdict == "ok"
    assert wang.row("household", home.id).removed is not None


def test_what_was_typed_into_a_removed_record_is_kept_and_it_can_come_back(wang, li, home):
    wang.keep(wang.hand.remove(home))
    assert li.set(home, "phone", "13911111111").verdict == "conflict"
    (conflict,) = wang.conflicts(home.id)
    assert (conflict.fields["type"], others(conflict)) == ("edit_on_deleted", ["13911111111"])
    gone = wang.row("household", home.id)
    assert wang.keep(wang.hand.restore(gone)).verdict == "ok"
    assert li.set(wang.row("household", home.id), "phone", "13911111111").verdict == "ok"
    assert wang.row("household", home.id).fields["phone"] == "13911111111"


@pytest.fixture
def dispute(wang: Writer) -> Row:
    """A dispute with one party."""
    fields = {
        "title": "宅基地边界",
        "grid": wang.centre.regions[GRID],
        "dispute_type": "03",
        "parties": {wang.hand.new_id(): {"name": "王建国", "phone": "13800000000"}},
    }
    return wang.create("dispute", wang.bucket("grid", GRID), fields)


def test_two_people_move_one_case_and_the_first_accepted_move_stands(wang, dispute):
    he, zhou = (Writer.at(wang.centre, name, "mediator", TOWN) for name in ("he", "zhou"))
    assert he.keep(he.hand.move(dispute, "accepted")).verdict == "ok"
    result = zhou.keep(zhou.hand.move(dispute, "refused"))
    (conflict,) = he.conflicts(dispute.id)
    assert (result.verdict, conflict.fields["type"]) == ("conflict", "move")
    assert (conflict.fields["shown_value"], others(conflict)) == ("accepted", ["refused"])
    assert zhou.keep(zhou.hand.move(dispute, "transferred")).verdict == "conflict", "for safety this one wins"
    assert he.row("dispute", dispute.id).fields["state"] == "transferred"


def test_what_was_written_along_with_a_step_that_lost_is_kept(wang, dispute):
    he, zhou = (Writer.at(wang.centre, name, "mediator", TOWN) for name in ("he", "zhou"))
    town, day = wang.centre.regions[TOWN], {"accepted_on": "2026-03-02", "mediator": he.desk.person}
    case = he.create(
        "mediation_case", he.bucket("case", TOWN), {"title": "宅基地", "dispute": dispute.id, "town": town, **day}
    )
    for state in ("accepted", "mediating"):
        he.keep(he.hand.move(he.row("dispute", dispute.id), state))
    seen = he.row("dispute", dispute.id)
    assert he.keep(he.hand.move(seen, "agreed")).verdict == "ok"
    told = {"case": case.id, "dispute": dispute.id, "town": town, "mediator": zhou.desk.person, "result": "not_agreed"}
    minutes = {**told, "held_at": wang.centre.clock(), "process": "双方各执一词，未能达成一致。"}
    session = zhou.hand.create("mediation_session", zhou.bucket("case", TOWN), minutes)
    reason = zhou.hand.set(seen, "outcome", "一方不同意让出田埂")
    result = zhou.keep(session, reason, zhou.hand.move(seen, "failed"))
    (conflict,) = he.conflicts(dispute.id)
    assert (result.verdict, conflict.fields["type"], others(conflict)) == ("conflict", "move", ["failed"])
    row = he.row("dispute", dispute.id)
    assert (row.fields["state"], row.fields["outcome"]) == ("agreed", "一方不同意让出田埂")
    assert he.row("mediation_session", session.record).fields["process"].startswith("双方")


def test_a_review_stands_also_when_its_step_came_too_late(wang):
    fields = {"grid": wang.centre.regions[GRID], "visitor": wang.desk.person, "visited_at": wang.centre.clock()}
    visit = wang.create("visit", wang.bucket("grid", GRID), {**fields, "text": "一切正常"})
    first, second = (Writer.at(wang.centre, name, "supervisor", TOWN) for name in ("zhang", "qian"))
    first.keep(first.hand.move(visit, "read"))
    told = {"visit": visit.id, "grid": fields["grid"], "worker": wang.desk.person, "reviewer": second.desk.person}
    review = {**told, "reviewed_at": wang.centre.clock(), "act": "returned", "comment": "请补充隐患情况"}
    made = second.hand.create("review", visit.bucket, review)
    assert second.keep(made, second.hand.move(visit, "returned")).verdict == "conflict"
    assert wang.row("review", made.record).fields["comment"] == "请补充隐患情况"
    assert wang.row("visit", visit.id).fields["state"] == "read"
    assert len(wang.conflicts(visit.id)) == 1


@pytest.mark.parametrize("order", [("handling", "done"), ("done", "handling")])
def test_steps_that_commute_meet_without_a_word(wang, li, order):
    fields = {"title": "路灯不亮", "grid": wang.centre.regions[GRID], "result": "已修"}
    matter = wang.create("matter", wang.bucket("grid", GRID), fields)
    assert wang.keep(wang.hand.move(matter, order[0])).verdict == "ok"
    assert li.keep(li.hand.move(matter, order[1])).verdict == "ok"
    assert wang.row("matter", matter.id).fields["state"] == "done"
    assert wang.conflicts(matter.id) == []


def test_entries_of_a_list_are_edited_apart(wang, dispute):
    (entry,) = dispute.fields["parties"]
    li = Writer.at(wang.centre, "li", "grid_worker", GRID)
    wang.set(dispute, f"parties/{entry}/phone", "13811111111")
    assert li.set(dispute, f"parties/{entry}/name", "王建军").verdict == "ok"
    new = li.hand.new_id()
    assert li.set(dispute, f"parties/{new}", {"name": "李秀英"}).verdict == "ok"
    parties = wang.row("dispute", dispute.id).fields["parties"]
    assert parties == {entry: {"name": "王建军", "phone": "13811111111"}, new: {"name": "李秀英"}}


def test_an_entry_replaced_as_a_whole_keeps_what_another_wrote_in_it(wang, dispute):
    (entry,) = dispute.fields["parties"]
    li = Writer.at(wang.centre, "li", "grid_worker", GRID)
    li.hand.now += 30_000
    wang.set(dispute, f"parties/{entry}/phone", "13811111111")
    assert li.set(dispute, f"parties/{entry}", {"name": "王建军"}).verdict == "conflict"
    (conflict,) = wang.conflicts(dispute.id)
    assert others(conflict) == [{"name": "王建国", "phone": "13811111111"}]
    stale = wang.hand.set(dispute, f"parties/{entry}/phone", "13822222222", parent=dispute.mark)
    assert wang.keep(stale).verdict == "conflict", "who had the old entry before him did not see the new one"


def test_an_entry_is_taken_out_only_by_who_saw_all_of_it_and_comes_back_knowingly(wang, dispute):
    (entry,) = dispute.fields["parties"]
    path = f"parties/{entry}"
    li = Writer.at(wang.centre, "li", "grid_worker", GRID)
    li.set(dispute, f"{path}/phone", "13811111111")
    assert wang.keep(wang.hand.rem(dispute, path)).verdict == "conflict"
    seen = wang.row("dispute", dispute.id)
    removal = wang.hand.rem(seen, path)
    assert wang.keep(removal).verdict == "ok"
    assert li.set(seen, f"{path}/phone", "13822222222").verdict == "conflict"
    gone = wang.row("dispute", dispute.id)
    assert gone.fields.get("parties", {}) == {}
    back = wang.hand.set(gone, path, {"name": "王建国"}, parent=removal.id)
    assert wang.keep(back).verdict == "ok"
    assert wang.row("dispute", dispute.id).fields["parties"] == {entry: {"name": "王建国"}}


def test_only_its_author_edits_a_diary(wang, li):
    fields = {
        "grid": wang.centre.regions[GRID],
        "visitor": wang.desk.person,
        "visited_at": wang.centre.clock(),
        "text": "一切正常",
    }
    visit = wang.create("visit", wang.bucket("grid", GRID), fields)
    assert li.set(visit, "text", "不正常").code == "not_allowed"
    zhang = Writer.at(wang.centre, "zhang", "supervisor", TOWN)
    assert zhang.keep(zhang.hand.move(visit, "returned")).verdict == "ok"
    returned = wang.row("visit", visit.id)
    assert wang.keep(wang.hand.set(returned, "text", "补充"), wang.hand.move(returned, "submitted")).verdict == "ok"


def test_what_one_wrote_three_times_without_a_line_is_no_conflict_with_himself(wang, home):
    first = wang.hand.set(home, "phone", "13811111111")
    second = wang.hand.set(home, "phone", "13822222222", parent=first.id)
    third = wang.hand.set(home, "phone", "13833333333", parent=second.id)
    assert [result.verdict for result in wang.send(first, second, third)] == ["ok", "ok", "ok"]
    assert wang.row("household", home.id).fields["phone"] == "13833333333"
    assert wang.row("household", home.id).ver == home.ver + 3


def test_the_same_loser_makes_the_same_conflict_after_the_centre_was_restored(wang, li, home):
    wang.set(home, "head_name", "王建军")
    late = li.hand.group(li.hand.set(home, "head_name", "王建民"))
    (first,) = li.send(late)
    with wang.centre.conn() as conn:
        for statement in (
            "DELETE FROM record WHERE kind = 'conflict'",
            f"DELETE FROM change WHERE kind = 'conflict' OR id = '{late.changes[0]['id']}'",
            f"UPDATE device SET last_n = 0 WHERE id = '{li.desk.device}'",
        ):
            conn.execute(text(statement))
    (again,) = li.send(late)
    assert again.conflicts == first.conflicts


def test_the_rows_under_a_draft_are_not_touched_by_a_group_that_fails(wang, home):
    good = wang.hand.set(home, "phone", "13811111111")
    bad = wang.hand.set(home, "members", 3)._replace(value=-1)
    assert wang.keep(good, bad).verdict == "refused"
    assert wang.row("household", home.id) == home


def test_nobody_closes_over_a_version_that_he_does_not_name(wang, home, conflict):
    """After a restore of the centre versions may come in another order under the same names."""
    row = wang.row("household", home.id)
    blind = wang.settle(conflict, row, "kept")
    blind.changes[0]["s"] = ["another version"]
    assert wang.send(blind)[0].verdict == "conflict"
    assert wang.conflicts(home.id)[0].fields["state"] == "open"
    seeing = wang.settle(conflict, row, "kept")
    seeing.changes[0]["s"] = [version["change"] for version in conflict.fields["others"].values()]
    assert wang.send(seeing)[0].verdict == "ok"
    assert wang.conflicts(home.id)[0].fields["state"] == "kept"

"""Saving a record: what follows by itself, what is refused, and the smallest change that says what was altered."""

import pytest

from gridworker.errors import NotAccepted, NotAllowed, NotFound
from gridworker.ledger import Edit, MoveTo, NewRecord
from gridworker.protocol import MOST_IN_GROUP
from gridworker.records.change import Verb
from gridworker.records.identity import check_digit
from tests.helpers.notebook import COUNTY, GRID, LI, MORNING, OTHER_GRID, TODAY, TOWN, WANG, Notebook, bucket, name_of


def last(notebook):
    """The changes of the latest act: verb, path, value."""
    return [(row.verb, row.path, row.value) for row in notebook.store.act(notebook.store.last_acts(1)[0])]


@pytest.fixture
def mediator(tmp_path, blank):
    desk = Notebook.open(tmp_path, "mediator", blank=blank)
    yield desk
    desk.store.close()


def test_a_new_household_lies_in_its_grids_bucket_with_what_it_starts_from(notebook):
    saved = notebook.ledger.save("household", {"head_name": " 陈 建国 ", "address": "马村 3 号", "grid": GRID})
    row = notebook.ledger.row("household", saved.id)
    assert row.bucket == bucket("grid")
    assert row.fields == {"head_name": "陈建国", "address": "马村 3 号", "grid": GRID, "household_kind": "family"}
    assert row.author == WANG
    assert saved.changed.kinds == {"household"}
    (change,) = notebook.store.waiting(9)
    assert (change.verb, change.act, change.at) == (Verb.CREATE, saved.act, MORNING)


def test_a_visit_knows_who_when_where_and_whom(notebook):
    house = notebook.household()
    visit = notebook.ledger.get("visit", notebook.ledger.save("visit", {"household": house}).id)
    assert (visit["visitor"], visit["visited_at"], visit["month"]) == (WANG, MORNING, TODAY[:7])
    assert (visit["grid"], visit["met"], visit["mode"], visit["state"]) == (GRID, True, "home", "submitted")
    assert list(visit["subjects"].values()) == [{"kind": "household", "record": house, "name": "陈建国"}]


def test_the_first_household_of_several_is_the_one_that_the_visit_is_about(notebook):
    one, two = notebook.household("甲"), notebook.household("乙")
    subjects = [{"id": name_of(1), "kind": "household", "record": two}, {"kind": "household", "record": one}]
    visit = notebook.ledger.get("visit", notebook.ledger.save("visit", {"subjects": subjects}).id)
    assert visit["household"] == two
    assert visit["grid"] == GRID


def test_a_person_lies_in_the_grid_of_his_household_and_a_sensitive_tag_in_its_sensitive_bucket(notebook):
    house = notebook.household()
    person = notebook.ledger.save("person", {"name": "陈小梅", "household": house}).id
    told = {"tag": "disabled", "person": person, "source": "残联名册 2026", "valid_from": TODAY}
    tag = notebook.ledger.save("key_group_tag", told).id
    assert notebook.ledger.row("person", person).bucket == bucket("grid")
    assert notebook.ledger.row("key_group_tag", tag).bucket == bucket("sensitive")
    assert notebook.ledger.get("key_group_tag", tag)["household"] == house


def test_a_visit_its_matters_and_its_dispute_are_one_act(notebook):
    house = notebook.household()
    saved = notebook.ledger.save_visit(
        {"household": house, "text": "反映路灯和田埂"},
        matters=[{"title": "路灯不亮"}, {"title": "水管漏水", "urgency": "urgent"}],
        dispute={"title": "田埂纠纷", "dispute_type": "07", "parties": [{"name": "陈建国"}, {"name": "李大山"}]},
    )
    visit, lamp, pipe, dispute = saved.ids
    assert saved.id == visit
    assert saved.changed.kinds == {"visit", "matter", "dispute"}
    changes = notebook.store.act(saved.act)
    assert len({change.tx for change in changes}) == 1
    for record in (lamp, pipe):
        matter = notebook.ledger.get("matter", record)
        assert (matter["visit"], matter["household"], matter["grid"]) == (visit, house, GRID)
        assert (matter["responsible"], matter["first_receiver"], matter["reported_at"]) == (WANG, WANG, MORNING)
    reported = notebook.ledger.get("dispute", dispute)
    assert (reported["visit"], reported["household"], reported["reporter"]) == (visit, house, WANG)
    assert {party["name"] for party in reported["parties"].values()} == {"陈建国", "李大山"}


def test_when_one_part_of_an_act_is_refused_nothing_is_saved(notebook):
    house = notebook.household()
    before = notebook.store.waiting_count()
    with pytest.raises(NotAccepted) as refused:
        notebook.ledger.save_visit({"household": house}, matters=[{"title": "路灯"}, {"title": "水管" * 90}])
    assert refused.value.field == "title"
    assert notebook.store.waiting_count() == before
    assert notebook.ledger.count("visit") == notebook.ledger.count("matter") == 0


def test_an_act_that_is_longer_than_a_group_stays_one_act(notebook):
    parts = [
        NewRecord("household", {"head_name": f"陈{n}", "address": "1", "grid": GRID}) for n in range(MOST_IN_GROUP + 5)
    ]
    saved = notebook.ledger.save_together(parts)
    changes = notebook.store.act(saved.act)
    assert len(changes) == len(saved.ids) == MOST_IN_GROUP + 5
    assert len({change.tx for change in changes}) == 2
    notebook.ledger.undo(saved.act)
    assert notebook.ledger.count("household") == 0


def test_out_of_scope_says_whom_to_ask(notebook):
    nowhere = name_of(0xEE)
    with pytest.raises(NotAllowed) as refused:
        notebook.ledger.save("household", {"head_name": "陈", "address": "1", "grid": nowhere})
    assert refused.value.field == "grid"
    assert "不在您的范围内" in str(refused.value)


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("region", {"code": "1", "name": "马村", "level": "village", "county": COUNTY}),
        ("review", {"visit": name_of(1), "worker": WANG, "grid": GRID, "act": "read"}),
        ("mediation_case", {"title": "田埂", "dispute": name_of(1), "town": TOWN, "accepted_on": TODAY}),
        ("conflict", {"type": "field", "record_kind": "visit", "record": name_of(1)}),
    ],
)
def test_a_grid_worker_makes_only_what_his_post_makes(notebook, kind, fields):
    with pytest.raises(NotAllowed):
        notebook.ledger.save(kind, fields)
    assert notebook.store.waiting(1) == []


def test_a_new_record_starts_at_the_beginning_of_its_way(notebook):
    house = notebook.household()
    with pytest.raises(NotAllowed):
        notebook.ledger.save("visit", {"household": house, "state": "read"})


# ---------------------------------------------------------------------- editing


def test_only_what_differs_is_changed(notebook):
    house = notebook.household(phone="13800000001", note="养蜂")
    fields = notebook.ledger.get("household", house)
    assert notebook.ledger.save("household", fields, house).act == ""
    saved = notebook.ledger.save("household", {**fields, "phone": "13800000002", "note": None, "members": 3}, house)
    assert saved.changed.kinds == {"household"}
    assert sorted(last(notebook)) == [("set", "members", 3), ("set", "note", None), ("set", "phone", "13800000002")]
    assert "note" not in notebook.ledger.get("household", house)


def test_tags_are_put_on_and_taken_off_one_by_one(notebook):
    house = notebook.household(tags=["low_income", "rental"])
    notebook.ledger.save("household", {"tags": ["rental", "veteran"]}, house)
    assert last(notebook) == [("add", "tags/veteran", None), ("rem", "tags/low_income", None)]
    assert notebook.ledger.get("household", house)["tags"] == ["rental", "veteran"]


def test_entries_are_added_altered_and_taken_out_by_their_ids(notebook):
    parties = {name_of(n): {"name": f"陈{n}", "phone": "13800000001"} for n in (1, 2, 3)}
    dispute = notebook.ledger.save("dispute", {"title": "田埂", "grid": GRID, "dispute_type": "07", "parties": parties})
    wanted = {
        name_of(1): parties[name_of(1)],
        name_of(2): {"name": "陈2"},
        name_of(4): {"name": "李"},
    }
    notebook.ledger.save("dispute", {"parties": wanted}, dispute.id)
    assert last(notebook) == [
        ("set", f"parties/{name_of(2)}/phone", None),
        ("set", f"parties/{name_of(4)}", {"name": "李"}),
        ("rem", f"parties/{name_of(3)}", None),
    ]
    assert notebook.ledger.get("dispute", dispute.id)["parties"] == wanted


def test_fields_of_an_entry_that_the_form_does_not_know_stay(notebook):
    parties = {name_of(1): {"name": "陈", "nickname": "阿陈"}}
    row = notebook.centre.write("dispute", {"title": "田埂", "grid": GRID, "dispute_type": "07", "parties": parties})
    notebook.give("grid", row)
    notebook.ledger.save("dispute", {"parties": {name_of(1): {"name": "陈", "phone": "13800000001"}}}, row.id)
    assert last(notebook) == [("set", f"parties/{name_of(1)}/phone", "13800000001")]
    assert notebook.ledger.get("dispute", row.id)["parties"][name_of(1)]["nickname"] == "阿陈"


def test_the_parent_is_what_the_person_saw_when_the_form_was_opened(notebook):
    row = notebook.centre.write("household", {"head_name": "王", "address": "1", "grid": GRID, "phone": "13800000001"})
    notebook.give("grid", row)
    seen = notebook.ledger.show("household", row.id).row
    newer = notebook.centre.write("household", {**row.fields, "phone": "13800000009"}, record=row.id)
    notebook.give("grid", newer)
    notebook.ledger.save("household", {"phone": "13800000002", "note": "养蜂"}, row.id, seen=seen)
    changes = {change.path: change.parent for change in notebook.store.waiting(9)}
    assert changes == {"phone": row.mark, "note": row.mark}
    notebook.ledger.save("household", {"phone": "13800000003"}, row.id)
    assert notebook.store.waiting(9)[-1].parent == notebook.store.waiting(9)[0].id


def test_a_field_that_another_wrote_meanwhile_is_not_touched_by_who_did_not_touch_it(notebook):
    row = notebook.centre.write("household", {"head_name": "王", "address": "1", "grid": GRID, "phone": "13800000001"})
    notebook.give("grid", row)
    seen = notebook.ledger.row("household", row.id)
    form = dict(seen.fields)
    notebook.give("grid", notebook.centre.write("household", {**form, "phone": "13800000009"}, record=row.id))
    notebook.ledger.save("household", {**form, "note": "养蜂"}, row.id, seen=seen)
    assert last(notebook) == [("set", "note", "养蜂")]
    assert notebook.ledger.get("household", row.id)["phone"] == "13800000009"


def test_what_another_has_written_already_is_not_written_again(notebook):
    row = notebook.centre.write("household", {"head_name": "王", "address": "1", "grid": GRID, "tags": ["rental"]})
    notebook.give("grid", row)
    seen = notebook.ledger.row("household", row.id)
    theirs = {**row.fields, "phone": "13800000009", "tags": ["veteran"]}
    notebook.give("grid", notebook.centre.write("household", theirs, record=row.id))
    saved = notebook.ledger.save("household", {"phone": "13800000009", "tags": ["veteran"]}, row.id, seen=seen)
    assert saved.act == ""


def test_what_is_written_once_stays(notebook):
    house = notebook.household()
    with pytest.raises(NotAllowed):
        notebook.ledger.save("household", {"grid": OTHER_GRID}, house)
    visit = notebook.visit(house)
    with pytest.raises(NotAllowed):
        notebook.ledger.save("visit", {"visitor": LI}, visit)
    with pytest.raises(NotAllowed):
        notebook.ledger.save("visit", {"state": "read"}, visit)


def test_a_diary_is_edited_by_its_author_alone(notebook):
    told = {"grid": GRID, "visitor": LI, "visited_at": MORNING, "mode": "home", "state": "submitted"}
    row = notebook.centre.write("visit", told)
    notebook.give("grid", row)
    with pytest.raises(NotAllowed) as refused:
        notebook.ledger.save("visit", {"text": "补充"}, row.id)
    assert "填写人本人" in str(refused.value)
    with pytest.raises(NotAllowed):
        notebook.ledger.remove("visit", row.id)


def test_rules_over_several_fields_hold_for_edits_too_but_old_wrongs_do_not_block_them(notebook):
    house = notebook.household()
    number = (first := "33068319500101123") + check_digit(first)
    person = notebook.ledger.save("person", {"name": "陈建国", "household": house, "id_number": number}).id
    with pytest.raises(NotAccepted) as refused:
        notebook.ledger.save("person", {"birth_date": "1951-01-01"}, person)
    assert "出生日期" in str(refused.value)
    wrong = {"name": "王", "household": house, "grid": GRID, "id_number": number, "birth_date": "1951-01-01"}
    row = notebook.centre.write("person", wrong)
    notebook.give("grid", row)
    notebook.ledger.save("person", {"phone": "13800000001"}, row.id)


def test_a_removed_record_is_restored_before_it_is_edited(notebook):
    house = notebook.household()
    notebook.ledger.remove("household", house)
    with pytest.raises(NotAllowed) as refused:
        notebook.ledger.save("household", {"note": "x"}, house)
    assert "恢复" in str(refused.value)
    notebook.ledger.restore("household", house)
    notebook.ledger.save("household", {"note": "x"}, house)
    assert notebook.ledger.restore("household", house).act == ""


def test_what_is_not_here_is_not_found(notebook):
    for act in (
        lambda: notebook.ledger.save("household", {"note": "x"}, name_of(1)),
        lambda: notebook.ledger.remove("household", name_of(1)),
        lambda: notebook.ledger.move("visit", name_of(1), "read"),
        lambda: notebook.ledger.show("household", name_of(1)),
    ):
        with pytest.raises(NotFound):
            act()


# ---------------------------------------------------------------------- moving


def test_a_matter_goes_its_way_and_says_what_is_missing(notebook):
    matter = notebook.ledger.save("matter", {"title": "路灯不亮", "grid": GRID}).id
    notebook.ledger.move("matter", matter, "handling")
    with pytest.raises(NotAccepted) as refused:
        notebook.ledger.move("matter", matter, "done")
    assert refused.value.field == "result"
    notebook.ledger.move("matter", matter, "done", {"result": "已更换灯泡"})
    assert last(notebook) == [("set", "result", "已更换灯泡"), ("move", "state", {"from": "handling", "to": "done"})]
    with pytest.raises(NotAllowed) as refused:
        notebook.ledger.move("matter", matter, "withdrawn")
    assert "已办结" in str(refused.value)


def test_who_may_not_take_the_step_is_told(notebook, mediator):
    dispute = notebook.ledger.save("dispute", {"title": "田埂", "grid": GRID, "dispute_type": "07"}).id
    with pytest.raises(NotAllowed) as refused:
        notebook.ledger.move("dispute", dispute, "accepted")
    assert "受理" in str(refused.value)
    with pytest.raises(NotAllowed):
        notebook.ledger.move("household", notebook.household(), "done")


def test_a_mediator_accepts_and_the_step_goes_with_the_case(mediator):
    dispute = mediator.ledger.save("dispute", {"title": "田埂", "grid": GRID, "dispute_type": "07"}).id
    case = {"title": "田埂", "dispute": dispute, "town": TOWN, "accepted_on": TODAY}
    saved = mediator.ledger.save_together(
        [NewRecord("mediation_case", case), MoveTo("dispute", dispute, "accepted", {"mediator": LI})]
    )
    assert mediator.ledger.get("dispute", dispute)["state"] == "accepted"
    opened = mediator.ledger.row("mediation_case", saved.id)
    assert (opened.bucket, opened.fields["mediator"]) == (bucket("case"), LI)
    session = {"case": saved.id, "process": "双方到场", "result": "again", "next_at": MORNING}
    kept = mediator.ledger.save_together(
        [NewRecord("mediation_session", session), Edit("dispute", dispute, {"next_at": MORNING})]
    )
    told = mediator.ledger.get("mediation_session", kept.id)
    assert (told["town"], told["dispute"], told["mediator"]) == (TOWN, dispute, LI)

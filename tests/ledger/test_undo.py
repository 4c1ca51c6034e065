"""Undoing turns an act round as a new act, and never over what somebody wrote since."""

import pytest

from gridworker.errors import NotAllowed, NotFound
from gridworker.ledger import MoveTo, NewRecord
from tests.helpers.notebook import GRID, TODAY, TOWN, Notebook, name_of


def same(notebook, kind, record, act):
    """Do, undo: the record is as before; undo that: it is as after."""
    before = notebook.ledger.get(kind, record)
    saved = act()
    after = notebook.ledger.get(kind, record)
    assert after != before
    undone = notebook.ledger.undo(saved.act)
    assert notebook.ledger.get(kind, record) == before
    assert kind in undone.changed.kinds
    notebook.ledger.undo(undone.act)
    assert notebook.ledger.get(kind, record) == after


def test_a_value_is_set_back_and_an_empty_field_becomes_empty_again(notebook):
    house = notebook.household(phone="13800000001")
    fields = {"phone": "13800000002", "note": "养蜂", "members": 3}
    same(notebook, "household", house, lambda: notebook.ledger.save("household", fields, house))


def test_tags_go_and_come_back(notebook):
    house = notebook.household(tags=["low_income", "rental"])
    same(notebook, "household", house, lambda: notebook.ledger.save("household", {"tags": ["veteran"]}, house))


def test_entries_go_and_come_back_under_their_ids(notebook):
    parties = {name_of(n): {"name": f"陈{n}", "phone": "13800000001"} for n in (1, 2)}
    told = {"title": "田埂", "grid": GRID, "dispute_type": "07", "parties": parties}
    record = notebook.ledger.save("dispute", told).id
    wanted = {name_of(2): {"name": "陈2", "phone": "13800000009"}, name_of(3): {"name": "李"}}
    same(notebook, "dispute", record, lambda: notebook.ledger.save("dispute", {"parties": wanted}, record))


def test_a_removed_record_comes_back_and_a_restored_one_goes(notebook):
    house = notebook.household()
    same(notebook, "household", house, lambda: notebook.ledger.remove("household", house))
    same(notebook, "household", house, lambda: notebook.ledger.restore("household", house))


def test_a_new_record_goes_with_all_that_was_made_with_it(notebook):
    house = notebook.household()
    saved = notebook.ledger.save_visit({"household": house}, matters=[{"title": "路灯"}], dispute=None)
    undone = notebook.ledger.undo(saved.act)
    assert undone.changed.kinds == {"visit", "matter"}
    assert notebook.ledger.count("visit") == notebook.ledger.count("matter") == 0
    notebook.ledger.undo(undone.act)
    assert notebook.ledger.count("visit") == notebook.ledger.count("matter") == 1


def test_a_record_that_was_made_and_edited_in_one_act_goes_once(tmp_path, blank):
    desk = Notebook.open(tmp_path, "mediator", blank=blank)
    dispute = name_of(0x77)
    report = NewRecord("dispute", {"title": "田埂", "grid": GRID, "dispute_type": "07"}, dispute)
    case = NewRecord("mediation_case", {"title": "田埂", "dispute": dispute, "town": TOWN, "accepted_on": TODAY})
    saved = desk.ledger.save_together([report, case, MoveTo("dispute", dispute, "accepted")])
    with pytest.raises(NotAllowed):  # a mediator opens cases and does not remove them
        desk.ledger.undo(saved.act)
    assert desk.ledger.get("dispute", dispute)["state"] == "accepted"
    desk.store.close()


def test_a_step_is_taken_back_only_where_the_way_back_is_lawful(notebook):
    matter = notebook.ledger.save("matter", {"title": "路灯", "grid": GRID}).id
    notebook.ledger.move("matter", matter, "handling")
    done = notebook.ledger.move("matter", matter, "done", {"result": "已修"})
    notebook.ledger.undo(done.act)
    assert notebook.ledger.get("matter", matter)["state"] == "handling"
    assert "result" not in notebook.ledger.get("matter", matter)
    begun = notebook.store.last_acts(3)[-1]
    with pytest.raises(NotAllowed):
        notebook.ledger.undo(begun)


def test_what_somebody_wrote_since_is_not_overwritten(notebook):
    house = notebook.household()
    first = notebook.ledger.save("household", {"phone": "13800000001"}, house)
    notebook.hand_in(seen=True)
    row = notebook.centre.rows["household", house].copy()
    row.ver += 1
    row.mark = notebook.centre.new_id()
    row.fields["phone"] = "13800000009"
    row.writers["phone"] = [row.mark, name_of(9), row.writers[""][2] + 1]
    notebook.give("grid", row, hash="")
    with pytest.raises(NotAllowed) as refused:
        notebook.ledger.undo(first.act)
    assert "又有修改" in str(refused.value)
    assert notebook.ledger.get("household", house)["phone"] == "13800000009"


def test_two_edits_are_undone_from_the_last_to_the_first(notebook):
    house = notebook.household(phone="13800000001")
    one = notebook.ledger.save("household", {"phone": "13800000002"}, house)
    two = notebook.ledger.save("household", {"phone": "13800000003"}, house)
    with pytest.raises(NotAllowed):
        notebook.ledger.undo(one.act)
    undone = notebook.ledger.undo(two.act)
    assert notebook.ledger.get("household", house)["phone"] == "13800000002"
    assert notebook.ledger.undo(undone.act).act


def test_what_was_refused_needs_no_undoing(notebook):
    house = notebook.household()
    notebook.hand_in(seen=True)
    saved = notebook.ledger.save("household", {"phone": "13800000001"}, house)
    notebook.hand_in("refused")
    assert notebook.ledger.undo(saved.act).act == ""


def test_what_is_written_once_cannot_be_undone(tmp_path, blank):
    desk = Notebook.open(tmp_path, "supervisor", blank=blank)
    told = {"grid": GRID, "visitor": name_of(9), "visited_at": desk.now, "mode": "home", "state": "submitted"}
    visit = desk.centre.write("visit", told)
    desk.give("grid", visit)
    saved = desk.ledger.review(visit.id, "read", level="good")
    with pytest.raises(NotAllowed) as refused:
        desk.ledger.undo(saved.act)
    assert "另记一条" in str(refused.value)
    desk.store.close()


def test_an_act_that_is_not_here_is_not_found(notebook):
    with pytest.raises(NotFound):
        notebook.ledger.undo(name_of(1))

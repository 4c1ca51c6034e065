"""需要核对: the centre keeps both versions, a person decides, and can decide again."""

import itertools

import pytest

from gridworker.errors import NotAccepted, NotAllowed, NotFound
from gridworker.records import KINDS
from gridworker.records.change import Change, Verb
from gridworker.records.conflicts import conflict_of
from gridworker.records.merge import Clash, ClashType, Version, apply, seen_of, seen_of_entry
from tests.helpers.notebook import GRID, LI, MORNING, WANG, name_of

HOUSE = {"head_name": "王建国", "address": "1", "grid": GRID, "phone": "13800000001"}
clock = itertools.count(MORNING + 1)


@pytest.fixture
def quarrel(notebook):
    """Makes two people change one record, neither having seen the other's change, and brings what came of it."""

    def make(kind, fields, mine, theirs):
        row = notebook.centre.write(kind, fields)
        notebook.give("grid", row)
        for by, edit in ((LI, theirs), (WANG, mine)):
            told = {"value": None, "path": "", "parent": "", "seen": None, **edit(row)}
            now, verb = next(clock), told.pop("verb")
            change = Change(notebook.centre.new_id(), verb, kind, row.id, row.bucket, now << 16, now, **told)
            here = notebook.centre.rows[kind, row.id]
            outcome = apply(KINDS[kind], here, change, by)
            if outcome.row is not None:
                notebook.centre._put(outcome.row)
        assert outcome.clash is not None
        clash, base = outcome.clash, row.value(outcome.clash.path) if outcome.clash.path else None
        told = conflict_of(clash, kind, row.id, base, notebook.centre.new_id())
        notebook.centre.write("conflict", told)
        notebook.catch_up("grid")
        return row.id

    return make


def sets(path, value):
    return lambda row: {"verb": Verb.SET, "path": path, "value": value, "parent": row.writer(path).change}


def removes(row):
    return {"verb": Verb.DEL, "seen": seen_of(row)}


def settle(notebook, *args, **more):
    """Settle the open conflict; then the centre takes it, and it is settled there too."""
    (conflict,) = notebook.ledger.contested()
    saved = notebook.ledger.settle(conflict.id, *args, **more)
    notebook.hand_in(seen=True)
    assert notebook.ledger.contested() == []
    (settled,) = notebook.ledger.contested(state=None)
    assert settled.by == WANG
    return saved, settled.state


def test_both_versions_are_told_with_who_and_when(notebook, quarrel):
    house = quarrel("household", HOUSE, sets("phone", "13800000002"), sets("phone", "13800000003"))
    (conflict,) = notebook.ledger.contested()
    assert (conflict.kind, conflict.record, conflict.field) == ("household", house, "phone")
    assert (conflict.title, conflict.field_title, conflict.base) == ("王建国", "联系电话", "13800000001")
    assert (conflict.shown.value, conflict.shown.by, conflict.shown.n) == ("13800000002", WANG, 0)
    (other,) = conflict.others
    assert (other.value, other.by, other.n) == ("13800000003", LI, 1)
    assert other.at >= MORNING
    assert notebook.ledger.conflict_count() == 1
    assert notebook.store.state_of("household", house) == "conflict"


def test_keeping_what_is_shown(notebook, quarrel):
    house = quarrel("household", HOUSE, sets("phone", "13800000002"), sets("phone", "13800000003"))
    assert settle(notebook)[1] == "kept"
    assert notebook.ledger.get("household", house)["phone"] == "13800000002"
    assert notebook.store.state_of("household", house) == "accepted"


@pytest.mark.parametrize("n", [1, "1"])
def test_taking_the_other_version(notebook, quarrel, n):
    house = quarrel("household", HOUSE, sets("phone", "13800000002"), sets("phone", "13800000003"))
    assert settle(notebook, n)[1] == "swapped"
    assert notebook.ledger.get("household", house)["phone"] == "13800000003"
    assert notebook.centre.rows["household", house].fields["phone"] == "13800000003"


def test_a_guarded_value_stands_until_the_proposal_is_taken(notebook, quarrel):
    house = quarrel("household", HOUSE, sets("head_name", "王建军"), sets("head_name", "王建华"))
    assert notebook.ledger.get("household", house)["head_name"] == "王建华"
    settle(notebook, 1)
    assert notebook.centre.rows["household", house].fields["head_name"] == "王建军"


@pytest.mark.parametrize("wrote_here", [True, False])
def test_who_settles_a_conflict_that_came_before_its_record_has_seen_what_stands_in_it(notebook, wrote_here):
    row = notebook.centre.write("household", HOUSE)
    notebook.give("grid", row)
    proposal = "0000000a-0000-7000-8000-00000000000a"
    if wrote_here:
        notebook.ledger.save("household", {"head_name": "王建军"}, row.id)
        proposal = notebook.store.own_changes(row.id)[-1].id
    hlc = next(clock) << 16
    stands = Version("王建华", LI, hlc, "0000000b-0000-7000-8000-00000000000b")
    clash = Clash(ClashType.FIELD, "head_name", stands, Version("王建军", WANG, hlc, proposal))
    conflict = notebook.centre.write("conflict", conflict_of(clash, "household", row.id, "王建国", name_of(99)))
    notebook.give("grid", conflict)
    notebook.ledger.settle(conflict.id, 1)
    (change,) = [each for each in notebook.store.waiting(10) if each.path == "head_name" and each.id != proposal]
    assert change.parent == stands.change


def test_keeping_both_texts_or_writing_the_right_one(notebook, quarrel):
    house = quarrel("household", HOUSE, sets("note", "养蜂"), sets("note", "种茶"))
    assert settle(notebook, "all")[1] == "merged"
    assert notebook.ledger.get("household", house)["note"] == "养蜂\n种茶"


def test_writing_something_else(notebook, quarrel):
    house = quarrel("household", HOUSE, sets("phone", "13800000002"), sets("phone", "13800000003"))
    with pytest.raises(NotAccepted):
        notebook.ledger.settle(notebook.ledger.contested()[0].id, value="1380000")
    assert settle(notebook, value="138 0000 0004")[1] == "merged"
    assert notebook.ledger.get("household", house)["phone"] == "13800000004"


def test_of_two_texts_only_the_sentence_that_both_wrote_stands_twice(notebook, quarrel):
    told = {**HOUSE, "note": "独居。养猪。"}
    house = quarrel("household", told, sets("note", "独居。养蜂。"), sets("note", "独居。种茶。"))
    (conflict,) = notebook.ledger.contested()
    assert conflict.type is ClashType.TEXT
    settle(notebook, "all")
    assert notebook.ledger.get("household", house)["note"] == "独居。养蜂。种茶。"


def test_what_is_no_text_cannot_be_kept_twice(notebook, quarrel):
    quarrel("household", HOUSE, sets("members", 2), sets("members", 3))
    with pytest.raises(NotAllowed):
        notebook.ledger.settle(notebook.ledger.contested()[0].id, "all")
    assert len(notebook.ledger.contested()) == 1


def test_a_decision_can_be_undone(notebook, quarrel):
    house = quarrel("household", HOUSE, sets("phone", "13800000002"), sets("phone", "13800000003"))
    saved, _ = settle(notebook, 1)
    notebook.ledger.undo(saved.act)
    assert notebook.ledger.get("household", house)["phone"] == "13800000002"
    assert len(notebook.ledger.contested()) == 1
    notebook.hand_in(seen=True)
    settle(notebook, "shown")


def test_a_removal_that_had_not_seen_the_edit_is_a_proposal(notebook, quarrel):
    house = quarrel("household", HOUSE, removes, sets("phone", "13800000003"))
    (conflict,) = notebook.ledger.contested()
    assert (conflict.type, conflict.field, conflict.others[0].value) == ("del_vs_edit", "", None)
    settle(notebook, 1)
    assert notebook.ledger.get("household", house) is None
    assert notebook.centre.rows["household", house].removed is not None


def test_an_edit_of_a_removed_record_brings_it_back_when_it_is_taken(notebook, quarrel):
    house = quarrel("household", HOUSE, sets("phone", "13800000002"), removes)
    assert notebook.ledger.get("household", house) is None
    assert notebook.ledger.contested()[0].title == "王建国"
    settle(notebook, 1)
    assert notebook.ledger.get("household", house)["phone"] == "13800000002"


def test_a_tag_put_on_a_removed_record_comes_back_with_it(notebook, quarrel):
    house = quarrel("household", HOUSE, lambda row: {"verb": Verb.ADD, "path": "tags/rental"}, removes)
    settle(notebook, 1)
    assert notebook.ledger.get("household", house)["tags"] == ["rental"]


def test_a_tag_taken_off_a_removed_record_is_off_when_it_comes_back(notebook, quarrel):
    def untags(row):
        return {"verb": Verb.REM, "path": "tags/rental", "seen": [each.change for each in row.adds("tags/rental")]}

    house = quarrel("household", {**HOUSE, "tags": ["rental"]}, untags, removes)
    settle(notebook, 1)
    assert "tags" not in notebook.ledger.get("household", house)


def test_a_party_taken_out_of_a_removed_record_is_out_when_it_comes_back(notebook, quarrel):
    def takes_out(row):
        return {"verb": Verb.REM, "path": party(row), "seen": seen_of_entry(row, party(row))}

    record = quarrel("dispute", DISPUTE, takes_out, removes)
    settle(notebook, 1)
    assert "parties" not in notebook.ledger.get("dispute", record)


def test_a_whole_entry_that_was_written_while_another_took_it_out_comes_back(notebook, quarrel):
    def takes_out(row):
        return {"verb": Verb.REM, "path": party(row), "seen": seen_of_entry(row, party(row))}

    whole = {"name": "陈小梅", "phone": "13800000002"}
    record = quarrel("dispute", DISPUTE, sets(party(None), whole), takes_out)
    settle(notebook, 1)
    assert notebook.ledger.get("dispute", record)["parties"] == {name_of(1): whole}
    assert notebook.centre.rows["dispute", record].fields["parties"] == {name_of(1): whole}


def test_a_step_can_be_chosen_that_neither_took(notebook, quarrel):
    def moves(target):
        value = {"from": "accepted", "to": target}
        return lambda row: {"verb": Verb.MOVE, "path": "state", "value": value, "parent": row.writer("state").change}

    told = {"title": "路灯", "grid": GRID, "state": "accepted"}
    matter = quarrel("matter", told, moves("handling"), moves("returned"))
    (conflict,) = notebook.ledger.contested()
    with pytest.raises(NotAllowed):
        notebook.ledger.settle(conflict.id, value="done")
    settle(notebook, value="accepted")
    assert notebook.ledger.get("matter", matter)["state"] == "accepted"


def test_a_conflict_about_what_is_not_here_any_more_can_still_be_looked_at(notebook, quarrel):
    house = quarrel("household", HOUSE, sets("phone", "13800000002"), sets("phone", "13800000003"))
    row = notebook.centre.rows["household", house]
    notebook.give("grid", gone=[("household", house, row.ver + 1, "m")], hash="")
    (conflict,) = notebook.ledger.contested()
    assert conflict.title == ""
    with pytest.raises(NotFound):
        notebook.ledger.settle(conflict.id, 1)


def test_two_people_move_one_matter(notebook, quarrel):
    told = {"title": "路灯", "grid": GRID, "state": "reported"}

    def moves(target):
        value = {"from": "reported", "to": target}
        return lambda row: {"verb": Verb.MOVE, "path": "state", "value": value, "parent": row.writer("state").change}

    matter = quarrel("matter", told, moves("accepted"), moves("returned"))
    assert notebook.ledger.get("matter", matter)["state"] == "returned"
    settle(notebook, 1)
    assert notebook.ledger.get("matter", matter)["state"] == "accepted"


def party(row, place=""):
    return f"parties/{name_of(1)}{place}"


DISPUTE = {"title": "田埂", "grid": GRID, "dispute_type": "07", "parties": {name_of(1): {"name": "陈"}}}


def test_an_entry_that_was_taken_out_while_another_wrote_in_it(notebook, quarrel):
    def takes_out(row):
        return {"verb": Verb.REM, "path": party(row), "seen": seen_of_entry(row, party(row))}

    record = quarrel("dispute", DISPUTE, takes_out, sets(party(None, "/phone"), "13800000003"))
    assert notebook.ledger.contested()[0].field_title == "当事人"
    settle(notebook, 1)
    assert "parties" not in notebook.ledger.get("dispute", record)


def test_what_was_written_in_an_entry_that_was_taken_out(notebook, quarrel):
    def takes_out(row):
        return {"verb": Verb.REM, "path": party(row), "seen": seen_of_entry(row, party(row))}

    record = quarrel("dispute", DISPUTE, sets(party(None, "/phone"), "13800000002"), takes_out)
    (conflict,) = notebook.ledger.contested()
    assert conflict.field_title == "当事人 · 陈 · 联系电话"
    saved, state = settle(notebook, 1)
    assert state == "swapped"
    back = {name_of(1): {"name": "陈", "phone": "13800000002"}}
    assert notebook.ledger.get("dispute", record)["parties"] == back
    assert notebook.centre.rows["dispute", record].fields["parties"] == back
    notebook.ledger.undo(saved.act)
    assert "parties" not in notebook.ledger.get("dispute", record)
    assert len(notebook.ledger.contested()) == 1


def test_an_entry_of_which_nothing_is_known_any_more_is_to_be_written_again(notebook, quarrel):
    def takes_out(row):
        return {"verb": Verb.REM, "path": party(row), "seen": seen_of_entry(row, party(row))}

    record = quarrel("dispute", DISPUTE, sets(party(None, "/phone"), "13800000002"), takes_out)
    row = notebook.centre.rows["dispute", record].copy()
    row.ver, gone = row.ver + 1, "-" + party(None)
    row.writers[gone] = row.writers[gone][:3]
    notebook.centre._put(row)
    notebook.catch_up("grid")
    with pytest.raises(NotAllowed) as refused:
        notebook.ledger.settle(notebook.ledger.contested()[0].id, 1)
    assert "重新添加" in str(refused.value)
    settle(notebook, "shown")


def test_what_is_settled_is_settled_and_what_is_not_there_is_not_found(notebook, quarrel):
    quarrel("household", HOUSE, sets("phone", "13800000002"), sets("phone", "13800000003"))
    (conflict,) = notebook.ledger.contested()
    with pytest.raises(NotFound):
        notebook.ledger.settle(conflict.id, 2)
    with pytest.raises(NotFound):
        notebook.ledger.settle(name_of(1))
    notebook.ledger.settle(conflict.id)
    with pytest.raises(NotAllowed):
        notebook.ledger.settle(conflict.id)


@pytest.fixture
def orphan(notebook):
    """A member of a household that was removed by somebody else meanwhile; the conflict about it."""
    house = notebook.centre.write("household", HOUSE)
    person = notebook.centre.write("person", {"name": "王小明", "grid": GRID, "household": house.id})
    notebook.catch_up("grid")
    saved = notebook.ledger.remove("household", house.id)
    notebook.hand_in(seen=True)
    sides = Version(house.id, WANG, MORNING << 16, name_of(1)), Version(None, LI, MORNING << 16, saved.act)
    told = conflict_of(Clash(ClashType.ORPHAN, "household", *sides), "person", person.id, None, name_of(2))
    notebook.centre.write("conflict", told)
    notebook.catch_up("grid")
    return house.id, person.id


def test_what_points_at_a_removed_record_brings_it_back(notebook, orphan):
    house, _ = orphan
    saved, state = settle(notebook, 1)
    assert state == "swapped"
    assert notebook.ledger.get("household", house)["head_name"] == "王建国"
    notebook.ledger.undo(saved.act)
    assert notebook.ledger.get("household", house) is None
    assert len(notebook.ledger.contested()) == 1


def test_or_it_is_made_to_point_elsewhere_or_left(notebook, orphan):
    house, person = orphan
    other = notebook.household("陈建国")
    assert notebook.ledger.contested()[0].elsewhere == ("household",)
    saved, state = settle(notebook, value=other)
    assert state == "swapped"
    assert notebook.ledger.get("person", person)["household"] == other
    notebook.ledger.undo(saved.act)
    assert notebook.ledger.get("person", person)["household"] == house
    assert settle(notebook)[1] == "kept"


def test_what_is_back_already_or_not_here_is_not_brought_back(notebook, orphan):
    house, _ = orphan
    (conflict,) = notebook.ledger.contested()
    notebook.ledger.restore("household", house)
    with pytest.raises(NotAllowed) as refused:
        notebook.ledger.settle(conflict.id, 1)
    assert "已经恢复" in str(refused.value)
    row = notebook.centre.rows["household", house]
    notebook.give("grid", gone=[("household", house, row.ver + 9, "m")], hash="")
    with pytest.raises(NotAllowed):
        notebook.ledger.settle(conflict.id, 1)


def test_what_is_no_record_of_the_right_kind_is_not_pointed_at(notebook, orphan):
    house, person = orphan
    (conflict,) = notebook.ledger.contested()
    for wrong in (person, house, name_of(0xDEAD)):
        with pytest.raises(NotAccepted) as refused:
            notebook.ledger.settle(conflict.id, value=wrong)
        assert refused.value.field == "household"
    assert notebook.ledger.get("person", person)["household"] == house


def told(notebook, kind, record, path, target):
    """The centre asks about what points at ``target``, which was removed."""
    sides = Version(target, WANG, MORNING << 16, name_of(1)), Version(None, LI, MORNING << 16, name_of(2))
    made = conflict_of(Clash(ClashType.ORPHAN, path, *sides), kind, record, None, name_of(3))
    notebook.centre.write("conflict", made)
    notebook.catch_up("grid")
    (conflict,) = notebook.ledger.contested()
    return conflict


def test_an_entry_that_points_elsewhere_bears_that_ones_name(notebook):
    gone, right = notebook.household("王建国"), notebook.household("陈建国")
    subjects = {name_of(7): {"kind": "household", "record": gone, "name": "王建国"}}
    visit = notebook.visit(right, subjects=subjects)
    notebook.ledger.remove("household", gone)
    path = f"subjects/{name_of(7)}/record"
    conflict = told(notebook, "visit", visit, path, gone)
    assert conflict.elsewhere == ("household",), "a household stays a household"
    notebook.ledger.settle(conflict.id, value=right)
    (subject,) = notebook.ledger.get("visit", visit)["subjects"].values()
    assert subject == {"kind": "household", "record": right, "name": "陈建国"}


def test_what_is_written_once_points_where_it_points(notebook):
    gone, right = notebook.household("王建国"), notebook.household("陈建国")
    visit = notebook.visit(gone)
    notebook.ledger.remove("household", gone)
    conflict = told(notebook, "visit", visit, "household", gone)
    assert conflict.elsewhere == ()
    with pytest.raises(NotAllowed):
        notebook.ledger.settle(conflict.id, value=right)

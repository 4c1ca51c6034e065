"""What a record points at may not be there yet, or not any more."""

import pytest

from gridworker.records.change import Verb
from gridworker.records.merge import seen_of
from gridworker.records.references import BELONGING
from gridworker.records.row import Row
from tests.helpers.centre import Centre
from tests.helpers.hand import household
from tests.helpers.writer import GRID, Writer


@pytest.fixture
def wang(centre: Centre) -> Writer:
    """A grid worker of the first grid."""
    centre.district()
    return Writer.at(centre, "wang", "grid_worker", GRID)


@pytest.fixture
def li(wang: Writer) -> Writer:
    """His colleague in the same grid."""
    return Writer.at(wang.centre, "li", "grid_worker", GRID)


@pytest.fixture
def home(wang: Writer) -> Row:
    """A household that both have before their eyes."""
    return wang.create("household", wang.bucket("grid", GRID), household(wang.centre.regions[GRID]))


def person(writer: Writer, home: str, **fields):
    """A new member of a household."""
    told = {"name": "王小明", "grid": writer.centre.regions[GRID], "household": home, **fields}
    return writer.hand.create("person", writer.bucket("grid", GRID), told)


def test_who_is_written_into_a_household_that_never_came_waits_for_it(wang):
    home = wang.hand.create("household", wang.bucket("grid", GRID), household(wang.centre.regions[GRID]))
    member = person(wang, home.record)
    group = wang.hand.group(member)
    wang.hand.n -= 1
    group.changes[0]["n"] = 1
    (result,) = wang.send(group)
    assert (result.verdict, result.code) == ("held", "unknown_target")
    late = wang.hand.group(home)
    late.changes[0]["n"] = 2
    assert [each.verdict for each in wang.send(late, group)] == ["ok", "ok"]
    assert wang.row("person", member.record).fields["household"] == home.record


def test_one_group_may_point_at_what_it_makes_itself_in_either_order(wang):
    grid, bucket = wang.centre.regions[GRID], wang.bucket("grid", GRID)
    head = wang.hand.new_id()
    home = wang.hand.create("household", bucket, household(grid, head=head))
    member = wang.hand.create("person", bucket, {"name": "王建国", "grid": grid, "household": home.record}, head)
    assert wang.keep(home, member).verdict == "ok"


def test_two_that_point_at_each_other_may_come_in_two_groups_of_one_push(wang):
    """As a household and its head do when a long roster is handed in; apart, each would wait for the other."""
    grid, bucket = wang.centre.regions[GRID], wang.bucket("grid", GRID)
    head = wang.hand.new_id()
    home = wang.hand.create("household", bucket, household(grid, head=head))
    first = wang.hand.group(home)
    assert wang.send(first)[0].verdict == "held"
    member = wang.hand.create("person", bucket, {"name": "王建国", "grid": grid, "household": home.record}, head)
    assert [each.verdict for each in wang.send(first, wang.hand.group(member))] == ["ok", "ok"]
    assert wang.row("household", home.record).fields["head"] == head


def test_what_never_comes_is_waited_for_five_days_and_then_it_is_for_a_person_to_see(wang):
    member = person(wang, wang.hand.new_id())
    group = wang.hand.group(member)
    assert wang.send(group)[0].verdict == "held"
    wang.centre.clock.move(days=4)
    assert wang.send(group)[0].verdict == "held"
    wang.centre.clock.move(days=2)
    assert wang.send(group)[0].verdict == "conflict"
    (conflict,) = wang.conflicts(member.record)
    assert (conflict.fields["type"], conflict.fields["field"]) == ("orphan", "household")


def test_a_value_that_points_nowhere_waits_as_well(wang, home):
    member = person(wang, home.id)
    assert wang.keep(member).verdict == "ok"
    row = wang.row("person", member.record)
    assert wang.set(row, "household", wang.hand.new_id()).verdict == "held"


def test_who_was_written_into_a_household_that_was_removed_meanwhile_is_kept_and_seen(wang, li, home):
    removal = wang.hand.remove(home)
    wang.keep(removal)
    member = person(li, home.id)
    result = li.keep(member)
    (conflict,) = wang.conflicts(member.record)
    assert (result.verdict, result.conflicts) == ("conflict", [conflict.id])
    fields = conflict.fields
    assert (fields["type"], fields["field"], fields["shown_value"]) == ("orphan", "household", home.id)
    assert (fields["shown_by"], fields["state"]) == (li.desk.person, "open")
    (other,) = fields["others"].values()
    assert (other["by"], other["change"], "value" in other) == (wang.desk.person, removal.id, False)
    assert wang.row("person", member.record).removed is None


def test_it_does_not_matter_whether_the_removal_came_in_the_same_request(wang, home):
    results = wang.send(wang.hand.group(wang.hand.remove(home)), wang.hand.group(member := person(wang, home.id)))
    assert [each.verdict for each in results] == ["ok", "conflict"]
    assert len(wang.conflicts(member.record)) == 1


def test_moving_somebody_into_a_removed_household_is_seen_too(wang, li, home):
    other = wang.create("household", wang.bucket("grid", GRID), household(wang.centre.regions[GRID]))
    member = person(wang, other.id)
    wang.keep(member)
    wang.keep(wang.hand.remove(home))
    row = li.row("person", member.record)
    assert li.set(row, "household", home.id).verdict == "conflict"
    assert wang.row("person", member.record).fields["household"] == home.id
    (conflict,) = wang.conflicts(member.record)
    assert (conflict.fields["type"], conflict.fields["base"]) == ("orphan", other.id)


def test_a_visit_to_a_removed_household_is_one_thing_to_look_at_not_two(wang, home):
    wang.keep(wang.hand.remove(home))
    fields = {
        "grid": wang.centre.regions[GRID],
        "household": home.id,
        "subjects": {wang.hand.new_id(): {"kind": "household", "record": home.id}},
        "visitor": wang.desk.person,
        "visited_at": wang.centre.clock(),
    }
    visit = wang.hand.create("visit", wang.bucket("grid", GRID), fields)
    assert wang.keep(visit).verdict == "conflict"
    assert [each.fields["field"] for each in wang.conflicts(visit.record)] == ["household"]


def test_a_party_of_a_dispute_points_at_somebody_who_was_removed(wang, home):
    member = person(wang, home.id)
    wang.keep(member)
    wang.keep(wang.hand.remove(wang.row("person", member.record)))
    entry = wang.hand.new_id()
    told = {
        "title": "田埂",
        "grid": wang.centre.regions[GRID],
        "dispute_type": "03",
        "parties": {entry: {"name": "王小明", "person": member.record}},
    }
    dispute = wang.hand.create("dispute", wang.bucket("grid", GRID), told)
    assert wang.keep(dispute).verdict == "conflict"
    assert [each.fields["field"] for each in wang.conflicts(dispute.record)] == [f"parties/{entry}/person"]


def test_a_place_without_records_of_its_own_is_not_waited_for(wang):
    fields = {
        "grid": wang.centre.regions[GRID],
        "subjects": {wang.hand.new_id(): {"kind": "site", "record": wang.hand.new_id()}},
        "visitor": wang.desk.person,
        "visited_at": wang.centre.clock(),
    }
    assert wang.keep(wang.hand.create("visit", wang.bucket("grid", GRID), fields)).verdict == "ok"


def test_a_household_is_not_removed_over_a_member_whom_its_remover_never_saw(wang, li, home):
    seen = person(wang, home.id)
    wang.keep(seen)
    removal = {**seen_of(home), BELONGING: [seen.record]}
    late = person(li, home.id)
    li.keep(late)
    (result,) = wang.send(wang.hand.change(Verb.DEL, "household", home.id, home.bucket, seen=removal))
    (conflict,) = wang.conflicts(home.id)
    assert (result.verdict, conflict.fields["type"]) == ("conflict", "del_vs_edit")
    assert conflict.fields["shown_by"] == li.desk.person
    assert wang.row("household", home.id).removed is None
    both = {**removal, BELONGING: [seen.record, late.record]}
    assert wang.send(wang.hand.change(Verb.DEL, "household", home.id, home.bucket, seen=both))[0].verdict == "ok"


def test_a_member_who_came_in_the_same_request_or_left_or_is_gone_counts_as_he_stands(wang, li, home):
    other = wang.create("household", wang.bucket("grid", GRID), household(wang.centre.regions[GRID]))
    left, gone = person(li, home.id), person(li, home.id)
    li.send(left, gone)
    li.set(li.row("person", left.record), "household", other.id)
    li.keep(li.hand.remove(li.row("person", gone.record)))
    none = {**seen_of(home), BELONGING: []}
    group = wang.hand.group(person(wang, home.id))
    blind = wang.hand.change(Verb.DEL, "household", home.id, home.bucket, seen=none)
    assert [each.verdict for each in wang.send(group, blind)] == ["ok", "conflict"]
    wang.keep(wang.hand.remove(wang.row("person", group.changes[0]["i"])))
    again = wang.hand.change(Verb.DEL, "household", home.id, home.bucket, seen=none)
    assert wang.send(again)[0].verdict == "ok"

"""What an administrator does with people, and what desks hear of it."""

import pytest

from gridserver.errors import CommandFailed
from gridserver.people.passwords import Passwords
from gridserver.storage import devices, people, scope, watch
from tests.helpers.centre import CHEAP, PASSWORD

GRID, TOWN, OTHER_TOWN = "330683106211001", "330683106", "330683107"


@pytest.fixture(autouse=True)
def district(centre):
    centre.found()


def staff_member(centre, person):
    with centre.conn() as conn:
        return centre.author_of(conn).row_of("staff_member", person)


def regions_of(centre, person):
    return [entry["region"] for entry in staff_member(centre, person).fields.get("regions", {}).values()]


def test_a_new_colleague_has_an_account_a_record_of_one_id_and_his_buckets(centre):
    person = centre.hire("王小明", "grid_worker", GRID)
    row = staff_member(centre, person)
    assert {name: row.fields[name] for name in ("name", "user", "role", "county")} == {
        "name": "王小明",
        "user": "王小明",
        "role": "grid_worker",
        "county": centre.regions["330683"],
    }
    assert regions_of(centre, person) == [centre.regions[GRID]]
    assert row.bucket == scope.bucket_id("reference", centre.regions["330683"])
    with centre.conn() as conn:
        classes = {bucket.bucket_class for bucket in scope.buckets_of(conn, person)}
        kept = people.account_of(conn, "王小明").password
    assert classes == {"grid", "sensitive", "reference", "user"}
    assert kept.startswith("$argon2id$")
    assert Passwords(CHEAP).fits(kept, PASSWORD)


def test_the_record_is_signed_by_the_centre(centre):
    person = centre.hire("wang", "grid_worker", GRID)
    with centre.conn() as conn:
        author = centre.meta_of(conn).author
    assert staff_member(centre, person).author == author


WRONG = [
    ({"name": ""}, "1 to 40 letters"),
    ({"name": "x" * 41}, "1 to 40 letters"),
    ({"name": "two words"}, "no blanks"),
    ({"name": "nul\0"}, "1 to 40 letters"),
    ({"region": "999"}, "no region with the code 999"),
    ({"password": "short"}, "8 to 1000 characters"),
]


@pytest.mark.parametrize(("wrong", "reason"), WRONG)
def test_an_account_that_cannot_be_is_refused(centre, wrong, reason):
    asked = {"name": "wang", "role": "mediator", "region": TOWN, "password": PASSWORD, **wrong}
    with pytest.raises(CommandFailed, match=reason), centre.staff() as staff:
        staff.add_account(asked["name"], asked["role"], asked["region"], asked["password"])
    with centre.conn() as conn:
        assert people.listed(conn) == []


def test_a_name_is_given_once_whatever_its_letters(centre):
    centre.hire("Wang", "mediator", TOWN)
    with pytest.raises(CommandFailed, match="already"):
        centre.hire("wang", "grid_worker", GRID)


def test_a_region_more_and_a_region_less(centre):
    person = centre.hire("li", "mediator", TOWN)
    with centre.staff() as staff:
        assert staff.assign("li", OTHER_TOWN)
        assert not staff.assign("li", OTHER_TOWN)
    assert sorted(regions_of(centre, person)) == sorted([centre.regions[TOWN], centre.regions[OTHER_TOWN]])
    with centre.staff() as staff:
        assert staff.unassign("li", TOWN)
        assert not staff.unassign("li", TOWN)
    assert regions_of(centre, person) == [centre.regions[OTHER_TOWN]]
    with centre.conn() as conn:
        cases = [bucket.region for bucket in scope.buckets_of(conn, person) if bucket.bucket_class == "case"]
        listed = people.listed(conn)
    assert cases == [centre.regions[OTHER_TOWN]]
    assert [(each.login, each.regions) for each in listed] == [("li", [OTHER_TOWN])]


def test_two_acts_of_one_moment_about_one_person_both_stand(centre):
    person = centre.hire("li", "mediator", TOWN)
    with centre.staff() as staff:
        assert staff.assign("li", OTHER_TOWN)
        assert staff.unassign("li", TOWN)
        row = staff.author.row_of("staff_member", person)
    assert (row.ver, [each["region"] for each in row.fields["regions"].values()]) == (3, [centre.regions[OTHER_TOWN]])


def test_another_post_is_told_to_everybody(centre):
    person = centre.hire("li", "mediator", TOWN)
    with centre.staff() as staff:
        assert staff.set_role("li", "supervisor")
        assert not staff.set_role("li", "supervisor")
        assert staff.author.row_of("staff_member", person).fields["role"] == "supervisor"


@pytest.mark.parametrize("act", ["assign", "unassign", "reset_password", "enrol"])
def test_nobody_can_be_done_nothing_to(centre, act):
    more = {"assign": [TOWN], "unassign": [TOWN], "reset_password": [PASSWORD], "enrol": []}[act]
    with pytest.raises(CommandFailed, match="no account"), centre.staff() as staff:
        getattr(staff, act)("nobody", *more)


def test_the_centre_itself_is_nobodys_account(centre):
    with centre.conn() as conn:
        author = centre.meta_of(conn).author
        assert people.account_of(conn, "") is None
    with pytest.raises(CommandFailed, match="no such device"), centre.staff() as staff:
        staff.revoke_device(author)


@pytest.mark.parametrize("device", ["", "x", "01a20130-95f7-74a4-aac9-839c20bd58bc"])
def test_only_a_known_device_is_revoked(centre, device):
    with pytest.raises(CommandFailed, match="no such device"), centre.staff() as staff:
        staff.revoke_device(device)


def test_a_device_is_revoked_once_and_keeps_its_hour(centre):
    desk = centre.desk_of(centre.hire("wang", "grid_worker", GRID))
    with centre.staff() as staff:
        staff.revoke_device(desk.device)
    centre.clock.move(hours=1)
    with pytest.raises(CommandFailed, match="already"), centre.staff() as staff:
        staff.revoke_device(desk.device)
    with centre.conn() as conn:
        caller = people.caller_of_device(conn, desk.device)
        assert [device.status for device in devices.listed(conn)] == ["revoked"]
    assert (caller.status, caller.cutoff) == ("revoked", centre.clock() - 3_600_000)


def test_every_act_leaves_a_line_in_the_audit_log(centre):
    person = centre.hire("li", "mediator", TOWN)
    desk = centre.desk_of(person)
    with centre.staff() as staff:
        staff.assign("li", OTHER_TOWN)
        staff.unassign("li", OTHER_TOWN)
        staff.reset_password("li", PASSWORD)
        staff.enrol("li")
        staff.revoke_device(desk.device)
    with centre.conn() as conn:
        notes = watch.notes(conn)
    acts = ["add_account", "assign", "unassign", "reset_password", "enrolment_code", "revoke_device"]
    assert [note["act"] for note in notes] == acts
    assert {str(note["account"]) for note in notes[:-1]} == {person}
    assert str(notes[-1]["device"]) == desk.device

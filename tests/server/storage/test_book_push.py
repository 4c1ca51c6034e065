"""Handing in: once, whole, in order, and nothing is lost on the way."""

from dataclasses import replace

import pytest

from gridserver.errors import Refused
from gridserver.storage import book, devices, meta, people, quarantine, scope
from gridworker.protocol.sync import Group
from tests.helpers.centre import Centre
from tests.helpers.hand import household
from tests.helpers.writer import GRID, TOWN, Writer

OTHER_GRID = "330683106215001"


@pytest.fixture
def wang(centre: Centre) -> Writer:
    """A grid worker of the first grid."""
    centre.district()
    return Writer.at(centre, "wang", "grid_worker", GRID)


def house(writer: Writer, **fields):
    """A change that makes a household in the first grid."""
    grid = writer.centre.regions[GRID]
    return writer.hand.create("household", writer.bucket("grid", GRID), household(grid, **fields))


def problem(writer: Writer, *groups, **more) -> Refused:
    """Why the whole request is not served."""
    with pytest.raises(Refused) as refused:
        writer.send(*groups, **more)
    return refused.value


def test_a_household_written_down_in_the_field_is_there_when_the_centre_says_so(wang):
    change = house(wang, phone="13812345678")
    (result,) = wang.send(change)
    row = wang.row("household", change.record)
    assert (result.verdict, result.numbers) == ("ok", [1])
    assert result.seqs == {row.bucket: 1}
    assert row.fields["phone"] == "13812345678"
    assert row.author == wang.desk.person


def test_what_is_sent_twice_is_taken_once_and_answered_alike(wang):
    group = wang.hand.group(house(wang), house(wang))
    first = wang.send(group)
    assert wang.send(group) == first
    assert wang.caller.last_n == 2
    assert {page.bucket: page.to for page in wang.pull().pages}[wang.bucket("grid", GRID)] == 2


def test_a_refusal_is_remembered_too(wang):
    group = wang.hand.group(house(wang), house(wang)._replace(value={"head_name": "王建国"}))
    first = wang.send(group)
    assert first[0].verdict == "refused"
    assert wang.send(group) == first


def test_a_missing_number_is_asked_for(wang):
    wang.send(house(wang))
    wang.hand.n += 5
    refused = problem(wang, house(wang))
    assert (refused.error, refused.want) == ("gap", 2)


def test_a_number_used_for_something_else_means_that_the_store_is_a_copy(wang):
    wang.send(house(wang), house(wang))
    wang.hand.n = 1
    assert problem(wang, house(wang)).error == "fork"


def test_a_body_that_changed_after_it_was_sent_means_the_same(wang):
    change = house(wang)
    wang.send(change)
    assert problem(wang, change._replace(value={**change.value, "address": "另一处"})).error == "fork"


def test_a_copy_goes_on_in_a_new_life_and_what_is_known_is_not_taken_again(wang):
    groups = [wang.hand.group(house(wang)) for _ in range(3)]
    first = wang.send(*groups)
    wang.hand.incarnation, wang.hand.n = 2, 1
    groups[2].changes[0]["n"] = 1
    again, other = wang.send(groups[2], house(wang))
    assert (again.verdict, again.seqs, other.verdict) == ("ok", first[2].seqs, "ok")
    assert (wang.caller.incarnation, wang.caller.last_n) == (2, 2)
    wang.hand.incarnation = 1
    assert problem(wang, house(wang)).error == "fork"


def test_two_bodies_of_one_change_are_both_kept(wang):
    change = house(wang)
    wang.send(change)
    wang.hand.incarnation = 2
    other = change._replace(value={**change.value, "address": "另一处"})
    (result,) = wang.send(other)
    assert (result.verdict, result.code) == ("quarantined", "other_body")
    assert wang.row("household", change.record).fields["address"] == change.value["address"]
    with wang.centre.conn() as conn:
        (kept,) = quarantine.waiting(conn)
    assert kept.group.changes[0]["v"]["address"] == "另一处"


def test_a_new_life_is_not_told_that_the_backup_of_the_old_one_covers_it(wang):
    wang.send(house(wang))
    with wang.centre.conn() as conn:
        meta.mark_backup(conn, meta.marks(conn), wang.centre.clock())
    wang.hand.incarnation, wang.hand.n = 2, 0
    push = wang.hand.push(wang.caller.epoch, house(wang), scope=1)
    with wang.centre.conn() as conn:
        told = book.push(conn, wang.caller, push, wang.centre.clock()).standing
    assert (told.incarnation, told.last_n, told.durable_n) == (2, 1, 0)


def test_an_old_epoch_is_told_so(wang):
    push = wang.hand.push(wang.hand.new_id(), house(wang))
    with pytest.raises(Refused, match="epoch"), wang.centre.conn() as conn:
        book.push(conn, wang.caller, push, wang.centre.clock())


def test_half_a_group_is_never_taken(wang):
    good = house(wang)
    bad = house(wang)._replace(value={"head_name": "李秀英", "grid": wang.centre.regions[GRID]})
    result = wang.keep(good, bad)
    assert (result.verdict, result.code, result.reason) == ("refused", "wrong_value", "请填写地址。")
    assert wang.pull().pages == [] or all(not page.rows for page in wang.pull().pages)
    with wang.centre.conn() as conn:
        (kept,) = quarantine.waiting(conn)
    assert [change["i"] for change in kept.group.changes] == [good.record, bad.record]


def test_one_bad_group_does_not_hold_up_the_others(wang):
    bad, good = house(wang)._replace(value={}), house(wang)
    refused, taken = wang.send(bad, good)
    assert (refused.verdict, taken.verdict) == ("refused", "ok")


def test_what_follows_a_refused_edit_of_the_same_record_waits_and_is_then_taken(wang):
    row = wang.create("household", wang.bucket("grid", GRID), household(wang.centre.regions[GRID]))
    bad = wang.hand.set(row, "phone", "12")
    good = wang.hand.set(row, "phone", "13812345678", parent=bad.id)
    groups = [wang.hand.group(bad), wang.hand.group(good)]
    assert [result.verdict for result in wang.send(*groups)] == ["refused", "held"]
    (result,) = wang.send(groups[1])
    assert result.verdict == "ok", "the author saw the value under the refused one"
    assert wang.row("household", row.id).fields["phone"] == "13812345678"
    assert wang.conflicts(row.id) == []


def test_what_speaks_of_a_record_that_was_refused_waits_for_it(wang):
    home = house(wang)._replace(value={})
    fields = {"name": "王小明", "household": home.record, "grid": wang.centre.regions[GRID]}
    person = wang.hand.group(wang.hand.create("person", wang.bucket("grid", GRID), fields))
    assert [r.verdict for r in wang.send(home, person)] == ["refused", "held"]
    assert wang.send(person)[0].verdict == "held", "also in the next request"
    mended = wang.hand.create("household", wang.bucket("grid", GRID), household(fields["grid"]), record=home.record)
    assert [r.verdict for r in wang.send(person, mended)] == ["held", "ok"]
    assert wang.send(person)[0].verdict == "ok"


def test_nobody_waits_longer_than_five_days_for_a_record_that_was_refused(wang):
    home = house(wang)._replace(value={})
    fields = {"name": "王小明", "household": home.record, "grid": wang.centre.regions[GRID]}
    person = wang.hand.group(wang.hand.create("person", wang.bucket("grid", GRID), fields))
    wang.send(home, person)
    wang.centre.clock.move(days=6)
    (result,) = wang.send(person)
    assert (result.verdict, len(result.conflicts)) == ("conflict", 1), "what it points at never came"


def test_what_is_held_and_comes_again_from_a_copy_under_a_number_that_is_gone_means_that_it_is_a_copy(wang):
    row = wang.create("household", wang.bucket("grid", GRID), household(wang.centre.regions[GRID]))
    held = wang.hand.group(wang.hand.set(replace(row, id=wang.hand.new_id()), "phone", "13812345678"))
    assert wang.send(held)[0].verdict == "held"
    assert wang.send(held)[0].verdict == "held", "as often as it likes"
    wang.send(house(wang))
    held.changes[0]["n"] = wang.hand.n  # the copy numbered it anew, and the number went to the house meanwhile
    assert problem(wang, held).error == "fork"
    wang.hand.incarnation, held.changes[0]["n"] = 2, 1
    assert wang.send(held)[0].verdict == "held"


def test_an_edit_of_a_record_that_has_not_come_waits_a_month_and_then_goes_to_a_person(wang):
    row = wang.create("household", wang.bucket("grid", GRID), household(wang.centre.regions[GRID]))
    group = wang.hand.group(wang.hand.set(replace(row, id=wang.hand.new_id()), "phone", "13812345678"))
    assert wang.send(group)[0].code == "unknown_record"
    wang.centre.clock.move(days=20)
    assert wang.send(group)[0].verdict == "held"
    wang.centre.clock.move(days=20)
    assert wang.send(group)[0].verdict == "refused"


def test_a_kind_that_the_centre_does_not_know_yet_waits_for_the_upgrade(wang):
    change = house(wang)._replace(kind="rental_house")
    group = wang.hand.group(change)
    assert [wang.send(group)[0].code for _ in range(2)] == ["unknown_kind", "unknown_kind"]
    assert wang.send(house(wang))[0].verdict == "ok", "its number counts"


def test_fields_that_the_centre_does_not_know_are_kept(wang):
    change = house(wang)
    wang.keep(change._replace(value={**change.value, "solar_panels": 3}))
    row = wang.row("household", change.record)
    assert wang.set(row, "rain_barrels", {"e": 1}).verdict == "ok"
    fields = wang.row("household", change.record).fields
    assert (fields["solar_panels"], fields["rain_barrels"]) == (3, {"e": 1})


@pytest.mark.parametrize(
    "wire",
    [
        {"p": ""},
        {"p": "-phone"},
        {"p": "phone/x", "v": "1"},
        {"p": "tags", "v": []},
        {"p": "photos", "v": {}},
        {"p": "photos/x/y/z"},
        {"k": "rem", "p": "phone/1"},
        {"k": "add", "p": "phone/1"},
        {"k": "add", "p": "tags/no_such_tag"},
        {"k": "move", "v": {"from": "a", "to": "b"}},
        {"k": "move", "v": 7},
        {"k": "set", "p": "phone", "v": {"a": 1}},
        {"k": "nonsense"},
        {"h": -1},
        {"e": "Household\t"},
        {"w": 5},
    ],
)
def test_a_change_of_the_wrong_shape_comes_back_with_a_reason_and_stops_nobody(wang, wire):
    row = wang.create("household", wang.bucket("grid", GRID), household(wang.centre.regions[GRID]))
    change = wang.hand.set(row, "phone", "13812345678").to_wire()
    bad = Group(tx=wang.hand.new_id(), act=wang.hand.new_id(), changes=[{**change, **wire}])
    refused, taken = wang.send(bad, house(wang))
    assert (refused.verdict, taken.verdict) in [("refused", "ok"), ("held", "ok")]
    assert refused.reason
    assert wang.row("household", row.id) == row


def test_lists_within_lists_within_lists_come_back(wang):
    deep, deeper = [], []
    for _ in range(240):
        deep = [deep]
    for _ in range(300):
        deeper = [deeper]
    change = house(wang)
    assert wang.send(change._replace(value={**change.value, "plan": deep}))[0].code == "malformed"
    change = house(wang)
    assert problem(wang, change._replace(value={**change.value, "plan": deeper})).error == "bad_request"


@pytest.mark.parametrize("wire", [{"id": "x"}, {"n": "1"}, {"n": 0}, {"n": True}, {"id": None}])
def test_a_change_without_a_name_or_a_number_is_no_request(wang, wire):
    bad = Group(tx=wang.hand.new_id(), act=wang.hand.new_id(), changes=[{**house(wang).to_wire(), **wire}])
    assert problem(wang, bad).error == "bad_request"


@pytest.mark.parametrize("incarnation", [0, -1, 2**31])
def test_a_life_that_cannot_be_counted_is_no_request(wang, incarnation):
    wang.hand.incarnation = incarnation
    assert problem(wang, house(wang)).error == "bad_request"


@pytest.mark.parametrize("version", [-5, 2**62, 2**63 + 1])
def test_a_scope_that_cannot_be_known_counts_as_the_one_that_is(wang, version):
    assert wang.send(house(wang), scope=version)[0].verdict == "ok"


def test_the_same_change_twice_in_one_request_is_no_request(wang):
    change = house(wang)
    assert problem(wang, change, change).error == "bad_request"


def test_a_group_that_is_too_big_comes_back_and_a_request_that_is_too_big_is_halved(wang):
    (result,) = wang.send(wang.hand.group(*(house(wang) for _ in range(201))))
    assert (result.verdict, result.code) == ("refused", "malformed")
    groups = [wang.hand.group(*(house(wang) for _ in range(200))) for _ in range(11)]
    assert problem(wang, *groups).error == "too_big"


def test_a_text_with_a_nul_or_too_many_letters_is_refused_and_kept(wang):
    nul = house(wang)
    nul = nul._replace(value={**nul.value, "note": "a\0b"})
    long = house(wang)
    long = long._replace(value={**long.value, "note": "长" * 20_000})
    assert [r.verdict for r in wang.send(nul, long)] == ["refused", "refused"]
    with wang.centre.conn() as conn:
        assert [kept.group.changes[0]["v"]["note"] for kept in quarantine.waiting(conn)] == ["a\0b", "长" * 20_000]


def test_a_clock_that_runs_ahead_does_not_win_for_ever(wang):
    row = wang.create("household", wang.bucket("grid", GRID), household(wang.centre.regions[GRID]))
    wang.hand.now += 365 * 24 * 3_600_000
    wang.set(row, "phone", "13812345678")
    assert wang.row("household", row.id).writer("phone").at == wang.centre.clock() + 60_000


def test_another_grid_is_not_his_to_write_in_but_what_he_wrote_is_kept(wang):
    fields = household(wang.centre.regions[OTHER_GRID])
    (result,) = wang.send(wang.hand.create("household", wang.bucket("grid", OTHER_GRID), fields))
    assert (result.verdict, result.code) == ("quarantined", "out_of_scope")
    with wang.centre.conn() as conn:
        assert [kept.person for kept in quarantine.waiting(conn, [wang.bucket("grid", OTHER_GRID)])] == [
            wang.desk.person
        ]
        assert quarantine.waiting(conn, [wang.bucket("grid", GRID)]) == []


@pytest.mark.parametrize("bucket_class", ["sensitive", "user", "reference"])
def test_a_bucket_that_does_not_fit_the_kind_is_refused(wang, bucket_class):
    bucket = wang.bucket(bucket_class, {"sensitive": GRID, "reference": "330683"}.get(bucket_class, ""))
    change = house(wang)._replace(bucket=bucket)
    (result,) = wang.send(change)
    assert (result.verdict, result.code) == ("refused", "bucket")


def test_an_edit_that_claims_another_bucket_than_the_records_is_refused(wang):
    row = wang.create("household", wang.bucket("grid", GRID), household(wang.centre.regions[GRID]))
    (result,) = wang.send(wang.hand.set(replace(row, bucket=wang.bucket("user")), "phone", "13812345678"))
    assert (result.verdict, result.code) == ("refused", "bucket")


def test_nobody_edits_anothers_grid_by_claiming_his_own_bucket(wang):
    chen = Writer.at(wang.centre, "chen", "grid_worker", OTHER_GRID)
    row = wang.create("household", wang.bucket("grid", GRID), household(wang.centre.regions[GRID]))
    mine = replace(row, bucket=chen.bucket("grid", OTHER_GRID))
    (result,) = chen.send(chen.hand.set(mine, "phone", "13812345678"))
    assert (result.verdict, result.code) == ("refused", "bucket")
    assert wang.row("household", row.id) == row


def test_what_was_written_while_the_grid_was_his_is_taken_late(wang):
    row = wang.create("household", wang.bucket("grid", GRID), household(wang.centre.regions[GRID]))
    then = wang.caller.scope
    change = wang.hand.set(row, "phone", "13812345678")
    with wang.centre.conn() as conn:
        people.unassign(conn, wang.desk.person, wang.centre.regions[GRID])
        scope.regrant(conn, wang.desk.person)
    group = wang.hand.group(change)
    (result,) = wang.send(group, scope=then)
    assert (result.verdict, result.code) == ("ok", "late_scope")
    assert wang.send(group, scope=then) == [result]
    assert wang.row("household", row.id).fields["phone"] == "13812345678"
    (after,) = wang.send(wang.hand.set(row, "members", 3))
    assert (after.verdict, after.code) == ("quarantined", "out_of_scope"), "made when he knew better"
    (after,) = wang.send(wang.hand.set(row, "members", 4), scope=then)
    assert after.verdict == "quarantined", "who knew better once cannot unlearn it"


def test_what_was_written_in_a_grid_that_came_and_went_is_taken_late_though_the_desk_never_noted_it(wang):
    """A desk reads a new grid, is switched off before it has noted its scope, and finds the grid taken away."""
    then = wang.caller.scope
    other = Writer.at(wang.centre, "zhang", "grid_worker", OTHER_GRID)
    row = other.create("household", other.bucket("grid", OTHER_GRID), household(wang.centre.regions[OTHER_GRID]))
    for act in (people.assign, people.unassign):
        with wang.centre.conn() as conn:
            told = (wang.centre.clock(),) if act is people.assign else ()
            act(conn, wang.desk.person, wang.centre.regions[OTHER_GRID], *told)
            scope.regrant(conn, wang.desk.person)
    (result,) = wang.send(wang.hand.set(row, "phone", "13812345678"), scope=then)
    assert (result.verdict, result.code) == ("ok", "late_scope")


def test_a_device_that_was_cut_off_is_heard_by_a_person(wang):
    change = house(wang)
    with wang.centre.conn() as conn:
        devices.cut_off(conn, wang.desk.device, "revoked", wang.centre.clock())
    (result,) = wang.send(change)
    assert (result.verdict, result.code) == ("quarantined", "device_cut_off")
    with wang.centre.conn() as conn:
        (kept,) = quarantine.waiting(conn)
        released = book.release(conn, kept.id, wang.desk.person, wang.centre.clock())
        assert quarantine.waiting(conn) == []
    assert released.verdict == "ok"
    assert wang.row("household", change.record).author == wang.desk.person
    assert (
        wang.send(wang.hand.group(change).model_copy(update={"tx": kept.group.tx, "act": kept.group.act}))[0].verdict
        == "ok"
    )


def test_what_still_does_not_fit_stays_aside(wang):
    wang.send(house(wang)._replace(value={}))
    with wang.centre.conn() as conn:
        (kept,) = quarantine.waiting(conn)
        assert book.release(conn, kept.id, wang.desk.person, wang.centre.clock()).verdict == "refused"
        assert [each.id for each in quarantine.waiting(conn)] == [kept.id]
        quarantine.settle(conn, kept.id, "dismissed", wang.desk.person, wang.centre.clock())
        with pytest.raises(Refused, match="not_found"):
            book.release(conn, kept.id, wang.desk.person, wang.centre.clock())


def test_a_case_is_confidential_its_dispute_is_not(wang):
    he = Writer.at(wang.centre, "he", "mediator", TOWN)
    grid, town = he.centre.regions[GRID], he.centre.regions[TOWN]
    dispute = wang.create(
        "dispute", wang.bucket("grid", GRID), {"title": "宅基地边界", "grid": grid, "dispute_type": "03"}
    )
    fields = {"title": "宅基地边界", "dispute": dispute.id, "town": town, "accepted_on": "2026-03-02"}
    change = he.hand.create("mediation_case", he.bucket("case", TOWN), {**fields, "mediator": he.desk.person})
    assert he.keep(change).verdict == "ok"
    assert wang.bucket("case", TOWN) not in {info.id for info in wang.pull().add}
    with pytest.raises(Refused, match="not_found"), wang.centre.conn() as conn:
        book.history(conn, wang.caller, "mediation_case", change.record)


def test_the_history_of_a_record_names_every_writer_the_newest_first(wang):
    li = Writer.at(wang.centre, "li", "grid_worker", GRID)
    row = wang.create("household", wang.bucket("grid", GRID), household(wang.centre.regions[GRID]))
    li.set(row, "phone", "13812345678")
    wang.set(wang.row("household", row.id), "phone", "13900000000")
    with wang.centre.conn() as conn:
        entries = book.history(conn, wang.caller, "household", row.id).entries
    assert [(each.path, each.value, each.by, each.verb) for each in entries] == [
        ("phone", "13900000000", wang.desk.person, "set"),
        ("phone", "13812345678", li.desk.person, "set"),
        ("", row.fields, wang.desk.person, "create"),
    ]
    stranger = Writer.at(wang.centre, "zhao", "grid_worker", OTHER_GRID)
    with pytest.raises(Refused, match="not_found"), wang.centre.conn() as conn:
        book.history(conn, stranger.caller, "household", row.id)


def test_what_is_held_is_in_no_backup_nor_what_comes_after_it(wang):
    row = wang.create("household", wang.bucket("grid", GRID), household(wang.centre.regions[GRID]))
    assert wang.set(replace(row, id=wang.hand.new_id()), "phone", "13812345678").verdict == "held"
    wang.set(row, "phone", "13812345678")
    with wang.centre.conn() as conn:
        (mark,) = [mark for mark in meta.marks(conn) if mark.device == wang.desk.device]
    assert (mark.n, wang.caller.last_n) == (1, 3)


def test_a_session_of_a_case_that_was_lost_in_a_restore_is_taken_after_some_days(centre):
    """It was made in the bucket of a case for named people; who made the case never came back."""
    centre.district()
    li = Writer.at(centre, "li", "mediator", TOWN)
    town, case, dispute = centre.regions[TOWN], li.hand.new_id(), li.hand.new_id()
    own = scope.bucket_id("case", town, case)
    fields = {"case": case, "dispute": dispute, "town": town, "held_at": 0, "mediator": li.desk.person}
    told = {"process": "双方各让一步。", "result": "not_agreed"}
    group = li.hand.group(li.hand.create("mediation_session", own, {**fields, **told}))
    assert [each.verdict for each in li.send(group)] == ["held"]
    centre.clock.move(days=6)
    (result,) = li.send(group)
    assert result.verdict == "conflict", "taken, and somebody is told that there is no such case"
    assert li.row("mediation_session", group.changes[0]["i"]).bucket == li.bucket("case", TOWN)

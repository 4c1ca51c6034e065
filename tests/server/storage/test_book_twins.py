"""Two records of one person, or of one household: the centre finds them, and a person decides."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from gridserver.storage import book, past, twins
from gridserver.storage.engine import text
from gridworker.records.row import Row
from tests.helpers.centre import Centre
from tests.helpers.hand import household
from tests.helpers.writer import GRID, TOWN, Writer

OTHER_GRID = "330683106215001"
NUMBER, ANOTHER = "110101199001011237", "330683195203071232"


@pytest.fixture
def wang(centre: Centre) -> Writer:
    """A grid worker of the first grid."""
    centre.district()
    return Writer.at(centre, "wang", "grid_worker", GRID)


@pytest.fixture
def li(wang: Writer) -> Writer:
    """Her colleague in another grid."""
    return Writer.at(wang.centre, "li", "grid_worker", OTHER_GRID)


def home(writer: Writer, code: str = GRID, **fields) -> Row:
    """A household in one of the grids."""
    return writer.create("household", writer.bucket("grid", code), household(writer.centre.regions[code], **fields))


def person(writer: Writer, at: Row, number: str | None = NUMBER):
    """Somebody in a household."""
    told = {"name": "王小明", "grid": at.fields["grid"], "household": at.id, "id_number": number}
    return writer.hand.create("person", at.bucket, told)


def test_one_number_in_two_records_is_shown_to_who_can_settle_it(wang, li):
    first, second = person(wang, home(wang)), person(li, home(li, OTHER_GRID))
    assert [wang.keep(first).verdict, li.keep(second).verdict] == ["ok", "ok"]
    assert wang.conflicts(first.record) == []
    (conflict,) = li.conflicts(second.record)
    fields = conflict.fields
    assert (fields["type"], fields["record_kind"], fields["field"]) == ("duplicate", "person", "id_number")
    assert (fields["shown_value"], fields["shown_by"]) == (second.record, li.desk.person)
    (other,) = fields["others"].values()
    assert (other["value"], other["by"]) == (first.record, wang.desk.person)
    assert NUMBER not in str(conflict.to_wire()), "the number stands in the records alone"
    zhang = Writer.at(wang.centre, "zhang", "supervisor", TOWN)
    assert conflict.id in {row["i"] for page in zhang.pull().pages for row in page.rows}


def test_what_the_centre_wrote_stands_in_its_ledger(wang):
    at = home(wang)
    wang.send(person(wang, at), person(wang, at))
    with wang.centre.conn() as conn:
        found = conn.execute(text("SELECT kind, person FROM change WHERE kind = 'conflict'")).all()
        author = conn.scalar(text("SELECT author FROM meta"))
    assert [tuple(each) for each in found] == [("conflict", author)]


def test_one_household_number_is_one_household_within_a_grid_alone(wang, li):
    first = home(wang, household_no="0012")
    assert wang.conflicts(home(li, OTHER_GRID, household_no="0012").id) == []
    second = home(wang, household_no="0012")
    assert len(wang.conflicts(second.id)) == 1
    assert wang.conflicts(first.id) == []


def test_a_diary_that_was_perhaps_written_twice_is_taken_and_asked_about(wang, li):
    at, ten = wang.centre.clock(), 600_000
    start = at - at % ten
    house, other = home(wang), home(wang)

    def diary(writer: Writer, about: Row, minute: int, words: str = "一切正常。") -> list[Row]:
        told = {"grid": about.fields["grid"], "visitor": writer.desk.person, "visited_at": start + minute * 60_000}
        visit = writer.create("visit", about.bucket, {**told, "household": about.id, "text": words})
        return writer.conflicts(visit.id)

    zhao = Writer.at(wang.centre, "zhao", "grid_worker", GRID)
    assert diary(wang, house, 1) == []
    assert diary(wang, house, 11) == diary(wang, other, 1) == diary(zhao, house, 1) == []
    assert diary(wang, house, 7, "另有一事。") == []
    (conflict,) = diary(wang, house, 8)
    assert (conflict.fields["type"], conflict.fields["field"]) == ("duplicate", "visited_at")
    assert conflict.fields["shown_by"] == wang.desk.person


def test_a_number_that_is_put_right_later_is_looked_at_then(wang):
    at = home(wang)
    first, second = person(wang, at), person(wang, at, ANOTHER)
    wang.send(first, second)
    assert wang.conflicts(second.record) == []
    wang.set(wang.row("person", second.record), "id_number", NUMBER)
    assert len(wang.conflicts(second.record)) == 1
    wang.set(wang.row("person", second.record), "name", "王晓明")
    assert len(wang.conflicts(second.record)) == 1


def test_a_number_that_was_given_up_or_whose_record_was_removed_is_free(wang):
    at = home(wang)
    first, second = person(wang, at), person(wang, at, ANOTHER)
    wang.send(first, second)
    wang.set(wang.row("person", first.record), "id_number", None)
    wang.keep(wang.hand.remove(wang.row("person", second.record)))
    third, fourth = person(wang, at, ANOTHER), person(wang, at)
    wang.send(third, fourth)
    assert wang.conflicts(third.record) == wang.conflicts(fourth.record) == []
    assert wang.keep(wang.hand.restore(wang.row("person", second.record))).verdict == "ok"
    assert len(wang.conflicts(second.record)) == 1, "with the one that has the number now"


def test_one_that_is_removed_in_the_same_request_leaves_its_number_to_the_next(wang):
    at = home(wang)
    first = person(wang, at)
    wang.keep(first)
    removal = wang.hand.remove(wang.row("person", first.record))
    wang.send(removal, second := person(wang, at))
    assert wang.conflicts(second.record) == []


def test_two_that_are_not_the_same_are_not_asked_about_again(wang):
    at = home(wang)
    first, second = person(wang, at), person(wang, at)
    wang.send(first, second)
    (conflict,) = wang.conflicts(second.record)
    wang.send(wang.settle(conflict, wang.row("person", second.record), "kept"))
    row = wang.row("person", first.record)
    wang.set(row, "id_number", ANOTHER)
    wang.set(wang.row("person", first.record), "id_number", NUMBER)
    assert [each.fields["state"] for each in wang.conflicts(second.record)] == ["kept"]
    assert wang.conflicts(first.record) == []


def test_two_about_whom_somebody_was_asked_are_put_beside_a_third_who_has_their_new_number(wang):
    at = home(wang)
    first, second, third = person(wang, at), person(wang, at), person(wang, at, ANOTHER)
    wang.send(first, second, third)
    (asked,) = wang.conflicts(second.record)
    rows = [wang.row("person", each.record) for each in (first, second)]
    wang.send(*[wang.hand.set(row, "id_number", ANOTHER) for row in rows])
    found = {each.id: each for record in (first, second, third) for each in wang.conflicts(record.record)}
    pairs = [
        {each.fields["record"], *(str(other["value"]) for other in each.fields["others"].values())}
        for name, each in found.items()
        if name != asked.id
    ]
    assert len(pairs) == 1, "one question puts him beside both"
    assert third.record in pairs[0]


def test_a_word_that_stands_in_many_records_is_no_number(wang):
    many = [home(wang, household_no="无") for _ in range(3)]
    assert sum(len(wang.conflicts(each.id)) for each in many) == 2, "each with the first"
    more = [
        wang.hand.create("household", many[0].bucket, household(wang.centre.regions[GRID], household_no="无"))
        for _ in range(3 * twins.MOST_ALIKE)
    ]
    wang.send(*more)
    with wang.centre.conn() as conn:
        assert conn.scalar(text("SELECT count(*) FROM record WHERE kind = 'conflict'")) == twins.MOST_ALIKE - 1


def test_two_requests_at_once_in_two_grids_find_each_other(wang, li):
    first, second = person(wang, home(wang)), person(li, home(li, OTHER_GRID))
    caller, centre = wang.caller, wang.centre
    with ThreadPoolExecutor(1) as beside:
        with centre.conn() as conn:
            book.push(conn, caller, wang.hand.push(caller.epoch, first, scope=caller.scope), centre.clock())
            answer = beside.submit(li.keep, second)
            while not answer.done() and not _somebody_waits(centre):
                pass
            assert not answer.done()
        assert answer.result().verdict == "ok"
    assert len(li.conflicts(second.record)) == 1


def _somebody_waits(centre: Centre) -> bool:
    with centre.conn() as conn:
        return bool(conn.scalar(text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")))


def test_no_number_stands_in_the_index(wang):
    wang.keep(person(wang, home(wang, household_no="0012")))
    with wang.centre.conn() as conn:
        keys = [bytes(key) for key in conn.scalars(text("SELECT key FROM natural_key"))]
    assert len(keys) == 2
    assert all(len(key) == 16 and NUMBER.encode() not in key for key in keys)
    with wang.centre.conn() as conn:
        conn.execute(text("UPDATE meta SET twin_key = sha256('another')"))
    wang.keep(person(wang, home(wang)))
    with wang.centre.conn() as conn:
        assert {bytes(key) for key in conn.scalars(text("SELECT key FROM natural_key"))} > set(keys)


def test_who_is_written_into_a_household_that_was_merged_lives_in_the_one_that_stayed(wang):
    gone, stays = home(wang), home(wang)
    wang.set(gone, "same_as", stays.id)
    wang.keep(wang.hand.remove(wang.row("household", gone.id)))
    member = person(wang, gone)
    assert wang.keep(member).verdict == "ok"
    assert wang.conflicts(member.record) == []
    row = wang.row("person", member.record)
    assert (row.fields["household"], row.author) == (stays.id, wang.desk.person)
    with wang.centre.conn() as conn:
        told = past.history_of(conn, "person", member.record)
    assert [each.value for each in told if each.path == "household"] == [stays.id]
    assert wang.set(row, "household", gone.id).verdict == "ok"
    assert wang.row("person", member.record).fields["household"] == stays.id


def test_who_is_brought_back_after_his_household_was_merged_lives_in_the_one_that_stayed(wang):
    gone, stays = home(wang), home(wang)
    member = person(wang, gone)
    wang.keep(member)
    wang.keep(wang.hand.remove(wang.row("person", member.record)))
    wang.set(gone, "same_as", stays.id)
    wang.keep(wang.hand.remove(wang.row("household", gone.id)))
    assert wang.keep(wang.hand.restore(wang.row("person", member.record))).verdict == "ok"
    row = wang.row("person", member.record)
    assert (row.removed, row.fields["household"]) == (None, stays.id)
    with wang.centre.conn() as conn:
        told = past.history_of(conn, "person", member.record)
    assert [each.value for each in told if each.path == "household"] == [stays.id]


def test_who_is_written_into_a_household_that_went_into_one_that_went_into_a_third_lives_in_the_third(wang):
    first, second, third = home(wang), home(wang), home(wang)
    for gone, stays in ((first, second), (second, third)):
        wang.set(gone, "same_as", stays.id)
        wang.keep(wang.hand.remove(wang.row("household", gone.id)))
    member = person(wang, first)
    assert wang.keep(member).verdict == "ok"
    assert wang.row("person", member.record).fields["household"] == third.id


def test_who_brings_back_a_household_and_did_not_see_that_it_was_merged_has_it_for_itself(wang):
    gone, stays = home(wang), home(wang)
    removal = wang.hand.remove(gone)
    wang.keep(removal)
    removed = wang.row("household", gone.id)
    wang.keep(wang.hand.restore(removed))
    wang.set(wang.row("household", gone.id), "same_as", stays.id)
    wang.keep(wang.hand.remove(wang.row("household", gone.id)))
    wang.keep(wang.hand.restore(removed))
    row = wang.row("household", gone.id)
    assert (row.removed, row.fields.get("same_as")) == (None, None)
    assert row.writer("same_as").by == wang.centre.ground_author


def test_a_diary_of_a_household_that_was_merged_is_not_written_anew_but_its_subjects_follow(wang):
    gone, stays = home(wang), home(wang)
    wang.set(gone, "same_as", stays.id)
    wang.keep(wang.hand.remove(wang.row("household", gone.id)))
    entry = wang.hand.new_id()
    told = {"grid": gone.fields["grid"], "visitor": wang.desk.person, "visited_at": wang.centre.clock()}
    subjects = {entry: {"kind": "household", "record": gone.id}}
    only = wang.create("visit", gone.bucket, {**told, "household": gone.id})
    assert only.fields["household"] == gone.id
    assert (
        wang.create("visit", gone.bucket, {**told, "subjects": subjects}).value(f"subjects/{entry}/record") == stays.id
    )

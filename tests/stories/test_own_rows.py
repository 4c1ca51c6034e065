"""What a desk handed in does not come down to it again, and yet it has just what everybody else gets."""

import pytest

from gridworker.protocol.sync import Stretch
from gridworker.records.codes import HOUSEHOLD_TAGS
from tests.helpers.desk_fixtures import GRID, shared


@pytest.fixture
def two(village, desk):
    """Wang and Chen work in one grid, and know the same household."""
    village.centre.account("chen", "grid_worker", GRID)
    wang, chen = desk("wang"), desk("chen")
    household = village.household(wang, phone="13000000000")
    wang.sync()
    chen.sync()
    return wang, chen, household


def visit(desk, household, text):
    """A visit; its id."""
    return desk.ledger.save_visit({"household": household, "met": True, "text": text}).ids[0]


def versions(desk):
    """Everything of the centre's that a desk counts: how far, what it adds up to, and each record's version."""
    shared_ones = [bucket for bucket in desk.store.buckets() if bucket.bucket_class != "user"]
    found = {bucket.id: (bucket.cursor, bucket.hash, bucket.state) for bucket in shared_ones}
    file = desk.store._file
    for kind, table in file.tables.items():
        query = f"SELECT id, _ver, _mark, _writers, _standing FROM {table.name}"
        found |= {(kind, line[0]): line[1:] for line in file.db.execute(query)}
    return found


def reads(desk):
    """Rows that a sync of the desk fetched."""
    return desk.sync().pulled


def test_a_day_of_work_is_handed_in_and_nothing_of_it_is_fetched(village, two):
    wang, chen, household = two
    visits = [visit(wang, household, text=f"第{n}次") for n in range(3)]
    wang.ledger.save("household", {"phone": "13800000001"}, household)
    wang.ledger.save("visit", {"text": "第一次，补记"}, visits[0])
    wang.ledger.save("household", {"tags": [next(iter(HOUSEHOLD_TAGS))]}, household)
    wang.ledger.remove("visit", visits[2])
    report = wang.sync()
    assert (report.pushed, report.pulled) == (7, 0)
    assert reads(chen) == 4
    assert versions(wang) == versions(chen)
    mine, theirs = shared(wang, chen)
    assert mine == theirs
    assert mine
    assert wang.store.waiting_count() == {"accepted": 8}
    assert not wang.store._file.db.execute("SELECT * FROM base_row").fetchall(), "nothing lies over the centre's rows"
    assert reads(wang) == 0


def test_what_was_edited_twice_and_then_once_more_is_shown_as_it_was_written_last(village, two):
    wang, chen, household = two
    diary = visit(wang, household, text="先去看了")
    wang.sync()
    wang.ledger.save("visit", {"text": "先去看了。补记"}, diary)
    wang.ledger.save("visit", {"solved": True}, diary)
    assert wang.sync().pushed == 2
    wang.ledger.save("visit", {"text": "先去看了。补记。又补"}, diary)
    assert wang.ledger.row("visit", diary).fields["text"] == "先去看了。补记。又补"
    assert (wang.sync().pushed, reads(chen), reads(wang)) == (1, 1, 0)
    assert shared(wang, chen)[0] == shared(wang, chen)[1]


def test_what_somebody_else_wrote_in_between_is_fetched_with_ones_own(village, two):
    wang, chen, household = two
    visit(chen, household, text="陈走访")
    chen.sync()
    visit(wang, household, text="王走访")
    assert reads(wang) == 2
    chen.sync()
    assert versions(wang) == versions(chen)


def test_what_ran_into_a_conflict_is_fetched(village, two):
    wang, chen, household = two
    wang.ledger.save("household", {"phone": "13800000001"}, household)
    chen.ledger.save("household", {"phone": "13900000002"}, household)
    wang.sync()
    assert reads(chen) > 0
    wang.sync()
    assert versions(wang) == versions(chen)


def at_the_next_request(village, monkeypatch, act):
    """Somebody does something while the next request is under way."""
    send = village.line.send

    def doing(request, **how):
        monkeypatch.setattr(village.line, "send", send)
        act()
        return send(request, **how)

    monkeypatch.setattr(village.line, "send", doing)


def test_what_is_saved_while_the_rest_goes_up_lies_on_what_was_taken(village, two, monkeypatch):
    wang, chen, household = two
    first = visit(wang, household, text="第一次")
    at_the_next_request(village, monkeypatch, lambda: wang.ledger.save("visit", {"text": "第一次，改"}, first))
    assert wang.sync().pushed == 2
    assert wang.ledger.get("visit", first)["text"] == "第一次，改"
    chen.sync()
    assert versions(wang) == versions(chen)


def test_what_is_written_into_a_record_while_another_field_of_it_goes_up_lies_on_what_was_taken(
    village, two, monkeypatch
):
    wang, chen, household = two
    wang.ledger.save("household", {"phone": "13800000001"}, household)
    at_the_next_request(village, monkeypatch, lambda: wang.ledger.save("household", {"address": "马村9号"}, household))
    assert wang.sync().pushed == 2
    chen.sync()
    assert versions(wang) == versions(chen)
    assert shared(wang, chen)[0] == shared(wang, chen)[1]
    assert not wang.store._file.db.execute("SELECT * FROM base_row").fetchall()


def test_what_a_fast_clock_stamped_is_fetched_as_the_centre_keeps_it(village, two):
    wang, chen, household = two
    wang.store.set_meta("clock_offset", 3_600_000)
    visit(wang, household, text="一小时以后")
    assert reads(wang) == 1
    chen.sync()
    assert versions(wang) == versions(chen)


def test_an_answer_that_does_not_add_up_changes_nothing_and_the_rows_are_fetched(village, two, monkeypatch):
    wang, chen, household = two
    visit(wang, household, text="第一次")
    monkeypatch.setattr("gridserver.storage.taking.Stretch", _lying)
    assert reads(wang) == 1
    chen.sync()
    assert versions(wang) == versions(chen)


def _lying(**told):
    return Stretch(**{**told, "hash": "0" * 32})

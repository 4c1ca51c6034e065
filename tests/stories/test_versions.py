"""Old desk and new centre, and a desk that is too old: nothing is lost, and what was written is understood."""

import pytest

from gridserver.storage import book
from gridworker.errors import TooOld
from gridworker.records import schema, upcasts
from gridworker.records.change import Verb
from tests.helpers.desk_fixtures import GRID


def called_remarks(change):
    """One day "note" is called "remarks": what was written before means the same."""
    if change.verb is Verb.CREATE:
        return change._replace(value={{"note": "remarks"}.get(k, k): v for k, v in change.value.items()})
    return change._replace(path="remarks") if change.path == "note" else change


def fields_at(village, household):
    import orjson

    with village.centre.conn() as conn:
        wire = conn.exec_driver_sql("SELECT wire FROM record WHERE id = %s", (household,)).scalar_one()
    return orjson.loads(wire)["d"]


def test_what_an_old_desk_wrote_is_understood_by_a_newer_centre_and_by_its_own_next_program(village, desk, monkeypatch):
    wang = desk("wang")
    household = village.household(wang, note="养蜂")
    monkeypatch.setattr(schema, "SCHEMA", 2)
    monkeypatch.setitem(upcasts.STEPS, ("household", 1), called_remarks)
    (kept,) = wang.store.waiting(9)
    assert (kept.schema, kept.value["note"]) == (1, "养蜂"), "what waits is never altered"
    wang.ledger.save("household", {"phone": "13800000001"}, household)
    assert wang.sync().ok
    told = fields_at(village, household)
    assert (told["remarks"], told["phone"]) == ("养蜂", "13800000001")
    assert "note" not in told
    wang.sync()
    zhao = desk("zhao")
    for each in wang, zhao:
        shown = each.store.get("household", household).fields
        assert (shown.get("remarks"), "note" in shown) == ("养蜂", False)


def test_a_desk_that_is_too_old_is_told_so_and_keeps_everything(village, desk, monkeypatch):
    wang = desk("wang")
    household = village.household(wang)
    monkeypatch.setattr(book, "OLDEST_SCHEMA", 2)
    with pytest.raises(TooOld) as raised:
        wang.sync()
    assert "新版" in raised.value.remedy
    assert wang.ledger.get("household", household) is not None
    assert sum(wang.store.waiting_count().values()) == 1
    monkeypatch.setattr(book, "OLDEST_SCHEMA", 1)  # the new program was installed
    assert wang.sync().pushed == 1
    assert wang.store.state_of("household", household) == "accepted"


def test_a_clock_that_is_wrong_is_recorded_and_shown_and_decides_nothing(village):
    slow = village.desk("wang", village.machine(clock_off=-23 * 60_000))
    household = village.household(slow)
    slow.sync()
    assert slow.ledger.clock_slow() == 23 * 60_000
    device = slow.store.meta("device")
    with village.centre.conn() as conn:
        offset = conn.exec_driver_sql("SELECT clock_offset FROM device WHERE id = %s", (device,)).scalar_one()
    assert offset == 23 * 60_000
    right = village.desk("li", village.machine(clock_off=-4 * 60_000))
    assert right.ledger.clock_slow() == 0, "four minutes are nothing"
    assert slow.ledger.get("household", household) is not None


def test_a_diary_from_the_day_after_tomorrow_is_taken_and_shown_to_the_supervisor(village):
    ahead = village.desk("wang", village.machine(clock_off=50 * 3_600_000))
    zhao = village.desk("zhao")
    grid = village.centre.regions[GRID]
    late = ahead.ledger.save("visit", {"grid": grid, "text": "走访"}).id
    right = village.desk("li", village.machine(clock_off=20 * 3_600_000))
    other = right.ledger.save("visit", {"grid": grid, "text": "走访"}).id if right.me.regions else ""
    assert ahead.sync().refused == 0
    right.sync()
    zhao.sync()
    assert zhao.ledger.is_ahead(late)
    assert not zhao.ledger.is_ahead(other)
    assert not zhao.ledger.is_ahead("nowhere")

"""When the desk syncs by itself, on good days and bad ones."""

import pytest

from gridworker.errors import (
    Cancelled,
    CentreBusy,
    CentreUnreachable,
    DeviceRevoked,
    DiskFull,
    SignInNeeded,
    StoreBusy,
    TooOld,
)
from gridworker.sync.schedule import AFTER_SAVE, BACK_OFF, EVERY, Schedule

MINUTE = 60_000


def test_a_desk_syncs_when_it_is_opened_and_every_five_minutes():
    day = Schedule.opened(1_000)
    assert day.due == 1_000
    assert day.started().succeeded(2_000).due == 2_000 + EVERY


def test_a_save_is_sent_ten_seconds_later_and_more_saves_do_not_put_it_off():
    day = Schedule.opened(0).started().succeeded(0).saved(20_000)
    assert day.due == 20_000 + AFTER_SAVE
    assert day.saved(25_000).due == 20_000 + AFTER_SAVE


def test_what_is_saved_during_a_sync_goes_with_the_next_one_soon():
    day = Schedule.opened(0).started().saved(500).succeeded(1_000)
    assert day.due == 1_000 + AFTER_SAVE
    assert day.started().succeeded(20_000).due == 20_000 + EVERY


def test_a_broken_line_is_tried_later_and_later_and_a_save_does_not_hurry_it():
    day = Schedule.opened(0)
    waits = []
    for _ in range(5):
        day = day.started().failed(0, CentreUnreachable())
        waits.append(day.due)
        assert day.saved(1).due == day.due
    assert waits == [1 * MINUTE, 5 * MINUTE, 10 * MINUTE, 30 * MINUTE, 30 * MINUTE]
    assert day.started().succeeded(0).failures == 0


def test_desks_come_back_spread_out_and_not_before_the_centre_asked():
    day = Schedule.opened(0)
    assert day.failed(0, CentreUnreachable(), spread=1.0).due == BACK_OFF[0] * 5 // 4
    assert day.failed(0, CentreUnreachable(), wait=10 * MINUTE).due == 10 * MINUTE


def test_a_centre_that_is_busy_says_itself_when_to_come_back():
    assert Schedule.opened(0).failed(0, CentreBusy(wait=3 * MINUTE)).due == 3 * MINUTE


def test_another_program_or_a_full_disk_does_not_end_it_for_good():
    for error in (StoreBusy(), DiskFull()):
        assert Schedule.opened(0).failed(0, error).due == BACK_OFF[0]


def test_what_a_person_stopped_is_tried_again_at_the_usual_time():
    day = Schedule.opened(0).started().failed(1_000, Cancelled())
    assert day.due == 1_000 + EVERY
    assert day.failures == 0


@pytest.mark.parametrize("error", [SignInNeeded(), DeviceRevoked(), TooOld()])
def test_what_only_a_person_can_mend_waits_for_him(error):
    day = Schedule.opened(0).failed(0, error)
    assert day.due is None
    assert day.saved(5).due is None
    assert day.asked(9).due == 9
    assert day.asked(9).failures == 0

"""A laptop that has not heard from the centre for a fortnight asks for it once; a clock set back buys no days."""

from dataclasses import replace

import pytest

from gridworker.app.desk import Desk
from gridworker.app.door import HomeDoor
from gridworker.errors import CentreUnreachable, DeviceRevoked, DeviceWiped, LeaseOver, SignInRefused
from gridworker.protocol.sync import Clock
from gridworker.storage import lease
from gridworker.storage.lease import DAY
from tests.helpers.centre import KEYS, PASSWORD
from tests.helpers.laptop import quiet


class Morning:
    """A worker's laptop, closed, whose clock a test sets; each start is another start of the machine."""

    def __init__(self, village, desk):
        self.village, self.user = village, desk.user
        self.base = desk.machine
        self.wall = village.centre.clock()
        self.starts = 0
        desk.close()

    def door(self):
        self.starts += 1
        boot = f"boot {self.starts}"
        machine = replace(self.base, clock=lambda: Clock(wall=self.wall, mono=1, boot=boot))
        return HomeDoor(machine.home, machine=machine)

    def unlock(self):
        """By the password alone; what stands in the store is closed again."""
        self.enter(self.door().unlock(self.user, PASSWORD, quiet())).close()

    def by_centre(self, password=PASSWORD):
        return self.enter(self.door().unlock_at_centre(self.user, password, quiet()))

    def enter(self, session):
        session.lock.release()
        return Desk(session.machine, session.opened)


@pytest.fixture
def laptop(village, desk):
    """wang's, with a household that waits and a draft."""
    wang = desk("wang")
    wang.household = village.household(wang)
    wang.store.keep_draft("visit:new", "visit", "走访", {"text": "写了一半"}, 1)
    return Morning(village, wang)


def test_for_a_fortnight_the_password_is_enough_then_the_centre_is_asked_once_and_all_is_there(laptop):
    laptop.wall += 14 * DAY - 60_000
    laptop.unlock()
    laptop.wall += 120_000
    laptop.village.centre.clock.ms = laptop.wall
    with pytest.raises(LeaseOver):
        laptop.unlock()
    laptop.village.centre.line.cut = True
    with pytest.raises(CentreUnreachable):
        laptop.by_centre()
    laptop.village.centre.line.cut = False
    with laptop.village.centre.staff() as staff:
        staff.reset_password("wang", "another password 9")
    with pytest.raises(SignInRefused):
        laptop.by_centre()
    with laptop.village.centre.staff() as staff:
        staff.reset_password("wang", PASSWORD)
    back = laptop.by_centre()
    assert back.store.waiting_count() == {"accepted": 1}
    assert [draft.fields for draft in back.store.drafts()] == [{"text": "写了一半"}]
    back.close()
    laptop.wall += 13 * DAY
    laptop.unlock()


def test_setting_the_clock_back_buys_no_days(laptop):
    laptop.wall += 13 * DAY
    laptop.unlock()
    laptop.wall -= 400 * DAY
    laptop.unlock()
    laptop.wall += 401 * DAY + 60_000
    with pytest.raises(LeaseOver):
        laptop.unlock()
    laptop.wall -= 20 * DAY
    with pytest.raises(LeaseOver):
        laptop.unlock()


def test_while_the_machine_runs_its_other_clock_counts(laptop):
    clocks = [Clock(wall=laptop.wall, mono=0, boot="one")]
    machine = replace(laptop.base, clock=lambda: clocks[-1])
    door = HomeDoor(machine.home, machine=machine)
    laptop.enter(door.unlock(laptop.user, PASSWORD, quiet())).close()
    clocks.append(Clock(wall=laptop.wall - DAY, mono=14 * DAY, boot="one"))
    with pytest.raises(LeaseOver):
        door.unlock(laptop.user, PASSWORD, quiet())


def test_a_clock_that_ran_ahead_once_is_set_right_by_the_centre(laptop):
    true = laptop.wall
    laptop.wall += 9000 * DAY
    with pytest.raises(LeaseOver):
        laptop.unlock()
    laptop.wall = true + 60_000
    with pytest.raises(LeaseOver):
        laptop.unlock()
    laptop.by_centre().close()
    laptop.wall += 13 * DAY
    laptop.unlock()


def test_a_supervisor_has_three_days_and_an_administrator_may_say_otherwise(village, desk):
    assert desk("zhao").store.meta("lease_days") == 3
    from gridserver.storage import lease as days

    with village.centre.conn() as conn:
        days.set_days(conn, "supervisor", 5)
        assert days.all_days(conn) == {"grid_worker": 14, "mediator": 14, "supervisor": 5, "admin": 3}
    assert desk("zhao").store.meta("lease_days") == 5


def test_whoever_was_cut_off_hands_in_and_gets_no_new_lease(laptop):
    device = laptop.enter(laptop.door().unlock(laptop.user, PASSWORD, quiet()))
    with laptop.village.centre.staff() as staff:
        staff.suspend_device(device.store.meta("device"))
    before = device.store.meta("lease_from")
    laptop.village.centre.clock.move(days=1)
    with pytest.raises(DeviceRevoked):
        device.sync()
    assert device.store.meta("lease_from") == before
    device.close()


def test_after_the_lease_an_order_to_wipe_meets_the_laptop_at_the_door(laptop):
    desk = laptop.enter(laptop.door().unlock(laptop.user, PASSWORD, quiet()))
    with laptop.village.centre.staff() as staff:
        staff.wipe_device(desk.store.meta("device"), KEYS.sign, stolen=True)
    desk.close()
    laptop.wall += 15 * DAY
    with pytest.raises(DeviceWiped):
        laptop.by_centre()
    assert laptop.door().workers() == []


@pytest.mark.parametrize(("days", "left", "soon"), [(14, 3.1, False), (14, 3, True), (3, 1.1, False), (3, 1, True)])
def test_the_worker_is_told_three_days_before_and_a_supervisor_one(days, left, soon):
    now = 1_772_414_040_000
    notes = {"lease_days": days, "lease_from": now + int((left - days) * DAY)}
    found = lease.look(lambda key, default: notes.get(key, default), Clock(wall=now))
    assert found.ends_soon is soon
    assert not found.over


def test_a_store_without_a_centre_has_no_lease(village):
    from gridworker.sync import enrol

    machine = village.machine()
    alone = village.start(machine, enrol.begin_offline(machine, "wang", "before the line"))
    alone.check_lease()
    assert alone.ledger.lease() is None

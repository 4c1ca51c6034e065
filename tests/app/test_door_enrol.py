"""The first minutes on a machine, against a real centre: whatever breaks, the code is not lost and nothing doubles."""

from __future__ import annotations

import contextlib

import pytest

from gridworker.app.desk import Desk
from gridworker.app.door import HomeDoor
from gridworker.errors import (
    CentreUnreachable,
    NotAccepted,
    SignInNeeded,
    SignInRefused,
    StoreBusy,
    WeakPassword,
    WrongPassword,
)
from gridworker.sync.machine import Machine
from gridworker.ui.pages.welcome_door import Application, Enrolled
from tests.helpers.centre import PASSWORD
from tests.helpers.desk_fixtures import Village
from tests.helpers.laptop import quiet

NEW = "xin mima 2026"


@pytest.fixture
def machine(village: Village) -> Machine:
    """A machine that nobody has used."""
    return village.machine()


@pytest.fixture
def door(machine: Machine) -> HomeDoor:
    """The way in to it."""
    return HomeDoor(machine.home, machine=machine)


def application(village: Village, user: str = "wang", **more: object) -> Application:
    """What the administrator gave him, typed in."""
    filled = {"address": village.centre.address, "user": user, "password": PASSWORD}
    return Application(**{**filled, "code": village.centre.enrolment_code(user), **more})  # type: ignore[arg-type]


def is_free(machine: Machine, user: str = "wang") -> bool:
    """Whether no window has the worker's store."""
    with contextlib.suppress(StoreBusy), machine.vault.window_lock(user).take():
        return True
    return False


def leave(enrolled: Enrolled) -> None:
    """Close the window again."""
    enrolled.session.lock.release()  # type: ignore[attr-defined]


def test_a_worker_is_enrolled_and_his_grids_come(village: Village, machine: Machine, door: HomeDoor):
    enrolled = door.enrol(application(village, recovery_code=True), quiet())
    assert (enrolled.name, enrolled.role_title) == ("wang", "网格员")
    assert not is_free(machine)
    downloaded = door.download(enrolled.session, quiet())
    assert [words for words, _ in downloaded.counts] == ["住户", "人口", "走访日记", "纠纷", "事项"]
    assert door.address() == village.centre.address
    assert [(each.user, each.enrolled) for each in door.workers()] == [("wang", True)]
    leave(enrolled)
    door.unlock("wang", PASSWORD, quiet()).lock.release()
    door.unlock_with_code("wang", enrolled.recovery_code, NEW, quiet()).lock.release()


def test_a_password_of_his_own_holds_here_and_at_the_centre(village: Village, door: HomeDoor):
    leave(door.enrol(application(village, new_password=NEW), quiet()))
    with pytest.raises(WrongPassword):
        door.unlock("wang", PASSWORD, quiet())
    session = door.unlock("wang", NEW, quiet())
    with Desk(session.machine, session.opened) as desk:
        desk.sign_in(NEW)
        with pytest.raises(SignInRefused):
            desk.sign_in(PASSWORD)
    session.lock.release()


@pytest.mark.usefixtures("no_keyring")
def test_without_a_keyring_a_short_password_gives_way_to_a_long_one(village: Village, door: HomeDoor):
    village.centre.account("chen", "grid_worker", "330683106211001", password="kurz-8-z")
    asked = application(village, "chen", password="kurz-8-z")
    with pytest.raises(WeakPassword):
        door.enrol(asked, quiet())
    longer = application(village, "chen", password="kurz-8-z", new_password=NEW)
    village.line.cut_after = 1
    with pytest.raises(CentreUnreachable):
        door.enrol(longer, quiet())
    assert [(each.user, each.enrolled) for each in door.workers()] == [("chen", False)]
    village.line.cut_after = None
    leave(door.enrol(longer, quiet()))
    door.unlock("chen", NEW, quiet()).lock.release()


def test_a_line_that_breaks_after_the_code_was_taken_costs_no_second_code(
    village: Village, machine: Machine, door: HomeDoor
):
    asked = application(village, new_password=NEW)
    village.line.lose_next = "/people/v1/password"
    with pytest.raises(CentreUnreachable):
        door.enrol(asked, quiet())
    assert is_free(machine)
    leave(door.enrol(asked, quiet()))
    door.unlock("wang", NEW, quiet()).lock.release()
    with pytest.raises(WrongPassword):
        door.unlock("wang", PASSWORD, quiet())


def test_a_line_that_breaks_before_the_password_is_changed_goes_on_there(village: Village, door: HomeDoor):
    asked = application(village, new_password=NEW)
    before = len(village.centre.line.served)
    with pytest.raises(WeakPassword):
        door.enrol(application(village, new_password="aaaaaaaaaaaa"), quiet())
    assert len(village.centre.line.served) == before, "nothing was asked of the centre"
    village.line.cut_after = 2  # its keys, the enrolment; then nothing
    with pytest.raises(CentreUnreachable):
        door.enrol(asked, quiet())
    village.line.cut_after = None
    leave(door.enrol(asked, quiet()))
    door.unlock("wang", NEW, quiet()).lock.release()


def test_a_wrong_code_or_password_makes_nothing(village: Village, door: HomeDoor):
    with pytest.raises(NotAccepted) as refused:
        door.enrol(application(village, code="ABCD"), quiet())
    assert refused.value.field == "code"
    with pytest.raises(SignInRefused):
        door.enrol(application(village, password="falsches wort"), quiet())
    assert door.workers() == []


def test_who_began_without_a_line_keeps_his_drafts_and_his_password(village: Village, door: HomeDoor):
    session = door.begin_offline("wang", "王芳", "mimahenchang", quiet())
    with Desk(session.machine, session.opened) as desk:
        desk.ledger.keep_draft("visit:new", "visit", "走访", {"content": "阿婆身体还好"})
    with pytest.raises(StoreBusy):
        door.enrol(application(village, local_password="mimahenchang"), quiet())
    session.lock.release()
    with pytest.raises(WrongPassword):
        door.enrol(application(village, local_password="mimahenduan"), quiet())
    enrolled = door.enrol(application(village, local_password="mimahenchang"), quiet())
    door.download(enrolled.session, quiet())
    leave(enrolled)
    session = door.unlock("wang", "mimahenchang", quiet())
    with Desk(session.machine, session.opened) as desk:
        assert desk.is_enrolled
        assert [draft.fields["content"] for draft in desk.ledger.drafts()] == ["阿婆身体还好"]
    session.lock.release()


def test_a_window_that_has_the_store_is_found_before_the_code_is_used_up(village: Village, door: HomeDoor):
    leave(door.enrol(application(village), quiet()))
    session = door.unlock("wang", PASSWORD, quiet())
    again = application(village)
    with pytest.raises(StoreBusy):
        door.enrol(again, quiet())
    session.lock.release()
    leave(door.enrol(again, quiet()))


def test_a_reset_password_opens_what_was_never_sent(village: Village, machine: Machine, door: HomeDoor):
    enrolled = door.enrol(application(village), quiet())
    door.download(enrolled.session, quiet())
    leave(enrolled)
    session = door.unlock("wang", PASSWORD, quiet())
    with Desk(machine, session.opened) as desk:
        village.household(desk, "陈建国")
    session.lock.release()
    with village.centre.staff() as staff:
        staff.reset_password("wang", NEW)
    with pytest.raises(SignInRefused):
        door.unlock_after_reset("wang", "falsches wort", quiet())
    session = door.unlock_after_reset("wang", NEW, quiet())
    with Desk(machine, session.opened) as desk:
        assert desk.ledger.waiting_count() > 0
    session.lock.release()
    assert is_free(machine)


def test_a_store_that_no_centre_knows_cannot_be_opened_by_one(door: HomeDoor, machine: Machine):
    door.begin_offline("wang", "王芳", "mimahenchang", quiet()).lock.release()
    with pytest.raises(SignInNeeded):
        door.unlock_after_reset("wang", NEW, quiet())
    assert is_free(machine)


def test_the_way_to_the_centre_is_tried_without_a_name(door: HomeDoor):
    found = door.reach("http://centre.example", None, quiet())
    assert not found.ok
    assert found.error is not None
    assert "https" in found.error.remedy

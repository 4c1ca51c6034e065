"""Which desks of the district are silent."""

import pytest

from gridserver.storage.engine import text
from gridworker.protocol.codec import unpack
from gridworker.protocol.oversight import Desks

GRID, OTHER_GRID = "330683106211001", "330683107200001"
TOWN, OTHER_TOWN, COUNTY = "330683106", "330683107", "330683"


@pytest.fixture
def district(centre):
    centre.district()
    return centre


def ask(centre, desk):
    return centre.session(desk).get(centre.address + "/oversight/v1/desks")


def told(answer):
    return unpack(answer.content, compressed=answer.headers.get("Content-Encoding") == "zstd")


def names(centre, desk):
    return {each.name for each in Desks.model_validate(told(ask(centre, desk))).desks}


def test_a_supervisor_sees_the_desks_below_his_regions(district):
    district.desk("wang", "grid_worker", GRID)
    district.desk("zhao", "grid_worker", OTHER_GRID)
    district.desk("li", "mediator", TOWN)
    district.desk("admin", "admin", COUNTY)
    here = district.desk("sun", "supervisor", TOWN)
    assert names(district, here) == {"wang", "li", "sun"}
    assert names(district, district.desk("qian", "supervisor", COUNTY)) == {
        "wang",
        "zhao",
        "li",
        "admin",
        "sun",
        "qian",
    }
    assert names(district, district.desk("zhou", "supervisor", OTHER_TOWN)) == {"zhao", "zhou"}


def test_those_silent_longest_come_first(district):
    supervisor = district.desk("sun", "supervisor", TOWN)
    silent, spoken = district.desk("wang", "grid_worker", GRID), district.desk("li", "mediator", TOWN)
    with district.conn() as conn:
        conn.execute(
            text("UPDATE device SET seen_at = :at, last_n = 7, app_version = '0.1.0' WHERE id = CAST(:id AS uuid)"),
            {"at": district.clock() - 1000, "id": spoken.device},
        )
    found = Desks.model_validate(told(ask(district, supervisor)))
    assert found.as_of == district.clock()
    assert [desk.device for desk in found.desks][-1] == spoken.device
    last = found.desks[-1]
    assert (last.person, last.received, last.waiting, last.app_version) == (spoken.person, 7, None, "0.1.0")
    assert last.regions == [district.regions[TOWN]]
    assert [desk.seen_at for desk in found.desks if desk.device == silent.device] == [None]


@pytest.mark.parametrize("role", ["grid_worker", "mediator", "admin"])
def test_nobody_else_is_told(district, role):
    answer = ask(district, district.desk("wang", role, TOWN))
    assert (answer.status_code, told(answer)["error"]) == (403, "not_allowed")


def test_a_stranger_is_told_nothing(district):
    answer = ask(district, None)
    assert (answer.status_code, told(answer)["error"]) == (401, "auth")


def test_a_revoked_supervisor_is_told_nothing(district):
    desk = district.desk("sun", "supervisor", TOWN)
    with district.staff() as staff:
        staff.revoke_device(desk.device)
    answer = ask(district, desk)
    assert (answer.status_code, told(answer)["error"]) == (403, "device")
    assert told(answer)["standing"]["status"] == "suspended"

"""Whoever says that a store is destroyed has to be its device; whatever else is said is refused, and kindly."""

import pytest

from tests.helpers.centre import new_id

GARBAGE = [
    {},
    {"device": "x", "ordered": 1, "at": 1, "proof": "AAAA"},
    {"device": "\0", "ordered": 1, "at": 1, "proof": "\0"},
    {"device": new_id(), "ordered": 2**63, "at": -(2**63), "proof": "=" * 200},
    {"device": new_id(), "ordered": "1", "at": None, "proof": 7},
    {"device": "x" * 41, "ordered": 1, "at": 1, "proof": ""},
    [],
    "wiped",
]


@pytest.mark.parametrize("said", GARBAGE)
def test_garbage_is_refused_and_never_a_bug(centre, said):
    centre.district()
    desk = centre.desk("wang", "grid_worker", "330683106211001")
    answer = centre.session().post(centre.address + "/people/v1/wiped", json=said)
    assert answer.status_code in (400, 401)
    if isinstance(said, dict) and said:
        answer = centre.session().post(centre.address + "/people/v1/wiped", json={**said, "device": desk.device})
        assert answer.status_code in (400, 401)


def test_more_groups_than_may_be_asked_for_are_refused(centre):
    centre.district()
    desk = centre.desk("wang", "grid_worker", "330683106211001")
    asked = {"epoch": "", "incarnation": 1, "schema_version": 1, "scope": 1, "clock": {"wall": 1}, "cursors": {}}
    answer = centre.session(desk).post(centre.address + "/sync/v1/pull", json={**asked, "asked": ["x"] * 501})
    assert answer.status_code == 400

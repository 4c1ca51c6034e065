"""The first day of a desk: a name, a password and a code that works once."""

import pytest
import requests

from gridserver.storage import watch
from gridserver.storage.devices import listed
from gridworker.protocol.enrolment import read_code
from tests.helpers.centre import KEYS, PASSWORD
from tests.server.people.conftest import GRID, body_of, refusal_of


def test_a_desk_comes_in_and_learns_who_it_is_for_and_what_it_holds(centre, laptop, wang):
    answer = laptop().enrol(centre.enrolment_code("wang"))
    told = body_of(answer)
    assert told["account"] == {
        "person": wang,
        "user": "wang",
        "name": "wang",
        "role": "grid_worker",
        "regions": [centre.regions[GRID]],
        "county": centre.regions["330683"],
    }
    assert sorted(bucket["bucket_class"] for bucket in told["buckets"]) == ["grid", "reference", "sensitive", "user"]
    assert told["standing"]["status"] == "active"
    assert told["standing"]["backup"] is False
    assert told["tokens"]["access_until"] == centre.clock() + 15 * 60_000
    assert answer.headers["X-Gridworker"] == "1"


def test_the_code_is_typed_as_people_type(centre, laptop):
    typed = centre.enrolment_code("wang").lower().replace("-", " ")
    assert laptop().enrol(typed).status_code == 200


def test_the_code_knows_its_centre(centre, wang):
    code = read_code(centre.enrolment_code("wang"))
    assert code.fits(KEYS.sign_public, KEYS.seal_public, "")
    assert not code.fits(KEYS.seal_public, KEYS.sign_public, "")
    assert not code.fits(KEYS.sign_public, KEYS.seal_public, "another authority")


def test_a_code_works_once(centre, laptop):
    code = centre.enrolment_code("wang")
    assert laptop().enrol(code).status_code == 200
    assert refusal_of(laptop().enrol(code)) == (401, "auth")


def test_a_lost_answer_costs_no_second_code(centre, laptop):
    mine, code = laptop(), centre.enrolment_code("wang")
    centre.line.lose_answers = 1
    with pytest.raises(requests.ConnectionError):
        mine.enrol(code)
    first = body_of(mine.enrol(code))
    with centre.conn() as conn:
        assert [device.id for device in listed(conn)] == [first["device"]]


def test_a_code_is_good_for_seven_days(centre, laptop):
    code = centre.enrolment_code("wang")
    centre.clock.move(days=7, minutes=-1)
    late = centre.enrolment_code("wang")
    assert laptop().enrol(code).status_code == 200
    centre.clock.move(days=7, minutes=1)
    assert refusal_of(laptop().enrol(late)) == (401, "auth")


def test_a_code_is_for_one_person(centre, laptop):
    centre.account("li", "grid_worker", GRID)
    assert refusal_of(laptop("li").enrol(centre.enrolment_code("wang"))) == (401, "auth")


WRONG = [
    {"code": "0000-0000-0000-0000-0000"},
    {"code": "no code at all"},
    {"code": ""},
    {"password": "wrong password"},
    {"user": "nobody"},
]


@pytest.mark.parametrize("wrong", WRONG)
def test_whatever_is_wrong_the_answer_is_the_same(centre, laptop, wrong):
    mine = laptop(wrong.get("user", "wang"))
    code = wrong.get("code", centre.enrolment_code("wang"))
    answer = mine.enrol(code, wrong.get("password", PASSWORD))
    assert refusal_of(answer) == (401, "auth")
    assert body_of(answer)["reason"] == "登录名、密码或登记码不对，请核对；登记码 7 天内有效，只能用一次。"


def test_a_wrong_password_leaves_the_code_good(centre, laptop):
    code = centre.enrolment_code("wang")
    assert laptop().enrol(code, "wrong password").status_code == 401
    assert laptop().enrol(code).status_code == 200


def test_something_that_is_no_key_is_refused(centre, laptop):
    asked = {"user": "wang", "password": PASSWORD, "code": centre.enrolment_code("wang"), "machine": "m"}
    answer = laptop().post("/people/v1/enrol", {**asked, "device_key": "short"})
    assert refusal_of(answer) == (400, "bad_request")


def test_the_audit_log_tells_who_came_in_and_keeps_no_name(centre, laptop, wang):
    laptop().enrol(centre.enrolment_code("wang"))
    laptop("secret typed into the wrong field").enrol("x")
    with centre.conn() as conn:
        notes = watch.notes(conn)
    told = [(note["act"], note["ok"], note["account"]) for note in notes]
    assert told == [("enrolment_code", True, wang), ("enrol", True, wang), ("enrol", False, None)]
    assert "secret" not in str(notes)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"user": 7}', b"\xff\xfe"])
def test_a_garbled_request_is_told_so(centre, body):
    answer = centre.session().post(centre.address + "/people/v1/enrol", data=body)
    assert refusal_of(answer) == (400, "bad_request")


def test_a_request_without_end_is_cut_short(centre):
    answer = centre.session().post(centre.address + "/people/v1/enrol", data=b"x" * (9 << 20))
    assert refusal_of(answer) == (413, "too_big")


def test_what_the_centre_does_not_have_is_told_so(centre):
    assert refusal_of(centre.session().get(centre.address + "/wp-login.php")) == (404, "not_found")

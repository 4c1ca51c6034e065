"""Guessing gets slower and slower, for the one who guesses."""

import pytest

from gridserver.storage.watch import wait_of
from tests.server.people.conftest import Laptop, body_of, refusal_of


@pytest.mark.parametrize(
    ("failures", "minutes"), [(0, 0), (4, 0), (5, 0.5), (6, 1), (7, 2), (8, 4), (9, 8), (10, 15), (1000, 15)]
)
def test_the_wait_doubles_up_to_a_quarter_of_an_hour(failures, minutes):
    assert wait_of(failures) == minutes * 60_000


def test_after_five_wrong_passwords_even_the_right_one_waits(centre, enrolled):
    for _ in range(5):
        assert refusal_of(enrolled.sign_in("wrong password")) == (401, "auth")
    answer = enrolled.sign_in()
    assert refusal_of(answer) == (429, "throttled")
    assert answer.headers["Retry-After"] == "30"
    centre.clock.move(minutes=0.5)
    assert enrolled.sign_in().status_code == 200


def test_a_stranger_on_the_same_address_cannot_lock_a_worker_out(centre, enrolled):
    stranger = Laptop(centre, device=enrolled.device)  # knows the name and the device, has no key
    for _ in range(9):
        stranger.sign_in("a guess")
    assert refusal_of(stranger.sign_in("a guess")) == (429, "throttled")
    assert enrolled.sign_in().status_code == 200


def test_a_stranger_without_a_code_costs_the_centre_no_work(centre, laptop):
    for _ in range(5):
        assert refusal_of(laptop().enrol("0000-0000-0000-0000-0000")) == (401, "auth")
    assert refusal_of(laptop().enrol("0000-0000-0000-0000-0000")) == (429, "throttled")
    centre.clock.move(days=1, minutes=1)
    assert refusal_of(laptop().enrol("0000-0000-0000-0000-0000")) == (401, "auth")


def test_success_forgives(centre, enrolled):
    for _ in range(4):
        enrolled.sign_in("wrong password")
    assert enrolled.sign_in().status_code == 200
    for _ in range(4):
        enrolled.sign_in("wrong password")
    assert enrolled.sign_in().status_code == 200


def test_the_old_password_cannot_be_guessed_from_a_signed_in_desk(centre, enrolled):
    for _ in range(5):
        answer = enrolled.post(
            "/people/v1/password",
            {"password": "wrong password", "new_password": "another one"},
            enrolled.tokens["access"],
        )
        assert refusal_of(answer) == (403, "not_allowed")
    answer = enrolled.post(
        "/people/v1/password", {"password": "x", "new_password": "another one"}, enrolled.tokens["access"]
    )
    assert refusal_of(answer) == (429, "throttled")
    assert body_of(answer)["reason"] == "尝试次数太多，请稍后再试。"

"""Coming in again: the device's key first, then the password; tokens that are worthless without the key."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gridserver.people.tokens import successor, text_of
from tests.helpers.centre import new_id
from tests.server.people.conftest import GRID, Laptop, body_of, refusal_of


def speak(laptop, token=None):
    """Whether a token opens a door."""
    token = laptop.tokens["access"] if token is None else token
    answer = laptop.post("/people/v1/password", {"password": "x", "new_password": "y"}, token)
    return refusal_of(answer) != (401, "auth")


def test_a_known_desk_signs_in_again(enrolled, wang):
    device = enrolled.device
    answer = enrolled.sign_in()
    assert body_of(answer)["account"]["person"] == wang
    assert enrolled.device == device
    assert speak(enrolled)


def test_a_wrong_password_does_not_open(enrolled):
    assert refusal_of(enrolled.sign_in("wrong password")) == (401, "auth")


def test_the_right_password_on_a_strange_machine_does_not_open(enrolled):
    thief = Laptop(enrolled.centre, device=enrolled.device)
    assert refusal_of(thief.sign_in()) == (401, "auth")


@pytest.mark.parametrize("wrong", [{"device": "no device"}, {"device": new_id()}, {"proof": "!"}, {"proof": ""}])
def test_what_does_not_fit_together_does_not_open(enrolled, wrong):
    assert refusal_of(enrolled.sign_in(**wrong)) == (401, "auth")


def test_somebody_elses_device_does_not_open(centre, enrolled):
    centre.account("li", "grid_worker", GRID)
    assert refusal_of(enrolled.sign_in(user="li")) == (401, "auth")


def test_an_access_token_lasts_a_quarter_of_an_hour(centre, enrolled):
    centre.clock.move(minutes=14.9)
    assert speak(enrolled)
    centre.clock.move(minutes=0.2)
    assert not speak(enrolled)
    assert enrolled.refresh().status_code == 200
    assert speak(enrolled)


@pytest.mark.parametrize("token", ["", "nonsense", "Bearer", "\u4e2d".encode().decode("latin-1")])
def test_a_strangers_token_opens_nothing(enrolled, token):
    assert not speak(enrolled, token)


def test_tokens_rotate_and_the_old_one_holds_until_the_new_one_is_used(enrolled):
    first = enrolled.tokens["refresh"]
    enrolled.refresh(first)
    lost = enrolled.tokens["refresh"]  # say that this answer never came
    assert enrolled.refresh(first).status_code == 200
    second = enrolled.tokens["refresh"]
    assert second == lost
    assert enrolled.refresh(second).status_code == 200
    assert refusal_of(enrolled.refresh(first)) == (401, "auth")
    assert enrolled.refresh(second).status_code == 200


def test_a_refresh_that_comes_twice_or_late_locks_nobody_out(enrolled):
    """A line may double a request or keep one for an hour, and the desk hears one of the answers."""
    first = enrolled.tokens["refresh"]
    enrolled.refresh(first)
    heard = enrolled.tokens["refresh"]
    enrolled.refresh(first)  # its double; this answer is not heard
    assert enrolled.refresh(heard).status_code == 200
    latest = enrolled.tokens["refresh"]
    assert refusal_of(enrolled.refresh(first)) == (401, "auth")  # and late, when it is long settled
    assert enrolled.refresh(latest).status_code == 200


def test_what_follows_a_token_is_told_by_the_centre_alone():
    """Another device, another token, another key: another one follows."""
    follows = {
        successor(key, device, used)
        for key in (b"k" * 32, b"l" * 32)
        for device in ("one", "two")
        for used in ("first", "second")
    }
    assert len(follows) == 8


def test_a_stolen_refresh_token_is_worthless_without_the_key(centre, enrolled):
    thief = Laptop(centre, device=enrolled.device, key=Ed25519PrivateKey.generate())
    assert refusal_of(thief.refresh(enrolled.tokens["refresh"])) == (401, "auth")
    assert enrolled.refresh().status_code == 200


def test_a_desk_silent_for_three_months_asks_for_the_password(centre, enrolled):
    centre.clock.move(days=91)
    assert refusal_of(enrolled.refresh()) == (401, "auth")
    assert enrolled.sign_in().status_code == 200


def test_a_closed_account_is_out_at_once(centre, enrolled, wang):
    with centre.conn() as conn:
        conn.exec_driver_sql("UPDATE account SET active = false WHERE id = %s", (wang,))
    assert not speak(enrolled)
    assert refusal_of(enrolled.refresh()) == (401, "auth")
    assert refusal_of(enrolled.sign_in()) == (401, "auth")


def test_a_revoked_desk_may_still_hand_in_but_holds_nothing(centre, enrolled):
    with centre.staff() as staff:
        staff.revoke_device(enrolled.device)
    told = body_of(enrolled.refresh())
    assert told["standing"]["status"] == "suspended"
    assert told["buckets"] == []
    answer = enrolled.post("/people/v1/password", {"password": "x", "new_password": "y"}, enrolled.tokens["access"])
    assert refusal_of(answer) == (403, "device")
    assert body_of(answer)["standing"]["status"] == "suspended"


def test_the_centre_notes_when_a_desk_was_heard_from_and_how_old_it_is(centre, enrolled):
    from gridserver.storage.devices import listed

    centre.clock.move(minutes=2)
    speak(enrolled)
    # The request is refused (a wrong old password), and seen all the same.
    with centre.conn() as conn:
        (device,) = listed(conn)
    assert (device.seen_at, device.app_version) == (centre.clock(), "0.1.0")


def test_tokens_are_not_to_be_read_in_the_database(centre, enrolled):
    with centre.conn() as conn:
        kept = [
            str(conn.exec_driver_sql(f"SELECT * FROM {table}").all())
            for table in ("device", "access_token", "enrolment_code", "account")
        ]
    for secret in enrolled.tokens["access"], enrolled.tokens["refresh"], "correct horse":
        assert secret not in "".join(kept)
    assert text_of(enrolled.key.private_bytes_raw()) not in "".join(kept)

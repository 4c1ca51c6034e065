"""Passwords that are changed, forgotten and reset: no unsent work is lost with them."""

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from gridserver.people.passwords import Passwords
from gridserver.people.tokens import raw_of, text_of
from gridworker.protocol import recovery, sealing
from tests.helpers.centre import CHEAP, KEYS, PASSWORD, new_id
from tests.server.people.conftest import GRID, body_of, refusal_of

NEW = "a new long password"
STORE_KEY = bytes(range(100, 132))


def change(laptop, old, new):
    return laptop.post("/people/v1/password", {"password": old, "new_password": new}, laptop.tokens["access"])


def test_a_changed_password_is_the_only_one(enrolled):
    assert change(enrolled, PASSWORD, NEW).status_code == 200
    assert refusal_of(enrolled.sign_in(PASSWORD)) == (401, "auth")
    assert enrolled.sign_in(NEW).status_code == 200


@pytest.mark.parametrize("new", ["", "short", " blanks around it ", "with\0nothing", "x" * 1001])
def test_a_poor_password_is_refused(enrolled, new):
    assert refusal_of(change(enrolled, PASSWORD, new)) == (400, "bad_request")
    assert enrolled.sign_in(PASSWORD).status_code == 200


def test_passwords_made_with_less_work_are_made_anew(centre, enrolled, wang):
    from gridserver.storage.people import account_by_id, set_password

    weak = Passwords(type(CHEAP)(time=1, memory_kib=32, lanes=1)).hash(PASSWORD)
    with centre.conn() as conn:
        set_password(conn, wang, weak, 0)
    assert enrolled.sign_in().status_code == 200
    with centre.conn() as conn:
        kept = account_by_id(conn, wang).password
    assert kept != weak
    assert not Passwords(CHEAP).is_cheap(kept)


def test_a_kept_password_of_another_make_fits_nothing():
    assert not Passwords(CHEAP).fits("", PASSWORD)
    assert not Passwords(CHEAP).fits(None, "nobody's password")


def recover(laptop, box, password=NEW, **otherwise):
    reply = X25519PrivateKey.generate()
    asked = {
        "user": laptop.user,
        "password": password,
        "device": laptop.device,
        "at": 1,
        "sealed": text_of(box),
        "reply_key": text_of(reply.public_key().public_bytes_raw()),
        **otherwise,
    }
    answer = laptop.post("/people/v1/recover", asked)
    return answer, reply.private_bytes_raw()


@pytest.fixture
def box(wang):
    """The sealed key beside 王's store."""
    return sealing.seal(KEYS.seal_public, recovery.sealed_text(wang, STORE_KEY))


def reset(centre):
    with centre.staff() as staff:
        staff.reset_password("wang", NEW)


def test_a_forgotten_password_loses_no_store(centre, enrolled, box):
    reset(centre)
    answer, reply = recover(enrolled, box)
    assert sealing.open(reply, raw_of(body_of(answer)["sealed"])) == STORE_KEY
    assert enrolled.sign_in(NEW).status_code == 200


def test_only_the_password_of_now_opens_a_store(centre, enrolled, box):
    reset(centre)
    answer, _ = recover(enrolled, box, PASSWORD)
    assert refusal_of(answer) == (401, "auth")


def test_the_sealed_key_of_a_stolen_laptop_opens_for_nobody_else(centre, laptop, enrolled, box):
    centre.account("li", "grid_worker", GRID, password=NEW)
    thief = laptop("li")
    thief.enrol(centre.enrolment_code("li"), NEW)
    answer, _ = recover(thief, box)
    assert refusal_of(answer) == (403, "not_allowed")
    answer, _ = recover(thief, box, device=enrolled.device)
    assert refusal_of(answer) == (401, "auth")


def test_a_revoked_laptop_gets_no_key(centre, enrolled, box):
    reset(centre)
    with centre.staff() as staff:
        staff.revoke_device(enrolled.device)
    answer, _ = recover(enrolled, box)
    assert refusal_of(answer) == (403, "device")


def test_a_box_that_is_none_of_ours_is_refused(centre, enrolled, wang):
    reset(centre)
    others = sealing.seal(sealing.public_of(bytes(range(7, 39))), recovery.sealed_text(wang, STORE_KEY))
    for box in others, b"", b"x" * 200, sealing.seal(KEYS.seal_public, b"no store key"):
        answer, _ = recover(enrolled, box)
        assert refusal_of(answer) == (403, "not_allowed")
    answer, _ = recover(enrolled, others, device=new_id())
    assert refusal_of(answer) == (401, "auth")


def test_guessing_at_a_store_is_throttled(centre, enrolled, box):
    for _ in range(5):
        assert recover(enrolled, box, "wrong password")[0].status_code == 401
    assert refusal_of(recover(enrolled, box, PASSWORD)[0]) == (429, "throttled")

"""A worker opens his store with his password, and finds a way in when he forgot it; nobody else does."""

import json
import os
import stat
import subprocess
import sys

import pytest

from gridworker.errors import (
    DiskFull,
    KeyringNeeded,
    LockedOut,
    StoreDamaged,
    StoreTooNew,
    WeakPassword,
    WrongPassword,
)
from gridworker.protocol import recovery, sealing
from gridworker.storage.keys import Cost, KeySlots

CHEAP = Cost(memory_kib=64, passes=1, lanes=1)
PASSWORD, NEW = "谷来镇-马村-2026", "another password"
DEVICE, OTHER_DEVICE = b"d" * 32, b"e" * 32
STORE = "5f" * 16
PERSON = "01900000-0000-7000-8000-000000000001"
NOW = 1_800_000_000_000
MINUTE = 60_000
CENTRE = bytes(range(32))


@pytest.fixture
def slots(tmp_path):
    return KeySlots(tmp_path / "store.db.keys", cost=CHEAP)


@pytest.fixture
def key(slots):
    return slots.create(STORE, PASSWORD, DEVICE)


def test_the_password_opens_what_it_was_made_for(slots, key):
    assert len(key) == 32
    assert slots.unlock(PASSWORD, DEVICE, NOW) == key
    assert slots.ways() == {"password"}


def test_every_store_has_a_key_of_its_own(tmp_path):
    first, second = (
        KeySlots(tmp_path / name / "store.db.keys", cost=CHEAP).create(STORE, PASSWORD, DEVICE) for name in "ab"
    )
    assert first != second


def test_a_wrong_password_says_how_many_tries_are_left(slots, key):
    with pytest.raises(WrongPassword) as told:
        slots.unlock("not my password", DEVICE, NOW)
    assert "4 次" in told.value.remedy


def test_the_file_tells_nothing_and_is_its_owners_alone(slots, key, tmp_path):
    path = tmp_path / "store.db.keys"
    text = path.read_text("utf-8")
    assert PASSWORD not in text
    assert key.hex() not in text
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert set(json.loads(text)["slots"]) == {"password"}


def test_on_another_machine_the_password_alone_opens_nothing(slots, key):
    with pytest.raises(KeyringNeeded):
        slots.unlock(PASSWORD, None, NOW)
    with pytest.raises(KeyringNeeded, match="换过"):
        slots.unlock(PASSWORD, OTHER_DEVICE, NOW)
    assert slots.locked_for(NOW) == 0
    assert slots.unlock(PASSWORD, DEVICE, NOW) == key  # neither counted as a wrong password


def test_where_there_is_no_keyring_a_long_password_does_alone(slots):
    with pytest.raises(WeakPassword, match="10"):
        slots.create(STORE, "ninesigns", None)
    key = slots.create(STORE, "ten signs!", None)
    assert not slots.needs_keyring()
    assert slots.unlock("ten signs!", None, NOW) == key
    assert slots.unlock("ten signs!", DEVICE, NOW) == key  # a keyring that came later does no harm


@pytest.mark.parametrize(("password", "device"), [("sevensi", DEVICE), ("1111111111", None), ("ababababab", DEVICE)])
def test_a_password_that_is_guessed_too_soon_is_not_taken(slots, password, device, tmp_path):
    with pytest.raises(WeakPassword):
        slots.create(STORE, password, device)
    assert not (tmp_path / "store.db.keys").exists()


def test_slots_are_never_written_over_by_new_ones(slots, key):
    with pytest.raises(StoreDamaged):
        slots.create(STORE, NEW, DEVICE)
    assert slots.unlock(PASSWORD, DEVICE, NOW) == key


def test_five_wrong_passwords_make_everybody_wait_a_quarter_of_an_hour(slots, key):
    for _ in range(4):
        with pytest.raises(WrongPassword):
            slots.unlock("not my password", DEVICE, NOW)
    with pytest.raises(LockedOut):
        slots.unlock("not my password", DEVICE, NOW)
    with pytest.raises(LockedOut, match="5 分钟"):
        slots.unlock(PASSWORD, DEVICE, NOW + 10 * MINUTE)
    assert slots.locked_for(NOW + 10 * MINUTE) == 5 * MINUTE
    assert slots.unlock(PASSWORD, DEVICE, NOW + 15 * MINUTE) == key
    assert slots.locked_for(NOW + 15 * MINUTE) == 0


def test_after_the_wait_there_are_five_tries_again(slots, key):
    for _ in range(5):
        with pytest.raises((WrongPassword, LockedOut)):
            slots.unlock("not my password", DEVICE, NOW)
    with pytest.raises(WrongPassword, match="4 次"):
        slots.unlock("not my password", DEVICE, NOW + 15 * MINUTE)


def test_a_clock_that_was_set_back_does_not_lock_a_worker_out_for_years(slots, key):
    for _ in range(5):
        with pytest.raises((WrongPassword, LockedOut)):
            slots.unlock("not my password", DEVICE, NOW)
    assert slots.unlock(PASSWORD, DEVICE, NOW - 400 * 24 * 60 * MINUTE) == key


def test_a_changed_password_opens_the_same_store_and_the_old_one_nothing(slots, key, tmp_path):
    slots.set_password(key, NEW, DEVICE)
    assert slots.unlock(NEW, DEVICE, NOW) == key
    with pytest.raises(WrongPassword):
        slots.unlock(PASSWORD, DEVICE, NOW)
    assert [path.name for path in tmp_path.glob("*.keys*")] == ["store.db.keys"]


def test_the_slots_before_stay_until_the_new_ones_have_opened_the_store(slots, key, tmp_path):
    slots.set_password(key, NEW, DEVICE)
    (tmp_path / "store.db.keys").write_bytes(b"\0" * 400)  # as a bad disk leaves it
    assert slots.unlock(PASSWORD, DEVICE, NOW) == key


def test_a_key_of_another_store_is_not_wrapped(slots, key):
    with pytest.raises(WrongPassword):
        slots.set_password(b"x" * 32, NEW, DEVICE)
    assert slots.unlock(PASSWORD, DEVICE, NOW) == key


def test_a_short_pin_is_allowed_only_where_a_keyring_stands_behind_it(slots, key):
    slots.set_pin(key, "470921", DEVICE)
    assert slots.unlock("470921", DEVICE, NOW) == slots.unlock(PASSWORD, DEVICE, NOW) == key
    with pytest.raises(KeyringNeeded):
        slots.unlock("470921", None, NOW)
    with pytest.raises(KeyringNeeded):
        slots.set_pin(key, "470921", None)
    for bad in ("12345", "1234567890", "111111", "12345a", "１２３４５６"):
        with pytest.raises(WeakPassword):
            slots.set_pin(key, bad, DEVICE)
    slots.drop_pin()
    with pytest.raises(WrongPassword):
        slots.unlock("470921", DEVICE, NOW)


def test_a_new_password_takes_the_pin_with_it(slots, key):
    slots.set_pin(key, "470921", DEVICE)
    slots.set_password(key, NEW, DEVICE)
    assert slots.ways() == {"password"}


def test_a_forgotten_password_loses_nothing_with_the_centres_help(slots, key):
    """Desk: send the box. Centre: open it for its owner, seal the key to the desk's fresh key. Desk: a new slot."""
    slots.set_centre(key, PERSON, sealing.public_of(CENTRE))
    box = slots.sealed_for_centre()
    fresh = bytes(range(5, 37))
    person, opened = recovery.read_sealed_text(sealing.open(CENTRE, box))
    assert person == PERSON
    answer = sealing.seal(sealing.public_of(fresh), opened)
    back = sealing.open(fresh, answer)
    slots.set_password(back, NEW, OTHER_DEVICE)
    assert slots.unlock(NEW, OTHER_DEVICE, NOW) == key
    assert slots.centre_key() == sealing.public_of(CENTRE)


def test_without_a_centre_there_is_no_box(slots, key):
    assert slots.sealed_for_centre() is None
    assert slots.centre_key() is None


def test_the_printed_code_opens_the_store_as_sloppily_as_it_is_typed(slots, key):
    code = slots.new_recovery_code(key)
    assert [len(group) for group in code.split("-")] == [5] * 7
    assert slots.unlock_with_code(code) == key
    assert slots.unlock_with_code(code.lower().replace("-", " ").replace("0", "o").replace("1", "l")) == key
    slots.set_password(key, NEW, None)
    assert slots.unlock_with_code(code) == key  # also after the keyring and the password are gone


def test_a_slip_of_the_pen_is_told_by_its_group(slots, key):
    code = slots.new_recovery_code(key)
    other = "7" if code[7] != "7" else "8"
    with pytest.raises(WrongPassword, match="第 2 组"):
        slots.unlock_with_code(code[:7] + other + code[8:])
    with pytest.raises(WrongPassword, match="7 组"):
        slots.unlock_with_code(code[:-2])
    groups = code.split("-")
    with pytest.raises(WrongPassword, match="第 1、2 组"):
        slots.unlock_with_code("-".join([groups[1], groups[0], *groups[2:]]))


def test_a_code_that_was_printed_anew_ends_the_one_before(slots, key):
    first, second = slots.new_recovery_code(key), slots.new_recovery_code(key)
    with pytest.raises(WrongPassword, match="打不开"):
        slots.unlock_with_code(first)
    assert slots.unlock_with_code(second) == key


def test_the_code_of_another_store_opens_nothing(slots, key, tmp_path):
    other = KeySlots(tmp_path / "other.db.keys", cost=CHEAP)
    code = other.new_recovery_code(other.create("6e" * 16, PASSWORD, DEVICE))
    with pytest.raises(WrongPassword):
        slots.unlock_with_code(code)  # there is no printed code here at all
    slots.new_recovery_code(key)
    with pytest.raises(WrongPassword):
        slots.unlock_with_code(code)


def test_a_slot_moved_to_another_store_or_name_opens_nothing(slots, key, tmp_path):
    path = tmp_path / "store.db.keys"
    kept = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps(kept | {"store": "6e" * 16}), "utf-8")
    with pytest.raises(WrongPassword):
        slots.unlock(PASSWORD, DEVICE, NOW)


def test_destroyed_slots_are_the_end_of_the_store(slots, key, tmp_path):
    code = slots.new_recovery_code(key)
    slots.set_centre(key, PERSON, sealing.public_of(CENTRE))
    slots.destroy()
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(StoreDamaged, match="销毁"):
        slots.unlock(PASSWORD, DEVICE, NOW)
    with pytest.raises(StoreDamaged):
        slots.unlock_with_code(code)


def test_slots_of_a_newer_program_and_half_a_file_are_told_apart(slots, key, tmp_path):
    path = tmp_path / "store.db.keys"
    kept = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps(kept | {"format": 2}), "utf-8")
    with pytest.raises(StoreTooNew):
        slots.unlock(PASSWORD, DEVICE, NOW)
    path.write_text(json.dumps({"format": 1}), "utf-8")
    with pytest.raises(StoreDamaged):
        slots.unlock(PASSWORD, DEVICE, NOW)
    path.write_text(path.read_text("utf-8")[:7], "utf-8")
    with pytest.raises(StoreDamaged):
        slots.unlock(PASSWORD, DEVICE, NOW)


def test_a_password_typed_on_another_keyboard_layout_of_the_same_signs_is_the_same(slots):
    key = slots.create(STORE, "cafe\u0301 au lait", None)
    assert slots.unlock("caf\u00e9 au lait", None, NOW) == key


def test_each_slot_remembers_what_it_costs(slots, key, tmp_path):
    dearer = KeySlots(tmp_path / "store.db.keys", cost=Cost(memory_kib=128, passes=2, lanes=2))
    assert dearer.unlock(PASSWORD, DEVICE, NOW) == key
    dearer.set_password(key, NEW, DEVICE)
    assert slots.unlock(NEW, DEVICE, NOW) == key
    kept = json.loads((tmp_path / "store.db.keys").read_text("utf-8"))
    assert kept["slots"]["password"]["cost"] == {"memory_kib": 128, "passes": 2, "lanes": 2}


def test_a_guess_is_dear_unless_a_test_says_otherwise():
    assert Cost() == Cost(memory_kib=65_536, passes=3, lanes=4)


FULL_DISK = """
import resource, signal, sys
from pathlib import Path
from gridworker.errors import GridworkerError
from gridworker.storage.keys import Cost, KeySlots
slots = KeySlots(Path(sys.argv[1]), cost=Cost(64, 1, 1))
key = slots.unlock({password!r}, {device!r}, {now})
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
try:
    slots.set_password(key, "another password", {device!r})
except GridworkerError as error:
    print(type(error).__name__)
"""


def test_when_the_disk_takes_no_more_the_old_password_still_opens(slots, key, tmp_path):
    program = FULL_DISK.format(password=PASSWORD, device=DEVICE, now=NOW)
    run = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "store.db.keys")],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONPATH": os.getcwd()},
    )
    assert run.stdout.strip() == DiskFull.__name__
    assert slots.unlock(PASSWORD, DEVICE, NOW) == key
    assert sorted(path.name for path in tmp_path.iterdir()) == ["store.db.keys"]

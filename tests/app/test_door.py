"""Coming in: every way there is, and every bad morning, with real key slots and real files."""

from __future__ import annotations

import contextlib
import dataclasses
import errno
import subprocess
import sys
from pathlib import Path

import pytest

from gridworker.app.coming_in import CAME_TO_FRONT, Session
from gridworker.app.desk import Desk
from gridworker.app.door import HomeDoor, _the_disk_said
from gridworker.app.newcomer import ROLE_TITLES
from gridworker.errors import (
    Cancelled,
    DiskFull,
    LockedOut,
    StoreBusy,
    StoreDamaged,
    StoreError,
    StoreTooNew,
    WeakPassword,
    WrongPassword,
)
from gridworker.records.kind import ROLE_TITLES as TITLES_OF_RECORDS
from gridworker.records.kind import Role
from gridworker.storage.backup import folder_of
from gridworker.storage.store import Store
from gridworker.sync import enrol
from tests.helpers.keys import MemoryKeyring
from tests.helpers.laptop import PASSWORD, Laptop, quiet
from tests.helpers.notebook import KEY
from tests.helpers.small_grid import HOME

USER = "grid_worker"


@pytest.fixture
def door(laptop: Laptop) -> HomeDoor:
    """The way in to a laptop on which 王芳 works."""
    laptop.worker()
    return laptop.door()


def come_in(door: HomeDoor, user: str = USER, password: str = PASSWORD) -> Session:
    """Unlock, as the page does."""
    return door.unlock(user, password, quiet())


def is_free(laptop: Laptop, user: str = USER) -> bool:
    """Whether no window has the worker's store."""
    with contextlib.suppress(StoreBusy), laptop.machine.vault.window_lock(user).take():
        return True
    return False


def test_the_titles_of_the_roles_are_those_of_the_records():
    assert {role: TITLES_OF_RECORDS[Role(role)] for role in ROLE_TITLES} == ROLE_TITLES
    assert {role for role in Role if role != Role.CENTRE} == set(ROLE_TITLES)


def test_the_right_password_opens_and_holds_the_store(laptop: Laptop, door: HomeDoor):
    session = come_in(door)
    assert not is_free(laptop)
    assert session.opened.key == KEY
    assert session.fell_at is None
    session.lock.release()
    assert is_free(laptop)


def test_who_works_here_is_told_with_what_opens_it_and_whether_a_centre_knows(laptop: Laptop, door: HomeDoor):
    begun = door.begin_offline("chen", "陈国民", PASSWORD, quiet())
    begun.lock.release()
    laptop.machine.vault.slots(USER).set_pin(KEY, "135792", laptop.machine.new_secret(begun.opened.entry.store))
    known = {each.user: each for each in door.workers()}
    assert [each.user for each in door.workers()] == ["chen", USER]
    assert (known[USER].name, known[USER].role_title, known[USER].enrolled) == ("王芳", "网格员", True)
    assert (known["chen"].role_title, known["chen"].enrolled) == ("", False)
    assert (known[USER].has_pin, known["chen"].has_pin) == (True, False)


def test_a_wrong_password_costs_a_try_and_five_lock_for_a_quarter_of_an_hour(laptop: Laptop, door: HomeDoor):
    for left in (4, 3, 2, 1):
        with pytest.raises(WrongPassword) as wrong:
            come_in(door, password="mingqing2025")
        assert f"还可以试 {left} 次" in wrong.value.remedy
    with pytest.raises(LockedOut):
        come_in(door, password="mingqing2025")
    assert door.locked_for(USER) == 15 * 60_000
    with pytest.raises(LockedOut):
        come_in(door)
    assert is_free(laptop)
    laptop.now[0] += 15 * 60_000
    assert door.locked_for(USER) == 0
    come_in(door).lock.release()


def test_another_worker_of_this_laptop_has_a_store_of_his_own(laptop: Laptop, door: HomeDoor):
    laptop.worker("mediator", password="tiaojie2026")
    first = come_in(door)
    second = come_in(door, "mediator", "tiaojie2026")
    assert first.opened.entry.path != second.opened.entry.path
    with pytest.raises(WrongPassword):
        come_in(door, "mediator")
    first.lock.release()
    second.lock.release()


def test_a_damaged_file_is_told_before_the_window_has_it_and_the_store_stays_free(laptop: Laptop, door: HomeDoor):
    laptop.damage(USER)
    with pytest.raises(StoreDamaged):
        come_in(door)
    assert is_free(laptop)


def test_a_file_that_is_gone_is_not_begun_anew_in_silence(laptop: Laptop, door: HomeDoor):
    path = laptop.machine.vault.worker(USER).path
    path.unlink()
    with pytest.raises(StoreDamaged) as gone:
        come_in(door)
    assert "不见了" in gone.value.remedy
    assert not path.exists()
    assert is_free(laptop)


def test_a_store_of_a_newer_program_is_refused_kindly_and_untouched(laptop: Laptop, door: HomeDoor):
    laptop.set_version(USER, 9_001)
    before = laptop.machine.vault.worker(USER).path.read_bytes()
    with pytest.raises(StoreTooNew) as refused:
        come_in(door)
    assert "安装新版程序" in refused.value.remedy
    assert laptop.machine.vault.worker(USER).path.read_bytes() == before
    assert is_free(laptop)


def test_a_store_of_an_older_program_is_copied_and_brought_up_in_the_lane(laptop: Laptop, door: HomeDoor):
    laptop.set_version(USER, 1_000)
    come_in(door).lock.release()
    copies = door.backups(USER)
    assert [(Path(each.key).name, each.words) for each in copies] == [("store-1000.db", "升级前自动备份")]
    store = laptop.store(USER)
    assert store.count("household") == 30
    store.close()


def test_a_backup_takes_the_place_of_a_damaged_file(laptop: Laptop, door: HomeDoor):
    path = laptop.machine.vault.worker(USER).path
    store = laptop.store(USER)
    store.backup_to(folder_of(path) / "by-hand-1.db", KEY)
    store.close()
    laptop.damage(USER)
    (copy,) = door.backups(USER)
    with pytest.raises(WrongPassword):
        door.restore(USER, "mingqing2025", copy, quiet())
    assert is_free(laptop)
    session = door.restore(USER, PASSWORD, copy, quiet())
    assert not is_free(laptop)
    session.lock.release()
    store = laptop.store(USER)
    assert store.count("household") == 30
    store.close()
    assert list(path.parent.glob("replaced-*/store.db")), "the file that was there is kept"


def test_what_was_not_sent_since_the_backup_comes_along(laptop: Laptop, door: HomeDoor):
    session = come_in(door)
    with Desk(laptop.machine, session.opened) as desk:
        desk.store.backup_to(folder_of(session.opened.entry.path) / "by-hand-1.db", KEY)
        saved = desk.ledger.save("household", {"phone": "13805759999"}, HOME)
    session.lock.release()
    session = door.restore(USER, PASSWORD, door.backups(USER)[0], quiet())
    with Desk(laptop.machine, session.opened) as desk:
        assert [change.act for change in desk.store.waiting(9)] == [saved.act]
        assert (desk.ledger.get("household", HOME) or {})["phone"] == "13805759999"
    session.lock.release()


def test_a_backup_that_is_damaged_too_changes_nothing(laptop: Laptop, door: HomeDoor):
    path = laptop.machine.vault.worker(USER).path
    copy = folder_of(path) / "by-hand-1.db"
    copy.parent.mkdir()
    copy.write_bytes(b"\0" * 4096)
    before = path.read_bytes()
    with pytest.raises(StoreDamaged):
        door.restore(USER, PASSWORD, door.backups(USER)[0], quiet())
    assert path.read_bytes() == before
    assert is_free(laptop)


def test_nothing_is_restored_while_another_program_syncs_the_store(laptop: Laptop, door: HomeDoor):
    path = laptop.machine.vault.worker(USER).path
    store = laptop.store(USER)
    store.backup_to(folder_of(path) / "by-hand-1.db", KEY)
    store.close()
    with laptop.machine.vault.sync_lock(USER).take(), pytest.raises(StoreBusy):
        door.restore(USER, PASSWORD, door.backups(USER)[0], quiet())
    assert is_free(laptop)


def test_restoring_can_be_broken_off_before_anything_is_touched(laptop: Laptop, door: HomeDoor):
    path = laptop.machine.vault.worker(USER).path
    store = laptop.store(USER)
    store.backup_to(folder_of(path) / "by-hand-1.db", KEY)
    store.close()
    progress = quiet()
    progress.cancel()
    with pytest.raises(Cancelled):
        door.restore(USER, PASSWORD, door.backups(USER)[0], progress)
    assert not list(path.parent.glob("replaced-*"))
    assert is_free(laptop)


def test_the_printed_code_opens_and_sets_a_new_password(laptop: Laptop, door: HomeDoor):
    code = laptop.machine.vault.slots(USER).new_recovery_code(KEY)
    with pytest.raises(WrongPassword):
        door.unlock_with_code(USER, "7K2MA-9QPXB-4TNWC-HH3DD-8VCBE-ZE6RF-3M9KG", "xinmima2026", quiet())
    with pytest.raises(WeakPassword):
        door.unlock_with_code(USER, code, "short", quiet())
    door.unlock_with_code(USER, code.lower().replace("-", " "), "xinmima2026", quiet()).lock.release()
    come_in(door, password="xinmima2026").lock.release()
    with pytest.raises(WrongPassword):
        come_in(door)


def test_two_windows_on_one_store_are_told(laptop: Laptop, door: HomeDoor):
    first = come_in(door)
    with pytest.raises(StoreBusy) as busy:
        come_in(laptop.door())
    assert busy.value.remedy != CAME_TO_FRONT, "nobody listens there"
    first.lock.release()
    come_in(laptop.door()).lock.release()


def test_a_place_that_could_not_be_made_is_not_in_the_way_of_the_next_try(laptop: Laptop, door: HomeDoor):
    (laptop.home / "stores" / bytes(16).hex() / "store.db").mkdir(parents=True)
    machine = dataclasses.replace(laptop.machine, chance=bytes)  # the name of the next place is known: all noughts
    blocked = HomeDoor(laptop.home, machine=machine)
    with pytest.raises(StoreError):
        blocked.begin_offline("chen", "陈国民", PASSWORD, quiet())
    assert [each.user for each in door.workers()] == [USER]
    blocked.begin_offline("chen", "陈国民", PASSWORD, quiet()).lock.release()
    with pytest.raises(StoreBusy):
        door.begin_offline("chen", "陈国民", PASSWORD, quiet())


def test_without_a_keyring_a_short_password_begins_nothing(laptop: Laptop, no_keyring: None):
    with pytest.raises(WeakPassword):
        laptop.door().begin_offline("chen", "陈国民", "12345abc", quiet())
    assert laptop.door().workers() == []


def test_the_keyring_is_looked_for(laptop: Laptop, memory_keyring: MemoryKeyring):
    assert laptop.door().has_keyring(quiet())


FALLEN = """
import os, signal, sys
from pathlib import Path
from gridworker.storage.vault import Vault
lock = Vault(Path(sys.argv[1])).window_lock(sys.argv[2])
lock.take()
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_run_that_died_is_remembered_once(laptop: Laptop, door: HomeDoor):
    come_in(door).lock.release()
    begun = laptop.now[0]
    laptop.now[0] += 60_000
    subprocess.run([sys.executable, "-c", FALLEN, str(laptop.home), USER], check=False)
    session = come_in(door)
    assert session.fell_at == begun
    session.lock.release()
    session = come_in(door)
    assert session.fell_at is None
    session.lock.release()


@pytest.mark.parametrize(
    ("fault", "error"),
    [(errno.ENOSPC, DiskFull), (errno.EACCES, StoreError), (errno.EROFS, StoreError), (errno.EIO, StoreError)],
)
def test_what_the_disk_refuses_is_told_and_no_bug(fault: int, error: type[StoreError]):
    with pytest.raises(error), _the_disk_said():
        raise OSError(fault, "refused")


def test_what_no_worker_can_mend_stays_a_bug():
    with pytest.raises(ConnectionError), _the_disk_said():
        raise ConnectionError("a bug of ours")


def test_what_was_saved_in_one_run_is_there_in_the_next(laptop: Laptop, door: HomeDoor):
    session = come_in(door)
    store = Store.open(session.opened.entry.path, session.opened.key)
    store.set_meta("preference.look", [1.2, "dark"])
    store.close()
    session.lock.release()
    opened = enrol.unlock(laptop.machine, USER, PASSWORD)
    store = Store.open(opened.entry.path, opened.key)
    assert store.meta("preference.look") == [1.2, "dark"]
    store.close()

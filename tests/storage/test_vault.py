"""Several workers share one laptop: each has a store, a password and a window of his own."""

import errno
import json
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from gridworker.errors import LockedOut, NotFound, StoreBusy, StoreDamaged, WeakPassword, WrongPassword
from gridworker.storage.connection import connect
from gridworker.storage.keys import Cost
from gridworker.storage.locks import FileLock, Holder
from gridworker.storage.vault import Vault

CHEAP = Cost(memory_kib=64, passes=1, lanes=1)
NOW = 1_800_000_000_000
DEVICE = b"d" * 32
WANG, ZHANG = "王的密码是很长的", "张的密码是很长的"


def vault_in(home: Path) -> Vault:
    return Vault(home, cost=CHEAP)


@pytest.fixture
def vault(tmp_path):
    vault = vault_in(tmp_path)
    vault.create(vault.new_store(), "wang", "王秀英", "grid_worker", WANG, DEVICE)
    vault.create(vault.new_store(), "zhang", "张建国", "mediator", ZHANG, DEVICE)
    return vault


def test_a_new_machine_knows_nobody(tmp_path):
    assert vault_in(tmp_path).workers() == []
    assert vault_in(tmp_path).last() is None


def test_who_was_here_last_is_offered_first(vault, tmp_path):
    vault.unlock("wang", WANG, DEVICE, NOW)
    vault.unlock("zhang", ZHANG, DEVICE, NOW + 1)
    vault.unlock("wang", WANG, DEVICE, NOW + 2)
    assert [each.user for each in vault_in(tmp_path).workers()] == ["wang", "zhang"]
    assert vault_in(tmp_path).last().name == "王秀英"


def test_each_worker_has_a_key_that_the_others_password_does_not_open(vault):
    wang, zhang = vault.unlock("wang", WANG, DEVICE, NOW), vault.unlock("zhang", ZHANG, DEVICE, NOW)
    assert wang != zhang
    with pytest.raises(WrongPassword):
        vault.unlock("zhang", WANG, DEVICE, NOW)


def test_a_wrong_password_is_not_a_visit(vault):
    with pytest.raises(WrongPassword):
        vault.unlock("wang", ZHANG, DEVICE, NOW)
    assert vault.worker("wang").last_used == 0


def test_one_workers_wrong_passwords_do_not_lock_out_the_other(vault):
    for _ in range(5):
        with pytest.raises((WrongPassword, LockedOut)):
            vault.unlock("wang", ZHANG, DEVICE, NOW)
    assert vault.locked_for("wang", NOW) == 15 * 60_000
    assert vault.locked_for("zhang", NOW) == 0


def test_the_key_opens_a_store_in_the_place_made_for_it(vault):
    entry = vault.worker("wang")
    db = connect(entry.path, vault.unlock("wang", WANG, DEVICE, NOW))
    db.execute("CREATE TABLE diary (text TEXT)")
    db.close()
    assert b"diary" not in entry.path.read_bytes()


def test_no_file_is_called_by_anybodys_name(vault, tmp_path):
    vault.unlock("wang", WANG, DEVICE, NOW)
    with vault.window_lock("wang").take("socket"), vault.sync_lock("wang").take():
        names = [str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*")]
    assert len(names) >= 8
    assert not [name for name in names for said in ("wang", "zhang", "王", "张") if said in name]


def test_what_lies_in_the_home_is_its_owners_alone(vault, tmp_path):
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}


def test_a_worker_is_enrolled_once_on_a_machine(vault):
    with pytest.raises(StoreBusy):
        vault.create(vault.new_store(), "wang", "王秀英", "grid_worker", WANG, DEVICE)
    with pytest.raises(NotFound):
        vault.unlock("li", WANG, DEVICE, NOW)


def test_a_weak_password_leaves_nothing_behind(vault):
    with pytest.raises(WeakPassword):
        vault.create(vault.new_store(), "li", "李", "supervisor", "short", None)
    assert [each.user for each in vault.workers()] == ["wang", "zhang"]


def test_a_new_name_or_role_from_the_centre_is_shown(vault):
    vault.note("wang", now=NOW, name="王秀瑛", role="supervisor")
    assert (vault.worker("wang").name, vault.worker("wang").role) == ("王秀瑛", "supervisor")
    vault.note("wang", now=NOW + 5)
    assert vault.worker("wang").last_used == NOW + 5
    assert vault.worker("wang").name == "王秀瑛"


def test_one_damaged_entry_does_not_hide_the_others(vault):
    vault.worker("wang").path.with_name("worker.json").write_text('{"user": "wa', "utf-8")
    assert [each.user for each in vault.workers()] == ["zhang"]


def test_a_wiped_store_cannot_be_read_from_any_copy(vault, tmp_path):
    entry = vault.worker("wang")
    key = vault.unlock("wang", WANG, DEVICE, NOW)
    db = connect(entry.path, key)
    db.execute("CREATE TABLE diary (text TEXT)")
    db.close()
    folder = entry.path.parent
    (folder / "store.db.backups").mkdir()
    (folder / "store.db.backups" / "1.db").write_bytes(entry.path.read_bytes())
    slots = vault.slots("wang")
    vault.wipe("wang")
    assert not folder.exists()
    assert [each.user for each in vault.workers()] == ["zhang"]
    with pytest.raises(StoreDamaged):
        slots.unlock(WANG, DEVICE, NOW)


def test_a_second_window_learns_which_one_to_raise(vault, tmp_path):
    first = vault.window_lock("wang").take("gridworker-window-1")
    second = vault_in(tmp_path).window_lock("wang")
    with pytest.raises(StoreBusy, match="切换"):
        second.take("gridworker-window-2")
    assert second.holder().socket == "gridworker-window-1"
    vault.window_lock("zhang").take().release()  # another worker's window is no matter
    first.release()
    second.take("gridworker-window-2")
    assert second.holder().socket == "gridworker-window-2"
    second.release()
    assert second.holder() is None


def test_a_window_and_a_sync_do_not_shut_each_other_out(vault):
    with vault.window_lock("wang").take():
        with vault.sync_lock("wang").take(), pytest.raises(StoreBusy, match="同步"):
            vault.sync_lock("wang").take()
        vault.sync_lock("wang").take().release()


HOLD = """
import sys, time
from pathlib import Path
from gridworker.storage.locks import FileLock
FileLock(Path(sys.argv[1])).take("their-socket")
print("held", flush=True)
time.sleep(60)
"""


def test_on_a_full_disk_a_lock_holds_without_its_note(tmp_path, monkeypatch):
    def full(handle, words):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "write", full)
    with FileLock(tmp_path / "sync.lock").take() as held:
        assert held.holder() is None
        with pytest.raises(StoreBusy):
            FileLock(tmp_path / "sync.lock").take()


def test_a_program_that_was_killed_leaves_no_lock_behind(tmp_path):
    lock = FileLock(tmp_path / "window.lock")
    root = Path(__file__).parents[2]
    other = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path / "window.lock")],
        stdout=subprocess.PIPE,
        text=True,
        cwd=root,
    )
    with other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(StoreBusy):
            lock.take()
        assert lock.holder() == Holder(other.pid, "their-socket")
        other.send_signal(signal.SIGKILL)
    with lock.take("mine"):
        assert lock.holder().socket == "mine"


def test_the_first_page_asks_for_workers_without_loading_anything_heavy(tmp_path):
    vault = vault_in(tmp_path)
    vault.create(vault.new_store(), "wang", "王秀英", "grid_worker", WANG, DEVICE)
    program = (
        "import sys, json; from pathlib import Path; from gridworker.storage.vault import Vault;"
        "vault = Vault(Path(sys.argv[1])); names = [each.name for each in vault.workers()];"
        "vault.locked_for('wang', 0); print(json.dumps([names, sorted(sys.modules)]))"
    )
    run = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    names, modules = json.loads(run.stdout)
    assert names == ["王秀英"]
    heavy = {"argon2", "cryptography", "keyring", "orjson", "pydantic", "requests", "sqlcipher3", "sqlite_utils"}
    assert heavy.isdisjoint(modules)

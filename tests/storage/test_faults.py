"""Bad days: a full disk, a disk that cannot be written, a program that dies; what was confirmed is still there."""

import contextlib
import errno
import os
import random
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlcipher3 import dbapi2

from gridworker.errors import DiskFull, NotAccepted, StoreBusy, StoreDamaged, StoreError
from gridworker.storage.faults import store_error
from tests.helpers.notebook import KEY, Notebook

ROOT = Path(__file__).parents[2]


@pytest.fixture
def small_disk(tmp_path, blank):
    """A desk on a disk of 2 MB; where no such disk may be made, a store that may not grow further."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)], capture_output=True, check=False
    )
    desk = Notebook.open(folder, blank=blank)
    if mounted.returncode:
        pages = desk.store._file.db.execute("PRAGMA page_count").fetchone()[0]
        desk.store._file.db.execute(f"PRAGMA max_page_count = {pages + 60}")
    yield desk
    with contextlib.suppress(StoreError):
        desk.store.close()
    if not mounted.returncode:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(desk):
    """Save until the disk is full; the ids of what was confirmed."""
    saved = []
    with contextlib.suppress(DiskFull):
        for number in range(5000):
            saved.append(desk.household(f"陈{number}", note="民" * 900))
    return saved


def test_a_full_disk_is_said_so_and_what_was_saved_before_is_still_there(small_disk):
    saved = fill(small_disk)
    assert 5 < len(saved) < 5000
    with pytest.raises(DiskFull) as full:
        small_disk.household("李桂英", note="民" * 900)
    assert "磁盘空间" in str(full.value)
    assert small_disk.ledger.count("household") == len(saved)
    assert small_disk.ledger.get("household", saved[-1])["note"] == "民" * 900
    assert [change.n for change in small_disk.store.waiting(9999)] == list(range(1, len(saved) + 1))
    with pytest.raises(DiskFull):
        small_disk.store.backup_to(small_disk.path.with_name("copy.db"), KEY)
    assert sorted(p.name for p in small_disk.path.parent.glob("copy*")) == []


def test_when_there_is_room_again_the_same_form_is_saved(small_disk):
    before = len(fill(small_disk))
    small_disk.store.close()
    roomy = small_disk.path.parent.parent / "roomy"
    shutil.copytree(small_disk.path.parent, roomy)  # with its log, which found no room to be folded in
    small_disk.path = roomy / "store.db"
    small_disk.reopened()
    small_disk.household("李桂英")
    assert small_disk.ledger.count("household") == before + 1


SAVES = """
import sys
from pathlib import Path
from gridworker.ledger import Ledger
from tests.helpers.notebook import Notebook, ids
desk = Notebook.open(Path(sys.argv[1]), empty=True)
desk.ledger = Ledger(desk.store, desk.ledger.me, clock=lambda: desk.now, new_id=ids(int(sys.argv[2], 16)))
while True:
    house = desk.household("陈建国", tags=["low_income"])
    print(house, flush=True)
    matter = {"title": "路灯不亮", "household": house}
    print(desk.ledger.save_visit({"household": house, "text": "走访"}, matters=[matter]).id, flush=True)
    desk.ledger.keep_draft("visit:" + house, "visit", "走访", {"text": "草稿"})
"""


def test_a_program_that_is_killed_at_any_moment_loses_nothing_that_it_had_confirmed(notebook):
    chance = random.Random(20260302)
    notebook.store.close()
    told = []
    for round_ in range(6):
        start = f"{0xA00000 + round_ * 0x10000:x}"
        worker = subprocess.Popen(
            [sys.executable, "-c", SAVES, str(notebook.path.parent), start], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        for _ in range(chance.randrange(1, 30)):
            told.append(worker.stdout.readline().strip())
        with contextlib.suppress(subprocess.TimeoutExpired):
            worker.wait(chance.random() / 50)
        worker.send_signal(signal.SIGKILL)
        told += [line.strip() for line in worker.stdout if len(line.strip()) == 36]
        worker.stdout.close()
        worker.wait()
    notebook.reopened()
    store = notebook.store
    assert store.check()
    assert all(store.get("household", one) or store.get("visit", one) for one in told)
    numbers = [change.n for change in store.waiting(100_000)]
    assert numbers == list(range(1, len(numbers) + 1))
    # A visit and its matter are one act: one is never there without the other.
    assert store.count("visit") == store.count("matter")
    assert store.totals("household", "households_by_grid")[0]["n"] == store.count("household")
    assert store.count("household", [("tags", "has", "low_income")]) == store.count("household")
    assert len(store.search_ids("household", "陈建国")) == store.count("household")


def test_a_disk_that_cannot_be_written_is_said_so(tmp_path, notebook):
    db = notebook.store._file.db
    db.execute("PRAGMA query_only = ON")
    with pytest.raises(StoreError) as refused:
        notebook.household()
    assert "只读" in str(refused.value)
    db.execute("PRAGMA query_only = OFF")
    notebook.household()


@pytest.mark.parametrize(
    ("name", "ours"),
    [
        ("SQLITE_FULL", DiskFull),
        ("SQLITE_BUSY_SNAPSHOT", StoreBusy),
        ("SQLITE_CORRUPT_VTAB", StoreDamaged),
        ("SQLITE_NOTADB", StoreDamaged),
        ("SQLITE_IOERR_WRITE", StoreError),
        ("SQLITE_CANTOPEN", StoreError),
    ],
)
def test_each_fault_of_the_file_has_its_words(name, ours):
    fault = dbapi2.OperationalError("a value may stand here")
    fault.sqlite_errorname = name
    error = store_error(fault)
    assert type(error) is ours
    assert error.detail == name
    assert "a value" not in str(error)


def test_a_bug_stays_a_bug():
    fault = dbapi2.OperationalError("no such table")
    fault.sqlite_errorname = "SQLITE_ERROR"
    assert store_error(fault) is None
    assert store_error(KeyError("x")) is None
    assert isinstance(store_error(OSError(28, os.strerror(28))), DiskFull)
    assert store_error(FileNotFoundError()) is None


@pytest.mark.parametrize(
    ("number", "ours", "words"),
    [(errno.EIO, StoreError, "检查磁盘"), (errno.EROFS, StoreError, "只读"), (errno.EDQUOT, DiskFull, "空间")],
)
def test_a_file_beside_the_store_that_cannot_be_written_is_said_so_too(number, ours, words):
    error = store_error(OSError(number, os.strerror(number)))
    assert type(error) is ours
    assert words in str(error)


BAD_VALUES = [
    ("note", "家中\x00一切", "特殊字符"),
    ("note", "民" * 20_000, "20000 个字"),
    ("moved_in", "2026-02-30", "没有这一天"),
    ("moved_in", "1026-02-03", "年份"),
    ("phone", "1380000", "11 位"),
    ("members", "三", "整数"),
    ("members", -1, "之间"),
    ("tags", ["nonsense"], "标签"),
    ("household_kind", "castle", "选择"),
    ("head_name", "", "户主"),
]


@pytest.mark.parametrize(("field", "value", "words"), BAD_VALUES, ids=[f"{f}-{w}" for f, _, w in BAD_VALUES])
def test_what_cannot_be_kept_is_refused_with_its_field_and_nothing_is_written(notebook, field, value, words):
    with pytest.raises(NotAccepted) as refused:
        notebook.household(**{"name": "陈建国", field: value} if field != "head_name" else {"name": ""})
    assert refused.value.field == field
    assert words in str(refused.value)
    assert notebook.store.waiting(1) == []
    assert notebook.ledger.count("household") == 0


@pytest.mark.parametrize(
    "number", ["330683199902301234", "33068319990203123", "330683199902031230", "33068319990203123A", 3.3e17]
)
def test_an_impossible_citizens_number_is_refused(notebook, number):
    house = notebook.household()
    with pytest.raises(NotAccepted) as refused:
        notebook.ledger.save("person", {"name": "陈建国", "household": house, "id_number": number})
    assert refused.value.field == "id_number"

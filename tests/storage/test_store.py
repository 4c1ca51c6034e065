"""Opening one worker's file: what fits, what does not, and what two programs at once may do."""

import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from gridworker.errors import StoreBusy, StoreDamaged, StoreError, StoreTooNew
from gridworker.storage.backup import folder_of
from gridworker.storage.connection import connect, prepare
from gridworker.storage.store import Store
from tests.helpers.notebook import GRID, KEY, Notebook, bucket

ROOT = Path(__file__).parents[2]


def test_a_store_is_made_and_found_again(tmp_path):
    store = Store.open(tmp_path / "store.db", KEY)
    store.set_metas({"device": "d", "epoch": "e"})
    store.close()
    again = Store.open(tmp_path / "store.db", KEY)
    assert (again.meta("device"), again.meta("epoch"), again.meta("nothing", 7)) == ("d", "e", 7)
    assert (again.meta("incarnation"), again.meta("next_n")) == (1, 1)
    again.close()
    assert (tmp_path / "store.db").stat().st_mode & 0o077 == 0


def test_another_key_opens_nothing_and_touches_nothing(notebook):
    notebook.household()
    notebook.store.close()
    before = notebook.path.read_bytes()
    with pytest.raises(StoreDamaged):
        Store.open(notebook.path, bytes(32))
    assert notebook.path.read_bytes() == before
    notebook.reopened()
    assert notebook.ledger.count("household") == 1


def test_a_file_that_is_no_store_is_refused_and_left_as_it_is(tmp_path):
    for name, content in (("text", b"not a store" * 1000), ("plain", None)):
        path = tmp_path / name
        if content is None:
            plain = sqlite3.connect(path)
            plain.execute("CREATE TABLE t (a)")
            plain.close()
        else:
            path.write_bytes(content)
        before = path.read_bytes()
        with pytest.raises(StoreDamaged) as refused:
            Store.open(path, KEY)
        assert "恢复备份" in str(refused.value)
        assert path.read_bytes() == before


def test_a_damaged_page_is_noticed_when_it_is_read(notebook):
    for number in range(300):
        notebook.household(f"陈{number}")
    notebook.store.close()
    content = bytearray(notebook.path.read_bytes())
    for place in range(8192, len(content), 4096):
        content[place + 100] ^= 0xFF
    notebook.path.write_bytes(content)
    with pytest.raises(StoreDamaged):
        Store.open(notebook.path, KEY).find("household")


def test_a_store_of_a_newer_version_is_refused_kindly_and_not_touched(notebook):
    notebook.store.close()
    db = connect(notebook.path, KEY)
    db.execute("PRAGMA user_version = 2000")
    db.close()
    before = notebook.path.read_bytes()
    with pytest.raises(StoreTooNew) as refused:
        Store.open(notebook.path, KEY)
    assert "新版程序" in str(refused.value)
    assert notebook.path.read_bytes() == before


def test_a_store_with_additions_of_a_newer_version_opens(notebook):
    notebook.household()
    notebook.store.close()
    db = connect(notebook.path, KEY)
    db.execute("PRAGMA user_version = 1090")
    db.execute("CREATE TABLE something_new (a)")
    db.close()
    notebook.reopened()
    assert notebook.ledger.count("household") == 1
    assert notebook.store._file.db.execute("PRAGMA user_version").fetchone() == (1090,)
    assert not folder_of(notebook.path).exists()


def test_a_folder_that_is_not_there_is_said_so(tmp_path):
    with pytest.raises((StoreError, FileNotFoundError)):
        Store.open(tmp_path / "nowhere" / "store.db", KEY)


def test_a_store_belongs_to_the_thread_that_opened_it(notebook):
    caught = []

    def read():
        try:
            notebook.store.count("household")
        except Exception as error:
            caught.append(type(error).__name__)

    thread = threading.Thread(target=read)
    thread.start()
    thread.join()
    assert caught == ["ProgrammingError"]


def test_two_programs_save_into_one_store_and_every_number_is_given_once(notebook):
    work = (
        "import sys; from pathlib import Path; from tests.helpers.notebook import Notebook, ids\n"
        "from gridworker.ledger import Ledger\n"
        "desk = Notebook.open(Path(sys.argv[1]), empty=True)\n"
        "desk.ledger = Ledger(desk.store, desk.ledger.me, clock=lambda: desk.now, new_id=ids(int(sys.argv[2], 16)))\n"
        "[desk.household(f'户{n}') for n in range(40)]; desk.store.close()"
    )
    others = [
        subprocess.Popen([sys.executable, "-c", work, str(notebook.path.parent), start], cwd=ROOT)
        for start in ("a00000", "b00000")
    ]
    for number in range(40):
        notebook.household(f"陈{number}")
    assert [other.wait(60) for other in others] == [0, 0]
    assert [change.n for change in notebook.store.waiting(1000)] == list(range(1, 121))
    assert notebook.ledger.count("household") == 120


def test_who_waits_too_long_for_the_other_program_is_told(notebook):
    other = connect(notebook.path, KEY)
    prepare(other)
    other.execute("BEGIN IMMEDIATE")
    notebook.store._file.db.execute("PRAGMA busy_timeout = 20")
    with pytest.raises(StoreBusy):
        notebook.household()
    assert notebook.ledger.count("household") == 0  # reading goes on
    other.execute("COMMIT")
    other.close()
    notebook.household()


def test_a_copy_is_made_before_a_migration(notebook):
    notebook.household()
    notebook.store.close()
    db = connect(notebook.path, KEY)
    db.execute("PRAGMA user_version = 1000")
    db.close()
    notebook.reopened()
    (copy,) = folder_of(notebook.path).iterdir()
    assert copy.name == "store-1000.db"
    old = Store.open(copy, KEY)
    assert old.count("household") == 1
    old.close()


def test_a_store_of_a_former_program_keeps_the_centres_rows_under_what_waits(notebook):
    home = notebook.household("陈娟")
    notebook.hand_in(seen=True)
    notebook.ledger.save("household", {"head_name": "陈娟琴"}, home)
    before = notebook.store._file.db.execute("SELECT * FROM base_row").fetchall()
    notebook.store.close()
    db = connect(notebook.path, KEY)
    db.execute("ALTER TABLE base_row RENAME TO new")
    db.execute(
        "CREATE TABLE base_row (kind TEXT NOT NULL, id TEXT NOT NULL, body BLOB NOT NULL,"
        " PRIMARY KEY (kind, id)) STRICT, WITHOUT ROWID"
    )
    db.execute("INSERT INTO base_row SELECT * FROM new")
    db.execute("DROP TABLE new")
    db.execute("DELETE FROM _sqlite_migrations WHERE name >= '0007'")
    db.execute("PRAGMA user_version = 1006")
    db.close()
    notebook.reopened()
    assert notebook.store._file.db.execute("SELECT * FROM base_row").fetchall() == before
    assert before


def test_opening_costs_little_when_nothing_has_changed(notebook):
    notebook.store.close()
    size = notebook.path.stat().st_size
    again = Store.open(notebook.path, KEY)
    assert not Path(str(notebook.path) + "-wal").stat().st_size
    again.close()
    assert notebook.path.stat().st_size == size


def test_nothing_is_written_when_an_act_fails_half_way(notebook):
    notebook.household()
    changes = notebook.store.waiting(10)
    broken = [changes[0], changes[0]]
    with pytest.raises(Exception, match="UNIQUE"):
        notebook.store.keep(broken, by=notebook.ledger.me.person)
    assert notebook.store.meta("next_n") == 2
    assert notebook.ledger.count("household") == 1
    notebook.household("李桂英")
    assert [change.n for change in notebook.store.waiting(10)] == [1, 2]


def test_the_log_of_syncs_keeps_the_last_ones(notebook):
    for number in range(3):
        notebook.store.log_sync(number, {"pushed": number, "error": ""})
    assert notebook.store.sync_log(2) == [{"pushed": 2, "error": "", "at": 2}, {"pushed": 1, "error": "", "at": 1}]


def test_the_log_is_folded_into_the_file_in_quiet_moments(notebook):
    for number in range(60):
        notebook.household(f"陈{number}")
    log = Path(str(notebook.path) + "-wal")
    before = notebook.path.stat().st_size
    assert log.stat().st_size > 0
    while notebook.store.tidy():
        pass
    assert notebook.path.stat().st_size > before


def test_a_bucket_is_found_by_its_class_and_region(notebook):
    assert notebook.store.bucket_for("grid", GRID) == bucket("grid")
    assert notebook.store.bucket_for("case", GRID) is None


def test_no_more_files_than_needed_are_left(tmp_path, blank):
    desk = Notebook.open(tmp_path, blank=blank)
    desk.household()
    desk.store.close()
    assert sorted(os.listdir(tmp_path)) == ["store.db"]
    shutil.rmtree(tmp_path)

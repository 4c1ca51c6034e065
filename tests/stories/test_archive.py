"""The log is archived while the centre serves: what is archived is safe, and any moment can be brought back."""

import argparse
import time

import pytest

from gridserver.backup import Secret, write_key
from gridserver.cli import drill, safekeeping
from gridserver.cli.world import World
from gridserver.cli.world import clock as machine_clock
from gridserver.oversight.archivist import Archivist
from gridserver.settings import Settings
from gridserver.storage import embedded
from gridserver.storage.engine import snapshot
from gridserver.storage.health import health
from tests.helpers.centre import KEYS, PASSWORD, running_postgres

KEY = bytes(range(7, 39))


@pytest.fixture(scope="module")
def postgres():
    """One that writes a log which can be archived, as a centre's own does."""
    with running_postgres(
        embedded.programs(), wal_level="replica", max_wal_senders="4", synchronous_commit="on"
    ) as running:
        yield running


@pytest.fixture
def keeper(village, database, tmp_path):
    """Archives into a folder, and restores from it."""
    return Keeper(village, database, tmp_path)


class Keeper:
    def __init__(self, village, url, folder):
        self.village, self.url, self.folder = village, url, folder / "archive"
        self.settings = Settings(data=folder / "data", database=url)
        (folder / "data" / "keys").mkdir(parents=True)
        write_key(folder / "data" / "keys" / "backup.key", KEY)
        self.archivist = self.begin()

    def begin(self):
        """As at the start of a centre."""
        return Archivist(self.village.centre.engine, self.url, self.folder, Secret(key=KEY), KEYS, machine_clock)

    @property
    def world(self):
        return World(self.village.centre.engine, self.url, KEYS)

    def restore(self, to=None):
        asked = argparse.Namespace(folder=self.folder, key_file=None, to=to)
        return safekeeping.restore(self.settings, asked).document

    def drill(self):
        return drill.drill(self.settings, self.world, argparse.Namespace(folder=self.folder, key_file=None, to=None))


def households(village):
    with village.centre.conn() as conn:
        return {row[0] for row in conn.exec_driver_sql("SELECT id FROM record WHERE kind = 'household'")}


def moment():
    """A time between two commits."""
    time.sleep(0.02)
    now = machine_clock()
    time.sleep(0.02)
    return now


def test_what_is_archived_is_safe_and_comes_back_to_its_end_or_to_a_moment(village, desk, keeper, monkeypatch):
    monkeypatch.delenv("GRIDWORKER_BACKUP_PASSWORD", raising=False)
    wang = desk("wang")
    saved = [village.household(wang, "陈一")]
    wang.sync()
    assert wang.store.state_of("household", saved[0]) == "accepted"
    assert keeper.archivist.round()
    wang.sync()
    assert wang.store.state_of("household", saved[0]) == "durable", "its place in the log is archived"
    assert not keeper.archivist.round(), "nobody waits, nothing is archived"
    then = moment()
    saved.append(village.household(wang, "陈二"))
    wang.sync()
    assert keeper.begin().round(), "the centre was started again in between"
    saved.append(village.household(wang, "陈三"))
    wang.sync()  # no round after this one: it is not archived
    assert "PASS" in keeper.drill().lines[0]

    told = keeper.restore()
    assert told["file"].endswith(".base")
    assert households(village) == set(saved[:2]), "to the last archived position"
    wang.sign_in(PASSWORD)  # the tokens that he has are younger than the copy
    wang.sync()
    assert households(village) == set(saved), "and the rest comes back from the desk"
    assert {wang.store.state_of("household", each) for each in saved} <= {"durable", "accepted"}

    keeper.restore(to=then)
    assert households(village) == {saved[0]}
    wang.sign_in(PASSWORD)
    wang.sync()
    assert households(village) == set(saved)
    with snapshot(village.centre.engine) as conn:
        found = health(conn, machine_clock())
    assert found.chores["restore"].told["from"] <= then
    assert not found.sums.wrong


def fill(village, megabytes):
    """Something that the log has to hold."""
    with village.centre.conn() as conn:
        conn.exec_driver_sql(f"SELECT pg_logical_emit_message(false, 'x', repeat('y', {megabytes} * 1000000))")


def test_complete_stretches_lie_in_one_piece_each_and_a_lost_log_begins_a_new_base_copy(village, keeper):
    archivist = keeper.archivist
    assert archivist.round()
    for _ in range(3):
        fill(village, 9)
        assert archivist.round()
    archive, size = archivist.archive, archivist.archive.logs()[0].end
    (base,) = archive.bases()
    assert archive.end(base.start) == max(part.end for part in archive.logs())
    whole = [part for part in archive.logs() if part.end - part.start == 16 << 20]
    assert whole
    assert not [p for p in archive.logs() for w in whole if p != w and w.start <= p.start and p.end <= w.end], size
    with village.centre.conn() as conn:
        conn.exec_driver_sql("SELECT pg_drop_replication_slot('gridworker_archive')")
        conn.exec_driver_sql("SELECT pg_switch_wal()")
    fill(village, 1)
    with village.centre.conn() as conn:
        conn.exec_driver_sql("CHECKPOINT")
    again = keeper.begin()
    assert again.round()
    with snapshot(village.centre.engine) as conn:
        assert health(conn, machine_clock()).chores["archive"].ok
    newest = archive.bases()[-1]
    assert archive.end(newest.start) >= newest.end


def test_an_archive_that_cannot_be_written_is_told_and_nothing_is_called_safe(village, desk, keeper, logged):
    logged.expect("not being archived")
    wang = desk("wang")
    household = village.household(wang)
    wang.sync()
    keeper.folder.write_text("a file where the folder should be")
    keeper.archivist.try_round()
    with snapshot(village.centre.engine) as conn:
        assert "archive_failing" in health(conn, machine_clock()).alarms
    wang.sync()
    assert wang.store.state_of("household", household) == "accepted"

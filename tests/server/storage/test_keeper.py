"""A PostgreSQL that dies under the centre comes back without an administrator."""

import os
import shutil
import signal
import time

import psycopg
import pytest

from gridserver.storage import embedded
from gridserver.storage.embedded import Cluster
from gridserver.storage.keeper import kept
from tests.helpers.centre import short_folder


@pytest.fixture
def cluster():
    folder = short_folder()
    running = Cluster(folder / "postgres", programs=embedded.programs(), system_user="nobody")
    yield running
    running.stop()
    shutil.rmtree(folder)


def test_a_killed_postgresql_is_started_again_where_it_was(cluster, logged):
    logged.expect("was started again")
    url = cluster.start()
    with kept(cluster, every=0.05):
        os.kill(int(cluster._facts()[0]), signal.SIGKILL)
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                with psycopg.connect(url) as line:
                    assert line.execute("SELECT 1").fetchone() == (1,)
                    break
            except psycopg.OperationalError:
                time.sleep(0.05)
        else:
            pytest.fail("it does not come back")


def test_one_that_runs_is_left_alone(cluster):
    cluster.start()
    before = cluster._facts()[0]
    assert not cluster.revive()
    assert cluster._facts()[0] == before

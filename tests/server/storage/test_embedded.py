"""A PostgreSQL of the centre's own: it comes up after every fall, and only its owner gets at it."""

import os
import shutil
import signal
import stat
import subprocess
import sys

import psycopg
import pytest

from gridserver.errors import CommandFailed
from gridserver.storage import refuge
from gridserver.storage.embedded import MAJOR, Cluster, programs
from tests.helpers.centre import short_folder

QUICK = {"fsync": "off", "shared_buffers": "16MB"}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A cluster that was made once; tests start copies of it."""
    place = short_folder()
    (place / "data").mkdir(mode=0o700)
    cluster = Cluster(place / "data" / "postgres", programs=programs(), settings=QUICK, system_user="nobody")
    cluster.start()
    cluster.stop()
    yield place / "data"
    shutil.rmtree(place)


@pytest.fixture
def data(made):
    """A data folder with a cluster at rest; short enough a path for a socket."""
    place = short_folder()
    subprocess.run(["cp", "-a", made, place / "data"], check=True)
    yield place / "data"
    shutil.rmtree(place)


def cluster_in(data, **settings):
    return Cluster(data / "postgres", programs=programs(), settings={**QUICK, **settings}, system_user="nobody")


@pytest.fixture
def cluster(data):
    cluster = cluster_in(data)
    yield cluster
    cluster.stop()


def postmaster(data):
    return int((data / "postgres" / "cluster" / "postmaster.pid").read_text().split()[0])


def asks(url, question="SELECT 1"):
    with psycopg.connect(url) as line:
        return line.execute(question).fetchone()[0]


def test_it_is_the_major_that_we_named(cluster):
    assert asks(cluster.start(), "SHOW server_version").startswith(f"{MAJOR}.")


def test_everything_lies_behind_closed_doors(cluster, data):
    cluster.start()
    for place in data, data / "postgres", data / "postgres" / "cluster":
        assert stat.S_IMODE(place.stat().st_mode) == 0o700
    assert stat.S_IMODE((data / "postgres" / "password").stat().st_mode) == 0o600


def test_nobody_comes_in_without_the_password(cluster):
    url = cluster.start()
    secret = url.split(":")[2].split("@")[0]
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(url.replace(secret, "guess"))


def test_it_listens_on_no_network(cluster):
    assert asks(cluster.start(), "SHOW listen_addresses") == ""


def test_where_a_path_is_too_long_for_a_socket_it_listens_on_loopback_alone(data):
    deep = data.parent / ("long" * 30) / "data"
    deep.parent.mkdir()
    data.rename(deep)
    cluster = cluster_in(deep)
    try:
        url = cluster.start()
        assert asks(url, "SHOW listen_addresses") == "127.0.0.1"
    finally:
        cluster.stop()
    deep.rename(data)


def test_what_was_written_is_there_after_a_rest(cluster, data):
    with psycopg.connect(cluster.start()) as line:
        line.execute("CREATE TABLE kept AS SELECT 'still here' AS words")
    cluster.stop()
    assert not cluster.is_running()
    assert asks(cluster.start(), "SELECT words FROM kept") == "still here"


def test_the_second_user_joins_and_the_last_one_turns_out_the_light(cluster, data):
    url = cluster.start()
    command = cluster_in(data)
    assert command.start() == url
    command.stop()
    assert asks(url) == 1
    late = cluster_in(data)
    late.start()
    cluster.stop()
    assert asks(url) == 1
    late.stop()
    assert not cluster.is_running()


def test_an_orphan_is_stopped_and_a_new_one_started(data):
    program = (
        "import sys, os; from pathlib import Path; from gridserver.storage.embedded import *\n"
        "Cluster(Path(sys.argv[1]), programs=programs(), settings={'fsync': 'off'}, system_user='nobody').start()\n"
        "os.kill(os.getpid(), 9)"
    )
    died = subprocess.run([sys.executable, "-c", program, data / "postgres"], check=False)
    assert died.returncode == -signal.SIGKILL
    orphan = postmaster(data)
    os.kill(orphan, 0)
    cluster = cluster_in(data, application_name="the new one")
    try:
        assert asks(cluster.start(), "SHOW application_name") == "the new one"
        assert postmaster(data) != orphan
    finally:
        cluster.stop()


def test_after_a_power_cut_it_mends_itself(cluster, data):
    with psycopg.connect(cluster.start()) as line:
        line.execute("CREATE TABLE kept AS SELECT 'still here' AS words")
    os.kill(postmaster(data), signal.SIGKILL)
    cluster.stop()
    assert asks(cluster.start(), "SELECT words FROM kept") == "still here"


def test_another_program_with_its_old_number_is_not_taken_for_it(cluster, data):
    cluster.start()
    cluster.stop()
    facts = data / "postgres" / "cluster" / "postmaster.pid"
    facts.write_text(f"{os.getpid()}\n{facts.parent}\n1\n5432\n{facts.parent}\n\n0 0\nready\n")
    if owner := refuge.refuge("nobody"):
        os.chown(facts, owner.uid, owner.gid)
    assert not cluster.is_running()
    assert asks(cluster.start()) == 1


def test_its_log_holds_no_word_of_what_was_typed(cluster, data):
    url = cluster.start()
    with psycopg.connect(url) as line:
        line.execute("CREATE TABLE people (name text UNIQUE)")
        line.execute("INSERT INTO people VALUES ('王秀英')")
    for _ in range(2):
        with pytest.raises(psycopg.errors.UniqueViolation), psycopg.connect(url) as line:
            line.execute("INSERT INTO people VALUES ('王秀英')")
    log = (data / "postgres" / "cluster" / "postgres.log").read_text()
    assert "duplicate key" in log
    assert "王秀英" not in log


def test_a_folder_that_is_broken_says_what_is_wrong(cluster, data):
    (data / "postgres" / "cluster" / "postgresql.conf").write_text("nonsense = 'yes'\n")
    with pytest.raises(CommandFailed, match="contains errors"):
        cluster.start()
    assert not cluster.is_used()


def test_a_way_is_opened_for_one_account_and_nobody_else(tmp_path):
    inner = tmp_path / "closed" / "inner"
    inner.mkdir(parents=True)
    (tmp_path / "closed").chmod(0o700)
    guest = refuge.Refuge(65534, 65534)
    guest.let_in(inner)
    assert stat.S_IMODE((tmp_path / "closed").stat().st_mode) & 0o007 in (0, 1)
    seen = subprocess.run(["ls", "-d", inner], check=False, capture_output=True, **guest.as_user)
    assert seen.returncode == 0
    listed = subprocess.run(["ls", tmp_path / "closed"], check=False, capture_output=True, **guest.as_user)
    assert listed.returncode != 0

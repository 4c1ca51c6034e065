"""The centre as its desks meet it: an address, a certificate, and an orderly end."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import requests
import uvicorn

from gridserver.app import create_app
from gridserver.cli import main
from gridserver.cli.serving import check, is_loopback, uvicorn_config
from gridserver.errors import CommandFailed
from gridserver.settings import Settings, default_data
from gridserver.storage.embedded import Cluster, programs
from simulation.processes.authority import Authority
from tests.helpers.centre import PASSWORD, short_folder

ROOT = Path(__file__).parents[3]


@pytest.fixture
def authority(tmp_path):
    return Authority(tmp_path)


@contextlib.contextmanager
def serving(centre, settings):
    """The centre behind a real socket, until the end of the block; its port."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        server = uvicorn.Server(uvicorn_config(settings, create_app(centre.ground)))
        thread = threading.Thread(target=server.run, args=([door],))
        thread.start()
        try:
            while not server.started:
                assert thread.is_alive()
                time.sleep(0.01)
            yield door.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join()


def settings_of(cert, key):
    return Settings(data=None, tls_cert=cert, tls_key=key)


def hello(port, **how):
    """What it says of itself, and the headers around it. The line is hung up: the server would wait for it."""
    with requests.Session() as session:
        session.trust_env = False
        with session.get(f"https://127.0.0.1:{port}/sync/v1/hello", timeout=10, stream=True, **how) as answer:
            return answer.json(), {name.lower(): value for name, value in answer.headers.items()}


def test_a_desk_that_knows_the_authority_comes_through(centre, authority):
    with serving(centre, settings_of(*authority.files())) as port:
        said, headers = hello(port, verify=authority.ca)
    assert said["product"] == "gridworker-centre"
    assert "server" not in headers
    assert headers["x-gridworker"] == "1"


BAD = [
    ({"host": "127.0.0.1"}, None, "self|unable to get local issuer|unknown"),
    ({"host": "127.0.0.1", "expired": True}, "ours", "expired"),
    ({"host": "centre.example"}, "ours", "mismatch|not valid for"),
]


@pytest.mark.parametrize(("files", "trusted", "reason"), BAD)
def test_a_desk_turns_away_from_a_certificate_that_proves_nothing(centre, authority, files, trusted, reason):
    verify = authority.ca if trusted else True
    with (
        serving(centre, settings_of(*authority.files(**files))) as port,
        pytest.raises(requests.exceptions.SSLError, match=reason),
    ):
        hello(port, verify=verify)


def test_the_private_authority_is_known_from_the_chain_that_is_served(authority, tmp_path):
    cert, key = authority.files()
    chain = tmp_path / "chain.pem"
    chain.write_bytes(cert.read_bytes() + authority.ca.read_bytes())
    assert check(settings_of(chain, key)) == authority.ca.read_text()
    assert check(settings_of(cert, key)) == ""


def test_an_expired_certificate_is_served_with_a_warning(authority, capsys):
    check(settings_of(*authority.files(expired=True)))
    assert "desks will not believe it" in capsys.readouterr().err


def test_certificate_and_key_must_fit(authority, tmp_path):
    cert, key = authority.files()
    _, other = authority.files("localhost")
    junk = tmp_path / "junk.pem"
    junk.write_text("junk")
    wrong = [
        (cert, None, "go together"),
        (None, key, "go together"),
        (cert, other, "is not the key"),
        (junk, key, "no certificate"),
        (cert, junk, "is not the key"),
        (tmp_path / "none", key, "No such file"),
        (cert, tmp_path / "none", "No such file"),
    ]
    for place, secret, reason in wrong:
        with pytest.raises(CommandFailed, match=reason):
            check(settings_of(place, secret))


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "centre.example"])
def test_without_tls_it_listens_to_this_machine_alone(host):
    with pytest.raises(CommandFailed, match="without TLS everybody on the way could read"):
        check(Settings(data=None, host=host), {})
    assert check(Settings(data=None, host=host), {"GRIDWORKER_PLAIN_HTTP": "behind-a-proxy"}) == ""


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_loopback_needs_no_tls(host):
    assert is_loopback(host)
    assert check(Settings(data=None, host=host), {}) == ""


def test_a_taken_port_is_told_so(tmp_path, capsys):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert main(["serve", "--data", str(tmp_path / "data"), "--port", port]) == 1
    assert f"cannot listen on 127.0.0.1 port {port}" in capsys.readouterr().err


@pytest.mark.parametrize("port", ["65536", "-1", "x"])
def test_a_port_is_a_number(port, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["serve", "--port", port])
    assert stopped.value.code == 2
    assert "--port" in capsys.readouterr().err


def test_without_a_folder_it_keeps_its_things_where_programs_keep_them():
    assert default_data().name == "gridworker-centre"


class Running:
    """``main.py serve`` in a process of its own."""

    def __init__(self, data, *words):
        self.process = subprocess.Popen(
            [sys.executable, "main.py", "serve", "--data", str(data), "--port", "0", *words],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.line = self.process.stdout.readline()
        self.address = self.line.split()[-1] if self.line else ""

    def end(self, with_signal=signal.SIGTERM):
        self.process.send_signal(with_signal)
        out, err = self.process.communicate(timeout=60)
        return self.process.returncode, out, err


@pytest.fixture
def data():
    """A data folder in which nothing is left running."""
    place = short_folder()
    yield place / "data"
    cluster = Cluster(place / "data" / "postgres", programs=programs())
    if cluster.is_running():
        cluster.start()
        cluster.stop()
    subprocess.run(["rm", "-rf", place], check=True)


def centre_says(data, *words, **environment):
    return subprocess.run(
        [sys.executable, "main.py", "centre", "--data", str(data), *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={**os.environ, "GRIDWORKER_PASSWORD": PASSWORD, **environment},
        check=False,
    )


def test_a_centre_serves_survives_a_kill_and_rests_when_told(data):
    running = Running(data)
    assert running.line == f"gridworker centre at {running.address}\n"
    assert centre_says(data, "import-divisions", "resources/divisions.csv").returncode == 0
    assert running.end(signal.SIGKILL)[0] == -signal.SIGKILL

    archive = data.parent / "archive"
    running = Running(data, "--archive", str(archive))
    try:
        second = Running(data)
        assert second.process.wait(60) == 1
        assert "is serving from" in second.process.communicate()[1]
        assert centre_says(data, "add-grid", "330683106211", "--json").stdout == '{"code": "330683106211001"}\n'
        session = requests.Session()
        session.trust_env = False
        assert session.get(f"{running.address}/healthz", timeout=10).json()["alarms"] == ["no_backup"]
    finally:
        code, out, err = running.end()
    assert (code, out) == (0, "")
    assert json.loads(err.splitlines()[-1])["event"] == "stopped"
    assert "Traceback" not in err
    assert [path.suffix for path in archive.rglob("base-*")] == [".base"], "its last round before it rests"
    assert list(archive.rglob("log-*.log"))
    assert not Cluster(data / "postgres", programs=programs()).is_running()

    assert centre_says(data, "list-accounts").returncode == 0
    assert not Cluster(data / "postgres", programs=programs()).is_running()

"""The tests' own ground: nothing of this machine is read, reached or left unsaid."""

import logging
import os
import socket
import threading
from pathlib import Path

import keyring
import pytest

from tests.helpers.logwatch import LogWatch
from tests.helpers.sockets import OutsideWorld


def test_home_is_a_new_one(tmp_path_factory):
    ground = tmp_path_factory.getbasetemp()
    for name in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
        assert ground in Path(os.environ[name]).parents
    assert [path for path in Path.home().rglob("*") if path.is_file()] == []


def test_the_runtime_folder_is_private_and_short_enough_for_a_socket():
    place = Path(os.environ["XDG_RUNTIME_DIR"])
    assert place.stat().st_mode & 0o077 == 0
    assert len(bytes(place)) < 40


def test_secrets_stay_in_memory(memory_keyring):
    keyring.set_password("gridworker", "wang", "secret")
    assert memory_keyring.kept == {("gridworker", "wang"): "secret"}
    keyring.delete_password("gridworker", "wang")
    assert keyring.get_password("gridworker", "wang") is None


@pytest.mark.parametrize("address", [("192.0.2.1", 443), ("2001:db8::1", 443)])
def test_no_test_leaves_this_machine(address):
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    with socket.socket(family) as line, pytest.raises(OutsideWorld):
        line.connect(address)


def test_no_test_asks_a_name_server():
    with pytest.raises(OutsideWorld):
        socket.getaddrinfo("centre.example", 443)
    with pytest.raises(socket.gaierror):
        socket.getaddrinfo("centre.invalid", 443)


def test_loopback_is_open():
    with (
        socket.create_server(("127.0.0.1", 0)) as door,
        socket.create_connection(("localhost", door.getsockname()[1])),
    ):
        door.accept()[0].close()


def test_an_unseen_warning_fails_its_test(logged):
    logged.expect("gridserver.people: no")
    with LogWatch() as watch:
        logging.getLogger("gridworker.sync").info("all is well")
        watch.verdict()
        speaker = threading.Thread(target=logging.getLogger("gridserver.people").error, args=("no",))
        speaker.start()
        speaker.join()
    with pytest.raises(pytest.fail.Exception, match=r"ERROR gridserver.people: no"):
        watch.verdict()


def test_an_expected_warning_must_come(logged):
    logged.expect("the line is cut")
    with pytest.raises(pytest.fail.Exception, match="not there"):
        logged.verdict()
    logging.getLogger("gridworker.sync").warning("the line is cut")

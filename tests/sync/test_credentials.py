"""The system's keyring holds half a secret, where there is one that can be trusted, and holds up nobody."""

import threading

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends import chainer, fail, null
from keyring.errors import KeyringLocked

from gridworker.sync import credentials

STORE = "5f" * 16


class Plaintext(KeyringBackend):
    """As the one of keyrings.alt: it works, and anybody can read its file."""

    priority = 1

    def get_password(self, service: str, username: str) -> str | None:
        return "readable"

    def set_password(self, service: str, username: str, password: str) -> None:
        raise AssertionError("a secret was given away")


Plaintext.__module__ = "keyrings.alt.file"


class Troubled(KeyringBackend):
    """A keyring on which something always happens."""

    priority = 1

    def __init__(self, trouble) -> None:
        super().__init__()
        self.trouble = trouble

    def get_password(self, service: str, username: str) -> str | None:
        return self.trouble()

    def set_password(self, service: str, username: str, password: str) -> None:
        self.trouble()


def raising(error: Exception):
    def trouble():
        raise error

    return trouble


def test_a_device_keeps_one_secret_for_each_store(memory_keyring):
    first = credentials.device_secret(STORE)
    assert len(first) == 32
    assert credentials.device_secret(STORE) == first
    assert credentials.device_secret("6e" * 16) != first
    assert credentials.available() == ""
    assert set(memory_keyring.kept) == {("gridworker", STORE), ("gridworker", "6e" * 16)}


def test_for_a_store_that_exists_no_new_secret_is_made(memory_keyring):
    assert credentials.device_secret(STORE, make=False) is None
    assert memory_keyring.kept == {}


def test_a_secret_that_somebody_spoilt_is_none(memory_keyring):
    memory_keyring.kept["gridworker", STORE] = "not ours"
    assert credentials.device_secret(STORE, make=False) is None
    memory_keyring.kept["gridworker", STORE] = "c2hvcnQ="
    assert credentials.device_secret(STORE, make=False) is None


def test_a_wiped_stores_secret_goes_too(memory_keyring):
    credentials.device_secret(STORE)
    credentials.forget(STORE)
    credentials.forget(STORE)
    assert memory_keyring.kept == {}


@pytest.mark.parametrize(
    ("backend", "reason"),
    [
        (fail.Keyring(), credentials.NONE_HERE),
        (null.Keyring(), credentials.NONE_HERE),
        (Plaintext(), credentials.NOT_SAFE),
        (Troubled(raising(KeyringLocked("dismissed"))), credentials.LOCKED),
        (Troubled(raising(RuntimeError("the bus is gone"))), credentials.BROKEN),
    ],
)
def test_where_there_is_no_keyring_to_be_trusted_the_app_says_so_and_goes_on(backend, reason):
    keyring.set_keyring(backend)
    assert credentials.available() == reason
    assert credentials.device_secret(STORE) is None
    credentials.forget(STORE)


def test_a_prompt_that_nobody_sees_holds_up_nobody():
    answered, shut = threading.Event(), []
    keyring.set_keyring(Troubled(lambda: shut.append(answered.wait(60))))
    assert credentials.device_secret(STORE, patience=0.1) is None
    assert credentials.available(patience=0.1) == credentials.NO_ANSWER
    assert not shut, "the prompt is still open"
    answered.set()


def test_a_keyring_that_takes_a_secret_and_loses_it_gives_none():
    keyring.set_keyring(Troubled(lambda: None))
    assert credentials.device_secret(STORE) is None


def test_in_a_chain_the_first_safe_keyring_is_used(memory_keyring):
    class Chain(chainer.ChainerBackend):
        backends = (Plaintext(), memory_keyring)

    keyring.set_keyring(Chain())
    assert credentials.device_secret(STORE) is not None
    assert ("gridworker", STORE) in memory_keyring.kept


def test_nobody_waits_longer_than_five_seconds():
    assert credentials.PATIENCE == 5.0

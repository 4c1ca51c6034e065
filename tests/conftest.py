"""What every test stands on: no display, no home, no keyring, no network, no unseen warning."""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

# Before the first import of Qt, keyring or the embedded PostgreSQL, which look at them once.
# The name is short because a Unix socket's path may have no more than 107 bytes.
_GROUND = Path(tempfile.mkdtemp(prefix="gw-"))
_PLACES = {
    "HOME": "home",
    "XDG_CACHE_HOME": "home/.cache",
    "XDG_CONFIG_HOME": "home/.config",
    "XDG_DATA_HOME": "home/.local/share",
    "XDG_STATE_HOME": "home/.local/state",
    "XDG_RUNTIME_DIR": "run",
}
for _name, _place in _PLACES.items():
    (_GROUND / _place).mkdir(parents=True, exist_ok=True, mode=0o700)
    os.environ[_name] = str(_GROUND / _place)
for _name in [name for name in os.environ if name.lower().endswith("_proxy")]:
    del os.environ[_name]
os.environ["QT_QPA_PLATFORM"] = "offscreen"
# For programs that a test starts; in this process `no_keyring_of_the_machine` puts one in memory.
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"

from gridworker.ui.sweeper import sweep  # noqa: E402 - the environment above comes first
from tests.helpers import sockets  # noqa: E402 - as above
from tests.helpers.keys import MemoryKeyring  # noqa: E402 - as above
from tests.helpers.logwatch import LogWatch  # noqa: E402 - as above

sockets.close_all_but_loopback()

# Centres and lanes run on threads of this process, and must not clear away what was a window: see `Sweeper`.
gc.disable()


LONGEST = (
    *("tests/stories/test_demo.py", "tests/simulation/test_processes.py"),
    *("tests/stories/", "tests/cli/", "tests/demo/", "tests/simulation/", "tests/ui/pages/", "tests/server/"),
)
"""Begun first, so that the run does not end with one core at work and the others waiting for it."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long ones first, else as they stand."""
    items.sort(key=lambda item: [not item.nodeid.startswith(place) for place in LONGEST])


def pytest_collection_finish() -> None:
    """What was loaded stays: it is not looked through again after every test."""
    sweep()
    gc.freeze()


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown() -> None:
    """What a test left behind is cleared between two tests, and by nobody else."""
    sweep()
    assert not gc.isenabled(), "this test left the collector on, and a lane would take down windows with it"


def pytest_unconfigure() -> None:
    """Leave nothing behind on the machine."""
    shutil.rmtree(_GROUND, ignore_errors=True)


@pytest.fixture(autouse=True)
def a_home_of_its_own(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test starts as a worker who never used this machine."""
    home = tmp_path_factory.mktemp("home")
    for name, place in _PLACES.items():
        if name != "XDG_RUNTIME_DIR":  # short, and private to this process already
            (home / place).mkdir(parents=True, exist_ok=True)
            monkeypatch.setenv(name, str(home / place))


@pytest.fixture(autouse=True)
def memory_keyring() -> Iterator[MemoryKeyring]:
    """The system's keyring, empty and in memory. A test hands it on, or reads what was kept."""
    import keyring

    before = keyring.get_keyring()
    keyring.set_keyring(mine := MemoryKeyring())
    yield mine
    keyring.set_keyring(before)


@pytest.fixture(autouse=True)
def logged() -> Iterator[LogWatch]:
    """Fails a test in which our own code warned, unless the test said that it expects it."""
    watch = LogWatch()
    with watch:
        yield watch
    watch.verdict()

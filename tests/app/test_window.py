"""The whole program, as the system starts it and ends it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gridworker.app.coming_in import CAME_TO_FRONT
from tests.helpers.laptop import PASSWORD, Laptop, quiet
from tests.helpers.notebook import PEOPLE
from tests.helpers.window_process import SECRET

TREE = Path(__file__).parents[2]
USER = "grid_worker"
HEAVY = (
    "argon2",
    "cryptography",
    "gridworker.ledger",
    "gridworker.protocol",
    "gridworker.records",
    "gridworker.sync",
    "keyring",
    "orjson",
    "pydantic",
    "pypinyin",
    "requests",
    "sqlcipher3",
    "sqlite3",
    "sqlite_utils",
    "zstandard",
)

Start = Callable[[str], "subprocess.Popen[str]"]


@pytest.fixture
def laptop(laptop: Laptop, no_keyring: None) -> Laptop:
    """A laptop on which 王芳 works, with no keyring that the programs could not share."""
    laptop.worker()
    return laptop


@pytest.fixture
def start(laptop: Laptop) -> Iterator[Start]:
    """Starts the program on the laptop, to go one of the ways of ``tests.helpers.window_process``."""
    running: list[subprocess.Popen[str]] = []

    def program(way: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "tests.helpers.window_process", str(laptop.home), USER, way]
        process = subprocess.Popen(
            command, cwd=TREE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
        )
        running.append(process)
        return process

    yield program
    for process in running:
        process.kill()
        process.communicate()


def heard(process: subprocess.Popen[str], words: str) -> str:
    """The line that begins with these words; all before it is passed over."""
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith(words):
            return line.removeprefix(words).strip()
    raise AssertionError(f"it ended without {words!r}: {process.stderr.read() if process.stderr else ''}")


def ended(process: subprocess.Popen[str]) -> str:
    """It ended well; what it said beside."""
    said, errors = process.communicate(timeout=20)
    assert process.returncode == 0, errors
    return said + errors


def test_the_first_frame_waits_for_nothing_that_it_does_not_show(start: Start):
    modules = set(heard(process := start("first"), "loaded").split())
    ended(process)
    assert "gridworker.ui.pages.unlock" in modules
    assert sorted(each for each in modules if each in HEAVY) == []
    assert "gridworker.ui.window" not in modules
    assert {each for each in modules if each.startswith("PySide6.Qt")} <= {
        "PySide6.QtCore",
        "PySide6.QtGui",
        "PySide6.QtSvg",
        "PySide6.QtWidgets",
    }


def test_a_second_window_brings_the_first_to_the_front_and_says_so(start: Start):
    first = start("stay")
    heard(first, "in")
    second = start("again")
    assert CAME_TO_FRONT in heard(second, "told")
    ended(second)
    heard(first, "front")


def test_a_killed_window_is_told_next_time_and_its_draft_is_there(laptop: Laptop, start: Start):
    process = start("stay")
    heard(process, "in")
    process.kill()
    process.wait()
    session = laptop.door().unlock(USER, PASSWORD, quiet())
    assert session.fell_at is not None
    session.lock.release()
    store = laptop.store(USER)
    assert ["老人身体还好" in str(draft.fields) for draft in store.drafts()] == [True]
    store.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_logging_out_of_the_system_closes_the_window_as_a_hand_does(laptop: Laptop, start: Start, number: int):
    process = start("stay")
    heard(process, "in")
    os.kill(process.pid, number)
    ended(process)
    assert laptop.machine.vault.window_lock(USER).holder() is None


def test_what_nobody_foresaw_is_said_kept_and_noted_without_a_word_of_anybodys(laptop: Laptop, start: Start):
    process = start("bug")
    heard(process, "crash slot")
    heard(process, "crash lane")
    beside = ended(process)
    log = (laptop.home / "logs" / "gridworker.log").read_text("utf-8")
    note = (laptop.home / "logs" / "diagnosis.txt").read_text("utf-8")
    for text in (beside, log, note):
        for word in (*SECRET.split(), str(laptop.home), *(name for _, name in PEOPLE.values())):
            assert word not in text
    assert log.count("crash\n") == 2
    assert "builtins.ValueError" in log
    assert "builtins.ValueError" in note
    assert re.search(r"gridworker/ui/background\.py:\d+ Job\.perform", log)
    assert "没有姓名" in note

"""What nobody foresaw is caught wherever it happens, and nothing of anybody's gets into the note."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from gridworker.app.crash import Crashes, Fall, described
from gridworker.errors import DiskFull
from gridworker.ui.background import Background
from gridworker.ui.civil import china_day
from tests.helpers.logwatch import LogWatch

SECRET = "王桂英 13805750001"


@pytest.fixture
def falls(qtbot: QtBot, logged: LogWatch) -> list[Fall]:
    """What has fallen, as the window is told."""
    return []


@pytest.fixture
def crashes(falls: list[Fall]) -> Crashes:
    """The net, not yet hung up."""
    crashes = Crashes()
    crashes.fell.connect(falls.append)
    return crashes


def careless() -> None:
    """Quotes what somebody typed."""
    try:
        china_day(SECRET)  # type: ignore[arg-type]
    except TypeError as error:
        raise ValueError(f"not a day: {SECRET}") from error


def test_a_slot_that_fails_is_caught(crashes: Crashes, falls: list[Fall], logged: LogWatch, qtbot: QtBot):
    logged.expect("crash")
    with crashes:
        QTimer.singleShot(0, careless)
        qtbot.waitUntil(lambda: bool(falls))
    assert falls[0].lines[0] == "builtins.ValueError"
    assert not falls[0].again
    assert crashes.count == 1


def test_a_lane_that_fails_is_caught(crashes: Crashes, falls: list[Fall], logged: LogWatch, qtbot: QtBot):
    logged.expect("crash")
    lanes = Background()
    with crashes:
        lanes.run(lambda _: careless(), then=lambda _: None)
        qtbot.waitUntil(lambda: bool(falls))
    lanes.shutdown()
    assert any("Job.perform" in line for line in falls[0].lines)


def test_any_other_thread_that_fails_is_caught(crashes: Crashes, falls: list[Fall], logged: LogWatch, qtbot: QtBot):
    logged.expect("crash")
    with crashes:
        thread = threading.Thread(target=careless)
        thread.start()
        thread.join()
        qtbot.waitUntil(lambda: bool(falls))


def test_the_note_tells_the_way_through_our_code_and_no_word_of_anybody():
    with pytest.raises(ValueError, match="not a day") as caught:
        careless()
    lines = list(described(caught.value))
    assert lines[0] == "builtins.ValueError"
    assert "builtins.TypeError" in lines, "what led to it is told too"
    assert any(line.startswith("  gridworker/ui/civil.py:") and line.endswith("china_day") for line in lines)
    for word in (*SECRET.split(), str(Path(__file__).parent)):
        assert word not in "\n".join(lines)


def test_the_same_again_is_logged_once_and_told_as_such(
    crashes: Crashes, falls: list[Fall], logged: LogWatch, qtbot: QtBot
):
    logged.expect("crash")
    with crashes:
        for _ in range(2):
            QTimer.singleShot(0, careless)
        qtbot.waitUntil(lambda: len(falls) == 2)
    assert [fall.again for fall in falls] == [False, True]
    assert len(logged.lines) == 1


def test_what_a_worker_can_act_on_keeps_its_own_words(
    crashes: Crashes, falls: list[Fall], logged: LogWatch, qtbot: QtBot
):
    logged.expect("crash")

    def full() -> None:
        raise DiskFull("ENOSPC")

    with crashes:
        QTimer.singleShot(0, full)
        qtbot.waitUntil(lambda: bool(falls))
    assert isinstance(falls[0].error, DiskFull)


def test_ctrl_c_is_no_crash(crashes: Crashes, falls: list[Fall], qtbot: QtBot):
    with crashes, qtbot.waitSignal(crashes.stopped):
        sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert falls == []
    assert crashes.count == 0


def test_the_net_is_taken_down_with_the_window(crashes: Crashes):
    before = sys.excepthook, threading.excepthook, sys.unraisablehook
    with crashes:
        assert sys.excepthook == crashes.caught
    assert (sys.excepthook, threading.excepthook, sys.unraisablehook) == before


def test_the_diagnosis_is_plain_text_with_the_end_of_the_log(crashes: Crashes, tmp_path: Path):
    log = tmp_path / "gridworker.log"
    log.write_text("".join(f"line {number}\n" for number in range(1_000)), "utf-8")
    path = crashes.save(tmp_path / "logs" / "diagnosis.txt", "0.1.0", log)
    text = path.read_text("utf-8")
    assert "program 0.1.0" in text
    assert "line 999" in text
    assert "line 699\n" not in text
    assert str(tmp_path) not in text
    assert crashes.save(path, "0.1.0", tmp_path / "no.log") == path

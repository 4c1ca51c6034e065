"""What a closed page leaves behind is cleared by the window's thread; a lane that works hard clears nothing."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject

from gridworker.ui.background import Progress
from gridworker.ui.sweeper import EVERY_MS, Sweeper


class Ring(QObject):
    """Holds itself, as a page and its buttons do, and says where it ends."""

    def __init__(self, ended: list[int]) -> None:
        super().__init__()
        self._me, self._ended = self, ended

    def __del__(self) -> None:
        self._ended.append(threading.get_ident())


def many_rings(_: Progress) -> None:
    """Enough of them for Python to clear up all there is, several times."""
    for _number in range(200_000):
        ring: list[object] = []
        ring.append(ring)


@pytest.fixture(autouse=True)
def as_python_does_it() -> Iterator[None]:
    """The tests' own collector is off."""
    gc.enable()
    yield
    gc.disable()


def test_a_lane_that_works_hard_takes_down_nothing_of_the_window(qtbot, background):
    ended: list[int] = []
    done: list[None] = []
    with Sweeper():
        Ring(ended)
        background.run(many_rings, then=done.append)
        qtbot.waitUntil(lambda: bool(done), timeout=20_000)
        qtbot.waitUntil(lambda: bool(ended), timeout=20 * EVERY_MS)
    assert ended == [threading.get_ident()]


def test_afterwards_python_does_as_it_did_before(qapp):
    with Sweeper():
        assert not gc.isenabled()
    assert gc.isenabled()

"""Quiet work: done to its end, in short pieces, and never in the way of what a person asked for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from gridworker.errors import GridworkerError, StoreBusy
from gridworker.ui.background import Background, Progress
from gridworker.ui.quiet_work import REST_MS, SETTLE_MS, QuietWork


class Pile:
    """So many pieces of work; what was asked for between them is noted."""

    def __init__(self, background: Background, pieces: int) -> None:
        self.left, self.told = pieces, list[str]()
        self.failures: list[GridworkerError] = []
        self.work = QuietWork(background, self.piece, self.failures.append)

    def piece(self, _: Progress) -> bool:
        self.told.append("piece")
        self.left -= 1
        return self.left > 0


@pytest.fixture
def pile(background: Background) -> Iterator[Pile]:
    pile = Pile(background, 4)
    yield pile
    pile.work.deleteLater()


def test_all_of_it_is_done_and_then_it_rests(qtbot: QtBot, pile: Pile) -> None:
    pile.work.soon()
    qtbot.waitUntil(lambda: pile.left == 0)
    qtbot.wait(4 * REST_MS)
    assert pile.told == ["piece"] * 4


def test_it_begins_when_the_window_has_drawn_what_came(qtbot: QtBot, pile: Pile) -> None:
    pile.work.soon()
    qtbot.wait(SETTLE_MS // 2)
    pile.work.soon()
    qtbot.wait(SETTLE_MS // 2)
    assert pile.told == []
    qtbot.waitUntil(lambda: pile.left == 0)


def test_a_search_does_not_wait_for_its_end(qtbot: QtBot, pile: Pile, background: Background) -> None:
    found: list[int] = []
    pile.left = 30
    pile.work.soon()
    qtbot.waitUntil(lambda: len(pile.told) == 2)
    background.run(lambda _: pile.left, then=found.append)
    qtbot.waitUntil(lambda: bool(found))
    assert found[0] > 20
    qtbot.waitUntil(lambda: pile.left == 0)


def test_asked_for_again_while_it_runs_it_still_runs_once_at_a_time(qtbot: QtBot, pile: Pile) -> None:
    pile.work.soon()
    qtbot.waitUntil(lambda: pile.left == 0)
    pile.left = 2
    pile.work.soon()
    qtbot.waitUntil(lambda: pile.left == 0)
    assert pile.told == ["piece"] * 6


def test_what_goes_wrong_is_said_and_it_can_be_asked_for_again(qtbot: QtBot, background: Background) -> None:
    said: list[GridworkerError] = []
    done: list[bool] = []

    def piece(_: Progress) -> bool:
        if not said:
            raise StoreBusy("locked")
        done.append(True)
        return False

    work = QuietWork(background, piece, said.append)
    work.soon()
    qtbot.waitUntil(lambda: len(said) == 1)
    assert isinstance(said[0], StoreBusy)
    work.soon()
    qtbot.waitUntil(lambda: bool(done))
    work.deleteLater()

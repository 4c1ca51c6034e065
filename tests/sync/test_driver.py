"""A sync that is broken off between two requests keeps all that it was told."""

import pytest

from gridworker.errors import Cancelled, CentreUnreachable
from gridworker.sync.driver import sync_once
from tests.helpers.paper_desk import PaperDesk, nothing_new, taken


@pytest.fixture
def desk(tmp_path):
    desk = PaperDesk.open(tmp_path / "wang.store")
    for _ in range(6):
        desk.household()
    desk.store.set_meta("batch", [2, 10_000, 50])
    yield desk
    desk.store.close()


class PaperLine:
    """Takes everything, until it breaks before a request leaves."""

    def __init__(self, most: int = 99) -> None:
        self.left = most
        self.states: list[dict[str, int]] = []

    def push(self, message, meanwhile):
        self.left -= 1
        if self.left < 0:
            raise CentreUnreachable("before anything else could be done")
        if meanwhile is not None:
            meanwhile()
        return taken(message, last_n=message.written[-1][-1].n)

    def pull(self, message):
        return nothing_new(last_n=6)


def test_all_is_handed_in_and_told_to_the_last(desk):
    told = []
    report = sync_once(desk.store, PaperLine(), desk.clock, progress=lambda *seen: told.append(seen))
    assert (report.pushed, desk.states()) == (6, {"accepted": 6})
    assert [done for done, total, _ in told if total] == [0, 2, 6], "one piece behind, and at the end all"


@pytest.mark.parametrize("answered", [1, 2])
def test_what_was_answered_before_the_line_broke_is_settled(desk, answered):
    with pytest.raises(CentreUnreachable):
        sync_once(desk.store, PaperLine(answered), desk.clock)
    assert desk.states()["accepted"] == 2 * answered


def test_what_was_answered_before_a_person_cancelled_is_settled(desk):
    line = PaperLine()
    with pytest.raises(Cancelled):
        sync_once(desk.store, line, desk.clock, cancelled=lambda: line.left < 99)
    assert desk.states() == {"accepted": 2, "new": 4}

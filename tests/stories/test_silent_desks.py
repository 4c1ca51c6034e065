"""Which desks were not heard from: a supervisor learns it with every sync, and still knows it offline."""

from __future__ import annotations

import pytest

from gridworker.errors import CentreUnreachable


def seen(desk):
    """Login name to the moment at which the centre last heard from the person's desk."""
    return {each["name"]: each["seen_at"] for each in desk.ledger.desks() or []}


def test_a_supervisor_learns_which_desk_is_silent_since_when(village, desk):
    desk("wang")
    last_heard = village.centre.clock()
    village.centre.clock.move(days=4)
    zhao = desk("zhao")
    assert seen(zhao)["wang"] <= last_heard
    assert seen(zhao)["zhao"] == village.centre.clock()


def test_it_is_still_known_when_the_line_is_down(village, desk):
    desk("wang")
    zhao = desk("zhao")
    before = seen(zhao)
    village.line.cut_after = 0
    with pytest.raises(CentreUnreachable):
        zhao.sync()
    assert seen(zhao) == before


def test_a_worker_hears_nothing_of_other_desks(village, desk):
    wang = desk("wang")
    assert wang.ledger.desks() is None


def test_a_sync_was_whole_even_when_the_line_broke_before_the_desks_were_told(village, desk):
    zhao = desk("zhao")
    before = zhao.store.meta("desks_as_of")
    village.centre.clock.move(minutes=20)
    village.line.lose_next = "/oversight/"
    assert zhao.sync().ok
    assert zhao.store.meta("desks_as_of") == before
    assert zhao.ledger.last_success() == village.centre.clock()


def test_a_supervisor_who_syncs_again_at_once_does_not_ask_for_them_again(village, desk):
    zhao = desk("zhao")
    before = zhao.store.meta("desks_as_of")
    village.centre.clock.move(minutes=10)
    zhao.sync()
    assert zhao.store.meta("desks_as_of") == before
    village.centre.clock.move(minutes=10)
    zhao.sync()
    assert zhao.store.meta("desks_as_of") == village.centre.clock()

"""今日: what a worker sees first in the morning."""

from __future__ import annotations

from tests.ui.pages.conftest import Opened


def test_the_window_of_a_grid_worker_opens_on_today(opened: Opened) -> None:
    assert opened.window.here == "today"

"""The whole window of a real desk: its own store, its lanes, its line to a centre in the test's process."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from pytestqt.qtbot import QtBot

from gridworker.app.aside import AsideOf
from gridworker.app.desk import Desk
from gridworker.app.stick import StickOf
from gridworker.ledger import Ledger
from gridworker.ui.background import Background, Progress
from gridworker.ui.desktop import Desktop
from gridworker.ui.references import LedgerReferences
from gridworker.ui.sync_control import SyncControl
from gridworker.ui.window import MainWindow
from gridworker.ui.work import Work


class Choices:
    """A worker's preferences, in memory."""

    def __init__(self) -> None:
        self._kept: dict[str, Any] = {}

    def get(self, key: str, default: Any = None) -> Any:
        return self._kept.get(key, default)

    def put(self, key: str, value: Any) -> None:
        self._kept[key] = value


class Lane:
    """A ledger of each thread that asks, closed by nobody but the end of the program that owns the store."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._ledger: Ledger | None = None

    def __call__(self) -> Ledger:
        if self._ledger is None:
            self._ledger = self._desk.open_ledger()
        return self._ledger


@dataclass
class DeskWindow:
    """A desk with its window."""

    desk: Desk
    window: MainWindow
    desktop: Desktop
    control: SyncControl
    qtbot: QtBot

    def sync(self) -> None:
        """F5, until it is over."""
        with self.qtbot.waitSignal(self.control.finished, timeout=20_000):
            self.window.acts.trigger("sync")


@contextmanager
def window_of(desk: Desk, qtbot: QtBot, *, sync: Callable[[Progress], Any] | None = None) -> Iterator[DeskWindow]:
    """Opens the window of *desk* on its first page at 1366x768."""
    background = Background()
    window = MainWindow(background)
    qtbot.addWidget(window)
    window.resize(1366, 768)
    work = Work(
        ledger=desk.ledger,
        references=LedgerReferences(desk.ledger, desk.machine.new_id, desk.machine.now),
        preferences=Choices(),
        clock=desk.machine.now,
        lane_ledger=Lane(desk),
    )

    def sync_desk(progress: Progress) -> Any:
        return desk.sync(progress.report, lambda: progress.cancelled)

    control = SyncControl(
        background, sync or sync_desk, lambda: time.monotonic_ns() // 1_000_000, lambda: 0.0, parent=window
    )
    desktop = Desktop(
        window,
        work,
        control,
        lambda password, progress: desk.sign_in(password, lambda: progress.cancelled),
        StickOf(desk),
        aside=AsideOf(desk),
        restrict=lambda case, people, progress: desk.restrict(case, people, lambda: progress.cancelled),
    )
    desktop.start()
    window.show()
    qtbot.waitUntil(window.isActiveWindow)
    yield DeskWindow(desk, window, desktop, control, qtbot)
    window.close_drawer()
    control.close()
    assert background.shutdown(), "a lane did not end"

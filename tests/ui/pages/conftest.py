"""What the tests of the pages stand on: a small made-up grid on a real encrypted store, and its window."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from pytestqt.qtbot import QtBot

from gridworker.sync.report import Report
from gridworker.ui.background import Background, Progress
from gridworker.ui.desktop import Desktop
from gridworker.ui.sync_control import SyncControl
from gridworker.ui.theme import Theme
from gridworker.ui.window import MainWindow
from gridworker.ui.work import Work
from tests.helpers import small_grid
from tests.helpers.small_grid import SmallGrid


@pytest.fixture(scope="session")
def grid_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The store of the small grid, made once."""
    return small_grid.template(tmp_path_factory.mktemp("small-grid"))


@pytest.fixture
def desk_of(tmp_path: Path, grid_template: Path) -> Iterator[Callable[[str], SmallGrid]]:
    """The desk of a role (grid_worker, mediator, supervisor) over a copy of the small grid."""
    yield from small_grid.desks(tmp_path, grid_template)


@pytest.fixture
def grid(desk_of: Callable[[str], SmallGrid]) -> SmallGrid:
    """王芳's desk: the grid worker of the small grid, on Monday 2026-03-02 at 09:14."""
    return desk_of("grid_worker")


@pytest.fixture
def work(grid: SmallGrid) -> Work:
    """What pages of 王芳 are handed."""
    return grid.work


@dataclass
class Opened:
    """A window at work."""

    window: MainWindow
    desktop: Desktop
    control: SyncControl
    grid: SmallGrid


def _no_line(_: Progress) -> Report:
    return Report(ok=True)


@pytest.fixture
def open_window(
    qtbot: QtBot, theme: Theme, background: Background, desk_of: Callable[[str], SmallGrid]
) -> Iterator[Callable[[SmallGrid], Opened]]:
    """Opens the whole window of a desk at 1366x768, on its first page; its sync has nothing to bring.

    The windows are gone before the desks of ``desk_of`` are closed and before the look is put back.
    """
    opened: list[Opened] = []

    def open_it(grid: SmallGrid) -> Opened:
        window = MainWindow(background)
        window.resize(1366, 768)
        control = SyncControl(background, _no_line, monotonic=lambda: 0, spread=lambda: 0.5, parent=window)
        desktop = Desktop(window, grid.work, control)
        opened.append(Opened(window, desktop, control, grid))
        desktop.start()
        window.show()
        qtbot.waitUntil(window.isActiveWindow)
        return opened[-1]

    yield open_it
    for each in opened:
        each.control.close()
        each.window.close()
        each.window.deleteLater()
        QCoreApplication.sendPostedEvents(each.window, QEvent.Type.DeferredDelete)


@pytest.fixture
def opened(open_window: Callable[[SmallGrid], Opened], grid: SmallGrid) -> Opened:
    """王芳's window, on 今日."""
    return open_window(grid)

"""Loads what the first page needs while the password is typed, so that the page comes at once."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import QObject, QTimer

from gridworker.ui.background import Background, Progress

BEHIND: Final = ("gridworker.ledger", "gridworker.sync.schedule")
"""Loaded in the local lane. Nothing of Qt is among it: its classes are made on the window's thread alone."""
PAGES: Final = (
    "gridworker.ui.idle",
    "gridworker.ui.lists",
    "gridworker.ui.charts",
    "gridworker.ui.forms.record_form",
    "gridworker.ui.window",
    "gridworker.ui.pages.today",
    "gridworker.ui.pages.homes",
    "gridworker.ui.pages.visit_drawer",
    "gridworker.ui.pages.case",
    "gridworker.ui.desktop",
    "gridworker.ui.pages.help",
    "gridworker.ui.pages.settings",
)
"""Loaded after that on the window's thread, one between two keys."""
BREATH_MS: Final = 10


def load_behind(
    owner: QObject, background: Background, more: Sequence[str] = (), *, wanted: Callable[[], bool]
) -> None:
    """Begin, for as long as it is *wanted* and *owner* lives. *more*: other modules without Qt."""

    def load(progress: Progress) -> None:
        for module in (*BEHIND, *more):
            progress.check()
            importlib.import_module(module)

    def load_pages(modules: Sequence[str]) -> None:
        if modules and wanted():
            importlib.import_module(modules[0])
            QTimer.singleShot(BREATH_MS, owner, lambda: load_pages(modules[1:]))

    background.run(load, then=lambda _: load_pages(PAGES), lane="local")

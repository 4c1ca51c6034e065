"""What is loaded beforehand: in the lane nothing of Qt, on the window's thread all that the first page needs."""

from __future__ import annotations

import subprocess
import sys

from gridworker.app.window import BEHIND as MORE
from gridworker.ui.preload import BEHIND, PAGES

ASKED = """
import importlib, sys
for name in sys.argv[1:]:
    importlib.import_module(name)
print(*sys.modules)
"""
SAT_DOWN = {
    "gridworker.ui.desktop",
    "gridworker.ui.idle",
    "gridworker.ui.pages.help",
    "gridworker.ui.pages.settings",
    "gridworker.ui.preferences",
    "gridworker.ui.references",
    "gridworker.ui.sync_control",
    "gridworker.ui.window",
    "gridworker.ui.work",
}
"""What the shell and the desk ask for when somebody comes in."""


def loaded(*names: str) -> set[str]:
    """All modules that come with these."""
    ran = subprocess.run([sys.executable, "-c", ASKED, *names], capture_output=True, text=True, check=True)
    return set(ran.stdout.split())


def test_the_lane_loads_nothing_of_qt():
    modules = loaded(*BEHIND, *MORE)
    assert {name for name in modules if name.startswith(("PySide6", "shiboken6", "gridworker.ui"))} == set()
    assert {"gridworker.app.desk", "gridworker.ledger", "gridworker.sync.enrol"} <= modules


def test_nothing_is_left_to_be_loaded_when_somebody_comes_in():
    assert loaded(*PAGES) >= SAT_DOWN

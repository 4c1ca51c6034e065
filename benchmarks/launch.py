"""Launch to the first painted frame against a bare window with one label; and from the password to the day's data."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks import morning
from benchmarks.figures import Figure, median, taken

TREE = Path(__file__).parent.parent
LAUNCHES = 9
MORNINGS = 5
MOST_RATIO = 2.5
DAY_MS = 1_000.0
"""Issue 2, section 9."""

BARE = """
import sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QLabel
class Window(QLabel):
    def paintEvent(self, event):
        super().paintEvent(event)
        QTimer.singleShot(0, app.quit)
app = QApplication(sys.argv)
window = Window("民情日记")
window.resize(1366, 690)
window.show()
app.exec()
"""

# The way of main.py, to the frame after which it would wait for the password.
OURS = """
import sys
import main
from gridworker.cli.parser import parsed
asked = parsed(["--home", sys.argv[1]])
from gridworker.app.window import open_window
open_window(asked.home, until_painted=True)
"""


def run() -> list[Figure]:
    """Medians of several launches, one after the other by turns, so that noise meets both; then of several mornings."""
    with tempfile.TemporaryDirectory(prefix="gw-bench-") as home:
        morning.furnish(Path(home))
        bare_program = [sys.executable, "-c", BARE]
        ours_program = [sys.executable, "-c", OURS, home]
        _run(bare_program)
        _run(ours_program)
        bare, ours = [], []
        for _ in range(LAUNCHES):
            bare += taken(lambda: _run(bare_program), 1)
            ours += taken(lambda: _run(ours_program), 1)
        days = [json.loads(_run([sys.executable, "-m", "benchmarks.morning", home])) for _ in range(MORNINGS)]
    return [
        Figure(
            "launch to the first painted frame",
            median(ours),
            beside="bare PySide6 window",
            base=median(bare),
            most_ratio=MOST_RATIO,
        ),
        Figure("the opened desk to today's painted page", median([day["day"] for day in days]), limit=DAY_MS),
        Figure("Return on the password to today's painted page", median([day["whole"] for day in days])),
    ]


def _run(program: list[str]) -> str:
    environment = os.environ | {
        "QT_QPA_PLATFORM": os.environ.get("QT_QPA_PLATFORM", "offscreen"),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
    }
    return subprocess.run(program, cwd=TREE, env=environment, check=True, capture_output=True, text=True).stdout

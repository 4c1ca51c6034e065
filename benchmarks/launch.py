"""Launch to the first painted frame, against a bare window with one label."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.figures import Figure, median, taken

TREE = Path(__file__).parent.parent
TIMES = 9

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


def run() -> list[Figure]:
    """Medians of several launches, one after the other by turns, so that noise meets both."""
    with tempfile.TemporaryDirectory() as home:
        bare_program = [sys.executable, "-c", BARE]
        ours_program = [sys.executable, "main.py", "--home", home, "--until-painted"]
        _launch(bare_program)
        _launch(ours_program)
        bare, ours = [], []
        for _ in range(TIMES):
            bare += taken(lambda: _launch(bare_program), 1)
            ours += taken(lambda: _launch(ours_program), 1)
    return [
        Figure(
            "launch to the first painted frame",
            median(ours),
            beside="bare PySide6 window",
            base=median(bare),
            most_ratio=2.5,
        )
    ]


def _launch(program: list[str]) -> None:
    environment = os.environ | {"QT_QPA_PLATFORM": os.environ.get("QT_QPA_PLATFORM", "offscreen")}
    subprocess.run(program, cwd=TREE, env=environment, check=True, capture_output=True)

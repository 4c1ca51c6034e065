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


OURS = """
import sys
from pathlib import Path
from gridworker.app.window import open_window
open_window(Path(sys.argv[1]), until_painted=True)
"""


def run() -> list[Figure]:
    """Medians of several launches, one after the other by turns, so that noise meets both."""
    with tempfile.TemporaryDirectory() as home:
        bare_program = [sys.executable, "-c", BARE]
        _settle(Path(home))
        ours_program = [sys.executable, "-c", OURS, home]
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


def _settle(home: Path) -> None:
    """One worker on this machine, so that the first frame is the page that asks for his password."""
    from gridworker.storage.keys import Cost
    from gridworker.storage.vault import Vault

    vault = Vault(home, cost=Cost(memory_kib=1024, passes=1, lanes=1))
    vault.create(vault.new_store(), "bench", "测速", "grid_worker", "a password of the bench", None)


def _launch(program: list[str]) -> None:
    environment = os.environ | {"QT_QPA_PLATFORM": os.environ.get("QT_QPA_PLATFORM", "offscreen")}
    subprocess.run(program, cwd=TREE, env=environment, check=True, capture_output=True)

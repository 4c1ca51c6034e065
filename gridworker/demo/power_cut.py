"""A worker's window in a process of its own: it writes half a diary, says ``kept``, and waits to be killed."""

import sys
from pathlib import Path

from PySide6.QtWidgets import QApplication, QPlainTextEdit

from gridworker.demo.founding import Player
from gridworker.demo.ground import Ground, Line
from gridworker.demo.stage import Actor
from gridworker.ui.preferences import dress


def main(desks: Path, user: str, household: str, text: str) -> None:
    """Never returns by itself."""
    line = Line()
    line.cut = True
    application = QApplication([])
    actor = Actor(Ground(desks.parent, line), desks, Player("worker", user, ""), dress(application, desks))
    assert actor.shell.desktop is not None
    actor.go("today")
    actor.shell.desktop.open_visit((household,))
    actor.turn(0.3)
    actor.type(actor.part(QPlainTextEdit, "情况"), text)
    actor.until(actor.ledger.drafts)
    print("kept", flush=True)
    actor.turn(600)


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])

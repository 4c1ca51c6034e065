"""The whole program in a process of its own, as ``python -m tests.helpers.window_process HOME USER WAY``.

It says in words what happens: ``loaded …``, ``in``, ``front``, ``told …``, ``crash …``. Its ways: ``first`` closes
after the first frame and names what was loaded; ``stay`` comes in and writes half a diary; ``again`` finds the store
taken; ``bug`` comes in and meets errors that nobody foresaw, in a slot and in a lane.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QWidget

from gridworker.ui.shell import Shell

LOOK_EVERY_MS = 20
PATIENCE_MS = 30_000
"""A window in which nothing happens any more ends by itself."""
PASSWORD = "mingqing2026"
SECRET = "王桂英 13805750001"
"""What a careless error would give away."""


def say(words: str) -> None:
    """One line, at once."""
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


def when(holds: Callable[[], Any], then: Callable[[], object], parent: QWidget) -> None:
    """Do it as soon as it holds."""
    timer = QTimer(parent)

    def look() -> None:
        if holds():
            timer.stop()
            then()

    timer.timeout.connect(look)
    timer.start(LOOK_EVERY_MS)


class FirstFrame(QObject):
    """Names everything that was needed for the first frame, before anything follows on it."""

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self._shell = shell
        shell.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The painting begins; what is queued now comes when it is over, and first of all."""
        if event.type() == QEvent.Type.Paint:
            self._shell.removeEventFilter(self)
            QTimer.singleShot(0, self._name)
        return False

    def _name(self) -> None:
        say("loaded " + " ".join(sorted(sys.modules)))
        self._shell.close()


def come_in(shell: Shell, then: Callable[[], object]) -> None:
    """Type the password."""
    page: Any = shell.currentWidget()
    page.entry.password.line.setText(PASSWORD)
    page.entry.submit()
    when(lambda: shell.window_of_worker, then, shell)


def stay(shell: Shell) -> None:
    """Write half a diary, and say when another window brings this one to the front."""
    desk, window = shell.desktop, shell.window_of_worker
    assert desk is not None
    assert window is not None
    desk.open_visit(())
    box = next(each for each in shell.findChildren(QPlainTextEdit) if each.accessibleName() == "情况")
    box.setPlainText("老人身体还好")
    drawer = window.drawer
    assert drawer is not None
    when(lambda: shell.desk is not None and shell.desk.work.ledger.drafts(), lambda: say("in"), shell)

    def asked_for() -> bool:
        told = drawer.messages.current()
        return told is not None and "在这个窗口里已经打开了" in told.text

    when(asked_for, lambda: say("front"), shell)


def again(shell: Shell) -> None:
    """Find the store taken."""
    page: Any = shell.currentWidget()
    page.entry.password.line.setText(PASSWORD)
    page.entry.submit()

    def told() -> None:
        say(f"told {page.entry.notice.words()}")
        shell.close()

    when(page.entry.notice.isVisible, told, shell)


def bug(shell: Shell) -> None:
    """Errors that nobody foresaw."""
    from gridworker.ui.pages.crash import CrashSheet

    def careless(_: object = None) -> None:
        raise ValueError(SECRET)

    def sheet() -> CrashSheet | None:
        return next((each for each in shell.findChildren(CrashSheet) if each.isVisible()), None)

    def first() -> None:
        seen = sheet()
        assert seen is not None
        say("crash slot")
        seen.save()
        seen.go_on_button.click()
        shell._background.run(careless, then=lambda _: None)
        when(sheet, second, shell)

    def second() -> None:
        say("crash lane")
        shell.close()

    QTimer.singleShot(0, careless)
    when(sheet, first, shell)


def main(home: str, user: str, way: str) -> int:
    """Opens the window by the program's own front door."""
    application = QApplication([])

    def shells() -> list[Shell]:
        return [each for each in application.topLevelWidgets() if isinstance(each, Shell)]

    def begin() -> None:
        (shell,) = shells()
        if way == "first":
            FirstFrame(shell)
        match way:
            case "stay":
                come_in(shell, lambda: stay(shell))
            case "again":
                again(shell)
            case "bug":
                come_in(shell, lambda: bug(shell))

    QTimer.singleShot(PATIENCE_MS, lambda: os._exit(3))
    # As soon as the window's own loop runs: for ``first`` that is before its first frame.
    QTimer.singleShot(0, begin)
    from main import main as front_door

    return front_door(["--home", home, "--user", user])


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))
    sys.exit(main(*sys.argv[1:]))

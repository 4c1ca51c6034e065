"""The windows of the demo's three people, driven as a hand would drive them."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from gridworker.app.coming_in import Session
from gridworker.app.door import HomeDoor
from gridworker.app.window import OpenedDesk
from gridworker.demo.founding import Player
from gridworker.demo.ground import Ground
from gridworker.ui.preferences import LookMemory
from gridworker.ui.shell import Shell
from gridworker.ui.theme import Mode, look

PATIENCE_S: Final = 60.0
SIZE: Final = (1366, 768)
W = TypeVar("W", bound=QWidget)


class Lost(AssertionError):
    """What the story looks for is not in the window: the product changed, and the story must follow."""


class Actor:
    """One person at his desk: his shell, and what a hand does in it."""

    def __init__(self, ground: Ground, desks: Path, player: Player, memory: LookMemory):
        machine = ground.machine(desks)
        opened = ground.opened(machine, player)
        lock = machine.vault.window_lock(player.user).take()
        self.shell = Shell(HomeDoor(desks), OpenedDesk, memory)
        self.shell.resize(*SIZE)
        self.shell.show()
        self.shell.enter(Session(machine, opened, lock))
        window, control = self.shell.window_of_worker, self.shell.control
        assert window is not None
        assert control is not None
        self.window, self.control = window, control
        self.until(lambda: not control.view.running)

    @property
    def ledger(self) -> Any:
        """His ledger, for looking up what the story prints."""
        assert self.shell.desk is not None
        return self.shell.desk.work.ledger

    def close(self) -> None:
        """Close the window as a person does."""
        self.shell.close()
        self.shell.deleteLater()
        self.turn(0.05)

    def turn(self, seconds: float) -> None:
        """Let the window live for a while, in a loop of its own: only a loop clears away what was closed."""
        loop = QEventLoop()
        QTimer.singleShot(round(seconds * 1000), loop.quit)
        loop.exec()

    def until(self, holds: Callable[[], object]) -> None:
        """Wait for something. Raises ``Lost`` after a minute."""
        until = time.monotonic() + PATIENCE_S
        while not holds():
            if time.monotonic() > until:
                raise Lost("nothing happened")
            self.turn(0.02)

    def settle(self) -> None:
        """Let come what was asked for: a pause in the typing ends, and what runs beside the window is here."""
        self.turn(0.1)
        self.until(lambda: not self.window.background.busy())
        self.turn(0.05)

    def go(self, page: str, target: object = None) -> None:
        """Show a page."""
        self.window.go(page, target)
        self.settle()

    def sync(self) -> bool:
        """F5, and wait for its end; whether it came through."""
        self.window.acts.trigger("sync")
        self.until(lambda: not self.control.view.running)
        self.settle()
        return self.control.view.error is None

    def button(self, words: str, within: QWidget | None = None, number: int = 0) -> QAbstractButton:
        """The visible button with these words on it, or in its accessible name. Raises ``Lost``."""
        found = [
            each
            for each in (within or self.shell).findChildren(QAbstractButton)
            if each.isVisible() and (each.text() == words or each.accessibleName().startswith(words))
        ]
        if len(found) <= number:
            raise Lost(f"no button {words!r}")
        return found[number]

    def press(self, words: str, within: QWidget | None = None, number: int = 0) -> None:
        """Click a button."""
        QTest.mouseClick(self.button(words, within, number), Qt.MouseButton.LeftButton)
        self.settle()

    def part(self, kind: type[W], name: str = "") -> W:
        """The visible widget of a class, with this accessible name. Raises ``Lost``."""
        for each in self.shell.findChildren(kind):
            if each.isVisible() and (not name or each.accessibleName() == name):
                return each
        raise Lost(f"no {kind.__name__} {name!r}")

    def type(self, into: QWidget, text: str) -> None:
        """Write as an input method does: whole words arrive at once."""
        into.setFocus()
        QTest.keyClick(into, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        written = QInputMethodEvent()
        written.setCommitString(text)
        QApplication.sendEvent(into, written)
        self.turn(0.1)

    def shoot(self, folder: Path, name: str) -> None:
        """A picture of the window."""
        folder.mkdir(parents=True, exist_ok=True)
        self.turn(0.05)
        self.shell.grab().save(str(folder / f"{name}.png"))

    def dress(self, mode: Mode, scale: float) -> None:
        """Switch theme and size, as the status bar does."""
        look().set_mode(mode)
        look().set_scale(scale)
        self.settle()

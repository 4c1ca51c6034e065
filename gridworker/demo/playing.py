"""The two ways to see the demo: the story played by itself, and the window to try everything in."""

from __future__ import annotations

import signal
from collections.abc import Callable
from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from gridworker.app.coming_in import Session
from gridworker.app.door import HomeDoor
from gridworker.app.window import OpenedDesk
from gridworker.demo.founding import PASSWORD, Founded
from gridworker.demo.ground import Ground, Line
from gridworker.demo.story import Story, empty
from gridworker.ui.preferences import LookMemory, dress
from gridworker.ui.shell import USUAL, Shell
from gridworker.ui.sweeper import Sweeper
from gridworker.ui.widgets import Button, Column, Elide, IconLabel, Row

PARTS: Final = {"worker": "网格员", "mediator": "调解员", "supervisor": "督导"}

Told = Callable[[str], object]


def play_story(ground: Ground, line: Line, founded: Founded, out: Path, tell: Told) -> None:
    """Plays the story in a fresh copy of the district; pictures go to ``out``."""
    place = ground.fresh("story")
    centre = ground.centre(place, founded, tell)
    try:
        empty(out)
        application = _application()
        with Sweeper():
            Story(ground, line, founded, place, out, dress(application, place / "desks"), tell).play()
        tell("完成：没有丢失一个字，没有覆盖一处别人看不见的修改。")
    finally:
        centre.stop()


def open_demo(ground: Ground, line: Line, founded: Founded, tell: Told) -> None:
    """The desktop signed in as a grid worker, with a strip to be somebody else and to cut the line."""
    place = ground.kept("play")
    tell("启动中心")
    centre = ground.centre(place, founded, tell)
    try:
        application = _application()
        _stop_when_told(application)
        frame = DemoFrame(ground, line, founded, place / "desks", dress(application, place / "desks"))
        frame.be("worker")
        frame.show()
        tell(f"窗口已打开。锁定后的密码：{PASSWORD}")
        with Sweeper():
            application.exec()
    finally:
        centre.stop()


def _stop_when_told(application: QApplication) -> None:
    """SIGTERM closes the window, and with it the centre. Python hears a signal only when it runs: let it, twice a
    second."""
    signal.signal(signal.SIGTERM, lambda *_: application.quit())
    ear = QTimer(application)
    ear.timeout.connect(lambda: None)
    ear.start(500)


def _application() -> QApplication:
    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    application.setApplicationName("gridworker-demo")
    return application


class DemoFrame(QWidget):
    """A violet strip above the program's own window."""

    def __init__(self, ground: Ground, line: Line, founded: Founded, desks: Path, memory: LookMemory) -> None:
        super().__init__()
        self._ground, self._line, self._founded = ground, line, founded
        self._desks, self._memory = desks, memory
        self._machine = ground.machine(desks)
        self._shell: Shell | None = None
        self.setWindowTitle("民情日记·演示")
        self.resize(USUAL)
        self._column = Column(self, gap=0)
        strip = QWidget()
        strip.setObjectName("status")
        strip.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        row = Row(strip, margins=(16, 4, 16, 4), gap=10)
        row.addWidget(IconLabel("beaker", "violet", 20))
        self._words = Elide("演示：片区是虚构的，人名、电话都是编的，不会上传到真实的中心。", "second")
        row.addWidget(self._words, 1)
        self._parts: dict[str, Button] = {}
        for part, title in PARTS.items():
            player = founded.player(part)
            button = Button(f"{title} {player.user}", self._becomer(part), kind="chip")
            button.setCheckable(True)
            self._parts[part] = button
            row.addWidget(button)
        self._cut = Button("断开网络", self._switch_line, kind="chip", icon_name="plug_disconnected")
        row.addWidget(self._cut)
        self._column.addWidget(strip)

    def be(self, part: str) -> None:
        """Sit down at this person's desk."""
        before, self._shell = self._shell, None
        if before is not None:
            self._column.removeWidget(before)
            before.close()
            before.deleteLater()
        player = self._founded.player(part)
        opened = self._ground.opened(self._machine, player)
        lock = self._machine.vault.window_lock(player.user).take()
        self._shell = Shell(HomeDoor(self._desks), OpenedDesk, self._memory)
        self._column.addWidget(self._shell, 1)
        self._shell.enter(Session(self._machine, opened, lock))
        for key, button in self._parts.items():
            button.setChecked(key == part)

    def _becomer(self, part: str) -> Callable[[], None]:
        return lambda: self.be(part)

    def _switch_line(self) -> None:
        self._line.cut = not self._line.cut
        self._cut.set_caption("恢复网络" if self._line.cut else "断开网络")
        words = (
            "网络已断开：照常工作，内容都存在本机。" if self._line.cut else "网络已恢复：按“立即同步”，或等它自动上传。"
        )
        self._words.setText(f"演示：{words}")
        if not self._line.cut and self._shell is not None and self._shell.control is not None:
            self._shell.control.ask()

    def closeEvent(self, event: object) -> None:
        """Close the desk inside as well."""
        if self._shell is not None:
            self._shell.close()

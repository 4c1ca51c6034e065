"""第一次使用: four steps in the window, two minutes, from the size of the letters to 今日."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from gridworker.errors import GridworkerError
from gridworker.ui.background import Background
from gridworker.ui.pages.unlock import press_or
from gridworker.ui.pages.unlock_porch import Porch
from gridworker.ui.pages.welcome_connect import ConnectStep
from gridworker.ui.pages.welcome_door import Application, WelcomeDoor
from gridworker.ui.pages.welcome_download import DownloadStep
from gridworker.ui.pages.welcome_look import LookStep
from gridworker.ui.pages.welcome_offline import OfflineStep
from gridworker.ui.pages.welcome_protect import ProtectStep
from gridworker.ui.pages.welcome_step import Step
from gridworker.ui.theme import px
from gridworker.ui.widgets.buttons import PrimaryButton, QuietButton
from gridworker.ui.widgets.states import Stepper

LOOK, CONNECT, PROTECT, DOWNLOAD, OFFLINE = range(5)
STEPPER_FROM = 500
"""Design pixels of height from which there is room for the row of steps."""


class WelcomePage(Porch):
    """``opened`` carries the session of the new worker; ``left`` goes back to the unlock page.

    ``practise``: the worker wants the made-up district (offered only where the door can).
    """

    opened = Signal(object)
    left = Signal()
    practise = Signal()

    def __init__(self, door: WelcomeDoor, background: Background, parent: QWidget | None = None) -> None:
        self._stepper = Stepper()
        super().__init__(width=640, name_from=720, help_topic="connect", parent=parent)
        self._door = door
        self.card.body.addWidget(self._stepper)
        self.look_step = LookStep()
        self.connect_step = ConnectStep(door, background)
        self.protect_step = ProtectStep(door, background, self.application, lambda: self.connect_step.is_known)
        self.download_step = DownloadStep(door, background)
        self.offline_step = OfflineStep(door, background)
        self._steps: tuple[Step, ...] = (
            self.look_step,
            self.connect_step,
            self.protect_step,
            self.download_step,
            self.offline_step,
        )
        self._wire()
        self.back_button = QuietButton(self.tr("上一步"), self.back)
        self.forward_button = PrimaryButton(self.tr("下一步"), self.forward)
        self.bar.addWidget(self.back_button)
        self.bar.addStretch(1)
        self.bar.addWidget(self.forward_button)
        self.show_bar()
        self._here = LOOK
        self.go(LOOK)

    def _wire(self) -> None:
        for step in self._steps:
            step.hide()
            self.card.body.addWidget(step)
            step.changed.connect(self._show_feet)
        self.look_step.done.connect(self._goer(CONNECT))
        self.connect_step.done.connect(self._goer(PROTECT))
        self.connect_step.offline.connect(self._goer(OFFLINE))
        self.connect_step.reach.ended.connect(lambda _: self._look_at(self.connect_step.reach))
        self.protect_step.done.connect(self._enrolled)
        self.protect_step.refused.connect(self._refused)
        self.download_step.done.connect(self._finish)
        self.offline_step.opened.connect(self.opened)
        self.offline_step.practise.connect(self.practise)
        self.offline_step.read_tutorial.connect(self._read_tutorial)

    @property
    def here(self) -> int:
        """The step in front."""
        return self._here

    def application(self) -> Application:
        """What was filled in so far."""
        step = self.connect_step
        return Application(
            address=step.address.text().strip(),
            user=step.user.text().strip(),
            password=step.password.text(),
            code=step.code.text().strip(),
            ca=step.ca,
            local_password=step.local_password.text() if step.is_known else "",
        )

    def connect_worker(self, user: str) -> None:
        """Begin at the connection, for a worker who began without the line."""
        self.connect_step.user.setText(user)
        self.go(CONNECT)

    def go(self, step: int) -> None:
        """Show a step."""
        if step != self._here:
            self._steps[self._here].stop()
        self._here = step
        for place, each in enumerate(self._steps):
            each.setVisible(place == step)
        self._show_stepper()
        self._show_feet()
        self._steps[step].begin()

    def forward(self) -> None:
        """下一步."""
        if self.forward_button.isEnabled():
            self._steps[self._here].forward()

    def back(self) -> None:
        """上一步; from the first one to the unlock page, where there is one."""
        if not self._steps[self._here].may_go_back:
            return
        if self._here == LOOK:
            if self._door.workers():
                self.left.emit()
            return
        self.go(CONNECT if self._here == OFFLINE else self._here - 1)

    def _goer(self, step: int) -> Callable[[], None]:
        return lambda: self.go(step)

    def _enrolled(self) -> None:
        enrolled = self.protect_step.enrolled
        assert enrolled is not None, "the step is done when the centre has answered"
        self.protect_step.code.forget()
        self.connect_step.password.clear()
        self.download_step.welcome(enrolled)
        self.go(DOWNLOAD)

    def _refused(self, error: GridworkerError) -> None:
        self.go(CONNECT)
        self.connect_step.refused(error)
        self._look_at(self.connect_step.notice)

    def _finish(self) -> None:
        enrolled = self.protect_step.enrolled
        assert enrolled is not None, "nothing is downloaded before"
        self.opened.emit(enrolled.session)

    def _read_tutorial(self) -> None:
        before, self.help_topic = self.help_topic, "quick_start"
        self.open_help()
        self.help_topic = before

    def _look_at(self, part: QWidget) -> None:
        # What has just been shown has its place only when the layout has run.
        QTimer.singleShot(0, self, lambda: self.bring_into_sight(part))

    def _fit(self) -> None:
        super()._fit()
        self._stepper.setVisible(self.height() >= px(STEPPER_FROM))

    def _show_stepper(self) -> None:
        names = (self.tr("字号与外观"), self.tr("连接中心"), self.tr("本机保护"), self.tr("下载资料"))
        self._stepper.set_steps(names, CONNECT if self._here == OFFLINE else self._here)

    def _show_feet(self) -> None:
        step = self._steps[self._here]
        self.forward_button.set_caption(step.forward_words)
        self.forward_button.setEnabled(not step.busy)
        if self._here == DOWNLOAD:
            # Nothing is typed here: Return on the blue button is all that is left to do.
            (self if step.busy else self.forward_button).setFocus()
        first = self._here == LOOK
        self.back_button.set_caption(self.tr("返回") if first else self.tr("上一步"))
        self.back_button.setVisible(step.may_go_back and (not first or bool(self._door.workers())))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Return goes on; Escape goes back."""
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                press_or(self.forward)
            case Qt.Key.Key_Escape:
                self.back()
            case _:
                super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        """The cursor stands where work begins when the page appears."""
        super().showEvent(event)
        self._steps[self._here].begin()

"""What every step of the first run is to the page around it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from gridworker.ui.pages.unlock_porch import Notice
from gridworker.ui.widgets.boxes import Column
from gridworker.ui.widgets.text import Label


class Step(QWidget):
    """Title, one line of why, and what is to be done. Put things into ``body``.

    ``done``: the step is finished, go on. ``changed``: the buttons below may read differently now.
    """

    done = Signal()
    changed = Signal()

    def __init__(self, title: str, why: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("clear")
        self.setAccessibleName(title)
        self.body = Column(self, gap=14)
        self.body.addWidget(Label(title, "h2", wrap=True))
        if why:
            self.body.addWidget(Label(why, "second", wrap=True))
        self.notice = Notice()
        self.body.addWidget(self.notice)

    def begin(self) -> None:
        """The step comes to the front: put the cursor where work begins."""

    def forward(self) -> None:
        """下一步 or Return: check, act, and emit ``done`` when the step is finished."""
        self.done.emit()

    def stop(self) -> None:
        """The step is left: stop what runs for it."""

    @property
    def forward_words(self) -> str:
        """The words on the blue button."""
        return self.tr("下一步")

    @property
    def may_go_back(self) -> bool:
        """Whether the step before may be seen again."""
        return True

    @property
    def busy(self) -> bool:
        """Whether something runs that must end first; the blue button waits."""
        return False

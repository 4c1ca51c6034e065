"""The centre has moved: another address for the same centre, proved by its key before anything is kept."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from gridworker.errors import Cancelled, GridworkerError
from gridworker.ui.background import Job
from gridworker.ui.message_bar import Message
from gridworker.ui.page import Frame
from gridworker.ui.pages.settings_port import Housekeeping
from gridworker.ui.widgets import Column, FormRow, Line, LinkButton, ProgressStrip, Row, TintButton


class CentreMove(QWidget):
    """A link that opens one field; nothing is forgotten, whatever is typed."""

    def __init__(self, frame: Frame, port: Housekeeping, moved: Callable[[], object]) -> None:
        super().__init__()
        self.setObjectName("clear")
        self._frame, self._port, self._moved = frame, port, moved
        self._job: Job[None] | None = None
        column = Column(self, gap=10)
        row = Row(margins=(-8, 0, 0, 0), gap=8)
        self.open_button = LinkButton(self.tr("中心换了地址"), self.open_form)
        row.addWidget(self.open_button)
        row.addStretch(1)
        column.addLayout(row)
        self.address = Line("https://", name=self.tr("新地址"))
        self.address.returnPressed.connect(self.move_there)
        hint = self.tr("先核对那边是不是同一个中心，是才换。没传的内容不会丢。")
        self._row = FormRow(self.tr("新地址"), self.address, hint=hint)
        self.address.textEdited.connect(lambda: self._row.set_wrong(""))
        self.move_button = TintButton(self.tr("核对并换用"), self.move_there)
        self._strip = ProgressStrip(self._cancel)
        for part in (self._row, self.move_button, self._strip):
            column.addWidget(part)
            part.hide()

    def open_form(self) -> None:
        """Ask for the address."""
        self._row.show()
        self.move_button.show()
        self.address.setFocus()

    def move_there(self) -> None:
        """Ask the other side who it is, and keep the address if it is the same centre."""
        address = self.address.text().strip()
        if not address:
            self._row.set_wrong(self.tr("请填新地址，以 https:// 开头。"))
            self.address.setFocus()
            return
        if self._job is not None and not self._job.over:
            return
        self.move_button.setEnabled(False)
        self._strip.show_progress(0, 0, self.tr("正在核对…"))
        self._strip.show()
        self._job = self._frame.background.run(
            lambda progress: self._port.move_centre(address, progress),
            then=self._done,
            failed=self._refused,
            lane="network",
        )

    def _done(self, _: None) -> None:
        self._idle()
        for part in (self._row, self.move_button):
            part.hide()
        self.address.clear()
        self._frame.say(Message(self.tr("已换用新地址")))
        self._moved()

    def _refused(self, error: GridworkerError) -> None:
        self._idle()
        if not isinstance(error, Cancelled):
            self._row.set_wrong(f"{error.title}。{error.remedy}")
            self.address.setFocus()

    def _idle(self) -> None:
        self.move_button.setEnabled(True)
        self._strip.hide()

    def _cancel(self) -> None:
        if self._job is not None:
            self._job.cancel()

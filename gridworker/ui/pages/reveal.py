"""Shows in full what is masked, once a reason was given, and notes that it was shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtWidgets import QMenu, QWidget

from gridworker.errors import GridworkerError
from gridworker.ui.page import Frame
from gridworker.ui.widgets import Button
from gridworker.ui.work import Work

REASONS: Final = ("联系本人或家属", "走访前核对", "办理事项需要", "应急处置")
"""Ready reasons: one click, and the audit still knows why."""


def note_reveal(work: Work, frame: Frame, kind: str, record: str, reason: str) -> bool:
    """Write down that a record was seen in full, and why; False when that failed: then nothing is shown."""
    try:
        work.ledger.audit("reveal", record_kind=kind, record=record, reason=reason)
    except GridworkerError as error:
        frame.say_error(error)
        return False
    frame.redraw(frozenset({"audit"}))
    return True


class Reveal(Button):
    """``查看完整信息``: a menu asks for the reason; *shown* is called once it is written down."""

    def __init__(
        self,
        work: Work,
        frame: Frame,
        kind: str,
        record: str,
        shown: Callable[[], object],
        *,
        words: str = "查看完整信息",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(words, self._ask, kind="link", icon_name="eye", parent=parent)
        self._work, self._frame, self._kind = work, frame, kind
        self._record, self._shown = record, shown

    def _ask(self) -> None:
        menu = QMenu(self)
        menu.addSection("查看的原因（会记录下来）")
        for reason in REASONS:
            menu.addAction(reason).triggered.connect(lambda _=False, why=reason: self.reveal(why))
        menu.popup(self.mapToGlobal(self.rect().bottomLeft()))

    def reveal(self, reason: str) -> None:
        """Note the reason, then show."""
        if note_reveal(self._work, self._frame, self._kind, self._record, reason):
            self._shown()

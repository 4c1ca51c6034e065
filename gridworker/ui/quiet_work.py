"""Quiet work in the local lane, a little at a time: whoever types, searches or draws goes first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QObject, QTimer

from gridworker.errors import GridworkerError
from gridworker.ui.background import Background, Job, Progress

SETTLE_MS: Final = 500
"""Before it begins: what a sync brought is drawn meanwhile."""
REST_MS: Final = 25
"""Between two pieces: a search that was asked for runs, and the window has the processor to itself."""


class QuietWork(QObject):
    """Runs *piece* (one short piece of work; True: there is more) until all is done.

    While a piece runs it shares Python's one lock with the window, which then draws at half its speed; and a
    search waits in the same lane. So a piece should take no more than about 50 ms.
    """

    def __init__(
        self,
        background: Background,
        piece: Callable[[Progress], bool],
        failed: Callable[[GridworkerError], object],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._background, self._piece, self._failed = background, piece, failed
        self._job: Job[bool] | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._go_on)

    def soon(self) -> None:
        """There may be something to do."""
        self._timer.start(SETTLE_MS)

    def _go_on(self) -> None:
        if self._job is not None and not self._job.over:
            self._timer.start(REST_MS)
            return
        self._job = self._background.run(self._piece, then=self._done, failed=self._failed)

    def _done(self, more: bool) -> None:
        if more:
            self._timer.start(REST_MS)

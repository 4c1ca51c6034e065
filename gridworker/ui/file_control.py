"""Sends photos and papers in the network lane, behind each sync and never before one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from gridworker.errors import Cancelled, GridworkerError
from gridworker.ui.background import Background, Job, Progress
from gridworker.ui.sync_control import SyncControl

if TYPE_CHECKING:
    from gridworker.sync.files import FilesReport


@dataclass(frozen=True, slots=True)
class FilesView:
    """How it stands, for whoever shows it."""

    running: bool = False
    done: int = 0
    """Bytes."""
    total: int = 0
    words: str = ""
    error: GridworkerError | None = None


class FileControl(QObject):
    """One per window. It begins when a sync has ended well, and makes room between two pieces when one is due."""

    changed = Signal()

    def __init__(
        self,
        background: Background,
        send: Callable[[Progress], FilesReport],
        control: SyncControl,
        parent: QObject | None = None,
    ) -> None:
        """*send* runs off this thread."""
        super().__init__(parent)
        self._background, self._send, self._control = background, send, control
        self._job: Job[FilesReport] | None = None
        self.view = FilesView()
        control.changed.connect(self._make_room)
        control.finished.connect(self._synced)

    def cancel(self) -> None:
        """Stop for now; what came across stays there, and the next sync goes on with it."""
        if self._job is not None:
            self._job.cancel()

    def _synced(self, report: object) -> None:
        if report is not None and self._job is None:
            self._job = self._background.run(
                self._send, then=self._ended, failed=self._failed, progress=self._step, lane="network"
            )

    def _make_room(self) -> None:
        if self._control.view.running:
            self.cancel()

    def _step(self, done: int, total: int, words: str) -> None:
        self._show(FilesView(running=True, done=done, total=total, words=words))

    def _ended(self, report: FilesReport) -> None:
        self._job = None
        self._show(FilesView())
        if report.stored:
            # The centre has told everybody that they came; here it is heard with the next pull.
            self._control.start()

    def _failed(self, error: GridworkerError) -> None:
        self._job = None
        self._show(FilesView(error=None if isinstance(error, Cancelled) else error))

    def _show(self, view: FilesView) -> None:
        self.view = view
        self.changed.emit()

"""The system asks the program to end, at logging out or shutting down: the window closes as by a hand."""

from __future__ import annotations

import signal
import socket
import sys
from types import FrameType, TracebackType
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QSocketNotifier, Signal

if TYPE_CHECKING:
    from typing import Self

WATCHED = tuple(
    getattr(signal, name)
    for name in ("SIGTERM", "SIGINT", "SIGHUP")
    # Windows ends its programs through their windows, and Qt knows.
    if hasattr(signal, name) and sys.platform != "win32"
)


class StopSignals(QObject):
    """``came`` is told on the window's thread. Python itself would look at a signal only when some Python runs next,
    and a window at rest runs none: each signal writes a byte to a socket that Qt listens to.
    """

    came = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._before: dict[int, Any] = {}
        self._waker = -1

    def __enter__(self) -> Self:
        self._read, self._write = socket.socketpair()
        self._read.setblocking(False)
        self._write.setblocking(False)
        self._notifier = QSocketNotifier(self._read.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._woken)
        self._waker = signal.set_wakeup_fd(self._write.fileno())
        self._before = {each: signal.signal(each, _noted) for each in WATCHED}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, before in self._before.items():
            signal.signal(number, before)
        signal.set_wakeup_fd(self._waker)
        self._notifier.setEnabled(False)
        self._read.close()
        self._write.close()

    def _woken(self) -> None:
        if set(self._read.recv(64)) & set(WATCHED):
            self.came.emit()


def _noted(number: int, frame: FrameType | None) -> None:
    """Nothing: the byte on the socket has told."""

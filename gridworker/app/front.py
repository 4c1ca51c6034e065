"""A second window of one store brings the first to the front instead: a local socket, one word."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtNetwork import QLocalServer, QLocalSocket

WAIT_MS = 500


class Front(QObject):
    """Listens at *name*; ``come`` is called when another window asks."""

    def __init__(self, name: str, come: Callable[[], object], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        QLocalServer.removeServer(name)
        self._server.listen(name)
        self._server.newConnection.connect(lambda: self._asked(come))

    def _asked(self, come: Callable[[], object]) -> None:
        while self._server.hasPendingConnections():
            caller = self._server.nextPendingConnection()
            caller.close()
            caller.deleteLater()
        come()


def ask_to_front(name: str) -> bool:
    """Ask the window that listens at *name*; False when nobody does."""
    socket = QLocalSocket()
    socket.connectToServer(name)
    answered = socket.waitForConnected(WAIT_MS)
    socket.close()
    return answered

"""A relay on loopback that counts what passes, each way, and can be told to break off."""

import socket
import threading
from contextlib import suppress
from types import TracebackType
from urllib.parse import urlsplit

_PIECE = 64 * 1024


class Wire:
    """Stands before one plain http address. ``turns``: how often the direction changed to up: the round trips."""

    def __init__(self, address: str) -> None:
        place = urlsplit(address)
        self._target = (place.hostname or "127.0.0.1", place.port or 80)
        self._door = socket.create_server(("127.0.0.1", 0))
        self._lock = threading.Lock()
        self._open: list[socket.socket] = []
        self.address = f"http://127.0.0.1:{self._door.getsockname()[1]}"
        self.up = self.down = self.turns = 0
        self.break_at: int | None = None
        """Bytes up after which every connection is cut."""
        threading.Thread(target=self._accept, daemon=True).start()

    def reset(self) -> None:
        """Count from zero."""
        with self._lock:
            self.up = self.down = self.turns = 0

    def close(self) -> None:
        """Cut everything."""
        self.break_at = 0
        self._door.close()
        self._cut()

    def __enter__(self) -> "Wire":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._door.accept()
            except OSError:
                return
            far = socket.create_connection(self._target)
            for line in (near, far):
                line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._open += [near, far]
            last = ["down"]
            threading.Thread(target=self._carry, args=(near, far, "up", last), daemon=True).start()
            threading.Thread(target=self._carry, args=(far, near, "down", last), daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket, way: str, last: list[str]) -> None:
        with suppress(OSError):
            while piece := source.recv(_PIECE):
                with self._lock:
                    if way == "up" and last[0] == "down":
                        self.turns += 1
                    last[0] = way
                    setattr(self, way, getattr(self, way) + len(piece))
                    broken = self.break_at is not None and self.up >= self.break_at
                if broken:
                    self._cut()
                    return
                target.sendall(piece)
        with suppress(OSError):
            target.shutdown(socket.SHUT_WR)

    def _cut(self) -> None:
        for line in self._open:
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
            line.close()
        self._open.clear()

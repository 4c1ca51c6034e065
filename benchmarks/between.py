"""What stands on loopback between callers and one address: takes connections in, joins them, and can cut them all."""

import socket
import struct
import threading
from abc import ABC, abstractmethod
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

_RESET = struct.pack("ii", 1, 0)
"""SO_LINGER: what is still under way is lost, and the other side is told so."""


@dataclass(eq=False)
class Talk:
    """One connection, from the caller (``near``) to the address (``far``)."""

    near: socket.socket
    far: socket.socket
    last: str = "down"
    """In which direction something passed last."""

    def ends(self, way: str) -> tuple[socket.socket, socket.socket]:
        """From where to where what goes ``up`` or ``down`` is carried."""
        return (self.near, self.far) if way == "up" else (self.far, self.near)

    def cut(self) -> None:
        """Break it off; what is under way is lost."""
        for line in (self.near, self.far):
            with suppress(OSError):
                line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                line.shutdown(socket.SHUT_RDWR)
            line.close()


class Between(ABC):
    """``address`` is where it listens. A heir says in ``carry`` how something passes, each way in a thread of its own;
    what he needs for that is there before he calls ``__init__``.
    """

    def __init__(self, address: str) -> None:
        self.lead_to(address)
        self._lock = threading.Lock()
        self._talks: list[Talk] = []
        self._closed = False
        self._door = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = int(self._door.getsockname()[1])
        self.address = f"{urlsplit(address).scheme}://127.0.0.1:{self.port}"
        threading.Thread(target=self._accept, daemon=True).start()

    def lead_to(self, address: str) -> None:
        """New connections go there from now on."""
        place = urlsplit(address)
        self._target = (place.hostname or "127.0.0.1", place.port or 80)

    def close(self) -> None:
        """Nobody comes in any more, and whoever is in is cut off."""
        self._closed = True
        with suppress(OSError):
            self._door.shutdown(socket.SHUT_RDWR)  # wakes whoever waits for a caller
        self._door.close()
        self.cut()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def cut(self) -> None:
        """Break off every connection."""
        with self._lock:
            talks, self._talks = self._talks, []
        for talk in talks:
            talk.cut()

    @abstractmethod
    def carry(self, talk: Talk, way: str) -> None:
        """Takes what comes in one direction to the other side."""

    def serve(self, near: socket.socket) -> None:
        """A caller came."""
        self.join(near)

    def join(self, near: socket.socket) -> None:
        """Joins a caller with the address; one that is not to be reached is as if nobody had answered."""
        try:
            far = socket.create_connection(self._target)
        except OSError:
            near.close()
            return
        for line in (near, far):
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        talk = Talk(near, far)
        self.begun(talk)
        for way in ("up", "down"):
            threading.Thread(target=self.carry, args=(talk, way), daemon=True).start()

    def begun(self, talk: Talk) -> None:
        """A connection is there; cut at once when everything is closed already."""
        with self._lock:
            self._talks = [*(each for each in self._talks if each.near.fileno() >= 0), talk]
        if self._closed:
            self.cut()

    def _accept(self) -> None:
        while not self._closed:
            try:
                near, _ = self._door.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(near,), daemon=True).start()

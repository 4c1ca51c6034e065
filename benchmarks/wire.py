"""A relay on loopback that counts what passes, each way, and can be told to break off."""

import socket
from contextlib import suppress

from benchmarks.between import Between, Talk

_PIECE = 64 * 1024


class Wire(Between):
    """Stands before one plain http address. ``turns``: how often the direction changed to up: the round trips."""

    def __init__(self, address: str) -> None:
        self.up = self.down = self.turns = 0
        self.break_at: int | None = None
        """Bytes up after which every connection is cut."""
        super().__init__(address)

    def reset(self) -> None:
        """Count from zero."""
        with self._lock:
            self.up = self.down = self.turns = 0

    def carry(self, talk: Talk, way: str) -> None:
        source, target = talk.ends(way)
        with suppress(OSError):
            while piece := source.recv(_PIECE):
                with self._lock:
                    if way == "up" and talk.last == "down":
                        self.turns += 1
                    talk.last = way
                    setattr(self, way, getattr(self, way) + len(piece))
                    broken = self.break_at is not None and self.up >= self.break_at
                if broken:
                    self.cut()
                    return
                target.sendall(piece)
        with suppress(OSError):
            target.shutdown(socket.SHUT_WR)

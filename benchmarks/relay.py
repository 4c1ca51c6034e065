"""A thin, far and unreliable line in user space: a relay on loopback with a rate, a delay, stalls and breaks."""

import heapq
import random
import socket
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from itertools import count

from benchmarks.between import Between, Talk

SEGMENT = 1448
"""Bytes that travel at once, as in a segment of TCP."""


class Relay(Between):
    """Stands before one plain http address; ``address`` is where it listens.

    ``rate``: bits a second each way. ``delay``: seconds from one end to the other, also for the first word of a new
    connection. ``stalls``: the share of segments before which nothing passes for ``stall`` seconds. ``breaks``: after
    so many bytes down, every connection is cut, and what is under way is lost. ``up``, ``down``: bytes that arrived.
    """

    def __init__(
        self,
        address: str,
        *,
        rate: float = 64_000,
        delay: float = 0.4,
        stalls: float = 0.02,
        stall: tuple[float, float] = (1.0, 3.0),
        breaks: Sequence[int] = (),
        chance: random.Random | None = None,
    ) -> None:
        self.rate, self.delay, self.stalls, self.stall = rate, delay, stalls, stall
        self.breaks = sorted(breaks)
        self._chance = chance or random.Random(1)
        self._free = {"up": 0.0, "down": 0.0}
        self.up = self.down = self.stalled = self.broken = self.connections = 0
        super().__init__(address)

    def serve(self, near: socket.socket) -> None:
        """A connection is there when its first word has gone there and back."""
        time.sleep(2 * self.delay)
        self.join(near)

    def begun(self, talk: Talk) -> None:
        super().begun(talk)
        with self._lock:
            self.connections += 1

    def carry(self, talk: Talk, way: str) -> None:
        """Reads no faster than the line takes it; what was read arrives after the delay."""
        source, target = talk.ends(way)
        under_way = _UnderWay(target, self._arrived, way)
        with suppress(OSError):
            while piece := source.recv(SEGMENT):
                through = self._through(len(piece), way)
                time.sleep(max(through - time.monotonic(), 0))
                under_way.send(through + self.delay, piece)
        under_way.send(time.monotonic() + self.delay, b"")

    def _through(self, size: int, way: str) -> float:
        """When a segment has left the narrow place."""
        with self._lock:
            begun = max(self._free[way], time.monotonic())
            if self._chance.random() < self.stalls:
                begun += self._chance.uniform(*self.stall)
                self.stalled += 1
            self._free[way] = begun + size * 8 / self.rate
            return self._free[way]

    def _arrived(self, way: str, size: int) -> bool:
        """Counts; False when the line breaks just now."""
        with self._lock:
            setattr(self, way, getattr(self, way) + size)
            broken = bool(self.breaks) and self.down >= self.breaks[0]
            if broken:
                self.breaks.pop(0)
                self.broken += 1
        if broken:
            self.cut()
        return not broken


class _UnderWay:
    """What has left one end and not reached the other."""

    def __init__(self, target: socket.socket, arrived: "object", way: str) -> None:
        self._target, self._arrived, self._way = target, arrived, way
        self._queue: list[tuple[float, int, bytes]] = []
        self._order = count()
        self._more = threading.Condition()
        threading.Thread(target=self._deliver, daemon=True).start()

    def send(self, at: float, piece: bytes) -> None:
        """``piece`` arrives ``at`` (monotonic); an empty one is the end."""
        with self._more:
            heapq.heappush(self._queue, (at, next(self._order), piece))
            self._more.notify()

    def _deliver(self) -> None:
        with suppress(OSError):
            while True:
                with self._more:
                    while not self._queue:
                        self._more.wait()
                    at, _, piece = heapq.heappop(self._queue)
                time.sleep(max(at - time.monotonic(), 0))
                if not piece:
                    self._target.shutdown(socket.SHUT_WR)
                    return
                self._target.sendall(piece)
                if not self._arrived(self._way, len(piece)):  # type: ignore[operator]
                    return

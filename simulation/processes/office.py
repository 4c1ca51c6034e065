"""The way out of a bad office: a proxy before the centre that cuts, stalls, garbles, doubles, delays, and answers
with a login page; or, while ``bad`` is off, a wire.

A connection is either a tunnel, whose bytes are the desk's and the centre's own TLS, or is taken apart by a clerk who
has a certificate of the county and sees each request.
"""

import random
import socket
import ssl
import threading
import time
from collections import Counter
from contextlib import suppress

from benchmarks.between import Between, Talk

_PAGE = b"<html><title>Login</title><form>name, password</form></html>"
LOGIN = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n%s" % (len(_PAGE), _PAGE)
TUNNEL = (("", 50), ("cut", 20), ("stalled", 15), ("garbled", 15))
CLERK = (("", 50), ("doubled", 16), ("login page", 10), ("answer lost", 9), ("answer cut", 9), ("late", 6))
_PIECE = 16 * 1024
_PATIENCE = 20.0
"""Seconds that a clerk waits for anybody."""


class Office(Between):
    """Stands before one https address. ``faults``: what it did to whom, by kind."""

    def __init__(self, address: str, desks: ssl.SSLContext, chance: random.Random) -> None:
        self.bad = False
        self.faults: Counter[str] = Counter()
        self._desks = desks
        self._centre = ssl.create_default_context()
        self._centre.check_hostname, self._centre.verify_mode = False, ssl.CERT_NONE
        self._chance = chance
        self._plans: dict[Talk, tuple[str, str, int]] = {}
        self._late = 0
        super().__init__(address)

    @property
    def is_quiet(self) -> bool:
        """Whether nothing is under way any more that nobody waits for."""
        return self._late == 0

    def serve(self, near: socket.socket) -> None:
        if self.bad and self._below(100) < 45:
            with suppress(OSError, ValueError):
                self._work(near)
            near.close()
        else:
            self.join(near)

    # ------------------------------------------------------------------ tunnels

    def begun(self, talk: Talk) -> None:
        fault = self._one(TUNNEL) if self.bad else ""
        self._plans[talk] = (fault, *(("up", self._below(2000)) if self._below(2) else ("down", self._below(5000))))
        super().begun(talk)

    def carry(self, talk: Talk, way: str) -> None:
        source, target = talk.ends(way)
        fault, where, at = self._plans[talk]
        passed, left = 0, fault if where == way else ""
        with suppress(OSError):
            while piece := source.recv(_PIECE):
                if left and passed + len(piece) > at:
                    piece = self._spoilt(talk, target, left, piece[: at - passed], piece[at - passed :])
                    left = ""
                passed += len(piece)
                target.sendall(piece)
            target.shutdown(socket.SHUT_WR)

    def _spoilt(self, talk: Talk, target: socket.socket, fault: str, before: bytes, after: bytes) -> bytes:
        """What is left of it when the fault has come about. Raises ``OSError`` when nothing is."""
        self._note(fault)
        if fault == "cut":
            target.sendall(before)
            talk.cut()
            raise OSError(fault)
        if fault == "stalled":
            time.sleep(self._below(2500) / 1000)
            return before + after
        return before + bytes([after[0] ^ (1 + self._below(255))]) + after[1:]

    # ------------------------------------------------------------------ clerks

    def _work(self, near: socket.socket) -> None:
        near.settimeout(_PATIENCE)
        with self._desks.wrap_socket(near, server_side=True) as desk:
            while request := _message(desk):
                answer = self._treated(request)
                desk.sendall(answer)
                if not answer or answer is LOGIN or len(answer) < _size(answer):
                    return

    def _treated(self, request: bytes) -> bytes:
        """The answer, whatever it is worth; empty when there is none."""
        fault = self._one(CLERK) if self.bad else ""
        self._note(fault)
        if fault == "login page":
            return LOGIN
        if fault == "late":
            with self._lock:
                self._late += 1
            threading.Thread(target=self._deliver_late, args=(request,), daemon=True).start()
            return b""
        if fault == "doubled":
            self._ask(request)
        answer = self._ask(request)
        if fault == "answer lost":
            return b""
        return answer[: self._below(len(answer))] if fault == "answer cut" and answer else answer

    def _deliver_late(self, request: bytes) -> None:
        try:
            time.sleep(self._below(3000) / 1000)
            with suppress(OSError, ValueError):
                self._ask(request)
        finally:
            with self._lock:
                self._late -= 1

    def _ask(self, request: bytes) -> bytes:
        with socket.create_connection(self._target, _PATIENCE) as line, self._centre.wrap_socket(line) as centre:
            centre.sendall(request)
            return _message(centre)

    # ------------------------------------------------------------------ chance

    def _note(self, fault: str) -> None:
        if fault:
            with self._lock:
                self.faults[fault] += 1

    def _below(self, most: int) -> int:
        with self._lock:
            return self._chance.randrange(most)

    def _one(self, of: tuple[tuple[str, int], ...]) -> str:
        with self._lock:
            return self._chance.choices([name for name, _ in of], [weight for _, weight in of])[0]


def _message(line: ssl.SSLSocket) -> bytes:
    """One whole request or answer; empty at the end of the connection."""
    said = b""
    while b"\r\n\r\n" not in said:
        piece = line.recv(_PIECE)
        if not piece:
            return b""
        said += piece
    while len(said) < _size(said):
        piece = line.recv(_PIECE)
        if not piece:
            raise OSError("cut")
        said += piece
    return said


def _size(said: bytes) -> int:
    """How long a request or answer is that begins like this."""
    head = said.partition(b"\r\n\r\n")[0]
    sizes = [row.split(b":")[1] for row in head.split(b"\r\n") if row.lower().startswith(b"content-length:")]
    return len(head) + 4 + (int(sizes[0]) if sizes else 0)

"""Machines on loopback that answer wrongly on purpose: login pages and cut answers."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Answer = Callable[[bytes], bytes]
"""From the bytes of a request to the bytes of an answer, whatever they are worth."""


def answer(status: int, body: bytes = b"", **headers: str) -> bytes:
    """A whole HTTP answer; ``Content-Length`` is right unless it is given."""
    names = {"Content-Length": str(len(body)), "Connection": "close"}
    names |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in names.items())
    return f"HTTP/1.1 {status} whatever\r\n{head}\r\n".encode() + body


@contextmanager
def listening(answers: Answer, tls: ssl.SSLContext | None = None) -> Iterator[int]:
    """The port of a machine that gives ``answers`` to every request, until the end of the block."""
    server = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()
    thread = threading.Thread(target=_serve, args=(server, answers, tls, over))
    thread.start()
    try:
        yield server.getsockname()[1]
    finally:
        over.set()
        socket.create_connection(server.getsockname()).close()
        thread.join()
        server.close()


def _serve(server: socket.socket, answers: Answer, tls: ssl.SSLContext | None, over: threading.Event) -> None:
    while True:
        line, _ = server.accept()
        with line:
            if over.is_set():
                return
            try:
                line.settimeout(5)
                talk = tls.wrap_socket(line, server_side=True) if tls else line
                talk.sendall(answers(_request(talk)))
                if tls:
                    talk.close()
            except OSError:
                continue


def _request(line: socket.socket) -> bytes:
    said = b""
    while b"\r\n\r\n" not in said:
        piece = line.recv(65536)
        said += piece
        if not piece or said[0] == 0x16:  # gone; or a TLS greeting, which a plain server does not understand
            return said
    head, _, body = said.partition(b"\r\n\r\n")
    sizes = [row.split(b":")[1] for row in head.split(b"\r\n") if row.lower().startswith(b"content-length:")]
    while sizes and len(body) < int(sizes[0]):
        body += line.recv(65536)
    return head + b"\r\n\r\n" + body

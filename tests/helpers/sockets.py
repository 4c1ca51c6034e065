"""The tests' machine has no line to the outside: only loopback and Unix sockets are open."""

import ipaddress
import socket
import sys

# Names that no name server may ever know (RFC 2606): they fail here as they fail everywhere.
NO_SUCH_NAMES = (".invalid", ".test")


class OutsideWorld(RuntimeError):
    """A test tried to leave this machine. Not an OSError: nothing may take it for a cut line."""


def close_all_but_loopback() -> None:
    """From here on, in this process, for good."""
    sys.addaudithook(_guard)


def _guard(event: str, arguments: tuple[object, ...]) -> None:
    if event == "socket.getaddrinfo":
        _look_up(arguments[0])
    elif event in ("socket.connect", "socket.sendto"):
        _reach(arguments[1])


def _look_up(host: object) -> None:
    name = host.decode("ascii") if isinstance(host, bytes) else host
    if isinstance(name, str) and name.endswith(NO_SUCH_NAMES):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    if name is not None and not _is_loopback(str(name)):
        raise OutsideWorld(f"a test looked up {name}")


def _reach(address: object) -> None:
    if isinstance(address, tuple) and not _is_loopback(str(address[0])):
        raise OutsideWorld(f"a test reached for {address[0]}")


def _is_loopback(host: str) -> bool:
    if host in ("", "localhost"):
        return True
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False

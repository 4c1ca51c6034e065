"""What an answer means that is not what was asked for: the centre's refusals, and strangers on the way."""

from collections.abc import Callable
from typing import NamedTuple

from pydantic import ValidationError

from gridworker.errors import (
    BrokenAnswer,
    CentreBusy,
    DeviceRevoked,
    NotAccepted,
    NotAllowed,
    NotFound,
    NotTheCentre,
    NotThisFile,
    ProxyInTheWay,
    TooOld,
)
from gridworker.protocol.codec import NotReadable, unpack
from gridworker.protocol.orders import WipeOrder
from gridworker.protocol.sync import Problem

COURIER = "/sync/v1/courier"
_PEOPLE = "/people/"


class Disagreement(Exception):
    """The centre and the desk remember different things (epoch, fork, gap); the engine knows what to do."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.error)
        self.problem = problem


class TooBig(Exception):
    """The centre takes no request of this size; the engine sends less."""


class WipeOrdered(DeviceRevoked):
    """The centre asks for the store to be destroyed; whoever holds it looks at the signature first."""

    def __init__(self, order: WipeOrder) -> None:
        super().__init__("an order to wipe")
        self.order = order


class SnapshotGone(Exception):
    """There is no such snapshot, or none for this desk; what there is instead is told by the next pull."""


class Unauthorised(Exception):
    """The token, or the password, was not accepted; the text is the centre's reason."""


class Reply(NamedTuple):
    """An answer as it came; ``ours``: a centre gave it; ``wait``: ms that it asks to wait."""

    status: int
    ours: bool
    kind: str
    compressed: bool
    wait: int
    body: bytes


def refusal(reply: Reply, path: str) -> Exception:
    """Why the centre did not serve the request."""
    problem = problem_in(reply)
    if problem.error == "cut":
        return BrokenAnswer("the request was cut on its way")
    if reply.status == 401:
        return Unauthorised(problem.reason)
    if reply.status in _PLAIN:
        return _PLAIN[reply.status](path)
    if reply.status == 409 and problem.error in ("epoch", "fork", "gap", "vector"):
        return Disagreement(problem)
    if reply.status == 403 and problem.error == "device":
        order = problem.standing.order if problem.standing is not None else None
        return WipeOrdered(order) if order is not None else DeviceRevoked(path)
    if reply.status == 429 or reply.status >= 500:
        return CentreBusy("throttled" if reply.status == 429 else f"{path}: {reply.status}", wait=reply.wait)
    if reply.status == 403:
        return NotAllowed(problem.reason)
    if path == COURIER and reply.status == 400:
        return NotThisFile(problem.error, advice=problem.reason)
    if path.startswith(_PEOPLE) and problem.reason:
        return NotAccepted(problem.reason)
    return RuntimeError(f"{path}: {reply.status} {problem.error}: the centre did not understand us")


def problem_in(reply: Reply) -> Problem:
    """What the centre says in it; an empty one when it says nothing that can be read."""
    try:
        return Problem.model_validate(unpack(reply.body, compressed=reply.compressed))
    except (NotReadable, ValidationError):
        return Problem(error="")


OF_FILES = frozenset("checksum expired full locked media not_allowed not_found offset too_big".split())
"""What the centre says of a file, and not of the line or the desk."""

_PLAIN: dict[int, Callable[[str], Exception]] = {
    404: NotFound,
    413: TooBig,
    426: TooOld,
}


def stranger(reply: Reply) -> Exception:
    """Who answered instead of the centre: a login page, a proxy in front of it, or another site."""
    if reply.status == 413:
        return TooBig("a proxy takes no more")
    if reply.status in (502, 503, 504):
        return CentreBusy(f"a proxy says {reply.status}", wait=reply.wait)
    if reply.status in (407, 511) or 300 <= reply.status < 400:
        return ProxyInTheWay(f"{reply.status}")
    if reply.status == 200 and reply.kind == "text/html":
        return ProxyInTheWay("a page instead of an answer")
    return NotTheCentre(f"{reply.status}")

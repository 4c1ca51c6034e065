"""Whether a centre can be reached at an address, and if not, at which step the way ends."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from requests.adapters import BaseAdapter

from gridworker.errors import (
    BrokenAnswer,
    CentreBusy,
    CentreError,
    GridworkerError,
    InsecureAddress,
    NameNotFound,
    NotTheCentre,
    ProxyInTheWay,
    SignInError,
    TlsFailed,
    TooOld,
)
from gridworker.protocol import PROTOCOL
from gridworker.sync.centre import Centre

_IN_TIME = (5.0, 10.0)


class Step(StrEnum):
    """One step of the way, in order."""

    ADDRESS = "address"
    DNS = "dns"
    TCP = "tcp"
    TLS = "tls"
    PROXY = "proxy"
    CENTRE = "centre"
    LOGIN = "login"


STEP_TITLES = {
    Step.ADDRESS: "地址",
    Step.DNS: "查找地址",
    Step.TCP: "连接",
    Step.TLS: "证书",
    Step.PROXY: "上网认证",
    Step.CENTRE: "中心应答",
    Step.LOGIN: "可以登录",
}

_ENDS: tuple[tuple[type[CentreError], Step], ...] = (
    (InsecureAddress, Step.ADDRESS),
    (NameNotFound, Step.DNS),
    (TlsFailed, Step.TLS),
    (ProxyInTheWay, Step.PROXY),
    (TooOld, Step.CENTRE),
    (CentreBusy, Step.CENTRE),
    (NotTheCentre, Step.CENTRE),
    (BrokenAnswer, Step.CENTRE),
)


@dataclass(frozen=True, slots=True)
class Reach:
    """How far one got. ``step`` is the step that failed; ``LOGIN`` when the way is free."""

    ok: bool
    step: Step
    error: GridworkerError | None = None


def reach(
    place: str,
    ca: Path | None = None,
    *,
    cancelled: Callable[[], bool] = lambda: False,
    adapter: BaseAdapter | None = None,
) -> Reach:
    """Says hello at the address, by the same road that sync takes later. Raises only ``Cancelled``."""
    try:
        centre = Centre(place, ca=ca, cancelled=cancelled, adapter=adapter, timeouts=_IN_TIME)
    except CentreError as error:
        return Reach(False, Step.ADDRESS, error)
    try:
        oldest, newest = centre.hello().protocol
    except SignInError:
        return Reach(True, Step.LOGIN)
    except CentreError as error:
        return Reach(False, _end(error), error)
    finally:
        centre.close()
    if not oldest <= PROTOCOL <= newest:
        return Reach(False, Step.CENTRE, TooOld(f"speaks {oldest} to {newest}"))
    return Reach(True, Step.LOGIN)


def _end(error: CentreError) -> Step:
    for kind, step in _ENDS:
        if isinstance(error, kind):
            return step
    return Step.TCP

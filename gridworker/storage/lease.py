"""The lease: for how long a store opens without having heard from its centre.

It is policy and not cryptography: the password alone opens the key slot, lease or no lease, and somebody who has
the password and writes a program of his own is not stopped. It bounds what an honest program shows on a laptop
whose worker was cut off and which never comes on line. The desk keeps a time that never runs backwards, so that a
clock that was set back buys no days.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from gridworker.protocol.sync import Clock

DAY = 86_400_000
WARNED = 3 * DAY
"""ms before the end from which the worker is told; of a short lease its last third."""

Meta = Callable[[str, Any], Any]
"""How notes are read: ``Store.meta``."""


@dataclass(frozen=True, slots=True)
class Lease:
    """How a lease stands."""

    until: int
    """ms UTC."""
    now: int
    """ms UTC, as the desk knows it; never less than before."""
    days: int

    @property
    def left(self) -> int:
        """ms; 0 when it is over."""
        return max(self.until - self.now, 0)

    @property
    def over(self) -> bool:
        """Whether the centre has to be asked before the store is shown."""
        return self.now >= self.until

    @property
    def ends_soon(self) -> bool:
        """Whether it is time to say so."""
        return self.left <= min(WARNED, self.days * DAY // 3)


def look(meta: Meta, clock: Clock) -> Lease | None:
    """How it stands; None for a store that has none (never enrolled, or by a centre that gives none)."""
    days, since = int(meta("lease_days", 0)), int(meta("lease_from", 0))
    if not days or not since:
        return None
    return Lease(since + days * DAY, time_of(meta, clock), days)


def time_of(meta: Meta, clock: Clock) -> int:
    """The centre's time as well as this desk knows it: by its clock, but never before what it knew last."""
    by_clock = clock.wall + int(meta("clock_offset", 0))
    known, mono, boot = meta("time", None) or (0, 0, "")
    # In one start of the machine the monotonic clock tells how long it was, whatever the other one says.
    passed = max(clock.mono - mono, 0) if boot and boot == clock.boot else 0
    return max(by_clock, known + passed)


def noted(meta: Meta, clock: Clock) -> Mapping[str, Any]:
    """What is to be noted so that time does not run backwards from here."""
    return {"time": [time_of(meta, clock), clock.mono, clock.boot]}


def heard(now: int, clock: Clock) -> Mapping[str, Any]:
    """What is to be noted when the centre has just said what time it is: that is the truth, later or earlier."""
    return {"time": [now, clock.mono, clock.boot]}

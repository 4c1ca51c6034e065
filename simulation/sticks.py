"""What goes by stick: packages and receipts that are lost, come twice, late, or to the wrong desk.

The desk's half is ``gridworker.sync.courier``, the centre's ``gridserver.sync.courier``, unchanged but for where the
centre finds its devices; everything is truly sealed and signed.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gridserver.errors import Refused
from gridserver.storage.people import Caller
from gridserver.sync.courier import Counter
from gridworker.errors import NotThisFile
from gridworker.protocol import courier, sealing
from gridworker.protocol.courier import PACKAGE, Closed, Contents
from gridworker.protocol.sync import Problem, Push, PushAnswer, Taken
from gridworker.sync import courier as desk_courier
from gridworker.sync.badge import text_of
from simulation import versions
from simulation.centre import Centre
from simulation.desk_store import DeskStore
from simulation.dice import Dice
from simulation.district import COUNTY

MOST = 6
"""Packages on their way; one more, and one is lost."""
_SEAL, _SIGN = bytes(range(32)), bytes(range(32, 64))


def _public(private: bytes) -> str:
    return text_of(Ed25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw())


_CENTRE_KEYS = {"recovery_key": text_of(sealing.public_of(_SEAL)), "centre_key": _public(_SIGN)}


def notes(device: str) -> dict[str, Any]:
    """What a desk knows since it was enrolled. All desks sign with one key here: nobody forges anything."""
    return {"device": device, "device_key": text_of(_SIGN), "account": {"county": COUNTY}, **_CENTRE_KEYS}


@dataclass(slots=True)
class Sticks:
    """All that is on its way in somebody's pocket."""

    packages: list[bytes] = field(default_factory=list)
    receipts: list[tuple[str, bytes]] = field(default_factory=list)
    """With the device for which each is."""
    handed_in: int = 0

    def pack(self, store: DeskStore, now: int, dice: Dice) -> bool:
        """A worker puts what waits on a stick."""
        package = desk_courier.pack(store, now, _chance(dice))  # type: ignore[arg-type]
        if package is None:
            return False
        if len(self.packages) >= MOST:
            self.packages.pop(dice.below(MOST))
        self.packages.append(package.file)
        return True

    def hand_in(self, centre: Centre, now: int, dice: Dice, written: Callable[[], None], at: int | None = None) -> None:
        """Somebody hands a stick in; it may come once more. ``written``: called after each push."""
        at = dice.below(len(self.packages)) if at is None else at
        file = self.packages[at] if dice.percent(40) else self.packages.pop(at)
        keys: Any = SimpleNamespace(seal=_SEAL, sign=_SIGN)
        counter = _Counter(None, keys, lambda: now, _chance(dice), centre, written)  # type: ignore[arg-type]
        device = courier.read(PACKAGE, file).head.device
        try:
            receipt = counter.take(file)
        except Refused:  # of a desk that a restored centre does not know
            return
        self.receipts = [*self.receipts[-MOST:], (device, receipt)]
        self.handed_in += 1

    def bring_back(self, store: DeskStore, device: str, now: int, dice: Dice, *, last: bool = False) -> bool:
        """A receipt comes home, or to somebody else, who can do nothing with it. ``last``: the newest one."""
        mine = [file for owner, file in self.receipts if owner == device]
        others = [file for owner, file in self.receipts if owner != device]
        found = mine[-1:] if last else others if others and dice.percent(10) else mine
        if not found:
            return False
        try:
            desk_courier.take(store, dice.one(found), now)  # type: ignore[arg-type]
        except NotThisFile:  # another's, or so old that the key to it is gone
            return False
        return True


@dataclass(frozen=True)
class _Counter(Counter):
    """The centre's, at the stand-in."""

    centre: Centre
    written: Callable[[], None]

    def _opened(self, file: bytes) -> tuple[Closed, Contents, Caller]:
        closed = courier.read(PACKAGE, file)
        return closed, courier.open_box(closed, _SEAL, Contents), self.centre.caller(closed.head.device)

    def _push(self, device: str, push: Push) -> PushAnswer:
        push = push.model_copy(update={"schema_version": versions.NEW})  # a stick is read whoever wrote it
        standing = self.centre.push(device, push, self.clock()).standing
        self.written()
        return PushAnswer(standing=standing, results=list(self.centre.results), taken=Taken())

    def _problem(self, device: str, refused: Any) -> Problem:
        return self.centre.problem(refused, device, self.clock())


def _chance(dice: Dice) -> Callable[[int], bytes]:
    return lambda size: b"".join(dice.throw().to_bytes(8, "big") for _ in range(size // 8))

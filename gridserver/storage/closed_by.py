"""Which desk closed what comes on a stick."""

from collections.abc import Callable
from typing import Protocol

from gridserver.storage import devices
from gridserver.storage.engine import Engine, transaction
from gridserver.storage.people import Caller, caller_of_device
from gridworker.protocol.courier import NoPackage
from gridworker.records.fields import ENTRY_ID


class Head(Protocol):
    """What anybody may read of it."""

    county: str
    device: str


def closed_by(engine: Engine, head: Head, is_of: Callable[[bytes], bool]) -> Caller:
    """The desk that its head names, once it is sure that it closed it; ``is_of``: whether the holder of this public key
    did. Raises ``NoPackage`` when no desk of this centre did."""
    if not ENTRY_ID.match(head.device):
        raise NoPackage("no device")
    with transaction(engine) as conn:
        device = devices.device_of(conn, head.device)
        caller = caller_of_device(conn, head.device)
    if device is None or caller is None or caller.county != head.county:
        raise NoPackage("of another centre")
    if not is_of(device.key):
        raise NoPackage("a false signature")
    return caller

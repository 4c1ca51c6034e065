"""What a desk's way to its centre stands on: this machine's home, clock, chance, keyring and line."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from gridworker.protocol.sync import Clock
from gridworker.storage.keys import Cost
from gridworker.storage.vault import Vault
from gridworker.sync import credentials
from gridworker.sync.centre import Centre
from gridworker.sync.session import Connect


@dataclass(frozen=True)
class Machine:
    """Handed to whatever signs in, enrols or syncs; a test hands in another clock, chance or line."""

    home: Path
    """Holds all that a desk keeps."""
    clock: Callable[[], Clock]
    new_id: Callable[[], str]
    """A new UUIDv7 as text."""
    chance: Callable[[int], bytes]
    """So many random bytes, fit for secrets."""
    connect: Connect = Centre
    cost: Cost | None = None
    """What a guess at a password costs; None: as much as usual."""

    @property
    def vault(self) -> Vault:
        """The stores of this machine's workers."""
        return Vault(self.home, chance=self.chance, cost=self.cost)

    def now(self) -> int:
        """ms UTC by this machine's clock."""
        return self.clock().wall

    def new_secret(self, store: str) -> bytes | None:
        """The device's half of what opens a store; made when there is none yet. None without a keyring."""
        return credentials.device_secret(store, chance=self.chance)

    def secret(self, store: str) -> bytes | None:
        """The same for a store that is there already."""
        return credentials.device_secret(store, make=False)

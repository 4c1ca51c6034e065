"""What can be set when a centre starts: one place for folders, addresses, times and costs."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

MINUTE = 60_000
"""One minute in milliseconds, as all times of the centre."""
HOUR = 60 * MINUTE
DAY = 24 * HOUR

ACCESS_LASTS = 15 * MINUTE
"""How long an access token is good for."""
REFRESH_LASTS = 90 * DAY
"""A desk that was not heard from for so long signs in with the password."""
CODE_LASTS = 7 * DAY
"""How long an enrolment code is good for."""


@dataclass(frozen=True)
class PasswordCost:
    """Argon2id's work (RFC 9106, second recommended option)."""

    time: int = 3
    memory_kib: int = 65536
    lanes: int = 4


@dataclass(frozen=True)
class Watch:
    """Who may see the centre's figures over the network."""

    token: str = ""
    """Whoever shows it may; "": nobody from elsewhere."""
    from_here: bool = True
    """Whoever comes from this machine itself may. Not behind a proxy, from where everybody seems to come."""


@dataclass(frozen=True)
class Settings:
    """Where a centre keeps what is its own, and where it is to be found."""

    data: Path | None
    """The data folder: keys, and the embedded PostgreSQL when no other is named."""
    database: str = ""
    """``postgresql://…`` of a real server; empty: the embedded one."""
    host: str = "127.0.0.1"
    port: int = 8440
    tls_cert: Path | None = None
    tls_key: Path | None = None

    @property
    def keys(self) -> Path | None:
        """The folder of the centre's own keys."""
        return self.data / "keys" if self.data else None

    @property
    def files(self) -> Path | None:
        """The folder of attached files."""
        return self.data / "files" if self.data else None

    @property
    def snapshots(self) -> Path | None:
        """The folder of the snapshots that desks fetch."""
        return self.data / "snapshots" if self.data else None

    @property
    def is_tls(self) -> bool:
        """Whether it speaks https."""
        return self.tls_cert is not None


def default_data() -> Path:
    """The data folder when none is named: where the system keeps what programs keep."""
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or str(Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = str(Path.home() / "Library" / "Application Support")
    else:
        base = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(base) / "gridworker-centre"

"""What can be set when a centre starts: one place for folders, addresses, times and costs."""

from dataclasses import dataclass, field
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
class Settings:
    """All of a centre's settings."""

    data: Path
    """The data folder: keys, and the embedded PostgreSQL when no other is named."""
    database: str = ""
    """``postgresql://…`` of a real server; empty: the embedded one."""
    host: str = "127.0.0.1"
    port: int = 8440
    tls_cert: Path | None = None
    tls_key: Path | None = None
    password_cost: PasswordCost = field(default_factory=PasswordCost)

    @property
    def keys(self) -> Path:
        """The folder of the centre's own keys."""
        return self.data / "keys"

    @property
    def postgres(self) -> Path:
        """The folder of the embedded PostgreSQL."""
        return self.data / "postgres"

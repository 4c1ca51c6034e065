"""What a supervisor asks the centre for: the desks of his district, and when each was last heard from."""

from gridworker.protocol.sync import Message


class Desk(Message):
    """One desk of somebody who works in the district."""

    device: str
    person: str
    name: str
    role: str
    regions: list[str]
    """Ids of the person's regions."""
    label: str = ""
    status: str = "active"
    """active, suspended or revoked."""
    seen_at: int | None = None
    """ms UTC; None: never."""
    received: int = 0
    """Changes that the centre has had from it."""
    waiting: int | None = None
    """Changes that wait on it; None: the centre cannot know."""
    app_version: str = ""
    clock_offset: int = 0
    """ms by which its clock is behind the centre's."""


class Desks(Message):
    """The desks of the caller's regions."""

    as_of: int
    """ms UTC."""
    desks: list[Desk]

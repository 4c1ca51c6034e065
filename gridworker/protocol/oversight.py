"""What a supervisor asks the centre for: the desks of his district, and what waits there for his decision."""

from typing import Any

from pydantic import Field

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


class LateWork(Message):
    """What somebody handed in that he had made while a grid, or a post, was still his: taken, and told."""

    person: str
    name: str
    at: int
    """When it came last, ms UTC."""
    changes: int
    records: list[str]
    """``kind id`` of the records that it was about."""


class Aside(Message):
    """What was made where it was not one's own: kept whole at the centre until a person decides."""

    id: int = 0
    """By which it is asked for; 0 from a centre where only an administrator decides."""
    person: str
    name: str
    at: int
    """When it came, ms UTC."""
    code: str
    reason: str
    changes: int


class TownFigures(Message):
    """A town as the centre counted it: for desks that have not loaded it."""

    region: str
    as_of: int
    """When the oldest of its figures was counted, ms UTC."""
    households: int
    visited: int
    """Households in which somebody was met within half a year."""
    waiting: int
    """Diaries that nobody has read."""
    disputes: int
    """Disputes that have not ended."""


class Desks(Message):
    """The desks of the caller's regions, what came there from people who are elsewhere now, and how towns stand."""

    as_of: int
    """ms UTC."""
    desks: list[Desk]
    late: list[LateWork] = Field(default_factory=list)
    aside: list[Aside] = Field(default_factory=list)
    towns: list[TownFigures] = Field(default_factory=list)


class AsideWhole(Message):
    """A group that was put aside, as its author wrote it."""

    id: int
    person: str
    at: int
    """When it came, ms UTC."""
    code: str
    reason: str
    changes: list[dict[str, Any]]
    """As they travel (``records.change.Change.to_wire``)."""


class Decision(Message):
    """What a supervisor decides about such a group."""

    take: bool
    reason: str = Field(default="", max_length=200)
    """For its author, Chinese: why it is not taken."""


class Readers(Message):
    """Who may see one case; nobody named: all who hold the town's cases."""

    people: list[str] = Field(default_factory=list, max_length=100)
    """Ids of persons; whoever says so stays in."""


class Restricted(Message):
    """Who may see it now."""

    people: list[str] = Field(default_factory=list)


class Decided(Message):
    """What became of it."""

    taken: bool
    reason: str = ""
    """Why it could not be taken after all, Chinese: it waits as before."""

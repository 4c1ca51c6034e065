"""What every act of a person stands on: the store, who he is, the time and new ids."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from gridworker.records.kind import Kind
from gridworker.records.rights import Author
from gridworker.records.row import Row
from gridworker.storage.store import Store


@dataclass(frozen=True)
class Me:
    """Who works at this desk."""

    person: str
    """Id of the account, and of the staff member's record."""
    user: str
    name: str
    role: str
    regions: tuple[str, ...] = ()
    """Ids of the regions assigned."""
    county: str = ""


@dataclass(frozen=True)
class Ground:
    """What an act stands on; handed in, so that a test holds the clock."""

    store: Store
    me: Me
    clock: Callable[[], int]
    """ms UTC of this machine."""
    new_id: Callable[[], str]
    """A new UUIDv7 as text."""

    @property
    def author(self) -> Author:
        """The person, as the rules of rights know him."""
        return Author(self.me.person, self.me.role)

    def kind(self, name: str) -> Kind:
        """The kind of this name. Raises ``KeyError``."""
        return self.store.kind(name)


@dataclass(frozen=True)
class Changed:
    """The kinds of which something is different now: what shows them is drawn again."""

    kinds: frozenset[str] = frozenset()

    def __or__(self, other: "Changed") -> "Changed":
        return Changed(self.kinds | other.kinds)


@dataclass(frozen=True)
class Saved:
    """What an act left behind."""

    id: str
    """The record that the act was about: the first one of several."""
    changed: Changed
    act: str
    """For undoing it; "" when nothing had to be written."""
    ids: tuple[str, ...] = ()
    """All records of the act, in the order in which they were given."""


@dataclass(frozen=True)
class NewRecord:
    """A record to be made; ``record`` when others of the same act point to it."""

    kind: str
    fields: Mapping[str, Any]
    record: str | None = None


@dataclass(frozen=True)
class Edit:
    """A record to be edited. ``seen``: the row that the person had before his eyes; None: the row as it is shown."""

    kind: str
    record: str
    fields: Mapping[str, Any]
    seen: Row | None = None


@dataclass(frozen=True)
class MoveTo:
    """A record to be moved along its machine, together with fields that are filled in on the way."""

    kind: str
    record: str
    target: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    seen: Row | None = None

"""A made-up household and its people, as everything else in the demo looks at them."""

from dataclasses import dataclass, field
from datetime import date

from gridworker.demo.places import Grid


@dataclass(slots=True)
class Resident:
    """One person of a household's register."""

    id: str
    name: str
    sex: str
    born: date
    relation: str
    """GB/T 4761."""
    marriage: str
    away: str = ""
    """Where he lives and what he does there; "" when he is at home."""
    town: str = ""
    """Just the place of ``away``."""
    job: str = ""
    phone: str = ""
    id_number: str = ""
    education: str = ""
    politics: str = ""
    province: str = ""
    """Where he came from; "" for a native."""
    tags: set[str] = field(default_factory=set)
    sensitive: set[str] = field(default_factory=set)

    def age(self, day: date) -> int:
        """Full years on ``day``."""
        return day.year - self.born.year - ((day.month, day.day) < (self.born.month, self.born.day))


@dataclass(frozen=True, slots=True)
class Kin:
    """A child or relative who is not on this household's register."""

    word: str
    """儿子, 女儿, 侄子"""
    name: str
    sex: str
    town: str
    does: str
    phone: str

    @property
    def line(self) -> str:
        """``儿子在苏州开小笼包店``."""
        return f"{self.word}在{self.town}{self.does}"


@dataclass(slots=True)
class Home:
    """One household."""

    id: str
    number: str
    """户编号."""
    grid: Grid
    hamlet: int
    door: int
    shape: str
    people: list[Resident]
    kin: list[Kin]
    crops: set[str]
    made_at: int
    """When the archive was made, ms UTC."""
    phone: str = ""
    tags: set[str] = field(default_factory=set)
    living_state: str = ""

    @property
    def head(self) -> Resident:
        """户主."""
        return self.people[0]

    @property
    def hamlet_name(self) -> str:
        """自然村."""
        return self.grid.hamlets[self.hamlet]

    @property
    def address(self) -> str:
        """``马村后坪 23 号`` without the blanks."""
        return f"{self.grid.village_name}{self.hamlet_name}{self.door}号"

    @property
    def present(self) -> list[Resident]:
        """Who lives here most of the year."""
        return [one for one in self.people if not one.away]

    def adults(self, day: date) -> list[Resident]:
        """Who of those present can be spoken with."""
        return [one for one in self.present if one.age(day) >= 18]

    def children(self, day: date) -> list[Resident]:
        """Children under 15 at home."""
        return [one for one in self.present if one.age(day) < 15]

"""Which disputes there are, between whom, and how far each has come by today."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise

from gridworker.demo import dispute_family, dispute_land, dispute_money
from gridworker.demo.chance import Chance
from gridworker.demo.days import DAY, seasons, working_day
from gridworker.demo.facts import Slot
from gridworker.demo.families import Families
from gridworker.demo.homes import Home, Resident
from gridworker.demo.names import FAR_SURNAMES, SURNAMES, Names
from gridworker.demo.sheets import Sheet, read

STATES: Mapping[str, tuple[int, int, int]] = {
    "registered": (5, 1, 3),
    "accepted": (4, 4, 7),
    "mediating": (8, 10, 24),
    "agreed": (7, 18, 40),
    "failed": (4, 34, 50),
    "visited": (6, 48, 80),
    "archived": (19, 78, 350),
    "refused": (2, 20, 200),
    "withdrawn": (3, 25, 240),
    "transferred": (2, 30, 240),
}
"""State: how many of the sixty, reported at least and at most so many days ago."""


@dataclass(frozen=True, slots=True)
class Side:
    """A party: somebody of the archives, or somebody from elsewhere."""

    name: str
    sex: str
    phone: str
    address: str
    job: str
    resident: Resident | None = None
    home: Home | None = None


@dataclass(slots=True)
class Quarrel:
    """One dispute before it is written."""

    story: Sheet
    state: str
    home: Home
    a: Side
    b: Side
    day: date
    minutes: int
    slot: Slot | None
    happened: date
    words: dict[str, object] = field(default_factory=dict)
    ask: int = 0
    """Yuan that are asked for; 0 when it is not about money."""
    sum: int = 0
    """Yuan that are agreed on."""
    visit: str = ""
    """The id of the visit on which it was heard."""
    source: str = "visit"
    """``codes.SOURCES``."""

    @property
    def told(self) -> Mapping[str, Sequence[str]]:
        """How a diary tells of it; an office writes what it registers."""
        return {"c": self.story.lines["heard"], "o": self.story.lines["summary"]}

    @property
    def spoken(self) -> str:
        """Whose name stands for the person met: ``a`` or ``b``; "" when it was another."""
        whom = self.slot.whom if self.slot else None
        return "a" if self.a.resident is whom else "b" if self.b.resident is whom else ""


class Quarrels:
    """Finds for each dispute a story, its parties and its day."""

    def __init__(self, chance: Chance, names: Names, families: Families, today: date) -> None:
        self._chance, self._names, self._families, self._today = chance, names, families, today
        texts = (dispute_land.LAND, dispute_family.FAMILY, dispute_money.MONEY)
        self._stories = tuple(story for text in texts for story in read(text))
        self._used: Counter[str] = Counter()
        self._busy: set[str] = set()

    def happen(self, homes: Sequence[Sequence[Home]], slots: Sequence[Sequence[Slot]]) -> list[Quarrel]:
        """The sixty disputes, dealt out over the grids; the first is the first grid's, in mediation."""
        states = [state for state, (count, _, _) in STATES.items() for _ in range(count)]
        states.remove("mediating")
        dealt = ["mediating", *self._chance.shuffled(states)]
        found = [self._first(homes[0], slots[0])]
        for number, state in enumerate(dealt[1:], 1):
            grid = number % len(homes)
            found.append(self._one(state, homes[grid], slots[grid]))
        return found

    def _first(self, homes: Sequence[Home], slots: Sequence[Slot]) -> Quarrel:
        """The dispute that the demo looks at: heard by the worker himself twelve days ago."""
        story = next(story for story in self._stories if story.name == "eaves")
        return self._between(story, "mediating", homes, slots, self._today - 12 * DAY)

    def _one(self, state: str, homes: Sequence[Home], slots: Sequence[Slot]) -> Quarrel:
        _, least, most = STATES[state]
        for _ in range(40):
            day = self._today - self._chance.whole(least, most) * DAY
            fitting = [s for s in self._stories if s.fits(seasons(day)) and _suits(s, state)]
            grid = homes[0].grid.id
            told = {s: self._used[s.name] + 9 * self._used[grid + s.name] for s in fitting}
            fewest = min(told.values())
            story = self._chance.pick([s for s in fitting if told[s] == fewest])
            if self._couple_of_homes(story, homes):
                break
        else:
            story = self._stories[0]
        return self._between(story, state, homes, slots, day)

    def _between(self, story: Sheet, state: str, homes: Sequence[Home], slots: Sequence[Slot], day: date) -> Quarrel:
        self._used.update((story.name, homes[0].grid.id + story.name))
        candidates = self._couple_of_homes(story, homes) or [(homes[0], homes[1])]
        home, other = self._chance.pick(candidates)
        self._busy |= {home.id, other.id}
        a, b = self._sides(story.mark("pair"), home, other)
        if story.mark("pair") == "incomer":
            home = other
        visited = state != "refused" and (state == "mediating" or self._chance.yes(0.72))
        slot = self._slot(slots, day, STATES[state]) if visited else None
        if slot is not None:
            slot.home, slot.mode, slot.met, slot.nature, slot.also = home, "home", True, "own", []
            slot.whom = (a.resident if a.home is home else b.resident) or home.head
        day = slot.day if slot else working_day(day, -1)
        minutes = slot.minutes if slot else self._chance.whole(8 * 60 + 40, 16 * 60 + 20)
        happened = day - self._chance.whole(1, 6) * DAY
        quarrel = Quarrel(story, state, home, a, b, day, minutes, slot, happened)
        if slot is not None:
            slot.event = quarrel
        self._put_figures(quarrel)
        return quarrel

    def _slot(self, slots: Sequence[Slot], day: date, limits: tuple[int, int, int]) -> Slot | None:
        """The free visit nearest to ``day`` that is still within the days of its state."""
        _, least, most = limits
        free = [slot for slot in slots if slot.event is None and least <= (self._today - slot.day).days <= most]
        return min(free, key=lambda slot: abs((slot.day - day).days), default=None)

    def _couple_of_homes(self, story: Sheet, homes: Sequence[Home]) -> list[tuple[Home, Home]]:
        """Homes that fit the story, each with another one near by."""
        pair = story.mark("pair")
        fit = [home for home in homes if home.id not in self._busy and self._fits(story, home)]
        if pair != "neighbours":
            return [(home, home) for home in fit]
        return [(one, other) for one, other in pairwise(fit) if one.hamlet == other.hamlet]

    def _fits(self, story: Sheet, home: Home) -> bool:
        least, _, most = story.mark("age", "24-92").partition("-")
        of_age = int(least) <= home.head.age(self._today) <= int(most)
        return of_age and _may_be_party(story.mark("pair"), home)

    def _sides(self, pair: str, home: Home, other: Home) -> tuple[Side, Side]:
        here = _side(home, home.head)
        match pair:
            case "neighbours":
                return here, _side(other, other.head)
            case "parent":
                child = next(kin for kin in home.kin if kin.word.endswith("儿子"))
                address = f"{child.town}（户籍{home.grid.village_name}）"
                return here, Side(child.name, child.sex, child.phone, address, child.does)
            case "kin":
                brother = self._stranger(home.head.name[0], 1968)
                return here, Side(brother, "1", self._families.phone(), "嵊州城里", "个体经营")
            case "couple":
                return _side(home, home.people[1]), here
            case "incomer":
                name = self._stranger(self._chance.weighted(FAR_SURNAMES), 1978)
                return Side(name, "2", self._families.phone(), "贵州省", "采茶工"), here
            case "client":
                name = self._stranger(self._chance.weighted(FAR_SURNAMES), 1985)
                return here, Side(name, "1", self._families.phone(), "江苏省南京市", "网上顾客")
            case "company":
                name = f"{home.grid.town_name}公路改建工程项目部"
                return here, Side(name, "9", self._families.phone(), home.grid.town_name, "施工单位")
        jobs = {"trader": "农产品收购", "employer": "建筑承包", "builder": "装修承包"}
        name = self._stranger(self._chance.weighted(SURNAMES), 1976)
        return here, Side(name, "1", self._families.phone(), "嵊州城里", jobs[pair])

    def _stranger(self, surname: str, born: int) -> str:
        return self._names.full(surname, "1", born, "elsewhere")

    def _put_figures(self, quarrel: Quarrel) -> None:
        story, chance = quarrel.story, self._chance
        least, most, step = (int(part) for part in story.mark("ask").split("-"))
        quarrel.ask = least + step * chance.whole(0, (most - least) // step)
        share = int(story.mark("share")) if story.mark("share") else chance.whole(45, 75)
        quarrel.sum = quarrel.ask * share // 100 // 50 * 50
        happened = quarrel.happened
        quarrel.words = {
            "a": quarrel.a.name,
            "b": quarrel.b.name,
            "ask": quarrel.ask,
            "sum": quarrel.sum,
            "hamlet": quarrel.home.hamlet_name,
            "village": quarrel.home.grid.village_name,
            "town": quarrel.home.grid.town_name,
            "parent": "娘" if quarrel.a.sex == "2" else "爹",
            "day": f"{happened.month}月{happened.day}日",
        }


def _side(home: Home, who: Resident) -> Side:
    phone = who.phone or home.phone
    return Side(who.name, who.sex, phone, home.address, who.job or "务农", who, home)


def _suits(story: Sheet, state: str) -> bool:
    """Police and other offices take over only what is hot; a family is never sent away."""
    family = story.mark("type") == "01"
    if state == "transferred":
        return story.mark("risk") != "low" and not family
    return not (state == "refused" and family)


def _may_be_party(pair: str, home: Home) -> bool:
    head = home.head
    if head.province or head.away:
        return False
    match pair:
        case "parent":
            return home.shape in ("alone", "pair") and any(k.word.endswith("儿子") for k in home.kin)
        case "kin":
            return head.sex == "1" and home.shape in ("middle_pair", "grown_child", "core")
        case "couple":
            return home.shape == "core" and len(home.present) == len(home.people) > 2
        case "trader" | "incomer" | "client":
            return bool(home.crops & {"tea", "torreya"})
        case "employer":
            return head.sex == "1" and bool(head.job)
    return True

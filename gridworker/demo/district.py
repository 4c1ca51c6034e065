"""The made-up district: who works there, who lives there, and what happened there in a year."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from gridworker.demo.archives import Archives, make_homes
from gridworker.demo.casefiles import CaseFiles
from gridworker.demo.cast import Cast, DemoAccount, accounts
from gridworker.demo.chance import Chance, Ids
from gridworker.demo.days import DAY, day_of, moment, weather
from gridworker.demo.families import Families, plans
from gridworker.demo.homes import Home
from gridworker.demo.loading import final_fields
from gridworker.demo.matters import HeardMatter, Matters, hear
from gridworker.demo.names import Names
from gridworker.demo.places import COUNTY, Grid, grids
from gridworker.demo.quarrels import Quarrel, Quarrels
from gridworker.demo.reviews import Reviews
from gridworker.demo.script import DemoRecord
from gridworker.demo.tags import Intervals
from gridworker.demo.timeline import Timeline, Timelines, number
from gridworker.demo.visits import VisitBook, Written, follow_up
from gridworker.demo.walks import catch_up, walk

PEOPLE = 6000
"""Persons in all archives; the households are the sum over the grids."""
MATTERS_A_GRID = 50


@dataclass(frozen=True, slots=True)
class Picks:
    """The records that the story is played with."""

    worker: DemoAccount
    """The grid worker whom the demo signs in."""
    mediator: DemoAccount
    supervisor: DemoAccount
    due_household: str
    """An old person of the worker's grid whose visit is overdue longest."""
    shared_household: str
    """A household that worker and mediator both have reason to edit: a party of the dispute."""
    dispute: str
    """In mediation, heard by the worker himself, with a session next week."""
    case: str
    session_at: int
    """When that session is to be, ms UTC."""
    diary: str
    """The worker's latest diary that nobody has read yet."""


@dataclass(frozen=True, slots=True)
class District:
    """Everything the demo loads. The same seed, day and regions make the same district."""

    seed: int
    today: date
    county: str
    """Region id of the county."""
    accounts: tuple[DemoAccount, ...]
    grids: tuple[Grid, ...]
    homes: tuple[Home, ...]
    picks: Picks
    _records: tuple[DemoRecord, ...]

    @classmethod
    def make(
        cls,
        seed: int,
        today: date,
        regions: Mapping[str, str],
        people: Mapping[str, str] | None = None,
    ) -> "District":
        """A year up to yesterday.

        ``today``: civil date in China. ``regions``: code to region id; the county, the three towns and
        their villages must be there, grids may be. ``people``: login name to account id where the
        centre has given one. Raises ``KeyError`` with the code of a region that is missing.
        """
        places = grids(seed, regions)
        cast = Cast(accounts(seed, places, regions, people))
        year = _Year(seed, today, places, cast)
        records = tuple(year.records(regions[COUNTY]))
        return cls(
            seed=seed,
            today=today,
            county=regions[COUNTY],
            accounts=cast.everybody,
            grids=places,
            homes=tuple(home for homes in year.homes for home in homes),
            picks=year.picks(),
            _records=records,
        )

    def records(self) -> Iterator[DemoRecord]:
        """All records, none before one that it points to; first the micro-grids."""
        return iter(self._records)

    def digest(self) -> str:
        """A short word that two equal districts share."""
        ground = hashlib.blake2b(digest_size=16)
        for record in self._records:
            ground.update(repr(record).encode())
        return ground.hexdigest()


class _Year:
    """Makes the district step by step; each step throws its own dice."""

    def __init__(self, seed: int, today: date, places: Sequence[Grid], cast: Cast) -> None:
        self._chance, self._ids = Chance(seed), Ids(seed, "records")
        self._today, self._grids, self._cast = today, places, cast
        self._intervals = Intervals.read()
        names = Names(self._chance.of("names"), cast.names)
        self._families = Families(self._chance.of("families"), names, self._ids, today)
        self.homes = self._settle_in()
        sky = weather([today - back * DAY for back in range(400, 0, -1)], self._chance)
        self._slots = [
            walk(homes, self._intervals, sky, today, self._chance.of(f"walk {grid.code}"))
            for grid, homes in zip(places, self.homes, strict=True)
        ]
        self._quarrels = Quarrels(self._chance.of("quarrels"), names, self._families, today).happen(
            self.homes, self._slots
        )
        self._matters = self._hear()
        catch_up(self.homes[0], self._slots[0], today)
        self._cadres = {grid.id: names.full(names.surname(grid.clans), "1", 1966, grid.village_code) for grid in places}
        self._books = [self._write(n) for n in range(len(places))]
        self._disputes = self._settle_quarrels()

    def _settle_in(self) -> list[list[Home]]:
        chance = self._chance.of("homes")
        count = sum(grid.households for grid in self._grids)
        all_plans = plans(count, PEOPLE, chance)
        homes: list[list[Home]] = []
        for grid in self._grids:
            mine, all_plans = all_plans[: grid.households], all_plans[grid.households :]
            homes.append(make_homes(grid, mine, self._families, chance, self._today, self._ids))
        return homes

    def _hear(self) -> list[list[HeardMatter]]:
        chance = self._chance.of("matters")
        self._settler = Matters(chance, self._ids, self._cast, self._today)
        heard = [hear(slots, MATTERS_A_GRID, self._today, chance) for slots in self._slots]
        for matters in heard:
            for matter in matters:
                self._settler.settle(matter)
        self._settler.leave_open([matter for matters in heard for matter in matters])
        for matters, slots in zip(heard, self._slots, strict=True):
            follow_up(slots, matters, chance)
        return heard

    def _write(self, number: int) -> list[Written]:
        grid = self._grids[number]
        worker, chance = self._cast.worker(grid), self._chance.of(f"diary {grid.code}")
        book = VisitBook(worker, self._cadres[grid.id], chance, self._ids, self._today)
        return book.write(self._slots[number])

    def _settle_quarrels(self) -> list[tuple[Quarrel, Timeline, list[DemoRecord]]]:
        chance = self._chance.of("cases")
        timelines = Timelines(chance, self._today)
        lines = [(q, timelines.of(q, first=n == 0)) for n, q in enumerate(self._quarrels)]
        number(lines)
        files = CaseFiles(chance, self._ids, self._cast, self._cadres)
        return [(quarrel, line, files.records(quarrel, line)) for quarrel, line in lines]

    def records(self, county: str) -> Iterator[DemoRecord]:
        """Everything in the order in which one depends on another."""
        yield from self._micro_grids(county)
        archives = Archives(self._chance.of("archives"), self._ids, self._cast, self._families, self._today)
        homes = [home for homes in self.homes for home in homes]
        yield from [archives.household(home) for home in homes]
        yield from [record for home in homes for record in archives.persons(home)]
        yield from [record for home in homes for record in archives.tags(home)]
        reviews = Reviews(self._chance.of("reviews"), self._ids, self._cast, self._today)
        reviewed = reviews.read(self._books)
        for book in self._books:
            yield from (replace(w.record, moves=tuple(w.moves)) for w in book)
        yield from reviewed
        yield from [self._settler.record(m) for matters in self._matters for m in matters]
        for kind in ("dispute", "mediation_case", "mediation_session"):
            yield from [r for _, _, records in self._disputes for r in records if r.kind == kind]

    def _micro_grids(self, county: str) -> Iterator[DemoRecord]:
        at = moment(self._today - 395 * DAY, 9 * 60)
        for grid in self._grids:
            for n, (region, hamlet) in enumerate(zip(grid.micro_grids, grid.hamlets, strict=True), 1):
                fields = {
                    "code": f"{grid.code}{n:03d}",
                    "name": f"{hamlet}微网格",
                    "level": "micro_grid",
                    "parent": grid.id,
                    "county": county,
                }
                yield DemoRecord("region", region, fields, self._cast.admin.id, at)

    def picks(self) -> Picks:
        """What the story needs, from the first worker's grid."""
        grid = self._grids[0]
        quarrel, line, records = self._disputes[0]
        return Picks(
            worker=self._cast.worker(grid),
            mediator=self._cast.mediator(grid),
            supervisor=self._cast.supervisor(grid),
            due_household=self._longest_waiting().id,
            shared_household=quarrel.home.id,
            dispute=records[0].id,
            case=records[1].id,
            session_at=line.next_session,
            diary=next(w.record.id for w in reversed(self._books[0]) if not w.moves),
        )

    def _longest_waiting(self) -> Home:
        met = [w.slot for w in self._books[0] if w.slot.met]
        last = {home.id: slot.day for slot in met for home in (slot.home, *slot.also)}

        def overdue(home: Home) -> int:
            seen = last.get(home.id, day_of(home.made_at))
            return (self._today - seen).days - self._intervals.of(home)

        return max((home for home in self.homes[0] if "living_alone" in home.tags), key=overdue)


def states(district: District, kind: str) -> dict[str, int]:
    """How many records of a kind stand in which state."""
    found: dict[str, int] = {}
    for record in district.records():
        if record.kind == kind:
            state = str(final_fields(record).get("state"))
            found[state] = found.get(state, 0) + 1
    return found

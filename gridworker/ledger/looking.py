"""What a person can look at on this desk, online or off: records, people and places, the day, how the desk stands."""

from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from gridworker.errors import NotFound
from gridworker.ledger import (
    audit,
    conflicts,
    coverage,
    due_visits,
    history,
    people,
    removed,
    review,
    twins,
    visits,
)
from gridworker.ledger.conflicts import Conflict
from gridworker.ledger.coverage import GridCoverage, WorkerCoverage
from gridworker.ledger.due_visits import DueVisit, VisitRules
from gridworker.ledger.files import Files
from gridworker.ledger.ground import Ground, Me
from gridworker.ledger.history import Shown
from gridworker.protocol.sync import Clock
from gridworker.records.row import CREATED, Row
from gridworker.storage import lease
from gridworker.storage.cabinet import Cabinet
from gridworker.storage.lease import Lease
from gridworker.storage.outbox import WAITS
from gridworker.storage.own_changes import OutboxRow
from gridworker.storage.query import Order, Where
from gridworker.storage.search import Hit
from gridworker.storage.store import Store
from gridworker.storage.wish import Coming, Town

CLOCK_WRONG = 5 * 60_000
"""ms by which a clock may be off before the worker is told."""
A_DAY = 86_400_000


class Looking:
    """What the person ``me`` can look at in ``store``; nothing is written by any of it."""

    def __init__(
        self,
        store: Store,
        me: Me,
        *,
        clock: Callable[[], int],
        new_id: Callable[[], str],
        rules: Callable[[], VisitRules] = due_visits.visit_rules,
        cabinet: Callable[[], Cabinet] | None = None,
    ) -> None:
        """*cabinet* opens the one of this store; without it no photo or paper can be attached or looked at."""
        self.store = store
        self.me = me
        self.files = None if cabinet is None else Files(store, cabinet, clock)
        self._ground = Ground(store, me, clock, new_id)
        self._rules = rules
        self._regions: people.Regions | None = None
        self._names: dict[str, str] | None = None

    def become(self, me: Me) -> None:
        """The person is called otherwise, has another post or other grids from now on."""
        self.me = me
        self._ground = replace(self._ground, me=me)
        self.forget_places()

    # ------------------------------------------------------------------ reading

    def get(self, kind: str, record: str) -> dict[str, Any] | None:
        """The shown fields of a live record; None when it is not here."""
        return self.store.fields(kind, record)

    def row(self, kind: str, record: str) -> Row | None:
        """The record with its writers, for a form's ``seen``."""
        return self.store.get(kind, record)

    def show(self, kind: str, record: str) -> Shown:
        """A record with its state and history, also a removed one. Raises ``NotFound``."""
        row = self.store.get(kind, record)
        if row is None:
            raise NotFound(f"{kind} {record}")
        return history.show(self._ground, kind, record, row)

    def find(self, kind: str, where: Where = (), order: Order = (), limit: int | None = None) -> list[dict[str, Any]]:
        """Live records that meet every condition: fields that have a value, ``id``, ``_row``, ``_state``."""
        return self.store.find(kind, where, order, limit)

    def count(self, kind: str, where: Where = ()) -> int:
        """How many live records meet every condition."""
        return self.store.count(kind, where)

    def ids(self, kind: str, where: Where = (), order: Order = (), limit: int | None = None) -> "array[int]":
        """Row numbers for a list with a page cache."""
        return self.store.ids(kind, where, order, limit)

    def page(self, kind: str, rows: Sequence[int]) -> list[dict[str, Any]]:
        """The records of these row numbers, in this order."""
        return self.store.page(kind, rows)

    def search(self, text: str, kinds: Sequence[str] = (), limit: int = 50) -> list[Hit]:
        """Records that answer every word of ``text``."""
        return self.store.search(text, kinds, limit)

    def search_ids(
        self, kind: str, text: str, where: Where = (), order: Order = (), limit: int | None = None
    ) -> "array[int]":
        """Row numbers of records of a kind that answer ``text``."""
        return self.store.search_ids(kind, text, where, order, limit)

    def many(self, kind: str, records: Iterable[str]) -> dict[str, dict[str, Any]]:
        """Live records by id, in the order of the ids."""
        return self.store.many(kind, records)

    def any_fields(self, kind: str, record: str) -> dict[str, Any] | None:
        """The fields of a record, removed or not; None when it is not here or of an unknown kind."""
        if kind not in self.store.kinds:
            return None
        row = self.store.get(kind, record)
        return None if row is None else {**row.fields, "id": record}

    def alike(self, kind: str, record: str) -> list[str]:
        """The ids under which a record is spoken of: its own, and those of the records that were merged into it."""
        return twins.alike(self._ground, kind, record)

    def standing(self, kind: str, record: str) -> str:
        """The id of the record into which this one was merged, or its own."""
        return twins.standing(self._ground, kind, record)

    def state_of(self, kind: str, record: str) -> str:
        """local, accepted, durable, conflict or attention."""
        return self.store.state_of(kind, record)

    def bound_for(self, kind: str, record: str) -> str:
        """The id of the region to which a record is on its way by this desk's word; "" when it stays."""
        waiting = self.store.bound_for(kind, record)
        return "" if waiting is None else str(waiting.value)

    def removed_here(self, kind: str, limit: int = 100) -> list[dict[str, Any]]:
        """What was removed at this desk and can be brought back, the latest first."""
        return removed.removed_here(self._ground, kind, limit)

    def audit_broken(self) -> list[str]:
        """Ids of audit entries whose forerunner is missing or was altered; none when the audit is whole."""
        return audit.broken_links(self._ground)

    # ------------------------------------------------------------------ who and where

    def forget_places(self) -> None:
        """Names and regions may have changed: read them again when they are asked for."""
        self._regions = self._names = None

    def names(self) -> Mapping[str, str]:
        """Person id to name."""
        if self._names is None:
            self._names = people.names(self._ground)
        return self._names

    def grid_workers(self) -> dict[str, str]:
        """Person id to name of the grid workers."""
        return people.grid_workers(self._ground)

    def workers_of(self, region: str) -> list[str]:
        """The names of a region's grid workers."""
        return people.workers_of(self._ground, region)

    @property
    def regions(self) -> people.Regions:
        """The tree of regions."""
        if self._regions is None:
            self._regions = people.Regions(self._ground)
        return self._regions

    def region_path(self, region: str) -> str:
        """``谷来镇·马村·第2网格``."""
        return self.regions.path(region)

    def town_of(self, region: str) -> str:
        """The id of the town in which a region lies."""
        return self.regions.above(region, "town")

    def grids_in(self, region: str) -> list[str]:
        """The ids of the grids in a region, as they are today."""
        return self.regions.living(self.regions.below(region, "grid"))

    def grids_ever_in(self, region: str) -> list[str]:
        """The same with those that ended since: diaries name the grid of their day."""
        return self.regions.below(region, "grid")

    def living_grids(self) -> dict[str, str]:
        """Id to path of every grid of the county, by path: where a household can move to."""
        grids = [region for region, each in self.regions.by_id.items() if each.get("level") == "grid"]
        return dict(sorted(((grid, self.region_path(grid)) for grid in self.regions.living(grids)), key=lambda p: p[1]))

    def my_grid(self) -> str:
        """The id of one's own first grid; "" for who has none."""
        return next((grid for region in self.me.regions for grid in self.grids_in(region)), "")

    def my_areas(self) -> list[str]:
        """The paths of the regions assigned."""
        return [path for region in self.me.regions if (path := self.region_path(region))]

    def places(self) -> dict[str, str]:
        """Id to path of every town, village and grid in one's own area that has a grid below it."""
        found: dict[str, str] = {}
        for region in self.me.regions:
            for grid in self.grids_in(region):
                found |= {each: self.region_path(each) for each in self.regions.way(grid)}
        return dict(sorted(found.items(), key=lambda pair: pair[1]))

    # ------------------------------------------------------------------ what is on this desk

    def coming(self) -> Coming | None:
        """What is still to come; until a grid is whole, nothing of it is shown. None: all that is wanted is here."""
        return self.store.coming()

    def towns(self) -> list[Town]:
        """The towns of one's scope with their sizes; those that are wanted first, in their order, else by code."""
        by_code = {region: str(fields.get("code") or "") for region, fields in self.regions.by_id.items()}
        found = self.store.towns()
        place = {each.region: number for number, each in enumerate(found) if each.state != "absent"}
        return sorted(
            (each for each in found if each.region),
            key=lambda each: (each.region not in place, place.get(each.region, 0), by_code.get(each.region, "")),
        )

    def asks_for_towns(self) -> bool:
        """Whether towns are to be chosen before anything of them comes."""
        return self.store.asks_for_towns()

    def absent_grids(self) -> set[str]:
        """The grids of one's scope that one does not want on this desk."""
        return self.store.absent_regions()

    # ------------------------------------------------------------------ the day

    def due_visits(
        self,
        today: str,
        *,
        by_address: bool = False,
        ahead: int = 0,
        grids: Sequence[str] | None = None,
        limit: int | None = None,
    ) -> list[DueVisit]:
        """Households to be visited today or within ``ahead`` days: the latest first, or by address."""
        return due_visits.due_visits(
            self._ground, today, rules=self._rules(), ahead=ahead, grids=grids, by_address=by_address, limit=limit
        )

    def due_days(self, households: Sequence[str]) -> dict[str, date]:
        """The day on which each of some households is to be visited next."""
        return due_visits.due_days(self._ground, households, self._rules())

    def coverage(self, first: str, last: str, grids: Sequence[str] | None = None) -> list[GridCoverage]:
        """How far each grid was visited from day ``first`` to day ``last``, both included."""
        return coverage.coverage(self._ground, first, last, grids)

    def coverage_by_worker(self, first: str, last: str, workers: Sequence[str]) -> list[WorkerCoverage]:
        """What each worker visited from day ``first`` to day ``last``, both included."""
        return coverage.coverage_by_worker(self._ground, first, last, workers)

    def reviews_of(self, visit: str) -> list[dict[str, Any]]:
        """What was said of a diary, the latest first."""
        return review.reviews_of(self._ground, visit)

    def visits_of(self, household: str, limit: int = 50) -> list[dict[str, Any]]:
        """The visits to a household, newest first."""
        return visits.visits_of(self._ground, household, limit)

    def follow_ups(self, household: str = "", until: str = "") -> list[dict[str, Any]]:
        """One's own diaries with something still to do."""
        return visits.follow_ups(self._ground, household, until)

    def returned_to_me(self) -> list[tuple[dict[str, Any], dict[str, Any] | None]]:
        """One's own diaries that were sent back, each with the review that did it."""
        return visits.returned_to_me(self._ground)

    def week(self, today: str) -> list[int]:
        """Households that one visited on each day of this week, Monday to Sunday."""
        return visits.week(self._ground, today)

    def members(self, household: str) -> list[dict[str, Any]]:
        """Everyone in a household, the head first."""
        return visits.members(self._ground, household)

    def open_matters(self) -> list[dict[str, Any]]:
        """Matters that have not ended, by deadline."""
        return visits.still_open(self._ground, "matter", ("due",))

    def open_disputes(self) -> list[dict[str, Any]]:
        """Disputes that have not ended, by deadline."""
        return visits.still_open(self._ground, "dispute", ("due",))

    # ------------------------------------------------------------------ conflicts and the outbox

    def conflicts(self) -> list[dict[str, Any]]:
        """What waits for a decision, oldest first."""
        return conflicts.open_conflicts(self._ground)

    def contested(self, state: str | None = "open", record: str | None = None) -> list[Conflict]:
        """What is to be checked with its versions numbered, as ``settle`` takes them; None: settled ones as well."""
        return conflicts.conflicts(self._ground, state, record)

    def conflict_count(self) -> int:
        """How many wait for one's decision."""
        return len(conflicts.open_conflicts(self._ground))

    def waiting_count(self) -> int:
        """How many changes the centre has not taken yet."""
        counts = self.store.open_count()
        return sum(counts.get(state, 0) for state in WAITS)

    def outbox(self, states: Sequence[str], limit: int = 200) -> list[OutboxRow]:
        """Own changes in these states, oldest first."""
        return self.store.outbox_rows(states, limit)

    # ------------------------------------------------------------------ how the desk stands

    @property
    def device(self) -> str:
        """The id of this device at the centre; "" before enrolment."""
        return str(self.store.meta("device", ""))

    def lease(self) -> Lease | None:
        """For how long this store opens without the centre; None: for ever."""
        return lease.look(self.store.meta, Clock(wall=self._ground.clock()))

    def clock_slow(self) -> int:
        """ms by which this machine's clock is behind the centre's, negative when it is ahead; 0 while it is about
        right. Nothing that is kept depends on it; it is shown, so that somebody sets it.
        """
        offsets = self.store.meta("clock_offsets", [])
        last = int(offsets[-1]) if offsets else 0
        return last if abs(last) > CLOCK_WRONG else 0

    def is_ahead(self, visit: str) -> bool:
        """Whether a diary says that the visit was more than a day after the diary reached the centre."""
        row = self.store.get("visit", visit)
        if row is None:
            return False
        return int(row.fields.get("visited_at") or 0) - row.writer(CREATED).at > A_DAY

    def last_success(self) -> int:
        """When a sync last came to its end, ms UTC; 0: never."""
        return int(self.store.meta("last_success", 0) or 0)

    def centre_name(self) -> str:
        """The centre's address as it is shown; "" before enrolment."""
        return str(self.store.meta("centre", "") or "")

    def backup_known(self) -> bool:
        """Whether the centre has a backup configured."""
        return bool(self.store.meta("backup", False))

    def sync_history(self, limit: int = 10) -> list[dict[str, Any]]:
        """The last syncs, newest first."""
        return self.store.sync_log(limit)

    def late_work(self) -> list[dict[str, Any]]:
        """What people handed in who are elsewhere now, as the centre last told."""
        return list(self.store.meta("late_work") or ())

    def put_aside(self) -> list[dict[str, Any]]:
        """What waits at the centre for a decision, as it last told."""
        return list(self.store.meta("put_aside") or ())

    def town_figures(self) -> list[dict[str, Any]]:
        """How the centre counted the towns of one's area (``protocol.oversight.TownFigures``), as it last told."""
        return list(self.store.meta("town_figures") or ())

    def desks(self) -> list[dict[str, Any]] | None:
        """The desks of one's area as the centre last told; None when it never did."""
        kept = self.store.meta("desks")
        return kept if isinstance(kept, list) else None

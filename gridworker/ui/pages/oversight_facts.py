"""What the supervisor's board shows, counted in the local lane: nothing here knows of the window."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, Literal

from gridworker.ledger import Ledger
from gridworker.ledger.coverage import GridCoverage
from gridworker.ledger.due_visits import visit_rules
from gridworker.records.codes import DISPUTE_TYPES

Period = Literal["month", "half", "year"]

HALF_YEAR, YEAR = 182, 365
SILENT_DAYS: Final = 3
"""A desk not heard from for so long is named."""

MOST: Final = 8
"""Bars of a chart, and rows of a list on the board."""

MOST_WORKERS: Final = 300
"""Workers whose visits are counted at once; a county has more, and is looked at town by town."""

RUNNING: Final = ("accepted", "mediating")
DAY_MS: Final = 86_400_000


@dataclass(frozen=True)
class PlaceLine:
    """A town, village or grid in the period."""

    region: str
    path: str
    level: str
    households: int
    visited: int
    visits: int
    aim: int
    """Households that should have been visited in the period at the usual pace."""
    workers: tuple[str, ...] = ()

    @property
    def share(self) -> float:
        """Visited part of the households, 0 to 1; whole where there is no household."""
        return self.visited / self.households if self.households else 1.0


@dataclass(frozen=True)
class WorkerLine:
    """One grid worker in the period."""

    person: str
    name: str
    area: str
    visits: int
    met: int
    visited: int
    households: int
    """In all of his grids."""
    aim: int
    """As for places."""

    @property
    def share(self) -> float:
        """As for places."""
        return self.visited / self.households if self.households else 1.0


@dataclass(frozen=True)
class BoardFacts:
    """Everything on the board at one moment."""

    first: date
    last: date
    households: int
    visited: int
    waiting: int
    """Diaries that nobody has read yet."""
    disputes: int
    overdue: int
    """Disputes whose time limit has run out."""
    places: tuple[PlaceLine, ...]
    """The parts of the place looked at, the least covered first."""
    grids: tuple[PlaceLine, ...]
    """The least covered grids."""
    workers: tuple[WorkerLine, ...]
    """The least covered first; none where they are too many."""
    too_many: int
    """Workers of the place, where they are too many to be counted at once; else 0."""
    types: tuple[tuple[str, int], ...]
    """Open disputes by type, the most first."""


def first_day(period: Period, today: date) -> date:
    """The first day of a period that ends today."""
    match period:
        case "half":
            return today - timedelta(days=HALF_YEAR)
        case "year":
            return today - timedelta(days=YEAR)
    return today.replace(day=1)


def look(ledger: Ledger, period: Period, place: str, today: date, *, most_workers: int = MOST_WORKERS) -> BoardFacts:
    """Count. *place*: a region, "" for the whole area."""
    ledger.forget_places()
    first = first_day(period, today)
    pace = min(1.0, ((today - first).days + 1) / visit_rules().household)
    roots = [place] if place else list(ledger.me.regions)
    absent = ledger.absent_grids()
    grids = list(dict.fromkeys(grid for root in roots for grid in ledger.grids_ever_in(root) if grid not in absent))
    covered = {each.grid: each for each in ledger.coverage(first.isoformat(), today.isoformat(), grids)}
    places = _places(ledger, _parts(ledger, roots, grids), covered, pace)
    staff = workers_below(ledger, roots)
    few = len(staff) <= most_workers
    lines = sorted(_places(ledger, grids, covered, pace), key=_least)
    disputes = [each for each in ledger.open_disputes() if each.get("grid") in covered]
    late = today.isoformat()
    return BoardFacts(
        first=first,
        last=today,
        households=sum(each.households for each in covered.values()),
        visited=sum(each.visited for each in covered.values()),
        waiting=_waiting(ledger, covered),
        disputes=len(disputes),
        overdue=sum(1 for each in disputes if each.get("state") in RUNNING and str(each.get("due") or late) < late),
        places=tuple(sorted(places, key=_least)),
        grids=tuple(_with_workers(ledger, lines[:MOST])),
        workers=tuple(_workers(ledger, first, today, covered, pace)) if few else (),
        too_many=0 if few else len(staff),
        types=_types(disputes),
    )


def silent_desks(ledger: Ledger, now: int) -> list[dict[str, Any]] | None:
    """Desks of the district not heard from for ``SILENT_DAYS``, the longest silence first; None: never told."""
    desks = ledger.desks()
    if desks is None:
        return None
    limit = now - SILENT_DAYS * DAY_MS
    silent = [desk for desk in desks if desk.get("status", "active") == "active" and (desk.get("seen_at") or 0) < limit]
    return sorted(silent, key=lambda desk: desk.get("seen_at") or 0)


def workers_below(ledger: Ledger, regions: Sequence[str]) -> dict[str, str]:
    """Person id to name of the grid workers who have one of these regions, or one below."""
    inside = {each for root in regions for each in _subtree(ledger, root)}
    return {
        str(each["id"]): str(each.get("name") or "")
        for each in ledger.find("staff_member", (("role", "=", "grid_worker"),), ("name",))
        if each.get("active") is not False and not inside.isdisjoint(_regions_of(each))
    }


@dataclass(frozen=True)
class Filters:
    """What the choices of place and worker offer, by id."""

    places: Mapping[str, str]
    workers: Mapping[str, str]


def filters(ledger: Ledger, place: str) -> Filters:
    """All places of the area, and the workers of *place* ("" for all)."""
    ledger.forget_places()
    return Filters(ledger.places(), workers_below(ledger, [place] if place else ledger.me.regions))


def diaries(ledger: Ledger, order: str, state: str, place: str, worker: str, text: str) -> array[int]:
    """Row numbers of the diaries that fit.

    Each condition is asked by itself, by its own index, and the answers are cut with each other: at the size of a
    county one question with all conditions takes fifty times as long.
    """
    conditions: list[tuple[str, str, Any]] = []
    if place:
        conditions.append(("grid", "in", ledger.grids_ever_in(place)))
    if worker:
        conditions.append(("visitor", "=", worker))
    if state:
        conditions.append(("state", "=", state))
    if text:
        return ledger.search_ids("visit", text, conditions, (order,))
    found = ledger.ids("visit", conditions[:1], (order,))
    for condition in conditions[1:]:
        fitting = set(ledger.ids("visit", [condition]))
        found = array("q", (row for row in found if row in fitting))
    return found


def _places(
    ledger: Ledger, regions: Sequence[str], covered: Mapping[str, GridCoverage], pace: float
) -> list[PlaceLine]:
    lines = []
    for region in regions:
        parts = [covered[grid] for grid in ledger.grids_ever_in(region) if grid in covered]
        households = sum(each.households for each in parts)
        lines.append(
            PlaceLine(
                region,
                ledger.region_path(region),
                str(ledger.regions.by_id.get(region, {}).get("level") or ""),
                households,
                sum(each.visited for each in parts),
                sum(each.visits for each in parts),
                round(households * pace),
            )
        )
    return lines


def _parts(ledger: Ledger, roots: Sequence[str], grids: Sequence[str]) -> list[str]:
    """Grids where they are few; else villages, else towns: as many as a chart can hold, if it can be."""
    if len(grids) <= MOST:
        return list(grids)
    for level in ("village", "town"):
        parts = list(dict.fromkeys(part for grid in grids if (part := ledger.regions.above(grid, level))))
        if 1 < len(parts) <= MOST or level == "town":
            return parts if len(parts) > 1 else list(grids)
    return list(roots)


def _waiting(ledger: Ledger, covered: Mapping[str, GridCoverage]) -> int:
    lines = ledger.store.totals("visit", "visits_by_state", {"state": "submitted"}, by=("grid",))
    return sum(int(line["n"]) for line in lines if line["grid"] in covered)


def _with_workers(ledger: Ledger, lines: Sequence[PlaceLine]) -> list[PlaceLine]:
    found = []
    for line in lines:
        names = tuple(ledger.workers_of(line.region))
        found.append(PlaceLine(**{**_fields(line), "workers": names}))
    return found


def _fields(line: PlaceLine) -> dict[str, Any]:
    return {name: getattr(line, name) for name in PlaceLine.__dataclass_fields__}


def _workers(
    ledger: Ledger, first: date, last: date, covered: Mapping[str, GridCoverage], pace: float
) -> list[WorkerLine]:
    staff = ledger.find("staff_member", (("role", "=", "grid_worker"),), ("name",))
    own: dict[str, list[str]] = {}
    names: dict[str, str] = {}
    for each in staff:
        grids = [grid for region in _regions_of(each) for grid in ledger.grids_ever_in(region) if grid in covered]
        if grids and each.get("active") is not False:
            own[str(each["id"])], names[str(each["id"])] = grids, str(each.get("name") or "")
    lines = [
        WorkerLine(
            line.worker,
            names[line.worker],
            "、".join(ledger.region_path(grid) for grid in own[line.worker][:2]),
            line.visits,
            line.met,
            line.households,
            homes := sum(covered[grid].households for grid in own[line.worker]),
            round(homes * pace),
        )
        for line in ledger.coverage_by_worker(first.isoformat(), last.isoformat(), list(own))
    ]
    return sorted(lines, key=_least)


def _types(disputes: Sequence[Mapping[str, Any]]) -> tuple[tuple[str, int], ...]:
    counts: dict[str, int] = {}
    for dispute in disputes:
        name = DISPUTE_TYPES.get(str(dispute.get("dispute_type")), "其他")
        counts[name] = counts.get(name, 0) + 1
    return tuple(sorted(counts.items(), key=lambda pair: -pair[1]))


def _regions_of(staff: Mapping[str, Any]) -> list[str]:
    return [str(entry.get("region")) for _, entry in sorted((staff.get("regions") or {}).items())]


def _subtree(ledger: Ledger, root: str) -> list[str]:
    found = {root}
    for level in ("town", "village", "grid", "micro_grid"):
        found.update(ledger.regions.below(root, level))
    return list(found)


def _least(line: PlaceLine | WorkerLine) -> tuple[float, int]:
    """The least covered first; of two alike, where more households wait."""
    return line.share, -line.households

"""How far a district was covered in a stretch of days: per grid and per worker."""

from collections.abc import Sequence
from dataclasses import dataclass

from gridworker.ledger.days import day_of, plus, start_of
from gridworker.ledger.ground import Ground


@dataclass(frozen=True)
class GridCoverage:
    """One grid in a period."""

    grid: str
    households: int
    """Households on file now."""
    visited: int
    """Households in which somebody was met."""
    visits: int

    @property
    def share(self) -> float:
        """Visited part of the households, from 0 to 1."""
        return min(1.0, self.visited / self.households) if self.households else 0.0


@dataclass(frozen=True)
class WorkerCoverage:
    """One worker in a period."""

    worker: str
    visits: int
    met: int
    """Visits at which somebody was met."""
    households: int
    """Different households in which somebody was met."""


def coverage(ground: Ground, first: str, last: str, grids: Sequence[str] | None = None) -> list[GridCoverage]:
    """Each grid from day ``first`` to day ``last``, both included; all grids of this desk when none are named."""
    wanted = list(grids) if grids is not None else grids_held(ground)
    lines = ground.store.coverage(
        start_of(first),
        start_of(plus(last, 1)),
        wanted,
        to_now=last >= day_of(ground.clock()),
    )
    counted = ground.store.totals("household", "households_by_grid", by=("grid",))
    households = {line["grid"]: int(line["n"]) for line in counted}
    told = [GridCoverage(line.id, households.get(line.id, 0), line.households, line.visits) for line in lines]
    ended = {str(each["id"]) for each in ground.store.find("region", (("valid_to", "not_null", None),))}
    return [line for line in told if line.grid not in ended or line.households or line.visits]


def coverage_by_worker(ground: Ground, first: str, last: str, workers: Sequence[str]) -> list[WorkerCoverage]:
    """Each worker from day ``first`` to day ``last``, both included."""
    lines = ground.store.coverage_by_worker(start_of(first), start_of(plus(last, 1)), workers)
    return [WorkerCoverage(line.id, line.visits, line.met, line.households) for line in lines]


def grids_held(ground: Ground) -> list[str]:
    """Ids of the grids whose diaries lie on this desk."""
    return [bucket.region for bucket in ground.store.buckets() if bucket.bucket_class == "grid"]

"""Whom to visit next: the shortest interval that a household's tags ask for, since somebody was last met there."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from gridworker.ledger.days import between, day_of, plus
from gridworker.ledger.ground import Ground
from gridworker.storage.visits import DueLine

RULES = Path(__file__).resolve().parents[2] / "resources" / "visit_rules.json"
_EPOCH = "1970-01-01"


@dataclass(frozen=True)
class VisitRules:
    """How often households are visited; each rule names its source in ``resources/visit_rules.json``."""

    household: int
    """Days, where no tag says otherwise: twice a year."""
    first_visit: int
    """Days until a new household has been seen for the first time."""
    tolerance: float
    """Part of an interval by which a visit may be late before it is called overdue."""
    tags: Mapping[str, int]
    """Tag to days."""


@dataclass(frozen=True)
class DueVisit:
    """A household that is to be visited."""

    household: str
    row: int
    """For ``Ledger.page``."""
    head_name: str
    address: str
    grid: str
    due: str
    """``YYYY-MM-DD``."""
    days_late: int
    """Days since it was due; negative while it is to come."""
    overdue: bool
    """Later than the tolerance allows."""
    interval: int
    """Days."""
    tag: str
    """The tag that asks for this interval; "" for the ordinary rule."""
    last: str | None
    """The day on which somebody was met last; None: nobody ever was."""
    attempts: int
    """How often nobody was at home since then."""


@cache
def visit_rules(path: Path = RULES) -> VisitRules:
    """The rules in ``path``."""
    told = json.loads(path.read_text("utf-8"))
    days = {tag: int(rule["days"]) for tag, rule in told["tags"].items()}
    return VisitRules(int(told["household"]), int(told["first_visit"]), float(told["tolerance"]), days)


def due_visits(
    ground: Ground,
    today: str,
    *,
    rules: VisitRules,
    ahead: int = 0,
    grids: Sequence[str] | None = None,
    by_address: bool = False,
    limit: int | None = None,
) -> list[DueVisit]:
    """Households whose visit is due today or earlier, or within ``ahead`` days; the latest first, or by address."""
    until = between(_EPOCH, today) + ahead
    lines = ground.store.due_visits(
        rules=rules.tags,
        household=rules.household,
        first_visit=rules.first_visit,
        today=today,
        until=until,
        grids=grids,
        order="address" if by_address else "late",
    )
    besides = ground.store.met_besides([line.household for line in lines])
    kept = [line for each in lines if (line := _met_later(each, besides)).due <= until]
    if not by_address:
        kept.sort(key=lambda line: (line.due, line.address or ""))
    kept = kept[:limit]
    tried = ground.store.visit_attempts({line.household: line.last_met or 0 for line in kept})
    now = until - ahead
    return [_due_visit(line, rules, now, tried.get(line.household, 0)) for line in kept]


def due_days(ground: Ground, households: Sequence[str], rules: VisitRules) -> dict[str, date]:
    """The day on which each of some households is to be visited next."""
    days = ground.store.due_days(
        households,
        rules=rules.tags,
        household=rules.household,
        first_visit=rules.first_visit,
        today=day_of(ground.clock()),
    )
    return {household: date.fromisoformat(plus(_EPOCH, day)) for household, day in days.items()}


def _met_later(line: DueLine, besides: Mapping[str, int]) -> DueLine:
    """A visit to neighbours counts for a household that was met there as well."""
    met = besides.get(line.household, 0)
    if met <= (line.last_met or 0):
        return line
    again = between(_EPOCH, day_of(met)) + line.interval
    return line._replace(last_met=met, due=max(line.due, again))


def _due_visit(line: DueLine, rules: VisitRules, now: int, attempts: int) -> DueVisit:
    late = now - line.due
    return DueVisit(
        household=line.household,
        row=line.row,
        head_name=line.head_name,
        address=line.address,
        grid=line.grid,
        due=plus(_EPOCH, line.due),
        days_late=late,
        overdue=late > line.interval * rules.tolerance,
        interval=line.interval,
        tag=line.tag,
        last=None if line.last_met is None else day_of(line.last_met),
        attempts=attempts,
    )

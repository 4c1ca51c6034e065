"""A visit and all that came of it, as one act; a household's visits, what is to be followed up, the week."""

from collections.abc import Mapping, Sequence
from typing import Any

from gridworker.ledger.days import monday_of, plus, start_of
from gridworker.ledger.ground import Ground, NewRecord, Saved
from gridworker.ledger.save import together
from gridworker.ledger.twins import alike

Fields = dict[str, Any]


def save_visit(
    ground: Ground,
    fields: Mapping[str, Any],
    *,
    matters: Sequence[Mapping[str, Any]] = (),
    dispute: Mapping[str, Any] | None = None,
    draft: str | None = None,
) -> Saved:
    """Keep a visit; the matters that were heard and the dispute that was reported point to it.

    ``Saved.ids``: the visit, the matters in their order, the dispute.
    """
    visit = ground.new_id()
    parts = [NewRecord("visit", fields, visit)]
    parts += [NewRecord("matter", {**matter, "visit": visit}) for matter in matters]
    if dispute is not None:
        parts.append(NewRecord("dispute", {**dispute, "visit": visit}))
    return together(ground, parts, draft=draft)


def visits_of(ground: Ground, household: str, limit: int) -> list[Fields]:
    """The visits to a household, newest first, also those that were mainly to another one."""
    known: dict[str, Fields] = {}
    for one in alike(ground, "household", household):
        for where in (("household", "=", one), ("subjects", "has", ("record", one))):
            known |= {visit["id"]: visit for visit in ground.store.find("visit", [where], ("-visited_at",), limit)}
    return sorted(known.values(), key=lambda visit: int(visit["visited_at"]), reverse=True)[:limit]


def follow_ups(ground: Ground, household: str = "", until: str = "") -> list[Fields]:
    """One's own diaries with something still to do, the earliest first; of one household, or due ``until`` a day."""
    where: list[tuple[str, str, Any]] = [("visitor", "=", ground.me.person), ("follow_up", "not_null", None)]
    if until:
        where.append(("follow_up", "<=", until))
    if household:
        where.append(("subjects", "has", ("record", household)))
    found = ground.store.find("visit", where, ("follow_up",), 200)
    return [each for each in found if not each.get("follow_up_done")]


def returned_to_me(ground: Ground) -> list[tuple[Fields, Fields | None]]:
    """One's own diaries that were sent back, each with the review that did it."""
    where = (("state", "=", "returned"), ("visitor", "=", ground.me.person))
    found = ground.store.find("visit", where, ("-visited_at",), 50)
    return [(visit, _last_return(ground, str(visit["id"]))) for visit in found]


def _last_return(ground: Ground, visit: str) -> Fields | None:
    where = (("visit", "=", visit), ("act", "=", "returned"))
    found = ground.store.find("review", where, ("-reviewed_at",), 1)
    return found[0] if found else None


def week(ground: Ground, today: str) -> list[int]:
    """Households visited on each day of this week, Monday to Sunday, by oneself."""
    monday = monday_of(today)
    starts = [start_of(plus(monday, day)) for day in range(8)]
    where = (
        ("visitor", "=", ground.me.person),
        ("visited_at", ">=", starts[0]),
        ("visited_at", "<", starts[7]),
    )
    counts = [0] * 7
    for visit in ground.store.find("visit", where):
        if visit.get("met") is False:
            continue
        day = next(n for n in range(7) if visit["visited_at"] < starts[n + 1])
        counts[day] += max(1, len(visit.get("subjects") or ()))
    return counts


def members(ground: Ground, household: str) -> list[Fields]:
    """Everyone in a household, the head first, then by relation."""
    found = ground.store.find("person", (("household", "in", alike(ground, "household", household)),))
    return sorted(found, key=lambda person: _rank(person))


def _rank(person: Mapping[str, Any]) -> tuple[int, str, str]:
    relation = str(person.get("relation") or "99")
    return (0 if relation in ("01", "02") else 1, relation, str(person.get("birth_date") or ""))


def still_open(ground: Ground, kind: str, order: Sequence[str]) -> list[Fields]:
    """Records of a kind with a machine that have not ended."""
    machine = ground.kind(kind).machine
    assert machine is not None
    going_on = [state for state in machine.states if state not in machine.ended]
    return ground.store.find(kind, ((machine.field, "in", going_on),), order)

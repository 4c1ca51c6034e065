"""What 记走访 writes into the ledger: the visit, and the matters and disputes that came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from gridworker.ledger import NewRecord
from gridworker.records.codes import DISPUTE_TYPES

if TYPE_CHECKING:
    from gridworker.storage.drafts import Draft
    from gridworker.ui.work import Work

Fields = Mapping[str, Any]

DRAFT: Final = "visit:new"
"""The key of the draft of a new visit; a second one that is begun beside it gets an id behind this."""

SAME_ENTRY_MS: Final = 2 * 3_600_000
"""Within this time a second visit to a household is probably the first one, gone on with."""

_TEXTS: Final = ("text", "handled", "hazard", "promise")

OTHER_TYPE: Final = "99"


def households(fields: Fields) -> list[str]:
    """The ids of the households that a visit was to, the first one named first."""
    subjects = fields.get("subjects") or {}
    return [str(subjects[entry]["record"]) for entry in sorted(subjects) if subjects[entry].get("kind") == "household"]


def begun_draft(work: Work, wanted: Sequence[str]) -> Draft | None:
    """The newest draft of a new visit to these households; without any, the newest at all."""
    for draft in work.ledger.drafts():
        mine = draft.key == DRAFT or draft.key.startswith(f"{DRAFT}:")
        if mine and set(wanted) <= set(households(draft.fields)):
            return draft
    return None


def free_key(work: Work) -> str:
    """A key under which no other draft lies."""
    return DRAFT if work.ledger.draft(DRAFT) is None else f"{DRAFT}:{work.references.new_id()}"


def earlier_entry(work: Work, wanted: Sequence[str], at: int) -> dict[str, Any] | None:
    """One's own diary of the same household within two hours of *at* (ms UTC)."""
    ledger = work.ledger
    for household in wanted:
        for visit in ledger.visits_of(household, 5):
            near = abs(int(visit["visited_at"]) - at) <= SAME_ENTRY_MS
            if near and visit.get("visitor") == ledger.me.person:
                return visit
    return None


def joined(here: Fields, more: Fields) -> dict[str, Any]:
    """Two versions of one diary in one: texts one below the other, sets together, else what stands in *here*."""
    found = {**more, **here}
    for name in more.keys() & here.keys():
        one, other = here[name], more[name]
        if isinstance(one, list):
            found[name] = [*one, *(each for each in other if each not in one)]
        elif name in _TEXTS and one != other:
            found[name] = f"{one}\n{other}"
        elif name == "photos":
            found[name] = {**other, **one}
    return found


def dispute_title(name: str, other: str, dispute_type: str) -> str:
    """``王桂英与马建国邻里纠纷``."""
    words = "" if dispute_type == OTHER_TYPE else DISPUTE_TYPES[dispute_type].removesuffix("纠纷")
    who = f"{name}与{other}" if other else f"{name}家"
    return f"{who if name else ''}{words}纠纷"


def heard_records(work: Work, heard: Sequence[Fields], visit: str, fields: Fields) -> list[NewRecord]:
    """The matters and disputes of a visit, with all that is known already."""
    household = next(iter(households(fields)), None)
    home = (work.ledger.get("household", household) if household else None) or {}
    known = {"visit": visit, "household": household, "grid": home.get("grid") or fields.get("grid"), "source": "visit"}
    known["place"] = home.get("address")
    return [
        NewRecord(
            str(line["kind"]),
            {
                name: value
                for name, value in {**known, **_of_kind(work, line, home, household, fields)}.items()
                if value is not None
            },
        )
        for line in heard
    ]


def _of_kind(work: Work, line: Fields, home: Fields, household: str | None, fields: Fields) -> dict[str, Any]:
    text = fields.get("text")
    if line["kind"] == "matter":
        return {
            "title": line["title"],
            "content": text,
            "reporter": home.get("head_name"),
            "reporter_phone": home.get("phone"),
            "reported_at": fields.get("visited_at"),
        }
    return {
        "title": line["title"],
        "dispute_type": line.get("dispute_type") or OTHER_TYPE,
        "summary": text,
        "parties": _parties(work, home, household, str(line.get("other") or "")),
    }


def _parties(work: Work, home: Fields, household: str | None, other: str) -> dict[str, dict[str, Any]]:
    parties: dict[str, dict[str, Any]] = {}
    if home.get("head_name"):
        told = {"name": home["head_name"], "role": "applicant", "household": household}
        told |= {"phone": home.get("phone"), "address": home.get("address")}
        parties[work.references.new_id()] = {name: value for name, value in told.items() if value}
    if other:
        parties[work.references.new_id()] = {"name": other, "role": "respondent"}
    return parties

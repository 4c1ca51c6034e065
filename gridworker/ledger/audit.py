"""操作审计: what one did with other people's data; each entry bears the seal of the one before it."""

import hashlib
from collections.abc import Mapping
from typing import Any

import orjson

from gridworker.ledger.ground import Changed, Ground, NewRecord, Saved
from gridworker.ledger.save import together


def audit(ground: Ground, act: str, **about: Any) -> Saved:
    """Note an act (``records.kinds.audit.ACTS``). ``about``: record_kind, record, reason; never content.

    Before enrolment there is no place to note it, and nothing is written.
    """
    if ground.store.bucket_for("user", ground.me.person) is None:
        return Saved("", Changed(), "")
    last = ground.store.find("audit", [("person", "=", ground.me.person)], ("-_made", "-_row"), 1)
    fields = {"act": act, **{name: value for name, value in about.items() if value}}
    return together(ground, [NewRecord("audit", {**fields, "previous": seal_of(last[0]) if last else None})])


def seal_of(entry: Mapping[str, Any]) -> str:
    """SHA-256, 64 hex digits, over the entry's id and fields in the order of their names, its own seal included."""
    told = {name: value for name, value in entry.items() if not name.startswith("_")}
    return hashlib.sha256(orjson.dumps(told, option=orjson.OPT_SORT_KEYS)).hexdigest()


def broken_links(ground: Ground) -> list[str]:
    """Ids of entries whose forerunner is missing or was altered; none when the audit is whole.

    Two desks of one person may both follow the same entry: then it has two successors.
    """
    entries = ground.store.find("audit", order=("_made", "_row"))
    seals = {seal_of(entry) for entry in entries}
    return [entry["id"] for entry in entries if entry.get("previous") and entry["previous"] not in seals]

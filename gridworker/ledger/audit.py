"""操作审计: what one did with other people's data, each entry bound to the one before it."""

import hashlib
from typing import Any

import orjson

from gridworker.ledger.ground import Changed, Ground, NewRecord, Saved
from gridworker.ledger.save import together


def audit(ground: Ground, act: str, **about: Any) -> Saved:
    """Note an act. ``about``: record_kind, record, reason. Before enrolment there is no place to note it."""
    if ground.store.bucket_for("user", ground.me.person) is None:
        return Saved("", Changed(), "")
    last = ground.store.find("audit", (("person", "=", ground.me.person),), ("-at",), 1)
    fields = {"act": act, **{name: value for name, value in about.items() if value}}
    if last:
        fields["previous"] = _digest(last[0])
    return together(ground, [NewRecord("audit", fields)])


def _digest(entry: dict[str, Any]) -> str:
    """SHA-256 over the entry's fields in the order of their names, 64 hex digits."""
    kept = {name: value for name, value in entry.items() if not name.startswith("_")}
    return hashlib.sha256(orjson.dumps(kept, option=orjson.OPT_SORT_KEYS)).hexdigest()

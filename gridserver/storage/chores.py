"""The centre's rounds, such as backup and drill: when each was last made, and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from gridserver.storage.engine import Connection, text


@dataclass(frozen=True, slots=True)
class Chore:
    """The last round of one name."""

    at: int
    """ms UTC."""
    ok: bool
    told: Mapping[str, Any]
    """Figures; nothing about any person."""


def note(conn: Connection, name: str, *, now: int, ok: bool = True, told: Mapping[str, Any] | None = None) -> None:
    """A round was made; the one before it is forgotten."""
    body = orjson.dumps(dict(told or {})).decode()
    conn.execute(_NOTE, {"name": name, "now": now, "ok": ok, "told": body})


def last(conn: Connection) -> dict[str, Chore]:
    """The last round of each name."""
    return {row.name: Chore(row.at, row.ok, orjson.loads(row.told)) for row in conn.execute(_LAST)}


def backups_since(conn: Connection) -> int:
    """When the oldest backup was begun from which this centre might be restored, as far as backups and archive have
    told, ms UTC; 0: not known."""
    known = last(conn)
    told = [known[name].told.get("since", 0) for name in ("backup", "archive") if name in known]
    return min([int(each) for each in told if each], default=0)


_NOTE = text("""
    INSERT INTO chore (name, at, ok, told) VALUES (:name, :now, :ok, :told)
    ON CONFLICT (name) DO UPDATE SET at = excluded.at, ok = excluded.ok, told = excluded.told
""")
_LAST = text("SELECT name, at, ok, told FROM chore")

"""How the last syncs went, for the sync page: times, counts and codes, never content."""

from collections.abc import Mapping
from typing import Any

import orjson

from gridworker.storage.file import File

KEPT = 500
"""Entries."""


def add(file: File, at: int, entry: Mapping[str, Any]) -> None:
    """Note one sync; the oldest notes go."""
    added = file.db.execute("INSERT INTO sync_log (at, body) VALUES (?, ?)", (at, orjson.dumps(dict(entry))))
    file.db.execute("DELETE FROM sync_log WHERE _row <= ?", (added.lastrowid - KEPT,))


def latest(file: File, limit: int) -> list[dict[str, Any]]:
    """The last notes, newest first."""
    lines = file.db.execute("SELECT at, body FROM sync_log ORDER BY _row DESC LIMIT ?", (limit,))
    return [{**orjson.loads(body), "at": at} for at, body in lines]

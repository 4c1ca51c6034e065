"""What was typed and not saved yet: kept every second, found again after a crash, gone with the saving."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from gridworker.storage.file import File


class Draft(NamedTuple):
    """One unfinished form."""

    key: str
    """What the form is about: ``visit:<household id>``, ``household:new``."""
    form: str
    title: str
    fields: dict[str, Any]
    """As typed, unchecked."""
    at: int
    """When it was kept, ms UTC."""


def keep(file: File, key: str, form: str, title: str, fields: Mapping[str, Any], at: int) -> None:
    """Keep what stands in a form now, in the place of what was kept before."""
    # The plain encoder: half a character from an input method must not cost the rest of the text.
    text = json.dumps(dict(fields))
    with file.writing():
        file.db.execute("INSERT OR REPLACE INTO draft VALUES (?, ?, ?, ?, ?)", (key, form, title, text, at))


def every(file: File) -> list[Draft]:
    """All drafts, the latest first."""
    lines = file.db.execute("SELECT key, form, title, fields, at FROM draft ORDER BY at DESC, key")
    return [_draft(line) for line in lines]


def one(file: File, key: str) -> Draft | None:
    """The draft of this key."""
    line = file.db.execute("SELECT key, form, title, fields, at FROM draft WHERE key = ?", (key,)).fetchone()
    return None if line is None else _draft(line)


def drop(file: File, keys: Iterable[str]) -> None:
    """Forget drafts, inside the transaction that is open."""
    for key in keys:
        file.db.execute("DELETE FROM draft WHERE key = ?", (key,))


def _draft(line: Any) -> Draft:
    return Draft(line[0], line[1], line[2], json.loads(line[3]), line[4])

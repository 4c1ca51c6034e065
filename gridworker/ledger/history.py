"""What became of a record: who wrote what is shown, and what was done on this desk."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from gridworker.ledger.ground import Ground
from gridworker.records.row import CREATED, Row
from gridworker.storage.own_changes import OutboxRow


@dataclass(frozen=True)
class Written:
    """One write of one field, or of a whole record."""

    path: str
    """"" for the record as a whole."""
    verb: str
    value: Any
    before: Any
    """What stood there; None when this desk does not know."""
    by: str
    """Id of the person."""
    at: int
    """ms UTC."""
    change: str
    state: str
    """Of an own change: new, sent, held, accepted, durable, attention, discarded; "" of others'."""


@dataclass(frozen=True)
class Shown:
    """A record as a page shows it."""

    id: str
    kind: str
    fields: dict[str, Any]
    state: str
    """local, accepted, durable, conflict or attention."""
    removed: bool
    row: Row
    """For ``seen`` of a later edit."""
    history: list[Written]
    """Newest first."""
    complete: bool
    """Whether the history is whole; otherwise earlier writes of others are at the centre only."""


def show(ground: Ground, kind: str, record: str, row: Row) -> Shown:
    """The record with all that this desk knows of its history."""
    own = ground.store.own_changes(record)
    known = {change.id for change in own}
    written = [_own(change) for change in own]
    written += [each for each in _last_writers(row) if each.change not in known]
    written.sort(key=lambda each: (each.at, each.change), reverse=True)
    # The centre counts a version for each accepted change: fewer here means that others wrote in between.
    complete = row.ver <= len({each.change for each in written})
    written = [each for each in written if not ground.kind(kind).is_centres(each.path)]
    state = ground.store.state_of(kind, record)
    return Shown(record, kind, row.fields, state, row.removed is not None, row, written, complete)


def _own(change: OutboxRow) -> Written:
    return Written(
        change.path,
        change.verb,
        change.value,
        change.before,
        change.author,
        change.made_at,
        change.id,
        change.state,
    )


def _last_writers(row: Row) -> Iterator[Written]:
    for path, stamps in row.writers.items():
        several = stamps and isinstance(stamps[0], list)
        for change, by, hlc, *_ in stamps if several else [stamps]:
            taken_out = path.startswith("-")
            place = path.removeprefix("-") if path not in (CREATED, "+") else ""
            verb = "create" if path == CREATED else "restore" if path == "+" else "rem" if taken_out else "set"
            value = None if taken_out or not place else row.value(place)
            yield Written(place, verb, value, None, by, hlc >> 16, change, "")
    if row.removed is not None:
        yield Written("", "del", None, None, row.removed.by, row.removed.at, row.removed.change, "")

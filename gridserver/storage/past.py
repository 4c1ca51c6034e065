"""What earlier changes wrote: merge bases for conflicts, and the history that a person may read."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from gridserver.storage.engine import Connection, text
from gridworker.protocol.sync import HistoryEntry
from gridworker.records import KINDS
from gridworker.records.change import Change, Verb
from gridworker.records.fields import ENTRY_ID
from gridworker.records.references import BELONGING
from gridworker.records.row import Row
from gridworker.records.upcasts import upcast

MOST_ENTRIES = 1000
"""Entries of a record's history in one answer, the newest."""

_MOST_STEPS = 50
"""Refused changes in a row on one field, before the search for the applied one ends."""


@dataclass(slots=True)
class Past:
    """What is known of the changes that the authors of a push had seen."""

    rows: Mapping[tuple[str, str], Row]
    """As they stood before the push."""
    changes: dict[str, Change] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    """Changes that were never applied, and the one that each had been laid upon."""

    @property
    def has_refused(self) -> bool:
        """Whether any of them was never applied."""
        return bool(self.refused)

    def value(self, kind: str, record: str, change: str, path: str) -> Any:
        """What the change had written into the record at the path; None when that is not known."""
        found = self.changes.get(change)
        if found is not None and (found.kind, found.record) == (kind, record):
            return _written(found, path)
        row = self.rows.get((kind, record)) if change else None
        return row.value(path) if row is not None and row.writer(path).change == change else None

    def applied(self, change: str) -> str:
        """The change itself, or, when it was refused, the nearest one before it that was not."""
        for _ in range(_MOST_STEPS):
            if change not in self.refused:
                break
            change = self.refused[change]
        return change

    def seen(self, seen: Any) -> Any:
        """The same for all writers that somebody saw."""
        if isinstance(seen, dict):
            return {path: self.seen(writer) for path, writer in seen.items()}
        if isinstance(seen, list):
            return [each for each in seen if each not in self.refused]
        return self.applied(seen) if isinstance(seen, str) else seen


Fetch = Callable[[Iterable[str]], Iterable[tuple[str, str]]]
"""Changes of these ids as the ledger keeps them: verdict and body."""


def remembered(conn: Connection, rows: Mapping[tuple[str, str], Row], changes: Iterable[Change]) -> Past:
    """What must be known of the past to merge ``changes`` into ``rows``: nothing, as a rule."""

    def fetch(ids: Iterable[str]) -> Iterable[tuple[str, str]]:
        return ((row.verdict, row.body) for row in conn.execute(_CHANGES, {"ids": list(ids)}))

    return gathered(rows, changes, fetch)


def gathered(rows: Mapping[tuple[str, str], Row], changes: Iterable[Change], fetch: Fetch) -> Past:
    """The same, from whatever ledger ``fetch`` asks."""
    past = Past(dict(rows), {change.id: change for change in changes})
    seeing = [change for change in past.changes.values() if change.verb is not Verb.CREATE]
    unmatched = {seen for change in seeing for seen in _unmatched(rows, change)}
    wanted = {each for each in unmatched - past.changes.keys() if ENTRY_ID.match(each)}
    for _ in range(_MOST_STEPS):
        if not wanted:
            break
        wanted = _learn(past, fetch(wanted)) - past.changes.keys()
    return past


def history_of(conn: Connection, kind: str, record: str) -> list[HistoryEntry]:
    """Every write of a record that was taken, also those that lost, newest first."""
    rows = conn.execute(_HISTORY, {"kind": kind, "record": record, "most": MOST_ENTRIES})
    return [_entry(row.person, row.body) for row in rows]


def _learn(past: Past, found: Iterable[tuple[str, str]]) -> set[str]:
    """Notes changes; returns what the refused ones among them had been laid upon."""
    further = set()
    for verdict, body in found:
        change = _change(body)
        past.changes[change.id] = change
        if verdict in ("refused", "quarantined"):
            past.refused[change.id] = change.parent
            further.add(change.parent)
    return {each for each in further if ENTRY_ID.match(each)}


def _unmatched(rows: Mapping[tuple[str, str], Row], change: Change) -> Iterable[str]:
    """Changes that the author saw and that the row, as it stands, knows nothing of."""
    row = rows.get((change.kind, change.record))
    if row is None:
        return
    if change.parent and change.parent != row.writer(_path(change)).change:
        yield change.parent
    writers = {each for stamp in row.writers.values() for each in _ids(stamp)}
    for each in _ids_in(change.seen):
        if each not in writers:
            yield each


def _path(change: Change) -> str:
    """What the change is about; a move, the machine's field, or the one that tells the region."""
    kind = KINDS.get(change.kind)
    if change.verb is Verb.HOME:
        return kind.home_field if kind is not None and kind.moves else ""
    return kind.machine.field if change.verb is Verb.MOVE and kind is not None and kind.machine else change.path


def _ids(stamp: Any) -> Iterable[str]:
    return (each[0] for each in stamp) if stamp and isinstance(stamp[0], list) else (stamp[0],)


def _ids_in(seen: Any) -> Iterable[str]:
    if isinstance(seen, str) and seen:
        yield seen
    elif isinstance(seen, dict | list):
        for each in [v for k, v in seen.items() if k != BELONGING] if isinstance(seen, dict) else seen:
            yield from _ids_in(each)


def _written(change: Change, path: str) -> Any:
    """The value at ``path`` that a change gave."""
    if change.verb is Verb.HOME:
        return change.value if path == _path(change) else None
    if change.verb is Verb.MOVE:
        return change.value.get("to") if isinstance(change.value, dict) else None
    if change.verb is Verb.CREATE:
        way = path.split("/")
    elif change.verb is Verb.SET and (path == change.path or path.startswith(change.path + "/")):
        way = [step for step in path[len(change.path) :].split("/") if step]
    else:
        return None
    value = change.value
    for step in way:
        value = value.get(step) if isinstance(value, dict) else None
    return value


def _change(body: str) -> Change:
    """A change that the ledger kept, as it is understood today; its number, group and act do not matter here."""
    return upcast(Change.kept(orjson.loads(body), 0, "", ""))


def _entry(person: str, body: str) -> HistoryEntry:
    change = _change(body)
    value = change.value["to"] if change.verb is Verb.MOVE else change.value
    return HistoryEntry(
        path=_path(change), value=value, by=person, at=change.hlc >> 16, change=change.id, verb=change.verb.value
    )


_CHANGES = text("SELECT verdict, body FROM change WHERE id = ANY(CAST(:ids AS uuid[])) AND kind <> ''")
_HISTORY = text("""
    SELECT person, body FROM change
    WHERE record = CAST(:record AS uuid) AND kind = :kind AND verdict IN ('ok', 'conflict')
    ORDER BY arrived DESC LIMIT :most
""")

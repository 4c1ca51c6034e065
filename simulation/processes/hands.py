"""The hands of a person at a real store: what he is about to do is told before it is kept: a kill may come between."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from gridworker.protocol.sync import BucketInfo
from gridworker.records.change import Change, Verb
from gridworker.records.row import Row
from gridworker.storage.project import LOCAL
from gridworker.storage.store import Store
from simulation.desk_store import Place
from simulation.people import NOTHING, PLAIN, Hands
from simulation.read_back import entries_of

SEEN_KINDS = (*PLAIN, "conflict")


class Eyes:
    """A store as it was when somebody looked at it, until he looks again: a sync may go on meanwhile."""

    def __init__(self, store: Store, announce: Callable[[], None], confirm: Callable[[], None]) -> None:
        """``announce``: something is about to be kept, and is noted; ``confirm``: it is."""
        self._store, self._announce, self._confirm = store, announce, confirm
        self._seen: dict[tuple[str, str], Row | None] = {}
        self.about: Callable[[Sequence[Change]], None] = lambda changes: None
        self.kept = 0
        """Acts."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def look(self) -> None:
        """Looks at everything anew."""
        self._seen = {}
        file = self._store._file
        names = {row: (name, state) for row, name, state in file.db.execute("SELECT _row, id, state FROM bucket")}
        for kind in SEEN_KINDS:
            table = file.tables[kind]
            for line in file.db.execute(table.select).fetchall():
                name, state = names[line[2]]
                if state not in ("loading", "dropping") or line[7] == LOCAL:
                    row = table.row(line, name)
                    self._seen[kind, row.id] = row

    def shown(self) -> list[Row]:
        """All that can be worked on."""
        return [row for row in self._seen.values() if row is not None]

    def get(self, kind: str, record: str) -> Row | None:
        """The record as it was seen."""
        if (kind, record) not in self._seen:
            self._seen[kind, record] = self._store.get(kind, record)
        return self._seen[kind, record]

    def fields(self, kind: str, record: str) -> dict[str, Any] | None:
        """The same, of a live one."""
        row = self.get(kind, record)
        return None if row is None or row.removed else row.fields

    def glance(self, kind: str, record: str, field: str) -> Any:
        """One plain field."""
        row = self.get(kind, record)
        return None if row is None else row.fields.get(field)

    @property
    def places(self) -> dict[str, Place]:
        """The buckets that are here."""
        held = [each for each in self._store.buckets() if each.state not in ("loading", "dropping")]
        return {
            each.id: Place(BucketInfo(id=each.id, bucket_class=each.bucket_class, region=each.region)) for each in held
        }

    @property
    def outbox(self) -> Any:
        """Whose last entry can be undone."""
        return SimpleNamespace(entries=entries_of(self._store, last=True))

    def keep(self, changes: Sequence[Change], *, by: str, drop_drafts: Iterable[str] = ()) -> list[Change]:
        """Says what is about to be kept, and keeps it."""
        self.about(changes)
        self._announce()
        kept = self._store.keep(changes, by=by, drop_drafts=drop_drafts)
        self._confirm()
        self.kept += 1
        return kept


class Fingers(Hands):
    """As ``Hands``, before ``Eyes``."""

    def _noted(
        self,
        store: Any,
        eyes: Sequence[Row],
        do: Callable[[], object],
        also: frozenset[str] = NOTHING,
        takes_back: frozenset[str] = NOTHING,
        *,
        wrong: bool = False,
    ) -> bool:
        before, kept = {row.id: row for row in eyes}, store.kept

        def about(changes: Sequence[Change]) -> None:
            for change in changes:
                noted = self._look(change, before.get(change.record), also)
                if takes_back and noted.verb is Verb.REM:
                    noted = replace(noted, adds=noted.adds & takes_back)
                self._note(replace(noted, wrong=wrong))

        store.about = about
        do()
        return bool(store.kept > kept)

"""What can be read from an open store: records as they are shown, in every order that a page asks for."""

from array import array
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from gridworker.records.kind import Kind
from gridworker.records.row import Row
from gridworker.storage import file_links, outbox, query, summaries, unindexed, visits, wish
from gridworker.storage.faults import at_the_border
from gridworker.storage.file import File
from gridworker.storage.file_links import FileLink
from gridworker.storage.query import Order, Where
from gridworker.storage.search import Hit
from gridworker.storage.visits import CoverageLine, DueLine
from gridworker.storage.wish import Coming, Town

_COUNTED = ("incarnation", "next_n", "hlc_last")
"""Notes that follow from the outbox, in the order of ``outbox.Numbers``."""


@at_the_border
class Reader:
    """The reading half of ``Store``."""

    def __init__(self, file: File) -> None:
        self._file = file

    @property
    def path(self) -> Path:
        """Where the file lies."""
        return self._file.path

    @property
    def kinds(self) -> dict[str, Kind]:
        """The kinds that this store keeps."""
        return {name: table.kind for name, table in self._file.tables.items()}

    def kind(self, name: str) -> Kind:
        """The kind of this name. Raises ``KeyError``."""
        return self._file.tables[name].kind

    def meta(self, key: str, default: Any = None) -> Any:
        """What was noted under ``key``: device, person, epoch, scope, clock_offset, …

        ``incarnation``, ``next_n`` (the number of the next change) and ``hlc_last`` are counted, not noted.
        """
        if key in _COUNTED:
            return outbox.numbers(self._file)[_COUNTED.index(key)]
        return self._file.meta(key, default)

    def towns(self) -> list[Town]:
        """The towns of the scope, what each brings, and how far it is."""
        return wish.towns(self._file)

    def coming(self) -> Coming | None:
        """What is still to come of what is wanted here; until then nothing of those buckets is shown."""
        return wish.coming(self._file)

    def absent_regions(self) -> set[str]:
        """The grids of the scope that are not wanted here."""
        return wish.absent_regions(self._file)

    def asks_for_towns(self) -> bool:
        """Whether the person is to choose what is loaded: all of it would be much."""
        return wish.is_asked(self._file)

    def get(self, kind: str, record: str) -> Row | None:
        """The record as shown (the centre's version and what waits), also a removed one; None: not here."""
        return query.get(self._file, kind, record)

    def fields(self, kind: str, record: str) -> dict[str, Any] | None:
        """The shown fields of a live record."""
        row = query.get(self._file, kind, record)
        return None if row is None or row.removed else row.fields

    def glance(self, kind: str, record: str, fields: Sequence[str]) -> tuple[Any, ...] | None:
        """Some plain fields of a record as shown, also of a removed one; None: it is not here."""
        return query.glance(self._file, kind, record, fields)

    def region_of(self, kind: str, record: str) -> str | None:
        """The region (or person) in whose bucket a record lies now; None when it is not here."""
        return query.region_of(self._file, kind, record)

    def many(self, kind: str, records: Iterable[str]) -> dict[str, dict[str, Any]]:
        """Live records by id, as ``page`` gives them."""
        return query.many(self._file, kind, records)

    def ids(self, kind: str, where: Where = (), order: Order = (), limit: int | None = None) -> "array[int]":
        """Row numbers of live records, for a list with a page cache."""
        return query.ids(self._file, kind, where, order, limit)

    def page(self, kind: str, rows: Sequence[int]) -> list[dict[str, Any]]:
        """The records of these row numbers, in this order: fields that have a value, ``id``, ``_row``, ``_state``."""
        return query.page(self._file, kind, rows)

    def find(self, kind: str, where: Where = (), order: Order = (), limit: int | None = None) -> list[dict[str, Any]]:
        """Live records that meet every condition, as ``page`` gives them. Raises ``query.NotAField``."""
        return query.find(self._file, kind, where, order, limit)

    def count(self, kind: str, where: Where = ()) -> int:
        """How many live records meet every condition."""
        return query.count(self._file, kind, where)

    def state_of(self, kind: str, record: str) -> str:
        """local, accepted, durable, conflict or attention; "" when nothing of the record is here."""
        return query.state_of(self._file, kind, record)

    def totals(
        self, kind: str, summary: str, where: Mapping[str, Any] | None = None, by: tuple[str, ...] = ()
    ) -> list[dict[str, Any]]:
        """A declared summary added up per ``by``: ``n``, ``latest`` and the fields of ``by``."""
        return summaries.totals(self._file, self._file.tables[kind], summary, where or {}, by)

    def due_visits(
        self,
        *,
        rules: Mapping[str, int],
        household: int,
        first_visit: int,
        today: str,
        until: int,
        grids: Sequence[str] | None = None,
        order: str = "late",
    ) -> list[DueLine]:
        """Households to be visited until the day ``until``; see ``visits.due``."""
        return visits.due(
            self._file,
            rules=rules,
            household=household,
            first_visit=first_visit,
            today=today,
            until=until,
            grids=grids,
            order=order,
        )

    def due_days(
        self,
        households: Sequence[str],
        *,
        rules: Mapping[str, int],
        household: int,
        first_visit: int,
        today: str,
    ) -> dict[str, int]:
        """When some households are to be visited; see ``visits.due_of``."""
        return visits.due_of(
            self._file, households, rules=rules, household=household, first_visit=first_visit, today=today
        )

    def met_besides(self, households: Sequence[str]) -> dict[str, int]:
        """When households were met last on visits mainly to others; ms UTC by id."""
        return visits.met_besides(self._file, households)

    def visit_attempts(self, since: Mapping[str, int]) -> dict[str, int]:
        """How often nobody was met at each household after the moment given for it (ms UTC)."""
        return visits.attempts(self._file, since)

    def coverage(self, first: int, end: int, grids: Sequence[str], *, to_now: bool) -> list[CoverageLine]:
        """Visits per grid from ``first`` to before ``end`` (ms UTC); ``to_now``: nothing lies after ``end``."""
        return visits.covered(self._file, first, end, grids, to_now=to_now)

    def coverage_by_worker(self, first: int, end: int, workers: Sequence[str]) -> list[CoverageLine]:
        """Visits per worker from ``first`` to before ``end`` (ms UTC)."""
        return visits.by_worker(self._file, first, end, workers)

    def visits_by_day(self, visitor: str, first: int, end: int) -> dict[int, int]:
        """One worker's visits per day; days counted from 1970-01-01 in China."""
        return visits.by_day(self._file, visitor, first, end)

    # ------------------------------------------------------------------ attached files

    def unstored_files(self) -> list[FileLink]:
        """Attached files that the centre does not have yet, as far as this desk knows; those of others too."""
        return file_links.unstored(self._file)

    def file_links(self, sha256: str) -> list[FileLink]:
        """Where records speak of these bytes."""
        return file_links.of_hash(self._file, sha256)

    def covered_files(self, covered: int) -> dict[str, bool]:
        """By hash: whether the centre has it under a number up to ``covered`` wherever a record speaks of it."""
        return file_links.not_after(self._file, covered)

    # ------------------------------------------------------------------ search

    def search(self, text: str, kinds: Sequence[str] = (), limit: int = 50) -> list[Hit]:
        """Records in which every word of ``text`` is found: names, pinyin, initials, addresses, numbers."""
        return unindexed.search_all(self._file, text, kinds, limit)

    def search_ids(
        self, kind: str, text: str, where: Where = (), order: Order = (), limit: int | None = None
    ) -> "array[int]":
        """Row numbers of live records of a kind that answer ``text`` and meet every condition."""
        return unindexed.search_ids(self._file, kind, text, where, order, limit)

"""A desk without a line, with every sort of bucket; the test holds the clock and the centre's pen."""

import itertools
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gridworker.ledger import Ledger, Me
from gridworker.protocol.sync import BucketInfo, GroupResult, Page, Standing
from gridworker.records import KINDS
from gridworker.records.change import Change
from gridworker.records.kind import Kind
from gridworker.records.merge import apply
from gridworker.records.row import SET_HASH_MODULUS, Row, row_digest
from gridworker.storage.feed import Received
from gridworker.storage.outbox import Settled
from gridworker.storage.store import Store

KEY = bytes(range(1, 33))
MORNING = 1_772_414_040_000
"""2026-03-02 09:14 in Shaoxing, a Monday, ms UTC."""
TODAY = "2026-03-02"
DAY = 86_400_000


def name_of(number: int) -> str:
    """An id that a test can tell again."""
    return f"01900000-0000-7000-8000-{number:012x}"


GRID, OTHER_GRID, TOWN, COUNTY = map(name_of, (0xA1, 0xA2, 0xA3, 0xA4))
WANG, LI, ZHAO = map(name_of, (0xB1, 0xB2, 0xB3))
BUCKETS = {
    "grid": (name_of(0xC1), GRID),
    "other_grid": (name_of(0xC2), OTHER_GRID),
    "sensitive": (name_of(0xC3), GRID),
    "case": (name_of(0xC4), TOWN),
    "reference": (name_of(0xC5), COUNTY),
    "user": (name_of(0xC6), WANG),
}
PEOPLE = {"grid_worker": (WANG, "王芳"), "mediator": (LI, "李明"), "supervisor": (ZHAO, "赵强")}


def bucket(name: str) -> str:
    """The id of a bucket of the notebook."""
    return BUCKETS[name][0]


def place_of(name: str) -> str:
    """The notebook's name for a bucket."""
    return next(place for place, (each, _) in BUCKETS.items() if each == name)


def info(name: str) -> BucketInfo:
    """A bucket as the centre hands it out."""
    return BucketInfo(id=BUCKETS[name][0], bucket_class=name.removeprefix("other_"), region=BUCKETS[name][1])


def ids(start: int = 0x1000) -> Callable[[], str]:
    """New ids, the same in every run."""
    numbers = itertools.count(start)
    return lambda: name_of(next(numbers))


def hash_of(rows: list[Row]) -> str:
    """The set hash of these rows."""
    total = sum(row_digest(row.kind, row.id, row.ver, row.mark) for row in rows) % SET_HASH_MODULUS
    return f"{total:032x}"


def standing(**told: Any) -> Standing:
    """What a centre knows of this desk."""
    usual = {"epoch": "e", "incarnation": 1, "last_n": 0, "durable_n": 0, "scope": 1, "now": MORNING, "backup": True}
    return Standing.model_validate({**usual, **told})


@dataclass
class Centre:
    """The centre's side of one notebook: rows, versions, and the feed of each bucket."""

    rows: dict[tuple[str, str], Row] = field(default_factory=dict)
    seqs: dict[str, int] = field(default_factory=dict)
    feed: dict[str, dict[tuple[str, str], int]] = field(default_factory=dict)
    """Place, record, and the seq at which it stands in the feed."""
    taken: set[str] = field(default_factory=set)
    new_id: Callable[[], str] = field(default_factory=lambda: ids(0x900000))

    def write(self, kind: str, fields: Mapping[str, Any], place: str = "grid", **more: Any) -> Row:
        """A record that somebody else made, or its next version."""
        record, by, at = more.get("record") or self.new_id(), more.get("by", LI), more.get("at", MORNING)
        old = self.rows.get((kind, record))
        change = self.new_id()
        ver = 1 if old is None else old.ver + 1
        row = Row(kind, record, bucket(place), ver, change, dict(fields), {"": [change, by, at << 16]})
        self._put(row)
        return row

    def _put(self, row: Row) -> None:
        place = place_of(row.bucket)
        self.rows[row.kind, row.id] = row
        self.seqs[place] = self.seqs.get(place, 0) + 1
        self.feed.setdefault(place, {})[row.kind, row.id] = self.seqs[place]

    def take(self, change: Change, by: str = WANG) -> Row | None:
        """One change of the desk, by the rules of the merge."""
        key = change.kind, change.record
        if change.id in self.taken:
            return self.rows.get(key)
        self.taken.add(change.id)
        row = apply(KINDS[change.kind], self.rows.get(key), change, by).row
        if row is not None:
            self._put(row)
        return row

    def of(self, place: str) -> list[Row]:
        """The rows of a bucket."""
        return [row for row in self.rows.values() if row.bucket == bucket(place)]

    def news(self, place: str, cursor: int) -> Page:
        """All that the feed of a bucket has after ``cursor``."""
        later = [key for key, seq in sorted(self.feed.get(place, {}).items(), key=lambda each: each[1]) if seq > cursor]
        here = [self.rows[key] for key in later if key in self.rows]
        gone = [(row.kind, row.id, row.ver, "m") for row in here if row.bucket != bucket(place)]
        rows = [row for row in here if row.bucket == bucket(place)]
        return self.page(place, *rows, gone=gone, to=max(cursor, self.seqs.get(place, 0)))

    def page(self, place: str, *rows: Row, more: bool = False, **told: Any) -> Page:
        """A page of the feed; with its hash where it is the last."""
        seq = told.get("to") or self.seqs.get(place, 0) + 1
        self.seqs[place] = max(self.seqs.get(place, 0), seq)
        return Page(
            **{
                "bucket": bucket(place),
                "to": seq,
                "more": more,
                "rows": [row.copy().to_wire() for row in rows],
                "hash": "" if more else hash_of(self.of(place)),
                **told,
            }
        )


@dataclass
class Notebook:
    """One worker's store and ledger."""

    path: Path
    store: Store
    ledger: Ledger
    centre: Centre = field(default_factory=Centre)
    now: int = MORNING
    brought: dict[tuple[str, str], Row] = field(default_factory=dict)
    """The centre's versions that have arrived here, kept by the test."""
    lives: int = 0

    @classmethod
    def open(
        cls,
        folder: Path,
        role: str = "grid_worker",
        *,
        kinds: Mapping[str, Kind] = KINDS,
        blank: Path | None = None,
        empty: bool = False,
    ) -> "Notebook":
        """A desk that has read its buckets, in which nothing lies yet. ``blank``: such a one, to be copied."""
        path = folder / "store.db"
        if blank is not None:
            shutil.copyfile(blank, path)
        store = Store.open(path, KEY, kinds=kinds)
        person, name = PEOPLE[role]
        me = Me(person, "user", name, role, (GRID,), COUNTY)
        notebook = cls(path, store, None)  # type: ignore[arg-type]
        notebook.ledger = Ledger(store, me, clock=lambda: notebook.now, new_id=ids())
        for place in () if empty else BUCKETS:
            page = notebook.centre.page(place)
            if blank is None:
                store.add_bucket(info(place))
                store.receive(page)
        return notebook

    def give(self, place: str, *rows: Row, **told: Any) -> Received:
        """The centre sends rows of a bucket."""
        return self.receive(self.centre.page(place, *rows, **told))

    def receive(self, page: Page) -> Received:
        """A page arrives."""
        for wire in page.rows:
            old = self.brought.get((wire["e"], wire["i"]))
            if old is None or old.ver < wire["v"]:
                self.brought[wire["e"], wire["i"]] = Row.from_wire(wire, page.bucket).copy()
        for kind, record, ver, _ in page.gone:
            old = self.brought.get((kind, record))
            if old is not None and old.bucket == page.bucket and old.ver < ver:
                del self.brought[kind, record]
        return self.store.receive(page)

    def household(self, name: str = "陈建国", **fields: Any) -> str:
        """A new household; its id."""
        given = {"head_name": name, "address": "马村 3 号", "grid": GRID, **fields}
        return self.ledger.save("household", given).id

    def visit(self, household: str, *, at: int | None = None, **fields: Any) -> str:
        """A visit; its id."""
        return self.ledger.save("visit", {"household": household, "visited_at": at or self.now, **fields}).id

    def hand_in(self, verdict: str = "ok", *, seen: bool = False, code: str = "", reason: str = "") -> Settled:
        """The centre takes, holds or refuses everything that waits; ``seen``: and its rows come back at once."""
        waiting = self.store.waiting(10_000)
        for change in waiting if verdict == "ok" else ():
            self.centre.take(change)
        results = [
            GroupResult.model_validate(
                {
                    "tx": tx,
                    "verdict": verdict,
                    "numbers": [change.n for change in waiting if change.tx == tx],
                    "code": code,
                    "reason": reason,
                    "seqs": {c.bucket: self._seq(c) for c in waiting if c.tx == tx},
                }
            )
            for tx in dict.fromkeys(change.tx for change in waiting)
        ]
        last = max((change.n for change in waiting), default=0)
        settled = self.store.settle(results, standing(last_n=last), self.now)
        if seen:
            self.catch_up()
        return settled

    def reopened(self) -> Store:
        """The store, closed and opened again."""
        self.store.close()
        self.store = Store.open(self.path, KEY, kinds=self.store.kinds)
        self.lives += 1
        new_id = ids(0x500000 + (self.lives << 16))
        self.ledger = Ledger(self.store, self.ledger.me, clock=lambda: self.now, new_id=new_id)
        return self.store

    def catch_up(self, *places: str) -> None:
        """Everything new arrives."""
        cursors = {each.id: each.cursor for each in self.store.buckets()}
        for place in places or BUCKETS:
            if bucket(place) in cursors:
                self.receive(self.centre.news(place, cursors[bucket(place)]))

    def _seq(self, change: Change) -> int:
        place = place_of(change.bucket)
        return self.centre.feed.get(place, {}).get((change.kind, change.record), self.centre.seqs.get(place, 0))

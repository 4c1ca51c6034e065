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
    new_id: Callable[[], str] = field(default_factory=lambda: ids(0x900000))

    def write(self, kind: str, fields: Mapping[str, Any], place: str = "grid", **more: Any) -> Row:
        """A record that somebody else made, or its next version."""
        record, by, at = more.get("record") or self.new_id(), more.get("by", LI), more.get("at", MORNING)
        old = self.rows.get((kind, record))
        change = self.new_id()
        ver = 1 if old is None else old.ver + 1
        row = Row(kind, record, bucket(place), ver, change, dict(fields), {"": [change, by, at << 16]})
        self.rows[kind, record] = row
        return row

    def take(self, change: Change, by: str = WANG) -> Row | None:
        """One change of the desk, by the rules of the merge."""
        key = change.kind, change.record
        row = apply(KINDS[change.kind], self.rows.get(key), change, by).row
        if row is not None:
            self.rows[key] = row
        return row

    def of(self, place: str) -> list[Row]:
        """The rows of a bucket."""
        return [row for row in self.rows.values() if row.bucket == bucket(place)]

    def page(self, place: str, *rows: Row, more: bool = False, **told: Any) -> Page:
        """A page of the feed; with its hash where it is the last."""
        seq = self.seqs[place] = self.seqs.get(place, 0) + max(1, len(rows))
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

    def give(self, place: str, *rows: Row, **told: Any) -> Any:
        """The centre sends rows of a bucket."""
        return self.store.receive(self.centre.page(place, *rows, **told))

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
        self.store.mark_sent({change.tx for change in waiting})
        touched = [self.centre.take(change) for change in waiting] if verdict == "ok" else []
        results = [
            GroupResult.model_validate(
                {
                    "tx": tx,
                    "verdict": verdict,
                    "numbers": [change.n for change in waiting if change.tx == tx],
                    "code": code,
                    "reason": reason,
                    "seqs": {c.bucket: self._next(c.bucket) for c in waiting if c.tx == tx},
                }
            )
            for tx in dict.fromkeys(change.tx for change in waiting)
        ]
        last = max((change.n for change in waiting), default=0)
        settled = self.store.settle(results, standing(last_n=last), self.now)
        if seen:
            changed = {row.id: row for row in touched if row is not None}
            for place, (name, _) in BUCKETS.items():
                if mine := [row for row in changed.values() if row.bucket == name]:
                    self.give(place, *mine)
        return settled

    def reopened(self) -> Store:
        """The store, closed and opened again."""
        self.store.close()
        self.store = Store.open(self.path, KEY, kinds=self.store.kinds)
        self.ledger = Ledger(self.store, self.ledger.me, clock=lambda: self.now, new_id=ids(0x500000))
        return self.store

    def _next(self, name: str) -> int:
        place = next(place for place, (each, _) in BUCKETS.items() if each == name)
        return self.centre.seqs.get(place, 0) + 1

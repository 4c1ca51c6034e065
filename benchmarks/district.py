"""The made-up district on which figures are taken: 2,000 households, 6,000 persons, a year of visits."""

import csv
from collections.abc import Iterable, Iterator
from datetime import date
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import uuid_utils

from gridworker.demo.chance import Ids
from gridworker.demo.district import District
from gridworker.demo.loading import clean
from gridworker.demo.script import DemoRecord
from gridworker.ledger import Ledger, Me
from gridworker.protocol import PAGE_ROWS
from gridworker.protocol.sync import BucketInfo, Page
from gridworker.records.row import SET_HASH_MODULUS, Row, row_digest
from gridworker.storage.store import Store

SEED = 20_261_121
TODAY = date(2026, 11, 22)
NOW = 1_795_312_800_000
"""2026-11-22 10:00 in China, ms UTC."""
DIVISIONS = Path(__file__).parents[1] / "resources" / "divisions.csv"
KEY = bytes(range(32))


@cache
def made_up() -> District:
    """The district as a desk without a centre would know it."""
    ids = Ids(SEED, "centre")
    with DIVISIONS.open(encoding="utf-8", newline="") as lines:
        regions = {line["code"]: ids.at(1_600_000_000_000) for line in csv.DictReader(lines)}
    return District.make(SEED, TODAY, regions)


def residents(district: District, *more: str) -> list[DemoRecord]:
    """The households, then the persons, and what is of the kinds *more*."""
    return [each for each in district.records() if each.kind in ("household", "person", *more)]


def desk(folder: Path, *, visits: bool = False) -> tuple[Store, Ledger]:
    """A grid worker's desk with the residents of all eight grids, as after the first pull: indexed and tidied."""
    district = made_up()
    worker = district.picks.worker
    store = Store.open(folder / "store.db", KEY)
    rows = list(wire_rows(residents(district, *(("visit",) if visits else ()))))
    for grid in district.grids:
        mine = [row for row in rows if row["d"]["grid"] == grid.id]
        bucket = f"bucket {grid.id}"
        store.add_bucket(BucketInfo(id=bucket, bucket_class="grid", region=grid.id))
        for page in pages(bucket, mine):
            store.receive(page)
    settle_down(store)
    regions = tuple(grid.id for grid in district.grids)
    me = Me(worker.id, worker.user, worker.name, "grid_worker", regions, district.county)
    return store, Ledger(store, me, clock=lambda: NOW, new_id=lambda: str(uuid_utils.uuid7()))


def wire_rows(records: Iterable[DemoRecord]) -> Iterator[dict[str, Any]]:
    """The records as a centre sends them."""
    changes = Ids(SEED, "made")
    for each in records:
        change = changes.at(each.at)
        writers = {"": [change, each.author, each.at << 16]}
        yield Row(each.kind, each.id, "", 1, change, clean(each), writers).to_wire()


def pages(bucket: str, rows: list[dict[str, Any]]) -> Iterator[Page]:
    """One bucket's rows as the pages of its first reading."""
    total = sum(row_digest(row["e"], row["i"], row["v"], row["m"]) for row in rows) % SET_HASH_MODULUS
    for start in count(0, PAGE_ROWS):
        to = min(start + PAGE_ROWS, len(rows))
        more = to < len(rows)
        yield Page(bucket=bucket, to=to, more=more, rows=rows[start:to], hash="" if more else f"{total:032x}")
        if not more:
            return


def settle_down(store: Store) -> None:
    """All that the quiet moments after a download do."""
    while store.index_backlog(1_000):
        pass
    while store.tidy():
        pass

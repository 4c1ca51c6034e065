"""The first pull of a district, beside putting the same rows into the same tables without any of the rest."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks import district
from benchmarks.figures import Figure, median
from benchmarks.small_centre import WHOLE, SmallCentre, small_centre
from gridworker.protocol.sync import Pull, PullAnswer
from gridworker.storage.connection import writing
from gridworker.storage.store import Store
from gridworker.sync.answers import Reply
from gridworker.sync.centre import Centre
from gridworker.sync.line import Line

TIMES = 5
MOST_RATIO = 4.0
HOUSEHOLDS, PERSONS = 2_000, 6_000


@dataclass
class Pulled:
    """Where the time of one first pull went, in ms."""

    found: float = 0.0
    """From the beginning of the sync until a name is found."""
    line: float = 0.0
    """Network and centre: from the first byte out to the last byte in."""
    parse: float = 0.0
    """From those bytes to messages."""
    insert: float = 0.0
    """The store's own work: rows, tags, set hashes, counts, commits."""
    index: float = 0.0
    """Afterwards, in the local lane: pinyin and pairs of characters for every row."""
    raw: float = 0.0
    """The same rows, raw, by a plain program."""
    quick: float = 0.0
    """The same, with what our store tells the driver."""


def run() -> list[Figure]:
    """Several new desks, one after the other; after each, its rows raw into a file beside its store."""
    centre = small_centre()
    _pull(centre)
    every = [_pull(centre) for _ in range(TIMES)]
    raw = median([each.raw for each in every])
    parts = {
        "network and centre": median([each.line for each in every]),
        "parse": median([each.parse for each in every]),
        "insert": median([each.insert for each in every]),
        "search index, afterwards": median([each.index for each in every]),
        "the rows alone, raw, with our driver's ways": median([each.quick for each in every]),
    }
    whole = Figure(
        "first pull of 8,000 rows until a name is found",
        median([each.found for each in every]),
        beside="raw insert",
        base=raw,
        most_ratio=MOST_RATIO,
        note=f"{TIMES} new desks",
    )
    return [whole, *[Figure(f"first pull: {name}", ms, beside="raw insert", base=raw) for name, ms in parts.items()]]


class _TimedLine(Line):
    def __init__(self, pulled: Pulled, *place: Any, **how: Any) -> None:
        super().__init__(*place, **how)
        self._pulled = pulled

    def exchange(self, *asked: Any) -> Reply:
        with _adding(self._pulled, "line"):
            return super().exchange(*asked)


class _TimedCentre(Centre):
    """A line that notes how long it waits."""

    def __init__(self, pulled: Pulled, *place: Any, **how: Any) -> None:
        self.carried_by = partial(_TimedLine, pulled)
        super().__init__(*place, **how)
        self._pulled = pulled

    def pull(self, message: Pull) -> PullAnswer:
        with _adding(self._pulled, "parse"):
            return super().pull(message)


@contextmanager
def _adding(pulled: Pulled, part: str) -> Iterator[None]:
    start = time.perf_counter()
    yield
    setattr(pulled, part, getattr(pulled, part) + (time.perf_counter() - start) * 1000)


def _pull(centre: SmallCentre) -> Pulled:
    pulled = Pulled()
    name = str(district.residents(district.made_up())[-1].fields["name"])
    machine = centre.machine(connect=lambda *place, **how: _TimedCentre(pulled, *place, **how))
    desk = centre.desk(WHOLE, machine)
    pulled.line = pulled.parse = 0.0
    with _adding(pulled, "found"):
        desk.sync()
        assert desk.ledger.search(name)
    pulled.parse -= pulled.line
    pulled.insert = pulled.found - pulled.line - pulled.parse
    with _adding(pulled, "index"):
        while desk.store.index_backlog(1_000):
            pass
    assert (desk.ledger.count("household"), desk.ledger.count("person")) == (HOUSEHOLDS, PERSONS)
    _insert_raw(desk.store, machine.home / "raw.db", pulled)
    desk.close()
    return pulled


def _insert_raw(full: Store, path: Path, pulled: Pulled) -> None:
    """The rows of a full store into the tables of an empty one: one transaction, nothing thought about."""
    tables = [name for kind in ("household", "person") for name in _tables_of(full, kind)]
    lines = {name: full._file.db.execute(f'SELECT * FROM "{name}"').fetchall() for name in tables}
    ours = path.with_name("ours.db")
    empty = Store.open(ours, district.KEY)
    with _adding(pulled, "quick"), writing(empty._file.db):
        for name, rows in lines.items():
            marks = ", ".join("?" * len(rows[0])) if rows else ""
            empty._file.db.executemany(f'INSERT INTO "{name}" VALUES ({marks})', rows)
    empty.close()
    told = [sys.executable, "-m", "benchmarks.raw_rows", str(ours), str(path), district.KEY.hex(), *tables]
    pulled.raw = float(subprocess.run(told, check=True, capture_output=True, text=True).stdout)


def _tables_of(store: Store, kind: str) -> list[str]:
    """The kind's table, and those of its tags and lists that hold anything."""
    return [kind, *(f"{kind}__{field.name}" for field in store._file.tables[kind].tags)]

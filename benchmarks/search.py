"""Search as one types, over the households of two counties in an encrypted store.

``python -m benchmarks.search [COUNT]`` prints one JSON row a work: {work, n, median_ms, p95_ms}.
"""

import json
import random
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from benchmarks.county import HOUSEHOLD, HOUSEHOLDS, county, households, record
from benchmarks.figures import Figure, median, percentile, taken
from gridworker.storage import search
from gridworker.storage.connection import Connection, writing
from gridworker.storage.pinyin import read_name

QUERIES = 60
"""Different ones of each sort; the slowest sorts have few to choose from and ask some twice."""
LIMIT = 50.0
"""Milliseconds at the 95th percentile (issue 2, section 9)."""
SHOWN = 50


def samples(some: list[dict[str, str]]) -> dict[str, list[str]]:
    """What people type when they look for these households."""
    read = [read_name(each["head_name"])[0] for each in some]
    streets = [each["address"].partition("镇")[2] for each in some]
    return {
        "name": [each["head_name"] for each in some],
        "two characters": [each["head_name"][:2] for each in some],
        "one character": [each["head_name"][:1] for each in some],
        "pinyin in full": [each.full for each in read],
        "pinyin begun": [each.full[:3] for each in read],
        "initials": [each.initials for each in read],
        "one letter": [each.initials[:1] for each in read],
        "syllable and initials": [each.full[:4] + each.initials[1:] for each in read],
        "character and initials": [a["head_name"][:1] + b.initials[1:] for a, b in zip(some, read, strict=True)],
        "telephone, first 4": [each["phone"][:4] for each in some],
        "telephone, first 7": [each["phone"][:7] for each in some],
        "telephone, last 4": [each["phone"][-4:] for each in some],
        "address: village and number": streets,
        "address: village": [street.rstrip("0123456789号") for street in streets],
        "address: town": [each["address"][3:6] for each in some],
        "name and village": [
            f"{each['head_name'][:1]} {street[:3]}" for each, street in zip(some, streets, strict=True)
        ],
    }


def measured(count: int = HOUSEHOLDS) -> list[dict[str, Any]]:
    """One row a work, as they are printed."""
    big = county(count)
    store, _ = big.open()
    ms = big.index_seconds * 1_000
    rows = [{"work": "build the index", "n": count, "median_ms": ms, "p95_ms": ms}]
    every = list(households(count))
    chosen = random.Random(1).sample(every, QUERIES)
    for name, typed in samples(chosen).items():
        rows.append(_row(f"first {SHOWN} by {name}", typed, lambda text: store.search(text, ["household"], SHOWN)))
        rows.append(_row(f"all ids by {name}", typed, lambda text: store.search_ids("household", text)))
    rows += _writing(store._file.db, every, count)
    store.close()
    return rows


def run() -> list[Figure]:
    """For the table of all benchmarks: the 95th percentile of all queries together, and of each sort."""
    rows = measured()
    asked = [row for row in rows if " by " in row["work"]]
    slowest = max(asked, key=lambda row: float(row["p95_ms"]))
    whole = Figure(
        f"search of {HOUSEHOLDS:,} households, the slowest sort of query",
        slowest["p95_ms"],
        limit=LIMIT,
        note=f"95th percentile, {slowest['work']}",
    )
    return [whole, *[Figure(f"search: {row['work']}", row["p95_ms"], note=_note(row)) for row in rows]]


def _row(work: str, typed: Sequence[Any], ask: Callable[[Any], object]) -> dict[str, Any]:
    times = [taken(partial(ask, text), 1)[0] for text in typed]
    return {"work": work, "n": len(times), "median_ms": median(times), "p95_ms": percentile(times, 0.95)}


def _writing(db: Connection, every: list[dict[str, str]], count: int) -> list[dict[str, Any]]:
    """What the index adds to a save: within the transaction, and with its commit."""
    db.execute("CREATE TABLE bare (id INTEGER PRIMARY KEY, words TEXT)")
    rows = [_row("one bare row with its commit", every[:400], partial(_bare, db))]
    chance = random.Random(2)
    some = chance.sample(range(count), 400)
    works: dict[str, list[tuple[int, dict[str, str] | None]]] = {
        "index a new household": [(count + row, every[row]) for row in some],
        "index an edited telephone": [(row + 1, {**every[row], "phone": f"139{row:08d}"}) for row in some],
        "take a household out": [(count + row, None) for row in some],
    }
    for work, changes in works.items():
        within, whole = [], []
        for row, fields in changes:
            start = time.perf_counter()
            with writing(db):
                within += taken(partial(search.index, db, HOUSEHOLD, row, record(row), fields), 1)
            whole.append((time.perf_counter() - start) * 1_000)
        for name, times in ((work, within), (f"{work}, with its commit", whole)):
            rows.append({"work": name, "n": len(times), "median_ms": median(times), "p95_ms": percentile(times, 0.95)})
    return rows


def _bare(db: Connection, fields: dict[str, str]) -> None:
    with writing(db):
        db.execute("INSERT INTO bare (words) VALUES (?)", (" ".join(map(str, fields.values())),))


def _note(row: dict[str, Any]) -> str:
    return f"p95 of {row['n']}, median {row['median_ms']:.2f} ms"


if __name__ == "__main__":
    for line in measured(int(sys.argv[1]) if len(sys.argv) > 1 else HOUSEHOLDS):
        print(json.dumps(line, ensure_ascii=False))

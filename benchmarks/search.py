"""Search as one types, over the households of two counties in an encrypted store.

``python -m benchmarks.search [COUNT]`` prints one JSON row a work: {work, n, median_ms, p95_ms}.
"""

import json
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.figures import Figure, median, percentile, taken
from gridworker.records import KINDS
from gridworker.storage import search
from gridworker.storage.connection import Connection, connect, prepare, writing
from gridworker.storage.pinyin import read_name

HOUSEHOLDS = 500_000
QUERIES = 60
"""Different ones of each sort; the slowest sorts have few to choose from and ask some twice."""
LIMIT = 50.0
"""Milliseconds at the 95th percentile (issue 2, section 9)."""
SHOWN = 50
HOUSEHOLD = KINDS["household"]

# The commonest surnames, about as frequent as they are in Zhejiang, and characters of given names.
SURNAMES = (
    "王王王王陈陈陈陈陈李李李张张张周周徐徐吴吴朱朱黄赵俞楼钱裘竺马郑何沈金孙胡林应单曾袁邢吕丁许姚过商尹魏董史杜潘蒋"
)
GIVEN = (
    "秀英建国伟芳娜敏静丽强磊军洋勇艳杰娟涛明超平刚桂文华玉梅红春兰云海山东小苗永根水法仁金银凤仙香菊珍琴林松柏祥福德才"
)
PLACES = "谷马砩石黄泽三界崇下王长乐甘霖仙岩金庭北漳竹溪雅璜里南通源贵门浦口"
ENDINGS = "村岙坑塘桥山湾溪坂坞"


def households(count: int) -> Iterator[dict[str, str]]:
    """Made-up households, the same at every run."""
    chance = random.Random(330_683)
    villages = [a + b + c for a in PLACES for b in PLACES[::3] for c in ENDINGS]
    for number in range(count):
        village = chance.choice(villages)
        yield {
            "head_name": chance.choice(SURNAMES) + "".join(chance.choices(GIVEN, k=chance.choice((1, 2, 2, 2)))),
            "address": f"嵊州市{village[:2]}镇{village}{chance.randrange(1, 400)}号",
            "phone": f"1{chance.choice((36, 37, 38, 39, 50, 57, 58, 86, 88))}{chance.randrange(10**8):08d}",
            "household_no": f"3306831{number % 20:02d}2{number % 90 + 10:02d}{number:06d}",
        }


def record(row: int) -> str:
    """An id as long as the real ones."""
    return f"01980000-0000-7000-8000-{row:012d}"


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


@contextmanager
def store(count: int) -> Iterator[tuple[Connection, float]]:
    """An encrypted store with so many households indexed, and how many seconds that took."""
    with tempfile.TemporaryDirectory(prefix="gw-bench-") as folder:
        db = connect(Path(folder) / "store.db", bytes(range(32)))
        prepare(db)
        search.create(db, KINDS.values())
        rows = [(row, record(row), fields) for row, fields in enumerate(households(count), 1)]
        start = time.perf_counter()
        for first in range(0, count, 20_000):
            with writing(db):
                search.index_many(db, HOUSEHOLD, rows[first : first + 20_000])
        while search.tidy(db, 2_000):
            pass
        yield db, time.perf_counter() - start
        db.close()


def measured(count: int) -> list[dict[str, Any]]:
    """One row a work, as they are printed."""
    with store(count) as (db, seconds):
        rows = [{"work": "build the index", "n": count, "median_ms": seconds * 1_000, "p95_ms": seconds * 1_000}]
        every = list(households(count))
        chosen = random.Random(1).sample(every, QUERIES)
        for name, typed in samples(chosen).items():
            rows.append(
                _row(f"first {SHOWN} by {name}", typed, lambda text: search.search(db, text, ["household"], SHOWN))
            )
            rows.append(_row(f"all ids by {name}", typed, lambda text: search.search_ids(db, "household", text)))
        return rows + _writing(db, every, count)


def run() -> list[Figure]:
    """For the table of all benchmarks: the 95th percentile of each sort of query."""
    return [
        Figure(f"search: {row['work']}", row["p95_ms"], limit=LIMIT if "by" in row["work"] else None, note=_note(row))
        for row in measured(HOUSEHOLDS)
    ]


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
        db.execute("INSERT INTO bare (words) VALUES (?)", (" ".join(fields.values()),))


def _note(row: dict[str, Any]) -> str:
    return f"p95 of {row['n']}, median {row['median_ms']:.2f} ms"


if __name__ == "__main__":
    for line in measured(int(sys.argv[1]) if len(sys.argv) > 1 else HOUSEHOLDS):
        print(json.dumps(line, ensure_ascii=False))

"""An encrypted store with half a million made-up households in a thousand grids: two counties on one desk."""

import atexit
import random
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

from gridworker.ledger import Ledger, Me
from gridworker.protocol.sync import BucketInfo, Page
from gridworker.records import KINDS
from gridworker.records.codes import HOUSEHOLD_TAGS
from gridworker.records.row import Row
from gridworker.storage import project, search, tables
from gridworker.storage.connection import connect, prepare, writing
from gridworker.storage.file import File
from gridworker.storage.store import Store

HOUSEHOLDS = 500_000
A_GRID = 500
"""Households in each grid, which is a bucket."""
KEY = bytes(range(32))
NOW = 1_795_312_800_000
"""2026-11-22 10:00 in China, ms UTC."""
HOUSEHOLD = KINDS["household"]
_AT_ONCE = 20_000

# The commonest surnames, about as frequent as they are in Zhejiang, and characters of given names.
SURNAMES = (
    "王王王王陈陈陈陈陈李李李张张张周周徐徐吴吴朱朱黄赵俞楼钱裘竺马郑何沈金孙胡林应单曾袁邢吕丁许姚过商尹魏董史杜潘蒋"
)
GIVEN = (
    "秀英建国伟芳娜敏静丽强磊军洋勇艳杰娟涛明超平刚桂文华玉梅红春兰云海山东小苗永根水法仁金银凤仙香菊珍琴林松柏祥福德才"
)
PLACES = "谷马砩石黄泽三界崇下王长乐甘霖仙岩金庭北漳竹溪雅璜里南通源贵门浦口"
ENDINGS = "村岙坑塘桥山湾溪坂坞"


def households(count: int) -> Iterator[dict[str, Any]]:
    """Made-up households, the same at every run."""
    chance = random.Random(330_683)
    villages = [a + b + c for a in PLACES for b in PLACES[::3] for c in ENDINGS]
    tags = list(HOUSEHOLD_TAGS)
    for number in range(count):
        village = chance.choice(villages)
        fields = {
            "head_name": chance.choice(SURNAMES) + "".join(chance.choices(GIVEN, k=chance.choice((1, 2, 2, 2)))),
            "address": f"嵊州市{village[:2]}镇{village}{chance.randrange(1, 400)}号",
            "phone": f"1{chance.choice((36, 37, 38, 39, 50, 57, 58, 86, 88))}{chance.randrange(10**8):08d}",
            "household_no": f"3306831{number % 20:02d}2{number % 90 + 10:02d}{number:06d}",
            "grid": record(number // A_GRID, "b"),
            "members": number % 6 + 1,
        }
        if number % 4 == 0:
            fields["tags"] = chance.sample(tags, 1 + number % 3)
        yield fields


def record(number: int, sort: str = "a") -> str:
    """An id as long as the real ones."""
    return f"01980000-0000-7000-{sort}000-{number:012d}"


@dataclass(frozen=True)
class County:
    """Where the store lies and what making it took."""

    path: Path
    count: int
    index_seconds: float
    """To index all of it at once."""

    def open(self) -> tuple[Store, Ledger]:
        """A connection for the thread that calls, and a supervisor's ledger over it."""
        store = Store.open(self.path, KEY)
        me = Me(record(1, "c"), "ducha", "督导", "supervisor", (), record(1, "d"))
        return store, Ledger(store, me, clock=lambda: NOW, new_id=lambda: record(2, "c"))


@cache
def county(count: int = HOUSEHOLDS) -> County:
    """The store of this run: made once, removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="gw-bench-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = folder / "store.db"
    _make(path, count)
    return County(path, count, _fill(path, count))


def _make(path: Path, count: int) -> None:
    store = Store.open(path, KEY)
    store._file.db.execute("PRAGMA synchronous = OFF")
    for number in range(count // A_GRID + 1):
        bucket = record(number, "e")
        store.add_bucket(BucketInfo(id=bucket, bucket_class="grid", region=record(number, "b")))
        store.receive(Page(bucket=bucket, to=1, more=False))
    store.close()


def _fill(path: Path, count: int) -> float:
    """Rows, tags and words, in the way of the quick first reading; the seconds that the words took."""
    db = connect(path, KEY)
    prepare(db)
    # Power may fail as it likes while a store is made up.
    db.execute("PRAGMA synchronous = OFF")
    file = File(path, db, tables.tables_of(KINDS))
    coming = enumerate(households(count), 1)
    seconds = 0.0
    while some := list(islice(coming, _AT_ONCE)):
        with writing(db):
            _put(file, some)
            start = time.perf_counter()
            search.index_many(db, HOUSEHOLD, [(row, record(row), fields) for row, fields in some])
            search.note_indexed(db, HOUSEHOLD.name, some[-1][0])
            seconds += time.perf_counter() - start
    start = time.perf_counter()
    while search.tidy(db, 2_000):
        pass
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    return seconds + time.perf_counter() - start


def _put(file: File, some: list[tuple[int, dict[str, Any]]]) -> None:
    table = file.tables["household"]
    lines = []
    for row_id, fields in some:
        row = Row("household", record(row_id), "", 1, record(row_id, "f"), fields, {"": [record(row_id, "f"), "", 0]})
        place = (row_id - 1) // A_GRID + 1
        lines.append((row_id, *table.line(row, place, row.ver, row.mark, project.ACCEPTED)))
    marks = ", ".join("?" * len(lines[0]))
    names = ", ".join(map(tables.quoted, ("_row", *tables.OWN, *table.fields)))
    file.db.executemany(f"INSERT INTO {table.name} ({names}) VALUES ({marks})", lines)
    for row_id, fields in some:
        if "tags" in fields:
            tables.put_children(file.db, table, row_id, fields)

"""A county's persons and visits loaded town by town, beside the same rows put raw into the same tables.

``python -m benchmarks.load_county 15`` loads all fifteen towns, 710,000 persons and 656,000 visits; ``make bench`` a
few grids of one.
"""

import hashlib
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

from benchmarks.county import GIVEN, KEY, NOW, SURNAMES, record
from benchmarks.diary_fields import diaries
from benchmarks.figures import Figure, table
from gridworker.protocol import SCHEMA
from gridworker.protocol.snapshot import blocks_of, head_of
from gridworker.protocol.sync import BucketInfo, Offer, Page, SnapshotHead
from gridworker.records import KINDS
from gridworker.records.row import SET_HASH_MODULUS, Row, row_digest
from gridworker.storage import search, tables
from gridworker.storage.connection import connect, prepare, writing
from gridworker.storage.file import File
from gridworker.storage.search_text import words_of
from gridworker.storage.store import Store

TOWNS, GRIDS = 15, 115
"""Of the county, and of each of its towns."""
PERSONS, VISITS, HOMES = 412, 381, 150
"""In each grid: 710,700 and 657,225 in the county."""
FEW = 8
"""Grids of one town, for a run of a minute."""
MOST_RATIO = 3.0
_PIECE = 64 * 1024
_AT_ONCE = 10_000
_QUIET_MS = 1_000
_LEVEL = 3


@dataclass
class _Took:
    """Seconds by the clock and of the processor."""

    wall: dict[str, float] = field(default_factory=dict)
    cpu: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def at(self, work: str) -> Iterator[None]:
        """Adds what happens meanwhile to ``work``."""
        wall, cpu = time.perf_counter(), time.process_time()
        yield
        self.wall[work] = self.wall.get(work, 0.0) + time.perf_counter() - wall
        self.cpu[work] = self.cpu.get(work, 0.0) + time.process_time() - cpu


def run(towns: int = 1, grids: int = FEW) -> list[Figure]:
    """``towns`` with ``grids`` each."""
    folder = Path(tempfile.mkdtemp(prefix="gw-bench-"))
    took = _Took()
    try:
        rows, size = _load(folder, towns, grids, took)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    seen, indexed, raw = (took.wall[work] for work in ("laid", "indexed", "raw"))
    cpu = (took.cpu["laid"] + took.cpu["indexed"]) / took.cpu["raw"]
    work = f"{rows:,} persons and visits of {towns} towns with {grids} grids"
    told = f"{size / rows:.0f} bytes of store a row; of the processor alone {cpu:.2f}"
    whole = Figure(f"{work}, loaded and indexed", (seen + indexed) * 1000, beside="raw", base=raw * 1000, note=told)
    return [
        Figure(**{**vars(whole), "most_ratio": MOST_RATIO}),
        Figure("the same until they are shown and found by reading", seen * 1000, beside="raw", base=raw * 1000),
        Figure("the same: words in quiet moments", indexed * 1000, beside="raw", base=raw * 1000),
    ]


def _load(folder: Path, towns: int, grids: int, took: _Took) -> tuple[int, int]:
    store = Store.open(folder / "store.db", KEY)
    plain = _empty(folder)
    done = {kind: 0 for kind in ("person", "visit")}
    _know(store, towns, grids)
    for town in range(towns):
        store.want_towns([record(each, "d") for each in range(town + 1)])
        store.arrange()
        for number in range(town * grids, (town + 1) * grids):
            offer, body = _snapshot(number)
            with took.at("laid"):
                _lay(store, offer, body)
        with took.at("indexed"):
            while store.index_backlog(_QUIET_MS) or store.tidy():
                pass
        for kind, last in done.items():
            done[kind] = _put_raw(store._file, plain, kind, last, took)
    assert store.count("person") == towns * grids * PERSONS
    assert store.count("visit") == towns * grids * VISITS
    assert store.search(str(next(diaries(1))["text"])[:4])
    size = store.path.stat().st_size
    store.close()
    plain.close()
    return sum(done.values()), size


def _know(store: Store, towns: int, grids: int) -> None:
    """The county's regions are here, and every grid's bucket is known and not wanted yet."""
    reference = record(0, "e")
    store.add_bucket(BucketInfo(id=reference, bucket_class="reference", region=record(0, "c")))
    regions = [_row("region", record(town, "d"), {"name": f"第{town}镇", "level": "town"}) for town in range(towns)]
    regions += [
        _row(
            "region",
            _grid(number),
            {"name": f"第{number}网格", "level": "grid", "parent": record(number // grids, "d")},
        )
        for number in range(towns * grids)
    ]
    store.receive(Page(bucket=reference, to=1, more=False, rows=[row.to_wire() for row in regions]))
    for number in range(towns * grids):
        rows = PERSONS + VISITS
        bucket = BucketInfo(id=_bucket(number), bucket_class="grid", region=_grid(number), rows=rows, bytes=rows * 60)
        store.add_bucket(bucket)


def _snapshot(number: int) -> tuple[Offer, bytes]:
    """What the centre has of a grid."""
    rows = list(_rows(number))
    total = sum(row_digest(row.kind, row.id, row.ver, row.mark) for row in rows) % SET_HASH_MODULUS
    told: dict[str, Any] = {"bucket": _bucket(number), "seq": len(rows), "rows": len(rows)}
    head = SnapshotHead(**told, hash=f"{total:032x}", schema_version=SCHEMA)
    body = head_of(head) + b"".join(blocks_of((row.to_wire() for row in rows), _LEVEL))
    return Offer(**told, sha=hashlib.sha256(body).hexdigest(), bytes=len(body)), body


def _lay(store: Store, offer: Offer, body: bytes) -> None:
    """As the engine does it."""
    assert store.offered(offer)
    for start in range(0, len(body), _PIECE):
        store.keep_piece(offer.bucket, start, body[start : start + _PIECE])
    while not (received := store.lay_snapshot(offer.bucket)).complete:
        pass
    assert received.hash_ok


def _rows(number: int) -> Iterator[Row]:
    for person in range(PERSONS):
        yield _row("person", record(number * PERSONS + person, "8"), _person(number, person))
    for place, fields in enumerate(diaries(VISITS, number * VISITS)):
        home = _home(number, place % HOMES)
        subjects = {"s": {"kind": "household", "record": home, "name": fields["met_whom"]}}
        visit = {
            **fields,
            "grid": _grid(number),
            "visitor": record(number, "b"),
            "household": home,
            "subjects": subjects,
        }
        yield _row("visit", record(number * VISITS + place, "9"), visit)


def _row(kind: str, name: str, fields: dict[str, Any]) -> Row:
    change = f"{name[:19]}{'7' if name[19] == '8' else '6'}{name[20:]}"
    stamp = [change, record(1, "b"), NOW << 16]
    return Row(kind, name, "", 1, change, fields, {"": stamp})


def _person(grid: int, number: int) -> dict[str, Any]:
    chance = Random(f"{grid}/{number}")
    born = f"{chance.randrange(1940, 2020)}-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}"
    return {
        "name": chance.choice(SURNAMES) + "".join(chance.choices(GIVEN, k=chance.choice((1, 2, 2)))),
        "household": _home(grid, number % HOMES),
        "grid": _grid(grid),
        "relation": chance.choice(("01", "10", "20", "30")),
        "id_number": f"330683{born.replace('-', '')}{chance.randrange(1000):03}X",
        "sex": chance.choice("12"),
        "birth_date": born,
        "phone": f"138{chance.randrange(10**8):08}",
        "population": "registered",
        "registered_address": f"嵊州市谷来镇第{grid}网格{number % HOMES}号",
    }


def _grid(number: int) -> str:
    return record(number, "a")


def _bucket(number: int) -> str:
    return record(number + 1, "e")


def _home(grid: int, number: int) -> str:
    return record(grid * HOMES + number, "f")


def _empty(folder: Path) -> Any:
    """The same tables, indexes and search tables, and nothing around them."""
    db = connect(folder / "raw.db", KEY)
    prepare(db)
    with writing(db):
        for each in tables.tables_of({kind: KINDS[kind] for kind in ("person", "visit")}).values():
            db.execute("CREATE TABLE IF NOT EXISTS search_kind (kind TEXT PRIMARY KEY, shape TEXT, upto INTEGER)")
            for statement in each.statements():
                db.execute(statement)
        search.create(db, [KINDS["person"], KINDS["visit"]])
    return db


def _put_raw(full: File, plain: Any, kind: str, last: int, took: _Took) -> int:
    """The rows of a kind behind the last one, with all that lies beside them; the last one now."""
    each = full.tables[kind]
    asked = f'SELECT * FROM "{kind}" WHERE _row > ? ORDER BY _row'
    coming = full.db.execute(asked, (last,))
    while lines := list(islice(coming, _AT_ONCE)):
        first, last = lines[0][0], lines[-1][0]
        there = {f'"{kind}"': lines}
        for name in each.beside:
            child = f"SELECT * FROM {each.child(name)} WHERE _row BETWEEN ? AND ?"
            there[each.child(name)] = full.db.execute(child, (first, last)).fetchall()
        docs = full.db.execute(f'SELECT * FROM "search_{kind}_doc" WHERE row BETWEEN ? AND ?', (first, last)).fetchall()
        there[f'"search_{kind}_doc"'] = docs
        words = [(doc[0], " ".join(words_of(search._parts(doc[3])))) for doc in docs]
        with took.at("raw"), writing(plain):
            for name, rows in there.items():
                _put(plain, f"INSERT INTO {name} VALUES", rows)
            _put(plain, f'INSERT INTO "search_{kind}" (rowid, words) VALUES', words)
    return last


def _put(db: Any, into: str, rows: Sequence[Sequence[Any]]) -> None:
    if rows:
        db.executemany(f"{into} ({', '.join('?' * len(rows[0]))})", rows)


if __name__ == "__main__":
    asked = [int(each) for each in sys.argv[1:]]
    print(table(run(*(asked or [1]), *([] if len(asked) > 1 else [GRIDS]))))

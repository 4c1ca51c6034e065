"""A visit saved by a grid worker, beside the least that can be done: one encrypted row, one commit."""

import os
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

import orjson

from benchmarks import district
from benchmarks.figures import Figure, median, percentile, taken
from gridworker.storage.connection import Connection, connect, writing

SAVES = 500
FIRST = 50
"""Not counted: nobody's first fifty saves come one after the other in a process that has just begun."""
MOST_MS = 5.0
MOST_RATIO = 4.0


def run() -> list[Figure]:
    """Saves and bare commits by turns, in one folder, so that whatever the disk does meets both."""
    with tempfile.TemporaryDirectory(prefix="gw-bench-") as folder:
        store, ledger = district.desk(Path(folder))
        diaries = [fields for fields in _diaries() if fields["met"]][: FIRST + SAVES]
        bare = _bare_file(Path(folder) / "bare.db")
        size = round(median([len(orjson.dumps(fields)) for fields in diaries]))
        ours, raw = [], []
        for fields in diaries:
            raw += taken(partial(_commit, bare, os.urandom(size)), 1)
            ours += taken(partial(ledger.save_visit, fields), 1)
        bare.close()
        store.close()
    return _figures(ours[FIRST:], raw[FIRST:], size)


def _figures(ours: list[float], raw: list[float], size: int) -> list[Figure]:
    told = f"{len(ours)} saves, {size} bytes a row"
    return [
        Figure(
            "save of a visit, median",
            median(ours),
            beside="raw commit",
            base=median(raw),
            most_ratio=MOST_RATIO,
            note=told,
        ),
        Figure(
            "save of a visit, 99th percentile",
            percentile(ours, 0.99),
            beside="raw commit",
            base=percentile(raw, 0.99),
            limit=MOST_MS,
        ),
    ]


def _diaries() -> list[dict[str, Any]]:
    """What is filled in after a visit: the household, who was met, the words; the rest follows from it."""
    wanted = ("household", "mode", "met", "met_whom", "purposes", "text", "situation", "visited_at", "ended_at")
    visits = [each.fields for each in district.made_up().records() if each.kind == "visit"]
    return [{name: visit[name] for name in wanted if visit.get(name) is not None} for visit in visits]


def _bare_file(path: Path) -> Connection:
    bare = connect(path, district.KEY)
    bare.execute("PRAGMA journal_mode = WAL")
    bare.execute("PRAGMA synchronous = FULL")
    bare.execute("CREATE TABLE bare (id INTEGER PRIMARY KEY, body BLOB)")
    return bare


def _commit(bare: Connection, body: bytes) -> None:
    with writing(bare):
        bare.execute("INSERT INTO bare (body) VALUES (?)", (body,))

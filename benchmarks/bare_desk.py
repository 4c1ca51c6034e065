"""The least that a desk could do: raw SQLite with an outbox, and the bare centre's process at the end of the line."""

import http.client
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import orjson
import zstandard

from benchmarks.county import record
from benchmarks.diary_fields import diaries
from gridserver.storage.embedded import Cluster, programs

COLUMNS = (
    *("id", "grid", "visitor", "follow_up", "visited_at", "month", "mode", "met", "met_whom", "nature", "purposes"),
    *("text", "place", "state", "updated_at"),
)
BATCH = 2_000
_READY_S = 60
_NAMES = ", ".join(COLUMNS)
_MARKS = ", ".join("?" * len(COLUMNS))
_SETS = ", ".join(f"{name} = excluded.{name}" for name in COLUMNS if name != "id")


def rows(count: int, start: int = 0) -> list[list[Any]]:
    """The same diaries as a real desk writes, as rows."""
    found = []
    for number, fields in enumerate(diaries(count, start), start):
        said = {**fields, "id": record(number), "grid": record(1, "c"), "visitor": record(2, "c")}
        said |= {"purposes": ",".join(fields["purposes"]), "met": str(fields["met"]), "updated_at": str(number)}
        said["visited_at"] = str(fields["visited_at"])
        found.append([said[name] for name in COLUMNS])
    return found


class BareCentre:
    """``bare_app`` behind uvicorn, on a PostgreSQL of the embedded kind with its ordinary settings."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="gw-bare-"))
        self._cluster = Cluster(self._folder / "postgres", programs=programs())
        url = self._cluster.start()
        with socket.socket() as door:
            door.bind(("127.0.0.1", 0))
            self.port = door.getsockname()[1]
        how = [
            "--port",
            str(self.port),
            "--loop",
            "uvloop",
            "--http",
            "httptools",
            "--no-access-log",
            "--timeout-keep-alive",
            "600",
        ]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "uvicorn", "benchmarks.bare_app:app", *how, "--log-level", "error"],
            env={**os.environ, "GRIDWORKER_DATABASE": url},
            cwd=Path(__file__).parents[1],
        )
        self._wait()

    def __enter__(self) -> "BareCentre":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop both and leave nothing behind; once is enough."""
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait()
            self._cluster.stop()
            shutil.rmtree(self._folder, ignore_errors=True)

    def desk(self, name: str, port: int = 0) -> "BareDesk":
        """A new, empty store. ``port``: of a relay."""
        return BareDesk(self._folder / f"{name}.db", port or self.port)

    def _wait(self) -> None:
        until = time.monotonic() + _READY_S
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 0.5).close()
                return
            except OSError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.05)


class BareDesk:
    """A table, an outbox, a cursor."""

    def __init__(self, path: Path, port: int) -> None:
        self.db = sqlite3.connect(path, isolation_level=None)
        for statement in (
            "PRAGMA journal_mode = WAL",
            "PRAGMA synchronous = FULL",
            f"CREATE TABLE IF NOT EXISTS diary (id TEXT PRIMARY KEY, {_NAMES.removeprefix('id, ')})",
            "CREATE TABLE IF NOT EXISTS outbox (line INTEGER PRIMARY KEY)",
            "CREATE TABLE IF NOT EXISTS cursor (one INTEGER PRIMARY KEY, seq INTEGER)",
        ):
            self.db.execute(statement)
        self._line = http.client.HTTPConnection("127.0.0.1", port)
        self._line.connect()

    def keep(self, lines: Sequence[Sequence[Any]]) -> None:
        """New or edited rows, to be handed in."""
        self.db.execute("BEGIN")
        self.db.executemany(
            f"INSERT INTO diary ({_NAMES}) VALUES ({_MARKS}) ON CONFLICT (id) DO UPDATE SET {_SETS}", lines
        )
        ids = [(line[0],) for line in lines]
        self.db.executemany("INSERT OR IGNORE INTO outbox SELECT rowid FROM diary WHERE id = ?", ids)
        self.db.execute("COMMIT")

    def push(self, batch: int = BATCH) -> int:
        """Hands in what waits; how many rows."""
        packer, done = zstandard.ZstdCompressor(level=1), 0
        while waiting := self.db.execute("SELECT line FROM outbox ORDER BY line LIMIT ?", (batch,)).fetchall():
            last = waiting[-1][0]
            lines = self.db.execute(
                f"SELECT {_NAMES} FROM diary WHERE rowid IN (SELECT line FROM outbox WHERE line <= ?)", (last,)
            ).fetchall()
            self._ask("POST", "/push", packer.compress(orjson.dumps(lines)))
            self.db.execute("DELETE FROM outbox WHERE line <= ?", (last,))
            done += len(lines)
        return done

    def pull(self, batch: int = BATCH) -> int:
        """Fetches what is new; how many rows."""
        done = 0
        while True:
            since = (self.db.execute("SELECT seq FROM cursor").fetchone() or [0])[0]
            answer = self._ask("GET", f"/pull/{since}/{batch}")
            seq, lines = orjson.loads(zstandard.ZstdDecompressor().decompress(answer))
            if lines:
                self.db.execute("BEGIN")
                put = f"INSERT OR REPLACE INTO diary ({_NAMES}) VALUES ({_MARKS})"
                self.db.executemany(put, [line[:-1] for line in lines])
                self.db.execute("INSERT OR REPLACE INTO cursor VALUES (1, ?)", (seq,))
                self.db.execute("COMMIT")
            done += len(lines)
            if len(lines) < batch:
                return done

    def _ask(self, verb: str, path: str, body: bytes | None = None) -> bytes:
        self._line.request(verb, path, body)
        answer = self._line.getresponse()
        said = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status}")
        return said

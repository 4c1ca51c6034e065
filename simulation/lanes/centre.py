"""The real centre without sockets: the ASGI application on a real PostgreSQL that can be stopped in the middle."""

import asyncio
import itertools
import os
import secrets
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

import anyio.from_thread
import psycopg
from fastapi import FastAPI

from gridserver import keys
from gridserver.app import create_app
from gridserver.beginning import prepare
from gridserver.doors import Ground
from gridserver.settings import PasswordCost
from gridserver.storage import devices, embedded
from gridserver.storage.embedded import DATABASE, Cluster
from gridserver.storage.engine import Engine, connect, transaction
from gridserver.storage.people import token_hash
from gridserver.storage.refuge import NAME
from simulation import founding
from simulation.district import MORNING, PEOPLE, name_of

POOL = 8
"""Connections for all lanes: some have to wait."""
LANES = 10
_EVER = 1 << 62


class Answer(NamedTuple):
    """What the application said."""

    status: int
    body: bytes


class Postgres:
    """A cluster with a founded county to copy from. ``programs``: whose; None: the embedded ones."""

    def __init__(self, programs: Path | None = None, system_user: str = NAME) -> None:
        memory = Path("/dev/shm")
        roomy = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 1 << 30
        self.folder = Path(tempfile.mkdtemp(prefix="gwl-", dir=memory if roomy else None))
        self.folder.chmod(0o711)
        self.cluster = Cluster(
            self.folder / "postgres", programs=programs or embedded.programs(), system_user=system_user
        )
        self._numbers = itertools.count(1)
        self.keys = keys.make()
        try:
            self.url = self.cluster.start()
            self._found()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Nothing is left."""
        self.cluster.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    @contextmanager
    def database(self) -> Iterator[str]:
        """The address of a new county, until the end of the block."""
        name = f"h{next(self._numbers)}"
        with psycopg.connect(self._address("postgres"), autocommit=True) as line:
            line.execute(f"CREATE DATABASE {name} TEMPLATE {DATABASE}")
        try:
            yield self._address(name)
        finally:
            with psycopg.connect(self._address("postgres"), autocommit=True) as line:
                line.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def fall(self) -> None:
        """``pg_ctl stop -m immediate``, and a start that has to mend what that left."""
        first = int((self.cluster.folder / "cluster" / "postmaster.pid").read_text().split("\n")[0])
        os.kill(first, signal.SIGQUIT)
        while self.cluster.is_running():
            time.sleep(0.005)
        self.cluster.revive()

    def end_backends(self, database: str, chance: float) -> int:
        """``pg_terminate_backend`` for each connection with this chance; how many."""
        name = database.partition("?")[0].rpartition("/")[2]
        with suppress(psycopg.OperationalError), psycopg.connect(self._address("postgres"), autocommit=True) as line:
            found = line.execute(
                "SELECT count(*) FILTER (WHERE pg_terminate_backend(pid)) FROM pg_stat_activity"
                " WHERE datname = %s AND random() < %s",
                (name, chance),
            ).fetchone()
            return int(found[0]) if found is not None else 0
        return 0

    def _address(self, name: str) -> str:
        return self.url.replace(f"/{DATABASE}?", f"/{name}?")

    def _found(self) -> None:
        engine = connect(self.url, pool=1)
        prepare(engine, self.keys)
        with transaction(engine) as conn:
            founding.found(conn, MORNING)
            for number in range(LANES + len(PEOPLE)):
                person, device = PEOPLE[number % len(PEOPLE)], device_of(number)
                key = bytes(30) + number.to_bytes(2, "big")
                devices.add_device(conn, device=device, account=person.id, machine="", label="", key=key, now=MORNING)
                devices.keep_tokens(
                    conn,
                    device,
                    access=token_hash(device),
                    until=_EVER,
                    refresh=token_hash(f"refresh {device}"),
                    before=None,
                    now=MORNING,
                )
        engine.dispose()


def device_of(number: int) -> str:
    """The desk of the person of this number; those after ``LANES`` are new machines. It is its own token."""
    return name_of(0xD0, number)


class Application:
    """The application on one database; ``now`` is its time."""

    def __init__(self, postgres: Postgres, url: str, portal: anyio.from_thread.BlockingPortal) -> None:
        self._portal = portal
        self.now = MORNING
        self.engine: Engine = connect(url, pool=POOL, wait=3.0)
        self._own_ids = itertools.count(1)
        ground = Ground(
            engine=self.engine,
            keys=postgres.keys,
            clock=lambda: self.now,
            new_id=self.new_id,
            chance=secrets.token_bytes,
            password_cost=PasswordCost(time=1, memory_kib=64, lanes=1),
        )
        self._app: FastAPI = create_app(ground)

    def new_id(self) -> str:
        """An id that no desk gives."""
        return name_of(0xC1, next(self._own_ids))

    def close(self) -> None:
        """Lets go of the database."""
        self.engine.dispose()

    def ask(self, device: str, path: str, body: bytes, *, zstd: bool) -> Answer:
        """One request, from any thread. Raises what the application raises: nobody foresaw it."""
        return self._portal.call(self._served, device, path, body, zstd)

    async def _served(self, device: str, path: str, body: bytes, zstd: bool) -> Answer:
        headers = [(b"authorization", f"Bearer {device}".encode()), (b"content-type", b"application/json")]
        headers += [(b"content-encoding", b"zstd")] if zstd else []
        scope = {
            **{"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "https"},
            **{"path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "", "headers": headers},
            **{"client": ("127.0.0.1", 50000), "server": ("centre.test", 443), "state": {}},
        }
        came = [{"type": "http.request", "body": body, "more_body": False}]
        status, pieces = 0, []

        async def receive() -> dict[str, Any]:
            if not came:
                await asyncio.sleep(3600)  # nothing more comes until the answer is there
            return came.pop()

        async def send(message: Any) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            else:
                pieces.append(message.get("body", b""))

        await self._app(scope, receive, send)
        return Answer(status, b"".join(pieces))

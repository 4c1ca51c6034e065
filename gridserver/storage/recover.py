"""A scratch server that rises from a base copy and the log since: to the end of the log, or to a moment."""

import os
import shutil
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, cast
from urllib.parse import quote

import psycopg

from gridserver.errors import CommandFailed
from gridserver.storage.embedded import Cluster, complaint
from gridserver.storage.engine import connect, text, transaction

CARELESS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}
"""Settings of what is thrown away afterwards."""

_PATIENCE = 6 * 3600.0
_TRUST = "local all all trust\n"
"""The folder is closed to everybody else, and there is no other way in."""
_OF_THE_LIVING = (".s.PGSQL.", "postmaster.", "postgres.log")
"""What belongs to the server that was copied while it ran."""
_NOT_REACHED = "recovery ended before configured recovery target was reached"


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of the log."""

    start: int
    read: Any
    """Gives its bytes."""


@dataclass(frozen=True, slots=True)
class Source:
    """What it rises from."""

    tar: Iterable[bytes]
    log: Sequence[Piece]
    """In order, without gaps, from the beginning of a segment on."""
    segment: int
    timeline: int
    user: str
    database: str


class _Risen(Cluster):
    """A cluster that was put together from a copy; whoever may enter its folder may use it."""

    def __init__(self, folder: Path, programs: Path, source: Source, to: int | None) -> None:
        settings = {**CARELESS, "hot_standby": "off", "archive_mode": "off", "restore_command": "exit 1"}
        if to is not None:
            moment = datetime.fromtimestamp(to / 1000, UTC)
            settings |= {"recovery_target_time": f"{moment:%Y-%m-%d %H:%M:%S.%f}+00"}
            settings |= {"recovery_target_action": "promote"}
        super().__init__(folder, programs=programs, settings=settings, patience=_PATIENCE)
        self._source = source

    def _ready(self) -> str:
        """Waits until all of the log has been read, which pg_ctl does not."""
        url, until = self._address(), time.monotonic() + _PATIENCE
        while time.monotonic() < until:
            try:
                with psycopg.connect(url) as line:
                    if line.execute("SELECT NOT pg_is_in_recovery()").fetchone() == (True,):
                        return url
            except psycopg.OperationalError:
                if not self._runs():
                    why = complaint(self._pgdata / "postgres.log", 0)
                    raise CommandFailed(f"the copy does not start: {why}") from None
            time.sleep(0.05)
        raise CommandFailed("the copy does not come to the end of its log")

    def _address(self) -> str:
        host = quote(str(self._facts()[4]), safe="")
        user, database = (quote(each, safe="") for each in (self._source.user, self._source.database))
        return f"postgresql://{user}@/{database}?host={host}&port={self._facts()[3]}"


@contextmanager
def risen(source: Source, programs: Path, to: int | None = None) -> Iterator[str]:
    """The address of the risen server, until the end of the block. ``to``: ms UTC. Raises ``CommandFailed``."""
    if sys.platform == "win32":
        raise CommandFailed("an archive is recovered on Linux or macOS only")
    folder = Path(tempfile.mkdtemp(prefix="gw-rise-"))
    try:
        data = folder / "postgres" / "cluster"
        _unpack(source, data)
        cluster = _Risen(folder / "postgres", programs, source, to)
        try:
            try:
                url = cluster.start()
            except CommandFailed as failed:
                if to is None or _NOT_REACHED not in str(failed):
                    raise
                # Nothing was committed after that moment: the end of the log is it.
                (data / "recovery.signal").touch()
                cluster = _Risen(folder / "postgres", programs, source, None)
                url = cluster.start()
            yield url
        finally:
            cluster.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def scratch(programs: Path) -> Iterator[str]:
    """A PostgreSQL that nobody else knows, with an empty database, until the end of the block."""
    folder = Path(tempfile.mkdtemp(prefix="gw-drill-"))
    cluster = Cluster(folder / "postgres", programs=programs, settings=CARELESS)
    try:
        yield cluster.start()
    finally:
        cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)


def last_change(url: str) -> int:
    """When the last change came in that a risen server knows, ms UTC."""
    engine = connect(url, pool=1)
    try:
        with transaction(engine) as conn:
            return int(conn.scalar(text("SELECT coalesce(max(at), 0) FROM change")) or 0)
    finally:
        engine.dispose()


def _unpack(source: Source, data: Path) -> None:
    data.mkdir(parents=True, mode=0o700)
    stream = _Stream(source.tar)
    try:
        with tarfile.open(fileobj=cast(IO[bytes], stream), mode="r|") as tar:
            for member in tar:
                _lay_down(tar, member, data)
    except tarfile.TarError:
        raise CommandFailed("the base copy is damaged") from None
    stream.drain()  # a copy that is cut short is told so
    _write_log(source, data / "pg_wal")
    (data / "recovery.signal").touch()
    (data / "postgresql.conf").write_text("include 'gridworker.conf'\n")
    (data / "postgresql.auto.conf").write_text("")
    (data / "pg_hba.conf").write_text(_TRUST)
    (data / "pg_ident.conf").write_text("")
    for path in (data, *data.rglob("*")):
        path.chmod(0o700 if path.is_dir() else 0o600)


def _lay_down(tar: tarfile.TarFile, member: tarfile.TarInfo, data: Path) -> None:
    """One file or folder of the copy; nothing leads out of it."""
    path = data / member.name
    if path.name.startswith(_OF_THE_LIVING):
        return
    if ".." in path.parts or Path(member.name).is_absolute():
        raise CommandFailed("the base copy is none")
    if member.isdir():
        path.mkdir(parents=True, exist_ok=True)
    elif member.isfile() and (content := tar.extractfile(member)) is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(path, "wb") as file:
            shutil.copyfileobj(content, file, 1 << 20)


def _write_log(source: Source, folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    size, many = source.segment, (1 << 32) // source.segment
    for piece in source.log:
        number = piece.start // size
        path = folder / f"{source.timeline:08X}{number // many:08X}{number % many:08X}"
        with open(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as file:
            file.seek(piece.start % size)
            file.write(piece.read())
            file.truncate(size)  # what was not written yet reads as nothing


class _Stream:
    """Pieces as a file that is read once."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self._rest = b""

    def read(self, size: int) -> bytes:
        """So many bytes, fewer at the end."""
        parts, missing = [], size
        while missing:
            if not self._rest:
                self._rest = next(self._pieces, b"")
                if not self._rest:
                    break
            taken, self._rest = self._rest[:missing], self._rest[missing:]
            parts.append(taken)
            missing -= len(taken)
        return b"".join(parts)

    def drain(self) -> None:
        """Reads what is left, so that its end is seen."""
        for _ in self._pieces:
            pass

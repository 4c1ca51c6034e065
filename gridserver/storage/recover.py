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
from pathlib import Path, PurePosixPath
from typing import IO, Any, NamedTuple, cast
from urllib.parse import quote

import psycopg

from gridserver.errors import CommandFailed
from gridserver.storage.embedded import Cluster, complaint
from gridserver.storage.engine import connect, text, transaction

CARELESS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}
"""Settings of what is thrown away afterwards."""

_NOTHING = "exit 1"
"""A command that brings no more log, in sh and in cmd alike: all that there is lies in pg_wal already."""
_PATIENCE = 6 * 3600.0
_SHORT = 40
"""So long may the path of a temporary folder be: a socket in the cluster below it has little more than twice that."""
_MAP = "ours"
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


class Entrance(NamedTuple):
    """By which a server lets in whoever started it, and nobody else: what stands in its two files."""

    hba: str
    ident: str


def entrance(platform: str, user: str, account: str) -> Entrance:
    """Where there are Unix sockets, the folder is closed to everybody else, and there is no other way in. Windows
    takes loopback, where it says itself who knocks (SSPI): ``account`` (name@DOMAIN) alone, as ``user``.
    """
    if platform != "win32":
        return Entrance("local all all trust\n", "")
    hba = f"host all all 127.0.0.1/32 sspi include_realm=1 map={_MAP}\n"
    return Entrance(hba, f"{_MAP} {_name(account)} {_name(user)}\n")


def ground(platform: str, usual: str) -> str | None:
    """Under which folder a server may rise; None: the usual one. A socket's path must be short, and macOS keeps its
    temporary files deep."""
    return "/tmp" if platform != "win32" and len(usual) > _SHORT else None


class _Risen(Cluster):
    """A cluster that was put together from a copy; whoever may enter its folder may use it."""

    def __init__(self, folder: Path, programs: Path, source: Source, to: int | None) -> None:
        settings = {**CARELESS, "hot_standby": "off", "archive_mode": "off", "restore_command": _NOTHING}
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
        facts = self._facts()
        host = quote(facts[4] or facts[5], safe="")
        user, database = (quote(each, safe="") for each in (self._source.user, self._source.database))
        return f"postgresql://{user}@/{database}?host={host}&port={facts[3]}"


@contextmanager
def risen(source: Source, programs: Path, to: int | None = None) -> Iterator[str]:
    """The address of the risen server, until the end of the block. ``to``: ms UTC. Raises ``CommandFailed``."""
    folder = Path(tempfile.mkdtemp(prefix="gw-rise-", dir=ground(sys.platform, tempfile.gettempdir())))
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
    doors = entrance(sys.platform, source.user, _account())
    (data / "pg_hba.conf").write_text(doors.hba)
    (data / "pg_ident.conf").write_text(doors.ident, "utf-8")
    for path in (data, *data.rglob("*")):
        path.chmod(0o700 if path.is_dir() else 0o600)


def _lay_down(tar: tarfile.TarFile, member: tarfile.TarInfo, data: Path) -> None:
    """One file or folder of the copy; nothing leads out of it."""
    path = place_of(member.name, data)
    if path.name.startswith(_OF_THE_LIVING):
        return
    if member.isdir():
        path.mkdir(parents=True, exist_ok=True)
    elif member.isfile() and (content := tar.extractfile(member)) is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(path, "wb") as file:
            shutil.copyfileobj(content, file, 1 << 20)


def place_of(name: str, data: Path) -> Path:
    """Where a member of a tar belongs, on whatever system it was packed and is unpacked. Raises ``CommandFailed``."""
    parts = PurePosixPath(name).parts
    if any(part in ("/", "..") or ":" in part or "\\" in part for part in parts):
        raise CommandFailed("the base copy is none")
    return data.joinpath(*parts)


if sys.platform == "win32":

    def _account() -> str:
        """Who we are to Windows, name@DOMAIN."""
        import ctypes

        sam_compatible, size = 2, ctypes.c_ulong(0)
        ask = ctypes.windll.secur32.GetUserNameExW
        ask(sam_compatible, None, ctypes.byref(size))
        found = ctypes.create_unicode_buffer(size.value)
        if not ask(sam_compatible, found, ctypes.byref(size)):
            raise CommandFailed("Windows does not say under which account this runs")
        domain, _, name = found.value.partition("\\")
        return f"{name}@{domain}"
else:

    def _account() -> str:
        """Nobody asks."""
        return ""


def _name(text: str) -> str:
    """A name as PostgreSQL's files have it, whatever signs are in it."""
    return '"' + text.replace('"', '""') + '"'


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

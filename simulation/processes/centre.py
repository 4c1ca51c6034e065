"""A centre as an administrator starts it, in processes of its own, each of which may be killed."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from gridserver.storage import embedded
from gridserver.storage.embedded import Cluster
from gridserver.storage.engine import Connection, connect, snapshot
from simulation.oracle import Violation

TREE = Path(__file__).parents[2]
_PATIENCE = 90.0


class CentreAtWork:
    """``main.py serve`` on a data folder."""

    def __init__(self, data: Path, tls: Sequence[Path], command: Sequence[str] = ()) -> None:
        self._data = data
        self._log = data.parent / "centre.log"
        certificate, key = tls
        words = command or (sys.executable, str(TREE / "main.py"))
        self._command = [*words, "serve", "--data", str(data), "--port", "0"]
        self._command += ["--tls-cert", str(certificate), "--tls-key", str(key)]
        self._process: subprocess.Popen[bytes] | None = None
        self._said = b""
        self.address = ""
        self.gave_up = 0

    def begin(self) -> None:
        """Starts it, and does not wait."""
        self._said, self.address = b"", ""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command, cwd=TREE, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log
            )
        assert self._process.stdout is not None
        os.set_blocking(self._process.stdout.fileno(), False)

    @property
    def is_ready(self) -> bool:
        """Whether it has said that it serves. One that has given up is started again."""
        assert self._process is not None
        assert self._process.stdout is not None
        if not self.address:
            self._said += self._process.stdout.read() or b""
            if b"\n" in self._said:
                self.address = self._said.decode().split()[-1]
        if self._process.poll() is not None:
            self._begin_again()
        return bool(self.address)

    def _begin_again(self) -> None:
        """As a service manager does with a program that gave up, and said why."""
        words = self.last_words()
        if "Traceback" in words:
            raise Violation("R", f"the centre ended by itself: {words}")
        self.gave_up += 1
        self._end(signal.SIGKILL)
        self.begin()

    def wait(self) -> None:
        """Until it serves."""
        until = time.monotonic() + _PATIENCE
        while not self.is_ready:
            if time.monotonic() > until:
                raise Violation("R", f"the centre does not begin: {self.last_words()}")
            time.sleep(0.02)

    def kill(self) -> None:
        """The program of the centre; its PostgreSQL goes on, as an orphan."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """As an administrator stops it."""
        self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(_PATIENCE)
            assert self._process.stdout is not None
            self._process.stdout.close()
            self._process = None
        self.address = ""

    def postmaster(self) -> int:
        """The number of PostgreSQL's first process; 0 when there is none."""
        with suppress(OSError, ValueError):
            pid = int((self._data / "postgres/cluster/postmaster.pid").read_text().split("\n")[0])
            if b"postgres" in Path(f"/proc/{pid}/cmdline").read_bytes():
                return pid
        return 0

    def backends(self) -> list[int]:
        """The processes of PostgreSQL that serve somebody."""
        first, found = self.postmaster(), []
        for place in Path("/proc").glob("[0-9]*") if first else ():
            with suppress(OSError, IndexError):
                is_child = f"PPid:\t{first}\n" in (place / "status").read_text()
                if is_child and b"[local]" in (place / "cmdline").read_bytes():
                    found.append(int(place.name))
        return sorted(found)

    @contextmanager
    def picture(self) -> Iterator[Connection]:
        """Its database at this moment."""
        cluster = Cluster(self._data / "postgres", programs=embedded.programs())
        engine = connect(cluster.start(), pool=1)
        try:
            with snapshot(engine) as conn:
                yield conn
        finally:
            engine.dispose()
            cluster.stop()

    def complaints(self) -> list[str]:
        """What it was sorry for in its log: faults that nobody foresaw."""
        found = []
        for line in self._log.read_text("utf-8", errors="replace").splitlines():
            with suppress(ValueError):
                told = json.loads(line)
                if told.get("level") not in ("INFO", "WARNING") or told.get("status") == 500:
                    found.append(line)
        return sorted(found, key=lambda line: "trace" not in line)

    def last_words(self) -> str:
        """The end of its log."""
        return _end_of(self._log)

    def evidence(self) -> str:
        """What can be seen from outside of a centre that does not come back, and of its PostgreSQL."""
        cluster = self._data / "postgres/cluster"
        begun = "" if self._process is None else f"{self._process.pid} {_state(self._process.pid)}"
        return "\n".join(
            [
                f"gave up {self.gave_up} times; begun: {begun}; said: {self._said!r}",
                f"postmaster.pid: {_end_of(cluster / 'postmaster.pid').split()}",
                *(f"{number} {words} {_state(number)}" for number, words in _postgres_processes()),
                _end_of(cluster / "postgres.log"),
                self.last_words(),
            ]
        )


def _end_of(path: Path) -> str:
    return path.read_text("utf-8", errors="replace")[-1500:] if path.exists() else ""


def _postgres_processes() -> Iterator[tuple[int, str]]:
    for place in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            words = (place / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            if "postgres" in words:
                yield int(place.name), words[:120]


def _state(process: int) -> str:
    """Asleep or running, whose child it is, and what it waits for in the kernel."""
    with suppress(OSError):
        status = Path(f"/proc/{process}/status").read_text()
        told = [line for line in status.splitlines() if line.startswith(("State:", "PPid:", "SigBlk:", "SigPnd:"))]
        return " ".join([*told, Path(f"/proc/{process}/wchan").read_text()]).replace("\t", " ")
    return "is gone"

"""A centre as an administrator starts it: a process of its own, on loopback, driven by its commands."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.helpers.centre import PASSWORD

ROOT = Path(__file__).parents[2]
COUNTY = (
    "import-divisions {divisions}",
    "add-grid 330683106211",
    "add-grid 330683106211",
    "add-grid 330683106215",
)
DIVISIONS = ROOT / "resources" / "divisions.csv"
GRID = "330683106211001"
OTHER_GRID = "330683106215001"


class Served:
    """A centre that serves; ``address`` is where."""

    def __init__(self, folder: Path, tls: Sequence[Path] = ()) -> None:
        self._folder = folder
        self._tls = ["--tls-cert", str(tls[0]), "--tls-key", str(tls[1])] if tls else []
        self._process: subprocess.Popen[str] | None = None
        self.address = ""

    def start(self, port: int = 0) -> None:
        """Serves until ``stop`` or ``kill``; comes back when it is ready."""
        command = [sys.executable, "main.py", "serve", "--data", str(self._folder), "--port", str(port), *self._tls]
        self._process = subprocess.Popen(command, cwd=ROOT, env=environment(), stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self.address = self._process.stdout.readline().strip().rpartition(" ")[2]
        assert "://127.0.0.1:" in self.address, self.address

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.address.rpartition(":")[2])

    def kill(self) -> None:
        """The centre's process dies in the middle of whatever it does."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """It is told to stop, and does."""
        self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(how)
        self._process.wait(timeout=60)
        assert self._process.stdout is not None
        self._process.stdout.close()

    def command(self, *words: str) -> dict[str, Any]:
        """One act of the administrator; its document."""
        run = subprocess.run(
            [sys.executable, "main.py", "centre", "--data", str(self._folder), "--json", *words],
            cwd=ROOT,
            env=environment(),
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert run.returncode == 0, run.stderr
        return json.loads(run.stdout)

    def script(self, lines: Sequence[str]) -> list[dict[str, Any]]:
        """Several acts in one go."""
        path = self._folder.parent / "script.txt"
        path.write_text("\n".join(lines) + "\n", "utf-8")
        return self.command("script", str(path))["answers"]


@contextmanager
def served(tls: Sequence[Path] = ()) -> Iterator[Served]:
    """A centre with the county's divisions and three grids, until the end of the block. ``tls``: certificate
    (with its authority's behind it) and key.

    Its folder is none of pytest's, whose parent every other run on the machine closes to PostgreSQL's account.
    """
    folder = Path(tempfile.mkdtemp(prefix="gw-served-"))
    centre = Served(folder / "centre", tls)
    try:
        centre.start()
        try:
            centre.script([line.format(divisions=DIVISIONS) for line in COUNTY])
            yield centre
        finally:
            centre.stop()
    finally:
        shutil.rmtree(folder)


def environment(password: str = PASSWORD) -> dict[str, str]:
    """For a process of ours: no keyring, the password, and the home of the test."""
    return {**os.environ, "GRIDWORKER_PASSWORD": password, "PYTHONUTF8": "1"}

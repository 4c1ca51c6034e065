"""A real centre beside the demo: its own process, its own embedded PostgreSQL, on loopback."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any

TREE = Path(__file__).resolve().parents[2]
MAIN = TREE / "main.py"
READY_S = 120
STOP_S = 30


class CentreDown(RuntimeError):
    """The centre's process did not do what the demo needs; the text is what it printed."""


class CentreProcess:
    """``main.py serve`` on a data folder. ``address`` once it is ready."""

    def __init__(self, data: Path, port: int = 0) -> None:
        self._data = data
        self.log = data.parent / "centre.log"
        self._note = data.parent / "centre.pid"
        data.parent.mkdir(parents=True, exist_ok=True)
        self._stop_left_over()
        command = [sys.executable, str(MAIN), "serve", "--data", str(data), "--port", str(port)]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True
            )
        self._note.write_text(str(self._process.pid), "ascii")
        self.address = self._ready()

    def acts(self, lines: Sequence[str], password: str) -> list[dict[str, Any]]:
        """Administrator's acts, as they would be typed; their answers in order. Raises ``CentreDown``."""
        done = subprocess.run(
            [sys.executable, str(MAIN), "centre", "--data", str(self._data), "--json", "script", "-"],
            input="\n".join(lines),
            capture_output=True,
            text=True,
            encoding="utf-8",
            env=os.environ | {"GRIDWORKER_PASSWORD": password},
            check=False,
        )
        if done.returncode:
            raise CentreDown(done.stderr.strip())
        answers: list[dict[str, Any]] = json.loads(done.stdout)["answers"]
        return answers

    @property
    def pid(self) -> int:
        """The number of the centre's process; its PostgreSQL has others."""
        return self._process.pid

    def stop(self) -> None:
        """Stop it and its PostgreSQL cleanly."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._note.unlink(missing_ok=True)

    def _ready(self) -> str:
        """The address in the line that says that it is ready."""
        lines: SimpleQueue[str] = SimpleQueue()
        Thread(target=self._read, args=(lines,), daemon=True).start()
        until = time.monotonic() + READY_S
        while time.monotonic() < until and self._process.poll() is None:
            try:
                line = lines.get(timeout=0.5)
            except Empty:
                continue
            if "http" in line:
                return line[line.index("http") :].split()[0]
        self.stop()
        raise CentreDown(self.log.read_text("utf-8", errors="replace")[-2000:])

    def _read(self, lines: SimpleQueue[str]) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            lines.put(line.decode("utf-8", errors="replace"))

    def _stop_left_over(self) -> None:
        """A demo that was killed leaves its centre behind; it would hold folder and port."""
        try:
            pid = int(self._note.read_text("ascii"))
            os.kill(pid, signal.SIGTERM)
        except (OSError, ValueError):
            return
        until = time.monotonic() + STOP_S
        while time.monotonic() < until:
            try:
                os.kill(pid, 0)
            except OSError:
                return
            time.sleep(0.1)

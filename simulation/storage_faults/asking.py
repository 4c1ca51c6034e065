"""Asks a process that has the recorder beneath it to play something, and hears what came of it."""

import json
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any

from simulation.storage_faults.recorder import child


class Session:
    """One such process."""

    def __init__(self, library: Path) -> None:
        # SQLCipher tells its own errors there; those that matter come as answers.
        how = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
        self._process = child(library, "simulation.storage_faults.child", (), **how)

    def ask(self, what: str, **about: Any) -> dict[str, Any]:
        """What came of it: ``totals`` and ``broken``, or ``caught``. Raises ``RuntimeError`` when it could not be
        played."""
        self.begin(what, **about)
        return self.answer()

    def begin(self, what: str, **about: Any) -> None:
        """Asks, and does not wait."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"do": what, **about}) + "\n")
        self._process.stdin.flush()

    def answer(self) -> dict[str, Any]:
        """What came of that."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        told: dict[str, Any] = json.loads(line) if line else {"failed": "the process died"}
        if "failed" in told:
            raise RuntimeError(told["failed"])
        return told

    def close(self) -> None:
        """Nothing more is asked."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        self._process.wait()

    def __enter__(self) -> "Session":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

"""PostgreSQL's own programs, with bytes going in and out of them."""

import errno
import os
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from gridserver.errors import CommandFailed

_PIECE = 1 << 20


class Program:
    """One of PostgreSQL's programs, with bytes going in and out."""

    def __init__(self, name: str, command: Sequence[str], environment: dict[str, str]) -> None:
        self._name = name
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 - a pipe that nobody reads would stop it
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._said, env=environment
        )

    def tell(self, words: bytes) -> None:
        """More input. Raises ``CommandFailed`` when it listens no longer."""
        try:
            self._input.write(words)
        except OSError as error:
            if not hung_up(error):
                raise
            self.expect_success()

    def end_input(self) -> None:
        """There is no more input."""
        try:
            self._input.close()
        except OSError as error:
            if not hung_up(error):
                raise

    def pieces(self) -> Iterator[bytes]:
        """Its output in large pieces."""
        return iter(lambda: self._output.read(_PIECE), b"")

    def lines(self) -> Iterable[bytes]:
        """Its output in lines."""
        return self._output

    def expect_success(self) -> None:
        """Waits for its end. Raises ``CommandFailed`` with its first complaint."""
        self.end_input()
        if self._process.wait():
            self._said.seek(0)
            lines = self._said.read().decode(errors="replace").strip().splitlines()
            raise CommandFailed(f"{self._name}: {lines[0] if lines else 'failed'}")

    def kill(self) -> None:
        """Ends it, whatever it is doing."""
        self._process.kill()
        self._process.wait()
        self.end_input()
        self._output.close()
        self._said.close()

    @property
    def _input(self) -> IO[bytes]:
        assert self._process.stdin is not None
        return self._process.stdin

    @property
    def _output(self) -> IO[bytes]:
        assert self._process.stdout is not None
        return self._process.stdout


def hung_up(error: OSError) -> bool:
    """Whether the other end of a pipe is gone; Windows calls that an invalid argument."""
    return isinstance(error, BrokenPipeError) or error.errno == errno.EINVAL


def start_program(programs: Path, name: str, options: Sequence[str], url: str = "") -> Program:
    """Starts it; a password goes by the environment, where other users do not see it."""
    environment = {**os.environ, "LC_ALL": "C"}
    command = [str(programs / name), *options]
    if url:
        where = {name: str(value) for name, value in conninfo_to_dict(url).items() if value is not None}
        if password := where.pop("password", ""):
            environment["PGPASSWORD"] = password
        command.append(f"--dbname={make_conninfo('', **where)}")
    return Program(name, command, environment)

"""The command line in this process: what it prints, and with which code it ends."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gridserver import keys
from gridserver.cli import main
from tests.helpers.centre import KEYS, PASSWORD, Postgres
from tests.server.conftest import Servers


@dataclass(frozen=True)
class Said:
    """What a command did."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one document on stdout."""
        return json.loads(self.out)


Command = Callable[..., Said]


@pytest.fixture(scope="session")
def postgres(servers: Servers) -> Postgres:
    """Commands are told apart by what they say, not by the server below: one is enough."""
    return servers("ours")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The data folder of the test's centre."""
    keys.write(tmp_path / "data" / "keys", KEYS)
    return tmp_path / "data"


@pytest.fixture
def command(database: str, data: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch) -> Command:
    """``centre …`` on a database of the test's own, which stands in the environment as its secret should."""
    monkeypatch.setenv("GRIDWORKER_DATABASE", database)
    monkeypatch.setenv("GRIDWORKER_PASSWORD", PASSWORD)

    def run(*words: str, folder: Path | None = data) -> Said:
        where = ["--data", str(folder)] if folder else []
        try:
            code = main(["centre", *where, *words])
        except SystemExit as stopped:
            code = int(stopped.code or 0)
        said = capsys.readouterr()
        return Said(code, said.out, said.err)

    return run

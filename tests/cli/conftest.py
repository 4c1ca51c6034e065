"""The desk's command line in this process, and a centre that serves in another."""

import dataclasses
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gridworker.app.desk import this_machine
from gridworker.cli import main
from gridworker.sync.machine import Machine
from tests.helpers.centre import PASSWORD
from tests.helpers.desk_fixtures import CHEAP
from tests.helpers.served import GRID, ROOT, Served, environment, served


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


@pytest.fixture
def command(tmp_path: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch) -> Command:
    """``main.py --home … --json …`` on a machine of its own; ``home``: another machine."""
    monkeypatch.setenv("GRIDWORKER_PASSWORD", PASSWORD)
    return _on(tmp_path, capsys)


@pytest.fixture
def settled(old_desk: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch) -> Command:
    """The same on a desk that was signed in and synced before the test, and that other tests use as well."""
    monkeypatch.setenv("GRIDWORKER_PASSWORD", PASSWORD)
    return _on(old_desk, capsys)


def cheap_machine(home: Path) -> Machine:
    """This one, but for what a guess of the password costs: half a second for every command."""
    return dataclasses.replace(this_machine(home), cost=CHEAP)


def _on(folder: Path, capsys: Any) -> Command:
    def run(*words: str, home: str = "home", as_json: bool = True) -> Said:
        code = main(["--home", str(folder / home), *(["--json"] if as_json else []), *words], cheap_machine)
        said = capsys.readouterr()
        return Said(code, said.out, said.err)

    return run


@pytest.fixture(scope="session")
def town() -> Iterator[Served]:
    """A centre that serves a town."""
    with served() as running:
        yield running


@dataclass(frozen=True)
class Worker:
    """Somebody with an account and a code."""

    user: str
    code: str
    centre: str

    @property
    def sign_in(self) -> tuple[str, ...]:
        """The words of his first sign-in."""
        return ("sign-in", "--centre", self.centre, "--user", self.user, "--code", self.code)


@pytest.fixture(scope="session")
def workers(town: Served) -> Iterator[Worker]:
    """Grid workers whom no desk knows yet; one process makes them all."""
    names = ["lao", *(f"worker{number}" for number in range(1, 16))]
    acts = [(f"add-account {name} --role grid_worker --region {GRID}", f"enrol {name}") for name in names]
    told = town.script([act for both in acts for act in both])
    codes = [each["code"] for each in told if "code" in each]
    return iter([Worker(name, code, town.address) for name, code in zip(names, codes, strict=True)])


@pytest.fixture(scope="session")
def old_desk(workers: Iterator[Worker], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which the home of a desk lies, signed in and synced."""
    folder = tmp_path_factory.mktemp("old")
    for words in (next(workers).sign_in, ("sync",)):
        command = [sys.executable, "main.py", "--home", str(folder / "home"), *words]
        subprocess.run(command, cwd=ROOT, env=environment(), check=True, capture_output=True)
    return folder


@pytest.fixture
def worker(workers: Iterator[Worker]) -> Worker:
    """A grid worker whom no desk knows yet."""
    return next(workers)


@pytest.fixture
def second_code(town: Served, worker: Worker) -> str:
    """One more code for the same worker's second machine."""
    return str(town.command("enrol", worker.user)["code"])

"""Programs die at any moment, on either side; what a worker saw saved is at the centre in the end, once."""

import json
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gridworker.app.desk import Desk, this_machine
from tests.helpers.centre import PASSWORD
from tests.helpers.desk_fixtures import shared
from tests.helpers.served import GRID, ROOT, Served, environment, served

KILLS = 20
PROGRAM = ROOT / "tests/helpers/desk_process.py"


class Program:
    """A program of a desk, from the moment at which its store is open; what it said is kept by word."""

    def __init__(self, home: Path, what: str) -> None:
        self.said: list[str] = []
        self._command = [sys.executable, str(PROGRAM), str(home), what]
        self._start()

    def _start(self) -> None:
        self._process = subprocess.Popen(self._command, env=environment(), stdout=subprocess.PIPE, text=True)
        assert self._line() == "ready"

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def await_lines(self, count: int) -> None:
        """Waits until it has done so many things more."""
        self.said += [self._line() for _ in range(count)]

    def kill(self) -> None:
        """SIGKILL; a line that was cut was not said."""
        self._process.kill()
        said, _ = self._process.communicate(timeout=30)
        self.said += said.split("\n")[:-1]

    def kill_and_start(self) -> None:
        """Kills it and starts it again."""
        self.kill()
        self._start()

    def all_said(self, word: str) -> set[str]:
        """What it said after this word."""
        return {line.partition(" ")[2] for line in self.said if line.startswith(f"{word} ")}


def cli(home: Path, *words: str) -> dict:
    """``main.py`` as an administrator's script uses it."""
    run = subprocess.run(
        [sys.executable, "main.py", "--home", str(home), "--json", *words],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


@pytest.fixture
def town():
    with served() as running:
        yield running


def enrolled(town: Served, home: Path, user: str, role: str, region: str) -> Path:
    code = town.script([f"add-account {user} --role {role} --region {region}", f"enrol {user}"])[1]["code"]
    cli(home, "sign-in", "--centre", town.address, "--user", user, "--code", code)
    cli(home, "sync")
    return home


def test_twenty_kills_at_random_moments_lose_nothing(town, tmp_path):
    wang = enrolled(town, tmp_path / "wang", "wang", "grid_worker", GRID)
    zhao = enrolled(town, tmp_path / "zhao", "zhao", "supervisor", "330683106")
    moment = random.Random(20260302)
    writer, syncer = Program(wang, "write"), Program(wang, "sync")
    for number in range(KILLS):
        victim = moment.choice((writer, syncer))
        victim.await_lines(moment.randrange(3))
        time.sleep(moment.uniform(0.0, 0.15))
        if number % 5 == 4:
            port = town.port
            town.kill()
            town.start(port)
        else:
            victim.kill_and_start()
    syncer.await_lines(1)
    for program in (writer, syncer):
        program.kill()
    saved, edited = writer.all_said("saved"), writer.all_said("edited")
    assert len(saved) > KILLS, "the writer came to write"
    assert any(line.startswith("synced ") for line in syncer.said)

    cli(wang, "sync")
    status = cli(wang, "status")
    assert (status["waiting"], status["refused"], status["conflicts"]) == (0, 0, 0)
    cli(zhao, "sync")
    there = {each["id"]: each for each in cli(zhao, "records", "list", "household")["records"]}
    assert saved <= there.keys()
    assert {household for household in edited if "note" not in there[household]} == set()

    with (
        Desk.unlocked(this_machine(wang), "wang", PASSWORD) as mine,
        Desk.unlocked(this_machine(zhao), "zhao", PASSWORD) as theirs,
    ):
        assert mine.store.check()
        assert mine.store.meta("incarnation") == 1, "nobody took a killed program for a restored one"
        one, other = shared(mine, theirs)
        assert one == other
        assert len(one) > len(saved)

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


def start(home: Path, what: str) -> "subprocess.Popen[str]":
    """A program of the desk, from the moment at which its store is open."""
    program = subprocess.Popen(
        [sys.executable, str(PROGRAM), str(home), what], env=environment(), stdout=subprocess.PIPE, text=True
    )
    assert program.stdout is not None
    assert program.stdout.readline() == "ready\n"
    return program


def kill(program: "subprocess.Popen[str]") -> list[str]:
    """Kills it (SIGKILL) and returns what it had said; a line that was cut was not said."""
    program.kill()
    said, _ = program.communicate(timeout=30)
    return [line for line in said.split("\n")[:-1] if line]


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
    saved: set[str] = set()
    edited: set[str] = set()
    synced = 0
    for number in range(KILLS):
        writer, syncer = start(wang, "write"), start(wang, "sync")
        time.sleep(moment.uniform(0.02, 0.8))
        if number % 5 == 4:
            port = town.port
            town.kill()
            time.sleep(moment.uniform(0.0, 0.3))
            town.start(port)
            time.sleep(moment.uniform(0.0, 0.3))
        programs = [syncer, writer] if number % 2 else [writer, syncer]
        said = []
        for program in programs:
            said += kill(program)
            time.sleep(moment.uniform(0.0, 0.05))
        saved |= {line.removeprefix("saved ") for line in said if line.startswith("saved ")}
        edited |= {line.removeprefix("edited ") for line in said if line.startswith("edited ")}
        synced += sum(line.startswith("synced ") for line in said)
    assert len(saved) > KILLS, "the writer came to write"
    assert synced > KILLS / 2, "the syncs came to an end now and then"

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

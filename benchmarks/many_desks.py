"""E: twenty desks of one grid, each a process of its own, hand in 500 new records each at the same moment."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.bare_desk import BareCentre, rows
from benchmarks.field_centre import FieldCentre, grid_code
from benchmarks.figures import Figure, median

DESKS, EACH = 20, 500
TIMES = 3
MOST_MS = 2_000.0
MOST_WAIT = 4.0
"""The last desk's time against the middle one's: nobody starves."""
_HERE = Path(__file__).parents[1]


def run() -> list[Figure]:
    """Several rounds; the first does not count."""
    users = [f"w{number}" for number in range(DESKS)]
    centre = FieldCentre(1, {user: ("grid_worker", grid_code(0)) for user in users})
    desks = [_start(_home(centre, user), user, place * EACH) for place, user in enumerate(users)]
    rounds = [_round(desks) for _ in range(TIMES)][1:]
    for each in desks:
        each.communicate()
    centre.close()
    base = _bare()
    wall = median([each[0] for each in rounds])
    slowest = median([max(each[1]) for each in rounds])
    middle = median([median(each[1]) for each in rounds])
    told = f"{DESKS} processes, load {os.getloadavg()[0]:.1f}"
    return [
        Figure(f"E {DESKS} desks with {EACH} each", wall, beside="bare, by turns", base=base, limit=MOST_MS, note=told),
        Figure("E the slowest desk", slowest, beside="the middle one", base=middle, most_ratio=MOST_WAIT),
    ]


def _home(centre: FieldCentre, user: str) -> Path:
    """An enrolled desk."""
    desk = centre.desk(user)
    desk.sync()
    desk.close()
    return desk.machine.home


def _round(desks: list["subprocess.Popen[str]"]) -> tuple[float, list[float]]:
    """From the word to the last answer, and how long each desk took, in ms."""
    for each in desks:
        assert _line(each) == "ready"
    start = time.perf_counter()
    for each in desks:
        assert each.stdin is not None
        each.stdin.write("go\n")
        each.stdin.flush()
    took = [json.loads(_line(each)) for each in desks]
    slowest = max(each["handed_in"] for each in took)
    assert (time.perf_counter() - start) * 1_000 >= slowest
    return slowest, [each["handed_in"] for each in took]


def _bare() -> float:
    """The same rows by bare desks, one after the other: two cores do not do it faster at once."""
    with BareCentre() as bare:
        desks = [bare.desk(f"e{number}") for number in range(DESKS)]
        for number, desk in enumerate(desks):
            desk.keep(rows(EACH, start=number * EACH))
        start = time.perf_counter()
        for desk in desks:
            desk.push()
        return (time.perf_counter() - start) * 1_000


def _start(home: Path, user: str, start: int) -> "subprocess.Popen[str]":
    told = (str(each) for each in (home, user, EACH, start, DESKS * EACH))
    command = [sys.executable, "-m", "benchmarks.desk_process", *told]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=_HERE)


def _line(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()

"""The process with the recorder beneath it: takes what is to be played as lines of JSON, and tells what came of it."""

import argparse
import json
import shutil
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from simulation import mutants
from simulation.storage_faults import broken
from simulation.storage_faults.days import DAYS
from simulation.storage_faults.playing import Bench, Played
from simulation.storage_faults.recorder import Recorder, quick_folder

TRIES = 6
"""Seeds with which a mutant has to be found out."""


def main() -> int:
    """Until nothing more is asked."""
    parser = argparse.ArgumentParser(prog="simulation.storage_faults.child")
    parser.parse_args()
    with _folder() as folder:
        bench = Bench(folder, Recorder())
        for line in sys.stdin:
            begun = time.process_time()
            asked = json.loads(line)
            try:
                told = _done(bench, asked)
            except Exception:  # the one who asked shows it
                told = {"failed": traceback.format_exc()}
            print(json.dumps({**told, "cpu": time.process_time() - begun}, ensure_ascii=False), flush=True)
    return 0


def _done(bench: Bench, asked: dict[str, Any]) -> dict[str, Any]:
    about: dict[str, Any] = {name: each for name, each in asked.items() if name not in ("do", "name")}
    if asked["do"] == "day":
        return _told(bench.day(DAYS[asked["name"]], **about))
    if asked["do"] == "life":
        return _told(bench.life(**about))
    if asked["do"] == "plight":
        return _told(bench.plight(asked["name"], **about))
    mutant = next(each for each in broken.ALL if each.name == asked["name"])
    return {"caught": _hunted(bench, mutant)}


def _hunted(bench: Bench, mutant: broken.Mutant) -> str:
    """What the first day said that found it out; "" when none did."""
    with mutants.without(mutant.cuts):
        for day in mutant.days:
            for seed in range(mutant.seed, mutant.seed + TRIES):
                played = bench.day(DAYS[day.__name__], seed, share=mutant.share, enough=1)
                if played.broken:
                    return f"{day.__name__}: {played.broken[0]}"
        for plight in mutant.plights:
            for seed in range(mutant.seed, mutant.seed + TRIES):
                if said := bench.plight(plight, seed).broken:
                    return f"{plight}: {said[0]}"
    return ""


def _told(played: Played) -> dict[str, Any]:
    return {"totals": dict(played.totals), "broken": [str(each) for each in played.broken]}


@contextmanager
def _folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="gridworker-disk-", dir=quick_folder()))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())

"""A desk in a process of its own: ``python -m benchmarks.desk_process HOME USER COUNT START STEP`` writes ``COUNT``
diaries, says ``ready``, waits for a line, hands them in, prints how long it took, and begins again with the diaries
``STEP`` further on, until there is no more line to wait for.
"""

import dataclasses
import json
import sys
from itertools import count
from pathlib import Path

import keyring
from keyring.backends.fail import Keyring as NoKeyring

from benchmarks.field_centre import write_diaries
from benchmarks.hundred_thousand import only_hand_in
from benchmarks.small_centre import CHEAP, PASSWORD
from gridworker.app.desk import Desk, this_machine


def main(home: str, user: str, number: int, start: int, step: int) -> None:
    """One sync each time it is told."""
    keyring.set_keyring(NoKeyring())
    machine = dataclasses.replace(this_machine(Path(home)), cost=CHEAP)
    with Desk.unlocked(machine, user, PASSWORD) as desk:
        for first in count(start, step):
            write_diaries(desk, number, start=first)
            print("ready", flush=True)
            if not sys.stdin.readline():
                break
            print(json.dumps(dataclasses.asdict(only_hand_in(desk))), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:3], *map(int, sys.argv[3:]))

"""A desk in a process of its own: ``python -m benchmarks.desk_process HOME USER`` says ``ready``, waits for a line,
hands in what it has, and prints how long it took.
"""

import dataclasses
import json
import sys
from pathlib import Path

import keyring
from keyring.backends.fail import Keyring as NoKeyring

from benchmarks.hundred_thousand import hand_in
from benchmarks.small_centre import CHEAP, PASSWORD
from gridworker.app.desk import Desk, this_machine


def main(home: str, user: str) -> None:
    """One sync, when told."""
    keyring.set_keyring(NoKeyring())
    machine = dataclasses.replace(this_machine(Path(home)), cost=CHEAP)
    with Desk.unlocked(machine, user, PASSWORD) as desk:
        print("ready", flush=True)
        sys.stdin.readline()
        print(json.dumps(dataclasses.asdict(hand_in(desk))), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])

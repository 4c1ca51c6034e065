"""A desk's program that does one thing over and over until it is killed: ``desk_process.py HOME write|sync``.

``write`` prints the id of each record after the save has come back; ``sync`` prints a line after each sync.
"""

import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from gridworker.app.desk import Desk, this_machine
from gridworker.errors import GridworkerError


def main(home: Path, what: str) -> None:
    """Goes on for ever."""
    machine = this_machine(home)
    worker = machine.vault.last()
    assert worker is not None
    desk = Desk.unlocked(machine, worker.user, os.environ["GRIDWORKER_PASSWORD"])
    say("ready")
    while True:
        if what == "write":
            write(desk)
        else:
            sync(desk)


def write(desk: Desk) -> None:
    """A new household, then an edit of it: each printed when it is safe."""
    grid = desk.me.regions[0]
    household = desk.ledger.save("household", {"head_name": "陈建国", "address": "马村3号", "grid": grid}).id
    say(f"saved {household}")
    desk.ledger.save("household", {"note": f"核对过 {household[-4:]}"}, household)
    say(f"edited {household}")
    time.sleep(0.01)


def sync(desk: Desk) -> None:
    """One sync, with or without a centre at the other end."""
    try:
        say(f"synced {desk.sync().pushed}")
    except GridworkerError as error:
        say(type(error).__name__)
        time.sleep(0.05)


def say(words: str) -> None:
    """On its way before anything else happens."""
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])

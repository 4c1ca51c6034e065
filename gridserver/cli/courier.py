"""A stick at the centre: the package is taken in, the receipt is written beside it."""

import argparse
import secrets
from pathlib import Path

from gridserver.cli.told import Told
from gridserver.cli.world import World, clock
from gridserver.errors import CommandFailed, Refused
from gridserver.sync.courier import Counter
from gridworker.protocol.courier import MOST_FILE


def take(world: World, asked: argparse.Namespace) -> Told:
    """Raises ``CommandFailed`` for what is no package of a desk of this centre."""
    if world.keys is None:
        raise CommandFailed("the centre's keys open packages: name the data folder too (--data DIR)")
    path: Path = asked.file
    try:
        with path.open("rb") as file:
            package = file.read(MOST_FILE + 1)
        receipt = Counter(world.engine, world.keys, clock, secrets.token_bytes).take(package)
        answer = (asked.out or path.parent) / f"{path.stem}.gwr"
        answer.write_bytes(receipt)
    except OSError as error:
        raise CommandFailed(f"{path}: {error.strerror}") from None
    except Refused as refused:
        raise CommandFailed(f"{path.name}: {refused.reason}") from refused
    return Told({"receipt": str(answer)}, [f"taken in; the receipt: {answer}"])

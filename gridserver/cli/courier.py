"""A stick at the centre: packages are taken in, receipts and orders written, words of what was done are noted."""

import argparse
import secrets
from pathlib import Path

from gridserver.cli.told import Told
from gridserver.cli.world import World, clock
from gridserver.errors import CommandFailed, Refused
from gridserver.people.service import note_wiped
from gridserver.storage.engine import transaction
from gridserver.sync.courier import Counter
from gridworker.protocol.courier import MOST_FILE, ORDER, WIPED, NoPackage, read_word, write_word
from gridworker.protocol.orders import WipeOrder
from gridworker.protocol.people import Wiped


def take(world: World, asked: argparse.Namespace) -> Told:
    """Raises ``CommandFailed`` for what is no package of a desk of this centre."""
    path: Path = asked.file
    try:
        with path.open("rb") as file:
            content = file.read(MOST_FILE + 1)
        if content.partition(b"\n")[0] == WIPED:
            return _note_wiped(world, content)
        if world.keys is None:
            raise CommandFailed("the centre's keys open packages: name the data folder too (--data DIR)")
        receipt = Counter(world.engine, world.keys, clock, secrets.token_bytes).take(content)
        answer = (asked.out or path.parent) / f"{path.stem}.gwr"
        answer.write_bytes(receipt)
    except OSError as error:
        raise CommandFailed(f"{path}: {error.strerror}") from None
    except (Refused, NoPackage) as refused:
        why = refused.reason if isinstance(refused, Refused) else str(refused)
        raise CommandFailed(f"{path.name}: {why or 'no desk of this centre wrote it'}") from refused
    return Told({"receipt": str(answer)}, [f"taken in; the receipt: {answer}"])


def write_order(folder: Path, order: WipeOrder) -> Path:
    """An order to wipe as a file, for the device's desk alone. Raises ``CommandFailed``."""
    path = folder / f"民情日记-{order.device[-6:]}-清除.gwo"
    try:
        path.write_bytes(write_word(ORDER, order))
    except OSError as error:
        raise CommandFailed(f"{path}: {error.strerror}") from None
    return path


def _note_wiped(world: World, content: bytes) -> Told:
    message = read_word(WIPED, content, Wiped)
    with transaction(world.engine) as conn:
        note_wiped(conn, message, clock())
    return Told({"wiped": message.device}, [f"{message.device}: wiped"])

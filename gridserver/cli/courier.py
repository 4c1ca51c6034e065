"""A stick at the centre: packages and crates are taken in, receipts and orders written, what was done is noted."""

import argparse
import hashlib
import secrets
from collections.abc import Sequence
from pathlib import Path

from gridserver.cli.told import Told
from gridserver.cli.world import World, clock
from gridserver.errors import CommandFailed, Refused
from gridserver.keys import Keys
from gridserver.storage.engine import transaction
from gridserver.sync.courier import Counter
from gridworker.protocol.courier import MOST_FILE, ORDER, PACKAGE, WIPED, NoPackage, read_word, write_word
from gridworker.protocol.crates import CRATE
from gridworker.protocol.orders import WipeOrder
from gridworker.protocol.people import Wiped

_FORMS = (PACKAGE, CRATE, WIPED)
"""What is taken in, in this order: a file is taken when a record speaks of it."""
_NOT_WIPED = {"auth": "no desk of this centre wrote it", "not_allowed": "this device was not to be wiped"}


def take(world: World, asked: argparse.Namespace) -> Told:
    """Takes in one file, or all that is for us of several and of folders. What is of no use stops nothing else.

    Raises ``CommandFailed`` at the end, naming what no desk of this centre wrote.
    """
    named: list[Path] = asked.file
    found = _sorted(named)
    told, failed = [], []
    for form, path in found:
        try:
            told.append(_take(world, form, path, asked.out or path.parent))
        except CommandFailed as error:
            failed.append(str(error))
    if failed:
        raise CommandFailed("; ".join([*failed, *(f"{len(told)} others were taken in" for _ in told[:1])]))
    if not told:
        raise CommandFailed(f"{named[0]}: nothing in it is for a centre")
    if len(told) == 1:
        return told[0]
    lines = [line for each in told for line in each.lines]
    return Told({"taken": [each.document for each in told]}, lines)


def write_order(folder: Path, order: WipeOrder) -> Path:
    """An order to wipe as a file, for the device's desk alone. Raises ``CommandFailed``."""
    path = folder / f"民情日记-{order.device[-6:]}-清除.gwo"
    try:
        path.write_bytes(write_word(ORDER, order))
    except OSError as error:
        raise CommandFailed(f"{path}: {error.strerror}") from None
    return path


def _sorted(named: Sequence[Path]) -> list[tuple[bytes, Path]]:
    """Form and path of everything that is to be looked at; of a folder what is for a centre."""
    found = []
    for path in named:
        if path.is_dir():
            forms = [(_form(each), each) for each in sorted(path.iterdir()) if each.is_file()]
            found += [(form, each) for form, each in forms if form in _FORMS]
        else:
            found.append((_form(path), path))
    return sorted(found, key=lambda each: _FORMS.index(each[0]) if each[0] in _FORMS else 0)


def _form(path: Path) -> bytes:
    """The first line."""
    try:
        with path.open("rb") as file:
            return file.readline(100).rstrip(b"\n")
    except OSError as error:
        raise CommandFailed(f"{path}: {error.strerror}") from None


def _take(world: World, form: bytes, path: Path, out: Path) -> Told:
    answer = out / f"{path.stem}.gwr"
    try:
        if form == WIPED:
            return _note_wiped(world, path)
        if world.keys is None:
            raise CommandFailed("the centre's keys open packages: name the data folder too (--data DIR)")
        if form == CRATE:
            receipt = _take_crate(world, world.keys, path)
        else:
            with path.open("rb") as file:
                content = file.read(MOST_FILE + 1)
            receipt = Counter(world.engine, world.keys, clock, secrets.token_bytes).take(content)
        answer.write_bytes(receipt)
    except OSError as error:
        raise CommandFailed(f"{path}: {error.strerror}") from None
    except (Refused, NoPackage) as refused:
        why = refused.reason if isinstance(refused, Refused) else str(refused)
        raise CommandFailed(f"{path.name}: {why}") from refused
    return Told({"receipt": str(answer)}, [f"taken in; the receipt: {answer}"])


def _take_crate(world: World, ours: Keys, path: Path) -> bytes:
    from gridserver.app import ground_on  # not at the top: it brings the web framework
    from gridserver.files import crates

    with path.open("rb") as file:
        name = hashlib.file_digest(file, "sha256").hexdigest()
    return crates.take(ground_on(world.engine, ours, files=world.files), path, name)


def _note_wiped(world: World, path: Path) -> Told:
    from gridserver.people.service import note_wiped  # not at the top: it brings the web framework

    message = read_word(WIPED, path.read_bytes(), Wiped)
    try:
        with transaction(world.engine) as conn:
            note_wiped(conn, message, clock())
    except Refused as refused:
        raise CommandFailed(f"{path.name}: {_NOT_WIPED[refused.error]}") from refused
    return Told({"wiped": message.device}, [f"{message.device}: wiped"])

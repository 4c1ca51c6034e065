"""Where no line reaches: what waits goes into a package on a USB stick, and the receipt that comes back is noted.

The stick and the line may be used side by side: the centre knows every change by its id and body, so that
whatever comes second is told what became of the first.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn, Protocol

import orjson

from gridworker.errors import NotThisFile, SignInNeeded
from gridworker.protocol import MOST_BYTES, SCHEMA, courier, sealing
from gridworker.protocol.courier import ORDER, PACKAGE, RECEIPT, WIPED, Contents, FileSaid, NoPackage, Said
from gridworker.protocol.crates import CRATE
from gridworker.protocol.orders import WipeOrder
from gridworker.protocol.sync import Clock, Group, Push, Standing, Written
from gridworker.storage.store import Store
from gridworker.storage.wipes import WipeNote
from gridworker.sync.answers import WipeOrdered
from gridworker.sync.badge import raw_of, text_of
from gridworker.sync.batch import Batch, size_of
from gridworker.sync.book import made_under
from gridworker.sync.engine import Engine
from gridworker.sync.wiping import is_genuine, wiped_message

SUFFIXES = {PACKAGE: ".gwp", CRATE: ".gwc", RECEIPT: ".gwr", ORDER: ".gwo", WIPED: ".gww"}
"""What the files are called by kind; their names hold nothing of anybody."""
MOST_TEXT = MOST_BYTES - 512 * 1024
"""Bytes of changes in one package."""
KEPT = 128
"""Packages and crates whose receipts can still be read."""
REFUSED = b"refused"
"""In the place of a receipt: the centre knows no desk that closed this package."""
FORGOTTEN_MS = 30 * 86_400_000
"""For so long a desk keeps receipts that it carried for others."""

OVERTAKEN_MS = 60_000
"""An order that is older by so much than the last word of the centre that all is well was taken back since."""
_BY_STICK = Clock(wall=0)
"""A package is days on its way: what the clock said when it was closed corrects nothing."""
NO_CENTRE = "这台电脑还没有登记到中心，不能导出数据包。"
NOT_FOR_US = "它是别的中心的数据包，请交给原来的中心。"
_DAMAGED = "文件不完整或被改动过，请在原来的电脑上重新导出一份。"
_STRANGE_RECEIPT = "这份回执不是发给这台电脑的，或者已经过期。请拿到导出数据包的那台电脑上。"
_NO_ORDER = "这份清除命令不是给这台电脑的，或者已经作废，没有执行。"
FULL = "这台电脑里已有很多数据包没有送出，请先联网同步。"


class Line(Protocol):
    """What is needed of ``centre.Centre``."""

    def hand_over(self, package: bytes) -> bytes: ...


@dataclass(frozen=True)
class Package:
    """A package as it is written to the stick."""

    file: bytes
    device: str
    changes: int
    left: int
    """Changes that did not fit; they go into the next package, once this one's receipt is back."""


@dataclass(frozen=True)
class Taken:
    """What became of a file that was brought here."""

    form: bytes
    """``PACKAGE``: of another desk, carried on; ``RECEIPT``: noted."""
    accepted: int = 0
    refused: int = 0
    conflicts: int = 0
    again: bool = False
    """The centre asks for a new package: it was restored, or this store was."""
    files: Sequence[FileSaid] = ()
    """What became of the files of a crate, in the centre's ``epoch``."""
    epoch: str = ""


def pack(store: Store, now: int, chance: Callable[[int], bytes]) -> Package | None:
    """Everything that waits, closed for the centre; None when nothing does. ``now``: ms UTC.

    Raises ``SignInNeeded`` before the store was enrolled.
    """
    if not store.meta("device", ""):
        raise SignInNeeded("not enrolled", advice=NO_CENTRE)
    store.retry_held()
    waiting = store.handing(2**31)
    pushes, packed = _pushes(store, waiting)
    if not pushes:
        return None
    reply = chance(sealing.KEY_BYTES)
    contents = Contents(pushes=pushes, reply_key=text_of(sealing.public_of(reply)))
    head = {"county": county_of(store), "device": str(store.meta("device")), "at": now}
    file = courier.close(
        PACKAGE, head, contents, raw_of(store.meta("recovery_key")), raw_of(store.meta("device_key")), chance
    )
    remember(store, courier.name_of(file), reply)
    return Package(file, str(head["device"]), packed, len(waiting) - packed)


def take(store: Store, file: bytes, now: int) -> Taken:
    """A file from a stick: the receipt of a package of ours is noted, the package of another desk carried on.

    Raises ``NotThisFile``; then nothing was changed. Raises ``WipeOrdered`` when the centre orders the store destroyed,
    by a file or in a receipt; what the receipt says is noted by then.
    """
    form = file.partition(b"\n")[0]
    if form == RECEIPT:
        return _note_receipt(store, file)
    if form == ORDER:
        _heed_file(store, file)
    try:
        closed = courier.read(PACKAGE, file)
    except NoPackage as error:
        raise NotThisFile(str(error), advice=_DAMAGED) from None
    if closed.head.county != county_of(store):
        raise NotThisFile("another county", advice=NOT_FOR_US)
    if not store.carry(courier.name_of(file), closed.head.device, file, now):
        raise NotThisFile("no room", advice=FULL)
    return Taken(PACKAGE)


def _heed_file(store: Store, file: bytes) -> NoReturn:
    try:
        order = courier.read_word(ORDER, file, WipeOrder)
    except NoPackage as error:
        raise NotThisFile(str(error), advice=_DAMAGED) from None
    if not _is_in_force(store, order):
        raise NotThisFile("an order for another desk, or of another day", advice=_NO_ORDER)
    raise WipeOrdered(order)


def _is_in_force(store: Store, order: WipeOrder) -> bool:
    """Whether the centre that enrolled this store gave the order, and has not said since that all is well: a file may
    be years old, and be brought by anybody."""
    if not is_genuine(store, order):
        return False
    known = store.meta("standing")
    if known is None:
        return True
    last = Standing.model_validate(known)
    return last.status != "active" or last.now <= order.at + OVERTAKEN_MS


def deliver(store: Store, line: Line, now: int) -> int:
    """Hand over what is carried for others; how many packages. Broken off, the rest goes the next time."""
    names = store.carried_to_deliver()
    for name in names:
        try:
            receipt = line.hand_over(store.carried_package(name))
        except NotThisFile:
            receipt = REFUSED
        store.carried_delivered(name, receipt)
    store.forget_carried(now - FORGOTTEN_MS)
    return len(names)


def receipts(store: Store) -> list[tuple[str, bytes]]:
    """The receipts that are carried back: for each a file name, and the file."""
    back = [each for each in store.carried() if each.receipt not in (b"", REFUSED)]
    return [(file_name(RECEIPT, each.device, each.name), each.receipt) for each in back]


def file_name(form: bytes, device: str, package: str) -> str:
    """What a file is called: which device and which package, nothing of anybody."""
    return f"民情日记-{device[-6:]}-{package[:8]}{SUFFIXES[form]}"


def wipe_word(note: WipeNote) -> tuple[str, bytes]:
    """The word that an order was carried out: a file name, and the file."""
    return wipe_file_name(WIPED, note.device), courier.write_word(WIPED, wiped_message(note))


def wipe_file_name(form: bytes, device: str) -> str:
    """What an order, and the word that it was carried out, are called."""
    return f"民情日记-{device[-6:]}-清除{SUFFIXES[form]}"


def _pushes(store: Store, waiting: Sequence[Written]) -> tuple[list[Push], int]:
    """As many pushes as fit into a package, and the number of changes in them."""
    pushes: list[Push] = []
    left, room, packed = list(waiting), MOST_TEXT, 0
    while left:
        groups = Batch(changes=2000, text=min(room, 2 * 1024 * 1024)).take(left)
        size = sum(size_of(group) for group in groups)
        if size > room:
            break
        pushes.append(_push(store, groups))
        taken = sum(len(group) for group in groups)
        left, room, packed = left[taken:], room - size, packed + taken
    return pushes, packed


def _push(store: Store, groups: Sequence[Sequence[Written]]) -> Push:
    return Push(
        epoch=str(store.meta("epoch", "")),
        incarnation=int(store.meta("incarnation", 1)),
        schema_version=SCHEMA,
        scope=made_under(store),
        clock=_BY_STICK,
        groups=[
            Group(tx=group[0].tx, act=group[0].act, changes=[orjson.loads(each.body) for each in group])
            for group in groups
        ],
    )


def _note_receipt(store: Store, file: bytes) -> Taken:
    try:
        closed = courier.read(RECEIPT, file)
    except NoPackage as error:
        raise NotThisFile(str(error), advice=_DAMAGED) from None
    known = next((each for each in _packages(store) if each["name"] == closed.head.package), None)
    if known is None or not closed.is_of(raw_of(store.meta("centre_key"))):
        raise NotThisFile("a strange receipt", advice=_STRANGE_RECEIPT)
    try:
        said = courier.open_box(closed, raw_of(known["key"]), Said)
    except NoPackage as error:
        raise NotThisFile(str(error), advice=_DAMAGED) from None
    taken = _settle(store, said, is_of_this_life=known["life"] == _life(store))
    for order in _orders(said):
        if _is_in_force(store, order) and (order.stolen or not store.count_to_hand_in()):
            raise WipeOrdered(order)
    return taken


def _orders(said: Said) -> list[WipeOrder]:
    problem = None if said.problem is None else said.problem.standing
    standings = (*(answer.standing for answer in said.answers), problem, said.standing)
    return [standing.order for standing in standings if standing is not None and standing.order is not None]


def _settle(store: Store, said: Said, *, is_of_this_life: bool) -> Taken:
    """What an older centre, or an older life of this store, was told settles nothing any more."""
    if said.standing is not None:
        if said.standing.epoch == store.meta("epoch"):
            store.note_standing(_not_older(store, said.standing))
        return Taken(RECEIPT, files=said.files, epoch=said.standing.epoch)
    if not is_of_this_life:
        return Taken(RECEIPT, again=bool(store.waiting(1)))
    accepted = refused = conflicts = 0
    for answer in said.answers:
        standing = _not_older(store, answer.standing)
        settled = store.settle(answer.results, standing, answer.standing.now, answer.taken)
        accepted, refused = accepted + settled.accepted, refused + settled.refused
        conflicts += settled.conflicts
    if said.problem is not None and said.problem.error in ("epoch", "fork", "gap"):
        Engine(store).disagreed(said.problem)
        return Taken(RECEIPT, accepted, refused, conflicts, again=True)
    return Taken(RECEIPT, accepted, refused, conflicts)


def _not_older(store: Store, standing: Standing) -> Standing:
    """What the line has told since is not taken back by what comes later on a stick."""
    kept = store.meta("standing")
    if kept is None:
        return standing
    known = Standing.model_validate(kept)
    return known if known.now > standing.now else standing


def _life(store: Store) -> list[Any]:
    """In what the numbers of changes mean what they meant when a package was closed."""
    return [str(store.meta("epoch", "")), int(store.meta("incarnation", 1)), int(store.meta("renumbered", 0))]


def county_of(store: Store) -> str:
    """The id of the county's region; "" before the store was enrolled."""
    account = store.meta("account") or {}
    return str(account.get("county", ""))


def _packages(store: Store) -> list[dict[str, Any]]:
    return list(store.meta("packages", []))


def remember(store: Store, name: str, reply: bytes) -> None:
    """The receipt of the package or crate of this name will be sealed to this key (X25519, private half)."""
    package = {"name": name, "key": text_of(reply), "life": _life(store)}
    store.set_meta("packages", [*_packages(store), package][-KEPT:])

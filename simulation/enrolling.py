"""Desks that begin, and desks that begin again at a centre that does not know them any more."""

from functools import partial
from typing import TYPE_CHECKING

from gridworker.protocol.people import Account, SignedIn, Tokens
from gridworker.protocol.sync import Standing
from gridworker.records import KINDS
from gridworker.records.upcasts import upcast
from gridworker.sync import session
from gridworker.sync.badge import raw_of
from simulation import versions
from simulation.centre import Device
from simulation.desk_store import DeskStore
from simulation.district import COUNTY, Person, name_of
from simulation.people import Hands
from simulation.sticks import notes

if TYPE_CHECKING:
    from simulation.world import Desk, World

_NOTHING = Tokens(access="", access_until=0, refresh="")


def enrolled(world: "World", person: Person, slice_rows: int) -> "Desk":
    """One more desk, with nothing in its store but what the centre said when it was enrolled."""
    from simulation.world import Desk

    number, books = len(world.desks), world.centre.books
    device, account = _device(world), books.accounts[person.id]
    books.devices[device] = Device(person.id)
    hands = Hands(person, partial(world.desk_time, number), world.new_id, world.token, world.oracle.note)
    hands.moves, hands.writes_on, hands.meets, hands.role = world.rich, world.texts, world.meets, account.role
    hands.names = world.names
    store = DeskStore(slice_rows=slice_rows)
    if world.ages and number % 2 == 0:
        store.of_program(versions.old_kinds(), versions.OLD, versions.as_written)
    elif world.ages:
        update(store)
    known = {"epoch": books.epoch, "scope": account.version, "account_scope": account.version}
    store.metas.update({**known, **notes(device), "standing": world.standing(device)})
    return Desk(number, device, hands, store)


def update(store: DeskStore) -> None:
    """Its worker gets the new program."""
    store.of_program(KINDS, versions.NEW, upcast)


def enrol_again(world: "World", desk: "Desk") -> None:
    """The centre was restored from before it knew this desk; with a new code its store goes on under a new device."""
    books, person = world.centre.books, desk.hands.person.id
    world.totals["enrolled again"] += 1
    desk.device, desk.engine = _device(world), None
    books.devices[desk.device] = Device(person)
    account, told = books.accounts[person], notes(desk.device)
    answer = SignedIn(
        device=desk.device,
        account=Account(person=person, user="", name="", role=account.role, regions=[], county=COUNTY),
        tokens=_NOTHING,
        standing=Standing.model_validate(world.standing(desk.device)),
        recovery_key=told["recovery_key"],
        centre_key=told["centre_key"],
        buckets=world.centre.infos_of(sorted(account.holds())),
    )
    session.adopt(desk.store, answer, raw_of(told["device_key"]), "", "")  # type: ignore[arg-type]
    desk.hands.role = account.role


def _device(world: "World") -> str:
    """An id that no device has had."""
    world.devices += 1
    return name_of(0xD0, world.devices - 1)

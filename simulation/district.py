"""The ground of every history: a county with two towns and four grids, its people, and what each may see."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from gridserver.storage.scope import bucket_id
from gridworker.protocol.sync import BucketInfo
from gridworker.records.kind import BucketClass, Role
from simulation.centre import Account, Books, Device

MORNING = 1_772_414_040_000
"""2026-03-02 09:14 in Shaoxing, ms UTC."""


def name_of(space: int, number: int) -> str:
    """An id that a reader can tell again."""
    return f"{number >> 16 & 0xFFFFFFFF:08x}-{number & 0xFFFF:04x}-7000-8000-{space:012x}"


COUNTY = name_of(0xA0, 1)
TOWNS = tuple(name_of(0xA1, number) for number in range(2))
GRIDS = tuple(name_of(0xA2, number) for number in range(4))
TOWN_OF: Mapping[str, str] = {grid: TOWNS[place // 2] for place, grid in enumerate(GRIDS)}
CENTRE = name_of(0xAA, 1)


class Person(NamedTuple):
    """Somebody who works here, and the grids that are his on the first day."""

    id: str
    role: str
    grids: tuple[str, ...]


PEOPLE: Sequence[Person] = (
    Person(name_of(0xB0, 1), Role.GRID_WORKER, GRIDS[:1]),
    Person(name_of(0xB0, 2), Role.GRID_WORKER, GRIDS[:2]),
    Person(name_of(0xB0, 3), Role.SUPERVISOR, GRIDS),
    Person(name_of(0xB0, 4), Role.MEDIATOR, GRIDS[:3]),
    Person(name_of(0xB0, 5), Role.GRID_WORKER, GRIDS[2:]),
)


def _infos() -> Mapping[str, BucketInfo]:
    places = [(BucketClass.REFERENCE, COUNTY), *((BucketClass.CASE, town) for town in TOWNS)]
    places += [(each, grid) for grid in GRIDS for each in (BucketClass.GRID, BucketClass.SENSITIVE)]
    places += [(BucketClass.USER, person.id) for person in PEOPLE]
    named = {bucket_id(*place): place for place in places}
    return {name: BucketInfo(id=name, bucket_class=place[0], region=place[1]) for name, place in named.items()}


INFOS = _infos()


def _homes() -> Mapping[tuple[str, str], str]:
    homes = {(str(info.bucket_class), info.region): name for name, info in INFOS.items()}
    for grid, town in TOWN_OF.items():
        homes[BucketClass.CASE, grid] = homes[BucketClass.CASE, town]
    return homes


HOMES = _homes()


def buckets_of(role: str, person: str, grids: Sequence[str]) -> set[str]:
    """What ``scope.regrant`` gives to somebody of this role who has these grids."""
    held = {HOMES[BucketClass.REFERENCE, COUNTY], HOMES[BucketClass.USER, person]}
    held |= {HOMES[BucketClass.GRID, grid] for grid in grids}
    if role == Role.GRID_WORKER:
        held |= {HOMES[BucketClass.SENSITIVE, grid] for grid in grids}
    if role in (Role.MEDIATOR, Role.SUPERVISOR):
        held |= {HOMES[BucketClass.CASE, TOWN_OF[grid]] for grid in grids}
    return held


def first_books(new_id: Callable[[], str]) -> Books:
    """A centre on its first day."""
    books = Books(epoch=new_id(), author=CENTRE)
    books.accounts[CENTRE] = Account(Role.CENTRE)
    books.devices[CENTRE] = Device(CENTRE)
    for person in PEOPLE:
        held = buckets_of(person.role, person.id, person.grids)
        books.accounts[person.id] = Account(person.role, 1, tuple((bucket, 1, None) for bucket in sorted(held)))
    return books

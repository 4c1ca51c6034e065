"""The county of the histories in a real database: its regions, its people, and what each of them may see."""

from gridserver.storage import people, scope
from gridserver.storage.engine import Connection
from gridserver.storage.people import AccountRow
from gridworker.records.row import Row
from simulation.district import COUNTY, GRIDS, PEOPLE, TOWN_OF, TOWNS, Person, name_of


def found(conn: Connection, now: int, password: str = "") -> None:
    """Everything, straight into the tables. ``password``: as it is kept, the same for all."""
    scope.regions_written(conn, regions())
    for number, person in enumerate(PEOPLE):
        hire(conn, person, login(number), now, password)


def login(number: int) -> str:
    """What the person of this number types when he signs in."""
    return f"person{number}"


def hire(conn: Connection, person: Person, name: str, now: int, password: str = "") -> None:
    """One person, with his grids."""
    people.add_account(conn, AccountRow(person.id, name, name, person.role, COUNTY, password, active=True), now)
    scope.make_buckets(conn, [("user", person.id)])
    for grid in person.grids:
        people.assign(conn, person.id, grid, now)
    scope.regrant(conn, person.id)


def regions() -> list[Row]:
    """The county, its towns, a village in each, and the grids."""
    village = {town: name_of(0xA9, number) for number, town in enumerate(TOWNS)}
    tree = [(COUNTY, "county", None), *((town, "town", COUNTY) for town in TOWNS)]
    tree += [(village[town], "village", town) for town in TOWNS]
    tree += [(grid, "grid", village[TOWN_OF[grid]]) for grid in GRIDS]
    return [
        Row("region", name, "", 1, "", {"code": name[:20], "name": name, "level": level, "parent": parent}, {})
        for name, level, parent in tree
    ]

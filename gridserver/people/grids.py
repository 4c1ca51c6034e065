"""Grids that are moved, split and merged: the centre, as an author, takes their records along."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from gridserver.author import Author
from gridserver.errors import CommandFailed
from gridserver.people.regions import next_code
from gridserver.people.staff import Staff
from gridserver.storage import people, regrouping
from gridserver.storage.people import Place
from gridworker.records.kinds.household import HOUSEHOLD
from gridworker.records.kinds.region import REGION
from gridworker.records.row import Row

STEP = 200
"""Households in one transaction; what belongs to them follows."""


def move_grid(author: Author, grid_code: str, village_code: str) -> str:
    """The grid belongs to another village; returns its new code. Its records stay where they are."""
    grid, village = _grid(author, grid_code), people.place_of_code(author.conn, village_code)
    if village is None or village.level != "village" or village.county != grid.county:
        raise CommandFailed(f"there is no village with the code {village_code} in the county of {grid_code}")
    row = _row(author, grid)
    if row.fields.get("parent") == village.id:
        raise CommandFailed(f"{grid_code} belongs to {village_code} already")
    code = next_code(author.conn, village)
    author.write([author.set(row, "parent", village.id), author.set(row, "code", code)])
    return code


def split_grid(author: Author, from_code: str, to_code: str, groups: Sequence[str], numbers: Sequence[str]) -> int:
    """One step of taking households to another grid: those of these villagers' groups or household numbers. How many
    went; none are left when none went.
    """
    source, target = _two(author, from_code, to_code)
    if not groups and not numbers:
        raise CommandFailed("say which households: --group or --numbers")
    found = regrouping.households(author.conn, source.id, groups, numbers, STEP)
    rows = [row for household in found if (row := author.row_of(HOUSEHOLD.name, household)) is not None]
    author.write([author.set(row, "grid", target.id) for row in rows])
    return len(rows)


def merge_grid(staff: Staff, from_code: str, into_code: str) -> list[str]:
    """The grid ends today and everything in it goes to another one, at the next steps; its people go along. Returns
    their names. Diaries keep the grid of their day; its region stays for the statistics, with its successor.
    """
    author = staff.author
    source, target = _two(author, from_code, into_code)
    names = regrouping.assigned(author.conn, source.id)
    for name in names:
        staff.assign(name, into_code)
        staff.unassign(name, from_code)
    row = _row(author, source)
    author.write([author.set(row, "valid_to", _today(author.now)), author.set(row, "successor", target.id)])
    regrouping.look_through(author.conn, source.id)
    return names


def _two(author: Author, from_code: str, to_code: str) -> tuple[Place, Place]:
    source, target = _grid(author, from_code), _grid(author, to_code)
    if source.id == target.id or source.county != target.county:
        raise CommandFailed("name two different grids of one county")
    return source, target


def _grid(author: Author, code: str) -> Place:
    place = people.place_of_code(author.conn, code.strip())
    if place is None or place.level != "grid":
        raise CommandFailed(f"there is no grid with the code {code}, or it was merged already")
    return place


def _row(author: Author, place: Place) -> Row:
    row = author.row_of(REGION.name, place.id)
    if row is None:
        raise CommandFailed(f"desks do not know the region {place.code}; import the divisions again")
    return row


def _today(now: int) -> str:
    """The civil day in China."""
    day: date = (datetime.fromtimestamp(now / 1000, UTC) + timedelta(hours=8)).date()
    return day.isoformat()

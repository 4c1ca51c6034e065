"""The tree of regions: brought in from the public division codes, and grown by grids."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from gridserver.author import Author
from gridserver.errors import CommandFailed
from gridserver.storage import people, rows, scope
from gridserver.storage.engine import Connection
from gridserver.storage.people import Place
from gridworker.records.change import Change
from gridworker.records.kind import BucketClass
from gridworker.records.kinds.region import REGION

LEVELS: Mapping[str, str] = {"3": "county", "4": "town", "5": "village"}
"""Level of the public list to ours."""

_DEPTH: Mapping[str, int] = {"county": 3, "town": 4, "village": 5, "grid": 6, "micro_grid": 7}
_COLUMNS = ["level", "code", "name", "parent"]
_GRIDS = 999


@dataclass(frozen=True, slots=True)
class Division:
    """One line of the public list, or a region of our own below it."""

    line: int
    level: str
    code: str
    name: str
    parent: str


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did."""

    added: int
    renamed: int
    unchanged: int


def read_divisions(path: Path) -> list[Division]:
    """The lines of a CSV file (UTF-8) with the columns level, code, name, parent. Raises ``CommandFailed``."""
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            lines = csv.DictReader(file)
            if lines.fieldnames is None or [name.strip() for name in lines.fieldnames] != _COLUMNS:
                raise CommandFailed(f"{path.name}: the first line must be {','.join(_COLUMNS)}")
            return [_division(place, line) for place, line in enumerate(lines, 2)]
    except OSError as error:
        raise CommandFailed(f"{path}: {error.strerror}") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise CommandFailed(f"{path.name} is not a CSV file in UTF-8 ({type(error).__name__})") from None


def bring_in(author: Author, divisions: Sequence[Division]) -> Imported:
    """Makes a region of each division that has none, and gives new names; may be repeated."""
    _refuse_doubles(divisions)
    codes = {each.code for each in divisions} | {each.parent for each in divisions}
    known = people.places_of_codes(author.conn, sorted(codes))
    renamed = [each for each in divisions if each.code in known and known[each.code].name != each.name]
    fresh = [each for each in divisions if each.code not in known]
    changes: list[Change] = []
    for division in sorted(fresh, key=lambda each: _DEPTH[each.level]):
        changes.append(change := _new_region(author, division, known))
        known[division.code] = _place(division, change)
    counties = {place.county for place in known.values() if place.county}
    scope.make_buckets(author.conn, [(BucketClass.REFERENCE, county) for county in sorted(counties)])
    author.write(changes + _new_names(author, renamed, known))
    return Imported(len(fresh), len(renamed), len(divisions) - len(fresh) - len(renamed))


def add_grid(author: Author, village_code: str, name: str = "") -> str:
    """A new grid of a village; returns its code: the village's and three digits."""
    village = people.place_of_code(author.conn, village_code)
    if village is None or village.level != "village":
        raise CommandFailed(f"there is no village with the code {village_code}; import the divisions first")
    code = next_code(author.conn, village)
    number = int(code[-3:])
    grid = Division(0, "grid", code, name.strip() or f"第{number}网格", village.code)
    author.write([_new_region(author, grid, {village.code: village})])
    return code


def next_code(conn: Connection, village: Place) -> str:
    """The code of the next grid of a village: its own and three digits; none is given twice."""
    return f"{village.code}{_next_number(people.codes_below(conn, village.id), village.code):03}"


def _next_number(codes: Iterable[str], village: str) -> int:
    used = [int(code[len(village) :]) for code in codes if code[len(village) :].isdigit()]
    number = max(used, default=0) + 1
    if number > _GRIDS:
        raise CommandFailed(f"the village {village} has {_GRIDS} grids already")
    return number


def _new_region(author: Author, division: Division, known: Mapping[str, Place]) -> Change:
    """The change that makes it. A county belongs to itself; what its parent is lies outside of the list."""
    region, parent = author.new_id(), known.get(division.parent)
    if parent is None and division.level != "county":
        raise CommandFailed(f"line {division.line}: the parent {division.parent} of {division.code} is not known")
    county = parent.county if parent is not None else region
    fields = {"code": division.code, "name": division.name, "level": division.level, "county": county}
    if parent is not None:
        fields["parent"] = parent.id
    return author.create(REGION.name, region, scope.bucket_id(BucketClass.REFERENCE, county or ""), fields)


def _place(division: Division, made: Change) -> Place:
    return Place(made.record, division.code, division.name, division.level, made.value["county"])


def _refuse_doubles(divisions: Sequence[Division]) -> None:
    seen: dict[str, int] = {}
    for division in divisions:
        if division.code in seen:
            raise CommandFailed(f"line {division.line}: {division.code} stands in line {seen[division.code]} already")
        seen[division.code] = division.line


def _new_names(author: Author, renamed: Sequence[Division], known: Mapping[str, Place]) -> list[Change]:
    standing = rows.read(author.conn, [known[each.code].id for each in renamed], []).rows
    return [author.set(standing[REGION.name, known[each.code].id], "name", each.name) for each in renamed]


def _division(place: int, line: Mapping[str | None, str | None]) -> Division:
    found = [(line.get(name) or "").strip() for name in _COLUMNS]
    level, code, name, parent = found
    if None in line or level not in LEVELS:
        raise CommandFailed(f"line {place}: level must be one of {', '.join(LEVELS)}, and there are four columns")
    if not code.isdigit() or not name:
        raise CommandFailed(f"line {place}: a code of digits and a name are needed")
    return Division(place, LEVELS[level], code, name, parent)

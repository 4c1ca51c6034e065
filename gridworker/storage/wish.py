"""Which towns a person wants on this desk: asked when all of them would be much, and loaded in his order."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from gridworker.storage import buckets, snapshot
from gridworker.storage.file import File

MOST_UNASKED = 8_000_000
"""Bytes of first readings that are loaded without a question: some four towns."""
ASKED = "supervisor"
"""Whose scope may be a whole county; everybody else works in what he holds."""

_WISH = "wish"
_LEVELS = 5
"""From a micro-grid up to the county."""
_OF_TOWNS = ("grid", "sensitive", "case")


@dataclass(frozen=True, slots=True)
class Town:
    """A town of the scope. ``region``: its id; "" for what belongs to none that is known here."""

    region: str
    name: str
    rows: int
    """At the centre, when it was last told."""
    bytes: int
    here: int
    """Bytes of it that have come."""
    state: str
    """absent, loading, live, leaving."""


class Coming(NamedTuple):
    """Buckets that are being loaded: how many, the bytes of their first readings, and those that have come."""

    buckets: int
    total: int
    here: int


@dataclass(frozen=True, slots=True)
class Arranged:
    """What came of the wish. ``changed``: the centre is to hear of it; ``leaving``: buckets that are to go."""

    changed: bool = False
    leaving: tuple[str, ...] = ()


def wish(file: File) -> list[str] | None:
    """The towns that are wanted, in order; None: nobody has chosen."""
    kept = file.meta(_WISH)
    return None if kept is None else [str(region) for region in kept]


def want(file: File, towns: Sequence[str] | None) -> None:
    """These towns are wanted from now on, the first one first, inside the transaction that is open."""
    file.note(_WISH, None if towns is None else list(dict.fromkeys(towns)))


def is_asked(file: File) -> bool:
    """Whether the person is to choose before anything of a town is loaded."""
    total = "SELECT coalesce(sum(bytes), 0) FROM bucket WHERE record = '' AND class IN (?, ?, ?)"
    return (
        wish(file) is None
        and (file.meta("account") or {}).get("role") == ASKED
        and int(file.db.execute(total, _OF_TOWNS).fetchone()[0]) > MOST_UNASKED
    )


def arrange(file: File) -> Arranged:
    """Lets what is wanted come, and puts off what is not; inside the transaction that is open."""
    chosen = wish(file)
    if chosen is None and not _any(file, "absent") and not (_any(file, "loading") and is_asked(file)):
        return Arranged()
    asked = is_asked(file)
    lines = _lines(file)
    places = {town: place for place, town in enumerate(chosen or ())}
    changed, leaving = False, []
    for line in lines:
        wanted = not asked if chosen is None else line.town in places
        if wanted and line.state == "absent":
            file.db.execute("UPDATE bucket SET state = 'loading', cursor = 0, naming = 0 WHERE _row = ?", (line.row,))
            changed = True
        elif not wanted and line.state == "loading" and line.cursor == 0 and buckets.is_empty(file, line.row):
            snapshot.forget(file, line.bucket)
            file.db.execute("UPDATE bucket SET state = 'absent' WHERE _row = ?", (line.row,))
            changed = True
        elif not wanted and chosen is not None and line.state != "absent":
            leaving.append(line.bucket)
        if wanted and line.place != places.get(line.town, 0):
            file.db.execute("UPDATE bucket SET place = ? WHERE _row = ?", (places.get(line.town, 0), line.row))
    return Arranged(changed, tuple(leaving))


def coming(file: File) -> Coming | None:
    """What is still to come of the buckets that are wanted here; None when all of it is here."""
    count, total, here = file.db.execute(
        "SELECT count(*), coalesce(sum(coalesce(snapshot.bytes, bucket.bytes)), 0), coalesce(sum(here), 0)"
        " FROM bucket LEFT JOIN snapshot ON _bucket = bucket._row WHERE state = 'loading'"
    ).fetchone()
    return Coming(count, total, here) if count else None


def absent_regions(file: File) -> set[str]:
    """The regions of which nothing is here because it is not wanted."""
    found = file.db.execute("SELECT region FROM bucket WHERE state = 'absent' AND class = 'grid' AND record = ''")
    return {region for (region,) in found}


def towns(file: File) -> list[Town]:
    """The towns of the scope with what a first reading of each brings; those that are wanted first, in their order."""
    chosen = wish(file)
    coming = {each.bucket: each.here for each in snapshot.begun(file)}
    found: dict[str, list[_Line]] = defaultdict(list)
    for line in _lines(file):
        found[line.town].append(line)
    names = {region: name for region, name, _, _ in _regions(file)}
    order = {town: place for place, town in enumerate(chosen or ())}
    told = [_town(town, names.get(town, ""), lines, coming, chosen) for town, lines in found.items()]
    return sorted(told, key=lambda each: (order.get(each.region, len(order)), each.region == "", each.region))


class _Line(NamedTuple):
    row: int
    bucket: str
    state: str
    cursor: int
    place: int
    rows: int
    bytes: int
    town: str


def _any(file: File, state: str) -> bool:
    return file.db.execute("SELECT 1 FROM bucket WHERE state = ? LIMIT 1", (state,)).fetchone() is not None


def _lines(file: File) -> list[_Line]:
    """The buckets of towns; those for named people come in any case."""
    of_town = _town_of(file)
    lines = file.db.execute(
        "SELECT _row, id, state, cursor, place, rows, bytes, region FROM bucket"
        " WHERE record = '' AND class IN (?, ?, ?) AND state <> 'dropping' ORDER BY _row",
        _OF_TOWNS,
    ).fetchall()
    return [_Line(*line)._replace(town=of_town.get(line[7], "")) for line in lines]


def _town_of(file: File) -> dict[str, str]:
    """Region to the town that it lies in."""
    up = {region: (level, parent) for region, _, level, parent in _regions(file)}
    found: dict[str, str] = {}
    for region in up:
        at: str | None = region
        for _ in range(_LEVELS):
            if at is None or at not in up:
                break
            if up[at][0] == "town":
                found[region] = at
                break
            at = up[at][1]
    return found


def _regions(file: File) -> list[tuple[str, str, str, str | None]]:
    if "region" not in file.tables:
        return []
    query = 'SELECT id, "name", "level", "parent" FROM "region" WHERE _removed IS NULL'
    return [tuple(line) for line in file.db.execute(query)]


def _town(region: str, name: str, lines: Sequence[_Line], coming: dict[str, int], chosen: Any) -> Town:
    live = [line for line in lines if line.state in ("live", "stale")]
    wanted = chosen is None or region in chosen
    if not wanted and any(line.state != "absent" for line in lines):
        state = "leaving"
    elif all(line.state == "absent" for line in lines):
        state = "absent" if not (wanted and chosen is not None) else "loading"
    else:
        state = "live" if len(live) == len(lines) else "loading"
    here = sum(line.bytes for line in live) + sum(coming.get(line.bucket, 0) for line in lines)
    return Town(region, name, sum(line.rows for line in lines), sum(line.bytes for line in lines), here, state)

"""Reads over visits: which households are due, how far a district was covered, what a week held."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import orjson

from gridworker.storage.file import UNSEEN, File

CHINA_MS = 8 * 3_600_000
DAY_MS = 86_400_000
_BY_HOUSEHOLD = "visit0"
"""The first summary that visits declare: the latest one at which somebody was met, by household."""


class DueLine(NamedTuple):
    """A household that is to be visited. Days are counted from 1970-01-01 in China."""

    row: int
    household: str
    head_name: str
    address: str
    grid: str
    due: int
    interval: int
    tag: str
    """The tag with the shortest interval; "" when the ordinary rule applies."""
    last_met: int | None
    """ms UTC."""


class CoverageLine(NamedTuple):
    """One grid, or one worker, in a stretch of time."""

    id: str
    visits: int
    met: int
    households: int
    """Households in which somebody was met; those that were made one count once."""


_WHEN = (
    "CASE WHEN agreed > coalesce(last_day, 0) THEN agreed"
    f" ELSE coalesce(last_day + days, (_made + {CHINA_MS}) / {DAY_MS} + min(days, :first_visit)) END"
)
"""An agreed day after the last meeting, or else the rule."""
_LATEST = "CASE WHEN n.latest > coalesce(s.latest, 0) THEN n.latest ELSE s.latest END"
"""The latest meeting of a household: ``s``, the one that is counted, or ``n``, one of a visit that is new."""
_LAST_MET = f"""
  LEFT JOIN summary AS s ON s._bucket = h._bucket AND s.name = '{_BY_HOUSEHOLD}' AND s.key = h.id
  LEFT JOIN met_now AS n ON n._bucket = h._bucket AND n.key = h.id"""
_DUE = f"""
WITH {{met_now}},
rule AS MATERIALIZED (SELECT key AS tag, value AS days FROM json_each(:rules)),
of_house AS MATERIALIZED (
  SELECT t._row AS house, min(r.days) AS days, r.tag AS tag
  FROM household__tags AS t JOIN rule AS r ON r.tag = t.tag GROUP BY t._row),
of_group AS MATERIALIZED (
  SELECT k.household AS house, min(r.days) AS days, r.tag AS tag
  FROM key_group_tag AS k JOIN rule AS r ON r.tag = k.tag
  WHERE k._removed IS NULL AND (k.valid_to IS NULL OR k.valid_to >= :today) GROUP BY k.household),
of_member AS MATERIALIZED (
  SELECT p.household AS house, min(r.days) AS days, r.tag AS tag
  FROM person__tags AS t JOIN rule AS r ON r.tag = t.tag JOIN person AS p ON p._row = t._row
  WHERE p._removed IS NULL AND p.moved_out IS NULL AND p.died_on IS NULL GROUP BY p.household),
house AS (
  SELECT h._row, h.id, h.head_name, h.address, h.grid, h._made,
    min(coalesce(a.days, :household), coalesce(b.days, :household), coalesce(c.days, :household)) AS days,
    coalesce(a.days, 99999) AS a_days, a.tag AS a_tag, coalesce(b.days, 99999) AS b_days, b.tag AS b_tag,
    c.tag AS c_tag, {_LATEST} AS latest, ({_LATEST} + {CHINA_MS}) / {DAY_MS} AS last_day,
    CAST(julianday(h.next_visit) - 2440587.5 AS INTEGER) AS agreed
  FROM household AS h
  LEFT JOIN of_house AS a ON a.house = h._row
  LEFT JOIN of_group AS b ON b.house = h.id
  LEFT JOIN of_member AS c ON c.house = h.id{_LAST_MET}
  WHERE h._removed IS NULL AND h.moved_out IS NULL AND h._bucket NOT IN ({UNSEEN})
    AND (:grids IS NULL OR h.grid IN (SELECT value FROM json_each(:grids))))
SELECT _row, id, head_name, address, grid,
  {_WHEN} AS due,
  days,
  CASE WHEN days = a_days THEN a_tag WHEN days = b_days THEN b_tag ELSE coalesce(c_tag, '') END,
  latest
FROM house WHERE due <= :until
"""
_DUE_OF = f"""
WITH {{met_now}},
rule AS MATERIALIZED (SELECT key AS tag, value AS days FROM json_each(:rules)),
house AS (
  SELECT h.id, h._made, min(:household,
    coalesce((SELECT min(r.days) FROM json_each(h.tags) AS j JOIN rule AS r ON r.tag = j.value), :household),
    coalesce((SELECT min(r.days) FROM key_group_tag AS k JOIN rule AS r ON r.tag = k.tag
      WHERE k.household = h.id AND k._removed IS NULL AND (k.valid_to IS NULL OR k.valid_to >= :today)), :household),
    coalesce((SELECT min(r.days) FROM person AS p JOIN json_each(p.tags) AS j JOIN rule AS r ON r.tag = j.value
      WHERE p.household = h.id AND p._removed IS NULL AND p.moved_out IS NULL AND p.died_on IS NULL),
      :household)) AS days,
    ({_LATEST} + {CHINA_MS}) / {DAY_MS} AS last_day, CAST(julianday(h.next_visit) - 2440587.5 AS INTEGER) AS agreed
  FROM json_each(:only) AS o CROSS JOIN household AS h ON h.id = o.value{_LAST_MET}
  WHERE h._removed IS NULL AND h.moved_out IS NULL)
SELECT id, {_WHEN}, days FROM house
"""
_MET_BESIDES = f"""
WITH {{met_now}}
SELECT house, max(met) FROM (
  SELECT s."record" AS house, v.visited_at AS met
  FROM visit__subjects AS s JOIN visit AS v ON v._row = s._row
  WHERE s."record" IN (SELECT value FROM json_each(:only)) AND v.household IS NOT s."record"
    AND v._removed IS NULL AND v.met IS NOT 0
  UNION ALL
  SELECT h.id, s.latest
  FROM json_each(:only) AS o CROSS JOIN household AS h ON h.id = o.value
  CROSS JOIN json_each(h.also) AS a
  JOIN summary AS s ON s._bucket = h._bucket AND s.name = '{_BY_HOUSEHOLD}' AND s.key = a.key
  WHERE h.also IS NOT NULL AND s.latest IS NOT NULL
  UNION ALL
  SELECT h.id, n.latest
  FROM json_each(:only) AS o CROSS JOIN household AS h ON h.id = o.value
  CROSS JOIN json_each(h.also) AS a
  JOIN met_now AS n ON n._bucket = h._bucket AND n.key = a.key
  WHERE h.also IS NOT NULL)
GROUP BY house
"""
_STANDS = """
merged (gone, stays) AS (
  SELECT id, same_as FROM household WHERE same_as IS NOT NULL AND _removed IS NOT NULL
  UNION
  SELECT m.gone, h.same_as FROM merged AS m JOIN household AS h ON h.id = m.stays
  WHERE h.same_as IS NOT NULL AND h._removed IS NOT NULL),
stands AS MATERIALIZED (SELECT gone, stays FROM merged WHERE stays NOT IN (SELECT gone FROM merged))"""
"""Households that were merged into another: the one that stands for each."""
_ORDERS = {"late": "ORDER BY due, address", "address": "ORDER BY grid, address, due"}


def due(
    file: File,
    *,
    rules: Mapping[str, int],
    household: int,
    first_visit: int,
    today: str,
    until: int,
    grids: Sequence[str] | None,
    order: str,
) -> list[DueLine]:
    """Households whose visit is due on the day ``until`` or before. ``rules``: tag to days.

    ``household``: days where no tag says otherwise; ``first_visit``: days until a new household is seen first.
    An agreed day (``next_visit``) after the last meeting takes the place of the rule.
    """
    lines = file.db.execute(
        f"{_DUE.format(met_now=_met_now(file))}{_ORDERS[order]}",
        {
            "rules": _json(rules),
            "household": household,
            "first_visit": first_visit,
            "today": today,
            "until": until,
            "grids": None if grids is None else _json(list(grids)),
        },
    )
    return [DueLine(*line) for line in lines]


def due_of(
    file: File, households: Sequence[str], *, rules: Mapping[str, int], household: int, first_visit: int, today: str
) -> dict[str, int]:
    """When some households are to be visited: day by id, counted from 1970-01-01 in China."""
    given = {
        "rules": _json(rules),
        "household": household,
        "first_visit": first_visit,
        "today": today,
        "only": _json(list(households)),
    }
    lines = file.db.execute(_DUE_OF.format(met_now=_met_now(file)), given).fetchall()
    found = {line[0]: (line[1], line[2]) for line in lines}
    besides = met_besides(file, list(found))
    again = {house: (met + CHINA_MS) // DAY_MS + found[house][1] for house, met in besides.items()}
    return {house: max(day, again.get(house, day)) for house, (day, _) in found.items()}


def met_besides(file: File, households: Sequence[str]) -> dict[str, int]:
    """When households were met last on visits that were mainly to another one, or to one that was merged into them:
    ms UTC by id."""
    text = _MET_BESIDES.format(met_now=_met_now(file))
    return dict(file.db.execute(text, {"only": _json(households)}).fetchall())


def attempts(file: File, since: Mapping[str, int]) -> dict[str, int]:
    """How often nobody was met at each household after the moment given for it (ms UTC)."""
    missed = _of_each(file, "household", "visited_at > j.value AND met = 0")
    text = f"WITH {_GIVEN} SELECT key, count(*) FROM ({missed}) GROUP BY key"
    return dict(file.db.execute(text, {"given": _json(since)}).fetchall())


def covered(file: File, first: int, end: int, grids: Sequence[str], *, to_now: bool) -> list[CoverageLine]:
    """Visits of each grid from ``first`` to before ``end`` (ms UTC).

    ``to_now``: nothing later than ``end`` exists, so that the latest meetings answer without a look at visits.
    """
    text = f"WITH {_GIVEN} SELECT key, count(*) FROM ({_of_each(file, 'grid', _BETWEEN)}) GROUP BY key"
    counts = dict(file.db.execute(text, _stretch(first, end, grids)).fetchall())
    met = _met_to_now(file, first, grids) if to_now else _met_between(file, first, end, grids)
    return [CoverageLine(grid, counts.get(grid, 0), *met.get(grid, (0, 0))) for grid in grids]


def by_worker(file: File, first: int, end: int, workers: Sequence[str]) -> list[CoverageLine]:
    """Visits of each worker from ``first`` to before ``end`` (ms UTC)."""
    found = _of_each(file, "visitor", _BETWEEN, ("met", "household"))
    text = (
        f"WITH RECURSIVE {_GIVEN}, {_STANDS} SELECT key, count(*), count(CASE WHEN met IS NOT 0 THEN 1 END),"
        f" count(DISTINCT CASE WHEN met IS NOT 0 THEN coalesce(stays, household) END)"
        f" FROM ({found}) LEFT JOIN stands ON gone = household GROUP BY key"
    )
    lines = {line[0]: line for line in file.db.execute(text, _stretch(first, end, workers))}
    return [CoverageLine(*lines.get(worker, (worker, 0, 0, 0))) for worker in workers]


def by_day(file: File, visitor: str, first: int, end: int) -> dict[int, int]:
    """One worker's visits per day, days counted from 1970-01-01 in China."""
    found = _of_each(file, "visitor", _BETWEEN, ("visited_at",))
    text = f"WITH {_GIVEN} SELECT (visited_at + {CHINA_MS}) / {DAY_MS}, count(*) FROM ({found}) GROUP BY 1"
    return dict(file.db.execute(text, _stretch(first, end, [visitor])).fetchall())


def _met_to_now(file: File, first: int, grids: Sequence[str]) -> dict[str, tuple[int, int]]:
    """Meetings are not counted here, households are; of those that were made one, each but one is taken off again."""
    shown = f"b.class = 'grid' AND b._row NOT IN ({UNSEEN}) AND b.region IN (SELECT value FROM json_each(:grids))"
    counted = f"s.name = '{_BY_HOUSEHOLD}' AND s.latest >= :first"
    lines = file.db.execute(
        f"WITH RECURSIVE {_met_now(file)}, {_STANDS},"
        " known AS (SELECT gone AS id, stays FROM stands UNION SELECT stays, stays FROM stands),"
        " several AS MATERIALIZED (SELECT b.region AS region, k.stays AS stays FROM known AS k"
        " CROSS JOIN household AS h ON h.id = k.id CROSS JOIN bucket AS b ON b._row = h._bucket"
        f" WHERE {shown} AND (EXISTS"
        f" (SELECT 1 FROM summary AS s WHERE s._bucket = b._row AND s.key = k.id AND {counted})"
        " OR EXISTS (SELECT 1 FROM met_now AS m WHERE m._bucket = b._row AND m.key = k.id AND m.latest >= :first)))"
        " SELECT region, sum(n) FROM ("
        "SELECT b.region, count(*) AS n FROM bucket AS b CROSS JOIN summary AS s ON s._bucket = b._row"
        f" WHERE {shown} AND {counted} AND s.key <> '' GROUP BY b.region"
        " UNION ALL SELECT b.region, count(*) FROM met_now AS m CROSS JOIN bucket AS b ON b._row = m._bucket"
        f" WHERE {shown} AND m.latest >= :first AND NOT EXISTS"
        f" (SELECT 1 FROM summary AS s WHERE s._bucket = m._bucket AND s.key = m.key AND {counted})"
        " GROUP BY b.region"
        " UNION ALL SELECT region, count(DISTINCT stays) - count(*) FROM several GROUP BY region) GROUP BY region",
        {"first": first, "grids": _json(grids)},
    )
    return {grid: (0, n) for grid, n in lines}


def _met_now(file: File) -> str:
    """The latest meetings among visits that are not counted yet, by household: a table for a query to join."""
    test = " OR ".join(file.tables["visit"].live[1:]) or "0"
    return (
        "met_now AS MATERIALIZED (SELECT _bucket, household AS key, max(visited_at) AS latest FROM visit"
        f" WHERE ({test}) AND met IS NOT 0 AND household IS NOT NULL GROUP BY _bucket, household)"
    )


def _met_between(file: File, first: int, end: int, grids: Sequence[str]) -> dict[str, tuple[int, int]]:
    found = _of_each(file, "grid", f"{_BETWEEN} AND met IS NOT 0", ("household",))
    text = (
        f"WITH RECURSIVE {_GIVEN}, {_STANDS} SELECT key, count(*), count(DISTINCT coalesce(stays, household))"
        f" FROM ({found}) LEFT JOIN stands ON gone = household GROUP BY key"
    )
    lines = file.db.execute(text, _stretch(first, end, grids))
    return {grid: (met, n) for grid, met, n in lines}


_GIVEN = "j AS MATERIALIZED (SELECT key, value FROM json_each(:given))"
_BETWEEN = "visited_at >= :first AND visited_at < :end"


def _of_each(file: File, field: str, test: str, told: Sequence[str] = ()) -> str:
    """The live visits whose ``field`` is a key of what was given: the key, and what else is told of them."""
    columns = ", ".join(("j.key", *told))
    indexed, *new = file.tables["visit"].live
    ways = [f"j CROSS JOIN visit ON {field} = j.key WHERE {indexed}"]
    # The new ones are few, and no index knows them: each is read once.
    ways += [f"visit CROSS JOIN j ON j.key = {field} WHERE {live}" for live in new]
    return " UNION ALL ".join(f"SELECT {columns} FROM {way} AND {test}" for way in ways)


def _stretch(first: int, end: int, keys: Sequence[str]) -> dict[str, Any]:
    return {"first": first, "end": end, "given": _json(dict.fromkeys(keys))}


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()

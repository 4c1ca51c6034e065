"""What stands in each grid, counted in quiet hours: a supervisor of a county does not have all of it on his desk."""

from collections.abc import Sequence
from typing import NamedTuple

from gridserver.settings import DAY
from gridserver.storage.engine import Connection, text
from gridworker.protocol.oversight import TownFigures
from gridworker.records import KINDS

HALF_YEAR = 182 * DAY
"""As long as the board looks back for who was visited at all, ms."""


class Figures(NamedTuple):
    """Of one grid."""

    households: int
    visited: int
    """Households in which somebody was met within half a year."""
    waiting: int
    """Diaries that nobody has read."""
    disputes: int
    """Disputes that have not ended."""


def count(conn: Connection, bucket: str, now: int) -> Figures | None:
    """The figures of a grid's bucket; None for a bucket of another class. ``conn`` sees one picture of everything."""
    machine = KINDS["dispute"].machine
    assert machine is not None
    going_on = [state for state in machine.states if state not in machine.ended]
    row = conn.execute(_COUNT, {"bucket": bucket, "since": now - HALF_YEAR, "open": going_on}).one_or_none()
    return None if row is None else Figures(*row)


def keep(conn: Connection, bucket: str, found: Figures, now: int) -> None:
    """Notes what was counted."""
    conn.execute(_KEEP, {**found._asdict(), "bucket": bucket, "now": now})


def of_towns(conn: Connection, buckets: Sequence[str]) -> list[TownFigures]:
    """The figures of all towns in which one of these buckets lies, by town, each as old as its oldest grid's."""
    found = conn.execute(_OF_TOWNS, {"buckets": list(buckets)})
    return [TownFigures.model_validate(row._asdict()) for row in found]


_COUNT = text("""
    WITH RECURSIVE here AS (
        SELECT kind, id, removed, CAST(wire AS json) -> 'd' AS d FROM record
        WHERE bucket = CAST(:bucket AS uuid) AND kind IN ('household', 'visit', 'dispute')
            AND (NOT removed OR kind = 'household')
            -- PostgreSQL reads no JSON with a NUL in it, which a field that is not known here may hold
            AND strpos(wire, '\\u0000') = 0
    ),
    live AS (SELECT kind, d FROM here WHERE NOT removed),
    one AS (
        SELECT CAST(id AS text) AS gone, d ->> 'same_as' AS stays FROM here
        WHERE kind = 'household' AND removed AND d ->> 'same_as' IS NOT NULL
    ),
    merged AS (
        SELECT gone, stays FROM one UNION SELECT merged.gone, one.stays FROM merged JOIN one ON one.gone = merged.stays
    ),
    stands AS (SELECT gone, stays FROM merged WHERE stays NOT IN (SELECT gone FROM one))
    SELECT
        (SELECT count(*) FROM live WHERE kind = 'household' AND d ->> 'moved_out' IS NULL) AS households,
        (SELECT count(DISTINCT coalesce(stays, d ->> 'household')) FROM live
            LEFT JOIN stands ON gone = d ->> 'household' WHERE kind = 'visit'
            AND d ->> 'met' IS DISTINCT FROM 'false' AND CAST(d ->> 'visited_at' AS bigint) >= :since) AS visited,
        (SELECT count(*) FROM live WHERE kind = 'visit' AND d ->> 'state' = 'submitted') AS waiting,
        (SELECT count(*) FROM live WHERE kind = 'dispute' AND d ->> 'state' = ANY(CAST(:open AS text[]))) AS disputes
    FROM bucket WHERE id = CAST(:bucket AS uuid) AND class = 'grid'
""")
_KEEP = text("""
    INSERT INTO bucket_figures (bucket, at, households, visited, waiting, disputes)
    VALUES (CAST(:bucket AS uuid), :now, :households, :visited, :waiting, :disputes)
    ON CONFLICT (bucket) DO UPDATE SET at = excluded.at, households = excluded.households,
        visited = excluded.visited, waiting = excluded.waiting, disputes = excluded.disputes
""")
_OF_TOWNS = text("""
    SELECT region.town AS region, min(f.at) AS as_of, sum(f.households) AS households, sum(f.visited) AS visited,
        sum(f.waiting) AS waiting, sum(f.disputes) AS disputes
    FROM bucket_figures AS f JOIN bucket ON bucket.id = f.bucket JOIN region ON region.id = bucket.region
    WHERE f.bucket = ANY(CAST(:buckets AS uuid[])) AND region.town IS NOT NULL
    GROUP BY region.town ORDER BY region.town
""")

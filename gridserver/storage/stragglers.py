"""Who has to go after whom: records that lie in a grid which what they belong to has left."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from gridserver.storage.engine import Connection, Sheaf, text
from gridserver.storage.rows import Key
from gridworker.records import KINDS
from gridworker.records.fields import ENTRY_ID
from gridworker.records.kind import BucketClass, Kind
from gridworker.records.row import Row


class Straggler(NamedTuple):
    """A record that lies behind, and the region to which it has to go."""

    kind: str
    id: str
    bucket: str
    region: str


class Left(NamedTuple):
    """A grid that something has left. ``mark``: see ``settled``."""

    region: str
    mark: str


def note(sheaf: Sheaf, before: Mapping[Key, Row], after: Mapping[Key, Row], late: Iterable[str]) -> None:
    """To be called with the rows that a push changed: which grids have to be looked through afterwards.

    ``late``: buckets into which something was written by people who hold them no longer; such a grid may be gone.
    """
    went = [(before[key].bucket, row.bucket) for key, row in after.items() if key in before]
    went = [(old, new) for old, new in went if old != new]
    leaders = sorted(set(_new_leaders(before, after)))
    maybe_gone = {*late, *(new for _, new in went)}
    if went or maybe_gone or leaders:
        asked = {
            "left": [old for old, _ in went],
            "maybe_gone": sorted(maybe_gone),
            "leaders": [leader for leader, _ in leaders],
            "followers": [bucket for _, bucket in leaders],
        }
        sheaf.add(_NOTE, asked)


def first_left(conn: Connection) -> Left | None:
    """The grid that has waited longest; None when everything lies where it belongs."""
    row = conn.execute(_FIRST).one_or_none()
    return None if row is None else Left(row.region, row.mark)


def are_left(sheaf: Sheaf, *, ends: bool = False) -> bool:
    """Whether some grid is still to be looked through. ``ends``: with this the transaction is committed."""
    return bool(sheaf.ask(_ANY, {}, ends=ends)[0][0])


def of(conn: Connection, region: str, most: int) -> list[Straggler]:
    """What has to leave this grid, at most ``most``. A grid that was merged into another one has to be empty."""
    successor = conn.scalar(_SUCCESSOR, {"region": region})
    if successor is not None:
        rows = conn.execute(_EVERYTHING, {"region": region, "most": most})
        return [Straggler(row.kind, row.id, row.bucket, str(successor)) for row in rows]
    return [Straggler(*row) for row in conn.execute(_STRAGGLERS, {"region": region, "most": most})]


def settled(conn: Connection, left: Left) -> None:
    """Nothing was found there. When something has left the grid since, it stays noted."""
    conn.execute(_SETTLED, left._asdict())


def postpone(conn: Connection, left: Left) -> None:
    """The others first: something there could not be taken along."""
    conn.execute(_POSTPONE, {"region": left.region})


def _new_leaders(before: Mapping[Key, Row], after: Mapping[Key, Row]) -> Iterator[tuple[str, str]]:
    """(record that is followed, bucket of the follower) of what was made, or follows another one now."""
    for key, row in after.items():
        old = before.get(key)
        for each in KINDS[row.kind].follows:
            leader = row.fields.get(each.pointer)
            if not isinstance(leader, str) or not ENTRY_ID.match(leader):
                continue
            if old is None or old.fields.get(each.pointer) != leader:
                yield leader, row.bucket
            break


_FIRST = text("SELECT region, mark FROM moving ORDER BY at, region LIMIT 1")
_ANY = text("SELECT EXISTS (SELECT FROM moving)")
_SETTLED = text("DELETE FROM moving WHERE region = CAST(:region AS uuid) AND mark = CAST(:mark AS uuid)")
_POSTPONE = text("UPDATE moving SET at = clock_timestamp() WHERE region = CAST(:region AS uuid)")
# All regions in one statement and in their order: two pushes must not wait for each other.
_NOTE = text("""
    INSERT INTO moving (region)
    SELECT region FROM (
        SELECT region FROM bucket WHERE id = ANY(CAST(:left AS uuid[])) AND class IN ('grid', 'sensitive')
        UNION
        SELECT bucket.region FROM bucket JOIN region AS gone ON gone.id = bucket.region
        WHERE bucket.id = ANY(CAST(:maybe_gone AS uuid[])) AND gone.successor IS NOT NULL
        UNION
        SELECT here.region
        FROM unnest(CAST(:leaders AS uuid[]), CAST(:followers AS uuid[])) AS follower (leader, bucket)
        JOIN bucket AS here ON here.id = follower.bucket
        JOIN record AS leader ON leader.id = follower.leader AND leader.bucket <> follower.bucket
        JOIN bucket AS there ON there.id = leader.bucket
        WHERE there.region <> here.region
    ) AS left_behind
    ORDER BY region ON CONFLICT (region) DO UPDATE SET mark = excluded.mark
""")
# Merged regions may have been merged again.
_SUCCESSOR = text("""
    WITH RECURSIVE way AS (
        SELECT id, successor, 1 AS step FROM region WHERE id = CAST(:region AS uuid)
        UNION ALL
        SELECT region.id, region.successor, step + 1 FROM way JOIN region ON region.id = way.successor
        WHERE step < 20
    )
    SELECT id FROM way WHERE step > 1 AND successor IS NULL
""")
_HERE = "bucket IN (SELECT id FROM bucket WHERE region = CAST(:region AS uuid) AND record IS NULL)"
_GRIDS = [kind for kind in KINDS.values() if kind.home in (BucketClass.GRID, BucketClass.SENSITIVE)]
_NAMES = ", ".join(f"'{kind.name}'" for kind in _GRIDS)
_EVERYTHING = text(f"SELECT kind, id, bucket FROM record WHERE {_HERE} AND kind IN ({_NAMES}) ORDER BY seq LIMIT :most")


def _field(name: str) -> str:
    """The text of a field that holds a plain word, else NULL. PostgreSQL reads no text with a NUL in it; with another
    sign in its place what is looked for here is the same."""
    return (
        rf"""substring((replace(wire, '\u0000', '\u0001')::json -> 'd' -> '{name}')::text FROM '^"([0-9a-z_-]+)"$')"""
    )


def _followers(kind: Kind) -> str:
    """Those of a kind that lie in the region, with the record that each follows."""
    pointers = ", ".join(_field(each.pointer) for each in kind.follows)
    going_on = ""
    if kind.machine is not None and any(each.while_open for each in kind.follows):
        ended = ", ".join(f"'{state}'" for state in sorted(kind.machine.ended))
        going_on = f" AND coalesce({_field(kind.machine.field)}, '') NOT IN ({ended})"
    return f"""
        SELECT kind, id, bucket, seq, coalesce({pointers}) AS leader
        FROM record WHERE {_HERE} AND kind = '{kind.name}'{going_on}
    """


_ID = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"
_LEADERS = ", ".join(sorted({f"'{each.kind}'" for kind in _GRIDS for each in kind.follows}))
_STRAGGLERS = text(f"""
    WITH follower AS MATERIALIZED ({" UNION ALL ".join(_followers(kind) for kind in _GRIDS if kind.follows)})
    SELECT follower.kind, follower.id, follower.bucket, there.region
    FROM (SELECT * FROM follower WHERE leader ~ '{_ID}' OFFSET 0) AS follower
    JOIN record AS leader ON leader.id = CAST(follower.leader AS uuid) AND leader.kind IN ({_LEADERS})
    JOIN bucket AS there ON there.id = leader.bucket
    WHERE there.region <> CAST(:region AS uuid)
    ORDER BY follower.seq LIMIT :most
""")

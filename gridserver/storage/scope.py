"""Who may see what: the one place that says it.

Regions, accounts and assignments make *grants*: rows of ``bucket_grant`` that say from which to which
version of a person's scope he holds a bucket. Everything else asks the grants.
"""

import uuid
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from gridserver.storage import bulk
from gridserver.storage.engine import Connection, Lines, Question, asked, text
from gridworker.protocol.sync import BucketInfo
from gridworker.records.kind import BucketClass
from gridworker.records.row import Row

_NAMES = uuid.UUID("5f3c1d1e-8a4b-4c7e-9d55-2f0a6b1c7e90")
"""The space in which buckets have their ids: equal class, region and record make an equal id, also after
a restore."""


def bucket_id(bucket_class: str, region: str, record: str = "") -> str:
    """The id of a bucket. ``region``: a region's id; for a user bucket the person's."""
    return str(uuid.uuid5(_NAMES, f"{bucket_class}/{region}/{record}"))


def buckets_of(conn: Connection, account: str) -> list[BucketInfo]:
    """The buckets that a person holds now, in the order of their ids."""
    return [_info(row) for row in asked(conn, _HELD, {"account": account})]


def holds(conn: Connection, account: str, buckets: Iterable[str]) -> set[str]:
    """Which of ``buckets`` the person holds now."""
    found = conn.execute(_HOLDS, {"account": account, "buckets": list(buckets)})
    return {str(row.bucket) for row in found}


class Ground(NamedTuple):
    """What somebody who hands something in stands on."""

    held: set[str]
    """Those of the buckets that he holds now."""
    homes: dict[tuple[str, str], str]
    """The bucket of each (class, id of a region or person) that was asked for: a micro-grid's is its grid's, a grid's
    case bucket its town's. A place that does not exist is missing."""
    near: set[str]
    """The buckets in which the records lie that he edits, and the conflicts about them."""


def ground(
    conn: Connection, account: str, buckets: Iterable[str], places: Iterable[tuple[str, str]], edited: Iterable[str]
) -> Ground:
    """All that has to be known of buckets before a push is taken."""
    return ground_of(asked(conn, *asking_ground(account, buckets, places, edited)))


def asking_ground(
    account: str, buckets: Iterable[str], places: Iterable[tuple[str, str]], edited: Iterable[str]
) -> Question:
    """For the same; see ``ground_of``."""
    wanted = list(set(places))
    about = {
        "account": account,
        "buckets": list(buckets),
        "classes": [each[0] for each in wanted],
        "regions": [each[1] for each in wanted],
        "edited": bulk.uuids(edited),
    }
    return Question(_GROUND, about)


def ground_of(found: Lines) -> Ground:
    """What ``asking_ground`` brought."""
    told = Ground(set(), {}, set())
    for what, bucket, bucket_class, region in found:
        if what == "held":
            told.held.add(bucket)
        elif what == "near":
            told.near.add(bucket)
        else:
            told.homes[bucket_class, region] = bucket
    return told


def held_since(conn: Connection, account: str, buckets: Iterable[str], version: int) -> set[str]:
    """Which of ``buckets`` the person held when his scope had this version, or was given since: what he made then is
    late, not wrong. A desk that fell between reading a new grid and noting its scope names the version before.
    """
    which = {"account": account, "buckets": list(buckets), "version": version}
    return {str(row.bucket) for row in conn.execute(_HELD_SINCE, which)}


def may_see(conn: Connection, account: str, bucket: str) -> bool:
    """Whether the person holds this bucket now."""
    return bucket in holds(conn, account, [bucket])


def version_of(conn: Connection, account: str) -> int:
    """The version of a person's scope; grows whenever it changes."""
    return int(conn.scalar(text("SELECT scope_version FROM account WHERE id = :id"), {"id": account}) or 0)


def roles_since(conn: Connection, account: str, version: int) -> list[str]:
    """What the person was when his scope had this version, and became since, without what he is now."""
    return [str(row.role) for row in conn.execute(_ROLES_SINCE, {"account": account, "version": version})]


def change_role(conn: Connection, account: str, role: str) -> None:
    """The person is something else from now on; what he made before is judged by what he was."""
    conn.execute(_CHANGE_ROLE, {"account": account, "role": role})
    regrant(conn, account)


def buckets_exist(conn: Connection, buckets: Iterable[str]) -> dict[str, BucketInfo]:
    """Those of ``buckets`` that exist, by id, whoever may see them."""
    rows = conn.execute(_BUCKETS, {"buckets": list(buckets)})
    return {str(row.id): _info(row) for row in rows}


def near(conn: Connection, account: str, regions: Iterable[str]) -> set[str]:
    """Which of the regions lie in the person's own county: to these a record may be taken."""
    return {str(row.id) for row in conn.execute(_NEAR, {"account": account, "regions": list(regions)})}


def own_buckets(conn: Connection, places: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """The buckets of single records, for named people: by (class, record)."""
    wanted = list(places)
    asked = {"classes": [each[0] for each in wanted], "records": [each[1] for each in wanted]}
    return {(row[0], str(row.record)): str(row.id) for row in conn.execute(_OWN, asked)} if wanted else {}


def make_buckets(conn: Connection, places: Iterable[tuple[str, str]]) -> None:
    """Makes the buckets of these (class, id of a region or person), where they are not there yet."""
    made = [{"id": bucket_id(*place), "class": place[0], "region": place[1]} for place in places]
    if made:
        conn.execute(_MAKE_BUCKET, made)


def regions_written(conn: Connection, rows: Sequence[Row]) -> None:
    """To be called by the book, in its transaction, with the rows of kind ``region`` that it wrote: redraws the
    tree, makes the buckets of new regions, and works out anew who sees what.
    """
    if not rows:
        return
    conn.execute(_TAKE_REGION, [_region(row) for row in rows])
    conn.execute(_REDRAW)
    made = ((place, row.id) for row in rows for place in _CLASSES.get(row.fields.get("level", ""), ()))
    make_buckets(conn, made)
    regrant(conn)


def regrant(conn: Connection, account: str | None = None) -> None:
    """Works out anew who holds what, of one person or of all; a version grows where something changed."""
    conn.execute(_REGRANT, {"account": account})


_CLASSES = {
    "county": (BucketClass.REFERENCE,),
    "town": (BucketClass.CASE,),
    "grid": (BucketClass.GRID, BucketClass.SENSITIVE),
}
"""The buckets that a region of each level has."""


def _region(row: Row) -> dict[str, object]:
    fields = row.fields
    return {
        "id": row.id,
        "code": fields.get("code", ""),
        "name": fields.get("name", ""),
        "level": fields.get("level", ""),
        "parent": fields.get("parent"),
        "live": row.removed is None and not fields.get("valid_to"),
        "successor": fields.get("successor"),
    }


def _info(row: Any) -> BucketInfo:
    bucket, bucket_class, region, record = row
    return BucketInfo(id=bucket, bucket_class=bucket_class, region=region, record=record or "")


_HELD = text("""
    SELECT bucket.id, class, region, record FROM bucket_grant JOIN bucket ON bucket.id = bucket
    WHERE account = :account AND until_version IS NULL ORDER BY bucket.id
""")
_HOLDS = text("""
    SELECT bucket FROM bucket_grant
    WHERE account = :account AND until_version IS NULL AND bucket = ANY(CAST(:buckets AS uuid[]))
""")
_HELD_SINCE = text("""
    SELECT DISTINCT bucket FROM bucket_grant
    WHERE account = :account AND bucket = ANY(CAST(:buckets AS uuid[]))
        AND (until_version IS NULL OR until_version > :version)
""")
_ROLES_SINCE = text("""
    SELECT role FROM account_role WHERE account = CAST(:account AS uuid) AND until_version > :version
    ORDER BY until_version
""")
_CHANGE_ROLE = text("""
    WITH was AS (SELECT id, role, scope_version FROM account WHERE id = CAST(:account AS uuid) FOR UPDATE),
    noted AS (INSERT INTO account_role (account, role, until_version) SELECT id, role, scope_version + 1 FROM was)
    UPDATE account SET role = :role, scope_version = was.scope_version + 1 FROM was WHERE account.id = was.id
""")
_BUCKETS = text("SELECT id, class, region, record FROM bucket WHERE id = ANY(CAST(:buckets AS uuid[]))")
_OWN = text("""
    SELECT bucket.class, bucket.record, bucket.id FROM bucket
    JOIN unnest(CAST(:classes AS text[]), CAST(:records AS uuid[])) AS asked (class, record)
        ON asked.class = bucket.class AND asked.record = bucket.record
""")
_NEAR = text("""
    SELECT region.id FROM region JOIN account ON account.county = region.county
    WHERE account.id = CAST(:account AS uuid) AND region.id = ANY(CAST(:regions AS uuid[]))
""")
_MAKE_BUCKET = text("INSERT INTO bucket (id, class, region) VALUES (:id, :class, :region) ON CONFLICT DO NOTHING")
_HOME = """
    FROM unnest(CAST(:classes AS text[]), CAST(:regions AS uuid[])) AS asked (class, region)
    LEFT JOIN region ON region.id = asked.region
    JOIN bucket ON bucket.class = asked.class AND bucket.record IS NULL AND bucket.region = CASE asked.class
        WHEN 'grid' THEN region.grid
        WHEN 'sensitive' THEN region.grid
        WHEN 'case' THEN region.town
        WHEN 'reference' THEN region.county
        ELSE asked.region END
"""
_GROUND = text(f"""
    SELECT 'held', bucket, NULL::text, NULL::uuid FROM bucket_grant
    WHERE account = CAST(:account AS uuid) AND until_version IS NULL AND bucket = ANY(CAST(:buckets AS uuid[]))
    UNION ALL
    SELECT 'home', bucket.id, asked.class, asked.region {_HOME}
    UNION ALL
    SELECT 'near', bucket, NULL, NULL FROM record
    WHERE id = ANY(CAST(:edited AS uuid[])) OR about = ANY(CAST(:edited AS uuid[]))
    GROUP BY bucket
""")
_TAKE_REGION = text("""
    INSERT INTO region (id, code, name, level, parent, live, successor)
    VALUES (:id, :code, :name, :level, :parent, :live, CAST(:successor AS uuid))
    ON CONFLICT (id) DO UPDATE SET code = excluded.code, name = excluded.name, level = excluded.level,
        parent = excluded.parent, live = excluded.live, successor = excluded.successor
""")
_REDRAW = text("""
    WITH RECURSIVE tree AS (
        SELECT id, id AS county, NULL::uuid AS town, NULL::uuid AS village, NULL::uuid AS grid
        FROM region WHERE level = 'county'
        UNION ALL
        SELECT below.id, tree.county,
            CASE below.level WHEN 'town' THEN below.id ELSE tree.town END,
            CASE below.level WHEN 'village' THEN below.id ELSE tree.village END,
            CASE below.level WHEN 'grid' THEN below.id ELSE tree.grid END
        FROM region AS below JOIN tree ON below.parent = tree.id WHERE below.level <> 'county'
    )
    UPDATE region SET county = tree.county, town = tree.town, village = tree.village, grid = tree.grid
    FROM tree WHERE region.id = tree.id
        AND (region.county, region.town, region.village, region.grid)
            IS DISTINCT FROM (tree.county, tree.town, tree.village, tree.grid)
""")
_REGRANT = text("""
    WITH reach (node, grid) AS (
        SELECT county, id FROM region WHERE level = 'grid' AND live
        UNION ALL SELECT town, id FROM region WHERE level = 'grid' AND live
        UNION ALL SELECT village, id FROM region WHERE level = 'grid' AND live
        UNION ALL SELECT id, id FROM region WHERE level = 'grid' AND live
        UNION ALL SELECT id, grid FROM region WHERE level = 'micro_grid' AND live
    ),
    asked AS (
        SELECT id, role, county FROM account
        WHERE active AND role <> 'centre' AND (CAST(:account AS uuid) IS NULL OR id = CAST(:account AS uuid))
    ),
    node AS (
        SELECT asked.id AS account, role, region.* FROM asked
        JOIN assignment ON assignment.account = asked.id JOIN region ON region.id = assignment.region
    ),
    wanted (account, bucket) AS MATERIALIZED (
        SELECT node.account, bucket.id FROM node JOIN reach ON reach.node = node.id
        JOIN bucket ON bucket.region = reach.grid AND bucket.record IS NULL
            AND (bucket.class = 'grid' OR bucket.class = 'sensitive' AND node.role = 'grid_worker')
        WHERE node.role IN ('grid_worker', 'mediator', 'supervisor')
        UNION
        SELECT node.account, bucket.id FROM node
        JOIN bucket ON bucket.region = node.town AND bucket.class = 'case' AND bucket.record IS NULL
        WHERE node.role IN ('mediator', 'supervisor') AND node.live
        UNION
        SELECT node.account, bucket.id FROM node
        JOIN bucket ON bucket.region = node.county AND bucket.class = 'reference'
        UNION
        SELECT asked.id, bucket.id FROM asked
        JOIN bucket ON bucket.region = asked.county AND bucket.class = 'reference'
        UNION
        SELECT asked.id, bucket.id FROM asked JOIN bucket ON bucket.region = asked.id AND bucket.class = 'user'
        UNION
        SELECT asked.id, bucket_reader.bucket FROM asked JOIN bucket_reader ON bucket_reader.account = asked.id
    ),
    held AS MATERIALIZED (
        SELECT account, bucket FROM bucket_grant
        WHERE until_version IS NULL AND (CAST(:account AS uuid) IS NULL OR account = CAST(:account AS uuid))
    ),
    gone AS (SELECT * FROM held EXCEPT SELECT * FROM wanted),
    fresh AS (SELECT * FROM wanted EXCEPT SELECT * FROM held),
    grown AS (
        UPDATE account SET scope_version = scope_version + 1
        WHERE id IN (SELECT account FROM gone UNION SELECT account FROM fresh)
        RETURNING id, scope_version
    ),
    ended AS (
        UPDATE bucket_grant SET until_version = grown.scope_version FROM gone, grown
        WHERE bucket_grant.account = gone.account AND bucket_grant.bucket = gone.bucket
            AND bucket_grant.until_version IS NULL AND grown.id = gone.account
    )
    INSERT INTO bucket_grant (account, bucket, from_version)
    SELECT fresh.account, fresh.bucket, grown.scope_version FROM fresh JOIN grown ON grown.id = fresh.account
""")

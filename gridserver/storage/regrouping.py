"""Which households of a grid go elsewhere when it is split."""

from collections.abc import Sequence

from gridserver.storage.engine import Connection, text


def households(conn: Connection, region: str, groups: Sequence[str], numbers: Sequence[str], most: int) -> list[str]:
    """Ids of households of the grid that live in one of these groups, or bear one of these numbers."""
    asked = {"region": region, "groups": list(groups), "numbers": list(numbers), "most": most}
    return [str(row.id) for row in conn.execute(_HOUSEHOLDS, asked)]


def assigned(conn: Connection, region: str) -> list[str]:
    """Login names of those to whom the region is assigned."""
    return [str(row.login) for row in conn.execute(_ASSIGNED, {"region": region})]


def look_through(conn: Connection, region: str) -> None:
    """The region is to be looked through for what has to go elsewhere."""
    conn.execute(_LOOK, {"region": region})


# JSON with another sign in the place of NUL, which PostgreSQL does not unpack.
_HOUSEHOLDS = text(r"""
    SELECT id FROM (
        SELECT id, seq, replace(wire, '\\u0000', '\\u0001')::json -> 'd' AS fields FROM record
        WHERE kind = 'household' AND NOT removed AND bucket IN (
            SELECT id FROM bucket WHERE region = CAST(:region AS uuid) AND class = 'grid' AND record IS NULL
        )
    ) AS household
    WHERE fields ->> 'villager_group' = ANY(CAST(:groups AS text[]))
        OR fields ->> 'household_no' = ANY(CAST(:numbers AS text[]))
    ORDER BY seq LIMIT :most
""")
_ASSIGNED = text("""
    SELECT login FROM assignment JOIN account ON account.id = account
    WHERE region = CAST(:region AS uuid) AND active ORDER BY login
""")
_LOOK = text("""
    INSERT INTO moving (region) VALUES (CAST(:region AS uuid)) ON CONFLICT (region) DO UPDATE SET mark = excluded.mark
""")

"""What came late or was put aside: made by people in grids that are no longer theirs, or never were."""

from collections.abc import Sequence

from gridserver.storage.engine import Connection, text
from gridworker.protocol.oversight import Aside, LateWork

LOOKED_BACK = 30 * 24 * 60 * 60 * 1000
"""ms for which late work is told."""
MOST = 200


def taken_in(conn: Connection, buckets: Sequence[str], now: int) -> list[LateWork]:
    """Late work in these buckets, the newest first: who handed in how much about which records."""
    asked = {"buckets": list(buckets), "since": now - LOOKED_BACK, "most": MOST}
    return [LateWork.model_validate(row._asdict()) for row in conn.execute(_TAKEN, asked)]


def put_aside(conn: Connection, buckets: Sequence[str]) -> list[Aside]:
    """What waits for a decision and was meant for one of these buckets, the oldest first."""
    asked = {"buckets": list(buckets), "most": MOST}
    return [Aside.model_validate(row._asdict()) for row in conn.execute(_ASIDE, asked)]


_TAKEN = text("""
    SELECT person, account.name, max(change.at) AS at, count(*) AS changes,
        (array_agg(DISTINCT change.kind || ' ' || change.record))[1 : 200] AS records
    FROM change JOIN account ON account.id = person
    WHERE late AND change.at > :since AND bucket = ANY(CAST(:buckets AS uuid[])) AND account.role <> 'centre'
    GROUP BY person, account.name ORDER BY max(change.at) DESC LIMIT :most
""")
_ASIDE = text("""
    SELECT quarantine.id, person, account.name, at, code, reason, json_array_length(body::json -> 'changes') AS changes
    FROM quarantine JOIN account ON account.id = person
    WHERE state = 'open' AND buckets && CAST(:buckets AS uuid[]) ORDER BY at, quarantine.id LIMIT :most
""")

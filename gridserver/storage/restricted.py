"""Records that only named people may see: they lie in a bucket of their own, in the class of the one that they left."""

from collections.abc import Sequence
from typing import NamedTuple

from gridserver.storage import buckets, scope
from gridserver.storage.engine import Connection, text
from gridworker.records import KINDS

MOST = 30
"""People who may be named for one record."""


class Lies(NamedTuple):
    """A record that goes along."""

    kind: str
    id: str
    bucket: str


def hold_still(conn: Connection, record: str, bucket: str, own: str) -> list[Lies]:
    """Locks both buckets until the transaction ends; the record of ``KINDS`` and all that lies with it."""
    buckets.lock(conn, (bucket, own))
    kinds = [each.name for each in KINDS.values() if each.lies_with]
    found = conn.execute(_WITH_IT, {"record": record, "kinds": kinds, "named": f'%"{record}"%'})
    return [Lies(*row) for row in found]


def name_readers(conn: Connection, own: str, accounts: Sequence[str]) -> None:
    """These people, and nobody else, hold the bucket from now on; none: nobody does."""
    before = {str(row.account) for row in conn.execute(_READERS, {"bucket": own})}
    conn.execute(_FORGET, {"bucket": own, "accounts": list(accounts)})
    conn.execute(_NAME, {"bucket": own, "accounts": list(accounts)})
    for account in sorted(before.symmetric_difference(accounts)):
        scope.regrant(conn, account)


def shut(conn: Connection, bucket: str) -> None:
    """Snapshots that were made until now are not handed out any more: somebody may not see all of it."""
    conn.execute(_SHUT, {"bucket": bucket})
    conn.execute(_NO_SNAPSHOT, {"bucket": bucket})


def people(conn: Connection, county: str, accounts: Sequence[str]) -> dict[str, str]:
    """Those of these accounts that work in the county, with their roles."""
    found = conn.execute(_PEOPLE, {"county": county, "accounts": list(accounts)})
    return {str(row.id): str(row.role) for row in found}


_WITH_IT = text("""
    SELECT kind, id, bucket FROM record WHERE id = CAST(:record AS uuid) AND kind <> 'conflict'
    UNION ALL
    SELECT kind, id, bucket FROM record
    WHERE bucket = (SELECT bucket FROM record WHERE id = CAST(:record AS uuid) AND kind <> 'conflict')
        AND kind = ANY(CAST(:kinds AS text[])) AND wire LIKE :named
    ORDER BY kind, id
""")
_READERS = text("SELECT account FROM bucket_reader WHERE bucket = CAST(:bucket AS uuid) FOR UPDATE")
_FORGET = text("""
    DELETE FROM bucket_reader WHERE bucket = CAST(:bucket AS uuid) AND NOT account = ANY(CAST(:accounts AS uuid[]))
""")
_NAME = text("""
    INSERT INTO bucket_reader (bucket, account) SELECT CAST(:bucket AS uuid), unnest(CAST(:accounts AS uuid[]))
    ON CONFLICT DO NOTHING
""")
_SHUT = text("""
    INSERT INTO bucket_shut (bucket, since) SELECT bucket, seq FROM bucket_head WHERE bucket = CAST(:bucket AS uuid)
    ON CONFLICT (bucket) DO UPDATE SET since = excluded.since
""")
_NO_SNAPSHOT = text("DELETE FROM bucket_snapshot WHERE bucket = CAST(:bucket AS uuid)")
_PEOPLE = text("""
    SELECT id, role FROM account
    WHERE active AND county = CAST(:county AS uuid) AND role IN ('grid_worker', 'mediator', 'supervisor')
        AND id = ANY(CAST(:accounts AS uuid[]))
""")

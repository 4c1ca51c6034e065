"""Two databases of one centre side by side, such as a restored backup and the living one: what each holds."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.exc import DBAPIError

from gridserver.errors import Refused
from gridserver.storage import migrate, recount
from gridserver.storage.engine import Connection, connect, snapshot, text


@dataclass(frozen=True, slots=True)
class Content:
    """What lies in one database, counted."""

    heads: Mapping[str, tuple[int, str]]
    """By bucket: how far its feed has come, and the sum that its head keeps."""
    kinds: Mapping[str, int]
    """Records by kind."""
    changes: int
    accounts: int
    devices: int


@dataclass(frozen=True, slots=True)
class Lost:
    """What the centre itself made after a moment: no desk can hand it in again."""

    changes: int
    """Changes that the centre made as an author: imports, numbers, staff."""
    acts: int
    """Acts of administrators."""


def content(conn: Connection) -> Content:
    """Counts everything; reads no text."""
    heads = {str(row.bucket): (int(row.seq), str(row.set_hash)) for row in conn.execute(_HEADS)}
    kinds = {str(row.kind): int(row.n) for row in conn.execute(_KINDS)}
    return Content(heads, kinds, *conn.execute(_TOTALS).one())


def wrong_sums(conn: Connection) -> list[str]:
    """Buckets of which the head and the rows differ, in the picture that ``conn`` sees."""
    found = (recount.recount(conn, bucket) for bucket in recount.buckets(conn))
    return [each.bucket for each in found if each is not None and not each.ok]


def differences(copy: Content, living: Content) -> list[str]:
    """Where a copy holds what the living one has not, or another thing at the same place: none is right."""
    found = []
    for bucket, (seq, set_hash) in copy.heads.items():
        here = living.heads.get(bucket)
        if here is None or here[0] < seq:
            found.append(f"bucket {bucket}: the living centre is behind the backup")
        elif here[0] == seq and here[1] != set_hash:
            found.append(f"bucket {bucket}: another sum at the same place")
    if living.changes < copy.changes:
        found.append(f"the living centre has {living.changes} changes, the backup {copy.changes}")
    return found


def made_by_centre(conn: Connection, since: int) -> Lost:
    """What the centre made itself after ``since`` (ms UTC)."""
    return Lost(*conn.execute(_OWN, {"since": since}).one())


def made_by_centre_at(url: str, since: int) -> dict[str, int]:
    """The same of a database that may be damaged, empty or not there: then nothing is known of it."""
    engine = connect(url, pool=1)
    try:
        with snapshot(engine) as conn:
            if not migrate.version(conn):
                return {}
            found = made_by_centre(conn, since)
            return {"changes": found.changes, "acts": found.acts}
    except (Refused, DBAPIError):
        return {}
    finally:
        engine.dispose()


_HEADS = text("SELECT bucket, seq, set_hash FROM bucket_head")
_KINDS = text("SELECT kind, count(*) AS n FROM record GROUP BY kind ORDER BY kind")
_TOTALS = text("""
    SELECT (SELECT count(*) FROM change), (SELECT count(*) FROM account WHERE role <> 'centre'),
        (SELECT count(*) FROM device WHERE machine <> 'centre')
""")
_OWN = text("""
    SELECT (SELECT count(*) FROM change WHERE device = (SELECT author FROM meta) AND n > 0 AND at > :since),
        (SELECT count(*) FROM audit_log WHERE ok AND address = '' AND at > :since
            AND act NOT IN ('backup', 'restore', 'drill', 'quarantine_show'))
""")

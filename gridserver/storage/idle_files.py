"""Files of which no record speaks any more, and when they may go: nothing that somebody could still bring back."""

from collections.abc import Iterator
from typing import NamedTuple

import orjson

from gridserver.storage.engine import Connection, text
from gridserver.storage.files import Stored

AT_ONCE = 100
"""Files that one round lets go."""


class Going(NamedTuple):
    """A file that may go."""

    bucket: str
    sha256: str
    home: str


def mark(conn: Connection, now: int) -> int:
    """Notes which files no record that stands speaks of, and since when; of how many."""
    conn.execute(_WANTED_AGAIN)
    conn.execute(_IDLE, {"now": now})
    return int(conn.scalar(text("SELECT count(*) FROM file WHERE idle_since IS NOT NULL")) or 0)


def that_may_go(conn: Connection, before: int) -> list[Going]:
    """Some of those that have been idle since before that moment (ms UTC), and that nothing open names: no conflict in
    which a person may still choose, no record that such a conflict is about (it remembers what an entry said that was
    taken out), no group that waits for a person.
    """
    found = [Going(*row) for row in conn.execute(_LONG_IDLE, {"before": before})]
    if not found:
        return []
    named = "".join(_what_is_open(conn, [each.sha256 for each in found]))
    return [each for each in found if each.sha256 not in named]


def lock(conn: Connection, going: Going) -> bool:
    """Whether it may still go; until the end of the transaction nothing is written into its bucket, or into the one
    under which its bytes lie."""
    conn.execute(_LOCK, {"buckets": sorted({going.bucket, going.home})})
    return bool(conn.execute(_STILL, going._asdict()).scalar_one())


def bytes_are_free(conn: Connection, going: Going) -> bool:
    """Whether no other bucket has the same bytes in the same place. To be asked after ``lock``."""
    return not conn.execute(_SHARED, going._asdict()).scalar_one()


def let_go(conn: Connection, going: Going, now: int) -> int:
    """The centre has it no longer; its size."""
    return int(conn.execute(_GO, {**going._asdict(), "now": now}).scalar_one())


def gone(conn: Connection, before: int) -> list[Stored]:
    """What went before that moment (ms UTC) and did not come again: no backup that was begun later speaks of it."""
    return [Stored(*row) for row in conn.execute(_GONE, {"before": before})]


def coming(conn: Connection) -> set[str]:
    """The ids of uploads that are on their way."""
    return {str(upload) for upload in conn.scalars(text("SELECT id FROM file_upload"))}


def _what_is_open(conn: Connection, hashes: list[str]) -> Iterator[str]:
    like = {"hashes": [f"%{sha256}%" for sha256 in hashes]}
    yield from conn.scalars(_PUT_ASIDE, like)
    for wire, subject in conn.execute(_CONFLICTS, like):
        if orjson.loads(wire)["d"].get("state", "open") == "open":
            yield from (wire, subject)


_SPOKEN_OF = """EXISTS (
    SELECT 1 FROM file_link JOIN record ON record.id = file_link.record AND record.kind = file_link.kind
    WHERE file_link.bucket = file.bucket AND file_link.sha256 = file.sha256 AND NOT record.removed
)"""
_WANTED_AGAIN = text(f"UPDATE file SET idle_since = NULL WHERE idle_since IS NOT NULL AND {_SPOKEN_OF}")
_IDLE = text(f"UPDATE file SET idle_since = :now WHERE idle_since IS NULL AND NOT {_SPOKEN_OF}")
_LONG_IDLE = text(f"""
    SELECT bucket, sha256, home FROM file WHERE idle_since < :before ORDER BY idle_since, n LIMIT {AT_ONCE}
""")
_PUT_ASIDE = text("""
    SELECT body FROM quarantine WHERE state = 'open' AND body LIKE ANY (CAST(:hashes AS text[]))
""")
_CONFLICTS = text("""
    SELECT conflict.wire, subject.wire FROM record AS conflict JOIN record AS subject ON subject.id = conflict.about
    WHERE conflict.about IS NOT NULL AND NOT conflict.removed
        AND conflict.wire || subject.wire LIKE ANY (CAST(:hashes AS text[]))
""")
_LOCK = text("""
    SELECT 1 FROM bucket_head WHERE bucket = ANY(CAST(:buckets AS uuid[])) ORDER BY bucket FOR UPDATE
""")
_THIS = "file.bucket = CAST(:bucket AS uuid) AND file.sha256 = :sha256"
_STILL = text(f"""
    SELECT EXISTS (SELECT 1 FROM file WHERE {_THIS} AND idle_since IS NOT NULL AND NOT {_SPOKEN_OF})
""")
_SHARED = text("""
    SELECT EXISTS (SELECT 1 FROM file WHERE home = CAST(:home AS uuid) AND sha256 = :sha256
        AND bucket <> CAST(:bucket AS uuid))
""")
_GO = text(f"""
    WITH went AS (DELETE FROM file WHERE {_THIS} RETURNING n, bucket, sha256, home, size, media_type)
    INSERT INTO file_gone (n, bucket, sha256, home, size, media_type, at)
    SELECT n, bucket, sha256, home, size, media_type, :now FROM went RETURNING size
""")
_GONE = text("""
    SELECT bucket, sha256, size, media_type, home, n FROM file_gone
    WHERE at < :before AND NOT EXISTS (
        SELECT 1 FROM file WHERE file.home = file_gone.home AND file.sha256 = file_gone.sha256
    )
""")

"""The write-ahead log, read over an ordinary connection: how far it has come, what stands in it, who keeps it."""

from dataclasses import dataclass
from pathlib import Path

from gridserver.errors import CommandFailed
from gridserver.storage import files
from gridserver.storage.engine import Connection, Engine, snapshot, text, transaction
from gridserver.storage.meta import Mark, marks
from gridserver.storage.program import Program, start_program

SLOT = "gridworker_archive"
"""Keeps at the server what is not archived yet."""


@dataclass(frozen=True, slots=True)
class Place:
    """Whose log it is."""

    system: str
    timeline: int
    segment: int
    """Bytes of one file of it."""
    major: int
    user: str
    database: str
    version: str
    """What the server says of itself."""

    def name(self, number: int) -> str:
        """The file of a segment."""
        many = (1 << 32) // self.segment
        return f"{self.timeline:08X}{number // many:08X}{number % many:08X}"

    def begin(self, lsn: int) -> int:
        """Where the segment begins in which this position lies."""
        return lsn - lsn % self.segment


@dataclass(frozen=True, slots=True)
class Covered:
    """What is safe once the log is archived so far."""

    marks: list[Mark]
    files: int
    """The number of the last attached file."""
    lsn: int


def place(conn: Connection) -> Place:
    """Whose log this database writes."""
    return Place(*conn.execute(_PLACE).one())


def slot_begin(engine: Engine, found: Place) -> int:
    """Where the log begins that the server keeps for us; from here on it keeps it. A slot whose log was lost, since
    nobody archived it for too long, begins anew.
    """
    with transaction(engine) as conn:
        row = conn.execute(_SLOT, {"slot": SLOT}).one_or_none()
        if row is not None and row.wal_status == "lost":
            conn.execute(text("SELECT pg_drop_replication_slot(:slot)"), {"slot": SLOT})
            row = None
        if row is None:
            conn.execute(text("SELECT pg_create_physical_replication_slot(:slot, true)"), {"slot": SLOT})
            row = conn.execute(_SLOT, {"slot": SLOT}).one()
        return found.begin(int(row.begin))


def let_go(conn: Connection, lsn: int) -> None:
    """The server need not keep what lies before this position."""
    conn.execute(_ADVANCE, {"slot": SLOT, "lsn": _text(lsn)})


def covered(engine: Engine) -> Covered:
    """How far each device has come, and up to where the log must be archived for that to be safe."""
    with snapshot(engine) as conn:
        found, last = marks(conn), files.last_n(conn)
        # Whatever this picture shows stood in the log before it was seen.
        return Covered(found, last, int(conn.scalar(_INSERTED) or 0))


def flushed(engine: Engine) -> int:
    """How far the log is on the server's disk, after everything before now was put there."""
    with transaction(engine) as conn:
        conn.execute(text("SELECT pg_logical_emit_message(true, 'gridworker', '')"))
    with transaction(engine) as conn:
        return int(conn.scalar(_FLUSHED) or 0)


def written(conn: Connection) -> int:
    """How far the log has come."""
    return int(conn.scalar(_INSERTED) or 0)


def read(conn: Connection, found: Place, start: int, end: int) -> bytes:
    """The bytes from ``start`` to ``end`` of the log, both within one segment."""
    asked = {
        "file": f"pg_wal/{found.name(start // found.segment)}",
        "offset": start % found.segment,
        "length": end - start,
    }
    content = bytes(conn.scalar(_READ, asked) or b"")
    if len(content) != end - start:
        raise CommandFailed(f"the log ends before {_text(end)}")
    return content


def base(url: str, programs: Path) -> Program:
    """The server's files as one tar, while it serves: ``pieces``, then ``expect_success``, at last ``kill``."""
    options = ["--pgdata=-", "--format=tar", "--wal-method=none", "--checkpoint=fast", "--no-password"]
    return start_program(programs, "pg_basebackup", options, url)


def _text(lsn: int) -> str:
    return f"{lsn >> 32:X}/{lsn & 0xFFFFFFFF:X}"


def _number(expression: str) -> str:
    return f"({expression} - '0/0'::pg_lsn)::bigint"


_PLACE = text("""
    SELECT (SELECT system_identifier::text FROM pg_control_system()),
        (SELECT timeline_id FROM pg_control_checkpoint()),
        (SELECT setting::bigint FROM pg_settings WHERE name = 'wal_segment_size'),
        current_setting('server_version_num')::integer / 10000, current_user::text, current_database()::text, version()
""")
_SLOT = text(f"""
    SELECT wal_status, coalesce({_number("restart_lsn")}, 0) AS begin FROM pg_replication_slots WHERE slot_name = :slot
""")
_ADVANCE = text("SELECT pg_replication_slot_advance(:slot, CAST(:lsn AS pg_lsn))")
_INSERTED = text(f"SELECT {_number('pg_current_wal_insert_lsn()')}")
_FLUSHED = text(f"SELECT {_number('pg_current_wal_flush_lsn()')}")
_READ = text("SELECT pg_read_binary_file(:file, :offset, :length)")

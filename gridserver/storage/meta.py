"""What the centre knows of itself: its epoch, its public keys, and whether a backup stands behind it."""

from collections.abc import Sequence
from dataclasses import dataclass

from gridserver.storage.engine import Connection, text


@dataclass(frozen=True, slots=True)
class Meta:
    """The one row of ``meta``."""

    epoch: str
    """Changes when the database was restored: then the desks hand in again what may be missing."""
    system_id: str
    timeline: int
    author: str
    """Id of the centre as an author: its account and its device."""
    sign_key: bytes
    seal_key: bytes
    ca: str
    backup_at: int | None
    """ms UTC of the last backup; None when none is configured: then nothing is promised durable."""


def read(conn: Connection) -> Meta | None:
    """The row; None in a database that no centre has served yet."""
    row = conn.execute(_READ).one_or_none()
    if row is None:
        return None
    values = row._asdict()
    return Meta(**{**values, "sign_key": bytes(row.sign_key), "seal_key": bytes(row.seal_key)})


def begin(conn: Connection, *, epoch: str, author: str, sign_key: bytes, seal_key: bytes, now: int) -> Meta:
    """Makes the row, and the centre's own account and device, in a new database."""
    conn.execute(_BEGIN, {"epoch": epoch, "author": author, "sign_key": sign_key, "seal_key": seal_key, "now": now})
    conn.execute(_CENTRE_ACCOUNT, {"id": author, "now": now})
    conn.execute(_CENTRE_DEVICE, {"id": author, "key": sign_key, "now": now})
    made = read(conn)
    assert made is not None
    return made


def set_ca(conn: Connection, ca: str) -> None:
    """Keeps the certificate (PEM) of the private authority; "" when a public one signed."""
    conn.execute(text("UPDATE meta SET ca = :ca WHERE ca <> :ca"), {"ca": ca})


def was_restored(conn: Connection, known: Meta) -> bool:
    """Whether the server under this database is another one, or another line of its history."""
    row = conn.execute(_SERVER).one()
    return (row.system_id, row.timeline) != (known.system_id, known.timeline)


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a backup covers a device."""

    device: str
    incarnation: int
    n: int


def marks(conn: Connection) -> list[Mark]:
    """How far each device has come, in the picture that ``conn`` sees; what is held is not taken yet, so that a mark
    ends before it."""
    return [Mark(*row) for row in conn.execute(_MARKS)]


def somebody_waits(conn: Connection) -> bool:
    """Whether a device has handed in what no backup covers."""
    return bool(conn.scalar(text("SELECT EXISTS (SELECT FROM device WHERE durable_n < last_n)")))


def mark_backup(conn: Connection, covered: Sequence[Mark], now: int) -> int:
    """A backup that covers the devices so far exists: moves their durable marks up. Returns how many it moved."""
    conn.execute(text("UPDATE meta SET backup_at = :now"), {"now": now})
    asked = {
        "ids": [mark.device for mark in covered],
        "incarnations": [mark.incarnation for mark in covered],
        "numbers": [mark.n for mark in covered],
    }
    return conn.execute(_MOVE_MARKS, asked).rowcount


SERVER_FACTS = """
    (SELECT system_identifier::text FROM pg_control_system()) AS system_id,
    (SELECT timeline_id FROM pg_control_checkpoint()) AS timeline
"""
_SERVER = text(f"SELECT {SERVER_FACTS}")
_READ = text("SELECT epoch, system_id, timeline, author, sign_key, seal_key, ca, backup_at FROM meta")
_BEGIN = text(f"""
    INSERT INTO meta (epoch, author, sign_key, seal_key, made_at, system_id, timeline)
    SELECT CAST(:epoch AS uuid), CAST(:author AS uuid), :sign_key, :seal_key, :now, {SERVER_FACTS}
""")
_CENTRE_ACCOUNT = text("""
    INSERT INTO account (id, login, name, role, password, password_at, made_at)
    VALUES (:id, '', '中心', 'centre', '', :now, :now)
""")
_CENTRE_DEVICE = text("""
    INSERT INTO device (id, account, machine, key, made_at) VALUES (:id, :id, 'centre', :key, :now)
""")
COVERED = """least(last_n, (SELECT min(n) - 1 FROM change WHERE change.device = device.id
    AND change.incarnation = device.incarnation AND verdict = 'held'))"""
_MARKS = text(f"SELECT id, incarnation, {COVERED} FROM device WHERE last_n > 0")
_MOVE_MARKS = text("""
    UPDATE device SET durable_n = mark.n
    FROM unnest(CAST(:ids AS uuid[]), CAST(:incarnations AS integer[]), CAST(:numbers AS bigint[]))
        AS mark (id, incarnation, n)
    WHERE device.id = mark.id AND device.incarnation = mark.incarnation AND device.durable_n < mark.n
""")

"""For how many days a desk opens its store without having read from the centre, by the person's role."""

from collections.abc import Mapping

from gridserver.storage.engine import Connection, text
from gridworker.records.kind import Role

USUAL: Mapping[str, int] = {Role.GRID_WORKER: 14, Role.MEDIATOR: 14, Role.SUPERVISOR: 3, Role.ADMIN: 3}
"""Days, where the administrator has said nothing else."""
LONGEST = 365


def days_of(conn: Connection, role: str) -> int:
    """Days for this role."""
    kept = conn.scalar(text("SELECT days FROM lease WHERE role = :role"), {"role": role})
    return int(kept) if kept is not None else USUAL.get(role, 0)


def all_days(conn: Connection) -> dict[str, int]:
    """Days by role."""
    return {str(role): days_of(conn, role) for role in USUAL}


def set_days(conn: Connection, role: str, days: int) -> None:
    """From the next sign-in or renewal of tokens on, which every sync after a quarter of an hour is."""
    conn.execute(_SET, {"role": role, "days": days})


_SET = text("""
    INSERT INTO lease (role, days) VALUES (:role, :days) ON CONFLICT (role) DO UPDATE SET days = excluded.days
""")

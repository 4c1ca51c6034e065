"""Grids that something has left, until everything that belongs to it has gone after it; what became of a grid."""

from alembic import op

revision = "0007"
down_revision = "0006"

STEPS = (
    # A region stands here from the moment at which something leaves it until nothing is left to follow. ``mark`` is
    # another one each time, so that who has looked takes out no more than what he has seen.
    """
    CREATE TABLE moving (
        region uuid PRIMARY KEY,
        mark uuid NOT NULL DEFAULT gen_random_uuid(),
        at timestamptz NOT NULL DEFAULT clock_timestamp()
    )
    """,
    # Into which region this one was merged.
    "ALTER TABLE region ADD COLUMN successor uuid",
)


def upgrade() -> None:
    for step in STEPS:
        op.execute(step)

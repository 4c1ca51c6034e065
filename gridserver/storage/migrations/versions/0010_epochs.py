"""How far each device had come when an epoch began: what its desk holds of the epochs before is here up to there."""

from alembic import op

revision = "0010"
down_revision = "0009"

STEPS = (
    """
    CREATE TABLE epoch_left (
        step bigint NOT NULL,                   -- 1 for the first restore of this database's history, then 2, ...
        epoch text NOT NULL,                    -- the one that ended
        device uuid NOT NULL REFERENCES device ON DELETE CASCADE,
        incarnation integer NOT NULL,
        n bigint NOT NULL,
        PRIMARY KEY (device, step)
    )
    """,
)


def upgrade() -> None:
    for step in STEPS:
        op.execute(step)

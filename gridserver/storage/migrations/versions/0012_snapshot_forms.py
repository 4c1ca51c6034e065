"""In which form a snapshot is written: those that lie here were made in the first."""

from alembic import op

revision = "0012"
down_revision = "0011"

STEPS = ("ALTER TABLE bucket_snapshot ADD COLUMN form smallint NOT NULL DEFAULT 1",)


def upgrade() -> None:
    for step in STEPS:
        op.execute(step)

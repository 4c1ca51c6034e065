"""Lost laptops and departed workers: the signed order to wipe, and when the desk said that it was carried out."""

from alembic import op

revision = "0004"
down_revision = "0003"

STEPS = (
    "ALTER TABLE device ADD COLUMN wipe_order text NOT NULL DEFAULT ''",  # JSON, as the desk gets it
    "ALTER TABLE device ADD COLUMN wiped_at bigint",
    # For how many days a store opens without having heard from the centre; a role that is missing has the usual.
    "CREATE TABLE lease (role text PRIMARY KEY, days integer NOT NULL CHECK (days BETWEEN 1 AND 365))",
)


def upgrade() -> None:
    for step in STEPS:
        op.execute(step)

"""By what persons and households are known: a keyed hash of their numbers, so that two records of one are found."""

from alembic import op

revision = "0006"
down_revision = "0005"

STEPS = (
    # The key of the hashes. It stays with them: who has the records has the numbers too.
    """
    ALTER TABLE meta ADD COLUMN twin_key bytea NOT NULL
        DEFAULT sha256(convert_to(gen_random_uuid()::text || gen_random_uuid()::text, 'UTF8'))
    """,
    """
    CREATE TABLE natural_key (
        key bytea NOT NULL,
        kind text NOT NULL,
        record uuid NOT NULL,
        PRIMARY KEY (key, record)
    )
    """,
)


def upgrade() -> None:
    """One statement after the other."""
    for step in STEPS:
        op.execute(step)

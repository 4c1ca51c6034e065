"""Files of which no record speaks any more: since when, and which of them are gone."""

from alembic import op

revision = "0013"
down_revision = "0012"

STEPS = (
    "ALTER TABLE file ADD COLUMN idle_since bigint",  # ms UTC; NULL while a record that stands speaks of it
    "CREATE INDEX file_idle ON file (idle_since) WHERE idle_since IS NOT NULL",
    # Their numbers are given to nothing else; by them copies beside old backups are let go in their time.
    """
    CREATE TABLE file_gone (
        n bigint NOT NULL,
        bucket uuid NOT NULL,
        sha256 text NOT NULL,
        home uuid NOT NULL,
        size bigint NOT NULL,
        media_type text NOT NULL,
        at bigint NOT NULL,                     -- ms UTC
        PRIMARY KEY (n, bucket, sha256)
    )
    """,
)


def upgrade() -> None:
    for step in STEPS:
        op.execute(step)

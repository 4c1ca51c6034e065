"""Snapshots of buckets: which there are; they themselves are files."""

from alembic import op

revision = "0008"
down_revision = "0007"

STEPS = (
    # In the database rather than beside the files: a restored centre must not offer what it no longer knows.
    """
    CREATE TABLE bucket_snapshot (
        bucket uuid NOT NULL REFERENCES bucket,
        sha text NOT NULL,                      -- SHA-256 of the file, hex: its name
        seq bigint NOT NULL,                    -- where the feed stood
        schema_version integer NOT NULL,
        rows integer NOT NULL,
        bytes bigint NOT NULL,                  -- of the file
        level smallint NOT NULL,                -- how hard it was tried to make it small
        made_at bigint NOT NULL,                -- ms UTC
        PRIMARY KEY (bucket, sha)
    )
    """,
)


def upgrade() -> None:
    for step in STEPS:
        op.execute(step)

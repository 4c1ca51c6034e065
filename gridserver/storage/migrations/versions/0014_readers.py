"""Buckets of one record, for named people; and what of a bucket's snapshots is not to be had any more."""

from alembic import op

revision = "0014"
down_revision = "0013"

STEPS = (
    """
    CREATE TABLE bucket_reader (
        bucket uuid NOT NULL REFERENCES bucket ON DELETE CASCADE,
        account uuid NOT NULL REFERENCES account ON DELETE CASCADE,
        PRIMARY KEY (bucket, account)
    )
    """,
    # Snapshots from before this place in the feed hold what only named people may see since.
    "CREATE TABLE bucket_shut (bucket uuid PRIMARY KEY REFERENCES bucket ON DELETE CASCADE, since bigint NOT NULL)",
)


def upgrade() -> None:
    for step in STEPS:
        op.execute(step)

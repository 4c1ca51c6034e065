"""What the centre knows of its own health: desks that still hold work, its rounds, and sums that were counted again."""

from alembic import op

revision = "0003"
down_revision = "0002"

STEPS = (
    # A desk says with each push how far it has numbered: what it still holds, and since when at the least.
    "ALTER TABLE device ADD COLUMN waiting_since bigint",
    "CREATE INDEX change_held ON change (at) WHERE verdict = 'held'",
    # The last time of each round: backup, drill, restore, recount. ``told``: figures, as JSON.
    """
    CREATE TABLE chore (
        name text PRIMARY KEY,
        at bigint NOT NULL,
        ok boolean NOT NULL,
        told text NOT NULL DEFAULT '{}'
    )
    """,
    # When a person looked at a group that still waits; by its name a desk asks what was decided.
    "ALTER TABLE quarantine ADD COLUMN judged_at bigint",
    "CREATE INDEX quarantine_tx ON quarantine (tx)",
    # The sum over a bucket's rows, counted again, beside the one that its head keeps.
    """
    CREATE TABLE bucket_check (
        bucket uuid PRIMARY KEY REFERENCES bucket,
        at bigint NOT NULL,
        ok boolean NOT NULL,
        seq bigint NOT NULL,
        head text NOT NULL,
        counted text NOT NULL
    )
    """,
    "CREATE INDEX bucket_check_wrong ON bucket_check (at) WHERE NOT ok",
)


def upgrade() -> None:
    for step in STEPS:
        op.execute(step)

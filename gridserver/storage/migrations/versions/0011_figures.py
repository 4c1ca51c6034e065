"""What stands in each grid, as it was counted last: for supervisors who have not all towns on their desk."""

from alembic import op

revision = "0011"
down_revision = "0010"

STEPS = (
    """
    CREATE TABLE bucket_figures (
        bucket uuid PRIMARY KEY REFERENCES bucket ON DELETE CASCADE,
        at bigint NOT NULL,                     -- ms UTC
        households integer NOT NULL,
        visited integer NOT NULL,               -- households in which somebody was met within half a year
        waiting integer NOT NULL,               -- diaries that nobody has read
        disputes integer NOT NULL               -- disputes that have not ended
    )
    """,
)


def upgrade() -> None:
    for step in STEPS:
        op.execute(step)

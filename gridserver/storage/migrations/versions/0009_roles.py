"""What somebody was before he became what he is: what he made then is judged by it; and what came late."""

from alembic import op

revision = "0009"
down_revision = "0008"

STEPS = (
    """
    CREATE TABLE account_role (
        account uuid NOT NULL REFERENCES account ON DELETE CASCADE,
        role text NOT NULL,
        until_version bigint NOT NULL,          -- the first version of his scope without it
        PRIMARY KEY (account, until_version)
    )
    """,
    "CREATE INDEX change_late ON change (at) WHERE late",
)


def upgrade() -> None:
    for step in STEPS:
        op.execute(step)

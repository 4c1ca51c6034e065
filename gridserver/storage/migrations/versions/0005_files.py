"""Attached files: which records speak of them, which are here, and what is on its way."""

from alembic import op

revision = "0005"
down_revision = "0004"

STEPS = (
    # What the lists of files in the records say, told again whenever a record is written.
    """
    CREATE TABLE file_link (
        record uuid NOT NULL,
        kind text NOT NULL,
        field text NOT NULL,
        entry uuid NOT NULL,
        bucket uuid NOT NULL REFERENCES bucket,
        sha256 text NOT NULL,
        size bigint NOT NULL,
        media_type text NOT NULL,
        person uuid NOT NULL,                   -- who attached it: he may bring it, also when he sees it no longer
        stored boolean NOT NULL,                -- the record says that it is here
        PRIMARY KEY (record, kind, field, entry)
    )
    """,
    "CREATE INDEX file_link_hash ON file_link (bucket, sha256)",
    "CREATE INDEX file_link_waiting ON file_link (bucket, sha256) WHERE NOT stored",
    # Files whose bytes are here; the same bytes in two buckets are two files, so that nobody learns of another's.
    """
    CREATE TABLE file (
        bucket uuid NOT NULL REFERENCES bucket,
        sha256 text NOT NULL,
        size bigint NOT NULL,
        media_type text NOT NULL,
        home uuid NOT NULL,                     -- the bucket under which the bytes lie; a record may have moved since
        n bigint NOT NULL,                      -- grows in the order in which files became certain
        at bigint NOT NULL,
        PRIMARY KEY (bucket, sha256)
    )
    """,
    "CREATE INDEX file_number ON file (n)",
    """
    CREATE TABLE file_upload (
        id uuid PRIMARY KEY,
        bucket uuid NOT NULL REFERENCES bucket,
        sha256 text NOT NULL,
        size bigint NOT NULL,
        media_type text NOT NULL,
        device uuid NOT NULL REFERENCES device ON DELETE CASCADE,
        until bigint NOT NULL,                  -- ms UTC; moved on by each piece
        UNIQUE (device, bucket, sha256)
    )
    """,
    "CREATE INDEX file_upload_until ON file_upload (until)",
    "ALTER TABLE meta ADD COLUMN files_durable bigint NOT NULL DEFAULT 0",
)


def upgrade() -> None:
    for step in STEPS:
        op.execute(step)

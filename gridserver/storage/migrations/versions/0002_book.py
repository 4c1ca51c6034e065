"""The book: records and their feed, the ledger of changes, what was put aside, and where each desk stands."""

from alembic import op

revision = "0002"
down_revision = "0001"

# Rows and changes are kept as the JSON text in which they travel: an answer is joined from them unread, and a
# text may hold what jsonb cannot (NUL). Ids of devices and persons are not references: the ledger outlives both.
STEPS = (
    """
    CREATE TABLE bucket_head (
        bucket uuid PRIMARY KEY REFERENCES bucket,
        seq bigint NOT NULL DEFAULT 0,          -- the last number given out; only ever under this row's lock
        floor_seq bigint NOT NULL DEFAULT 0,    -- a desk that stands below it starts anew
        entries integer NOT NULL DEFAULT 0,     -- rows and departures in the feed
        set_hash text NOT NULL DEFAULT repeat('0', 32)
    ) WITH (fillfactor = 50)
    """,
    # One line per record: what it is now, and where that stands in the feed of its bucket.
    """
    CREATE TABLE record (
        id uuid NOT NULL,
        kind text NOT NULL,
        bucket uuid NOT NULL REFERENCES bucket,
        seq bigint NOT NULL,
        removed boolean NOT NULL,
        about uuid,                             -- of a conflict: the record that it speaks of
        wire text NOT NULL,
        PRIMARY KEY (id, kind)
    )
    """,
    "CREATE UNIQUE INDEX record_feed ON record (bucket, seq)",
    "CREATE INDEX record_about ON record (about) WHERE about IS NOT NULL",
    # A record that went to another bucket, as its old bucket's feed tells it.
    """
    CREATE TABLE departure (
        bucket uuid NOT NULL REFERENCES bucket,
        seq bigint NOT NULL,
        id uuid NOT NULL,
        kind text NOT NULL,
        wire text NOT NULL,
        PRIMARY KEY (bucket, seq),
        UNIQUE (id, kind, bucket)
    )
    """,
    # Every change that was ever handed in, with what became of it: the ledger, the history and the merge bases.
    """
    CREATE TABLE change (
        arrived bigint GENERATED ALWAYS AS IDENTITY,
        id uuid PRIMARY KEY,
        device uuid NOT NULL,
        incarnation integer NOT NULL,
        n bigint NOT NULL,                      -- 0: the centre's own note in a conflict
        tx uuid NOT NULL,
        act uuid NOT NULL,
        person uuid NOT NULL,
        kind text NOT NULL,                     -- '' and NULL: could not be read
        record uuid,
        bucket uuid,                            -- where the record stood in the feed afterwards
        seq bigint,
        verdict text NOT NULL CHECK (verdict IN ('ok', 'conflict', 'held', 'refused', 'quarantined')),
        late boolean NOT NULL,                  -- made while its author held the bucket, came after
        sha bytea NOT NULL,
        at bigint NOT NULL,                     -- when it first came, ms UTC
        body text NOT NULL
    )
    """,
    "CREATE UNIQUE INDEX change_number ON change (device, incarnation, n) WHERE n > 0",
    "CREATE INDEX change_record ON change (record, arrived)",
    "CREATE INDEX change_aside ON change (device) WHERE verdict IN ('refused', 'quarantined')",
    # What a group was answered when there is more to say than "taken".
    """
    CREATE TABLE group_answer (
        device uuid NOT NULL,
        tx uuid NOT NULL,
        verdict text NOT NULL,
        code text NOT NULL,
        reason text NOT NULL,
        conflicts uuid[] NOT NULL,
        PRIMARY KEY (device, tx)
    )
    """,
    """
    CREATE TABLE quarantine (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        device uuid NOT NULL,
        person uuid NOT NULL,
        tx uuid NOT NULL,
        verdict text NOT NULL,
        code text NOT NULL,
        reason text NOT NULL,
        buckets uuid[] NOT NULL,                -- that the group said it was for
        body text NOT NULL,                     -- the whole group
        digest bytea NOT NULL,
        at bigint NOT NULL,
        state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'taken', 'dismissed')),
        settled_by uuid,
        settled_at bigint,
        UNIQUE (device, digest)
    )
    """,
    "CREATE INDEX quarantine_open ON quarantine (at) WHERE state = 'open'",
    # The cursors of a desk after its last whole answer, so that it need not send them again.
    """
    CREATE TABLE pull_vector (
        device uuid PRIMARY KEY REFERENCES device ON DELETE CASCADE,
        vector text NOT NULL,
        buckets uuid[] NOT NULL,
        seqs bigint[] NOT NULL
    )
    """,
)


def upgrade() -> None:
    for step in STEPS:
        op.execute(step)

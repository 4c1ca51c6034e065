"""Who may speak with the centre, and who sees what."""

from alembic import op

revision = "0001"
down_revision = None

# Times are milliseconds UTC. Ids are UUIDs made outside of the database.
STEPS = (
    """
    CREATE TABLE meta (
        one boolean PRIMARY KEY DEFAULT true CHECK (one),
        epoch uuid NOT NULL,
        system_id text NOT NULL,
        timeline integer NOT NULL,
        author uuid NOT NULL,            -- account and device of the centre as an author
        sign_key bytea NOT NULL,         -- public halves of the centre's keys
        seal_key bytea NOT NULL,
        ca text NOT NULL DEFAULT '',     -- the private authority that signed its certificate, PEM
        backup_at bigint,                -- last backup; NULL: none configured
        made_at bigint NOT NULL
    )
    """,
    # The tree of regions, drawn from the region records: what scope is computed from.
    """
    CREATE TABLE region (
        id uuid PRIMARY KEY,
        code text NOT NULL,
        name text NOT NULL,
        level text NOT NULL,
        parent uuid,
        county uuid,
        town uuid,
        village uuid,
        grid uuid,
        live boolean NOT NULL
    )
    """,
    "CREATE INDEX region_code ON region (code)",
    "CREATE INDEX region_parent ON region (parent)",
    "CREATE INDEX region_county ON region (county, level)",
    "CREATE INDEX region_town ON region (town, level)",
    """
    CREATE TABLE account (
        id uuid PRIMARY KEY,             -- also the id of the staff member's record, and `by` in stamps
        login text NOT NULL,
        name text NOT NULL,
        role text NOT NULL CHECK (role IN ('grid_worker', 'mediator', 'supervisor', 'admin', 'centre')),
        county uuid,
        password text NOT NULL,          -- Argon2id, PHC text
        password_at bigint NOT NULL,
        active boolean NOT NULL DEFAULT true,
        scope_version bigint NOT NULL DEFAULT 1,
        made_at bigint NOT NULL
    )
    """,
    "CREATE UNIQUE INDEX account_login ON account (lower(login))",
    """
    CREATE TABLE assignment (
        account uuid NOT NULL REFERENCES account ON DELETE CASCADE,
        region uuid NOT NULL REFERENCES region,
        since bigint NOT NULL,
        PRIMARY KEY (account, region)
    )
    """,
    """
    CREATE TABLE bucket (
        id uuid PRIMARY KEY,
        class text NOT NULL CHECK (class IN ('grid', 'sensitive', 'case', 'reference', 'user')),
        region uuid NOT NULL,            -- for a user bucket the person
        record uuid,
        UNIQUE NULLS NOT DISTINCT (class, region, record)
    )
    """,
    # Who holds which bucket, and from which to which version of his scope.
    """
    CREATE TABLE bucket_grant (
        account uuid NOT NULL REFERENCES account ON DELETE CASCADE,
        bucket uuid NOT NULL REFERENCES bucket,
        from_version bigint NOT NULL,
        until_version bigint,            -- the first version without it; NULL: still held
        PRIMARY KEY (account, bucket, from_version)
    )
    """,
    "CREATE UNIQUE INDEX bucket_grant_held ON bucket_grant (account, bucket) WHERE until_version IS NULL",
    """
    CREATE TABLE device (
        id uuid PRIMARY KEY,
        account uuid NOT NULL REFERENCES account,
        machine text NOT NULL,           -- groups the devices of one machine
        label text NOT NULL DEFAULT '',
        key bytea NOT NULL,              -- Ed25519, public
        status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'suspended', 'revoked')),
        cutoff bigint,                   -- when it was suspended or revoked
        incarnation integer NOT NULL DEFAULT 1,
        last_n bigint NOT NULL DEFAULT 0,
        durable_n bigint NOT NULL DEFAULT 0,
        scope_seen bigint NOT NULL DEFAULT 0,
        clock_offset bigint NOT NULL DEFAULT 0,
        app_version text NOT NULL DEFAULT '',
        seen_at bigint,
        waiting integer,                 -- changes that the desk says it holds; NULL: it never said
        refresh bytea,                   -- hashes of the refresh tokens
        refresh_before bytea,
        refresh_at bigint,
        made_at bigint NOT NULL
    )
    """,
    "CREATE INDEX device_account ON device (account)",
    """
    CREATE TABLE access_token (
        hash bytea PRIMARY KEY,
        device uuid NOT NULL REFERENCES device ON DELETE CASCADE,
        until bigint NOT NULL
    )
    """,
    "CREATE INDEX access_token_device ON access_token (device)",
    """
    CREATE TABLE enrolment_code (
        hash bytea PRIMARY KEY,
        account uuid NOT NULL REFERENCES account ON DELETE CASCADE,
        until bigint NOT NULL,
        used_at bigint,
        device uuid
    )
    """,
    """
    CREATE TABLE throttle (
        account text NOT NULL,           -- a hash of the name that was typed, known or not
        device text NOT NULL,            -- '' unless the device's own key signed the attempt
        address text NOT NULL,
        failures integer NOT NULL,
        last_at bigint NOT NULL,
        PRIMARY KEY (account, device, address)
    )
    """,
    """
    CREATE TABLE audit_log (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        at bigint NOT NULL,
        act text NOT NULL,
        ok boolean NOT NULL,
        account uuid,                    -- whom it concerns; NULL: a name that nobody has
        device uuid,
        address text NOT NULL DEFAULT '',  -- where it came from; empty: the centre's own console
        code text NOT NULL DEFAULT ''
    )
    """,
    "CREATE INDEX audit_log_account ON audit_log (account, at)",
)


def upgrade() -> None:
    for step in STEPS:
        op.execute(step)

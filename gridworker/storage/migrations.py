"""What a store is made of besides its kinds, as numbered steps; a step, once released, is never edited."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from gridworker.errors import StoreTooNew
from gridworker.storage.connection import Connection, writing

if TYPE_CHECKING:
    from sqlite_utils import Database

MAJOR = 1
"""Grows when an older program could no longer read the store; additions leave it as it is."""
_STEP = 1000


def refuse_newer(db: Connection) -> None:
    """Raises ``StoreTooNew`` for a store that a later program made its own; nothing is touched."""
    version = db.execute("PRAGMA user_version").fetchone()[0]
    if version // _STEP > MAJOR:
        raise StoreTooNew(f"store {version}, program {MAJOR * _STEP}")


def pending(db: Connection) -> bool:
    """Whether steps are to be taken."""
    return bool(db.execute("PRAGMA user_version").fetchone()[0] < version())


def is_new(db: Connection) -> bool:
    """Whether the file holds nothing yet."""
    return db.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchone() is None


def version() -> int:
    """What ``PRAGMA user_version`` says of a store of this program."""
    return MAJOR * _STEP + len(_STEPS)


def apply(db: Connection) -> None:
    """Take the steps that are left, all or none."""
    # Costs a tenth of a second, and is needed once in a store's life.
    from sqlite_utils import Database, Migrations

    steps = Migrations("gridworker")
    for step in _STEPS:
        steps(name=step.__name__.removeprefix("step_"))(step)
    with writing(db):
        steps.apply(Database(db, recursive_triggers=False, execute_plugins=False))
        db.execute(f"PRAGMA user_version = {version()}")


def step_0001_first_store(db: "Database") -> None:
    """Notes, buckets, outbox, what lies beside the rows, drafts and the log of syncs."""
    for text in _FIRST:
        db.execute(text)


def step_0002_packages_carried(db: "Database") -> None:
    """Data packages of other desks on their way to the centre."""
    db.execute(
        "CREATE TABLE carried (name TEXT PRIMARY KEY, device TEXT NOT NULL, taken_at INTEGER NOT NULL,"
        " package BLOB NOT NULL, receipt BLOB NOT NULL) STRICT"
    )


def step_0003_snapshots(db: "Database") -> None:
    """A bucket's first reading as one file, kept in pieces inside the store until it is whole."""
    for text in _SNAPSHOTS:
        db.execute(text)


def step_0004_owed(db: "Database") -> None:
    """What buckets that were let go still owe, in boxes that the centre alone can open."""
    db.execute(
        "CREATE TABLE owed (_row INTEGER PRIMARY KEY, incarnation INTEGER NOT NULL, n INTEGER NOT NULL,"
        " box BLOB NOT NULL, waits INTEGER NOT NULL) STRICT"
    )


def step_0005_owed_for_as_long_as_backups_are_kept(db: "Database") -> None:
    """``at``: when the centre took it, ms UTC; ``durable``: a backup holds it."""
    db.execute("ALTER TABLE owed ADD COLUMN at INTEGER NOT NULL DEFAULT 0")
    db.execute("ALTER TABLE owed ADD COLUMN durable INTEGER NOT NULL DEFAULT 0")


def step_0006_crates_carried(db: "Database") -> None:
    """``crate``: its bytes lie beside the store."""
    db.execute("ALTER TABLE carried ADD COLUMN crate INTEGER NOT NULL DEFAULT 0")


def step_0007_base_rows_beside_each_other(db: "Database") -> None:
    """Rows of a kilobyte in the order in which they came: sorted by their names each of them, and what of it had no
    room on its page, took pages of its own."""
    db.execute("ALTER TABLE base_row RENAME TO base_row_before")
    db.execute(
        "CREATE TABLE base_row (kind TEXT NOT NULL, id TEXT NOT NULL, body BLOB NOT NULL,"
        " PRIMARY KEY (kind, id)) STRICT"
    )
    db.execute("INSERT INTO base_row SELECT kind, id, body FROM base_row_before")
    db.execute("DROP TABLE base_row_before")


def step_0008_nothing_is_noted_as_sent(db: "Database") -> None:
    """What was on its way waits like all else: nothing of it was ever altered."""
    db.execute("UPDATE outbox SET state = 'new' WHERE state = 'sent'")


def step_0009_accepted_by_number(db: "Database") -> None:
    """What a backup covers by now is asked with every answer; without it all own history was walked through."""
    db.execute("CREATE INDEX IF NOT EXISTS outbox_accepted ON outbox (n) WHERE state = 'accepted'")


_STEPS: tuple[Callable[["Database"], None], ...] = (
    step_0001_first_store,
    step_0002_packages_carried,
    step_0003_snapshots,
    step_0004_owed,
    step_0005_owed_for_as_long_as_backups_are_kept,
    step_0006_crates_carried,
    step_0007_base_rows_beside_each_other,
    step_0008_nothing_is_noted_as_sent,
    step_0009_accepted_by_number,
)

_SNAPSHOTS = (
    # ``rows`` and ``bytes``: what the centre says that a first reading brings; ``place``: the order of loading.
    "ALTER TABLE bucket ADD COLUMN rows INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE bucket ADD COLUMN bytes INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE bucket ADD COLUMN place INTEGER NOT NULL DEFAULT 0",
    "CREATE TABLE snapshot (_bucket INTEGER PRIMARY KEY, sha TEXT NOT NULL, seq INTEGER NOT NULL,"
    " bytes INTEGER NOT NULL, rows INTEGER NOT NULL, here INTEGER NOT NULL DEFAULT 0,"
    " laid INTEGER NOT NULL DEFAULT 0) STRICT",
    "CREATE TABLE snapshot_piece (_row INTEGER PRIMARY KEY, _bucket INTEGER NOT NULL, start INTEGER NOT NULL,"
    " body BLOB NOT NULL) STRICT",
    "CREATE UNIQUE INDEX snapshot_place ON snapshot_piece (_bucket, start)",
)

_FIRST = (
    "CREATE TABLE meta (k TEXT PRIMARY KEY, v BLOB NOT NULL) STRICT, WITHOUT ROWID",
    "CREATE TABLE bucket (_row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, class TEXT NOT NULL,"
    " region TEXT NOT NULL, record TEXT NOT NULL, state TEXT NOT NULL, naming INTEGER NOT NULL DEFAULT 0,"
    " cursor INTEGER NOT NULL DEFAULT 0, hash TEXT NOT NULL DEFAULT '') STRICT",
    "CREATE INDEX bucket_unseen ON bucket (_row) WHERE state IN ('loading', 'dropping')",
    "CREATE INDEX bucket_home ON bucket (class, region)",
    # The order of _row is the order of a person's acts; n is counted anew after a restore. As few indexes as will
    # do: every one of them costs each save a page.
    "CREATE TABLE outbox (_row INTEGER PRIMARY KEY, incarnation INTEGER NOT NULL, n INTEGER NOT NULL,"
    " id TEXT NOT NULL, tx TEXT NOT NULL, act TEXT NOT NULL, author TEXT NOT NULL, kind TEXT NOT NULL,"
    " record TEXT NOT NULL, bucket TEXT NOT NULL, hlc INTEGER NOT NULL, body BLOB NOT NULL, before BLOB,"
    " made_at INTEGER NOT NULL,"
    " state TEXT NOT NULL, laid INTEGER NOT NULL, seq INTEGER, code TEXT NOT NULL DEFAULT '',"
    " reason TEXT NOT NULL DEFAULT '', settled_at INTEGER, tries INTEGER NOT NULL DEFAULT 0,"
    " open INTEGER AS (laid OR state IN ('new', 'sent', 'held', 'attention')) VIRTUAL) STRICT",
    "CREATE INDEX outbox_open ON outbox (state) WHERE open",
    "CREATE INDEX outbox_record ON outbox (record)",
    "CREATE TABLE base_row (kind TEXT NOT NULL, id TEXT NOT NULL, body BLOB NOT NULL,"
    " PRIMARY KEY (kind, id)) STRICT, WITHOUT ROWID",
    "CREATE TABLE unknown_row (kind TEXT NOT NULL, id TEXT NOT NULL, _bucket INTEGER NOT NULL,"
    " ver INTEGER NOT NULL, mark TEXT NOT NULL, body BLOB NOT NULL, PRIMARY KEY (kind, id))"
    " STRICT, WITHOUT ROWID",
    "CREATE TABLE pull_quarantine (kind TEXT NOT NULL, id TEXT NOT NULL, _bucket INTEGER NOT NULL,"
    " ver INTEGER NOT NULL, mark TEXT NOT NULL, body BLOB NOT NULL, fault TEXT NOT NULL,"
    " PRIMARY KEY (kind, id)) STRICT, WITHOUT ROWID",
    # Which rows the centre has named since a bucket is being replaced.
    "CREATE TABLE named (_bucket INTEGER NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL,"
    " PRIMARY KEY (_bucket, kind, id)) STRICT, WITHOUT ROWID",
    # Stretches of rows that came in large pages and are not in the search index yet.
    "CREATE TABLE unindexed (kind TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,"
    " _bucket INTEGER NOT NULL, PRIMARY KEY (kind, first)) STRICT, WITHOUT ROWID",
    # All summaries in one table: what one save counts lies on a page or two. ``key``: the values of ``by``.
    "CREATE TABLE summary (_bucket INTEGER NOT NULL, name TEXT NOT NULL, key TEXT NOT NULL, n INTEGER NOT NULL,"
    " latest ANY, PRIMARY KEY (_bucket, name, key)) STRICT, WITHOUT ROWID",
    "CREATE TABLE draft (key TEXT PRIMARY KEY, form TEXT NOT NULL, title TEXT NOT NULL, fields TEXT NOT NULL,"
    " at INTEGER NOT NULL) STRICT, WITHOUT ROWID",
    "CREATE TABLE sync_log (_row INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, body BLOB NOT NULL) STRICT",
)

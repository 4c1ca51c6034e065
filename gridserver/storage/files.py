"""Attached files in the database: what records speak of, what is here, and what is on its way."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from gridserver.storage import scope
from gridserver.storage.engine import Connection, text
from gridserver.storage.rows import Key
from gridworker.records import KINDS
from gridworker.records.files import SHA256
from gridworker.records.row import Row

_AT_ONCE = 200
"""Entries that are told in one act that their file is here."""


class Expected(NamedTuple):
    """A file that a record speaks of."""

    size: int
    media_type: str


@dataclass(frozen=True, slots=True)
class Stored:
    """A file whose bytes are here."""

    bucket: str
    sha256: str
    size: int
    media_type: str
    home: str
    """The bucket under which the bytes lie."""
    n: int


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that is on its way from one device."""

    id: str
    bucket: str
    sha256: str
    size: int
    media_type: str
    device: str
    until: int
    """When it is given up unless another piece comes, ms UTC."""


class Waiting(NamedTuple):
    """An entry of a record that does not say yet that its file is here."""

    kind: str
    record: str
    path: str
    n: int


# ------------------------------------------------------------------ what records speak of


def rows_written(conn: Connection, before: Mapping[Key, Row], after: Mapping[Key, Row]) -> None:
    """To be called by the book, in its transaction, with the rows that it wrote: notes which files they speak of.
    What moved to another bucket takes its files along.
    """
    changed = [(key, row) for key, row in after.items() if _said(row) != _said(before.get(key))]
    if not changed:
        return
    conn.execute(_FORGET, {"records": [row.id for _, row in changed]})
    if lines := [line for _, row in changed for line in _links(row)]:
        conn.execute(_LINK, lines)
    moved = [
        {"old": before[key].bucket, "new": row.bucket, "sha256": line["sha256"]}
        for key, row in changed
        if key in before and before[key].bucket != row.bucket
        for line in _links(row)
    ]
    if moved:
        conn.execute(_TAKE_ALONG, moved)


def mentioned(changes: Sequence[Mapping[str, Any]]) -> bool:
    """Whether any of the changes, as they travel, may speak of files."""
    return any(_mentions(change) for change in changes)


def expected(conn: Connection, person: str, bucket: str, sha256: str) -> Expected | None:
    """The file as the records of a bucket speak of it; None when none does that this person attached or may see."""
    found = conn.execute(_EXPECTED, {"bucket": bucket, "sha256": sha256}).all()
    mine = [row for row in found if row.person == person]
    if not mine and found and not scope.may_see(conn, person, bucket):
        return None
    return next((Expected(row.size, row.media_type) for row in mine or found), None)


def waiting(conn: Connection) -> list[Waiting]:
    """Some of the entries that do not say yet that their file is here."""
    return [Waiting(row.kind, row.record, f"{row.field}/{row.entry}", row.n) for row in conn.execute(_WAITING)]


# ------------------------------------------------------------------ what is here


def stored(conn: Connection, bucket: str, sha256: str) -> Stored | None:
    """The file, if its bytes are here and a record of the bucket speaks of it."""
    row = conn.execute(_STORED, {"bucket": bucket, "sha256": sha256}).one_or_none()
    return None if row is None else Stored(*row)


def keep(conn: Connection, upload: Upload, now: int) -> int:
    """The bytes are here for certain; the file's number. Numbers become visible in their order: the centre's own lane
    is locked from here to the end of the transaction.
    """
    conn.execute(_LOCK_LANE)
    values = {name: getattr(upload, name) for name in ("bucket", "sha256", "size", "media_type")}
    conn.execute(_KEEP, {**values, "now": now})
    end(conn, upload.id)
    return int(conn.execute(_NUMBER, {"bucket": upload.bucket, "sha256": upload.sha256}).scalar_one())


def bytes_in(conn: Connection, bucket: str) -> int:
    """Bytes of all files of a bucket, with those on their way."""
    return int(conn.execute(_BYTES_IN, {"bucket": bucket}).scalar_one())


def all_of(conn: Connection, after: int = 0) -> Iterator[Stored]:
    """Every file with a number above ``after``, in order: what a backup has to hold."""
    return (Stored(*row) for row in conn.execute(_ALL, {"after": after}))


def last_n(conn: Connection) -> int:
    """The number of the last file that is here."""
    return int(conn.scalar(text("SELECT coalesce(max(n), 0) FROM file")) or 0)


def promised(conn: Connection) -> int:
    """Up to which number desks were told that files are safe."""
    return int(conn.scalar(text("SELECT files_durable FROM meta")) or 0)


def mark_durable(conn: Connection, n: int) -> None:
    """A backup covers the files up to this number: whoever attached one may let it go on his desk."""
    conn.execute(_MARK, {"n": n})


# ------------------------------------------------------------------ what is on its way


def begin(conn: Connection, upload: Upload) -> Upload:
    """Expects the bytes of a file; the upload that this device began before, if there is one."""
    conn.execute(_BEGIN, {name: getattr(upload, name) for name in Upload.__slots__})
    of_device = {"device": upload.device, "bucket": upload.bucket, "sha256": upload.sha256}
    return Upload(*conn.execute(_OF_DEVICE, of_device).one())


def upload_of(conn: Connection, upload: str) -> Upload | None:
    """The upload of this id."""
    row = conn.execute(_UPLOAD, {"id": upload}).one_or_none()
    return None if row is None else Upload(*row)


def go_on(conn: Connection, upload: str, until: int) -> None:
    """A piece came: it is waited for until then."""
    conn.execute(_GO_ON, {"id": upload, "until": until})


def end(conn: Connection, upload: str) -> None:
    """It is complete, or given up."""
    conn.execute(_END, {"id": upload})


def open_of(conn: Connection, device: str, now: int) -> int:
    """How many uploads a device has begun and not ended."""
    return int(conn.execute(_OPEN_OF, {"device": device, "now": now}).scalar_one())


def run_out(conn: Connection, now: int, long_ago: int) -> list[str]:
    """Uploads for which nobody waits any more; what ran out ``long_ago`` is forgotten."""
    conn.execute(_FORGET_UPLOADS, {"long_ago": long_ago})
    return [row.id for row in conn.execute(_RUN_OUT, {"now": now})]


# ------------------------------------------------------------------ inside


def _said(row: Row | None) -> Any:
    """What a row says of files, and where: to be compared."""
    if row is None or _NAMES.get(row.kind, _NONE).isdisjoint(row.fields):
        return None
    return list(_links(row)) or None


def _links(row: Row) -> Iterator[dict[str, Any]]:
    kind = KINDS.get(row.kind)
    for field in kind.file_fields if kind is not None else ():
        entries = row.fields.get(field.name)
        for entry, value in entries.items() if isinstance(entries, dict) else ():
            if isinstance(value, dict) and SHA256.match(str(value.get("sha256"))):
                yield {
                    "record": row.id,
                    "kind": row.kind,
                    "field": field.name,
                    "entry": entry,
                    "bucket": row.bucket,
                    "sha256": value["sha256"],
                    "size": value.get("size", 0),
                    "media_type": value.get("media_type", ""),
                    "person": row.writer(f"{field.name}/{entry}").by,
                    "stored": value.get("stored") is not None,
                }


def _mentions(change: Mapping[str, Any]) -> bool:
    names = _NAMES.get(str(change.get("e")))
    if not names:
        return False
    value = change.get("v")
    if not change.get("p"):
        return isinstance(value, dict) and not names.isdisjoint(value)
    return str(change["p"]).partition("/")[0] in names


_NONE: frozenset[str] = frozenset()
_NAMES = {kind.name: frozenset(field.name for field in kind.file_fields) for kind in KINDS.values()}
"""By kind: the fields that are lists of attached files."""


_FORGET = text("DELETE FROM file_link WHERE record = ANY(CAST(:records AS uuid[]))")
_LINK = text("""
    INSERT INTO file_link (record, kind, field, entry, bucket, sha256, size, media_type, person, stored)
    VALUES (:record, :kind, :field, :entry, :bucket, :sha256, :size, :media_type, :person, :stored)
""")
_TAKE_ALONG = text("""
    INSERT INTO file (bucket, sha256, size, media_type, home, n, at)
    SELECT CAST(:new AS uuid), sha256, size, media_type, home, n, at FROM file
    WHERE bucket = CAST(:old AS uuid) AND sha256 = :sha256
    ON CONFLICT DO NOTHING
""")
_EXPECTED = text("""
    SELECT DISTINCT person, size, media_type FROM file_link WHERE bucket = CAST(:bucket AS uuid) AND sha256 = :sha256
""")
_WAITING = text(f"""
    SELECT kind, record, field, entry, n FROM file_link JOIN file USING (bucket, sha256)
    WHERE NOT stored ORDER BY n LIMIT {_AT_ONCE}
""")
_STORED = text("""
    SELECT bucket, sha256, size, media_type, home, n FROM file WHERE bucket = CAST(:bucket AS uuid) AND sha256 = :sha256
        AND EXISTS (SELECT 1 FROM file_link WHERE file_link.bucket = file.bucket AND file_link.sha256 = file.sha256)
""")
_LOCK_LANE = text("SELECT 1 FROM device WHERE id = (SELECT author FROM meta) FOR NO KEY UPDATE")
_KEEP = text("""
    INSERT INTO file (bucket, sha256, size, media_type, home, n, at)
    SELECT CAST(:bucket AS uuid), :sha256, :size, :media_type, CAST(:bucket AS uuid), 1 + greatest(
        (SELECT coalesce(max(n), 0) FROM file), (SELECT coalesce(max(n), 0) FROM file_gone)
    ), :now
    ON CONFLICT DO NOTHING
""")
_NUMBER = text("SELECT n FROM file WHERE bucket = CAST(:bucket AS uuid) AND sha256 = :sha256")
_BYTES_IN = text("""
    SELECT coalesce((SELECT sum(size) FROM file WHERE bucket = CAST(:bucket AS uuid)), 0)
        + coalesce((SELECT sum(size) FROM file_upload WHERE bucket = CAST(:bucket AS uuid)), 0)
""")
_ALL = text("SELECT bucket, sha256, size, media_type, home, n FROM file WHERE n > :after ORDER BY n, bucket")
_MARK = text("UPDATE meta SET files_durable = :n WHERE files_durable < :n")
_UPLOADS = "SELECT id, bucket, sha256, size, media_type, device, until FROM file_upload"
_BEGIN = text("""
    INSERT INTO file_upload (id, bucket, sha256, size, media_type, device, until)
    VALUES (:id, :bucket, :sha256, :size, :media_type, :device, :until)
    ON CONFLICT (device, bucket, sha256) DO UPDATE SET until = excluded.until
""")
_OF_DEVICE = text(f"""
    {_UPLOADS} WHERE device = CAST(:device AS uuid) AND bucket = CAST(:bucket AS uuid) AND sha256 = :sha256
""")
_UPLOAD = text(f"{_UPLOADS} WHERE id = CAST(:id AS uuid)")
_GO_ON = text("UPDATE file_upload SET until = :until WHERE id = CAST(:id AS uuid)")
_END = text("DELETE FROM file_upload WHERE id = CAST(:id AS uuid)")
_OPEN_OF = text("SELECT count(*) FROM file_upload WHERE device = CAST(:device AS uuid) AND until > :now")
_FORGET_UPLOADS = text("DELETE FROM file_upload WHERE until < :long_ago")
_RUN_OUT = text("SELECT id FROM file_upload WHERE until < :now LIMIT 100")

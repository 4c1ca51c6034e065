"""The cabinet: an encrypted file beside the store with the bytes of attached photos and papers.

It has the key of the store and lies beside it as ``store.files``, so that the store, its backups and each save stay
small. A file is known by the SHA-256 of its bytes and lies in pieces; ``place`` tells in which buckets it is spoken
of, so that it goes when the last of them goes.
"""

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from gridworker.storage.connection import Connection, connect, prepare, writing
from gridworker.storage.faults import at_the_border

PIECE = 256 * 1024
"""Bytes in one row: what is held in memory of a file."""

_NUMBER = "n INTEGER NOT NULL DEFAULT 0"
_TABLES = (
    "CREATE TABLE IF NOT EXISTS file (_row INTEGER PRIMARY KEY, sha256 TEXT NOT NULL UNIQUE, size INTEGER NOT NULL,"
    " media_type TEXT NOT NULL, mine INTEGER NOT NULL, whole INTEGER NOT NULL, made_at INTEGER NOT NULL,"
    " used_at INTEGER NOT NULL, thumb BLOB) STRICT",
    "CREATE TABLE IF NOT EXISTS piece (_file INTEGER NOT NULL, start INTEGER NOT NULL, body BLOB NOT NULL) STRICT",
    "CREATE UNIQUE INDEX IF NOT EXISTS piece_of ON piece (_file, start)",
    # ``epoch``: the life of the centre to which the file was handed in; "" before. ``n``: the number that the centre
    # gave it, as far as it was told by a receipt.
    "CREATE TABLE IF NOT EXISTS place (_file INTEGER NOT NULL, bucket TEXT NOT NULL, epoch TEXT NOT NULL,"
    f" {_NUMBER}, PRIMARY KEY (bucket, _file)) STRICT, WITHOUT ROWID",
)


class Kept(NamedTuple):
    """What the cabinet knows of a file."""

    sha256: str
    size: int
    media_type: str
    mine: bool
    """Attached at this desk: it stays until the centre has it safe."""
    whole: bool
    """All of its bytes are here."""
    made_at: int
    used_at: int


class Lost(NamedTuple):
    """A file of a bucket that this desk no longer holds."""

    sha256: str
    bucket: str
    size: int
    n: int
    """The number that the centre gave it; 0: not known."""


class WrongBytes(Exception):
    """What came is not what its hash says; it was thrown away."""


def path_of(store: Path) -> Path:
    """Where the cabinet of a store lies."""
    return store.with_suffix(".files")


@at_the_border
class Cabinet:
    """One worker's cabinet, opened by one thread and used by that thread alone.

    Every method raises ``StoreError`` for faults of the file.
    """

    def __init__(self, db: Connection) -> None:
        self._db = db

    @classmethod
    def open(cls, store: Path, key: bytes) -> "Cabinet":
        """The cabinet of the store at this path, made when there is none. ``key``: the store's."""
        db = connect(path_of(store), key)
        try:
            # What a file took is given back to the disk when it goes; counts only before anything is written.
            db.execute("PRAGMA auto_vacuum = INCREMENTAL")
            prepare(db)
            if db.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchone() is None:
                with writing(db):
                    for text in _TABLES:
                        db.execute(text)
            elif not any(line[1] == "n" for line in db.execute("PRAGMA table_info(place)")):
                with writing(db):  # of an older program
                    db.execute(f"ALTER TABLE place ADD COLUMN {_NUMBER}")
        except BaseException:
            db.close()
            raise
        return cls(db)

    def close(self) -> None:
        """Let go of it."""
        self._db.close()

    # ------------------------------------------------------------------ putting in

    def put(self, pieces: Iterable[bytes], media_type: str, thumb: bytes | None, now: int) -> Kept:
        """Keep a file that is attached here; one that is here already is only remembered as one's own."""
        digest, size = hashlib.sha256(), 0
        with writing(self._db):
            made = self._db.execute(
                "INSERT INTO file (sha256, size, media_type, mine, whole, made_at, used_at, thumb)"
                " VALUES ('', 0, ?, 1, 1, ?, ?, ?)",
                (media_type, now, now, thumb),
            ).lastrowid
            for body in _pieces(pieces):
                self._db.execute("INSERT INTO piece VALUES (?, ?, ?)", (made, size, body))
                digest.update(body)
                size += len(body)
            sha256 = digest.hexdigest()
            known = self._row(sha256)
            if known is not None:
                self._take_over(known, int(made))
            self._db.execute("UPDATE file SET sha256 = ?, size = ? WHERE _row = ?", (sha256, size, made))
        kept = self.about(sha256)
        assert kept is not None
        return kept

    def _take_over(self, known: int, made: int) -> None:
        """The same bytes were here, or a part of them: what was known of them goes on under the new row."""
        self._db.execute("UPDATE OR IGNORE place SET _file = ? WHERE _file = ?", (made, known))
        self._forget(known)

    def begin(self, sha256: str, size: int, media_type: str, now: int) -> int:
        """A file is to be fetched; how many of its bytes are here already."""
        with writing(self._db):
            self._db.execute(
                "INSERT OR IGNORE INTO file (sha256, size, media_type, mine, whole, made_at, used_at)"
                " VALUES (?, ?, ?, 0, 0, ?, ?)",
                (sha256, size, media_type, now, now),
            )
        return self._length(sha256)

    def add(self, sha256: str, start: int, body: bytes) -> None:
        """The next bytes of a file that is being fetched."""
        with writing(self._db):
            row = self._row(sha256)
            if row is not None and body:
                self._db.execute("INSERT INTO piece VALUES (?, ?, ?)", (row, start, body))

    def complete(self, sha256: str, thumb: Callable[[bytes], bytes | None]) -> None:
        """All bytes have come: they are compared with the hash. Raises ``WrongBytes``."""
        digest = hashlib.sha256()
        for body in self._all_of(sha256):
            digest.update(body)
        right = digest.hexdigest() == sha256
        small = thumb(self.content(sha256)) if right else None
        with writing(self._db):
            row = self._row(sha256)
            if row is None:
                return
            if right:
                self._db.execute("UPDATE file SET whole = 1, thumb = coalesce(thumb, ?) WHERE _row = ?", (small, row))
            else:
                self._db.execute("DELETE FROM piece WHERE _file = ?", (row,))
        if not right:
            raise WrongBytes(sha256)

    def bind(self, places: Iterable[tuple[str, str]]) -> None:
        """These (hash, bucket) are spoken of by records."""
        wanted = [(sha256, bucket) for sha256, bucket in places if not self._lies_in(sha256, bucket)]
        if wanted:
            with writing(self._db):
                self._db.executemany(
                    "INSERT OR IGNORE INTO place (_file, bucket, epoch) SELECT _row, ?, '' FROM file WHERE sha256 = ?",
                    [(bucket, sha256) for sha256, bucket in wanted],
                )

    def handed_in(self, sha256: str, bucket: str, epoch: str, n: int = 0) -> None:
        """The centre has it in this bucket, under the number ``n``. ``epoch``: a restored centre has another one, and
        may lack it again."""
        with writing(self._db):
            values = (epoch, n, bucket, self._row(sha256))
            self._db.execute("UPDATE place SET epoch = ?, n = ? WHERE bucket = ? AND _file = ?", values)

    # ------------------------------------------------------------------ reading

    def is_handed_in(self, sha256: str, bucket: str, epoch: str) -> bool:
        """Whether the centre said so, in this life of its own."""
        query = "SELECT 1 FROM place WHERE bucket = ? AND _file = ? AND epoch = ? AND epoch <> ''"
        return self._db.execute(query, (bucket, self._row(sha256), epoch)).fetchone() is not None

    def number_of(self, sha256: str, epoch: str) -> int | None:
        """The number that the centre gave it in this life of its own, told by a receipt before the feed tells it."""
        query = "SELECT max(n) FROM place WHERE _file = ? AND epoch = ? AND n > 0"
        line = self._db.execute(query, (self._row(sha256), epoch)).fetchone()
        return None if line is None else line[0]

    def own_outside(self, buckets: Collection[str]) -> list[Lost]:
        """Own files that lie in buckets which are not among these."""
        lines = self._db.execute(
            "SELECT f.sha256, p.bucket, f.size, p.n FROM place p JOIN file f ON f._row = p._file"
            " WHERE f.mine AND f.whole ORDER BY f.size, f.sha256"
        )
        return [Lost(*line) for line in lines if line[1] not in buckets]

    def about(self, sha256: str) -> Kept | None:
        """What is known of a file; None when nothing of it is here."""
        line = self._db.execute(f"{_KEPT} WHERE sha256 = ?", (sha256,)).fetchone()
        return None if line is None else _kept(line)

    def all(self) -> list[Kept]:
        """Every file, the one that was used longest ago first."""
        return [_kept(line) for line in self._db.execute(f"{_KEPT} ORDER BY used_at")]

    def thumb(self, sha256: str) -> bytes | None:
        """The small picture of a photo."""
        line = self._db.execute("SELECT thumb FROM file WHERE sha256 = ?", (sha256,)).fetchone()
        return None if line is None else line[0]

    def read(self, sha256: str, start: int, most: int) -> bytes:
        """Up to ``most`` bytes from ``start``."""
        lines = self._db.execute(
            "SELECT p.start, p.body FROM piece p JOIN file f ON f._row = p._file"
            " WHERE f.sha256 = ? AND p.start < ? AND p.start + length(p.body) > ? ORDER BY p.start",
            (sha256, start + most, start),
        )
        return b"".join(body[max(0, start - at) : start + most - at] for at, body in lines)

    def content(self, sha256: str) -> bytes:
        """All bytes that are here."""
        return b"".join(self._all_of(sha256))

    def used(self, sha256: str, now: int) -> None:
        """Somebody looked at it: it goes later than others."""
        with writing(self._db):
            self._db.execute("UPDATE file SET used_at = ? WHERE sha256 = ?", (now, sha256))

    # ------------------------------------------------------------------ letting go

    def keep_only(self, buckets: Collection[str]) -> int:
        """What lay only in buckets that this desk no longer holds goes for ever; how many files."""
        lines = self._db.execute("SELECT DISTINCT bucket FROM place").fetchall()
        gone = [bucket for (bucket,) in lines if bucket not in buckets]
        if not gone:
            return 0
        with writing(self._db):
            marks = ", ".join("?" * len(gone))
            left = self._db.execute(f"SELECT DISTINCT _file FROM place WHERE bucket IN ({marks})", gone).fetchall()
            self._db.execute(f"DELETE FROM place WHERE bucket IN ({marks})", gone)
            lone = [row for (row,) in left if not self._has_place(row)]
            for row in lone:
                self._forget(row)
        self._give_back()
        return len(lone)

    def evict(self, sha256: str) -> None:
        """Let the bytes go and keep the small picture: the centre has them safe, and gives them back when asked."""
        with writing(self._db):
            row = self._row(sha256)
            self._db.execute("DELETE FROM piece WHERE _file = ?", (row,))
            self._db.execute("UPDATE file SET whole = 0, mine = 0 WHERE _row = ?", (row,))
        self._give_back()

    def sweep(self, before: int, spoken_of: Callable[[str], bool]) -> int:
        """What was attached before ``before`` (ms UTC) and never saved goes; how many files."""
        lines = self._db.execute(
            "SELECT _row, sha256 FROM file WHERE made_at < ? AND _row NOT IN (SELECT _file FROM place)", (before,)
        ).fetchall()
        lone = [row for row, sha256 in lines if not spoken_of(sha256)]
        if lone:
            with writing(self._db):
                for row in lone:
                    self._forget(row)
            self._give_back()
        return len(lone)

    def size(self) -> int:
        """Bytes of all files that are here."""
        return int(self._db.execute("SELECT coalesce(sum(length(body)), 0) FROM piece").fetchone()[0])

    # ------------------------------------------------------------------ inside

    def _all_of(self, sha256: str) -> Iterator[bytes]:
        """The bytes in order, as they lie."""
        row = self._row(sha256)
        starts = self._db.execute("SELECT start FROM piece WHERE _file = ? ORDER BY start", (row,)).fetchall()
        for (start,) in starts:
            yield self._db.execute("SELECT body FROM piece WHERE _file = ? AND start = ?", (row, start)).fetchone()[0]

    def _row(self, sha256: str) -> int | None:
        line = self._db.execute("SELECT _row FROM file WHERE sha256 = ?", (sha256,)).fetchone()
        return None if line is None else int(line[0])

    def _length(self, sha256: str) -> int:
        query = "SELECT coalesce(sum(length(body)), 0) FROM piece WHERE _file = ?"
        return int(self._db.execute(query, (self._row(sha256),)).fetchone()[0])

    def _lies_in(self, sha256: str, bucket: str) -> bool:
        query = "SELECT 1 FROM place JOIN file ON file._row = place._file WHERE sha256 = ? AND bucket = ?"
        return self._db.execute(query, (sha256, bucket)).fetchone() is not None

    def _has_place(self, row: int) -> bool:
        return self._db.execute("SELECT 1 FROM place WHERE _file = ? LIMIT 1", (row,)).fetchone() is not None

    def _forget(self, row: int) -> None:
        for table, column in (("piece", "_file"), ("place", "_file"), ("file", "_row")):
            self._db.execute(f"DELETE FROM {table} WHERE {column} = ?", (row,))

    def _give_back(self) -> None:
        """Nothing of what went may stay in the file or in its log."""
        self._db.execute("PRAGMA incremental_vacuum").fetchall()
        self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


_KEPT = "SELECT sha256, size, media_type, mine, whole, made_at, used_at FROM file"


def _kept(line: tuple[str, int, str, int, int, int, int]) -> Kept:
    sha256, size, media_type, mine, whole, made_at, used_at = line
    return Kept(sha256, size, media_type, bool(mine), bool(whole), made_at, used_at)


def _pieces(given: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in pieces of the size in which they are kept."""
    kept = bytearray()
    for body in given:
        kept += body
        while len(kept) >= PIECE:
            yield bytes(kept[:PIECE])
            del kept[:PIECE]
    if kept:
        yield bytes(kept)

"""A bucket's first reading as one file: kept in pieces inside the encrypted store, then laid into the tables."""

import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from gridworker.protocol.codec import NotReadable
from gridworker.protocol.snapshot import read_head, read_parts
from gridworker.protocol.sync import Offer
from gridworker.storage import bare, feed
from gridworker.storage.feed import Received
from gridworker.storage.file import BucketRow, File

_FEW = 8
"""Pieces that are cleared away in one transaction; each has 64 KB at most."""
_COLUMNS = "bucket.id, sha, seq, snapshot.bytes, snapshot.rows, here, laid"


class SnapshotRefused(Exception):
    """A snapshot that is not what it says; ``str``: why, a word for the log. Nothing of it was shown."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One that is being fetched or laid. ``here``: bytes that have come; ``laid``: rows that lie in the tables."""

    bucket: str
    sha: str
    seq: int
    bytes: int
    rows: int
    here: int
    laid: int


def begun(file: File) -> list[Snapshot]:
    """All of them, in the order in which they are to be loaded."""
    lines = file.db.execute(
        f"SELECT {_COLUMNS} FROM snapshot JOIN bucket ON bucket._row = snapshot._bucket"
        " ORDER BY bucket.place, snapshot.bytes, bucket._row"
    )
    return [Snapshot(*line) for line in lines]


def one(file: File, place: BucketRow) -> Snapshot | None:
    """The snapshot of a bucket."""
    line = file.db.execute(
        f"SELECT {_COLUMNS} FROM snapshot JOIN bucket ON bucket._row = snapshot._bucket WHERE bucket._row = ?",
        (place.row_id,),
    ).fetchone()
    return None if line is None else Snapshot(*line)


def offered(file: File, offer: Offer) -> bool:
    """The centre offers a snapshot; a part of another one of the same bucket is worth nothing now. False: the
    bucket is not held."""
    place = file.bucket(offer.bucket)
    if place is None or place.state in ("absent", "dropping"):
        return False
    known = one(file, place)
    if known is None or known.sha != offer.sha:
        file.db.execute("DELETE FROM snapshot_piece WHERE _bucket = ?", (place.row_id,))
        file.db.execute(
            "INSERT OR REPLACE INTO snapshot (_bucket, sha, seq, bytes, rows) VALUES (?, ?, ?, ?, ?)",
            (place.row_id, offer.sha, offer.seq, offer.bytes, offer.rows),
        )
    return True


def keep(file: File, bucket: str, start: int, piece: bytes) -> None:
    """A piece has come. What lies not just behind the last one is passed over: it is asked for again."""
    with feed.unhurried(file), file.writing():
        place = file.bucket(bucket)
        known = None if place is None else one(file, place)
        if place is None or known is None or start != known.here or start + len(piece) > known.bytes:
            return
        file.db.execute(
            "INSERT INTO snapshot_piece (_bucket, start, body) VALUES (?, ?, ?)", (place.row_id, start, piece)
        )
        file.db.execute("UPDATE snapshot SET here = ? WHERE _bucket = ?", (start + len(piece), place.row_id))


def forget(file: File, bucket: str) -> None:
    """A snapshot is wanted no more, inside the transaction that is open; its pieces go when they are cleared away."""
    file.db.execute("DELETE FROM snapshot WHERE _bucket = (SELECT _row FROM bucket WHERE id = ?)", (bucket,))


def clear_away(file: File) -> None:
    """Pieces that belong to nothing go, a few in a transaction: what is overwritten takes time, and a save waits."""
    while _clear_some(file) == _FEW:
        pass


def _clear_some(file: File) -> int:
    with feed.unhurried(file), file.writing():
        return int(
            file.db.execute(
                "DELETE FROM snapshot_piece WHERE _row IN (SELECT _row FROM snapshot_piece"
                " WHERE _bucket NOT IN (SELECT _bucket FROM snapshot) LIMIT ?)",
                (_FEW,),
            ).rowcount
        )


def lay(file: File, bucket: str) -> Iterator[Received]:
    """Lay a snapshot that has come whole, a slice at each step; a step is a transaction, and goes on behind the last
    one if it was broken off. Nothing is seen before the last step, which is ``complete``.

    Raises ``SnapshotRefused``; then the snapshot is forgotten, and the bucket is to be read in another way.
    """
    place = file.held_bucket(bucket)
    known = one(file, place)
    if known is None:
        raise SnapshotRefused("none")
    try:
        yield from _lay(file, place, known)
    except NotReadable as error:
        _refuse(file, place)
        raise SnapshotRefused(str(error)) from None
    except SnapshotRefused:
        _refuse(file, place)
        raise


def _lay(file: File, place: BucketRow, known: Snapshot) -> Iterator[Received]:
    clear_away(file)  # of the bucket before this one; of this one, when nobody waits for it
    _check(file, place, known)
    packed = io.BufferedReader(_Pieces(file, place))
    head = read_head(packed)
    if (head.bucket, head.seq, head.rows) != (known.bucket, known.seq, known.rows):
        raise SnapshotRefused("head")
    done = 0
    for some in read_parts(packed, feed.SLICE, head.form):
        fresh = some[max(known.laid - done, 0) :]
        done += len(some) - len(fresh)
        for part in feed.pieces(file, place, fresh) if fresh else ():
            received = Received()
            with feed.unhurried(file), file.writing():
                feed.lay(file, place, part, received, first=done == 0)
                done += len(part)
                file.db.execute("UPDATE snapshot SET laid = ? WHERE _bucket = ?", (done, place.row_id))
            yield received
    if done != known.rows:
        raise SnapshotRefused("rows")
    received = Received(complete=True)
    with feed.unhurried(file), file.writing():
        if done == 0:
            feed.lay(file, place, [], received, first=True)
        received.hash_ok = feed.laid(file, place, known.seq, head.hash, received)
        forget(file, place.id)
    bare.dress_large(file)
    yield received


def _check(file: File, place: BucketRow, known: Snapshot) -> None:
    """Whether it is the file that the centre named."""
    sha, size = hashlib.sha256(), 0
    while size < known.here:
        piece = _piece(file, place, size)
        if not piece:
            break
        sha.update(piece)
        size += len(piece)
    if size != known.bytes or sha.hexdigest() != known.sha:
        raise SnapshotRefused("sha")


def _refuse(file: File, place: BucketRow) -> None:
    with file.writing():
        forget(file, place.id)
        feed.begin_again(file, place)


def _piece(file: File, place: BucketRow, start: int) -> bytes:
    found = file.db.execute(
        "SELECT body FROM snapshot_piece WHERE _bucket = ? AND start = ?", (place.row_id, start)
    ).fetchone()
    return b"" if found is None else bytes(found[0])


class _Pieces(io.RawIOBase):
    """The pieces as one file to read from; none is held open while others write."""

    def __init__(self, file: File, place: BucketRow) -> None:
        super().__init__()
        self._file = file
        self._place = place
        self._start = 0
        self._piece = memoryview(b"")

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any) -> int:
        """The next bytes; 0 behind the last piece."""
        if not self._piece:
            piece = _piece(self._file, self._place, self._start)
            self._start += len(piece)
            self._piece = memoryview(piece)
        taken = min(len(buffer), len(self._piece))
        buffer[:taken] = self._piece[:taken]
        self._piece = self._piece[taken:]
        return taken

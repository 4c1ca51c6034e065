"""What the centre sends, laid into the tables in short transactions that can be broken off anywhere."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from gridworker.protocol.sheets import Sheet
from gridworker.protocol.sync import Page, Wire
from gridworker.storage import bare, buckets, by_columns, outbox, project
from gridworker.storage.file import BucketRow, File
from gridworker.storage.laying import apply, remove, versions
from gridworker.storage.slices import Received as Received
from gridworker.storage.slices import Slice, Version

LOG = logging.getLogger(__name__)

SLICE = 400
"""New rows in one transaction: about 20 ms on an office laptop; a person's save never waits longer."""
MEETING = 3
"""A row that meets what is here already takes the time of so many new ones."""
COVERED = 20
"""One over which own changes lie."""


def receive(file: File, page: Page) -> Received:
    """Apply one page. Each slice is a transaction of its own; the cursor moves with the last one.

    A page of which only some slices arrived is simply received again: what is here already is passed over.
    """
    try:
        with unhurried(file):
            return _receive(file, page)
    finally:
        bare.dress_large(file)


@contextmanager
def unhurried(file: File) -> Iterator[None]:
    """For what the centre has: what a power cut takes of it, cursor and all, comes again. What a person saves waits
    for the disk."""
    file.db.execute("PRAGMA synchronous = NORMAL")
    try:
        yield
    finally:
        file.db.execute("PRAGMA synchronous = FULL")


def pieces(file: File, place: BucketRow, rows: Sheet | Sequence[Wire]) -> Iterator[Sheet | Sequence[Wire]]:
    """Pieces of ``rows`` of a bucket, each to be laid in a transaction of its own."""
    if place.state == "loading":
        yield from (rows[start : start + SLICE] for start in range(0, len(rows), SLICE))
    else:
        wires = rows.wires() if isinstance(rows, Sheet) else rows
        yield from _slices(wires, _meeting(file, wires))


def lay(file: File, place: BucketRow, rows: Sheet | Sequence[Wire], received: Received, *, first: bool) -> None:
    """Lay rows of a snapshot, inside the transaction that is open. ``first``: what is here of the bucket is to be
    replaced by it."""
    if first:
        begin_again(file, place)
    work = Slice(file, place, buckets.is_naming(file, place), received)
    if not isinstance(rows, Sheet):
        apply(work, rows)
    elif not by_columns.lay(work, rows):
        apply(work, rows.wires())
    buckets.add_to_hash(file, work.deltas)


def begin_again(file: File, place: BucketRow) -> None:
    """What was laid of a snapshot is worth nothing: the bucket is read from its start, and what is here of it is
    replaced, inside the transaction that is open."""
    if not (place.state == "loading" and buckets.is_empty(file, place.row_id)):
        buckets.reset(file, place.id)


def laid(file: File, place: BucketRow, seq: int, wanted: str, received: Received) -> bool:
    """All rows of a snapshot are here: the bucket can be seen, and its feed is read on from ``seq``, inside the
    transaction that is open. False: the rows here are not just those of the snapshot.

    That may be right: a record that went elsewhere since is not laid back. Then the end of the feed is read
    again, since with it comes the sum that tells.
    """
    work = Slice(file, place, buckets.is_naming(file, place), received)
    page = Page(bucket=place.id, to=seq, more=True)
    _close(work, page)
    if work.force:
        _end_naming(work)
    if place.state == "loading":
        _show(work)
    if buckets.set_hash(file, place.row_id) == wanted:
        return True
    file.db.execute("UPDATE bucket SET cursor = ? WHERE _row = ?", (seq - 1, place.row_id))
    return False


def _receive(file: File, page: Page) -> Received:
    received = Received(complete=not page.more)
    parts = list(_slices(page.rows, {} if _is_first_reading(file, page.bucket) else _meeting(file, page.rows)))
    for number, rows in enumerate(parts):
        with file.writing():
            place = file.bucket(page.bucket)
            if place is None or place.state in ("absent", "dropping"):
                return received
            if page.reset and number == 0:
                _begin_naming(file, place)
            work = Slice(file, place, buckets.is_naming(file, place), received)
            apply(work, rows)
            if number == len(parts) - 1:
                _leave(work, page)
            buckets.add_to_hash(file, work.deltas)
            if number == len(parts) - 1:
                _close(work, page)
    return received


def _slices(rows: Sequence[Wire], meeting: Mapping[str, int]) -> Iterator[Sequence[Wire]]:
    """Pieces of a page that take about the same time. ``meeting``: the time of records that are here already."""
    start, cost = 0, 0
    for place, wire in enumerate(rows):
        cost += meeting.get(str(wire.get("i")), 1)
        if cost >= SLICE:
            yield rows[start : place + 1]
            start, cost = place + 1, 0
    if start < len(rows) or not rows:
        yield rows[start:]


def _is_first_reading(file: File, bucket: str) -> bool:
    place = file.bucket(bucket)
    return place is not None and place.state == "loading"


def _meeting(file: File, rows: Sequence[Wire]) -> dict[str, int]:
    """The records of a page that are here already, and the time that each takes."""
    laid_over = dict.fromkeys(outbox.records_laid_over(file), COVERED)
    if sum(laid_over.get(str(wire.get("i")), MEETING) for wire in rows) <= SLICE:
        return laid_over  # one transaction will do in any case
    found: dict[str, int] = {}
    for kind in {str(wire.get("e")) for wire in rows}:
        found |= dict.fromkeys(versions(file, kind, [wire for wire in rows if wire.get("e") == kind]), MEETING)
    return found | laid_over


def _begin_naming(file: File, place: BucketRow) -> None:
    """The rows that are here are to be replaced, and what an earlier beginning named counts for nothing. At a first
    reading that was not broken off there are none."""
    first = place.state == "loading" and buckets.is_empty(file, place.row_id)
    if not first or buckets.is_naming(file, place):
        buckets.reset(file, place.id)


def _leave(work: Slice, page: Page) -> None:
    """Rows that moved to another bucket or were dropped from the feed; nothing newer is touched."""
    left = []
    for kind, record, ver, _ in page.gone:
        old = versions(work.file, kind, [{"i": record}]).get(record)
        if old is None or old.bucket != work.place.row_id or not 0 < old.ver < ver:
            continue
        remove(work, kind, record, old)
        left.append((kind, record))
    buckets.note_left(work.file, work.place.row_id, left)


def _close(work: Slice, page: Page) -> None:
    """The last slice of a page: move the cursor, and when the bucket is complete, see that it is whole."""
    file, place = work.file, work.place
    file.db.execute("UPDATE bucket SET cursor = ? WHERE _row = ?", (page.to, place.row_id))
    taken = outbox.read_up_to(file, place.id, page.to, not page.more)
    for kind, record in taken:
        project.tell_again(file, kind, record)
        work.received.kinds.add(kind)
    # It was taken, and left before it was ever read here.
    buckets.note_left(file, place.row_id, [key for key in taken if not buckets.is_row_here(file, *key)])
    if page.more:
        return
    if work.force:
        _end_naming(work)
    if place.state == "loading":
        _show(work)
    if page.hash:
        _compare(work, page.hash)


def _show(work: Slice) -> None:
    """The bucket is complete: count it, and let it be seen."""
    file, row_id = work.file, work.place.row_id
    file.db.execute("UPDATE bucket SET state = 'live' WHERE _row = ?", (row_id,))
    project.count_again(file, work.place)
    work.received.kinds |= file.tables.keys()


def _end_naming(work: Slice) -> None:
    """The bucket was read from its start: what was not named is not in it any more."""
    file, row_id = work.file, work.place.row_id
    unnamed = "NOT EXISTS (SELECT 1 FROM named n WHERE n._bucket = ? AND n.kind = {} AND n.id = t.id)"
    for kind, table in file.tables.items():
        query = (
            f"SELECT t.id, t._bucket, t._ver, t._mark FROM {table.name} t"
            f" WHERE t._bucket = ? AND t._ver > 0 AND {unnamed.format('?')}"
        )
        left = file.db.execute(query, (row_id, row_id, kind)).fetchall()
        for record, *version in left:
            remove(work, kind, record, Version(*version))
        buckets.note_left(file, row_id, [(kind, each[0]) for each in left])
    for aside in ("pull_quarantine", "unknown_row"):
        test = f"_bucket = ? AND {unnamed.format('t.kind')}"
        file.db.execute(f"DELETE FROM {aside} AS t WHERE {test}", (row_id, row_id))
    file.db.execute("DELETE FROM named WHERE _bucket = ?", (row_id,))
    file.db.execute("UPDATE bucket SET naming = 0, hash = ? WHERE _row = ?", (buckets.recount(file, row_id), row_id))


def _compare(work: Slice, wanted: str) -> None:
    file, row_id = work.file, work.place.row_id
    if buckets.set_hash(file, row_id) == wanted:
        return
    LOG.warning("bucket %s does not add up: it will be read again", work.place.id)
    work.received.hash_ok = False
    file.db.execute("UPDATE bucket SET state = 'stale' WHERE _row = ? AND state = 'live'", (row_id,))

"""The feed: what is new in each bucket for one desk, in the order in which it became so."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import orjson

from gridserver.storage.engine import Connection, Question, asked, text, together
from gridworker.protocol import PAGE_ROWS
from gridworker.protocol.sync import NOT_WANTED, BucketInfo, vector_of

MOST_TEXT = 1024 * 1024
"""Bytes of rows in one answer, at most; a single row may be more."""


NO_FLOORS: Mapping[str, int] = {}


@dataclass(slots=True)
class Pages:
    """What one pull is answered, apart from the standing."""

    add: list[BucketInfo]
    drop: list[str]
    pages: list[dict[str, Any]]
    """As ``protocol.sync.Page``; the rows are text already."""
    more: bool
    cursors: dict[str, int] = field(default_factory=dict)
    """Where the desk stands when it has applied them."""


class Head(NamedTuple):
    """Where the feed of a bucket stands."""

    bucket: str
    seq: int = 0
    floor_seq: int = 0
    """Desks that stand below it start anew."""
    entries: int = 0
    set_hash: str = "0" * 32


class Entry(NamedTuple):
    """A line of a feed."""

    place: int
    """Of the bucket among those that were asked for, from 1."""
    seq: int
    here: bool
    """A row; else the word that it left."""
    wire: str


Heads = Callable[[Sequence[str]], Iterable[Head]]
Entries = Callable[[Sequence[str], Sequence[int], int], tuple[Sequence[Entry], int]]
"""(buckets, the seqs after which, how many at most): the lines that fit into an answer, and how many there are up to
one more than that."""


def heads_of(conn: Connection, buckets: Iterable[str]) -> dict[str, Head]:
    """Where the feeds of these buckets stand, in the order of their ids."""
    here = sorted(set(buckets))
    found = {row[0]: Head(*row) for row in asked(conn, _HEADS, {"buckets": here})}
    return {bucket: found.get(bucket) or Head(bucket) for bucket in here}


def lacking(heads: Mapping[str, Head], cursors: Mapping[str, int]) -> list[Head]:
    """The buckets of which the desk has nothing with which it could go on: unknown to it, or left behind by the
    floor."""
    return [
        head
        for bucket, head in heads.items()
        if (cursor := cursors.get(bucket)) is None or (cursor < head.floor_seq and cursor != NOT_WANTED)
    ]


def news(
    conn: Connection,
    held: Sequence[BucketInfo],
    heads: Mapping[str, Head],
    cursors: Mapping[str, int],
    most: int,
    otherwise: Collection[str] = (),
    floors: Mapping[str, int] = NO_FLOORS,
) -> Pages:
    """What a desk with these cursors misses of the buckets that it holds. ``conn`` sees one snapshot.

    A bucket that the desk does not know comes at once, from its beginning; a cursor that cannot be (the floor
    has passed it, or it was never given out) means: from the beginning, and forget what was there. ``otherwise``:
    buckets that come to the desk in another way. ``floors``: of buckets in the middle of a reading from the
    beginning, the floor when it began; as long as it is that, the reading goes on.
    """

    def entries(buckets: Sequence[str], starts: Sequence[int], most: int) -> tuple[Sequence[Entry], int]:
        return _entries(conn, buckets, starts, most)

    return composed(held, cursors, most, lambda buckets: heads.values(), entries, otherwise, floors)


def composed(
    held: Sequence[BucketInfo],
    cursors: Mapping[str, int],
    most: int,
    heads_of: Heads,
    entries_of: Entries,
    otherwise: Collection[str] = (),
    floors: Mapping[str, int] = NO_FLOORS,
) -> Pages:
    """The same, from whatever ``heads_of`` and ``entries_of`` read."""
    here = {bucket.id for bucket in held}
    found = {head.bucket: head for head in heads_of(list(here))}
    heads = {bucket: found.get(bucket) or Head(bucket) for bucket in sorted(here)}
    starts = {bucket: _start(head, cursors.get(bucket), floors.get(bucket, 0)) for bucket, head in heads.items()}
    asked = [
        head
        for bucket, head in heads.items()
        if bucket not in otherwise
        and cursors.get(bucket) != NOT_WANTED
        and (bucket not in cursors or starts[bucket] != head.seq)
    ]
    most = max(1, min(most, PAGE_ROWS))
    taken, rest = _taken(asked, starts, most)
    pages, cut = _pages(entries_of, taken, starts, cursors, most)
    answer = Pages(
        add=[bucket for bucket in held if bucket.id not in cursors],
        drop=sorted(bucket for bucket in cursors if bucket not in heads),
        pages=pages,
        more=bool(rest) or cut,
    )
    answer.cursors = {bucket: cursors[bucket] for bucket in heads if bucket in cursors}
    answer.cursors.update({page["bucket"]: page["to"] for page in pages})
    return answer


def remembered(conn: Connection, device: str, vector: str) -> dict[str, int] | None:
    """The cursors of this name that the desk had after its last whole answer; None when they are not known."""
    found = asked(conn, _REMEMBERED, {"device": device, "vector": vector})
    return dict(zip(*found[0], strict=True)) if found else None


def remember(conn: Connection, device: str, cursors: Mapping[str, int]) -> None:
    """Keeps the cursors, so that the desk need not send them again."""
    kept = {"device": device, "vector": vector_of(cursors), "buckets": list(cursors), "seqs": list(cursors.values())}
    conn.execute(_REMEMBER, kept)


def _start(head: Head, cursor: int | None, floor: int) -> int:
    """The seq after which the desk needs everything."""
    least = 1 if 0 < floor == head.floor_seq else head.floor_seq
    return 0 if cursor is None or not least <= cursor <= head.seq else cursor


def _taken(asked: Sequence[Head], starts: Mapping[str, int], most: int) -> tuple[list[Head], list[Head]]:
    """As many of the buckets as surely fill an answer, and the rest."""
    count = 0
    for place, head in enumerate(asked):
        if count >= most:
            return list(asked[:place]), list(asked[place:])
        count += min(head.seq - starts[head.bucket], head.entries)
    return list(asked), []


def _pages(
    entries_of: Entries, taken: Sequence[Head], starts: Mapping[str, int], cursors: Mapping[str, int], most: int
) -> tuple[list[dict[str, Any]], bool]:
    """The pages of these buckets, and whether something had to wait for the next answer."""
    if not taken:
        return [], False
    rows, there = entries_of([head.bucket for head in taken], [starts[head.bucket] for head in taken], most)
    kept = rows[:most]
    cut = there > len(kept)
    by_place: list[list[Entry]] = [[] for _ in taken]
    for row in kept:
        by_place[row.place - 1].append(row)
    complete = kept[-1].place if cut else len(taken)
    return [_page(*each, starts, cursors) for each in zip(taken[:complete], by_place, strict=False)], cut


def _entries(conn: Connection, buckets: Sequence[str], starts: Sequence[int], most: int) -> tuple[Sequence[Entry], int]:
    wanted = {"buckets": list(buckets), "starts": list(starts), "most": most + 1, "most_text": MOST_TEXT}
    lines = together(conn, Question(_BY_INDEX, {}), Question(_NEWS, wanted))[1]
    return [Entry(*line[:4]) for line in lines], lines[0][4] if lines else 0


def _page(head: Head, rows: Sequence[Entry], starts: Mapping[str, int], cursors: Mapping[str, int]) -> dict[str, Any]:
    """One page; what is empty or usual stays away. The last place in a feed is always taken by a row."""
    to = rows[-1].seq if rows else head.seq
    page: dict[str, Any] = {"bucket": head.bucket, "to": to, "more": to < head.seq}
    if not cursors.get(head.bucket) or starts[head.bucket] != cursors[head.bucket]:
        page["reset"] = True
        if page["more"] and head.floor_seq:
            page["floor"] = head.floor_seq
    if here := [row.wire for row in rows if row.here]:
        page["rows"] = orjson.Fragment("[" + ",".join(here) + "]")
    if gone := [row.wire for row in rows if not row.here]:
        page["gone"] = orjson.Fragment("[" + ",".join(gone) + "]")
    if not page["more"]:
        page["hash"] = head.set_hash
    return page


_HEADS = text("""
    SELECT bucket, seq, floor_seq, entries, set_hash FROM bucket_head WHERE bucket = ANY(CAST(:buckets AS uuid[]))
""")
# Left alone, the planner reads a whole bucket and sorts its texts for each page of it.
_BY_INDEX = text("SET LOCAL enable_sort = off")
# Lengths are known without reading the texts; only what fits is read.
_NEWS = text("""
    SELECT place, seq, here, wire, found FROM (
        SELECT place, seq, here, wire, sum(octet_length(wire)) OVER sofar - octet_length(wire) AS before,
            count(*) OVER () AS found
        FROM (
            SELECT place, seq, here, wire
            FROM unnest(CAST(:buckets AS uuid[]), CAST(:starts AS bigint[]))
                WITH ORDINALITY AS asked (bucket, start, place)
            CROSS JOIN LATERAL (
                (SELECT seq, true AS here, wire FROM record
                    WHERE record.bucket = asked.bucket AND seq > asked.start ORDER BY bucket, seq LIMIT :most)
                UNION ALL
                (SELECT seq, false, wire FROM departure
                    WHERE departure.bucket = asked.bucket AND seq > asked.start ORDER BY bucket, seq LIMIT :most)
            ) AS entry
            ORDER BY place, seq LIMIT :most
        ) AS entries
        WINDOW sofar AS (ORDER BY place, seq)
    ) AS counted
    WHERE before < :most_text ORDER BY place, seq
""")
_REMEMBERED = text("""
    SELECT buckets, seqs FROM pull_vector WHERE device = CAST(:device AS uuid) AND vector = :vector
""")
_REMEMBER = text("""
    INSERT INTO pull_vector (device, vector, buckets, seqs)
    VALUES (:device, :vector, CAST(:buckets AS uuid[]), CAST(:seqs AS bigint[]))
    ON CONFLICT (device) DO UPDATE SET vector = excluded.vector, buckets = excluded.buckets, seqs = excluded.seqs
    WHERE pull_vector.vector <> excluded.vector
""")

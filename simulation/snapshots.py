"""The centre's snapshots without files: its workshop unchanged, on the stand-in's rows and a shelf in memory."""

import hashlib
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from gridserver.storage.feed import Head
from gridserver.storage.shelf import Shelf
from gridserver.storage.snapshots import LASTS, Made, Offered, Workshop
from gridworker.protocol.snapshot import blocks_of, head_of, read_blocks, read_head
from gridworker.protocol.sync import SnapshotHead, Wire
from simulation.dice import Dice

if TYPE_CHECKING:
    from simulation.centre import Books

LEAST, MOST = 4, 14
"""Rows from which on a bucket comes as a snapshot, and rows that are packed for one answer: so few that a history meets
both ways, and has to ask again."""
_LEVEL = 1


@dataclass(frozen=True)
class Memory(Shelf):
    """A folder that is none."""

    files: dict[str, bytes] = field(default_factory=dict)

    def path(self, sha: str, size: int) -> Path | None:
        """Whether there is such a file."""
        return Path(sha) if len(self.files.get(sha, b"")) == size else None

    def put(self, pieces: Iterable[bytes]) -> tuple[str, int]:
        """A new file."""
        body = b"".join(pieces)
        sha = hashlib.sha256(body).hexdigest()
        self.files[sha] = body
        return sha, len(body)


class Cellar(Workshop):
    """Where the stand-in makes its snapshots; ``conn`` is its books."""

    shelf: Memory

    def __init__(self, least: int = LEAST, most: int = MOST) -> None:
        super().__init__(Memory(Path()), least, most)

    def noted(self, conn: Any, buckets: Sequence[str]) -> Iterable[Made]:
        """What stands in the books; it knows how much was written since."""
        books: Books = conn
        found = [made for (bucket, _), made in books.snapshots.items() if bucket in buckets]
        found.sort(key=lambda made: (made.bucket, -made.seq, -made.level))
        return [replace(made, changed=_after(books, made)) for made in found]

    def rows_of(self, conn: Any, bucket: str) -> tuple[int, Iterator[Wire]]:
        """The rows of a bucket, kind by kind."""
        books: Books = conn
        lines = sorted((key[0], seq, key) for (key, here), seq in books.feeds.get(bucket, {}).items() if here)
        return len(lines), (orjson.loads(books.wires[key]) for _, _, key in lines)

    def offered(self, books: "Books", heads: Sequence[Head], begun: Mapping[str, str], now: int) -> Offered:
        """``offers``, of these books."""
        return self.offers(books, books.epoch, heads, begun, now)  # type: ignore[arg-type]

    def forget_old(self, books: "Books", now: int) -> None:
        """``snapshots.forget_old`` and ``Shelf.sweep``: those that were replaced long ago, and files of which nothing
        is noted."""
        for which, made in list(books.snapshots.items()):
            of_it = [each for each in books.snapshots.values() if each.bucket == made.bucket]
            if any((e.seq, e.level) > (made.seq, made.level) and e.made_at <= now - LASTS for e in of_it):
                del books.snapshots[which]
        kept = {sha for _, sha in books.snapshots}
        for sha in [sha for sha in self.shelf.files if sha not in kept]:
            del self.shelf.files[sha]

    def spoil(self, books: "Books", dice: Dice) -> bool:
        """Something is wrong with a snapshot: its file, or what is noted of it. No desk may believe it."""
        there = [made for made in books.snapshots.values() if self.has(made)]
        if not there:
            return False
        made, way = dice.one(there), dice.below(5)
        if hashlib.sha256(self.shelf.files[made.sha]).hexdigest() != made.sha:
            return False  # it is bad already
        if way == 0:  # a sector that cannot be trusted
            sector = bytearray(self.shelf.files[made.sha])
            sector[dice.below(len(sector))] ^= 1 + dice.below(255)
            self.shelf.files[made.sha] = bytes(sector)
        elif way == 1:
            del self.shelf.files[made.sha]
        elif way == 2:  # what is noted belongs to another file
            books.snapshots[made.bucket, made.sha] = replace(made, seq=made.seq + 1)
        elif way == 3:  # somebody's hand was in it, and it still can be read
            body = self._falsified(made)
            self.shelf.files[made.sha] = body
            books.snapshots[made.bucket, made.sha] = replace(made, bytes=len(body))
        else:  # a program that packs too little, and names it rightly
            body = self._falsified(made, without=True)
            sha = hashlib.sha256(body).hexdigest()
            self.shelf.files[sha] = body
            books.snapshots[made.bucket, sha] = replace(made, sha=sha, bytes=len(body), level=made.level + 1)
        return True

    def _falsified(self, made: Made, *, without: bool = False) -> bytes:
        """The file with its last row another, or ``without`` it."""
        head, wires = unpacked(self.shelf.files[made.sha])
        last = [] if without else [{**wires[-1], "d": {}}]
        return head_of(head) + b"".join(blocks_of([*wires[:-1], *last], _LEVEL))


def unpacked(body: bytes) -> tuple[SnapshotHead, list[Wire]]:
    """What is in a file."""
    file = io.BytesIO(body)
    head = read_head(file)
    return head, [wire for some in read_blocks(file, 1000) for wire in some]


def _after(books: "Books", made: Made) -> int:
    """Lines of the feed that came after it."""
    return sum(seq > made.seq for seq in books.feeds.get(made.bucket, {}).values())

"""A slice: what one transaction lays of what the centre sends, and what came of it."""

from dataclasses import dataclass, field
from typing import NamedTuple

from gridworker.protocol.sync import Wire
from gridworker.records.row import row_digest
from gridworker.storage.file import BucketRow, File


@dataclass(slots=True)
class Received:
    """What a page brought."""

    kinds: set[str] = field(default_factory=set)
    """Kinds of which something changed."""
    rows: int = 0
    put_aside: int = 0
    """Rows that could not be read; they are tried again at the next start."""
    complete: bool = False
    hash_ok: bool = True
    """False: the bucket is stale, and has to be reset."""

    def add(self, other: "Received") -> None:
        """Take in what another page brought."""
        self.kinds |= other.kinds
        self.rows += other.rows
        self.put_aside += other.put_aside
        self.hash_ok = self.hash_ok and other.hash_ok


class Version(NamedTuple):
    """The centre's version of a record that this desk counts."""

    bucket: int
    ver: int
    mark: str


@dataclass(slots=True)
class Slice:
    """One transaction's work."""

    file: File
    place: BucketRow
    force: bool
    """Take any version: the bucket is being replaced."""
    received: Received
    deltas: dict[int, int] = field(default_factory=dict)

    def count(self, kind: str, record: str, old: Version | None, new: Version | None) -> None:
        """Move a record in the set hashes from its old version to its new one."""
        if old is not None:
            delta = row_digest(kind, record, old.ver, old.mark)
            self.deltas[old.bucket] = self.deltas.get(old.bucket, 0) - delta
        if new is not None:
            delta = row_digest(kind, record, new.ver, new.mark)
            self.deltas[new.bucket] = self.deltas.get(new.bucket, 0) + delta
        self.received.kinds.add(kind)


def version_of(wire: Wire, place: BucketRow) -> Version | None:
    record, ver, mark = wire.get("i"), wire.get("v"), wire.get("m")
    if not isinstance(record, str) or not isinstance(mark, str) or not isinstance(ver, int):
        return None
    return Version(place.row_id, ver, mark) if ver > 0 else None

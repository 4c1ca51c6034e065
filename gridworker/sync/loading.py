"""The large buckets of one sync: what is offered, how far each has come, and what is to be done next for them."""

import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from gridworker.protocol.sync import Fetch, Offer
from gridworker.storage.feed import Received
from gridworker.storage.snapshot import Snapshot, SnapshotRefused

LOG = logging.getLogger(__name__)

MOST_LOST = 3
"""So often a snapshot may vanish while it is fetched; then its bucket comes as pages."""


class Shelf(Protocol):
    """What loading asks of a desk's store; each call is a transaction of its own."""

    def offered(self, offer: Offer) -> bool:
        """A snapshot is to be fetched: what has come of the same one stays, of another one it is thrown away. False:
        the bucket is not held."""

    def snapshots(self) -> list[Snapshot]:
        """Those that are being fetched or laid, in the order in which they are wanted."""

    def keep_piece(self, bucket: str, start: int, piece: bytes) -> None:
        """Bytes of a snapshot, kept with the next ones just behind them, or not at all."""

    def lay_snapshot(self, bucket: str) -> Received:
        """One slice of a whole snapshot is laid into the tables, behind the last one; with the last slice, which is
        ``complete``, the bucket is seen and its cursor stands at the snapshot's seq.

        Raises ``SnapshotRefused`` when it is not what it says: then it is forgotten, and the bucket has to be read
        in another way, from its start.
        """

    def forget_snapshot(self, bucket: str) -> None:
        """The centre has it no more."""


@dataclass(frozen=True, slots=True)
class Lay:
    """No request: a piece of work inside the store, after which one may look whether the person has had enough."""

    bucket: str


class Loading:
    """Snapshots from the offer to the last slice."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._open: dict[str, Snapshot] = {}
        """By bucket: what the centre offered in this sync and is not laid yet."""
        self._laid_bytes = 0
        self._lost: Counter[str] = Counter()
        self.paged: set[str] = set()
        """Buckets of which no snapshot is wanted, or no second one."""
        self.refused = 0
        """Snapshots that were not what they said."""

    def __bool__(self) -> bool:
        return bool(self._open)

    @property
    def begun(self) -> dict[str, str]:
        """Bucket to the name of the snapshot of which there is a part."""
        return {each.bucket: each.sha for each in self._shelf.snapshots()}

    @property
    def here(self) -> int:
        """Bytes that have come, of those snapshots too that are laid."""
        return self._laid_bytes + sum(each.here for each in self._open.values())

    @property
    def total(self) -> int:
        """Bytes of all of them."""
        return self._laid_bytes + sum(each.bytes for each in self._open.values())

    def take(self, offers: Sequence[Offer]) -> None:
        """What is offered now is what can be had: a snapshot of which a part came and that is not offered any more
        is of a bucket that comes in another way, or not at all."""
        held = {offer.bucket for offer in offers if self._shelf.offered(offer)}
        for snapshot in self._shelf.snapshots():
            if snapshot.bucket in held:
                self._open[snapshot.bucket] = snapshot
            else:
                self._shelf.forget_snapshot(snapshot.bucket)

    def next(self) -> Fetch | Lay | None:
        """The next step; None when nothing is left to load."""
        for snapshot in self._shelf.snapshots() if self._open else ():
            if snapshot.bucket not in self._open:
                continue
            self._open[snapshot.bucket] = snapshot
            if snapshot.here < snapshot.bytes:
                return Fetch(bucket=snapshot.bucket, sha=snapshot.sha, start=snapshot.here, bytes=snapshot.bytes)
            return Lay(snapshot.bucket)
        return None

    def came(self, wanted: Fetch, piece: bytes) -> None:
        """The next bytes of a snapshot."""
        snapshot = self._open[wanted.bucket]
        self._shelf.keep_piece(wanted.bucket, snapshot.here, piece)
        self._open[wanted.bucket] = replace(snapshot, here=snapshot.here + len(piece))

    def gone(self, wanted: Fetch) -> None:
        """There is no such snapshot any more, or not for this desk: the next pull tells."""
        self._shelf.forget_snapshot(wanted.bucket)
        del self._open[wanted.bucket]
        self._lost[wanted.bucket] += 1
        if self._lost[wanted.bucket] >= MOST_LOST:
            self.paged.add(wanted.bucket)

    def lay(self, work: Lay) -> Received:
        """Lays a slice of a snapshot that is here; what that brought."""
        try:
            received = self._shelf.lay_snapshot(work.bucket)
        except SnapshotRefused as refused:
            LOG.warning("the snapshot of bucket %s is refused (%s): it comes as pages", work.bucket, refused)
            self.refused += 1
            self.paged.add(work.bucket)
            del self._open[work.bucket]
            return Received()
        if received.complete:
            self.paged.add(work.bucket)
            self._laid_bytes += self._open.pop(work.bucket).bytes
        return received

"""The snapshots of a desk without a file: what ``gridworker.storage.snapshot`` does, on the stand-in's rows."""

import dataclasses
import hashlib
import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from gridworker.protocol.codec import NotReadable
from gridworker.protocol.snapshot import read_blocks, read_head
from gridworker.protocol.sync import Offer
from gridworker.storage.feed import SLICE, Received
from gridworker.storage.snapshot import Snapshot, SnapshotRefused

if TYPE_CHECKING:
    from simulation.desk_store import DeskStore, Place


class Parcel(NamedTuple):
    """A snapshot that is being fetched or laid, with what has come of it."""

    told: Snapshot
    body: bytes = b""


def begun(store: "DeskStore") -> list[Snapshot]:
    """All of them, in the order in which they are to be loaded."""
    places = list(store.places)
    return sorted((each.told for each in store.parcels.values()), key=lambda s: (s.bytes, places.index(s.bucket)))


def offered(store: "DeskStore", offer: Offer) -> bool:
    """The centre offers a snapshot; a part of another one of the same bucket is worth nothing now."""
    place = store.places.get(offer.bucket)
    if place is None or place.state == "dropping":
        return False
    known = store.parcels.get(offer.bucket)
    if known is None or known.told.sha != offer.sha:
        store.parcels[offer.bucket] = Parcel(
            Snapshot(offer.bucket, offer.sha, offer.seq, offer.bytes, offer.rows, here=0, laid=0)
        )
    return True


def keep(store: "DeskStore", bucket: str, start: int, piece: bytes) -> None:
    """A piece has come."""
    known = store.parcels.get(bucket)
    if known is None or start != known.told.here or start + len(piece) > known.told.bytes:
        return
    told = dataclasses.replace(known.told, here=start + len(piece))
    store.parcels[bucket] = Parcel(told, known.body + piece)


def lay(store: "DeskStore", bucket: str) -> Iterator[Received]:
    """Lay a snapshot that has come whole, a slice at each step. Raises ``SnapshotRefused``."""
    place, known = store.places[bucket], store.parcels.get(bucket)
    if known is None:
        raise SnapshotRefused("none")
    try:
        yield from _laid(store, place, known)
    except NotReadable as error:
        _refuse(store, bucket, place)
        raise SnapshotRefused(str(error)) from None
    except SnapshotRefused:
        _refuse(store, bucket, place)
        raise


def _laid(store: "DeskStore", place: "Place", known: Parcel) -> Iterator[Received]:
    told = known.told
    if len(known.body) != told.bytes or hashlib.sha256(known.body).hexdigest() != told.sha:
        raise SnapshotRefused("sha")
    packed = io.BytesIO(known.body)
    head = read_head(packed)
    if (head.bucket, head.seq, head.rows) != (told.bucket, told.seq, told.rows):
        raise SnapshotRefused("head")
    done = 0
    for some in read_blocks(packed, SLICE):
        fresh = some[max(told.laid - done, 0) :]
        done += len(some) - len(fresh)
        for at in range(0, len(fresh), store.slice_rows):
            part, received = fresh[at : at + store.slice_rows], Received()
            store.lay_rows(place, part, received, first=done == 0)
            done += len(part)
            if (now := store.parcels.get(told.bucket)) is not None:
                store.parcels[told.bucket] = now._replace(told=dataclasses.replace(now.told, laid=done))
            store.boundary()
            yield received
    if done != told.rows:
        raise SnapshotRefused("rows")
    received = Received(complete=True)
    if done == 0:
        store.lay_rows(place, [], received, first=True)
    received.hash_ok = store.all_laid(place, told.seq, head.hash, received)
    store.parcels.pop(told.bucket, None)
    store.boundary()
    yield received


def _refuse(store: "DeskStore", bucket: str, place: "Place") -> None:
    store.parcels.pop(bucket, None)
    store.begin_again(place)
    store.boundary()

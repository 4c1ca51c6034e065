"""A bucket filled with diaries at the centre itself: rows, sums and the ledger as if a desk had handed them in, in a
tenth of the time.
"""

import hashlib
from collections.abc import Iterator, Sequence
from itertools import islice

import orjson
import uuid_utils

from benchmarks.diary_fields import diaries
from benchmarks.field_centre import FieldCentre
from gridserver.beginning import clock
from gridserver.cli.world import World
from gridserver.storage import buckets, change_ledger, feed, meta, people, rows, scope, snapshots
from gridserver.storage.change_ledger import Author, Judged
from gridserver.storage.engine import Sheaf, snapshot, transaction
from gridserver.storage.handed import Handed, Item
from gridserver.storage.merging import Verdict
from gridserver.storage.shelf import Shelf
from gridserver.storage.snapshots import Workshop
from gridworker.records import KINDS
from gridworker.records.change import Change, Verb
from gridworker.records.merge import lay

_AT_ONCE = 20_000
"""Diaries in one transaction."""


def fill(centre: FieldCentre, user: str, grid: str, number: int) -> list[str]:
    """New diaries of this person in the grid of this code; their ids. No desk of his has come yet."""
    made: list[str] = []
    with centre.world() as world:
        with transaction(world.engine) as conn:
            account, place = people.account_of(conn, user), people.place_of_code(conn, grid)
            known = meta.read(conn)
        assert account is not None
        assert place is not None
        assert known is not None
        author = Author(known.author, 1, account.id, clock())
        bucket = scope.bucket_id("grid", place.id)
        changes = _changes(author, bucket, place.id, number)
        while some := list(islice(changes, _AT_ONCE)):
            with transaction(world.engine, limits=False) as conn:
                _write(Sheaf(conn), author, bucket, some)
            made += [change.record for change in some]
        _pack(world, centre, bucket, known.epoch)
    return made


def _pack(world: World, centre: FieldCentre, bucket: str, epoch: str) -> None:
    """The snapshot with which the first desk would have to wait, packed in haste: its size is measured elsewhere."""
    assert centre.shelf is not None
    with snapshot(world.engine) as conn:
        head = feed.heads_of(conn, [bucket])[bucket]
        made = Workshop(Shelf(centre.shelf)).make(conn, epoch, head, 1, clock())
    with transaction(world.engine) as conn:
        snapshots.note(conn, [made])


def _changes(author: Author, bucket: str, region: str, number: int) -> Iterator[Change]:
    for place, fields in enumerate(diaries(number)):
        name, record, tx = (str(uuid_utils.uuid7()) for _ in range(3))
        yield Change(
            id=name,
            verb=Verb.CREATE,
            kind="visit",
            record=record,
            bucket=bucket,
            hlc=(author.now << 16) + place,
            at=author.now,
            value={"grid": region, "visitor": author.person, **fields},
            tx=tx,
            act=tx,
        )


def _write(sheaf: Sheaf, author: Author, bucket: str, changes: Sequence[Change]) -> None:
    heads = buckets.lock(sheaf.conn, [bucket])
    after = {("visit", change.record): lay(KINDS["visit"], None, change, author.person) for change in changes}
    places = {key: (bucket, seq) for key, seq in rows.write(sheaf, {}, after, heads).items()}
    buckets.write(sheaf, heads.values())
    change_ledger.write(sheaf, author, [_judged(change) for change in changes], places, {}, author.device)
    sheaf.send()


def _judged(change: Change) -> Judged:
    wire = change.to_wire()
    del wire["n"]
    body = orjson.dumps(wire, option=orjson.OPT_SORT_KEYS)
    item = Item(change.id, 0, body, hashlib.sha256(body).digest(), change)
    handed = Handed(change.tx, change.act, [item], [change])
    return Judged(handed, Verdict("ok", touched=[("visit", change.record)], plain=True))

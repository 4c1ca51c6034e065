"""A snapshot under a false name, or that is not what it was offered as, is refused before a row of it is laid."""

import hashlib

import pytest

from gridworker.protocol.snapshot import blocks_of, head_of
from gridworker.protocol.sync import BucketInfo, Offer, SnapshotHead
from gridworker.storage.snapshot import SnapshotRefused
from tests.helpers.notebook import GRID, Notebook, hash_of, name_of

FAR = BucketInfo(id=name_of(0xC9), bucket_class="grid", region=name_of(0xA9))


@pytest.fixture
def desk(tmp_path, blank):
    desk = Notebook.open(tmp_path, blank=blank)
    desk.store.add_bucket(FAR)
    yield desk
    desk.store.close()


def body_of(desk, count=3, **told):
    fields = {"head_name": "陈建国", "address": "马村 3 号", "grid": GRID}
    rows = [desk.centre.write("household", fields) for _ in range(count)]
    head = {"bucket": FAR.id, "seq": count, "hash": hash_of(rows), "schema_version": 1, "rows": count, **told}
    return head_of(SnapshotHead.model_validate(head)) + b"".join(blocks_of((row.to_wire() for row in rows), 3))


def offer(desk, body, **told):
    usual = {"bucket": FAR.id, "sha": hashlib.sha256(body).hexdigest(), "seq": 3, "bytes": len(body), "rows": 3}
    assert desk.store.offered(Offer.model_validate({**usual, **told}))
    desk.store.keep_piece(FAR.id, 0, body)


def load(desk):
    while not desk.store.lay_snapshot(FAR.id).complete:
        assert desk.ledger.count("household") == 0


def state(desk):
    return next(each for each in desk.store.buckets() if each.id == FAR.id)


def test_what_is_what_it_says_is_laid_and_seen(desk):
    offer(desk, body_of(desk))
    load(desk)
    assert desk.ledger.count("household") == 3
    assert (state(desk).state, state(desk).cursor) == ("live", 3)


@pytest.mark.parametrize(
    ("head", "told"),
    [({}, {"sha": "a" * 64}), ({"rows": 4}, {}), ({"seq": 9}, {}), ({"rows": 4}, {"rows": 4}), ({"bucket": "b"}, {})],
)
def test_what_is_not_is_refused_forgotten_and_never_seen(desk, head, told):
    offer(desk, body_of(desk, **head), **told)
    with pytest.raises(SnapshotRefused):
        load(desk)
    assert desk.ledger.count("household") == 0
    assert desk.store.snapshots() == []
    assert (state(desk).state, state(desk).cursor) == ("loading", 0)


def test_a_piece_that_does_not_follow_the_last_one_is_passed_over(desk):
    body = body_of(desk)
    offer(desk, body[:40], bytes=len(body), sha=hashlib.sha256(body).hexdigest())
    for start, piece in ((50, body[50:]), (0, body), (40, body)):
        desk.store.keep_piece(FAR.id, start, piece)
    assert desk.store.snapshots()[0].here == 40
    desk.store.keep_piece(FAR.id, 40, body[40:])
    load(desk)
    assert desk.ledger.count("household") == 3


def test_another_offer_throws_the_part_of_the_old_one_away(desk):
    body = body_of(desk)
    offer(desk, body[:40], bytes=len(body), sha="a" * 64)
    offer(desk, body)
    assert desk.store.snapshots()[0].here == len(body)


def test_a_bucket_that_is_let_go_takes_its_part_along(desk):
    offer(desk, body_of(desk))
    assert desk.store.drop_bucket(FAR.id)
    assert desk.store._file.db.execute("SELECT count(*) FROM snapshot_piece").fetchone() == (0,)

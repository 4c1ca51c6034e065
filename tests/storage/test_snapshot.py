"""A snapshot under a false name, or that is not what it was offered as, is refused before a row of it is laid."""

import hashlib

import orjson
import pytest

from gridworker.protocol.snapshot import blocks_of, head_of
from gridworker.protocol.sync import BucketInfo, Offer, Page, SnapshotHead
from gridworker.storage import feed
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


KEPT = (
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE '%VIRTUAL%'"
    " AND name NOT LIKE 'search\\_%' ESCAPE '\\'"
)
OF_THE_WAY = {"bucket", "unindexed", "snapshot", "snapshot_piece", "sqlite_sequence", "meta"}
"""Tables that tell how far a reading is."""


def of_all_sorts(desk):
    """Rows as buckets have them: of several kinds, with tags and lists, edited, removed, unknown and unreadable."""
    write = desk.centre.write
    houses = [
        write("household", {"head_name": f"陈建国{n}", "grid": GRID, "tags": ["alone"][: n % 2]}) for n in range(9)
    ]
    houses[3].writers["phone"] = [name_of(0xF1), name_of(0xF2), houses[3].writers[""][2] + 9]
    houses[3].ver, houses[3].mark, houses[3].fields["phone"] = 4, name_of(0xF1), "13805751234"
    houses[4].removed = (name_of(0xF3), name_of(0xF2), houses[4].writers[""][2] + 5)
    houses[5].fields["of_a_later_program"] = {"a": [1]}
    houses[6].fields["head_name"] = {"no": "text"}
    subjects = {"e": {"kind": "household", "record": houses[0].id}, "f": {"kind": "site", "record": name_of(5)}}
    visit = {
        "grid": GRID,
        "household": houses[0].id,
        "visitor": GRID,
        "text": "谈了近况",
        "met": True,
        "month": "2026-03",
    }
    visits = [write("visit", {**visit, "visited_at": n, "purposes": ["care", "safety"][: n % 3]}) for n in range(7)]
    visits[2].fields |= {"subjects": subjects, "met": False, "mode": "phone"}
    del visits[3].fields["household"]
    visits[4].writers[""][0] = "no id"
    return [*houses, *visits, write("balloon", {"colour": "red"}), write("balloon", {})]


def laid_as(desk, rows, form):
    """The rows as a snapshot of a form, or as a page; what every table says then."""
    desk.store.add_bucket(FAR)
    if form:
        head = {"bucket": FAR.id, "seq": len(rows), "hash": hash_of(rows), "schema_version": 1, "rows": len(rows)}
        wires = (row.copy().to_wire() for row in rows)
        body = head_of(SnapshotHead.model_validate(head), form) + b"".join(blocks_of(wires, 3, form))
        offer(desk, body, rows=len(rows), seq=len(rows))
        while not (received := desk.store.lay_snapshot(FAR.id)).complete:
            pass
        assert received.hash_ok
    else:
        page = {"bucket": FAR.id, "to": len(rows), "more": False, "hash": hash_of(rows)}
        assert desk.store.receive(Page(**page, rows=[row.copy().to_wire() for row in rows])).hash_ok
    assert next(each for each in desk.store.buckets() if each.id == FAR.id).hash == hash_of(rows)
    while desk.store.index_backlog(1_000):
        pass
    db = desk.store._file.db
    kept = [name for (name,) in db.execute(KEPT) if name not in OF_THE_WAY]
    return {
        name: sorted(repr(list(map(said, line))) for line in db.execute(f'SELECT * FROM "{name}"')) for name in kept
    }


def said(value):
    """A value, whatever the order of its parts."""
    return orjson.dumps(orjson.loads(value), option=orjson.OPT_SORT_KEYS) if isinstance(value, bytes) else value


@pytest.mark.parametrize("slice_rows", [400, 4])
def test_a_file_of_either_form_leaves_the_same_behind_as_pages(tmp_path, blank, monkeypatch, slice_rows):
    monkeypatch.setattr(feed, "SLICE", slice_rows)
    left = {}
    for form in (0, 1, 2):
        (folder := tmp_path / str(form)).mkdir()
        desk = Notebook.open(folder, blank=blank)
        left[form] = laid_as(desk, of_all_sorts(desk), form)
        assert desk.ledger.search("陈建国1")
        assert len(left[form]["pull_quarantine"]) == 1
        desk.store.close()
    assert left[0]["visit"]
    assert left[0]["summary"]
    assert left[1] == left[0]
    assert left[2] == left[0]

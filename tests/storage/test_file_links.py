"""The store tells which attached files the centre lacks, and keeps a bucket whose photos were not handed in."""

import pytest

from tests.helpers.notebook import Notebook, bucket

PHOTO = {"sha256": "ab" * 32, "size": 120_000, "media_type": "image/webp"}


@pytest.fixture
def desk(tmp_path, blank):
    opened = Notebook.open(tmp_path, blank=blank)
    yield opened
    opened.store.close()


def test_what_the_centre_lacks_is_told_until_it_says_that_it_came(desk):
    visit = desk.visit(desk.household(), photos=[PHOTO])
    (link,) = desk.store.unstored_files()
    assert (link.kind, link.record, link.field, link.bucket) == ("visit", visit, "photos", bucket("grid"))
    assert (link.sha256, link.size, link.media_type, link.stored) == (*PHOTO.values(), None)
    desk.hand_in(seen=True)
    row = desk.store.get("visit", visit)
    told = {**row.fields, "photos": {link.entry: {**PHOTO, "stored": 7}}}
    row.fields, row.ver, row.mark = told, row.ver + 1, desk.centre.new_id()
    desk.centre._put(row)
    desk.catch_up()
    assert desk.store.unstored_files() == []
    assert desk.store.covered_files(6) == {PHOTO["sha256"]: False}
    assert desk.store.covered_files(7) == {PHOTO["sha256"]: True}


def test_a_photo_taken_out_is_not_waited_for_and_comes_back_with_an_undo(desk):
    visit = desk.visit(desk.household(), photos=[{**PHOTO}])
    taken_out = desk.ledger.save("visit", {"photos": {}}, visit)
    assert desk.store.unstored_files() == []
    desk.ledger.undo(taken_out.act)
    assert len(desk.store.unstored_files()) == 1


def test_an_undo_does_not_say_for_the_centre_that_the_photo_came(desk):
    house = desk.household()
    row = desk.centre.write("visit", {"household": house, "photos": {desk.centre.new_id(): {**PHOTO, "stored": 7}}})
    row.writers[""][1] = desk.ledger.me.person
    desk.give("grid", row)
    taken_out = desk.ledger.save("visit", {"photos": {}}, row.id)
    desk.ledger.undo(taken_out.act)
    (entry,) = desk.ledger.get("visit", row.id)["photos"].values()
    assert entry == PHOTO


def test_a_bucket_whose_photos_wait_is_not_let_go(desk):
    desk.visit(desk.household(), photos=[PHOTO])
    desk.hand_in(seen=True)
    desk.store.set_meta("files_wait", [bucket("grid")])
    assert not desk.store.drop_bucket(bucket("grid"))
    desk.store.set_meta("files_wait", [])
    assert desk.store.drop_bucket(bucket("grid"))
    assert desk.store.unstored_files() == []

"""What nobody needs any more goes, and nothing that a record, a conflict, a person's decision or a restore may need."""

import hashlib
import os
import time

import pytest

from gridserver.files.collecting import collect
from gridserver.storage import chores, files
from gridserver.storage.engine import text
from gridworker.records.change import Verb
from tests.helpers.hand import household
from tests.helpers.writer import GRID, TOWN, Writer
from tests.server.files.conftest import PHOTO, problem

OTHER = b"RIFF\x01\x00\x00\x00WEBPVP8 " + b"another" * 5000
SHA = hashlib.sha256(PHOTO).hexdigest()
NEIGHBOURS = "330683106211002"


@pytest.fixture
def brought(album):
    """The photo is here, and its worker stays signed in for years."""
    album.tus.bring()
    with album.tus.centre.conn() as conn:
        conn.execute(text("UPDATE access_token SET until = 9000000000000"))
    return album


def days(album, number):
    """So many days later, with the centre's rounds; what went meanwhile."""
    went = collect(album.tus.centre.ground)
    for step in (100,) * (number // 100) + ((number % 100,) if number % 100 else ()):
        album.tus.centre.clock.move(days=step)
        now = collect(album.tus.centre.ground)
        went = (went[0] + now[0], went[1] + now[1])
    return went


def lies_here(album, bucket=None):
    return album.tus.centre.ground.stacks.path(bucket or album.tus.bucket, SHA).exists()


def take_out(album):
    """The photo is taken out of the diary; the row as it was."""
    seen = album.writer.row("visit", album.visit.id)
    (entry,) = seen.fields["photos"]
    assert album.writer.keep(album.writer.hand.rem(seen, f"photos/{entry}")).verdict == "ok"
    return seen, entry


def test_what_a_record_speaks_of_stays_for_ever(brought):
    assert days(brought, 1000) == (0, 0)
    assert brought.tus.fetch().content == PHOTO


def test_what_was_taken_out_stays_for_as_long_as_somebody_can_put_it_back_and_then_goes(brought):
    take_out(brought)
    assert days(brought, 0) == (0, 0)
    assert days(brought, 399) == (0, 0)
    assert lies_here(brought)
    assert days(brought, 2) == (1, len(PHOTO))
    assert not lies_here(brought)
    problem(brought.tus.fetch(), 404)
    with brought.tus.centre.conn() as conn:
        assert list(files.all_of(conn)) == []
        told = chores.last(conn)["collect"].told
    assert (told["files"], told["bytes"]) == (1, len(PHOTO))
    brought.attach(OTHER)
    assert brought.tus.bring(OTHER).headers["Gridworker-Stored"] == "2", "its number is given to nothing else"
    brought.attach(PHOTO)
    assert brought.tus.bring().headers["Gridworker-Stored"] == "3", "and the same bytes may come again"


def test_what_was_put_back_in_time_stays(brought):
    seen, entry = take_out(brought)
    assert days(brought, 300) == (0, 0)
    now = brought.writer.row("visit", brought.visit.id)
    value = {name: kept for name, kept in seen.fields["photos"][entry].items() if name != "stored"}
    path = f"photos/{brought.writer.hand.new_id()}"
    again = brought.writer.hand.change(Verb.SET, "visit", now.id, now.bucket, path=path, value=value)
    assert brought.writer.keep(again).verdict == "ok"
    assert days(brought, 200) == (0, 0)
    assert brought.tus.fetch().content == PHOTO
    take_out(brought)
    assert days(brought, 399) == (0, 0), "counted from the last time"
    assert days(brought, 2) == (1, len(PHOTO))


def test_the_photos_of_a_removed_record_stay_until_nobody_can_bring_it_back(brought):
    wang = brought.writer
    assert wang.keep(wang.hand.remove(wang.row("visit", brought.visit.id))).verdict == "ok"
    assert days(brought, 300) == (0, 0)
    assert wang.keep(wang.hand.restore(wang.row("visit", brought.visit.id))).verdict == "ok"
    assert days(brought, 300) == (0, 0)
    assert brought.tus.fetch().content == PHOTO
    assert wang.keep(wang.hand.remove(wang.row("visit", brought.visit.id))).verdict == "ok"
    assert days(brought, 401) == (1, len(PHOTO))


def test_what_an_open_conflict_names_stays_until_it_is_settled(brought):
    seen, entry = take_out(brought)
    wang = brought.writer
    assert wang.keep(wang.hand.set(seen, f"photos/{entry}/caption", "门口")).verdict == "conflict"
    (conflict,) = wang.conflicts(brought.visit.id)
    assert days(brought, 500) == (0, 0)
    settled = wang.settle(conflict, wang.row("visit", brought.visit.id), "kept")
    assert wang.send(settled)[0].verdict == "ok"
    assert days(brought, 0) == (1, len(PHOTO))


def test_what_waits_for_a_person_to_decide_stays(brought):
    take_out(brought)
    with brought.tus.centre.conn() as conn:
        conn.execute(text("UPDATE device SET status = 'suspended' WHERE id = :id"), {"id": brought.tus.desk.device})
    fields = {**brought.visit.fields, "text": "另一次"}
    group = brought.writer.send(brought.writer.hand.create("visit", brought.tus.bucket, fields))
    assert group[0].verdict == "quarantined"
    assert days(brought, 500) == (0, 0)
    with brought.tus.centre.conn() as conn:
        conn.execute(text("UPDATE quarantine SET state = 'dismissed'"))
    assert days(brought, 0) == (1, len(PHOTO))


def test_the_bytes_of_a_record_that_moved_stay_though_its_old_grid_has_them_no_longer(album):
    zhao = Writer.at(album.tus.centre, "zhao", "supervisor", TOWN)
    regions = album.tus.centre.regions
    photo = {"sha256": SHA, "size": len(PHOTO), "media_type": "image/webp"}
    fields = {**household(regions[GRID]), "photos": {zhao.hand.new_id(): photo}}
    home = zhao.create("household", album.tus.bucket, fields)
    album.tus.bring()
    take_out(album)
    assert zhao.keep(zhao.hand.set(zhao.row("household", home.id), "grid", regions[NEIGHBOURS])).verdict == "ok"
    assert days(album, 401) == (1, len(PHOTO))
    assert lies_here(album)
    there = album.of(zhao)
    there.bucket = zhao.bucket("grid", NEIGHBOURS)
    with album.tus.centre.conn() as conn:
        conn.execute(text("UPDATE access_token SET until = 9000000000000"))
    assert there.fetch().content == PHOTO


def test_what_came_in_part_and_was_abandoned_goes(brought):
    centre = brought.tus.centre
    brought.attach(OTHER)
    begun = brought.tus.create(OTHER).headers["Location"]
    brought.tus.patch(begun, 0, OTHER[:100])
    coming = centre.ground.stacks.folder / "coming"
    for name in ("crate-old", "receipt-old", "crate-new"):
        (coming / name).write_bytes(b"x")
    for path in coming.iterdir():
        if path.name != "crate-new":
            os.utime(path, (time.time() - 9 * 86_400,) * 2)
    collect(centre.ground)
    left = {path.name for path in coming.iterdir()}
    assert left == {begun.rpartition("/")[2], "crate-new"}, "an upload that is waited for stays"


def test_a_round_can_be_broken_off_and_is_made_up_for(brought):
    take_out(brought)
    collect(brought.tus.centre.ground)
    brought.tus.centre.clock.move(days=401)
    assert collect(brought.tus.centre.ground, wait=lambda: True) == (0, 0)
    brought.tus.centre.ground.stacks.path(brought.tus.bucket, SHA).unlink()  # as if broken off before the database knew
    assert collect(brought.tus.centre.ground) == (1, len(PHOTO))

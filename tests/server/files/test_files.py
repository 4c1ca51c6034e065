"""Who may bring and fetch a file, when it counts as here, and who is told."""

import asyncio
import hashlib
import os

import pytest

from gridserver.files import routes, service
from gridserver.storage import files
from gridserver.storage.engine import text
from gridworker.protocol.codec import pack
from tests.helpers.writer import GRID, TOWN, Writer
from tests.server.files.conftest import PHOTO, problem

OTHER = b"RIFF\x01\x00\x00\x00WEBPVP8 " + b"another" * 5000
OTHER_GRID = "330683106215001"


def on_disk(album):
    return b"".join(p.read_bytes() for p in album.tus.centre.ground.stacks.folder.rglob("*") if p.is_file())


def test_everybody_sees_that_a_photo_waits_until_it_is_here(album):
    zhao = Writer.at(album.tus.centre, "zhao", "supervisor", TOWN)
    assert "stored" not in album.entry
    album.tus.bring()
    assert album.entry["stored"] == 1
    (row,) = [row for page in zhao.pull().pages for row in page.rows if row["i"] == album.visit.id]
    assert next(iter(row["d"]["photos"].values()))["stored"] == 1
    entry = next(iter(row["d"]["photos"]))
    assert row["w"][f"photos/{entry}/stored"][1] == album.tus.centre.ground_author


def test_what_the_centre_tells_stands_in_nobodys_way(album):
    seen = album.writer.row("visit", album.visit.id)
    album.tus.bring()
    (entry,) = seen.fields["photos"]
    assert album.writer.keep(album.writer.hand.rem(seen, f"photos/{entry}")).verdict == "ok"


def test_a_file_goes_on_from_every_byte_at_which_it_was_broken_off(album):
    place, at = album.tus.create().headers["Location"], 0
    for step in (1, 2, 3, 65_535, 65_536, 65_537, 7, 100_000):
        album.tus.patch(place, at, PHOTO[at : at + step])
        again = album.tus.create()
        at = int(again.headers["Upload-Offset"])
        assert again.headers["Location"] == place
    album.tus.patch(place, at, PHOTO[at:])
    assert album.tus.fetch().content == PHOTO


def test_bytes_that_are_not_what_was_announced_are_thrown_away(album):
    place = album.tus.create().headers["Location"]
    problem(album.tus.patch(place, 0, PHOTO[:-1] + b"!"), 460)
    assert on_disk(album) == b""
    assert "stored" not in album.entry
    assert album.tus.say("HEAD", place).status_code == 404
    assert album.tus.bring().headers["Gridworker-Stored"] == "1", "brought again, rightly, it is taken"


def test_bytes_of_another_sort_than_announced_are_thrown_away(album):
    body = b"MZ\x90\x00 a program" * 100
    album.attach(body, "application/pdf")
    problem(album.tus.bring(body), 415)
    assert on_disk(album) == b""


def test_a_file_of_which_no_record_speaks_is_not_taken_and_not_given(album):
    problem(album.tus.create(OTHER), 404)
    problem(album.tus.fetch(OTHER), 404)


def test_another_grids_worker_learns_nothing_whether_it_is_there_or_not(album):
    chen = Writer.at(album.tus.centre, "chen", "grid_worker", OTHER_GRID)
    stranger = album.of(chen)
    place = album.tus.create().headers["Location"]
    for body in (PHOTO, OTHER):
        problem(stranger.create(body), 403)
        problem(stranger.fetch(body), 403)
    problem(stranger.patch(place, 0, PHOTO), 404)
    album.tus.bring()
    problem(stranger.create(PHOTO), 403)
    problem(stranger.fetch(PHOTO), 403)


def test_nobody_without_a_token_comes_in(album):
    album.tus.desk = None
    problem(album.tus.create(), 401)
    problem(album.tus.fetch(), 401)


def test_the_same_bytes_in_the_same_bucket_are_here_at_once_and_in_another_they_are_not(album):
    album.tus.bring()
    second = album.attach(PHOTO)
    answer = album.tus.create()
    assert answer.headers["Gridworker-Stored"] == "1"
    assert answer.headers["Upload-Offset"] == str(len(PHOTO))
    chen = Writer.at(album.tus.centre, "chen", "grid_worker", OTHER_GRID)
    grid = chen.centre.regions[OTHER_GRID]
    fields = {**second.fields, "grid": grid, "visitor": chen.desk.person}
    chen.create("visit", chen.bucket("grid", OTHER_GRID), fields)
    elsewhere = album.of(chen)
    elsewhere.bucket = chen.bucket("grid", OTHER_GRID)
    assert "Gridworker-Stored" not in elsewhere.create().headers


def test_a_record_that_speaks_of_bytes_that_are_here_is_told_after_its_push(album):
    album.tus.bring()
    wang = album.writer
    copied = wang.hand.create("visit", album.tus.bucket, {**album.visit.fields, "text": "又一次"})
    pushed = wang.hand.push(wang.caller.epoch, copied).model_dump(mode="json")
    body, _ = pack(pushed, compress=False)
    session = wang.centre.session(wang.desk)
    assert session.post(f"{wang.centre.address}/sync/v1/push", data=body).status_code == 200
    row = wang.row("visit", copied.record)
    assert next(iter(row.fields["photos"].values()))["stored"] == 1


def test_a_range_is_given_and_a_whole_file_has_its_hash_as_a_mark(album):
    album.tus.bring()
    part = album.tus.fetch(Range="bytes=1000-1999")
    assert (part.status_code, part.content) == (206, PHOTO[1000:2000])
    assert part.headers["Content-Range"] == f"bytes 1000-1999/{len(PHOTO)}"
    rest = album.tus.fetch(Range=f"bytes={len(PHOTO) - 5}-")
    assert rest.content == PHOTO[-5:]
    assert part.headers["ETag"] == f'"{hashlib.sha256(PHOTO).hexdigest()}"'
    assert album.tus.fetch().headers["Content-Type"] == "image/webp"


def test_a_worker_who_lost_the_grid_may_still_bring_what_he_attached_but_not_look_at_it(album):
    album.tus.create()
    with album.tus.centre.staff() as staff:
        staff.unassign("wang", GRID)
    assert album.tus.bring().headers["Gridworker-Stored"] == "1"
    problem(album.tus.fetch(), 403)


def test_a_device_that_was_cut_off_brings_what_it_attached_before_and_reads_nothing(album):
    with album.tus.centre.conn() as conn:
        conn.execute(text("UPDATE device SET status = 'suspended' WHERE id = :id"), {"id": album.tus.desk.device})
    assert album.tus.bring().headers["Gridworker-Stored"] == "1"
    problem(album.tus.fetch(), 403)


def test_two_pieces_of_one_upload_do_not_meet(album):
    place = album.tus.create().headers["Location"]
    with album.tus.centre.ground.stacks.turn(place.rpartition("/")[2]):
        problem(album.tus.patch(place, 0, PHOTO), 423)
    assert album.tus.patch(place, 0, PHOTO).status_code == 204


def test_an_end_that_was_broken_off_is_made_up_for_by_an_empty_piece(album, monkeypatch):
    place = album.tus.create().headers["Location"]
    real = files.keep
    monkeypatch.setattr(files, "keep", lambda *_: (_ for _ in ()).throw(service.Refused("busy")))
    problem(album.tus.patch(place, 0, PHOTO), 503)
    assert "stored" not in album.entry
    monkeypatch.setattr(files, "keep", real)
    assert album.tus.create().headers["Upload-Offset"] == str(len(PHOTO))
    assert album.tus.patch(place, len(PHOTO), b"").headers["Gridworker-Stored"] == "1"
    assert album.entry["stored"] == 1


def test_a_full_disk_and_a_full_bucket_say_so_and_take_nothing(album, monkeypatch):
    stacks = album.tus.centre.ground.stacks
    monkeypatch.setattr(type(stacks), "has_room", lambda self, size: False)
    problem(album.tus.create(), 507)
    monkeypatch.undo()
    monkeypatch.setattr(service, "MOST_IN_BUCKET", len(PHOTO) - 1)
    problem(album.tus.create(), 507)
    monkeypatch.undo()
    assert album.tus.create().status_code == 201, "what was refused is not counted"


def test_a_device_cannot_begin_without_end(album, monkeypatch):
    monkeypatch.setattr(service, "MOST_OPEN", 1)
    album.attach(OTHER)
    assert album.tus.create().status_code == 201
    problem(album.tus.create(OTHER), 429)
    assert album.tus.create().status_code == 201, "what was begun goes on"


def test_numbers_are_given_in_order_and_the_standing_tells_up_to_where_a_backup_reaches(album):
    album.tus.bring()
    album.attach(OTHER)
    album.tus.bring(OTHER)
    with album.tus.centre.conn() as conn:
        assert [each.n for each in files.all_of(conn)] == [1, 2]
        files.mark_durable(conn, 1)
        conn.execute(text("UPDATE meta SET backup_at = 1"))
    assert album.writer.pull().standing.files_durable == 1


def test_the_folder_is_for_the_centres_account_alone(album):
    album.tus.bring()
    for folder, _, names in os.walk(album.tus.centre.ground.stacks.folder):
        assert os.stat(folder).st_mode & 0o077 == 0
        for name in names:
            assert os.stat(os.path.join(folder, name)).st_mode & 0o077 == 0


@pytest.mark.parametrize("name", ["../../../keys/seal", "A" * 64, "ab" * 31, "zz" * 32])
def test_a_name_that_is_none_leads_nowhere(album, name):
    path = f"/files/v1/{album.tus.bucket}/{name}"
    assert album.tus.say("GET", path).status_code == 404


def test_what_a_household_moves_with_can_be_seen_where_it_lives_now(album):
    wang, centre = album.writer, album.tus.centre
    grid = centre.regions[GRID]
    digest = hashlib.sha256(PHOTO).hexdigest()
    photo = {wang.hand.new_id(): {"sha256": digest, "size": len(PHOTO), "media_type": "image/webp"}}
    home = wang.create(
        "household",
        album.tus.bucket,
        {"head_name": "王", "grid": grid, "address": "马村", "photos": photo},
    )
    album.tus.bring()
    zhao = Writer.at(centre, "zhao", "supervisor", TOWN)
    with centre.conn() as conn:
        author = centre.author_of(conn)
        row = author.row_of("household", home.id)
        author.write([author.set(row, "grid", centre.regions[OTHER_GRID])])
    moved = album.of(zhao)
    moved.bucket = zhao.bucket("grid", OTHER_GRID)
    assert moved.fetch().content == PHOTO


def test_a_line_that_died_without_a_word_does_not_lock_an_upload(album, monkeypatch):
    place, line = album.tus.create().headers["Location"], album.tus.centre.line

    async def half_an_exchange(scope, body):
        """A request whose rest never comes, and whose end nobody tells of."""
        pieces = iter([{"type": "http.request", "body": body, "more_body": True}])
        told = []

        async def receive():
            return next(pieces, None) or await asyncio.sleep(3600)

        async def send(message):
            told.append(message)

        await line.app(scope, receive, send)
        headers = [(k.decode(), v.decode()) for k, v in told[0]["headers"]]
        return told[0]["status"], headers, b"".join(each.get("body", b"") for each in told[1:])

    monkeypatch.setattr(routes, "PATIENCE", 0.05)
    monkeypatch.setattr(line, "_exchange", half_an_exchange)
    problem(album.tus.patch(place, 0, PHOTO[:1000]), 500)
    monkeypatch.undo()
    assert album.tus.offset(place) == 1000, "what came is kept"
    assert album.tus.patch(place, 1000, PHOTO[1000:]).headers["Gridworker-Stored"] == "1"

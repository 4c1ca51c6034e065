"""The conformance test for tus 1.0: core, creation, checksum, expiration, termination, as desks rely on them."""

import base64
import hashlib
from email.utils import parsedate_to_datetime

import pytest

from gridserver.storage.engine import text
from tests.server.files.conftest import PHOTO, problem


def sha256(body):
    return "sha256 " + base64.b64encode(hashlib.sha256(body).digest()).decode()


def sha1(body):
    return "sha1 " + base64.b64encode(hashlib.sha1(body).digest()).decode()


def test_the_centre_says_what_it_speaks(album):
    told = album.tus.say("OPTIONS", f"/files/v1/{album.tus.bucket}", Tus_Resumable=None)
    assert told.status_code == 204
    assert told.headers["Tus-Version"] == "1.0.0"
    assert told.headers["Tus-Extension"] == "creation,checksum,expiration,termination"
    assert told.headers["Tus-Checksum-Algorithm"] == "sha1,sha256"
    assert int(told.headers["Tus-Max-Size"]) == 20 * 1024 * 1024


def test_another_version_is_told_which_one_is_spoken(album):
    place = album.tus.create().headers["Location"]
    for version in (None, "0.2.2", "2.0.0"):
        for answer in (
            album.tus.create(Tus_Resumable=version),
            album.tus.say("HEAD", place, Tus_Resumable=version),
            album.tus.patch(place, 0, b"x", Tus_Resumable=version),
            album.tus.say("DELETE", place, Tus_Resumable=version),
        ):
            assert answer.status_code == 412
            assert answer.headers["Tus-Version"] == "1.0.0"


def test_a_file_is_created_brought_in_pieces_and_complete(album):
    made = album.tus.create()
    assert made.status_code == 201
    assert made.headers["Tus-Resumable"] == "1.0.0"
    place = made.headers["Location"]
    head = album.tus.say("HEAD", place)
    assert head.status_code == 200
    assert (head.headers["Upload-Offset"], head.headers["Upload-Length"]) == ("0", str(len(PHOTO)))
    assert head.headers["Cache-Control"] == "no-store"
    at = 0
    for size in (1, 100_000, 99_999, 50_000, len(PHOTO)):
        answer = album.tus.patch(place, at, PHOTO[at : at + size])
        at = min(at + size, len(PHOTO))
        assert (answer.status_code, answer.headers["Upload-Offset"]) == (204, str(at))
        assert answer.headers["Tus-Resumable"] == "1.0.0"
    assert answer.headers["Gridworker-Stored"] == "1"
    assert album.tus.fetch().content == PHOTO


def test_bytes_that_do_not_follow_are_refused_and_change_nothing(album):
    place = album.tus.create().headers["Location"]
    album.tus.patch(place, 0, PHOTO[:1000])
    for offset in (0, 999, 1001, len(PHOTO)):
        problem(album.tus.patch(place, offset, b"x"), 409)
    assert album.tus.offset(place) == 1000


def test_a_piece_is_compared_with_its_checksum(album):
    place = album.tus.create().headers["Location"]
    assert album.tus.patch(place, 0, PHOTO[:1000], Upload_Checksum=sha256(PHOTO[:1000])).status_code == 204
    problem(album.tus.patch(place, 1000, PHOTO[1000:2000], Upload_Checksum=sha256(PHOTO[:1000])), 460)
    problem(album.tus.patch(place, 1000, PHOTO[1000:2000], Upload_Checksum=sha1(PHOTO[:1000])), 460)
    assert album.tus.offset(place) == 1000
    assert album.tus.patch(place, 1000, PHOTO[1000:2000], Upload_Checksum=sha1(PHOTO[1000:2000])).status_code == 204
    problem(album.tus.patch(place, 2000, b"x", Upload_Checksum="md5 AAAA"), 400)
    problem(album.tus.patch(place, 2000, b"x", Upload_Checksum="sha1 ???"), 400)


def test_a_piece_says_what_it_is_and_where_it_goes(album):
    place = album.tus.create().headers["Location"]
    problem(album.tus.patch(place, 0, b"x", Content_Type="image/webp"), 415)
    problem(album.tus.patch(place, 0, b"x", Upload_Offset=None), 400)
    problem(album.tus.patch(place, 0, b"x", Upload_Offset="-1"), 400)
    problem(album.tus.patch(place, 0, PHOTO + b"x"), 400)
    assert album.tus.offset(place) == 0


def test_an_upload_that_nobody_went_on_with_runs_out(album):
    with album.tus.centre.conn() as conn:
        conn.execute(text("UPDATE access_token SET until = until * 2"))
    made = album.tus.create()
    until = parsedate_to_datetime(made.headers["Upload-Expires"]).timestamp()
    assert until == (album.tus.centre.clock() + 7 * 86_400_000) // 1000
    place = made.headers["Location"]
    album.tus.patch(place, 0, PHOTO[:1000])
    album.tus.centre.clock.move(days=6)
    assert album.tus.patch(place, 1000, PHOTO[1000:2000]).status_code == 204
    album.tus.centre.clock.move(days=6)
    assert album.tus.offset(place) == 2000, "each piece moves the end on"
    album.tus.centre.clock.move(days=8)
    assert album.tus.say("HEAD", place).status_code == 410
    problem(album.tus.patch(place, 2000, b"x"), 410)
    assert album.tus.create().headers["Upload-Offset"] == "0", "announced again it begins anew"


def test_an_upload_can_be_given_up(album):
    place = album.tus.create().headers["Location"]
    album.tus.patch(place, 0, PHOTO[:1000])
    assert album.tus.say("DELETE", place).status_code == 204
    assert album.tus.say("HEAD", place).status_code == 404
    problem(album.tus.patch(place, 1000, b"x"), 404)


@pytest.mark.parametrize("name", ["nothing", "01900000-0000-7000-8000-00000000dead", "..%2f..%2fkeys"])
def test_an_upload_that_never_was_is_not_found(album, name):
    assert album.tus.say("HEAD", f"/files/v1/{album.tus.bucket}/uploads/{name}").status_code == 404


def test_announcing_again_tells_where_it_goes_on(album):
    first = album.tus.create()
    album.tus.patch(first.headers["Location"], 0, PHOTO[:123_457])
    again = album.tus.create()
    assert again.headers["Location"] == first.headers["Location"]
    assert again.headers["Upload-Offset"] == "123457"


@pytest.mark.parametrize(
    "headers",
    [
        {"Upload_Length": None},
        {"Upload_Length": "much"},
        {"Upload_Length": "17"},
        {"Upload_Metadata": "sha256 ???"},
    ],
)
def test_what_is_announced_wrongly_is_refused(album, headers):
    problem(album.tus.create(**headers), 400)


def test_a_file_that_is_too_large_is_refused_before_a_byte_of_it_comes(album):
    problem(album.tus.create(Upload_Length=str(21 * 1024 * 1024)), 413)

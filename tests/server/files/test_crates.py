"""Crates at the centre: what is taken from them, what is not, and what is never harmed."""

import base64
import hashlib
import io
import os

import pytest

from gridserver.errors import Refused
from gridserver.files import crates as counter
from gridserver.storage import files
from gridserver.storage.engine import text
from gridworker.protocol import courier, sealing
from gridworker.protocol.courier import RECEIPT, Said
from gridworker.protocol.crates import CrateFile, Writer
from gridworker.protocol.files import PIECE_TYPE
from tests.helpers.centre import KEYS
from tests.helpers.writer import GRID
from tests.helpers.writer import Writer as Hand
from tests.server.files.conftest import PHOTO, problem

REPLY = bytes(range(64, 96))
PAPER = b"%PDF-1.7 " + os.urandom(300_000)


def about(album, body, **more):
    told = {"bucket": album.tus.bucket, "sha256": hashlib.sha256(body).hexdigest(), "size": len(body)}
    return CrateFile(**{**told, **more})


def crate(album, *files, sign=None, county=None):
    """A crate of the worker's; each file with what is said of it."""
    desk = album.tus.desk
    sink = io.BytesIO()
    head = {"county": county or album.tus.centre.regions["330683"], "device": desk.device, "at": 1}
    key = sign or desk.key.private_bytes_raw()
    writer = Writer(sink, head, sealing.public_of(REPLY), KEYS.seal_public, key)
    for told, body in files:
        writer.add(told, [body])
    return writer.finish(), sink.getvalue()


def taken(album, tmp_path, *files, **more):
    name, content = crate(album, *files, **more)
    (tmp_path / "x.gwc").write_bytes(content)
    return said_in(counter.take(album.tus.centre.ground, tmp_path / "x.gwc", name))


def said_in(receipt):
    closed = courier.read(RECEIPT, receipt)
    assert closed.is_of(KEYS.sign_public)
    return courier.open_box(closed, REPLY, Said)


def test_a_file_of_a_crate_is_here_and_everybody_is_told(album, tmp_path):
    said = taken(album, tmp_path, (about(album, PHOTO), PHOTO))
    assert [(each.stored, each.code) for each in said.files] == [(1, "")]
    assert said.standing is not None
    assert album.entry["stored"] == 1
    assert album.tus.fetch().content == PHOTO


def test_what_the_line_has_brought_of_it_is_not_harmed(album, tmp_path):
    place = album.tus.create().headers["Location"]
    album.tus.patch(place, 0, PHOTO[:1000])
    assert taken(album, tmp_path, (about(album, PHOTO), PHOTO)).files[0].stored == 1
    again = album.tus.patch(place, 1000, PHOTO[1000:])
    assert (again.status_code, again.headers["Gridworker-Stored"]) == (204, "1")
    assert taken(album, tmp_path, (about(album, PHOTO), PHOTO)).files[0].stored == 1, "a second time is no harm"
    assert album.tus.create().headers["Gridworker-Stored"] == "1"
    assert album.tus.fetch().content == PHOTO


def test_each_file_is_judged_by_itself(album, tmp_path):
    album.attach(PAPER, "application/pdf")
    album.attach(b"MZ a program", "application/pdf")
    stranger = Hand.at(album.tus.centre, "chen", "grid_worker", "330683106215001")
    elsewhere = stranger.bucket("grid", "330683106215001")
    said = taken(
        album,
        tmp_path,
        (about(album, b"nobody speaks of it"), b"nobody speaks of it"),
        (about(album, PHOTO, bucket=elsewhere), PHOTO),
        (about(album, b"x" * len(PHOTO), sha256=hashlib.sha256(PHOTO).hexdigest()), b"x" * len(PHOTO)),
        (about(album, PHOTO[:-1], sha256=hashlib.sha256(PHOTO).hexdigest()), PHOTO[:-1]),
        (about(album, b"MZ a program"), b"MZ a program"),
        (about(album, PAPER), PAPER),
        (about(album, PHOTO, bucket="no bucket"), PHOTO),
    )
    codes = ["not_found", "not_allowed", "checksum", "checksum", "media", "", "not_found"]
    assert [each.code for each in said.files] == codes
    assert [each.stored for each in said.files] == [0, 0, 0, 0, 0, 1, 0]
    assert list(album.tus.centre.ground.stacks.folder.glob("coming/*")) == []


def test_a_bucket_that_is_full_says_so(album, tmp_path, monkeypatch):
    monkeypatch.setattr(counter.service, "MOST_IN_BUCKET", 1000)
    assert taken(album, tmp_path, (about(album, PHOTO), PHOTO)).files[0].code == "full"


def test_a_device_that_was_cut_off_brings_what_it_attached_before(album, tmp_path):
    with album.tus.centre.conn() as conn:
        conn.execute(text("UPDATE device SET status = 'revoked' WHERE id = :id"), {"id": album.tus.desk.device})
    assert taken(album, tmp_path, (about(album, PHOTO), PHOTO)).files[0].stored == 1


@pytest.mark.parametrize("wrong", ["signature", "county", "a bit", "its end"])
def test_what_no_desk_of_ours_closed_is_refused_whole(album, tmp_path, wrong):
    small = PHOTO[:100]
    album.attach(small)
    more = {"signature": {"sign": bytes(32)}, "county": {"county": "another"}}.get(wrong, {})
    name, content = crate(album, (about(album, small), small), (about(album, PHOTO), PHOTO), **more)
    if wrong == "a bit":
        content = content[:-40] + bytes([content[-40] ^ 1]) + content[-39:]
    if wrong == "its end":
        content = content[:-50]
    (tmp_path / "x.gwc").write_bytes(content)
    with pytest.raises(Refused) as refused:
        counter.take(album.tus.centre.ground, tmp_path / "x.gwc", name)
    assert refused.value.error == "media"
    with album.tus.centre.conn() as conn:
        assert list(files.all_of(conn)) == [], "not even what came before the damage"


# ------------------------------------------------------------------ by another desk's hand


class Carried:
    """Somebody who hands a crate over, piece by piece."""

    def __init__(self, album, content, name=None, user="li"):
        self.content, self.name = content, name or hashlib.sha256(content).hexdigest()
        self.tus = album.of(Hand.at(album.tus.centre, user, "grid_worker", GRID))

    def offset(self):
        return int(self.tus.say("HEAD", f"/files/v1/crates/{self.name}").headers["Upload-Offset"])

    def piece(self, start, size, total=None):
        body = self.content[start : start + size]
        check = "sha256 " + base64.b64encode(hashlib.sha256(body).digest()).decode()
        told = {"Upload_Offset": str(start), "Upload_Length": str(total or len(self.content)), "Upload_Checksum": check}
        return self.tus.say("PATCH", f"/files/v1/crates/{self.name}", body, Content_Type=PIECE_TYPE, **told)


def test_another_desk_hands_a_crate_over_in_pieces_and_may_ask_for_the_receipt_again(album):
    carried = Carried(album, crate(album, (about(album, PHOTO), PHOTO))[1])
    assert carried.offset() == 0
    assert carried.piece(0, 100_000).headers["Upload-Offset"] == "100000"
    problem(carried.piece(0, 100_000), 409)
    assert carried.offset() == 100_000
    done = carried.piece(100_000, len(PHOTO) * 2)
    assert done.status_code == 200
    assert said_in(done.content).files[0].stored == 1
    again = carried.piece(len(carried.content), 0)
    assert again.content == done.content, "the answer was lost"
    assert album.entry["stored"] == 1


def test_a_crate_that_is_another_or_none_is_thrown_away(album):
    good = crate(album, (about(album, PHOTO), PHOTO))[1]
    problem(Carried(album, good, "0" * 64).piece(0, len(good)), 460)
    strange = Carried(album, b"a picture of a dog" * 100, user="zhou")
    problem(strange.piece(0, 10_000), 415)
    assert strange.offset() == 0
    assert strange.tus.say("HEAD", "/files/v1/crates/nothing").status_code == 404
    problem(strange.piece(0, 10, total=1 << 40), 413)
    assert list(album.tus.centre.ground.stacks.folder.glob("coming/*")) == []


def test_so_many_crates_are_begun_at_once(album):
    carried = Carried(album, b"x" * 100)
    for number in range(counter.MOST_OPEN):
        carried.name = f"{number:064x}"
        assert carried.piece(0, 10).status_code == 204
    carried.name = "f" * 64
    problem(carried.piece(0, 10), 429)
    carried.name = f"{0:064x}"
    assert carried.piece(10, 10).status_code == 204

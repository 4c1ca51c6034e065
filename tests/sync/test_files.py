"""Photos go up behind the text, in pieces, from where they were broken off; they come down when they are asked for."""

import hashlib
import itertools
import shutil

import pytest

from gridserver.storage import dump
from gridserver.storage.embedded import programs
from gridworker.errors import BrokenAnswer, Cancelled, CentreUnreachable, NotFound
from gridworker.records.files import state_of
from gridworker.sync import files
from gridworker.sync.file_line import MOST, PieceSize
from tests.helpers.centre_fixtures import centre, database, portal, postgres
from tests.helpers.desk_fixtures import GRID, desk, village
from tests.helpers.open_pages import open_pages

__all__ = ["centre", "database", "desk", "portal", "postgres", "village"]

TRACE = b"a face that nobody else may see;"
PHOTO = b"RIFF\x00\x00\x00\x00WEBPVP8 " + TRACE * 8000
"""256 KB: three pieces or more."""


def attach(desk, *bodies, house=None, media_type="image/webp"):
    """A diary with these photos; its id."""
    cabinet = desk.open_cabinet()
    kept = [cabinet.put([body], media_type, None, desk.machine.now()) for body in bodies]
    cabinet.close()
    photos = [{"sha256": each.sha256, "size": each.size, "media_type": media_type} for each in kept]
    house = house or next(iter(desk.ledger.find("household", limit=1)))["id"]
    return desk.ledger.save_visit({"household": house, "text": "看望", "photos": photos}).id


def states(desk, visit):
    desk.ledger.forget_places()
    durable = desk.store.meta("files_durable", 0)
    return [state_of(entry, durable) for entry in desk.ledger.get("visit", visit)["photos"].values()]


def all_sent(desk):
    """Sync, send, and sync again: what a window does by itself."""
    desk.sync()
    report = desk.send_files()
    desk.sync()
    return report


@pytest.fixture
def wang(village, desk):
    mine = desk("wang")
    village.household(mine)
    return mine


def patches(village):
    return [each for each in village.centre.line.served if each.startswith("PATCH")]


def test_a_photo_waits_until_the_line_returns_and_then_everybody_sees_that_it_came(wang, village, desk):
    village.line.cut_after = 0
    visit = attach(wang, PHOTO)
    assert states(wang, visit) == ["waiting"]
    with pytest.raises(CentreUnreachable):
        wang.sync()
    village.line.cut_after = None
    zhao = desk("zhao")
    wang.sync()
    zhao.sync()
    assert states(zhao, visit) == ["waiting"]
    assert wang.send_files().stored == 1
    for each in (wang, zhao):
        each.sync()
        assert states(each, visit) == ["stored"]
    assert wang.send_files().stored == 0


def test_text_goes_first_and_small_files_before_large_ones(wang, village):
    visit = attach(wang, PHOTO, PHOTO[:1000], PHOTO[:50_000])
    assert wang.send_files().trouble == dict.fromkeys(
        [entry["sha256"] for entry in wang.ledger.get("visit", visit)["photos"].values()], "text"
    ), "of a file whose text waits the centre has never heard"
    assert not patches(village)
    with wang._own_store() as store, wang._own_cabinet() as cabinet:
        assert [link.size for link in files.to_send(store, cabinet)] == [1000, 50_000, len(PHOTO)]
    assert all_sent(wang).stored == 3
    assert states(wang, visit) == ["stored"] * 3


@pytest.mark.parametrize("requests", range(1, 6))
def test_a_line_that_breaks_after_every_few_requests_brings_it_up_all_the_same(wang, village, requests):
    visit = attach(wang, PHOTO)
    wang.sync()
    for _ in range(20):
        village.line.cut_after = requests
        try:
            wang.send_files()
            break
        except CentreUnreachable:
            continue
    village.line.cut_after = None
    if requests > 1:
        wang.sync()
        assert states(wang, visit) == ["stored"]
        assert len(patches(village)) <= len(PHOTO) / (32 * 1024) + 1, "nothing is sent twice"


def test_a_lost_answer_costs_one_question_and_no_byte(wang, village):
    visit = attach(wang, PHOTO)
    wang.sync()
    bucket = wang.store.unstored_files()[0].bucket
    village.line.lose_next = f"/files/v1/{bucket}"
    with pytest.raises(CentreUnreachable):
        wang.send_files()
    village.centre.line.lose_answers = 0
    assert wang.send_files().stored == 1
    wang.sync()
    assert states(wang, visit) == ["stored"]


def test_a_program_that_is_killed_goes_on_where_the_centre_stands(wang, village):
    visit = attach(wang, PHOTO)
    wang.sync()

    def killed(done, total, words):
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        wang.send_files(killed)
    sent = len(patches(village))
    assert sent == 1
    again = village.open(wang)
    seen = []
    assert again.send_files(lambda done, total, words: seen.append(done)).stored == 1
    assert seen[0] == 32 * 1024, "from where it was broken off"
    again.sync()
    assert states(again, visit) == ["stored"]


def test_what_is_saved_while_a_large_file_goes_up_waits_for_one_piece_at_most(wang, village):
    attach(wang, PHOTO * 12, media_type="image/webp")
    wang.sync()
    pieces = itertools.count()

    def cancelled():
        """What the window asks between two pieces: is there text to be sent?"""
        return next(pieces) > 4

    with pytest.raises(Cancelled):
        wang.send_files(cancelled=cancelled)
    served = len(village.centre.line.served)
    assert 0 < len(patches(village)) < 6
    wang.ledger.save_visit({"household": wang.ledger.find("household")[0]["id"], "text": "又一户"})
    assert wang.sync().pushed
    assert not [each for each in village.centre.line.served[served:] if "files" in each]
    seen = []
    assert wang.send_files(lambda done, total, words: seen.append(done)).stored == 1
    assert seen[0] > 0, "the large file goes on, it does not begin again"


def test_pieces_fit_the_line():
    piece = PieceSize()
    for _ in range(5):
        piece = piece.after(200)
    assert piece.size == MOST
    assert piece.after(3000).size == MOST
    assert piece.after(9000).size == MOST // 2
    for _ in range(9):
        piece = piece.halved()
    assert piece.size == 32 * 1024


def test_a_piece_that_is_garbled_on_its_way_is_sent_again(wang, village, monkeypatch):
    visit = attach(wang, PHOTO)
    wang.sync()
    garbled = [0]
    real = type(village.line).send

    def send(self, request, **how):
        if request.method == "PATCH" and not garbled[0]:
            garbled[0] += 1
            request.body = b"?" + request.body[1:]
        return real(self, request, **how)

    monkeypatch.setattr(type(village.line), "send", send)
    assert wang.send_files().stored == 1
    assert garbled == [1]
    wang.sync()
    assert states(wang, visit) == ["stored"]


def test_a_file_that_the_centre_does_not_take_holds_up_no_other(wang, village):
    visit = attach(wang, b"MZ a program that calls itself a photo" * 50, PHOTO)
    report = all_sent(wang)
    assert (report.stored, report.left, list(report.trouble.values())) == (1, 1, ["media"])
    assert sorted(states(wang, visit)) == ["stored", "waiting"]
    assert wang.store.meta(files.TROUBLE) == report.trouble


def test_a_supervisor_fetches_a_photo_when_he_looks_at_it_and_after_a_break_only_the_rest(wang, village, desk):
    visit = attach(wang, PHOTO)
    all_sent(wang)
    zhao = desk("zhao")
    (entry,) = zhao.ledger.get("visit", visit)["photos"].values()
    (link,) = zhao.store.file_links(entry["sha256"])
    village.centre.line.cut_answers_after = 200_000
    with pytest.raises(BrokenAnswer):
        zhao.fetch_file(link, lambda body: b"small")
    village.centre.line.cut_answers_after = None
    zhao.fetch_file(link, lambda body: b"small")
    with zhao._own_cabinet() as cabinet:
        assert cabinet.content(link.sha256) == PHOTO
        assert cabinet.thumb(link.sha256) == b"small"
        assert not cabinet.about(link.sha256).mine
    _, headers, _ = village.centre.line.last
    assert headers["content-range"].startswith("bytes 200000-")


def test_who_may_not_see_it_is_told_so_kindly(wang, village, desk):
    attach(wang, PHOTO)
    wang.sync()
    (link,) = wang.store.unstored_files()
    with pytest.raises(NotFound) as refused:
        desk("zhao").fetch_file(link, lambda body: None)
    assert "中心现在没有这个文件" in refused.value.remedy


def test_nothing_goes_from_here_before_a_backup_covers_it(wang, village):
    attach(wang, PHOTO)
    all_sent(wang)
    digest = hashlib.sha256(PHOTO).hexdigest()
    with wang._own_store() as store, wang._own_cabinet() as cabinet:
        assert files.let_go(store, cabinet, wang.machine.now(), most=0) == 0
        assert cabinet.about(digest).whole
        store.set_meta("files_durable", 1)
        assert files.let_go(store, cabinet, wang.machine.now(), most=10**9) == 0, "there is room, and it is new"
        assert files.let_go(store, cabinet, wang.machine.now() + files.STAYS + 1) == 1
        assert not cabinet.about(digest).whole


def test_a_file_that_was_let_go_comes_back_when_it_is_asked_for(wang, village):
    attach(wang, PHOTO)
    all_sent(wang)
    digest = hashlib.sha256(PHOTO).hexdigest()
    with wang._own_cabinet() as cabinet:
        cabinet.evict(digest)
    (link,) = wang.store.file_links(digest)
    wang.fetch_file(link, lambda body: None)
    with wang._own_cabinet() as cabinet:
        assert cabinet.content(digest) == PHOTO


def test_a_bucket_that_left_the_scope_goes_with_its_photos_but_not_before_they_are_handed_in(wang, village):
    attach(wang, PHOTO)
    wang.sync()
    with village.centre.staff() as staff:
        staff.unassign("wang", GRID)
    assert wang.sync().kept_back == 1
    assert wang.send_files().stored == 1
    assert wang.sync().dropped == 1
    wang.send_files()
    with wang._own_cabinet() as cabinet:
        assert cabinet.all() == []
    wang.close()
    pages = open_pages(wang.opened.entry.path.with_name("store.files"), wang.key)
    assert TRACE not in pages


def test_the_same_photo_in_another_diary_costs_no_second_upload(wang, village):
    attach(wang, PHOTO)
    all_sent(wang)
    before = len(patches(village))
    second = attach(wang, PHOTO)
    wang.sync()
    wang.send_files()
    wang.sync()
    assert states(wang, second) == ["stored"]
    assert len(patches(village)) == before


def test_a_centre_that_was_restored_to_before_it_gets_the_photo_again(wang, village, database):
    wang.sync()
    with dump.dump(village.centre.engine, database, programs()) as reading:
        pieces = list(reading.pieces)
    visit = attach(wang, PHOTO)
    all_sent(wang)
    dump.restore(database, programs(), pieces, dump.Rebirth(wang.machine.new_id(), village.centre.clock()))
    village.centre.engine.dispose()
    shutil.rmtree(village.centre.ground.stacks.folder)
    wang.sync()
    assert states(wang, visit) == ["waiting"]
    assert all_sent(wang).stored == 1
    assert states(wang, visit) == ["stored"]

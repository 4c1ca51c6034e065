"""The cabinet: photos lie encrypted beside the store, in pieces, and vanish with the last bucket that knows them."""

import hashlib

import pytest

from gridworker.errors import StoreDamaged
from gridworker.storage.cabinet import PIECE, Cabinet, WrongBytes, path_of

KEY, OTHER_KEY = bytes(range(1, 33)), bytes(32)
NOW = 1_772_414_040_000
A, B = "bucket a", "bucket b"
SECRET = "陈建国家门口的照片".encode()
BODY = SECRET * 30_000
"""800 KB: several pieces."""


@pytest.fixture
def cabinet(tmp_path):
    opened = Cabinet.open(tmp_path / "store.db", KEY)
    yield opened
    opened.close()


def sha(body):
    return hashlib.sha256(body).hexdigest()


def kept(cabinet, body=BODY, bucket=None, thumb=None):
    file = cabinet.put([body], "image/webp", thumb, NOW)
    if bucket:
        cabinet.bind([(file.sha256, bucket)])
    return file.sha256


def bytes_on_disk(tmp_path):
    return b"".join(path.read_bytes() for path in sorted(tmp_path.glob("store.files*")))


def test_what_was_put_in_comes_out_the_same_whole_and_in_parts(cabinet):
    name = kept(cabinet)
    assert name == sha(BODY)
    assert cabinet.content(name) == BODY
    for start, most in ((0, 10), (PIECE - 5, 10), (3 * PIECE - 1, 2), (len(BODY) - 3, 10), (len(BODY), 5)):
        assert cabinet.read(name, start, most) == BODY[start : start + most]
    assert cabinet.about(name).size == len(BODY)
    assert cabinet.about(name).mine


def test_the_same_photo_twice_is_one_file_in_two_places(cabinet):
    kept(cabinet, bucket=A)
    name = kept(cabinet, bucket=B)
    assert cabinet.size() == len(BODY)
    cabinet.keep_only([B])
    assert cabinet.content(name) == BODY
    cabinet.keep_only([])
    assert cabinet.about(name) is None


def test_nothing_of_it_can_be_read_on_the_disk(cabinet, tmp_path):
    kept(cabinet, thumb=SECRET * 50)
    found = bytes_on_disk(tmp_path)
    assert len(found) > len(BODY)
    assert SECRET not in found
    assert b"image/webp" not in found
    assert sha(BODY).encode() not in found


def test_another_key_opens_nothing(cabinet, tmp_path):
    kept(cabinet)
    with pytest.raises(StoreDamaged):
        Cabinet.open(tmp_path / "store.db", OTHER_KEY)


def test_what_goes_gives_its_room_back(cabinet, tmp_path):
    kept(cabinet, bucket=A)
    before = len(bytes_on_disk(tmp_path))
    assert cabinet.keep_only([B]) == 1
    assert len(bytes_on_disk(tmp_path)) < before - len(BODY)
    assert not path_of(tmp_path / "store.db").with_name("store.files-wal").stat().st_size


def test_a_file_that_is_fetched_goes_on_where_it_was_broken_off(cabinet, tmp_path):
    assert cabinet.begin(sha(BODY), len(BODY), "image/webp", NOW) == 0
    cabinet.add(sha(BODY), 0, BODY[:70_001])
    again = Cabinet.open(tmp_path / "store.db", KEY)
    assert again.begin(sha(BODY), len(BODY), "image/webp", NOW) == 70_001
    assert not again.about(sha(BODY)).whole
    again.add(sha(BODY), 70_001, BODY[70_001:])
    again.complete(sha(BODY), lambda body: body[:4])
    assert again.content(sha(BODY)) == BODY
    assert again.thumb(sha(BODY)) == BODY[:4]
    assert (again.about(sha(BODY)).whole, again.about(sha(BODY)).mine) == (True, False)
    again.close()


def test_bytes_that_are_not_what_their_hash_says_are_thrown_away(cabinet):
    cabinet.begin(sha(BODY), len(BODY), "image/webp", NOW)
    cabinet.add(sha(BODY), 0, b"x" * len(BODY))
    with pytest.raises(WrongBytes):
        cabinet.complete(sha(BODY), lambda body: None)
    assert cabinet.begin(sha(BODY), len(BODY), "image/webp", NOW) == 0


def test_what_is_let_go_keeps_its_small_picture(cabinet):
    name = kept(cabinet, thumb=b"small")
    cabinet.evict(name)
    assert cabinet.size() == 0
    assert cabinet.thumb(name) == b"small"
    assert not cabinet.about(name).whole


def test_what_was_attached_and_never_saved_goes_after_a_while_unless_a_draft_speaks_of_it(cabinet):
    lone, in_draft, saved = kept(cabinet, b"lone"), kept(cabinet, b"draft"), kept(cabinet, b"saved", bucket=A)
    assert cabinet.sweep(NOW, lambda name: name == in_draft) == 0, "too young"
    assert cabinet.sweep(NOW + 1, lambda name: name == in_draft) == 1
    assert [cabinet.about(name) is None for name in (lone, in_draft, saved)] == [True, False, False]

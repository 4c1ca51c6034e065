"""A message survives its way as bytes; what is no message is said to be none."""

import bz2
import gc

import pytest

from gridworker.protocol import MOST_BYTES
from gridworker.protocol.codec import BZIP2, ZSTD, NotReadable, TooLong, coding_of, pack, unpack

PAGE = {"rows": [{"i": f"{number}", "d": {"head_name": "陈建国", "tags": ["low_income"]}} for number in range(500)]}


@pytest.mark.parametrize("message", [PAGE, {"ok": True}, []])
def test_what_is_packed_is_read_again(message):
    body, compressed = pack(message)
    assert unpack(body, compressed=compressed) == message


def test_a_long_message_travels_compressed_and_a_short_one_as_it_is():
    body, compressed = pack(PAGE)
    plain, _ = pack(PAGE, compress=False)
    assert compressed
    assert len(body) < len(plain) / 5
    assert pack({"ok": True}) == (b'{"ok":true}', False)


def test_what_was_cut_or_garbled_on_its_way_is_no_message():
    body, _ = pack(PAGE)
    for broken, compressed in ((body[: len(body) // 2], True), (b"<html>", False), (b"<html>", True), (b"", False)):
        with pytest.raises(NotReadable):
            unpack(broken, compressed=compressed)


def test_a_small_body_that_would_fill_the_memory_is_refused():
    bomb, _ = pack("a" * (MOST_BYTES + 1))
    assert len(bomb) < MOST_BYTES / 100
    with pytest.raises(TooLong):
        unpack(bomb, compressed=True)
    with pytest.raises(TooLong):
        unpack(b" " * (MOST_BYTES + 1), compressed=False)


def test_what_people_wait_for_on_a_thin_line_is_packed_closest_for_whoever_reads_that():
    for message, coding in ((PAGE, BZIP2), ({"rows": PAGE["rows"][:20]}, ZSTD), ({"rows": PAGE["rows"] * 20}, ZSTD)):
        body, compressed = pack(message, bzip2=True)
        assert compressed
        assert coding_of(body) == coding
        assert unpack(body, compressed=True) == message
    assert coding_of(pack(PAGE)[0]) == ZSTD, "nobody said that he reads the other"


def test_what_repeats_itself_goes_by_the_shorter_of_both_ways():
    visit = {"text": "上午到姚家湾陈建国家，老人两天没下楼，米和药都还够。" * 8, "mode": "home", "state": "submitted"}
    day = {"rows": [{**visit, "i": f"{number:032x}"} for number in range(18)]}
    body, _ = pack(day, bzip2=True)
    assert 12 * 1024 < len(pack(day, compress=False)[0]) < 16 * 1024
    assert len(body) == min(len(pack(day)[0]), len(bz2.compress(pack(day, compress=False)[0])))
    assert coding_of(body) == ZSTD
    assert unpack(body, compressed=True) == day


def test_a_bzip2_body_is_refused_when_it_was_cut_and_when_it_would_take_long_to_unpack():
    body, _ = pack(PAGE, bzip2=True)
    for broken in (body[: len(body) // 2], body[:4] + b"x" * 100):
        with pytest.raises(NotReadable):
            unpack(broken, compressed=True)
    with pytest.raises(TooLong):
        unpack(bz2.compress(b" " * 600_000), compressed=True)


@pytest.mark.parametrize("collecting", [True, False])
def test_memory_is_looked_after_as_before_whatever_was_read(collecting):
    before = gc.isenabled()
    (gc.enable if collecting else gc.disable)()
    try:
        unpack(pack(PAGE)[0], compressed=True)
        with pytest.raises(NotReadable):
            unpack(b"<html>", compressed=False)
        assert gc.isenabled() is collecting
    finally:
        (gc.enable if before else gc.disable)()

"""The archive's files: what is there without a gap, what may go, and nothing readable in them."""

import os
import stat

import pytest

from gridserver.archive import Archive, base_for, newest
from gridserver.backup import Secret
from gridserver.errors import CommandFailed
from gridserver.keys import Keys

SECRET = Secret(key=bytes(range(32)))
KEYS = Keys(sign=bytes(32), seal=bytes(range(32)))


@pytest.fixture
def archive(tmp_path):
    return Archive(tmp_path / "7-1", SECRET, os.urandom)


def base(archive, start, end, now):
    return archive.put_base([b"tar"], lambda: end, start, now, KEYS, {"major": 18})


def test_what_was_put_in_comes_out_and_nobody_else_reads_it(archive):
    part = archive.put_log(100, "王秀英".encode() * 50, 1)
    assert archive.log_of(part) == "王秀英".encode() * 50
    assert stat.S_IMODE(part.path.stat().st_mode) == 0o600
    assert "王秀英".encode() not in part.path.read_bytes()
    with pytest.raises(CommandFailed, match="does not open"):
        Archive(archive.folder, Secret(key=bytes(32)), os.urandom).log_of(part)
    head, keys, tar = archive.base_of(base(archive, 100, 200, 1))
    assert (head["major"], keys, b"".join(tar)) == (18, KEYS, b"tar")


def test_the_end_is_where_the_first_gap_is(archive):
    for start, size in ((0, 10), (10, 10), (30, 10)):
        archive.put_log(start, bytes(size), 1)
    assert (archive.end(0), archive.end(5), archive.end(20), archive.end(30)) == (20, 20, 20, 40)
    whole = archive.put_log(0, bytes(32), 2)
    assert archive.end(0) == 40
    archive.merged(whole)
    assert [(part.start, part.end) for part in archive.logs()] == [(0, 32), (30, 40)]


def test_two_base_copies_are_kept_and_the_log_since_the_older(archive):
    for number in range(4):
        base(archive, number * 10, number * 10 + 5, number)
        archive.put_log(number * 10, bytes(10), number)
    archive.prune()
    assert [part.start for part in archive.bases()] == [20, 30]
    assert [part.start for part in archive.logs()] == [20, 30]


def test_a_moment_is_reached_from_the_last_copy_before_it_that_has_its_log(archive, tmp_path):
    base(archive, 0, 5, 1_000)
    base(archive, 10, 30, 2_000)
    archive.put_log(0, bytes(20), 2_500)
    assert base_for(archive, None).start == 0, "the younger copy lacks some of its log"
    archive.put_log(20, bytes(20), 2_600)
    assert base_for(archive, None).start == 10
    assert base_for(archive, 1_500).start == 0
    with pytest.raises(CommandFailed, match="no base copy"):
        base_for(archive, 500)
    assert newest(tmp_path, SECRET, os.urandom).folder == archive.folder
    assert newest(tmp_path, SECRET, os.urandom, to=500) is None


def test_of_two_servers_the_one_that_wrote_last_counts(archive, tmp_path):
    base(archive, 0, 5, 1_000)
    other = Archive(tmp_path / "8-1", SECRET, os.urandom)
    base(other, 0, 5, 2_000)
    assert newest(tmp_path, SECRET, os.urandom).folder == other.folder


def test_what_was_begun_and_not_ended_counts_for_nothing(archive):
    def torn():
        yield b"half"
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="full"):
        archive.put_base(torn(), lambda: 1, 0, 1, KEYS, {})
    assert list(archive.folder.iterdir()) == []

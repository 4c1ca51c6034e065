"""The file in which a backup lies."""

import os
import stat

import pytest

from gridserver.backup import PIECE, Secret, Writer, pieces, read_head, read_key, write_key
from gridserver.errors import CommandFailed

KEY = Secret(key=bytes(range(32)))
PASSWORD = Secret(password="long enough")
CONTENT = [b"keys", b"x" * PIECE, b"the end"]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "a.backup"


def write(path, secret=KEY, content=CONTENT):
    writer = Writer(path, secret, {"made_at": 1, "schema": "0001"}, os.urandom)
    for piece in content:
        writer.write(piece)
    return writer.finish()


@pytest.mark.parametrize("secret", [KEY, PASSWORD])
@pytest.mark.parametrize("content", [CONTENT, [b""], [b"one"], [b"", b"", b"x"]])
def test_what_was_written_is_read(path, secret, content):
    assert write(path, secret, content) == path.stat().st_size
    assert b"".join(pieces(path, secret)) == b"".join(content)


def test_only_its_owner_may_read_it_and_nothing_in_it_is_readable(path):
    write(path, content=[b"the name of somebody"])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert b"somebody" not in path.read_bytes()
    assert read_head(path)["made_at"] == 1


def test_two_backups_of_the_same_are_different(path):
    write(path)
    first = path.read_bytes()
    write(path)
    assert path.read_bytes()[200:] != first[200:]


def test_until_it_is_complete_it_is_not_there(path):
    writer = Writer(path, KEY, {"made_at": 1, "schema": "1"}, os.urandom)
    writer.write(b"half")
    assert not path.exists()
    writer.give_up()
    assert list(path.parent.iterdir()) == []


WRONG = [
    (Secret(key=bytes(32)), "does not open"),
    (PASSWORD, "locked with a key file"),
]


@pytest.mark.parametrize(("secret", "reason"), WRONG)
def test_another_secret_does_not_open_it(path, secret, reason):
    write(path)
    with pytest.raises(CommandFailed, match=reason):
        list(pieces(path, secret))


@pytest.mark.parametrize(("secret", "reason"), [(KEY, "locked with a password"), (Secret(password="x"), "not open")])
def test_another_password_does_not_open_it(path, secret, reason):
    write(path, PASSWORD)
    with pytest.raises(CommandFailed, match=reason):
        list(pieces(path, secret))


def lengths(path):
    """Where each piece begins in the file."""
    raw = path.read_bytes()
    at = raw.index(b"\n", raw.index(b"\n") + 1) + 1
    while at < len(raw):
        yield at
        at += 4 + int.from_bytes(raw[at : at + 4], "big")


DAMAGE = [
    lambda raw, starts: raw[:-1],
    lambda raw, starts: raw[: starts[2]],
    lambda raw, starts: raw[: starts[1]],
    lambda raw, starts: raw + b"more",
    lambda raw, starts: raw[:-20] + bytes([raw[-20] ^ 1]) + raw[-19:],
    lambda raw, starts: raw[: starts[0]] + raw[starts[1] : starts[2]] + raw[starts[0] : starts[1]] + raw[starts[2] :],
    lambda raw, starts: raw.replace(b'"made_at": 1', b'"made_at": 2'),
]


@pytest.mark.parametrize("damage", DAMAGE)
def test_no_damage_goes_unnoticed(path, damage):
    write(path)
    path.write_bytes(damage(path.read_bytes(), list(lengths(path))))
    with pytest.raises(CommandFailed, match="damaged"):
        list(pieces(path, KEY))


@pytest.mark.parametrize("raw", [b"", b"PK\x03\x04", b"gridworker backup 1\n", b"gridworker backup 1\n{}\n", b"\n\n"])
def test_what_is_no_backup_is_told_so(path, raw):
    path.write_bytes(raw)
    with pytest.raises(CommandFailed, match="no backup of a centre"):
        read_head(path)


def test_a_key_file_is_made_once_and_read_again(tmp_path):
    write_key(tmp_path / "k", KEY.key)
    assert read_key(tmp_path / "k") == KEY.key
    assert stat.S_IMODE((tmp_path / "k").stat().st_mode) == 0o600
    with pytest.raises(FileExistsError):
        write_key(tmp_path / "k", KEY.key)


@pytest.mark.parametrize("text", ["", "00", "x" * 64, "ü"])
def test_what_is_no_key_is_told_so(tmp_path, text):
    (tmp_path / "k").write_text(text, "utf-8")
    with pytest.raises(CommandFailed, match="no key file"):
        read_key(tmp_path / "k")
    with pytest.raises(CommandFailed, match="No such file"):
        read_key(tmp_path / "none")

"""A crate comes out as it was filled, at the centre alone, and whoever touches it on the way is found out."""

import hashlib
import io
import os

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gridworker.protocol import crates, sealing
from gridworker.protocol.courier import NoPackage
from gridworker.protocol.crates import PIECE, Contents, Copying, CrateFile, Writer

CENTRE = bytes(range(32))
DEVICE = bytes(range(32, 64))
HEAD = {"county": "c", "device": "d", "at": 7}
FILES = [b"a", os.urandom(PIECE - 1), os.urandom(PIECE * 2 + 17), b"end"]


def filled(files=FILES, *, seal_to=CENTRE):
    sink = io.BytesIO()
    writer = Writer(sink, HEAD, bytes(32), sealing.public_of(seal_to), DEVICE)
    for body in files:
        about = CrateFile(bucket="b", sha256=hashlib.sha256(body).hexdigest(), size=len(body))
        writer.add(about, (body[at : at + 99_999] for at in range(0, len(body), 99_999)))
    return writer.finish(), sink.getvalue()


def emptied(crate, private=CENTRE):
    source = io.BytesIO(crate)
    contents = Contents(crates.pieces(source, crates.begin(source), private))
    found = []
    while (about := contents.next()) is not None:
        body = b"".join(contents.content(about))
        assert hashlib.sha256(body).hexdigest() == about.sha256
        found.append(body)
    return found


def parts(crate):
    """What stands before the pieces, the pieces with their lengths, and the hash at the end."""
    head, at, found = b"".join(crate.splitlines(keepends=True)[:3]), 0, []
    at = len(head)
    while at < len(crate) - 32:
        size = int.from_bytes(crate[at : at + 4], "big") & 0x7FFFFFFF
        found.append(crate[at : at + 4 + size])
        at += 4 + size
    return head, found, crate[-32:]


def test_what_was_put_in_comes_out_and_only_at_the_centre():
    name, crate = filled()
    assert emptied(crate) == FILES
    with pytest.raises(NoPackage):
        emptied(crate, DEVICE)
    assert b"".join(FILES)[: PIECE // 2] not in crate
    assert len(parts(crate)[1]) == 4
    assert emptied(filled([])[1]) == []
    copying = Copying()
    for at in range(0, len(crate), 1000):
        copying.add(crate[at : at + 1000])
    assert copying.name == name


def test_who_closed_it_is_known_by_its_signature():
    opened = crates.begin(io.BytesIO(filled()[1]))
    public = Ed25519PrivateKey.from_private_bytes(DEVICE).public_key().public_bytes_raw()
    assert opened.is_of(public)
    assert not opened.is_of(bytes(32))
    assert opened.head.device == "d"


def test_no_piece_can_be_cut_swapped_repeated_or_brought_from_another_crate():
    _, crate = filled()
    head, found, tail = parts(crate)
    first, second, third, last = found
    other = parts(filled()[1])[1]
    for wrong in (
        [first, second, third],
        [first, second],
        [],
        [second, first, third, last],
        [first, first, second, third, last],
        [first, second, third, last, last],
        [first, second, other[2], last],
        [second, third, last],
        [first, second, bytes([third[0] | 0x80]) + third[1:]],
        [first, second, bytes([third[0] | 0x80]) + third[1:], last],
        [first, second, third, bytes([last[0] & 0x7F]) + last[1:]],
    ):
        source = io.BytesIO(head + b"".join(wrong) + tail)
        with pytest.raises(NoPackage):  # not only because files end too early
            list(crates.pieces(source, crates.begin(source), CENTRE))
    for cut in range(0, len(crate), len(crate) // 20):
        with pytest.raises(NoPackage):
            emptied(crate[:cut])
    with pytest.raises(NoPackage):
        emptied(crate + b"x")


def test_one_bit_anywhere_is_noticed_on_the_way_and_at_the_centre():
    _, crate = filled()
    places = [*range(0, len(crate) - 32, len(crate) // 25), len(crate) - 33]
    for place in places:
        bad = crate[:place] + bytes([crate[place] ^ 1]) + crate[place + 1 :]
        copying = Copying()
        copying.add(bad)
        assert copying.name == ""
        try:
            seen = crates.begin(io.BytesIO(bad))
            public = Ed25519PrivateKey.from_private_bytes(DEVICE).public_key().public_bytes_raw()
            assert not seen.is_of(public) or emptied(bad) is None, place
        except NoPackage:
            continue


def test_a_file_that_is_not_as_long_as_was_said_is_not_closed_in():
    writer = Writer(io.BytesIO(), HEAD, bytes(32), sealing.public_of(CENTRE), DEVICE)
    with pytest.raises(ValueError, match="as long"):
        writer.add(CrateFile(bucket="b", sha256="0" * 64, size=5), [b"1234"])


def test_a_line_without_an_end_takes_no_memory():
    sink = io.BytesIO()
    writer = Writer(sink, HEAD, bytes(32), sealing.public_of(CENTRE), DEVICE)
    writer._put(b"{" * (3 * PIECE))
    writer.finish()
    with pytest.raises(NoPackage, match="no line"):
        emptied(sink.getvalue())

"""What a desk seals to the centre is opened by the centre and by nobody else."""

import pytest

from gridworker.protocol import sealing

PRIVATE, OTHER, ONCE = bytes(range(32)), bytes(range(1, 33)), bytes(range(2, 34))
PUBLIC = sealing.public_of(PRIVATE)
TEXT = "一户的钥匙".encode()


def test_the_holder_of_the_key_reads_what_was_sealed_to_him():
    assert sealing.open(PRIVATE, sealing.seal(PUBLIC, TEXT)) == TEXT
    assert sealing.open(PRIVATE, sealing.seal(PUBLIC, b"")) == b""


def test_no_two_boxes_are_alike():
    assert sealing.seal(PUBLIC, TEXT) != sealing.seal(PUBLIC, TEXT)


def test_another_key_opens_nothing():
    with pytest.raises(ValueError, match="another key"):
        sealing.open(OTHER, sealing.seal(PUBLIC, TEXT))


def test_a_box_in_which_any_byte_was_changed_does_not_open():
    box = sealing.seal(PUBLIC, TEXT)
    for place in range(len(box)):
        changed = box[:place] + bytes([box[place] ^ 1]) + box[place + 1 :]
        with pytest.raises(ValueError):  # noqa: PT011 - of several sorts, and all of them no
            sealing.open(PRIVATE, changed)


@pytest.mark.parametrize("box", [b"", b"GWB1", bytes(60), b"GWB1" + bytes(31), b"GWB1" + bytes(48)])
def test_what_is_no_box_is_refused(box):
    with pytest.raises(ValueError):  # noqa: PT011 - of several sorts, and all of them no
        sealing.open(PRIVATE, box)


@pytest.mark.parametrize("public", [b"", bytes(31), bytes(32)])
def test_nothing_is_sealed_to_what_is_no_key(public):
    with pytest.raises(ValueError):  # noqa: PT011 - of several sorts, and all of them no
        sealing.seal(public, TEXT)


def test_the_format_stays_what_it_is():
    """Boxes of old desks must open for ever, so the bytes of one are written down here."""
    box = sealing.seal(PUBLIC, b"store key", lambda count: ONCE[:count])
    assert box.hex() == (
        "47574231"
        "ab9f2628c325c141e9fb2430f106850f62930bc3f0b12df39a9b84a49c7c1d12"
        "e2937d62077b46112e23dce2092648be6386f2a974f6943ad6"
    )

"""A bucket survives its way as a file; what is no such file, or cut, or lies about its sizes, is said to be none."""

import io
import random
import struct
import uuid

import pytest
import zstandard

from gridworker.protocol import SNAPSHOT_FORM
from gridworker.protocol.codec import NotReadable
from gridworker.protocol.snapshot import BLOCK_ROWS, blocks_of, head_of, read_blocks, read_head
from gridworker.protocol.sync import SnapshotHead

ID = "019a2309-3f80-786c-b2ae-e880b1970ac8"
OTHER = "019a2309-3f81-7f1a-a701-e09d3cec8471"
HLC = 0x019A23093F80 << 16
ROW = {
    "e": "household",
    "i": OTHER,
    "v": 1,
    "m": ID,
    "d": {"head_name": "陈建国", "grid": ID, "note": f"见 {OTHER}，{ID[:-1]}\x1f\n"},
    "w": {"": [ID, OTHER, HLC + 7]},
}


def name(chance: random.Random) -> str:
    return chance.choice([ID, OTHER, ID.upper(), "x", "", str(uuid.UUID(int=chance.getrandbits(128)))])


def stamp(chance: random.Random) -> list:
    times = [0, HLC, HLC + 5, -(2**63), 2**63 - 1, chance.getrandbits(62)]
    return [name(chance), name(chance), chance.choice(times)]


def value(chance: random.Random, depth: int = 0):
    plain = [None, True, chance.getrandbits(40), name(chance), "陈\x1f建国\n", f"{name(chance)},{name(chance)}"]
    if depth == 2 or chance.random() < 0.6:
        return chance.choice(plain)
    inner = [value(chance, depth + 1) for _ in range(chance.randrange(3))]
    return inner if chance.random() < 0.5 else {name(chance): each for each in inner}


def row(chance: random.Random) -> dict:
    if chance.random() < 0.5:
        return usual(chance)
    made = {"e": name(chance), "i": name(chance), "v": chance.randrange(9), "m": name(chance)}
    made["d"] = {name(chance): value(chance) for _ in range(chance.randrange(4))}
    if chance.random() < 0.8:
        made["w"] = {chance.choice(["", name(chance)]): stamp(chance) for _ in range(chance.randrange(3))}
        if "" in made["w"] and chance.random() < 0.5:
            made["m"] = made["w"][""][0]
    return made


def usual(chance: random.Random) -> dict:
    """A row as nearly all are: it fits into a sheet."""
    change, record = (f"{ID[:24]}{chance.getrandbits(48):012x}" for _ in range(2))
    fields = {"grid": ID, "met": True, "members": chance.randrange(3), "text": value(chance), "home": name(chance)}
    kept = {each: said for each, said in fields.items() if said is not None and chance.random() < 0.8}
    writers = {"": [change, chance.choice([ID, ""]), HLC + chance.randrange(99)]}
    made = {"e": chance.choice(["household", "visit"]), "i": record, "v": 1, "m": change, "d": kept, "w": writers}
    if chance.random() < 0.2:
        made |= {"m": ID, "v": 7, "w": {**writers, "text": [ID, OTHER, HLC]}}
    return {**made, "x": [ID, OTHER, HLC]} if chance.random() < 0.1 else made


def packed(some, level=3, form=2):
    head = SnapshotHead(bucket="b", seq=7, hash="0" * 32, schema_version=1, rows=len(some))
    return head_of(head, form) + b"".join(blocks_of(iter(some), level, form))


def read(body, some=100):
    file = io.BytesIO(body)
    head = read_head(file)
    return head, [row for part in read_blocks(file, some, head.form) for row in part]


@pytest.mark.parametrize("form", range(1, SNAPSHOT_FORM + 1))
def test_whatever_rows_there_are_the_same_come_out(form):
    chance = random.Random(20260302)
    for _ in range(200):
        some = [row(chance) for _ in range(chance.randrange(12))]
        head, found = read(packed(some, form=form), chance.randrange(1, 8))
        assert found == some
        assert (head.seq, head.rows, head.form) == (7, len(some), form)


def test_a_large_bucket_is_several_blocks_and_each_stands_for_itself():
    some = [{**ROW, "v": number} for number in range(2 * BLOCK_ROWS + 1)]
    body = packed(some)
    assert read(body)[1] == some
    assert packed(some) == body


def test_ids_cost_their_random_half_and_no_more():
    some = [{**ROW, "i": f"019a2309-3f80-7{n:03x}-8{n:03x}-{n * 2654435761 % 2**48:012x}"} for n in range(2000)]
    assert len(packed(some, 12)) < 13 * 2000


def test_a_file_cut_anywhere_or_with_a_false_byte_is_none_or_says_the_same():
    body = packed([ROW] * 3)
    for end in range(len(body)):
        try:
            _, found = read(body[:end])
        except NotReadable:
            continue
        assert len(found) < 3, "the number of rows tells"
    for place in range(len(body)):
        try:
            read(body[:place] + bytes([body[place] ^ 0x55]) + body[place + 1 :])
        except NotReadable:
            continue


def test_a_block_that_unpacks_to_more_than_it_says_or_to_gigabytes_is_not_unpacked():
    head = packed([])
    bomb = zstandard.ZstdCompressor(level=19).compress(bytes(40 * 1024 * 1024))
    for size in (10, 2**32 - 1):
        counts = struct.pack("<4I", 1, size, 0, 0)
        sizes = struct.pack("<16I", len(bomb), *[0] * 15)
        with pytest.raises(NotReadable):
            read(head + counts + sizes + bomb)


@pytest.mark.parametrize("body", [b"", b"<html>", b"gridworker snapshot 2\n{}\n", b"gridworker snapshot 1\n{}\n"])
def test_another_file_is_none(body):
    with pytest.raises(NotReadable):
        read(body)

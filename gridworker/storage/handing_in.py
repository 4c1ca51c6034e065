"""What the outbox has for the centre: whole groups in the order in which they were made, as they were written."""

from collections.abc import Iterator
from itertools import islice, takewhile
from typing import Any

from gridworker.protocol import MOST_IN_GROUP
from gridworker.protocol.codec import collector_off
from gridworker.protocol.sync import Written
from gridworker.records.change import Change
from gridworker.storage.file import File
from gridworker.storage.outbox import kept


def waiting(file: File, most: int) -> list[Change]:
    """The next changes to hand in, whole groups, oldest first; at most ``most``, but always one group."""
    lines = list(islice(_to_hand_in(file, most + 1), most + 1))
    if len(lines) > most:
        lines = _whole_groups(file, lines[:most], cut=lines[most][2])
    with collector_off():
        return [kept(line[1:]) for line in lines]


def handing(file: File, most: int, after: int = 0) -> list[Written]:
    """The same as they were written, behind the place ``after``."""
    lines = list(islice(_to_hand_in(file, most + 1, after), most + 1))
    if len(lines) > most:
        lines = _whole_groups(file, lines[:most], cut=lines[most][2], after=after)
    return [_written(*line) for line in lines]


def _written(row: int, body: bytes, tx: str, act: str, n: int) -> Written:
    """A change keeps its body for ever; only its number may be another since it was written."""
    start = b'{"n":%d,' % n
    if not body.startswith(start):
        body = start + body.partition(b",")[2]
    return Written(row, n, tx, act, body)


def _to_hand_in(file: File, most: int, after: int = 0) -> Iterator[Any]:
    """What waits, in the order of the acts."""
    query = "SELECT _row, body, tx, act, n FROM outbox WHERE open AND state = 'new' AND _row > ? ORDER BY _row LIMIT ?"
    return iter(file.db.execute(query, (after, most)).fetchall())


def _whole_groups(file: File, lines: list[Any], cut: str, after: int = 0) -> list[Any]:
    """Without the group ``cut`` that did not fit; alone, it is taken whole."""
    whole = [line for line in lines if line[2] != cut]
    return whole or list(takewhile(lambda line: line[2] == cut, _to_hand_in(file, MOST_IN_GROUP, after)))


def count_to_hand_in(file: File) -> int:
    """How many changes the centre has not answered and that are to be offered to it; asks the index alone."""
    query = "SELECT count(*) FROM outbox WHERE open AND state = 'new'"
    return int(file.db.execute(query).fetchone()[0])

"""What the outbox has for the centre: whole groups in the order in which they were made, as they were written."""

from collections.abc import Iterable, Iterator, Sequence
from heapq import merge
from itertools import islice, takewhile
from operator import itemgetter
from typing import Any

from gridworker.protocol import MOST_IN_GROUP
from gridworker.protocol.codec import collector_off
from gridworker.protocol.sync import Written
from gridworker.records.change import Change
from gridworker.storage.file import File
from gridworker.storage.outbox import kept, update


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
    """What is new and what was sent without an answer, in the order of the acts: each is in order by its index."""
    query = "SELECT _row, body, tx, act, n FROM outbox WHERE open AND state = ? AND _row > ? ORDER BY _row LIMIT ?"
    streams = [file.db.execute(query, (state, after, most)).fetchall() for state in ("new", "sent")]
    return merge(*streams, key=itemgetter(0))


def _whole_groups(file: File, lines: list[Any], cut: str, after: int = 0) -> list[Any]:
    """Without the group ``cut`` that did not fit; alone, it is taken whole."""
    whole = [line for line in lines if line[2] != cut]
    return whole or list(takewhile(lambda line: line[2] == cut, _to_hand_in(file, MOST_IN_GROUP, after)))


def count_to_hand_in(file: File) -> int:
    """How many changes the centre has not answered and that are to be offered to it; asks the index alone."""
    query = "SELECT count(*) FROM outbox WHERE open AND state IN ('new', 'sent')"
    return int(file.db.execute(query).fetchone()[0])


def mark_sent(file: File, txs: Iterable[str], places: Sequence[int] = ()) -> None:
    """These groups are on their way: from now on they are never altered. ``places``: of all their changes, where they
    are known."""
    update(file, "state = 'sent', tries = tries + 1", (), list(places) or _places(file, txs))


def _places(file: File, txs: Iterable[str]) -> list[int]:
    wanted, met = set(txs), set[str]()
    rows: list[int] = []
    for state in ("sent", "new"):
        left = wanted - met
        if not left:
            break
        found = file.db.execute("SELECT _row, tx FROM outbox WHERE open AND state = ? ORDER BY _row", (state,))
        for row_id, tx in found:
            if tx in left:
                rows.append(row_id)
                met.add(tx)
            elif met == wanted:
                break
        found.close()
    return rows

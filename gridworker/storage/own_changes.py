"""What a person has changed here, and what became of it, as the sync page and the history of a record show it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from gridworker.records.change import Verb
from gridworker.storage.file import File


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """One waiting, refused or settled change, as the sync page shows it."""

    id: str
    tx: str
    act: str
    n: int
    kind: str
    record: str
    bucket: str
    state: str
    """new, held, accepted, durable, attention, discarded."""
    verb: str
    path: str
    value: Any
    before: Any
    """What stood at ``path`` when the change was made."""
    code: str
    """For machines: why it was refused."""
    reason: str
    """For people, Chinese."""
    made_at: int
    """ms UTC of the device's clock."""
    author: str
    is_laid: bool
    """Whether it still lies over the centre's row."""


def count(file: File) -> dict[str, int]:
    """How many changes are in each state; durable ones are not counted."""
    found = file.db.execute("SELECT state, count(*) FROM outbox WHERE state <> 'durable' GROUP BY state")
    return dict(found.fetchall())


def count_open(file: File) -> dict[str, int]:
    """How many of those that the centre has not taken are in each state; asks the index alone."""
    found = file.db.execute("SELECT state, count(*) FROM outbox WHERE open GROUP BY state")
    return {state: number for state, number in found if state not in ("accepted", "durable")}


def rows(file: File, states_wanted: Sequence[str], limit: int, newest: bool) -> list[OutboxRow]:
    """The changes in these states."""
    marks = ", ".join("?" * len(states_wanted))
    order = "DESC" if newest else "ASC"
    lines = file.db.execute(f"{_ROW} WHERE state IN ({marks}) ORDER BY _row {order} LIMIT ?", (*states_wanted, limit))
    return [_outbox_row(line) for line in lines]


def of_record(file: File, record: str) -> list[OutboxRow]:
    """Every own change of a record that is still kept, oldest first."""
    found = file.db.execute(f"{_ROW} WHERE record = ? ORDER BY _row", (record,))
    return [_outbox_row(line) for line in found]


def bound_for(file: File, record: str, path: str) -> OutboxRow | None:
    """The last own change at ``path`` that the feed has not brought yet: where a record is to go."""
    mine = (row for row in reversed(of_record(file, record)) if row.path == path and row.verb == Verb.SET)
    return next((row for row in mine if row.is_laid), None)


def of_act(file: File, act: str) -> list[OutboxRow]:
    """Every change of one act of a person, oldest first."""
    return [_outbox_row(line) for line in file.db.execute(f"{_ROW} WHERE act = ? ORDER BY _row", (act,))]


def last_acts(file: File, limit: int) -> list[str]:
    """The latest acts, newest first."""
    found = file.db.execute(
        "SELECT act, max(_row) FROM (SELECT act, _row FROM outbox ORDER BY _row DESC LIMIT 2000)"
        " GROUP BY act ORDER BY 2 DESC LIMIT ?",
        (limit,),
    )
    return [act for act, _ in found]


_ROW = (
    "SELECT id, tx, act, n, kind, record, bucket, state, body, before, code, reason, made_at, author, laid FROM outbox"
)


def _outbox_row(line: Sequence[Any]) -> OutboxRow:
    wire = orjson.loads(line[8]) if line[8] else {}
    return OutboxRow(
        id=line[0],
        tx=line[1],
        act=line[2],
        n=line[3],
        kind=line[4],
        record=line[5],
        bucket=line[6],
        state=line[7],
        verb=wire.get("k", ""),
        path=wire.get("p", ""),
        value=wire.get("v"),
        before=None if line[9] is None else orjson.loads(line[9]),
        code=line[10],
        reason=line[11],
        made_at=line[12],
        author=line[13],
        is_laid=bool(line[14]),
    )

"""What a bucket that was let go still owes: groups that the centre has taken, and could lose again.

They lie here as boxes that the centre alone can open: no id, no word of the bucket is left on this desk. When the
centre was restored, they are handed in again, unread. A backup that holds them is no reason to let them go: an older
one may be put back. They stay as long as the centre keeps a backup from before them (``outbox.forgets_before``).
"""

import base64
from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

import orjson

from gridworker.protocol import sealing
from gridworker.protocol.sync import RELEASED, Standing
from gridworker.storage.file import File

MOST_AT_ONCE = 20
"""Boxes in one request."""
MOST_BYTES = 64 * 1024 * 1024
"""Of all boxes that a backup holds; then the oldest of those go early. What is in no backup goes never."""


class Box(NamedTuple):
    """One sealed group."""

    row: int
    box: bytes


def seal_up(file: File, bucket: str) -> bool:
    """Put what was taken in the bucket into boxes, group by group. False when the centre's key is not known."""
    return _seal_up(file, "bucket", bucket)


def seal_up_record(file: File, record: str) -> bool:
    """The same of one record, which went where this desk may not look."""
    return _seal_up(file, "record", record)


def _seal_up(file: File, of: str, value: str) -> bool:
    key = str(file.meta("recovery_key", ""))
    if not key:
        return False
    public, scope = base64.urlsafe_b64decode(key + "=" * (-len(key) % 4)), file.meta("scope", 0)
    lines = file.db.execute(
        "SELECT tx, act, body, incarnation, n, settled_at, state, code FROM outbox"
        f" WHERE {of} = ? AND state IN ('accepted', 'durable') ORDER BY tx, _row",
        (value,),
    ).fetchall()
    for tx, group in groupby(lines, itemgetter(0)):
        mine = list(group)
        said = {"scope": scope, "tx": tx, "act": mine[0][1], "changes": [orjson.Fragment(line[2]) for line in mine]}
        box = sealing.seal(public, orjson.dumps(said))
        durable = all(line[6] == "durable" for line in mine)
        # What a person released has an old number, which tells of no backup: handed in again, it gets a new place.
        waits = not durable and any(line[7] == RELEASED for line in mine)
        file.db.execute(
            "INSERT INTO owed (incarnation, n, box, waits, at, durable) VALUES (?, ?, ?, ?, ?, ?)",
            (mine[-1][3], max(line[4] for line in mine), box, waits, max(line[5] or 0 for line in mine), durable),
        )
    return True


def waiting(file: File) -> list[Box]:
    """The next boxes to hand in, oldest first."""
    found = file.db.execute("SELECT _row, box FROM owed WHERE waits ORDER BY _row LIMIT ?", (MOST_AT_ONCE,))
    return [Box(row, bytes(box)) for row, box in found]


def ask_again(file: File, kept: tuple[int, int] | None = None) -> None:
    """The centre may have lost what is in those that no backup holds, and, restored, what was counted above this
    (life, number)."""
    lost = (*(kept or (2**31, 0)),)
    file.db.execute("UPDATE owed SET waits = 1, durable = 0 WHERE NOT durable OR (incarnation, n) > (?, ?)", lost)


def handed_in(file: File, boxes: Sequence[Box], verdicts: Sequence[str], standing: Standing) -> None:
    """What the centre said of each. What it holds back is offered at the next sync; a backup holds the rest as soon as
    it holds something that was handed in later."""
    for box, verdict in zip(boxes, verdicts, strict=True):
        if verdict not in ("held", "unreadable"):
            file.db.execute(
                "UPDATE owed SET waits = 0, incarnation = ?, n = ?, at = ? WHERE _row = ?",
                (standing.incarnation, standing.last_n + 1, standing.now, box.row),
            )


def make_durable(file: File, standing: Standing) -> None:
    """What a backup covers."""
    if standing.backup:
        file.db.execute(
            "UPDATE owed SET durable = 1 WHERE NOT waits AND NOT durable AND incarnation = ? AND n <= ?",
            (standing.incarnation, standing.durable_n),
        )


def prune(file: File, before: int, now: int, most: int = MOST_BYTES) -> None:
    """What every backup holds that the centre could be restored from is owed no longer: what was handed in before
    ``before`` (ms UTC). Inside a transaction."""
    file.db.execute("UPDATE owed SET at = ? WHERE at = 0", (now,))  # of an older program, or another copy of the store
    file.db.execute("DELETE FROM owed WHERE durable AND NOT waits AND at < ?", (before,))
    size = file.db.execute("SELECT coalesce(sum(length(box)), 0) FROM owed WHERE durable AND NOT waits").fetchone()[0]
    while size > most:
        row, length = file.db.execute(
            "SELECT _row, length(box) FROM owed WHERE durable AND NOT waits ORDER BY at, _row LIMIT 1"
        ).fetchone()
        file.db.execute("DELETE FROM owed WHERE _row = ?", (row,))
        size -= length

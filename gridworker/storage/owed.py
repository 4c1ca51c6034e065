"""What a bucket that was let go still owes: groups that the centre has taken and no backup holds yet.

They lie here as boxes that the centre alone can open: no id, no word of the bucket is left on this desk. When the
centre was restored, they are handed in again, unread.
"""

import base64
from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

import orjson

from gridworker.protocol import sealing
from gridworker.protocol.sync import Standing
from gridworker.storage.file import File

MOST_AT_ONCE = 20
"""Boxes in one request."""


class Box(NamedTuple):
    """One sealed group."""

    row: int
    box: bytes


def seal_up(file: File, bucket: str) -> bool:
    """Put what was accepted in the bucket into boxes, group by group. False when the centre's key is not known."""
    key = str(file.meta("recovery_key", ""))
    if not key:
        return False
    public, scope = base64.urlsafe_b64decode(key + "=" * (-len(key) % 4)), file.meta("scope", 0)
    lines = file.db.execute(
        "SELECT tx, act, body, incarnation, n FROM outbox WHERE bucket = ? AND state = 'accepted' ORDER BY tx, _row",
        (bucket,),
    ).fetchall()
    for tx, group in groupby(lines, itemgetter(0)):
        mine = list(group)
        said = {"scope": scope, "tx": tx, "act": mine[0][1], "changes": [orjson.Fragment(line[2]) for line in mine]}
        box = sealing.seal(public, orjson.dumps(said))
        file.db.execute(
            "INSERT INTO owed (incarnation, n, box, waits) VALUES (?, ?, ?, 0)",
            (mine[-1][3], max(line[4] for line in mine), box),
        )
    return True


def waiting(file: File) -> list[Box]:
    """The next boxes to hand in, oldest first."""
    found = file.db.execute("SELECT _row, box FROM owed WHERE waits ORDER BY _row LIMIT ?", (MOST_AT_ONCE,))
    return [Box(row, bytes(box)) for row, box in found]


def ask_again(file: File) -> None:
    """The centre may have lost what is in them."""
    file.db.execute("UPDATE owed SET waits = 1")


def handed_in(file: File, boxes: Sequence[Box], verdicts: Sequence[str], standing: Standing) -> None:
    """What the centre said of each. What it holds back is offered at the next sync; the rest is kept until a backup
    holds something that was handed in later: then it holds these, too."""
    for box, verdict in zip(boxes, verdicts, strict=True):
        if verdict not in ("held", "unreadable"):
            file.db.execute(
                "UPDATE owed SET waits = 0, incarnation = ?, n = ? WHERE _row = ?",
                (standing.incarnation, standing.last_n + 1, box.row),
            )


def make_durable(file: File, standing: Standing) -> None:
    """What a backup covers is owed no longer."""
    if standing.backup:
        file.db.execute(
            "DELETE FROM owed WHERE NOT waits AND incarnation = ? AND n <= ?",
            (standing.incarnation, standing.durable_n),
        )

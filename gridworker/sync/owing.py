"""Hands in again, after the centre was restored, what a desk let go and may not read any more."""

import base64
import logging
from typing import Protocol

from gridworker.errors import GridworkerError
from gridworker.protocol.sync import SealedAnswer, SealedGroups
from gridworker.storage.store import Store
from gridworker.sync.answers import Disagreement

LOG = logging.getLogger(__name__)


class Line(Protocol):
    """What is needed of ``centre.Centre``."""

    def sealed(self, message: SealedGroups) -> SealedAnswer: ...


def hand_in_boxes(store: Store, line: Line) -> int:
    """Hands in what waits sealed; how many boxes the centre took. What goes wrong is tried at the next sync."""
    offered: set[int] = set()
    taken = 0
    while boxes := [box for box in store.owed_waiting() if box.row not in offered]:
        offered.update(box.row for box in boxes)
        message = SealedGroups(
            epoch=str(store.meta("epoch", "")),
            incarnation=int(store.meta("incarnation", 1)),
            boxes=[base64.b64encode(box.box).decode("ascii") for box in boxes],
        )
        try:
            answer = line.sealed(message)
        except (GridworkerError, Disagreement) as error:
            LOG.info("sealed groups wait: %s", type(error).__name__)
            return taken
        store.owed_handed_in(boxes, answer.verdicts, answer.standing)
        taken += sum(verdict not in ("held", "unreadable") for verdict in answer.verdicts)
    return taken

"""Which desks of a district are silent, and how its towns stand: a supervisor asks after each sync, and keeps it for
offline days."""

import logging
from typing import Protocol

from gridworker.errors import GridworkerError
from gridworker.protocol.oversight import Desks
from gridworker.records.kind import Role
from gridworker.storage.store import Store
from gridworker.sync import session

LOG = logging.getLogger(__name__)

EVERY = 15 * 60_000
"""ms for which what was told is new enough: a quiet sync is one request, a supervisor's too."""


class Line(Protocol):
    """What is needed of ``centre.Centre``."""

    def desks(self) -> Desks: ...


def look_for_silent_desks(store: Store, line: Line) -> bool:
    """Notes what the centre knows of this supervisor's district (``protocol.oversight``) under ``desks``,
    ``late_work``, ``put_aside`` and ``town_figures``, and under ``desks_as_of`` when it said so (ms UTC). False for
    other people, when it was asked a moment ago, and when it could not be asked: the sync before it was whole all the
    same.
    """
    account = session.account_of(store)
    if account is None or account.role != Role.SUPERVISOR:
        return False
    if 0 <= _centre_time(store) - int(store.meta("desks_as_of", 0)) < EVERY:
        return False
    try:
        told = line.desks()
    except GridworkerError as error:
        LOG.info("desks not told: %s", type(error).__name__)
        return False
    store.set_metas(
        {
            "desks": [desk.model_dump() for desk in told.desks],
            "late_work": [each.model_dump() for each in told.late],
            "put_aside": [each.model_dump() for each in told.aside],
            "town_figures": [each.model_dump() for each in told.towns],
            "desks_as_of": told.as_of,
        }
    )
    return True


def _centre_time(store: Store) -> int:
    """What the centre's clock said in its last answer, ms UTC."""
    standing = store.meta("standing") or {}
    return int(standing.get("now", 0))

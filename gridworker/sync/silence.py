"""Which desks of a district are silent: a supervisor asks after each sync, and keeps it for offline days."""

import logging
from typing import Protocol

from gridworker.errors import GridworkerError
from gridworker.protocol.oversight import Desks
from gridworker.records.kind import Role
from gridworker.storage.store import Store
from gridworker.sync import session

LOG = logging.getLogger(__name__)


class Line(Protocol):
    """What is needed of ``centre.Centre``."""

    def desks(self) -> Desks: ...


def look_for_silent_desks(store: Store, line: Line) -> bool:
    """Notes under ``desks`` what the centre knows of the desks of this supervisor's district (``protocol.oversight``),
    and under ``desks_as_of`` when it said so (ms UTC). False for other people, and when it could not be asked: the
    sync before it was whole all the same.
    """
    account = session.account_of(store)
    if account is None or account.role != Role.SUPERVISOR:
        return False
    try:
        told = line.desks()
    except GridworkerError as error:
        LOG.info("desks not told: %s", type(error).__name__)
        return False
    store.set_metas({"desks": [desk.model_dump() for desk in told.desks], "desks_as_of": told.as_of})
    return True

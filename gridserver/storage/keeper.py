"""An embedded PostgreSQL that died under the centre is started again, without waiting for an administrator."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from gridserver.errors import CommandFailed
from gridserver.storage.embedded import Cluster
from gridserver.storage.threads import beside

_log = logging.getLogger(__name__)

LOOK_EVERY = 1.0
"""Seconds; a look costs two small files."""
LONGEST_WAIT = 60.0
"""Seconds between two attempts, when one after the other fails."""


@contextmanager
def kept(cluster: Cluster, every: float = LOOK_EVERY) -> Iterator[None]:
    """It runs for as long as the block lasts, whoever kills it. Who asks in between is told to come again."""

    def watch(over: threading.Event) -> None:
        wait = every
        while not over.wait(wait):
            wait = every if _runs_again(cluster) else min(2 * wait, LONGEST_WAIT)

    with beside("keeper", watch):
        yield


def _runs_again(cluster: Cluster) -> bool:
    if cluster.is_running():
        return True
    try:
        if cluster.revive():
            _log.warning("PostgreSQL had died and was started again")
    except CommandFailed as failed:
        _log.error("PostgreSQL died and does not start: %s", failed)
        return False
    return True

"""After a household has moved: everything that belongs to it goes after it, a few hundred records at a time."""

import logging
from collections.abc import Callable

from gridserver.author import Author
from gridserver.errors import CommandFailed
from gridserver.storage import stragglers
from gridserver.storage.engine import Engine, transaction
from gridworker.records.change import Change

_log = logging.getLogger(__name__)

STEP = 500
"""Records in one transaction, so that nobody waits long for a bucket."""


def follow(engine: Engine, clock: Callable[[], int], new_id: Callable[[], str]) -> int:
    """Takes steps until everything lies where it belongs; how many records went. May be broken off anywhere, and
    goes on with the next call, whoever makes it."""
    gone = 0
    while True:
        with transaction(engine) as conn:
            left = stragglers.first_left(conn)
        if left is None:
            return gone
        try:
            with transaction(engine) as conn:
                gone += step(Author(conn, clock(), new_id), left)
        except CommandFailed:
            # A bug; the others must not wait for it.
            _log.error("region %s: what has to go elsewhere was not let in there", left.region)
            with transaction(engine) as conn:
                stragglers.postpone(conn, left)
            return gone


def step(author: Author, left: stragglers.Left, most: int = STEP) -> int:
    """One step, in the transaction at hand: how many records went after others; none are left when none went."""
    behind = stragglers.of(author.conn, left.region, most)
    if behind:
        author.write([_change(author, each) for each in behind])
    else:
        stragglers.settled(author.conn, left)
    return len(behind)


def _change(author: Author, each: stragglers.Straggler) -> Change:
    return author.bring_home(each.kind, each.id, each.bucket, each.region)

"""Where a centre begins: its database brought up to date, its first rows, the machine's clock and its ids."""

import logging
import time

import uuid_utils

from gridserver.errors import CommandFailed
from gridserver.keys import Keys
from gridserver.storage import epochs, meta, migrate
from gridserver.storage.engine import Connection, Engine, transaction
from gridserver.storage.meta import Meta

_log = logging.getLogger(__name__)


def prepare(engine: Engine, keys: Keys | None, ca: str | None = None) -> Meta:
    """Brings a database up to date and makes the centre's first rows in a new one. ``ca``: the private authority
    to remember; None leaves it as it is. Raises ``CommandFailed`` when it is another centre's, or a newer one's.
    """
    migrate.migrate(engine)
    with transaction(engine, limits=False) as conn:
        known = meta.read(conn)
        if known is None:
            known = _begin(conn, keys)
        elif keys is not None and (known.sign_key, known.seal_key) != (keys.sign_public, keys.seal_public):
            raise CommandFailed(
                "the keys in the data folder are not those of this database's centre; put back the folder that belongs"
                " to it, or restore a backup"
            )
        if meta.was_restored(conn, known):
            epochs.begin(conn, new_id())
            _log.info("the database was restored or moved: a new epoch begins")
        if ca is not None:
            meta.set_ca(conn, ca)
    return known


def clock() -> int:
    """Milliseconds UTC."""
    return time.time_ns() // 1_000_000


def new_id() -> str:
    """A new UUIDv7 as text."""
    return str(uuid_utils.uuid7())


def _begin(conn: Connection, keys: Keys | None) -> Meta:
    if keys is None:
        raise CommandFailed("this database is new; name the data folder too (--data DIR), where the keys are made")
    return meta.begin(
        conn, epoch=new_id(), author=new_id(), sign_key=keys.sign_public, seal_key=keys.seal_public, now=clock()
    )

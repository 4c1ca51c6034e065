"""What a command works on: a data folder, a database, and the centre in them."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from gridserver import keys
from gridserver.beginning import clock, new_id, prepare
from gridserver.errors import CommandFailed, Refused
from gridserver.keys import Keys
from gridserver.settings import Settings
from gridserver.storage import embedded, meta, migrate
from gridserver.storage.embedded import Cluster
from gridserver.storage.engine import Engine, connect, reason_of, transaction
from gridserver.storage.keeper import kept

__all__ = ["World", "clock", "data_folder", "database_of", "new_id", "opened"]

_OURS = {"files", "keys", "postgres", "serve.lock", "snapshots"}
"""What lies in a data folder."""


@dataclass(frozen=True)
class World:
    """One centre, up to date and ready."""

    engine: Engine
    url: str
    keys: Keys | None
    """None when the folder with them was not named."""
    files: Path | None = None
    """The folder of attached files; None when it was not named."""


@contextmanager
def opened(settings: Settings, *, pool: int = 2, ca: str | None = None, keep: bool = False) -> Iterator[World]:
    """The centre of these settings; an embedded PostgreSQL runs for as long, ``keep``: whatever befalls it. Makes a
    new one where there is none. Raises ``CommandFailed``.
    """
    with database_of(settings, keep=keep) as url:
        engine = connect(url, pool=pool)
        try:
            found = _keys(settings, engine)
            prepare(engine, found, ca)
            yield World(engine, url, found, settings.files)
        except Refused as refused:
            raise CommandFailed(reason_of(refused)) from refused
        finally:
            engine.dispose()


@contextmanager
def database_of(settings: Settings, *, keep: bool = False) -> Iterator[str]:
    """The address of the database, which answers for the length of the block. ``keep``: one that dies is started
    again."""
    if settings.data is not None:
        data_folder(settings.data)
    if settings.database:
        yield _postgresql(settings.database)
        return
    if settings.data is None:
        raise CommandFailed("name the data folder (--data DIR) or the database (--database URL)")
    cluster = Cluster(settings.data / "postgres", programs=embedded.programs())
    url = cluster.start()
    try:
        with kept(cluster) if keep else nullcontext():
            yield url
    finally:
        cluster.stop()


def data_folder(folder: Path) -> None:
    """Makes the folder, for the owner's eyes only. One in which something else lies is left alone."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        strangers = {path.name for path in folder.iterdir()} - _OURS
        if strangers and not (folder / "keys").exists() and not (folder / "postgres").exists():
            raise CommandFailed(f"{folder} holds other things; name a folder that is empty or not there yet")
        if folder.stat().st_mode & 0o077:
            folder.chmod(0o700)
    except OSError as error:
        raise CommandFailed(f"{folder}: {error.strerror}") from None


def environment_database(environment: Mapping[str, str] = os.environ) -> str:
    """The database that the environment names; "" for none."""
    return environment.get("GRIDWORKER_DATABASE", "").strip()


def _keys(settings: Settings, engine: Engine) -> Keys | None:
    """The keys in the data folder; made when the centre is new."""
    if settings.keys is None:
        return None
    found = keys.read(settings.keys)
    if found is None and not _is_centre(engine):
        found = keys.make()
        keys.write(settings.keys, found)
    return found


def _is_centre(engine: Engine) -> bool:
    with transaction(engine) as conn:
        return bool(migrate.version(conn)) and meta.read(conn) is not None


def _postgresql(url: str) -> str:
    scheme, colon, rest = url.partition("://")
    if scheme not in ("postgresql", "postgres") or not colon:
        raise CommandFailed("a database's address begins with postgresql://")
    return f"postgresql://{rest}"

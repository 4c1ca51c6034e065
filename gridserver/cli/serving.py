"""`serve`: from a folder and an address to a centre that answers, and back to rest."""

import argparse
import gc
import ipaddress
import logging
import os
import signal
import socket
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from types import FrameType

import uvicorn

from gridserver import logs, tls
from gridserver.app import create_app, ground_on
from gridserver.cli.safekeeping import secret_of
from gridserver.cli.world import World, clock, data_folder, environment_database, new_id, opened
from gridserver.errors import CommandFailed, Refused
from gridserver.files.collecting import collecting
from gridserver.keys import Keys
from gridserver.oversight import rounds
from gridserver.oversight.archivist import Archivist, archiving
from gridserver.settings import Settings, Watch, default_data
from gridserver.storage.locks import FileLock
from gridserver.storage.stacks import Stacks
from gridserver.sync import following, quiet

_log = logging.getLogger(__name__)

_GRACE = 5
"""Seconds that requests under way have to end in."""


class _Stop(BaseException):
    """The centre is told to stop before it serves."""


def serve(asked: argparse.Namespace) -> int:
    """Serves until it is told to stop. Raises ``CommandFailed`` when it cannot."""
    settings = _settings(asked)
    authority = check(settings)
    logs.start(structured=os.environ.get("GRIDWORKER_LOG", "json") != "text")
    with ExitStack() as stack:
        try:
            bell = stack.enter_context(_signals())
            stack.enter_context(_alone(settings))
            door = stack.enter_context(_door(settings))
            world = stack.enter_context(opened(settings, pool=16, ca=authority, keep=True))
            if world.keys is None:
                raise CommandFailed("the keys of this centre are not in the data folder; restore them from a backup")
            ground = ground_on(
                world.engine,
                world.keys,
                watch=_watch(os.environ),
                files=settings.files,
                shelf=settings.snapshots,
            )
            # What was on its way to another grid when the centre stopped goes on.
            with suppress(Refused):
                following.follow(world.engine, clock, new_id)
            app = create_app(ground)
            stack.enter_context(rounds.made(world.engine, clock))
            stack.enter_context(quiet.tending(ground))
            stack.enter_context(collecting(ground))
            if asked.archive is not None:
                stack.enter_context(archiving(_archivist(settings, world, world.keys, asked)))
            bell.server = _Server(uvicorn_config(settings, app), _address(settings, door))
            _collect_seldom()
            bell.server.run(sockets=[door])
        except _Stop:
            pass
    _log.info("stopped")
    return 0


def _collect_seldom() -> None:
    """What the program consists of is no garbage, and a push is a hundred thousand objects without a circle among
    them: the collector of circles would walk through all of it several times for each.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)


def check(settings: Settings, environment: Mapping[str, str] = os.environ) -> str:
    """Whether such a centre may serve; returns its private authority (PEM), "" for none. Raises ``CommandFailed``."""
    if (settings.tls_cert is None) != (settings.tls_key is None):
        raise CommandFailed("--tls-cert and --tls-key go together")
    if settings.tls_cert is not None and settings.tls_key is not None:
        authority = tls.private_authority(settings.tls_cert, settings.tls_key)
        if reason := tls.why_not_now(settings.tls_cert):
            print(f"gridworker: {reason}: desks will not believe it", file=sys.stderr)
        return authority
    behind = environment.get("GRIDWORKER_PLAIN_HTTP") == "behind-a-proxy"
    if not behind and not is_loopback(settings.host):
        raise CommandFailed(
            f"without TLS everybody on the way could read what desks send: give --tls-cert and --tls-key, or listen on"
            f" 127.0.0.1 instead of {settings.host} (see serve --help for a centre behind a proxy)"
        )
    return ""


def _archivist(settings: Settings, world: World, keys: Keys, asked: argparse.Namespace) -> Archivist:
    """Raises ``CommandFailed``."""
    secret = secret_of(settings, asked.key_file, make=True)
    if secret.password:
        raise CommandFailed("an archive is locked by a key file: unset GRIDWORKER_BACKUP_PASSWORD")
    stacks = Stacks(settings.files) if settings.files is not None else None
    return Archivist(world.engine, world.url, asked.archive.absolute(), secret, keys, clock, stacks)


def _watch(environment: Mapping[str, str]) -> Watch:
    """Figures go to this machine, or to whoever shows the token."""
    behind = environment.get("GRIDWORKER_PLAIN_HTTP") == "behind-a-proxy"
    return Watch(environment.get("GRIDWORKER_METRICS_TOKEN", "").strip(), from_here=not behind)


def is_loopback(host: str) -> bool:
    """Whether only this machine can come in there."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def uvicorn_config(settings: Settings, app: object) -> uvicorn.Config:
    """How requests are served: no log of addresses, nothing told about the software."""
    return uvicorn.Config(
        app,  # type: ignore[arg-type]
        loop="uvloop" if find_spec("uvloop") else "asyncio",
        http="httptools",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=_GRACE,
        ssl_certfile=settings.tls_cert,
        ssl_keyfile=settings.tls_key,
    )


class _Bell:
    """What signals ring for."""

    server: uvicorn.Server | None = None


@contextmanager
def _signals() -> Iterator[_Bell]:
    """Before the server runs a signal raises ``_Stop``, afterwards it asks the server to end. The server, which
    has handlers of its own while it runs, sends the signal once more when it has ended: by then all is done.
    """
    bell = _Bell()

    def ring(number: int, frame: FrameType | None) -> None:
        if bell.server is None:
            raise _Stop
        bell.server.should_exit = True

    names = [name for name in ("SIGTERM", "SIGINT", "SIGHUP", "SIGBREAK") if hasattr(signal, name)]
    before = {getattr(signal, name): signal.signal(getattr(signal, name), ring) for name in names}
    try:
        yield bell
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    """One centre a data folder."""
    if settings.data is None:
        yield
        return
    data_folder(settings.data)
    lock = FileLock(settings.data / "serve.lock")
    if not lock.try_take():
        raise CommandFailed(f"a centre is serving from {settings.data} already")
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _door(settings: Settings) -> Iterator[socket.socket]:
    """The address, taken before anything else is started."""
    try:
        family, *_ = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)[0]
        door = socket.create_server((settings.host, settings.port), family=family, backlog=512)
    except OSError as error:
        raise CommandFailed(f"cannot listen on {settings.host} port {settings.port}: {error.strerror}") from None
    with door:
        yield door


class _Server(uvicorn.Server):
    """Says in one line where it is, once it answers."""

    def __init__(self, config: uvicorn.Config, address: str) -> None:
        super().__init__(config)
        self._address = address

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        print(f"gridworker centre at {self._address}", flush=True)


def _address(settings: Settings, door: socket.socket) -> str:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"{'https' if settings.is_tls else 'http'}://{host}:{door.getsockname()[1]}"


def _settings(asked: argparse.Namespace) -> Settings:
    return Settings(
        data=asked.data or default_data(),
        database=asked.database or environment_database(),
        host=asked.host,
        port=asked.port,
        tls_cert=_absolute(asked.tls_cert),
        tls_key=_absolute(asked.tls_key),
    )


def _absolute(path: Path | None) -> Path | None:
    return path.absolute() if path is not None else None

"""Backups of the centre: written while it serves, and put back so that desks notice."""

import argparse
import contextlib
import json
import os
import secrets
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from gridserver import archive, keys
from gridserver.backup import SUFFIX, Secret, Writer, read_head, read_key, write_key
from gridserver.beginning import clock, new_id, prepare
from gridserver.cli import sources
from gridserver.cli.sources import DumpSource
from gridserver.cli.standing import moment, window
from gridserver.cli.told import Told
from gridserver.cli.world import World, database_of
from gridserver.copies import Copies
from gridserver.errors import CommandFailed
from gridserver.keys import Keys
from gridserver.settings import MINUTE, Settings
from gridserver.storage import chores, compare, dump, embedded, files, idle_files, meta, migrate, watch
from gridserver.storage.engine import Engine, connect, transaction
from gridserver.storage.stacks import Stacks


@dataclass(frozen=True)
class _Written:
    """A backup that stands."""

    path: Path
    size: int
    devices: int


def backup(settings: Settings, world: World, asked: argparse.Namespace) -> Told:
    """Writes a backup; only when it stands on the disk do desks learn that what it covers is safe."""
    if world.keys is None:
        raise CommandFailed("the centre's keys belong into the backup: name the data folder too (--data DIR)")
    secret = secret_of(settings, asked.key_file, make=True)
    folder: Path = asked.folder
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        before = sorted(folder.glob(f"*{SUFFIX}"))
        kept = before[max(len(before) + 1 - asked.keep, 0) :] if asked.keep else before
        written = _write(settings, world, world.keys, secret, folder, kept)
        for old in set(before) - set(kept):
            old.unlink()
        _let_copies_go(world, copies_of(folder, secret), folder)
    except OSError as error:
        raise CommandFailed(f"{folder}: {error.strerror}; no backup was made") from None
    document = {"file": str(written.path), "bytes": written.size, "devices": written.devices}
    return Told(document, [f"{written.path} ({written.size} bytes)"])


def restore(settings: Settings, asked: argparse.Namespace) -> Told:
    """Puts a backup in the place of the database and the keys."""
    if not asked.folder.exists():
        raise CommandFailed(f"there is no backup in {asked.folder}")
    secret = secret_of(settings, asked.key_file, make=False)
    source = sources.find(asked.folder, secret, asked.to)
    kept = source.check()
    epoch, made_at = new_id(), source.made_at
    with database_of(settings) as url:
        lost = compare.made_by_centre_at(url, made_at)
        source.restore(url, epoch)
        _put_back(settings, kept)
        engine = connect(url, pool=1)
        try:
            prepare(engine, kept)
            back, gone = _put_files_back(settings, engine, copies_of(asked.folder, secret))
            with transaction(engine) as conn:
                watch.note(conn, "restore", now=clock())
                chores.note(conn, "restore", now=clock(), told={"from": made_at, "files_lost": gone, **lost})
        finally:
            engine.dispose()
    document = {"file": str(source.path), "epoch": epoch, "made_at": made_at, "lost": lost}
    document |= {"files": back, "files_lost": gone}
    lines = [f"restored {source.path} of {moment(made_at)}", *window(made_at, clock(), lost)]
    if back or gone:
        lines.append(f"{back} attached files put back, {gone} of which there is no copy")
    return Told(document, lines)


def copies_of(folder: Path, secret: Secret) -> Copies:
    """The copies of attached files beside the backups of a folder, or beside the one that is named."""
    return Copies.beside(folder if folder.is_dir() else folder.parent, secret, secrets.token_bytes)


def _copy_files(settings: Settings, world: World, secret: Secret, folder: Path, last: int) -> None:
    """Those with a number up to ``last``."""
    if settings.files is None:
        return
    with transaction(world.engine) as conn:
        stored = [each for each in files.all_of(conn) if each.n <= last]
    copies_of(folder, secret).add(stored, Stacks(settings.files), clock())


def _let_copies_go(world: World, copies: Copies, folder: Path) -> None:
    """Of files that went before the oldest backup of the folder was begun."""
    oldest = archive.oldest_in(folder)
    if oldest is not None:
        with transaction(world.engine) as conn:
            gone = idle_files.gone(conn, oldest - MINUTE)
        copies.let_go(gone)


def _put_files_back(settings: Settings, engine: Engine, copies: Copies) -> tuple[int, int]:
    """How many came back, and of how many there is no copy."""
    if settings.files is None:
        return 0, 0
    with transaction(engine) as conn:
        stored = list(files.all_of(conn))
    return copies.put_back(stored, Stacks(settings.files))


def _write(
    settings: Settings, world: World, ours: Keys, secret: Secret, folder: Path, kept: Sequence[Path]
) -> _Written:
    """``kept``: the older ones that stay in the folder."""
    now = clock()
    path = folder / f"gridworker-{datetime.fromtimestamp(now / 1000, UTC):%Y%m%d-%H%M%S}-{now % 1000:03}{SUFFIX}"
    with dump.dump(world.engine, world.url, embedded.programs()) as reading:
        told = {"made_at": now, "schema": migrate.steps()[0]}
        writer = Writer(path, secret, told, secrets.token_bytes)
        try:
            writer.write(json.dumps({"sign": ours.sign.hex(), "seal": ours.seal.hex()}).encode())
            for piece in reading.pieces:
                writer.write(piece)
            size = writer.finish()
        except BaseException:
            writer.give_up()
            raise
    DumpSource(path, secret).check()
    _copy_files(settings, world, secret, folder, reading.files)
    with transaction(world.engine) as conn:
        moved = meta.mark_backup(conn, reading.covered, clock())
        if settings.files is not None:
            files.mark_durable(conn, reading.files)
        watch.note(conn, "backup", now=clock())
        told = {"bytes": size, "devices": moved, "since": min([now, *_begun(kept)])}
        chores.note(conn, "backup", now=now, told=told)
    return _Written(path, size, moved)


def _begun(backups: Sequence[Path]) -> Iterator[int]:
    """When each was begun, ms UTC; what is none tells nothing."""
    for path in backups:
        with contextlib.suppress(CommandFailed):
            yield int(read_head(path)["made_at"])


def secret_of(settings: Settings, key_file: Path | None, *, make: bool) -> Secret:
    """A password from the environment, the key file that was named, or the one in the data folder."""
    password = os.environ.get("GRIDWORKER_BACKUP_PASSWORD", "")
    if password:
        return Secret(password=password)
    if key_file is not None:
        return Secret(key=read_key(key_file))
    if settings.keys is None:
        raise CommandFailed("name the backups' key (--key-file), or the data folder in which it lies (--data)")
    usual = settings.keys / "backup.key"
    if not usual.exists() and make:
        write_key(usual, secrets.token_bytes(32))
        print(
            f"gridworker: nothing but {usual} opens this centre's backups: keep a copy far from this machine",
            file=sys.stderr,
        )
    return Secret(key=read_key(usual))


def _put_back(settings: Settings, kept: Keys) -> None:
    """The backup's keys are the centre's keys; others that lie in the folder stay beside them."""
    if settings.keys is None or keys.read(settings.keys) == kept:
        return
    if keys.read(settings.keys) is not None:
        for path in (settings.keys / keys.SIGN, settings.keys / keys.SEAL):
            path.replace(path.with_name(f"{path.name}.before-{clock()}"))
    keys.write(settings.keys, kept)

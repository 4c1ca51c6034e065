"""`centre drill DIR`: the newest backup is put into a scratch centre, counted, compared, and cleared away."""

import argparse
import time
from collections.abc import Iterator
from typing import Any

from gridserver.cli import safekeeping, sources
from gridserver.cli.sources import Source
from gridserver.cli.standing import moment
from gridserver.cli.told import Told
from gridserver.cli.world import World, clock
from gridserver.copies import Copies
from gridserver.errors import CommandFailed
from gridserver.settings import Settings
from gridserver.storage import chores, compare, files, migrate, watch
from gridserver.storage.compare import Content
from gridserver.storage.engine import connect, snapshot, transaction


def drill(settings: Settings, world: World, asked: argparse.Namespace) -> Told:
    """PASS with figures; raises ``CommandFailed`` with what is wrong. Either way it is noted, and nothing else of
    the living centre is touched.
    """
    begun = time.monotonic()
    told: dict[str, Any] = {}
    try:
        secret = safekeeping.secret_of(settings, asked.key_file, make=False)
        source = sources.find(asked.folder, secret, asked.to)
        told["file"] = source.path.name
        wrong = _tried(world, source, safekeeping.copies_of(asked.folder, secret), told)
    except CommandFailed as failed:
        _note(world, ok=False, told=told)
        raise CommandFailed(f"FAIL {told.get('file', '')}: {failed}") from None
    told["seconds"] = round(time.monotonic() - begun, 1)
    _note(world, ok=not wrong, told=told)
    if wrong:
        raise CommandFailed(f"FAIL {source.path.name}: " + "; ".join(wrong[:10]))
    return Told({"ok": True, "made_at": source.made_at, **told}, list(_lines(source, told)))


def _tried(world: World, source: Source, copies: Copies, told: dict[str, Any]) -> list[str]:
    """What is wrong with a backup; the figures go into ``told``."""
    source.check()  # a damaged file is told at once
    with source.copy() as url:
        engine = connect(url, pool=1)
        try:
            migrate.migrate(engine)
            with snapshot(engine) as conn:
                copy = compare.content(conn)
                wrong = [f"bucket {each} does not add up" for each in compare.wrong_sums(conn)]
                stored = list(files.all_of(conn))
        finally:
            engine.dispose()
    with snapshot(world.engine) as conn:
        living, promised = compare.content(conn), files.promised(conn)
    told |= _figures(copy, living) | {"files": len(stored)}
    if missing := copies.missing(each for each in stored if each.n <= promised):
        wrong.append(f"{missing} attached files that desks were told are safe have no copy")
    return [*wrong, *compare.differences(copy, living)]


def _figures(copy: Content, living: Content) -> dict[str, Any]:
    behind = sum(1 for bucket, (seq, _) in living.heads.items() if copy.heads.get(bucket, (0, ""))[0] < seq)
    return {
        "records": sum(copy.kinds.values()),
        "buckets": len(copy.heads),
        "changes": copy.changes,
        "accounts": copy.accounts,
        "devices": copy.devices,
        "buckets_behind": behind,
        "changes_behind": living.changes - copy.changes,
    }


def _lines(source: Source, told: dict[str, Any]) -> Iterator[str]:
    yield f"PASS {source.path.name} of {moment(source.made_at)}, in {told['seconds']} s"
    yield f"     {told['records']} records in {told['buckets']} buckets; every sum counted again and right"
    yield f"     {told['changes']} changes, {told['accounts']} accounts, {told['devices']} devices"
    yield f"     since then: {told['changes_behind']} changes in {told['buckets_behind']} buckets"


def _note(world: World, *, ok: bool, told: dict[str, Any]) -> None:
    with transaction(world.engine) as conn:
        chores.note(conn, "drill", now=clock(), ok=ok, told=told)
        watch.note(conn, "drill", now=clock(), ok=ok)

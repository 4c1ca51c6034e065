"""`centre drill DIR`: the newest backup is put into a scratch centre, counted, compared, and cleared away."""

import argparse
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from gridserver.app import new_id
from gridserver.backup import Secret
from gridserver.cli import safekeeping
from gridserver.cli.standing import moment
from gridserver.cli.told import Told
from gridserver.cli.world import World, clock
from gridserver.errors import CommandFailed
from gridserver.settings import Settings
from gridserver.storage import chores, compare, dump, embedded, migrate, watch
from gridserver.storage.compare import Content
from gridserver.storage.embedded import Cluster
from gridserver.storage.engine import connect, snapshot, transaction

_CARELESS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}
"""What is thrown away afterwards need not outlive a power cut."""


def drill(settings: Settings, world: World, asked: argparse.Namespace) -> Told:
    """PASS with figures; raises ``CommandFailed`` with what is wrong. Either way it is noted, and nothing else of
    the living centre is touched.
    """
    begun, path = time.monotonic(), safekeeping.newest(asked.folder)
    told: dict[str, Any] = {"file": path.name}
    try:
        secret = safekeeping.secret_of(settings, asked.key_file, make=False)
        head, wrong = _tried(world, path, secret, told)
    except CommandFailed as failed:
        _note(world, ok=False, told={"file": path.name})
        raise CommandFailed(f"FAIL {path.name}: {failed}") from None
    told["seconds"] = round(time.monotonic() - begun, 1)
    _note(world, ok=not wrong, told=told)
    if wrong:
        raise CommandFailed(f"FAIL {path.name}: " + "; ".join(wrong[:10]))
    return Told({"ok": True, "made_at": head["made_at"], **told}, list(_lines(path, head, told)))


def _tried(world: World, path: Path, secret: Secret, told: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """What the backup says of itself, and what is wrong with it; the figures go into ``told``."""
    safekeeping.check(path, secret)  # a damaged file is told at once
    head, content = safekeeping.opened_backup(path, secret)
    with _scratch() as url:
        dump.restore(url, embedded.programs(), content, dump.Rebirth(new_id(), int(head["made_at"])))
        engine = connect(url, pool=1)
        try:
            migrate.migrate(engine)
            with snapshot(engine) as conn:
                copy = compare.content(conn)
                wrong = [f"bucket {each} does not add up" for each in compare.wrong_sums(conn)]
        finally:
            engine.dispose()
    with snapshot(world.engine) as conn:
        living = compare.content(conn)
    told |= _figures(copy, living)
    return head, [*wrong, *compare.differences(copy, living)]


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


def _lines(path: Path, head: dict[str, Any], told: dict[str, Any]) -> Iterator[str]:
    yield f"PASS {path.name} of {moment(int(head['made_at']))}, in {told['seconds']} s"
    yield f"     {told['records']} records in {told['buckets']} buckets; every sum counted again and right"
    yield f"     {told['changes']} changes, {told['accounts']} accounts, {told['devices']} devices"
    yield f"     since then: {told['changes_behind']} changes in {told['buckets_behind']} buckets"


def _note(world: World, *, ok: bool, told: dict[str, Any]) -> None:
    with transaction(world.engine) as conn:
        chores.note(conn, "drill", now=clock(), ok=ok, told=told)
        watch.note(conn, "drill", now=clock(), ok=ok)


@contextmanager
def _scratch() -> Iterator[str]:
    """A PostgreSQL that nobody else knows, with an empty database, until the end of the block."""
    folder = Path(tempfile.mkdtemp(prefix="gw-drill-"))
    cluster = Cluster(folder / "postgres", programs=embedded.programs(), settings=_CARELESS)
    try:
        yield cluster.start()
    finally:
        cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)

"""`centre status`: how the centre stands, for a person at a terminal and for a script."""

import argparse
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from gridserver.cli.told import Told
from gridserver.cli.world import World, clock
from gridserver.oversight import rounds
from gridserver.storage import devices
from gridserver.storage.engine import Connection, snapshot
from gridserver.storage.health import Health, health

WORDS = {
    "hash_mismatch": "A BUCKET'S SUM AND ITS ROWS DIFFER: nothing was mended; see docs/operations.md",
    "no_backup": "there is no backup yet: desks are promised nothing",
    "backup_old": "the last backup is more than two days old",
    "drill_failed": "the last drill of a restore failed",
    "archive_failing": "the log is not being archived",
    "quarantine_waits": "groups have waited for a person for more than a day: centre quarantine list",
    "held_long": "groups have been held for more than a day",
    "desks_hold_work": "a desk has said that it still holds work that is more than a day old",
}
"""What each alarm means."""


def status(world: World, asked: argparse.Namespace) -> Told:
    """The figures; with ``--recount`` the sums of all buckets are counted again first."""
    if asked.recount:
        rounds.count_again(world.engine, clock)
    with snapshot(world.engine) as conn:
        found = health(conn, clock())
        lines = list(_lines(conn, found))
    return Told(found.document(), lines)


def _lines(conn: Connection, found: Health) -> Iterator[str]:
    for alarm in found.alarms:
        yield f"! {WORDS[alarm]}"
    desks, waiting, aside = found.desks, found.waiting, found.quarantine
    yield f"desks       {desks.active} active, {desks.cut_off} cut off, {desks.silent} silent for three days or more"
    logins = {each.id: each.login for each in devices.listed(conn)} if desks.longest_silent else {}
    for silent in desks.longest_silent:
        yield f"            {silent.device}  {logins.get(silent.device, '')}  last heard {moment(silent.seen_at)}"
    if desks.wrong_clock:
        yield f"            {desks.wrong_clock} with a clock more than five minutes off"
    yield f"waiting     {waiting.changes} changes on {waiting.desks} desks, oldest {moment(waiting.oldest)}"
    yield f"held        {found.held.groups} groups, oldest {moment(found.held.oldest)}"
    codes = ", ".join(f"{code or '-'} {count}" for code, count in aside.by_code.items())
    yield f"quarantine  {aside.open} groups, oldest {moment(aside.oldest)}{': ' if codes else ''}{codes}"
    clashes = found.conflicts
    yield f"conflicts   {clashes.open} open, {clashes.per_thousand:g} for a thousand of {clashes.changes} changes"
    sums = found.sums
    whole = f"all since {moment(sums.oldest)}" if sums.oldest else f"{sums.checked} of {sums.buckets}"
    yield f"sums        {len(sums.wrong)} wrong; counted again: {whole}"
    for bucket in sums.wrong:
        yield f"            {bucket}"
    yield f"backup      {moment(found.backup_at)}"
    for name, chore in sorted(found.chores.items()):
        if name == "restore":
            lost = {key: chore.told[key] for key in ("changes", "acts") if key in chore.told}
            yield from (f"restored    {line}" for line in window(int(chore.told["from"]), chore.at, lost)[1:])
        elif name != "recount":
            told = " ".join(f"{key}={value}" for key, value in chore.told.items())
            yield f"{name:<12}{moment(chore.at)}{'' if chore.ok else ' FAILED'}{'  ' + told if told else ''}"
    yield f"database    {found.database_bytes / 1_000_000:.1f} MB"


def moment(ms: int | None) -> str:
    """A time as a person reads it."""
    return "never" if ms is None else f"{datetime.fromtimestamp(ms / 1000, UTC):%Y-%m-%d %H:%M} UTC"


def window(made_at: int, now: int, lost: Mapping[str, Any]) -> list[str]:
    """What is lost for good after a restore: what desks made comes back from them, what the centre made does not."""
    known = f"{lost['changes']} changes and {lost['acts']} acts" if lost else "how much of it cannot be told"
    return [
        "what desks handed in since then comes back from them at their next sync",
        f"WINDOW OF LOSS {moment(made_at)} to {moment(now)}: what the centre made itself, such as accounts, passwords,"
        f" assignments, codes, imports and decisions about what was put aside ({known})",
    ]

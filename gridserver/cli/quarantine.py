"""`centre quarantine …`: a person looks at what could not be taken, and decides; its author hears of it."""

import argparse
from collections.abc import Callable, Mapping
from dataclasses import asdict

from gridserver.cli.standing import moment
from gridserver.cli.told import Told
from gridserver.cli.world import World, clock
from gridserver.errors import CommandFailed, Refused
from gridserver.storage import book, meta, quarantine, watch
from gridserver.storage.engine import Connection, transaction
from gridworker.protocol.sync import GroupResult

_LONGEST_REASON = 200


def run(world: World, asked: argparse.Namespace) -> Told:
    """Does one step. Raises ``CommandFailed``."""
    return _STEPS[asked.step](world, asked)


def _list(world: World, asked: argparse.Namespace) -> Told:
    with transaction(world.engine) as conn:
        found = quarantine.listed(conn, asked.code)
    lines = [
        f"{each.id}\t{moment(each.at)}\t{each.verdict}\t{each.code or '-'}\t{each.login}\t"
        f"{','.join(each.kinds)}\t{each.changes} changes"
        for each in found
    ]
    return Told({"groups": [asdict(each) for each in found]}, lines or ["nothing waits"])


def _show(world: World, asked: argparse.Namespace) -> Told:
    """What people typed goes to this terminal and nowhere else; that it was looked at is noted."""
    with transaction(world.engine) as conn:
        found = quarantine.one(conn, asked.id)
        if found is None:
            raise CommandFailed(_NONE)
        watch.note(conn, "quarantine_show", now=clock(), device=found.device, code=str(found.id))
    group = found.group.model_dump()
    document = {**{name: getattr(found, name) for name in _FACTS}, "group": group}
    lines = [f"{name:<8}{getattr(found, name)}" for name in _FACTS if name != "at"]
    lines.append(f"{'at':<8}{moment(found.at)}")
    lines += [
        f"{wire.get('k')} {wire.get('e')} {wire.get('i')} {wire.get('p', '')} {wire.get('v', '')}"
        for wire in group["changes"]
    ]
    return Told(document, lines)


def _release(world: World, asked: argparse.Namespace) -> Told:
    result = _released(world, asked.id)
    if result is None:
        raise CommandFailed(_NONE)
    if result.verdict not in ("ok", "conflict"):
        raise CommandFailed(f"{asked.id}: still not taken ({result.code}): {result.reason}")
    document = {"id": asked.id, "verdict": result.verdict, "conflicts": result.conflicts}
    return Told(document, [f"{asked.id}: taken{', with a conflict to settle' if result.verdict == 'conflict' else ''}"])


def _reject(world: World, asked: argparse.Namespace) -> Told:
    reason = asked.reason.strip()
    if not 0 < len(reason) <= _LONGEST_REASON or not reason.isprintable():
        raise CommandFailed(f"a reason has 1 to {_LONGEST_REASON} letters")
    with transaction(world.engine) as conn:
        if not quarantine.reject(conn, asked.id, reason, _centre(conn), clock()):
            raise CommandFailed(_NONE)
        watch.note(conn, "quarantine_reject", now=clock(), code=str(asked.id))
    return Told(
        {"id": asked.id, "verdict": "refused"}, [f"{asked.id}: rejected; its author reads why at his next sync"]
    )


def _reprocess(world: World, asked: argparse.Namespace) -> Told:
    """Each in a transaction of its own, in the order in which they came: what one of them makes, the next may need."""
    with transaction(world.engine) as conn:
        waiting = [each.id for each in quarantine.listed(conn, asked.code, most=100_000)]
    results = [result for each in waiting if (result := _released(world, each)) is not None]
    taken = sum(result.verdict in ("ok", "conflict") for result in results)
    document = {"tried": len(results), "taken": taken, "left": len(results) - taken}
    return Told(document, [f"{len(results)} tried, {taken} taken, {len(results) - taken} still wait"])


def _released(world: World, put_aside: int) -> GroupResult | None:
    """What became of one group; None when it does not wait."""
    try:
        with transaction(world.engine) as conn:
            result = book.release(conn, put_aside, _centre(conn), clock())
            watch.note(
                conn, "quarantine_release", now=clock(), ok=result.verdict in ("ok", "conflict"), code=str(put_aside)
            )
            return result
    except Refused as refused:
        if refused.error == "not_found":
            return None
        raise


def _centre(conn: Connection) -> str:
    """The centre's own console decides as the centre."""
    known = meta.read(conn)
    assert known is not None
    return known.author


_NONE = "no group with this number waits; see quarantine list"
_FACTS = ("id", "device", "person", "verdict", "code", "reason", "at")
_STEPS: Mapping[str, Callable[[World, argparse.Namespace], Told]] = {
    "list": _list,
    "show": _show,
    "release": _release,
    "reject": _reject,
    "reprocess": _reprocess,
}

"""The way of a snapshot to a desk: over a bad line, in pieces that end at any byte."""

from typing import TYPE_CHECKING

from gridserver.errors import Refused
from gridworker.protocol.sync import Fetch
from gridworker.sync import loading
from gridworker.sync.engine import Engine
from gridworker.sync.loading import Lay
from simulation.dice import Dice

if TYPE_CHECKING:
    from simulation.world import Desk, World


def fetch(world: "World", desk: "Desk", engine: Engine, wanted: Fetch, dice: Dice) -> None:
    """What ``sync.driver`` and ``sync.centre`` do, with whatever befalls them."""
    fate = 100 if world.calm else dice.below(100)
    if fate < 6:
        world.totals["lost"] += 1
        return world.no_answer(engine, dice)
    try:
        body = world.centre.fetch(desk.device, wanted)
    except Refused:
        world.give_up()
    if body is not None:
        world.oracle.given(world.centre, desk, wanted.bucket, body)
    # Another length, or a proxy that serves another file: its ETag or its Content-Range tells.
    if body is None or len(body) != wanted.bytes or fate < 9:
        return engine.gone(wanted)
    world.totals["snapshots"] += not wanted.start
    end = wanted.bytes
    if fate < 45:
        world.totals["cut"] += 1
        end = wanted.start + dice.below(wanted.bytes - wanted.start)
    if fate == 45:  # a line that changes a byte and is believed all the same
        world.totals["garbled"] += 1
        body = body[: end - 1] + bytes([body[end - 1] ^ 1])
    for piece in _pieces(body[wanted.start : end], 1 if world.calm else 1 + dice.below(3)):
        engine.came(wanted, piece)
    if end < wanted.bytes and not engine.too_slow():
        world.give_up()
    return None


def lay(world: "World", engine: Engine, work: Lay) -> None:
    """A slice is laid. What is refused is meant to be: nobody has to read of it in the log."""
    before = engine.report.refused_snapshots
    loading.LOG.disabled = True
    try:
        engine.lay(work)
    finally:
        loading.LOG.disabled = False
    world.totals["refused"] += engine.report.refused_snapshots - before


def _pieces(body: bytes, count: int) -> list[bytes]:
    """So many pieces of about the same length; none is empty."""
    size = max(-(-len(body) // count), 1)
    return [body[at : at + size] for at in range(0, len(body), size)]

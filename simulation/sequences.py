"""What has to come about in one certain order, and by chance hardly ever does."""

from typing import TYPE_CHECKING

from simulation.dice import Dice

if TYPE_CHECKING:
    from simulation.world import Desk, World

LONG = 100 * 86_400_000
"""ms: longer than a desk keeps what is safe."""


def receipt_across_a_restore(world: "World", desk: "Desk", dice: Dice) -> None:
    """A backup is made; what somebody writes afterwards goes by stick; the centre is restored from that backup, and the
    desk hears of it, and no more; then the receipt comes home."""
    world.back_up()
    for _ in range(3):
        world.work(desk, dice)
    sticks, count = world.sticks, world.sticks.handed_in
    if desk.device not in world.centre.books.devices or not sticks.pack(desk.store, world.now, dice):
        return
    sticks.hand_in(world.centre, world.now, dice, world.written, at=-1)
    if sticks.handed_in == count:
        return
    world.restore(-1)
    desk.engine = None
    world.sync_now(desk, dice, most=1)
    desk.engine = None
    sticks.bring_back(desk.store, desk.device, world.now, dice, last=True)


def first_backup(world: "World", desk: "Desk", dice: Dice) -> None:
    """Everything is handed in and safe for so long that desks forget it; then the centre burns down, and the only
    backup that is found is that of the first day. What nobody keeps any more is gone for good, at every desk."""
    for each in world.desks:
        world.sync_now(each, dice)
    world.back_up()
    for each in world.desks:
        world.sync_now(each, dice)
    world.now += LONG
    for each in world.desks:
        each.engine = None
        each.store.tidy()
        each.store.prune(world.now)
    world.restore(0)

"""Hundreds of little worlds with three people each: whatever they do, nothing that was typed is lost unseen."""

import random
from collections.abc import Mapping, Sequence

import pytest

from gridserver.storage import rows
from gridworker.protocol.sync import Group
from gridworker.records.row import Row
from tests.helpers.centre import Centre
from tests.helpers.hand import Hand
from tests.helpers.histories import History, Key, Person
from tests.helpers.writer import GRID, Writer

WORLDS = 60
ROUNDS = 12
AHEAD = (0, 20_000, 40_000)
"""ms by which the three clocks are ahead of the centre's."""


def standing(centre: Centre, worlds: Sequence[History]) -> list[dict[Key, Row]]:
    """The rows of each world as they stand at the centre."""
    with centre.conn() as conn:
        ids = [record for world in worlds for record in world.records]
        found = rows.read(conn, ids, ids).rows
    return [
        {
            key: row
            for key, row in found.items()
            if (row.fields["record"] if key[0] == "conflict" else row.id) in w.records
        }
        for w in worlds
    ]


def hand_in(writer: Writer, dice: random.Random, worlds: Sequence[History], place: int) -> None:
    """One request with what this person wrote in some of the worlds, each world's in its order."""
    sending = [world for world in worlds if dice.random() < 0.7]
    groups = [(world, group) for world in sending for group in world.people[place].queue]
    for _, group in groups:
        number(writer.hand, group)
    answers = writer.send(*(group for _, group in groups))
    for (world, group), result in zip(groups, answers, strict=True):
        world.heard(world.people[place], group, result)


def number(hand: Hand, group: Group) -> None:
    """Numbers are given when a group is first sent; here the worlds share a device."""
    for wire in group.changes:
        if not wire["n"]:
            hand.n += 1
            wire["n"] = hand.n


class Unnumbered(Hand):
    """A hand that leaves the numbers to the one who sends."""

    def change(self, *args, **more):
        made = super().change(*args, **more)
        self.n = -1
        return made


@pytest.mark.parametrize("seed", range(2))
def test_whatever_three_people_do_nothing_is_lost_unseen(centre, seed):
    centre.district()
    dice = random.Random(seed)
    writers = [Writer.at(centre, f"wang{place}", "supervisor", GRID) for place in range(3)]
    bucket = writers[0].bucket("grid", GRID)
    hands = [Unnumbered(centre.clock() + ahead, n=-1) for ahead in AHEAD]
    worlds = [
        History(
            random.Random(f"{seed} {number}"),
            [Person(writer.desk.person, hand) for writer, hand in zip(writers, hands, strict=True)],
            centre.regions[GRID],
            bucket,
            number,
        )
        for number in range(WORLDS)
    ]
    for _ in range(ROUNDS):
        for place in dice.sample(range(3), 3):
            for world in worlds:
                if dice.random() < 0.8:
                    world.live(world.people[place])
            hand_in(writers[place], dice, worlds, place)
            seen: Sequence[Mapping[Key, Row]] = standing(centre, worlds)
            for world, found in zip(worlds, seen, strict=True):
                if dice.random() < 0.4:
                    world.look(world.people[place], found)
    for world, found in zip(worlds, standing(centre, worlds), strict=True):
        world.check(found)
    verdicts = [act.verdict for world in worlds for act in world.acts.values()]
    assert verdicts.count("conflict") > len(verdicts) / 50, "the days were full enough to mean something"

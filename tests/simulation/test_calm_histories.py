"""Days of many desks with a bad line, bad clocks and crashes, but without disasters: nothing at all is lost."""

from dataclasses import replace

import pytest

from simulation.history import DISASTERS, History, made, play

SEEDS = range(0, 9, 3)
"""The first and the last are rich."""


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_is_lost_whatever_the_line_does(seed):
    outcome = play(made(seed))
    assert outcome.violation is None, f"python -m simulation play {seed}: {outcome.violation}"
    assert not outcome.totals["restores"] + outcome.totals["clones"]
    assert outcome.totals["acts"] > 100, "a day in which little happens proves little"


def test_every_third_history_is_without_disasters():
    kinds = [{step[0] for step in made(seed).steps} for seed in range(60)]
    assert all(kinds[seed].isdisjoint(DISASTERS) for seed in range(0, 60, 3))
    assert sum(not each.isdisjoint(DISASTERS) for each in kinds) > 30


def test_the_same_seed_makes_the_same_history_to_the_last_byte():
    """I15, also through the file in which a scenario is kept."""
    marks: list[str] = []
    for seed in (1, 2):
        whole = made(seed)
        history = replace(whole, steps=whole.steps[:120])
        again = History.from_json(history.to_json())
        marks.append(play(history).mark)
        assert play(again).mark == marks[-1]
    assert len(set(marks)) == 2

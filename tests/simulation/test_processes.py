"""Programs die at any moment, on either side; what a worker saw saved is at the centre in the end, once."""

import random
import re
from pathlib import Path

import pytest

from simulation import mutants
from simulation.processes import broken
from simulation.processes.day import Day
from simulation.processes.running import DESKS, KILLED, SHOWN
from simulation.processes.stage import Stage

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def stage():
    made = Stage(DESKS, random.Random(20260302))
    yield made
    made.close()


def test_desks_centre_and_database_are_killed_at_random_moments_and_nothing_is_lost(stage):
    day = Day(stage, 20260302, 48)
    day.play()
    assert sum(day.totals[name] for name in KILLED) > 10
    assert day.totals["acts"] > 30, "people came to work"
    for name in ("killed centres", "killed postmasters", "whole syncs"):
        assert day.totals[name], name


def test_a_desk_that_keeps_acts_by_half_is_found_out(stage):
    """All others take a minute: ``python -m simulation processes --mutants``."""
    assert broken.hunt(stage, broken.DESK[0]) is not None


@pytest.mark.parametrize("mutant", broken.ALL, ids=lambda mutant: mutant.name)
def test_each_break_still_fits_the_product(mutant):
    with mutants.without(mutant.cuts):
        pass


def test_the_page_about_the_proof_tells_how_to_repeat_it():
    told = (ROOT / "docs" / "proof.md").read_text("utf-8")
    assert re.search(r"python -m simulation processes --first \d+ --histories \d+", told)
    assert [name for name in SHOWN if name.startswith(("killed", "line")) and name not in told] == []
    assert [mutant.name for mutant in broken.ALL if f"`{mutant.name}`" not in told] == []

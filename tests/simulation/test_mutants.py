"""The proof is proved: each defence is taken away once, and the histories find it out."""

import re
from pathlib import Path

import pytest

from simulation import broken, mutants
from simulation.history import made, play
from simulation.mutants import Cut, Mutant
from simulation.shrinking import smaller

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("mutant", broken.ALL, ids=lambda mutant: mutant.name)
def test_is_found_out(mutant):
    caught = mutants.hunt(mutant, broken.SEEN.get(mutant.name, 1))
    assert caught is not None, f"{mutant.promise}: nobody noticed"


def test_a_mutant_is_gone_when_it_was_looked_at():
    mutant = next(each for each in broken.ALL if each.name == "last_writer_wins")
    before = play(made(1, 60)).mark
    with mutants.broken(mutant):
        assert play(made(1, 60)).mark != before
    assert play(made(1, 60)).mark == before


def test_words_that_are_not_there_are_no_mutant():
    nothing = Mutant("nothing", "", [Cut("gridworker.records.merge:apply", "no such words", "")])
    with pytest.raises(AssertionError, match="not once"), mutants.broken(nothing):
        pass


def test_a_history_that_breaks_a_promise_is_made_short():
    mutant = next(each for each in broken.ALL if each.name == "last_writer_wins")
    with mutants.broken(mutant):
        long = made(1, mutants.LENGTH)
        short = smaller(long, lambda tried: play(tried).promise == "I3", most_tries=150)
        assert play(short).promise == "I3"
    assert len(short.steps) < len(long.steps) / 3
    assert play(short).violation is None


def test_the_page_about_the_proof_names_every_mutant():
    told = (ROOT / "docs" / "proof.md").read_text("utf-8")
    assert [each.name for each in broken.ALL if f"`{each.name}`" not in told] == []
    assert re.search(r"python -m simulation run --first \d+ --histories \d+", told)

"""The same with disasters: centres and desks restored, files copied, laptops cut off."""

import pytest

from simulation.history import made, play
from simulation.running import SCENARIOS, scenario
from simulation.totals import Totals

PIECES = ((1, 2, 4), (5, 8, 11))


@pytest.mark.parametrize("piece", PIECES)
def test_every_promise_is_kept_through_every_disaster(piece):
    totals = Totals()
    for seed in piece:
        outcome = play(made(seed))
        assert outcome.violation is None, f"python -m simulation play {seed}: {outcome.violation}"
        totals.update(outcome.totals)
    for name in ("acts", "lost", "delayed", "doubled", "crashes", "restores", "conflicts", "scopes", "moves"):
        assert totals[name], f"nothing of the sort {name} happened"


@pytest.mark.parametrize("path", sorted(SCENARIOS.glob("*.json")), ids=lambda path: path.stem)
def test_what_was_found_once_is_looked_for_for_ever(path):
    outcome = play(scenario(path))
    assert outcome.violation is None, outcome.violation

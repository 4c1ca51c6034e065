"""Programs die at any moment, on either side; what a worker saw saved is at the centre in the end, once."""

import re
from pathlib import Path

from simulation.processes import running
from simulation.processes.running import SHOWN

ROOT = Path(__file__).parents[2]


def test_desks_centre_and_database_are_killed_at_random_moments_and_nothing_is_lost():
    done = running.run(20260302, histories=1, ticks=70)
    assert done.broken == []
    totals = done.totals
    assert done.kills > 15
    assert totals["acts"] > 50, "people came to work"
    for name in ("killed centres", "killed postmasters", "whole syncs"):
        assert totals[name], name


def test_the_page_about_the_proof_tells_how_to_repeat_it():
    told = (ROOT / "docs" / "proof.md").read_text("utf-8")
    assert re.search(r"python -m simulation processes --first \d+ --histories \d+", told)
    assert [name for name in SHOWN if name.startswith(("killed", "line")) and name not in told] == []

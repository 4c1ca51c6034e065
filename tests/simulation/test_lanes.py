"""Many desks speak at once with the real application while its PostgreSQL falls over; nothing answered is lost."""

import re
import threading
from pathlib import Path

import pytest

from gridserver.storage.embedded import programs
from simulation.lanes import broken
from simulation.lanes.centre import Postgres
from simulation.lanes.history import play
from simulation.oracle import Violation

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def postgres():
    running = Postgres()
    yield running
    running.close()


def test_nothing_is_lost_when_the_database_is_stopped_in_the_middle(postgres):
    totals = play(postgres, 20260302, 40, lanes=6, falls=40)
    for name in ("acts", "requests", "stops"):
        assert totals[name], name


def test_nor_on_the_postgresql_that_the_system_brings():
    """The bootstrap sees to it that the system brings one."""
    the_systems = max(Path("/usr/lib/postgresql").glob("*/bin"))
    assert programs() != the_systems
    postgres = Postgres(the_systems)
    try:
        assert play(postgres, 20260303, 12, lanes=5, falls=50)["acts"]
    finally:
        postgres.close()


def test_nobody_is_at_work_any_more_when_a_history_ends_before_its_end(postgres, monkeypatch):
    """Whoever went on behind it would do so on lines that nobody closes."""
    monkeypatch.setattr(postgres, "fall", lambda: 1 / 0)
    before = threading.active_count()
    with pytest.raises(Violation, match="ZeroDivisionError"):
        play(postgres, 20260304, 6, lanes=3, falls=100)
    assert threading.active_count() == before


@pytest.mark.parametrize("mutant", broken.ALL, ids=lambda mutant: mutant.name)
def test_each_defence_of_the_database_is_missed_when_it_is_gone(postgres, mutant):
    caught = broken.hunt(postgres, mutant)
    assert caught is not None, f"{mutant.promise}: nobody noticed"


def test_the_page_about_the_proof_tells_of_each_and_how_to_repeat_it():
    told = (ROOT / "docs" / "proof.md").read_text("utf-8")
    assert [mutant.name for mutant in broken.ALL if f"`{mutant.name}`" not in told] == []
    assert re.search(r"python -m simulation lanes --first \d+ --histories \d+", told)

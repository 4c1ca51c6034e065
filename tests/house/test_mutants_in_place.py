"""What is broken on purpose is there to be broken: whoever writes such a line anew gives the mutant its new words."""

from collections.abc import Sequence

import pytest

from simulation import broken
from simulation.mutants import Cut, without
from simulation.storage_faults import broken as on_disk

CUTS = {mutant.name: mutant.cuts for mutant in (*broken.ALL, *on_disk.ALL)}


@pytest.mark.parametrize("cuts", CUTS.values(), ids=CUTS)
def test_a_mutant_finds_its_place(cuts: Sequence[Cut]) -> None:
    with without(cuts):
        pass

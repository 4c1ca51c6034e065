"""What is defended of cases for named people, one thing taken away at a time."""

from collections.abc import Sequence

from simulation.broken.steps import one
from simulation.history import LOADS, NAMES
from simulation.mutants import Mutant

_MERGING = "gridserver.storage.merging"
_HERE = "simulation.naming"
_OFTEN = (NAMES, "restrict", "lift")

NAMING: Sequence[Mutant] = (
    one(
        "made_beside_lies_with_the_town",
        "N3 what is made beside a case lies where the case lies",
        f"{_MERGING}:_bucket",
        "there = home if beside is None else beside.bucket",
        "there = home",
        _OFTEN,
    ),
    one(
        "made_before_it_was_lifted",
        "N3 what somebody named made beside a case before he heard that it was lifted is taken",
        f"{_MERGING}:_bucket",
        "(beside is None or not _lay_there(world, beside, claimed))",
        "True",
        _OFTEN,
    ),
    one(
        "written_on_beside",
        "N3 also what he wrote on in it",
        f"{_MERGING}:_lay_there",
        "leading(world.kinds[row.kind], row)",
        "[]",
        _OFTEN,
    ),
    one(
        "sessions_stay_with_the_town",
        "N2 the sessions of a case go with it",
        f"{_HERE}:lies_with",
        "(case, *sessions)",
        "(case,)",
        _OFTEN,
    ),
    one(
        "once_named_for_ever_named",
        "N1 who is not named any more does not hold it any more",
        f"{_HERE}:restrict",
        "before ^ books.readers[own]",
        "books.readers[own] - before",
        _OFTEN,
    ),
    one(
        "snapshot_from_before",
        "N4 a snapshot of the town's cases from before is not handed out any more",
        f"{_HERE}:restrict",
        "if which[0] == common",
        "if which[0] == own",
        (*_OFTEN, LOADS, "turn"),
    ),
    one(
        "own_words_stay",
        "N4 of a case for others nobody keeps what he wrote himself",
        f"{_HERE}:forget_left",
        "if not left or",
        "if True or",
        _OFTEN,
    ),
    one(
        "not_named_any_more",
        "N4 nor does somebody who was named what he wrote in it before",
        "simulation.desk_store:DeskStore.drop_bucket",
        "if place.info.record:",
        "if False:",
        _OFTEN,
    ),
    one(
        "left_before_it_was_read",
        "N4 nor what left before his desk had read it",
        "simulation.desk_store:DeskStore._close",
        "[key for key in taken if key not in self.rows]",
        "[]",
        (NAMES, LOADS, "restrict"),
    ),
)

"""What is defended where two records are perhaps one, one thing taken away at a time."""

from collections.abc import Sequence

from simulation.broken.steps import one
from simulation.history import MEETS
from simulation.mutants import Mutant

_LEDGER = "gridworker.ledger.twins"
_CENTRE = "gridserver.storage.twins"

TWINS: Sequence[Mutant] = (
    one(
        "nobody_is_asked",
        "M11 of two records that say the same of themselves somebody is asked",
        f"{_CENTRE}:_pairs",
        "if len(others) < MOST_ALIKE:",
        "if False:",
        (MEETS,),
    ),
    one(
        "named_later_is_not_looked_at",
        "M11 also when a record comes to say so later",
        f"{_CENTRE}:_named_anew",
        "old = before.fields if before is not None and before.removed is None else {}",
        "old = row.fields if before is not None else {}",
        (MEETS,),
    ),
    one(
        "asked_again_about_the_same_two",
        "M11 a pair about which somebody decided is not asked about again",
        f"{_CENTRE}:_to_ask",
        "if name in known:",
        "if False:",
        (MEETS,),
    ),
    one(
        "what_only_one_knew_is_lost",
        "M11 what only the one knew, the other knows from then on",
        f"{_LEDGER}:_taken_over",
        "elif stays.fields.get(field.name) is None:",
        "elif False:",
        (MEETS,),
    ),
    one(
        "pointers_are_left_behind",
        "M11 what pointed at the one that goes points at the one that stays",
        f"{_LEDGER}:_followers",
        "if not isinstance(field, Ref) or",
        "if True or",
        (MEETS,),
    ),
    one(
        "late_pointers_are_left_behind",
        "M11 what comes later is made to point at the one that stays",
        "gridserver.storage.merging:_follow",
        "if not stays or",
        "if True or",
        (MEETS,),
    ),
    one(
        "numbered_across_records",
        "I7 an act leaves in the order of its numbers, also one that goes back and forth between records",
        "simulation.desk_store:DeskStore._keep",
        "enumerate([change for mine in by_record(changes) for change in mine], next_n)",
        "enumerate(changes, next_n)",
        (MEETS,),
    ),
)

"""What is defended where buckets come as snapshots and machines begin, one thing taken away at a time."""

from collections.abc import Sequence

from simulation.broken.steps import RESTORES, one
from simulation.history import LOADS
from simulation.mutants import Mutant

_STORE = "simulation.desk_store:DeskStore"
_PARCELS = "simulation.desk_snapshots"
_FIRST = (LOADS, "newcomer", "turn")
"""What leads to many first readings that are broken off."""
_AWRY = (*_FIRST, "spoil", "scope")

SNAPSHOTS: Sequence[Mutant] = (
    one(
        "older_row_counts",
        "I1 an older row does not take the place of a newer one",
        f"{_STORE}._is_here",
        "old.ver >= new.ver",
        "old.ver == new.ver",
        (*_FIRST, "move", "scope"),
    ),
    one(
        "half_a_list_is_shown",
        "R nothing is shown of a list that is not whole",
        f"{_STORE}.shown",
        'if place.state in ("loading", "dropping")',
        'if place.state == "dropping"',
        _FIRST,
    ),
    one(
        "seen_before_the_last_slice",
        "R a list is shown when its last row lies",
        f"{_PARCELS}:_laid",
        "store.boundary()\n            yield received",
        'place.state = "live"\n            yield received',
        (LOADS, "newcomer", "turn", "last_act"),
    ),
    one(
        "file_is_believed",
        "3.10 a snapshot whose bytes are others than its name says is refused",
        f"{_PARCELS}:_laid",
        "hashlib.sha256(known.body).hexdigest() != told.sha",
        "False",
        _AWRY,
    ),
    one(
        "head_is_believed",
        "3.10 a snapshot of another moment than was offered is refused",
        f"{_PARCELS}:_laid",
        "if (head.bucket, head.seq, head.rows) != (told.bucket, told.seq, told.rows):",
        "if False:",
        _AWRY,
    ),
    one(
        "fewer_rows_than_told",
        "3.10 a snapshot with fewer rows than it says is refused",
        f"{_PARCELS}:_laid",
        "if done != told.rows:",
        "if False:",
        _AWRY,
    ),
    one(
        "snapshot_for_everybody",
        "I4 whether one may see a bucket is asked at each request for a snapshot of it",
        "simulation.centre:Centre.fetch",
        "wanted.bucket not in self.books.accounts[caller.person].holds()",
        "False",
        (*_FIRST, "scope"),
    ),
    one(
        "snapshot_of_a_former_life",
        "3.16 a restored centre gives no snapshot of what it lost",
        "simulation.snapshots:Cellar.offered",
        "books.epoch",
        '""',
        (*_FIRST, *RESTORES),
    ),
    one(
        "snapshot_over_what_is_shown",
        "3.10 what is read again comes as pages",
        "gridworker.sync.engine:Engine._pull",
        "{bucket.id for bucket in buckets if bucket.naming}",
        "set()",
        (*_FIRST, *RESTORES),
    ),
    one(
        "new_code_asks_for_nothing_again",
        "3.16 a centre that does not know a desk any more gets all that it has",
        "gridworker.sync.session:adopt",
        "(0, 0) if restored else None",
        "None",
        (LOADS, "newcomer", *RESTORES),
    ),
    one(
        "new_code_keeps_what_was_read",
        "3.16 a desk that begins again reads everything again",
        "gridworker.sync.session:adopt",
        "for bucket in store.buckets() if restored else ():",
        "for bucket in ():",
        (LOADS, "newcomer", *RESTORES),
    ),
)

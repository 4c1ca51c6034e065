"""What the real database and the transactions around it defend, taken away one at a time: each has to be found out."""

from collections.abc import Sequence

from simulation.lanes.centre import Postgres
from simulation.lanes.history import play
from simulation.mutants import Caught, Cut, Mutant, broken
from simulation.oracle import Violation

STEPS, LANES = 50, 5
MOST = 8
"""Histories in which a mutant has to be caught."""
FALLS = 50
"""Of a hundred blows, in these histories."""
_ENGINE = "gridserver.storage.engine"
_BUCKETS = "gridserver.storage.buckets"


def _one(name: str, promise: str, where: str, old: str, new: str) -> Mutant:
    return Mutant(name, promise, [Cut(where, old, new)], most=MOST)


ALL: Sequence[Mutant] = (
    _one(
        "answered_before_the_log_is_written",
        "I2 what is answered as taken is still there after a stop",
        f"{_ENGINE}:_make_ready",
        "connection.execute(_LIMITS)",
        "connection.execute(_LIMITS + '; SET synchronous_commit = off')",
    ),
    _one(
        "numbered_without_the_lock",
        "I7 no place in a feed is given twice",
        f"{_BUCKETS}:locking",
        "_LOCK if wait else _LOCK_AT_ONCE",
        "text(str(_LOCK).replace('FOR UPDATE', ''))",
    ),
    _one(
        "terminated_is_a_bug",
        "R a database that goes away is asked again",
        f"{_ENGINE}:_passes",
        "isinstance(error, _PASSING) or _is_line_cut(error)",
        "False",
    ),
    _one(
        "receipts_are_forgotten",
        "I6 a change that comes twice counts once",
        "gridserver.storage.handed:sorted_out",
        'elif marks and marks[0].verdict != "held":',
        "elif False:",
    ),
    Mutant(
        "pages_of_several_moments",
        "I1 an answer is one picture of the database",
        [
            Cut(f"{_ENGINE}:snapshot", 'isolation_level="REPEATABLE READ"', 'isolation_level="READ COMMITTED"'),
            # The moment between the heads and the rows, made long enough for somebody to write in it.
            Cut(
                "gridserver.storage.book:pull",
                "    large = to_be_offered(",
                "    __import__('time').sleep(0.05)\n    large = to_be_offered(",
            ),
        ],
        most=MOST,
    ),
    _one(
        "sum_of_another_moment",
        "I1 the sum is that of the rows",
        f"{_BUCKETS}:Head.take",
        "(self.set_hash - _digest(row))",
        "(self.set_hash - _digest(row) * (self.seq % 50 > 0))",
    ),
)


def hunt(postgres: Postgres, mutant: Mutant, first: int = 1) -> Caught | None:
    """Plays histories against the broken product until one breaks a promise; None when none does."""
    with broken(mutant):
        for seed in range(first, first + mutant.most):
            try:
                play(postgres, seed, STEPS, lanes=LANES, falls=FALLS)
            except Violation as violation:
                return Caught(violation.promise, seed, seed - first + 1, str(violation))
    return None

"""What the centre defends beside the merge, one thing taken away at a time."""

from collections.abc import Sequence

from simulation.broken.steps import ELSEWHERE, RESTORES, one
from simulation.mutants import Cut, Mutant

_MERGING = "gridserver.storage.merging"
_HANDED = "gridserver.storage.handed"
_FEED = "gridserver.storage.feed"
_BOOK = "gridserver.storage.book"
_ROWS = "gridserver.storage.rows"
_CENTRE = "simulation.centre:Centre"

CENTRE: Sequence[Mutant] = (
    one(
        "applied_twice",
        "I6 a change that comes twice counts once",
        f"{_HANDED}:sorted_out",
        'elif marks and marks[0].verdict != "held":',
        "elif False:",
    ),
    one(
        "half_a_group",
        "I10 a group is taken whole or not at all",
        f"{_MERGING}:judge_closely",
        'if refused.code != "unknown_record"',
        '_take(world, draft)\n        if refused.code != "unknown_record"',
    ),
    Mutant(
        "no_epoch",
        "3.16 a restored centre is recognised",
        [Cut(f"{_CENTRE}._refuse_old_epoch", "if epoch == self.books.epoch:", "if True:")],
    ),
    Mutant(
        "no_incarnation",
        "3.16 a restored or copied desk is recognised",
        [
            Cut(f"{_HANDED}:count", "if item.n <= lane.last_n and known is None:", "if False:"),
            Cut(f"{_HANDED}:lane", "if incarnation < known:", "if False:"),
        ],
    ),
    one(
        "number_given_twice",
        "3.16 what is held has the number of a copy's other work, and the copy is recognised",
        f"{_HANDED}:_is_where",
        "(known.incarnation, known.n) == (lane.incarnation, item.n)",
        "True",
        (*RESTORES, *ELSEWHERE),
    ),
    one(
        "no_floor",
        "3.8 a desk that stands below the floor starts anew",
        f"{_FEED}:_start",
        "not least <= cursor <= head.seq",
        "cursor > head.seq",
    ),
    one(
        "floor_in_the_way",
        "I11 a reading that passes the floor comes to an end",
        f"{_FEED}:_start",
        "least = 1 if 0 < floor == head.floor_seq else head.floor_seq",
        "least = head.floor_seq",
    ),
    one(
        "page_says_too_much",
        "I1 a cursor stands where the last row stood",
        f"{_FEED}:_page",
        "to = rows[-1].seq if rows else head.seq",
        "to = head.seq",
    ),
    one(
        "hard_forbid",
        "3.9 what was made in good faith is taken late",
        f"{_MERGING}:_bucket",
        "if claimed not in world.held_then:",
        "if True:",
    ),
    one(
        "post_of_today",
        "3.9 what was made in a former post is judged by that",
        f"{_CENTRE}._apply",
        "roles = (*self.books.accounts[caller.person].roles_since(scope_version), caller.role)",
        "roles = (caller.role,)",
        ("role",),
    ),
    one(
        "post_of_then_alone",
        "3.9 what was made in a later post is judged by that",
        f"{_MERGING}:_merge",
        "all(why_not(kind, row, change, later) for later in world.since)",
        "True",
        ("role",),
    ),
    one(
        "where_it_lay_is_forgotten",
        "3.9 what was written where the record lay is taken",
        f"{_MERGING}:_lay_there",
        "(bucket, row.kind, row.id) in world.left or",
        "False or",
        ("move", "follow", "turn"),
    ),
    one(
        "where_it_lay_before_this_push",
        "3.9 what was written before the same push moved it is taken",
        f"{_MERGING}:_note_left",
        "if before is not None and before.bucket != bucket:",
        "if False:",
        ("move", "follow", "turn"),
    ),
    one(
        "made_and_moved_at_once",
        "3.9 what was made and moved in one push left its first bucket",
        f"{_ROWS}:place",
        "for bucket in sorted(bucket for bucket, *which in left if tuple(which) == key and bucket != row.bucket):",
        "for bucket in ():",
        ("move", "follow", "turn"),
    ),
    one(
        "leaving_is_not_told",
        "I1 the old bucket tells that a record left",
        f"{_ROWS}:place",
        "placed.moved.append((old.bucket, heads[old.bucket].next(), row))",
        "pass",
    ),
    one(
        "sum_keeps_the_old",
        "I1 the set hash adds up",
        f"{_ROWS}:place",
        "heads[old.bucket].take(old)",
        "pass",
    ),
    one(
        "durable_in_a_new_life",
        "3.16 what only an old life's backup covers is not durable",
        f"{_BOOK}:counted",
        "caller.durable_n if caller.incarnation == lane.incarnation else 0",
        "caller.durable_n",
    ),
    one(
        "held_counts_as_covered",
        "I2 what is held is in no backup",
        f"{_CENTRE}._covered",
        'if known.verdict == "held":',
        "if False:",
        RESTORES,
    ),
    one(
        "refused_is_not_kept",
        "R6 what was refused is kept whole",
        f"{_CENTRE}._note",
        'if each.verdict.verdict in ("refused", "quarantined"):',
        "if False:",
    ),
    one(
        "everybody_sees_all",
        "I4 nobody is told what he may not see",
        f"{_CENTRE}.pull",
        "sorted(self.books.accounts[caller.person].holds())",
        "sorted(self.infos)",
    ),
)

"""The merge and its conflicts, one defence taken away at a time."""

from collections.abc import Sequence

from simulation.broken.steps import ELSEWHERE, SENTENCES, one
from simulation.mutants import Mutant

_MERGE = "gridworker.records.merge"
_MERGING = "gridserver.storage.merging"
_DISSENT = "gridserver.storage.dissent"

MERGE: Sequence[Mutant] = (
    one(
        "version_given_twice",
        "3.3 a parent names a change, no number that may come again",
        f"{_MERGE}:_unseen_writer",
        "None if change.parent == current.change else current",
        "None if change.parent[11:13] == current.change[11:13] else current",
    ),
    one(
        "last_writer_wins",
        "I3 a value is never overwritten unseen",
        f"{_MERGE}:_set",
        "if current is None or now == change.value:",
        "if True:",
    ),
    one(
        "equals_are_a_conflict",
        "3.6 two people who typed the same have no conflict",
        f"{_MERGE}:_set",
        "if current is None or now == change.value:",
        "if current is None:",
    ),
    one(
        "guarded_gives_way",
        "3.6 a guarded value keeps standing",
        f"{_MERGE}:_set",
        "_is_guarded(kind, change.path) or",
        "False or",
    ),
    one(
        "their_sentences_are_dropped",
        "3.6 of two who wrote in one text both sentences stand",
        "gridworker.records.texts:merged",
        "sorted({*mine, *theirs})",
        "theirs",
        SENTENCES,
    ),
    one(
        "text_as_it_is_now",
        "3.6 a text is put together against the one that its author was looking at",
        f"{_MERGING}:_as_seen",
        "looking_at(seen if isinstance(seen, str) else None)",
        "looking_at(row.value(change.path))",
        SENTENCES,
    ),
    one(
        "pointing_at_nothing",
        "3.6 what points at a record that is gone is shown to somebody",
        f"{_MERGING}:_without_target",
        "without.append((reference, row.removed))",
        "pass",
    ),
    one(
        "blind_delete",
        "I5 a delete never removes an edit its author had not seen",
        f"{_MERGE}:_del",
        "if not unseen:",
        "if True:",
    ),
    one(
        "blind_removal_of_an_entry",
        "3.6 an entry is removed by somebody who saw it",
        f"{_MERGE}:_rem",
        "if not unseen:",
        "if True:",
    ),
    one(
        "removing_takes_every_tag",
        "3.6 a tag that was put in unseen stays",
        f"{_MERGE}:_take",
        "if each.change not in seen]",
        "if False]",
    ),
    one(
        "second_move_counts",
        "3.6 the first accepted move stands",
        f"{_MERGE}:_move",
        "if now == source:",
        "if True:",
    ),
    one(
        "safety_does_not_dominate",
        "3.6 handing over for safety dominates",
        f"{_MERGE}:_move",
        "if over is not None and over.wins:",
        "if False:",
    ),
    one(
        "edit_of_the_dead",
        "I5 what was removed is not written on",
        f"{_MERGE}:apply",
        "if row.removed is not None and not kind.is_centres(change.path):",
        "if False:",
    ),
    one(
        "edit_of_the_dead_is_dropped",
        "I3 what was written on a removed record is kept",
        f"{_MERGE}:_edit_on_deleted",
        "if change.verb is Verb.DEL:",
        "if True:",
    ),
    one(
        "losers_are_dropped",
        "I3 each loser becomes a conflict",
        f"{_DISSENT}:Dissent.keep",
        "if row.kind == CONFLICT.name:",
        "if True:",
    ),
    one(
        "losers_push_each_other_out",
        "I3 more losers join the open conflict",
        "gridworker.records.conflicts:joined",
        'if version.get("change") in (clash.base, clash.shown.change):',
        "if True:",
    ),
    one(
        "closed_unseen",
        "I3 a conflict is closed by somebody who saw everything in it",
        f"{_DISSENT}:settles_unseen",
        'return parent != conflict.writer("state").change or not versions <= seen',
        "return False",
    ),
    one(
        "settled_over_what_lost",
        "3.6 somebody who saw what stands is in no conflict with it",
        "gridworker.ledger.conflicts:_seen_writer",
        "is_first = stamp.change in lost or stamp.at < here.shown.at",
        "is_first = False",
        ("role",),
    ),
    one(
        "conflict_stays_behind",
        "I14 a conflict lies where its record lies",
        f"{_MERGING}:_move_conflicts_along",
        "if conflict.bucket != bucket and",
        "if False and",
        ELSEWHERE,
    ),
    one(
        "time_far_ahead",
        "3.12 no time counts that is far ahead of the centre's",
        f"{_MERGING}:_as_seen",
        "if change.hlc > latest:",
        "if False:",
    ),
)

"""Every promise of the specification, and the ways in which it could be broken; see ``mutants``."""

from collections.abc import Mapping, Sequence

from simulation.broken.centre import CENTRE
from simulation.broken.desk import DESK
from simulation.broken.merge import MERGE
from simulation.broken.naming import NAMING
from simulation.broken.snapshots import SNAPSHOTS
from simulation.broken.twins import TWINS
from simulation.broken.versions import VERSIONS
from simulation.mutants import Mutant

ALL: Sequence[Mutant] = (*MERGE, *CENTRE, *DESK, *SNAPSHOTS, *TWINS, *VERSIONS, *NAMING)

SEEN: Mapping[str, int] = {
    "blind_delete": 2,
    "blind_removal_of_an_entry": 11,
    "buckets_kept_over_the_epoch": 2,
    "closed_unseen": 4,
    "conflict_stays_behind": 2,
    "cursor_before_rows": 50,
    "drop_before_flush": 4,
    "dropped_too_early": 7,
    "durable_for_ever": 10,
    "earlier_reading_counts": 116,
    "edit_of_the_dead": 8,
    "edit_of_the_dead_is_dropped": 2,
    "emptied_bucket_is_not_read": 2,
    "epoch_noted_first": 310,
    "equals_are_a_conflict": 2,
    "fewer_rows_than_told": 9,
    "file_is_believed": 31,
    "floor_in_the_way": 4,
    "former_words_stay_hidden": 26,
    "guarded_gives_way": 2,
    "hard_forbid": 4,
    "head_is_believed": 49,
    "laid_for_ever": 39,
    "late_pointers_are_left_behind": 15,
    "left_before_it_was_read": 106,
    "losers_push_each_other_out": 4,
    "made_and_moved_at_once": 8,
    "made_before_it_was_lifted": 9,
    "made_beside_lies_with_the_town": 6,
    "new_code_asks_for_nothing_again": 76,
    "new_code_keeps_what_was_read": 4,
    "no_epoch": 10,
    "no_floor": 4,
    "no_incarnation": 2,
    "no_replay": 13,
    "not_named_any_more": 21,
    "nothing_again": 2,
    "old_receipt_is_noted": 70,
    "older_row_counts": 4,
    "once_named_for_ever_named": 2,
    "own_words_stay": 13,
    "pointers_are_left_behind": 71,
    "post_not_known_yet": 69,
    "pointing_at_nothing": 2,
    "post_of_then_alone": 28,
    "post_of_today": 3,
    "removing_takes_every_tag": 15,
    "safety_does_not_dominate": 24,
    "same_version_same_row": 70,
    "scope_noted_over_what_waits": 6,
    "second_move_counts": 3,
    "sessions_stay_with_the_town": 6,
    "snapshot_for_everybody": 8,
    "snapshot_from_before": 8,
    "snapshot_of_a_former_life": 46,
    "snapshot_over_what_is_shown": 100,
    "translated_counts_as_plain": 2,
    "unknown_kind_is_refused": 2,
    "version_given_twice": 49,
    "where_it_lay_before_this_push": 6,
    "where_it_lay_is_forgotten": 6,
    "written_on_beside": 14,
}
"""By name: the first seed that finds it, where that is not 1; the tests begin there."""

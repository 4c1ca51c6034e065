"""What is defended where programs of several versions speak with one another, one thing taken away at a time."""

from collections.abc import Sequence

from simulation.broken.steps import one
from simulation.history import AGES
from simulation.mutants import Mutant

_STORE = "simulation.desk_store:DeskStore"

VERSIONS: Sequence[Mutant] = (
    one(
        "unknown_kind_is_refused",
        "3.13 a kind that the centre does not know yet waits for its update",
        "gridserver.storage.merging:_merge",
        "raise Held(",
        "raise Refused(",
        (AGES,),
    ),
    one(
        "unknown_row_is_dropped",
        "3.13 a row of a kind that a desk does not know is kept",
        f"{_STORE}._apply",
        "self.unknown[key] = Aside(*new, wire)",
        "pass",
        (AGES,),
    ),
    one(
        "unknown_row_stays_unknown",
        "3.13 it comes to life with the next program",
        f"{_STORE}.retry_aside",
        "for asides in (self.quarantined, self.unknown):",
        "for asides in (self.quarantined,):",
        (AGES,),
    ),
    one(
        "former_name_is_not_understood",
        "3.13 what a former program called otherwise means what it meant",
        "gridserver.storage.handed:_read_item",
        "change = upcast(written)",
        "change = written",
        (AGES,),
    ),
    one(
        "translated_counts_as_plain",
        "I1 a desk does not believe to hold the row that the centre made of words that it does not use",
        "gridserver.storage.merging:judge_closely",
        "not any(item.translated for item in group.items)",
        "True",
        (AGES,),
    ),
    one(
        "former_words_stay_hidden",
        "R6 what waits is shown by the new program, too",
        f"{_STORE}.of_program",
        "self._tell_all_again(_keys(self.outbox.laid()))",
        "pass",
        (AGES, "update"),
    ),
    one(
        "too_old_is_taken",
        "3.13 a desk whose catalogue is not understood any more is told so",
        "gridserver.storage.book:refuse_unfit",
        "if message.schema_version < (oldest or OLDEST_SCHEMA):",
        "if False:",
        (AGES, "update_centre"),
    ),
)

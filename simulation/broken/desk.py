"""What a desk defends, one thing taken away at a time."""

from collections.abc import Sequence

from simulation.broken.steps import ELSEWHERE, RESTORES, one
from simulation.mutants import Mutant

_ENGINE = "gridworker.sync.engine:Engine"
_STORE = "simulation.desk_store:DeskStore"
_OUTBOX = "simulation.desk_outbox:Outbox"

DESK: Sequence[Mutant] = (
    one(
        "drop_before_flush",
        "3.9 a bucket goes when nothing of it waits",
        f"{_STORE}.drop_bucket",
        "if self.outbox.waits_in(bucket):",
        "if False:",
        ELSEWHERE,
    ),
    one(
        "dropped_too_early",
        "I2 what is at the centre and in no backup stays",
        f"{_STORE}.drop_bucket",
        'kept = "accepted" if self.metas.get("backup", False) else "sealed"',
        'kept = "sealed"',
    ),
    one(
        "post_not_known_yet",
        "3.9 who does not know of his new post writes in the old one",
        "gridworker.sync.book:made_under",
        '("account_scope", "waits_under")',
        '("waits_under",)',
        ("role",),
    ),
    one(
        "held_from_another_post",
        "3.9 what is held is offered again by the rights of the post in which it was written",
        "gridworker.sync.book:made_under",
        '("account_scope", "waits_under")',
        '("account_scope",)',
        ("role",),
    ),
    one(
        "scope_noted_over_what_waits",
        "3.9 what waits goes up under the scope in which it was made",
        f"{_ENGINE}._finish",
        "any(waits.get(each) for each in WAITS)",
        "False",
        ("role",),
    ),
    one(
        "blind_move_out",
        "3.9 an old farewell takes nothing away that came back",
        f"{_STORE}._leave",
        "if old is not None and old.bucket == page.bucket and 0 < old.ver < ver:",
        "if old is not None:",
    ),
    one(
        "same_version_same_row",
        "3.16 a restored centre may reach a version by another way",
        f"{_STORE}._is_here",
        "if old != new or key[0] not in self.kinds:",
        "if True:",
        (*RESTORES, "scope"),
    ),
    one(
        "earlier_reading_counts",
        "I1 after a restore no version of before stands against what comes",
        f"{_STORE}._is_here",
        "not self._is_of_an_earlier_reading(key, old)",
        "True",
        (*RESTORES, *ELSEWHERE),
    ),
    one(
        "names_of_an_earlier_beginning",
        "3.8 a reading that begins anew names everything anew",
        f"{_STORE}._begin_naming",
        "if not first or place.naming:",
        "if not first and not place.naming:",
        (*RESTORES, "move", "scope", "turn", "floor"),
    ),
    one(
        "cursor_before_rows",
        "3.8 the cursor moves with the last row",
        f"{_STORE}.receive",
        "for wire in wires:",
        "place.cursor = page.to\n        for wire in wires:",
    ),
    one(
        "no_replay",
        "R6 what waits stays before the person's eyes",
        f"{_STORE}._set_centre",
        "for change, author in changes:",
        "for change, author in []:",
    ),
    one(
        "laid_for_ever",
        "I1 what the centre took does not hide what comes later",
        f"{_OUTBOX}.lift",
        "self.lift_off(each)",
        "pass",
        ELSEWHERE,
    ),
    one(
        "refused_believed_taken",
        "R6 a person is told what was refused",
        f"{_OUTBOX}.settle",
        "state = STATE_OF[result.verdict]",
        'state = STATE_OF[result.verdict].replace("attention", "accepted")',
    ),
    one(
        "nothing_again",
        "I2 a restored centre gets again what was in no backup",
        f"{_OUTBOX}.requeue_not_durable",
        'if each.state == "accepted" or late:',
        "if late:",
        RESTORES,
    ),
    one(
        "durable_for_ever",
        "I2 an older backup may be put back",
        f"{_OUTBOX}.requeue_not_durable",
        'if each.state == "accepted" or late:',
        'if each.state == "accepted":',
        RESTORES,
    ),
    one(
        "held_for_ever",
        "I13 what is held is offered again",
        f"{_OUTBOX}.retry_held",
        'self.turn(each, "new")',
        "pass",
    ),
    one(
        "time_runs_back",
        "I7 a desk's times never run backwards",
        f"{_STORE}._keep",
        "last = max((change.at + offset) << 16, last + 1)",
        "last = (change.at + offset) << 16",
    ),
    one(
        "number_of_a_copy_believed",
        "I2 numbers given after a restore do not tell what it lost",
        f"{_ENGINE}._new_epoch",
        "requeue_not_durable(kept)",
        "requeue_not_durable((standing.incarnation, standing.durable_n))",
        (*RESTORES, "clone", "backup"),
    ),
    one(
        "epoch_noted_first",
        "3.16 a new epoch is noted last",
        f"{_ENGINE}._new_epoch",
        "mine = self._incarnation",
        'self._book.set_metas({"epoch": standing.epoch})\n    mine = self._incarnation',
        RESTORES,
    ),
    one(
        "buckets_kept_over_the_epoch",
        "3.16 after a restore every bucket is read again",
        f"{_ENGINE}._new_epoch",
        "self._book.reset_bucket(bucket.id)",
        "pass",
        RESTORES,
    ),
    one(
        "unread_bucket_stays",
        "I4 a bucket that left the scope goes, whether it was read or not",
        f"{_ENGINE}._receive",
        "if is_unread(bucket) and bucket.id not in here",
        "if False",
        ELSEWHERE,
    ),
)

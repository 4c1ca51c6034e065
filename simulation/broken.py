"""Every promise of the specification, and the ways in which it could be broken; see ``mutants``."""

from collections.abc import Mapping, Sequence

from simulation.mutants import Cut, Mutant

_MERGE = "gridworker.records.merge"
_MERGING = "gridserver.storage.merging"
_DISSENT = "gridserver.storage.dissent"
_HANDED = "gridserver.storage.handed"
_FEED = "gridserver.storage.feed"
_BOOK = "gridserver.storage.book"
_ROWS = "gridserver.storage.rows"
_DESK_ENGINE = "gridworker.sync.engine"
_ENGINE = f"{_DESK_ENGINE}:Engine"
_STORE = "simulation.desk_store:DeskStore"
_OUTBOX = "simulation.desk_outbox:Outbox"
_CENTRE = "simulation.centre:Centre"


_RESTORES = ("backup", "restore_centre")
"""Steps that are made often where a defence is needed when a centre is restored."""
_ELSEWHERE = ("move", "scope", "repair", "turn")
"""The same, of what happens when records and people change their places."""


def _one(name: str, promise: str, where: str, old: str, new: str, more: Sequence[str] = ()) -> Mutant:
    return Mutant(name, promise, [Cut(where, old, new)], more)


MERGE: Sequence[Mutant] = (
    _one(
        "version_given_twice",
        "3.3 a parent names a change, no number that may come again",
        f"{_MERGE}:_unseen_writer",
        "None if change.parent == current.change else current",
        "None if change.parent[11:13] == current.change[11:13] else current",
    ),
    _one(
        "last_writer_wins",
        "I3 a value is never overwritten unseen",
        f"{_MERGE}:_set",
        "if current is None or now == change.value:",
        "if True:",
    ),
    _one(
        "equals_are_a_conflict",
        "3.6 two people who typed the same have no conflict",
        f"{_MERGE}:_set",
        "if current is None or now == change.value:",
        "if current is None:",
    ),
    _one(
        "guarded_gives_way",
        "3.6 a guarded value keeps standing",
        f"{_MERGE}:_set",
        "_is_guarded(kind, change.path) or",
        "False or",
    ),
    _one(
        "blind_delete",
        "I5 a delete never removes an edit its author had not seen",
        f"{_MERGE}:_del",
        "if not unseen:",
        "if True:",
    ),
    _one(
        "blind_removal_of_an_entry",
        "3.6 an entry is removed by somebody who saw it",
        f"{_MERGE}:_rem",
        "if not unseen:",
        "if True:",
    ),
    _one(
        "removing_takes_every_tag",
        "3.6 a tag that was put in unseen stays",
        f"{_MERGE}:_take",
        "if each.change not in seen]",
        "if False]",
    ),
    _one(
        "second_move_counts",
        "3.6 the first accepted move stands",
        f"{_MERGE}:_move",
        "if now == source:",
        "if True:",
    ),
    _one(
        "safety_does_not_dominate",
        "3.6 handing over for safety dominates",
        f"{_MERGE}:_move",
        "if over is not None and over.wins:",
        "if False:",
    ),
    _one(
        "edit_of_the_dead",
        "I5 what was removed is not written on",
        f"{_MERGE}:apply",
        "if row.removed is not None and not kind.is_centres(change.path):",
        "if False:",
    ),
    _one(
        "edit_of_the_dead_is_dropped",
        "I3 what was written on a removed record is kept",
        f"{_MERGE}:_edit_on_deleted",
        "if change.verb is Verb.DEL:",
        "if True:",
    ),
    _one(
        "losers_are_dropped",
        "I3 each loser becomes a conflict",
        f"{_DISSENT}:Dissent.keep",
        "if row.kind == CONFLICT.name:",
        "if True:",
    ),
    _one(
        "losers_push_each_other_out",
        "I3 more losers join the open conflict",
        "gridworker.records.conflicts:joined",
        'if version.get("change") in (clash.base, clash.shown.change):',
        "if True:",
    ),
    _one(
        "closed_unseen",
        "I3 a conflict is closed by somebody who saw everything in it",
        f"{_DISSENT}:settles_unseen",
        'return parent != conflict.writer("state").change or not versions <= seen',
        "return False",
    ),
    _one(
        "settled_over_what_lost",
        "3.6 somebody who saw what stands is in no conflict with it",
        "gridworker.ledger.conflicts:_seen_writer",
        "is_first = stamp.change in lost or stamp.at < here.shown.at",
        "is_first = False",
        ("role",),
    ),
    _one(
        "conflict_stays_behind",
        "I14 a conflict lies where its record lies",
        f"{_MERGING}:_move_conflicts_along",
        "if conflict.bucket != bucket and",
        "if False and",
        _ELSEWHERE,
    ),
    _one(
        "time_far_ahead",
        "3.12 no time counts that is far ahead of the centre's",
        f"{_MERGING}:_as_seen",
        "if change.hlc > latest:",
        "if False:",
    ),
)

CENTRE: Sequence[Mutant] = (
    _one(
        "applied_twice",
        "I6 a change that comes twice counts once",
        f"{_HANDED}:sorted_out",
        'elif marks and marks[0].verdict != "held":',
        "elif False:",
    ),
    _one(
        "half_a_group",
        "I10 a group is taken whole or not at all",
        f"{_MERGING}:judge",
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
    _one(
        "number_given_twice",
        "3.16 what is held has the number of a copy's other work, and the copy is recognised",
        f"{_HANDED}:_is_where",
        "(known.incarnation, known.n) == (lane.incarnation, item.n)",
        "True",
        (*_RESTORES, *_ELSEWHERE),
    ),
    _one(
        "no_floor",
        "3.8 a desk that stands below the floor starts anew",
        f"{_FEED}:_start",
        "not least <= cursor <= head.seq",
        "cursor > head.seq",
    ),
    _one(
        "floor_in_the_way",
        "I11 a reading that passes the floor comes to an end",
        f"{_FEED}:_start",
        "least = 1 if 0 < floor == head.floor_seq else head.floor_seq",
        "least = head.floor_seq",
    ),
    _one(
        "page_says_too_much",
        "I1 a cursor stands where the last row stood",
        f"{_FEED}:_page",
        "to = rows[-1].seq if rows else head.seq",
        "to = head.seq",
    ),
    _one(
        "hard_forbid",
        "3.9 what was made in good faith is taken late",
        f"{_MERGING}:_bucket",
        "if change.bucket not in world.held_then:",
        "if True:",
    ),
    _one(
        "post_of_today",
        "3.9 what was made in a former post is judged by that",
        f"{_CENTRE}._apply",
        "roles = (*self.books.accounts[caller.person].roles_since(scope_version), caller.role)",
        "roles = (caller.role,)",
        ("role",),
    ),
    _one(
        "post_of_then_alone",
        "3.9 what was made in a later post is judged by that",
        f"{_MERGING}:_merge",
        "all(why_not(kind, row, change, later) for later in world.since)",
        "True",
        ("role",),
    ),
    _one(
        "leaving_is_not_told",
        "I1 the old bucket tells that a record left",
        f"{_ROWS}:place",
        "placed.moved.append((old.bucket, heads[old.bucket].next(), row))",
        "pass",
    ),
    _one(
        "sum_keeps_the_old",
        "I1 the set hash adds up",
        f"{_ROWS}:place",
        "heads[old.bucket].take(old)",
        "pass",
    ),
    _one(
        "durable_in_a_new_life",
        "3.16 what only an old life's backup covers is not durable",
        f"{_BOOK}:counted",
        "caller.durable_n if caller.incarnation == lane.incarnation else 0",
        "caller.durable_n",
    ),
    _one(
        "held_counts_as_covered",
        "I2 what is held is in no backup",
        f"{_CENTRE}._covered",
        "return min([device.last_n, *(n - 1 for n in held)])",
        "return device.last_n",
        _RESTORES,
    ),
    _one(
        "refused_is_not_kept",
        "R6 what was refused is kept whole",
        f"{_CENTRE}._note",
        'if each.verdict.verdict in ("refused", "quarantined"):',
        "if False:",
    ),
    _one(
        "everybody_sees_all",
        "I4 nobody is told what he may not see",
        f"{_CENTRE}.pull",
        "sorted(self.books.accounts[caller.person].holds())",
        "sorted(self.infos)",
    ),
)

DESK: Sequence[Mutant] = (
    _one(
        "drop_before_flush",
        "3.9 a bucket goes when nothing of it waits",
        f"{_STORE}.drop_bucket",
        "if self.outbox.waits_in(bucket):",
        "if False:",
        _ELSEWHERE,
    ),
    _one(
        "dropped_too_early",
        "I2 what is at the centre and in no backup stays",
        f"{_STORE}.drop_bucket",
        'kept = "accepted" if self.metas.get("backup", False) else "sealed"',
        'kept = "sealed"',
    ),
    _one(
        "post_not_known_yet",
        "3.9 who does not know of his new post writes in the old one",
        f"{_DESK_ENGINE}:made_under",
        'return min(scope, int(notes.meta("account_scope") or scope))',
        "return scope",
        ("role",),
    ),
    _one(
        "scope_noted_over_what_waits",
        "3.9 what waits goes up under the scope in which it was made",
        f"{_ENGINE}._finish",
        "any(waits.get(each) for each in WAITS)",
        "False",
        ("role",),
    ),
    _one(
        "blind_move_out",
        "3.9 an old farewell takes nothing away that came back",
        f"{_STORE}._leave",
        "if old is not None and old.bucket == page.bucket and 0 < old.ver < ver:",
        "if old is not None:",
    ),
    _one(
        "same_version_same_row",
        "3.16 a restored centre may reach a version by another way",
        f"{_STORE}._is_here",
        "if old != new or key[0] not in self.kinds:",
        "if True:",
        (*_RESTORES, "scope"),
    ),
    _one(
        "earlier_reading_counts",
        "I1 after a restore no version of before stands against what comes",
        f"{_STORE}._is_here",
        "not self._is_of_an_earlier_reading(key, old)",
        "True",
        (*_RESTORES, *_ELSEWHERE),
    ),
    _one(
        "names_of_an_earlier_beginning",
        "3.8 a reading that begins anew names everything anew",
        f"{_STORE}._begin_naming",
        "if not first or place.naming:",
        "if not first and not place.naming:",
        (*_RESTORES, "move", "scope", "turn", "floor"),
    ),
    _one(
        "cursor_before_rows",
        "3.8 the cursor moves with the last row",
        f"{_STORE}.receive",
        "for wire in wires:",
        "place.cursor = page.to\n        for wire in wires:",
    ),
    _one(
        "no_replay",
        "R6 what waits stays before the person's eyes",
        f"{_STORE}._set_centre",
        "for change, author in changes:",
        "for change, author in []:",
    ),
    _one(
        "laid_for_ever",
        "I1 what the centre took does not hide what comes later",
        f"{_OUTBOX}.lift",
        "each.laid = False",
        "pass",
        _ELSEWHERE,
    ),
    _one(
        "refused_believed_taken",
        "R6 a person is told what was refused",
        f"{_OUTBOX}.settle",
        "state = STATE_OF[result.verdict]",
        'state = STATE_OF[result.verdict].replace("attention", "accepted")',
    ),
    _one(
        "nothing_again",
        "I2 a restored centre gets again what was in no backup",
        f"{_OUTBOX}.requeue_not_durable",
        'if each.state == "accepted" or late:',
        "if late:",
        _RESTORES,
    ),
    _one(
        "durable_for_ever",
        "I2 an older backup may be put back",
        f"{_OUTBOX}.requeue_not_durable",
        'if each.state == "accepted" or late:',
        'if each.state == "accepted":',
        _RESTORES,
    ),
    _one(
        "held_for_ever",
        "I13 what is held is offered again",
        f"{_OUTBOX}.retry_held",
        'each.state = "new"',
        "pass",
    ),
    _one(
        "time_runs_back",
        "I7 a desk's times never run backwards",
        f"{_STORE}._keep",
        "last = max((change.at + offset) << 16, last + 1)",
        "last = (change.at + offset) << 16",
    ),
    _one(
        "number_of_a_copy_believed",
        "I2 numbers given after a restore do not tell what it lost",
        f"{_ENGINE}._new_epoch",
        "requeue_not_durable(kept)",
        "requeue_not_durable((standing.incarnation, standing.durable_n))",
        (*_RESTORES, "clone", "backup"),
    ),
    _one(
        "epoch_noted_first",
        "3.16 a new epoch is noted last",
        f"{_ENGINE}._new_epoch",
        "mine = self._incarnation",
        'self._book.set_metas({"epoch": standing.epoch})\n    mine = self._incarnation',
        _RESTORES,
    ),
    _one(
        "buckets_kept_over_the_epoch",
        "3.16 after a restore every bucket is read again",
        f"{_ENGINE}._new_epoch",
        "self._book.reset_bucket(bucket.id)",
        "pass",
        _RESTORES,
    ),
    _one(
        "unread_bucket_stays",
        "I4 a bucket that left the scope goes, whether it was read or not",
        f"{_ENGINE}._receive",
        "if _is_unread(bucket) and bucket.id not in here",
        "if False",
        _ELSEWHERE,
    ),
)

ALL: Sequence[Mutant] = (*MERGE, *CENTRE, *DESK)

SEEN: Mapping[str, int] = {
    "blind_delete": 2,
    "blind_removal_of_an_entry": 11,
    "buckets_kept_over_the_epoch": 2,
    "closed_unseen": 4,
    "conflict_stays_behind": 2,
    "cursor_before_rows": 46,
    "drop_before_flush": 4,
    "dropped_too_early": 7,
    "durable_for_ever": 10,
    "earlier_reading_counts": 116,
    "edit_of_the_dead": 8,
    "edit_of_the_dead_is_dropped": 2,
    "epoch_noted_first": 310,
    "equals_are_a_conflict": 2,
    "floor_in_the_way": 4,
    "guarded_gives_way": 2,
    "hard_forbid": 4,
    "laid_for_ever": 39,
    "losers_push_each_other_out": 4,
    "no_epoch": 10,
    "no_floor": 4,
    "no_incarnation": 2,
    "no_replay": 13,
    "nothing_again": 2,
    "post_not_known_yet": 69,
    "post_of_then_alone": 12,
    "post_of_today": 3,
    "removing_takes_every_tag": 15,
    "safety_does_not_dominate": 24,
    "same_version_same_row": 70,
    "scope_noted_over_what_waits": 6,
    "second_move_counts": 3,
    "version_given_twice": 49,
}
"""By name: the first seed that finds it, where that is not 1; the tests begin there."""

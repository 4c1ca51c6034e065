"""How one change meets one row, as a table: who wins, what becomes of the other, and that nothing is lost unseen."""

import itertools

import pytest

from gridworker.records import KINDS
from gridworker.records.change import Change, Verb
from gridworker.records.conflicts import conflict_of, joined, overtaken
from gridworker.records.merge import ClashType, Refused, apply, lay, seen_of, seen_of_entry
from gridworker.records.row import Row, row_digest

WANG, LI = "01900000-0000-7000-8000-0000000000a1", "01900000-0000-7000-8000-0000000000a2"
RECORD, BUCKET = "01900000-0000-7000-8000-000000000001", "01900000-0000-7000-8000-000000000002"
ENTRY, SECOND = "01900000-0000-7000-8000-0000000000e1", "01900000-0000-7000-8000-0000000000e2"
numbers = itertools.count(0x1000)


def change(verb, path="", value=None, *, at=10, kind="household", **more):
    name = f"01900000-0000-7000-8000-{next(numbers):012x}"
    return Change(name, verb, kind, RECORD, BUCKET, at << 16, at, path=path, value=value, **more)


def made(kind="household", **fields):
    """A record as it was first written down."""
    return apply(KINDS[kind], None, change(Verb.CREATE, value=fields, at=1, kind=kind), WANG).row


def after(row, *changes):
    """The row when each of the changes was taken, by Li."""
    for each in changes:
        row = apply(KINDS[row.kind], row, each, LI).row or row
    return row


def sets(row, path, value, at=10, seen=None):
    """A value by somebody who sees ``row``."""
    more = {"seen": seen_of_entry(row, path)} if path.count("/") == 1 else {}
    return change(Verb.SET, path, value, at=at, kind=row.kind, parent=row.writer(path).change, **more)


def moves(row, source, target, at=10):
    value = {"from": source, "to": target}
    return change(Verb.MOVE, "state", value, at=at, kind=row.kind, parent=row.writer("state").change)


def removes(row, at=10):
    return change(Verb.DEL, at=at, kind=row.kind, seen=seen_of(row))


def takes_out(row, path, at=10):
    return change(Verb.REM, path, at=at, kind=row.kind, seen=seen_of_entry(row, path))


def untags(row, tag, at=10):
    return change(Verb.REM, f"tags/{tag}", at=at, seen=[stamp.change for stamp in row.adds(f"tags/{tag}")])


HOUSE = {"head_name": "陈建国", "phone": "13800000001", "living_state": "养蜂"}
MATTER = {"title": "路灯", "state": "accepted"}
DISPUTE = {"title": "田埂", "state": "mediating", "parties": {ENTRY: {"name": "陈", "phone": "13800000001"}}}
PHONE = f"parties/{ENTRY}/phone"

# What stands, what Li did, what Wang does without having seen it; the value that is shown, and the clash.
UNSEEN = [
    ("ordinary, later", HOUSE, ("phone", "2", 10), ("phone", "3", 20), "3", ("field", "3", "2")),
    ("ordinary, earlier", HOUSE, ("phone", "2", 20), ("phone", "3", 10), "2", ("field", "2", "3")),
    (
        "ordinary, cleared",
        HOUSE,
        ("living_state", None, 10),
        ("living_state", "种茶", 20),
        "种茶",
        ("field", "种茶", None),
    ),
    (
        "ordinary, by clearing",
        HOUSE,
        ("living_state", "种茶", 10),
        ("living_state", None, 20),
        None,
        ("field", None, "种茶"),
    ),
    ("guarded, later", HOUSE, ("head_name", "甲", 10), ("head_name", "乙", 20), "甲", ("field", "甲", "乙")),
    ("guarded, earlier", HOUSE, ("head_name", "甲", 20), ("head_name", "乙", 10), "甲", ("field", "甲", "乙")),
    ("equal", HOUSE, ("phone", "2", 10), ("phone", "2", 20), "2", None),
    ("another field", HOUSE, ("phone", "2", 10), ("living_state", "种茶", 20), "种茶", None),
    ("a field first filled by both", HOUSE, ("members", 2, 10), ("members", 3, 20), 3, ("field", 3, 2)),
    ("inside an entry", DISPUTE, (PHONE, "2", 10), (PHONE, "3", 20), "3", ("field", "3", "2")),
    ("inside an entry, another field", DISPUTE, (PHONE, "2", 10), (f"parties/{ENTRY}/name", "王", 20), "王", None),
]


@pytest.mark.parametrize(("name", "fields", "theirs", "mine", "shown", "clash"), UNSEEN, ids=[u[0] for u in UNSEEN])
def test_a_value_that_was_written_without_seeing_the_other(name, fields, theirs, mine, shown, clash):
    row = made("dispute" if "parties" in fields else "household", **fields)
    kind = KINDS[row.kind]
    before = row.copy()
    now = after(row, first := sets(row, *theirs))
    outcome = apply(kind, now, second := sets(row, *mine), WANG)
    assert row == before, "the row that was given is not touched"
    result = outcome.row or now
    assert result.value(mine[0]) == shown
    if clash is None:
        assert outcome.clash is None
        return
    assert (outcome.clash.type, outcome.clash.shown.value, outcome.clash.other.value) == clash
    assert outcome.clash.base == row.writer(mine[0]).change
    who = {first.id: LI, second.id: WANG}
    assert {outcome.clash.shown.by, outcome.clash.other.by} == {LI, WANG}
    assert who[outcome.clash.shown.change] == outcome.clash.shown.by


@pytest.mark.parametrize("path", ["phone", "head_name", "note", "living_state"])
def test_whoever_saw_the_value_overwrites_it_without_a_word(path):
    row = made(**HOUSE)
    now = after(row, sets(row, path, "甲", at=90))
    outcome = apply(KINDS["household"], now, change_ := sets(now, path, "乙", at=5), WANG)
    assert outcome.clash is None
    assert outcome.row.value(path) == "乙"
    assert (outcome.row.ver, outcome.row.mark) == (3, change_.id)
    assert outcome.row.writer(path) == (change_.id, WANG, 5 << 16)


def test_which_of_two_is_shown_does_not_depend_on_who_came_first():
    row = made(**HOUSE)
    one, two = sets(row, "phone", "2", at=10), sets(row, "phone", "3", at=11)
    for order in ((one, two), (two, one)):
        now = after(row, order[0])
        outcome = apply(KINDS["household"], now, order[1], WANG)
        assert (outcome.row or now).fields["phone"] == "3"
        assert {outcome.clash.shown.value, outcome.clash.other.value} == {"2", "3"}


# ---------------------------------------------------------------------- long texts


def writes(row, path, value, at=10):
    """Sentences by somebody who sees ``row``, as desk and centre know it."""
    return sets(row, path, value, at)._replace(base=row.value(path) or "")


NOTE = "种茶。养蜂。"

# What stands, what Li makes of it, what Wang makes of it without having seen that; what is shown, and the clash.
TEXTS = [
    ("another sentence each", NOTE, "种茶。养蜂。换了电话。", "改种桂花。养蜂。", "改种桂花。养蜂。换了电话。", None),
    ("the same words", NOTE, "种茶。", "种茶。", "种茶。", None),
    (
        "one sentence, the later is shown",
        NOTE,
        "种茶。养猪。",
        "种茶。养羊。",
        "种茶。养羊。",
        ("种茶。养羊。", "种茶。养猪。"),
    ),
    ("one cleared it, one wrote", NOTE, None, "种茶。养羊。", "种茶。养羊。", ("种茶。养羊。", None)),
    ("both filled in what was empty", None, "种茶。", "养羊。", "养羊。", ("养羊。", "种茶。")),
    (
        "together longer than it may be",
        NOTE,
        NOTE + "甲" * 600,
        "乙" * 600 + NOTE,
        "乙" * 600 + NOTE,
        ("乙" * 600 + NOTE, NOTE + "甲" * 600),
    ),
]


@pytest.mark.parametrize(("name", "before", "theirs", "mine", "shown", "clash"), TEXTS, ids=[t[0] for t in TEXTS])
def test_a_long_text_keeps_the_sentences_of_both(name, before, theirs, mine, shown, clash):
    row = made(**HOUSE, note=before) if before else made(**HOUSE)
    now = after(row, first := writes(row, "note", theirs))
    second = writes(row, "note", mine, at=20)
    outcome = apply(KINDS["household"], now, second, WANG)
    assert (outcome.row or now).value("note") == shown
    if clash is None:
        assert outcome.clash is None
        return
    assert (outcome.clash.shown.value, outcome.clash.other.value) == clash
    assert (outcome.clash.type, outcome.clash.other.change, outcome.made) == (ClashType.TEXT, first.id, None)


def test_what_was_made_of_two_texts_is_a_change_of_its_own_that_can_be_looked_at_again():
    row = made(**HOUSE, note=NOTE)
    now = after(row, writes(row, "note", NOTE + "换了电话。"))
    change = writes(row, "note", "改种桂花。养蜂。")
    outcome = apply(KINDS["household"], now, change, WANG)
    note = outcome.made
    assert (note.verb, note.path, note.value, note.parent) == (Verb.SET, "note", outcome.row.fields["note"], change.id)
    assert outcome.row.writer("note") == (note.id, WANG, change.hlc)
    assert (outcome.row.ver, outcome.row.mark) == (now.ver + 2, note.id), "two changes touched it"
    seen = writes(outcome.row, "note", "只种桂花。")
    assert apply(KINDS["household"], outcome.row, seen, LI).row.fields["note"] == "只种桂花。"
    other = after(row, writes(row, "note", NOTE + "换了地址。"))
    assert apply(KINDS["household"], other, change, WANG).made.id != note.id, "another text is another change"


def test_sentences_of_two_who_wrote_apart_are_the_same_whoever_came_first():
    row = made(**HOUSE, note=NOTE)
    one, two = writes(row, "note", NOTE + "换了电话。"), writes(row, "note", "改种桂花。养蜂。")
    ends = {after(row, first, second).fields["note"] for first, second in ((one, two), (two, one))}
    assert ends == {"改种桂花。养蜂。换了电话。"}


def test_where_it_is_not_known_what_somebody_was_looking_at_both_texts_are_kept():
    row = made(**HOUSE, note=NOTE)
    now = after(row, writes(row, "note", NOTE + "换了电话。"))
    blind = sets(row, "note", "改种桂花。养蜂。", at=20)
    outcome = apply(KINDS["household"], now, blind, WANG)
    assert (outcome.clash.type, outcome.clash.other.value) == (ClashType.TEXT, NOTE + "换了电话。")


def test_sentences_inside_an_entry_of_a_list_come_together_too():
    told = {"case": RECORD, "dispute": RECORD, "town": RECORD, "mediator": LI, "process": "双方到场。"}
    row = made("mediation_session", **told, opinions={ENTRY: {"party": "陈", "text": "一。二。"}})
    path = f"opinions/{ENTRY}/text"
    now = after(row, writes(row, path, "一改。二。"))
    outcome = apply(KINDS["mediation_session"], now, writes(row, path, "一。二改。"), WANG)
    assert outcome.row.value(path) == "一改。二改。"


def test_the_desk_shows_what_the_centre_will_make_of_it():
    row = made(**HOUSE, note=NOTE)
    now = after(row, writes(row, "note", NOTE + "换了电话。"))
    first = writes(row, "note", "改种桂花。养蜂。")
    then = change(Verb.SET, "note", "改种桂花。养土蜂。", parent=first.id)._replace(base=first.value)
    laid = taken = now
    for each in (first, then):
        laid = lay(KINDS["household"], laid, each, WANG)
        taken = apply(KINDS["household"], taken, each, WANG).row
    assert laid == taken
    assert laid.fields["note"] == "改种桂花。养土蜂。换了电话。"


# ---------------------------------------------------------------------- tags


TAGS = [
    ("both put one on", ["add a", "add b"], "ab"),
    ("both put the same on", ["add a", "add a"], "a"),
    ("one takes off what both had", ["rem t"], ""),
    ("both take it off", ["rem t", "rem t"], ""),
    ("one takes it off, the other puts it on again", ["add t", "rem t"], "t"),
    ("one puts it on again after the other took it off", ["rem t", "add t"], "t"),
]


@pytest.mark.parametrize(("name", "acts", "left"), TAGS, ids=[t[0] for t in TAGS])
def test_of_a_set_what_was_added_unseen_stays(name, acts, left):
    codes = {"a": "rental", "b": "veteran", "t": "low_income"}
    had = ["low_income"] if any("t" in act.split()[1] for act in acts) else []
    row = now = made(**HOUSE, tags=had) if had else made(**HOUSE)
    for act in acts:
        verb, tag = act.split()
        each = untags(row, codes[tag]) if verb == "rem" else change(Verb.ADD, f"tags/{codes[tag]}")
        outcome = apply(KINDS["household"], now, each, LI)
        assert outcome.clash is None
        now = outcome.row or now
    assert now.fields.get("tags", []) == sorted(codes[tag] for tag in left)


def test_a_tag_that_was_taken_off_and_put_on_by_two_needs_both_to_be_seen_to_go():
    row = made(**HOUSE)
    now = after(row, change(Verb.ADD, "tags/rental"), change(Verb.ADD, "tags/rental"))
    stamps = [stamp.change for stamp in now.adds("tags/rental")]
    assert len(stamps) == 2
    half = apply(KINDS["household"], now, change(Verb.REM, "tags/rental", seen=stamps[:1]), LI).row
    assert half.fields["tags"] == ["rental"]
    assert "tags" not in apply(KINDS["household"], half, change(Verb.REM, "tags/rental", seen=stamps), LI).row.fields


# ---------------------------------------------------------------------- lists


def test_entries_of_two_people_stand_side_by_side():
    row = made("dispute", **DISPUTE)
    now = after(row, sets(row, f"parties/{SECOND}", {"name": "王"}))
    assert set(now.fields["parties"]) == {ENTRY, SECOND}


ENTRIES = [
    ("taken out, seen", [], "takes", None, None),
    ("taken out by both", ["takes"], "takes", None, None),
    ("taken out, edited unseen", ["edits"], "takes", ClashType.DEL_VS_EDIT, "2"),
    ("edited, taken out unseen", ["takes"], "edits", ClashType.EDIT_ON_DELETED, None),
    ("replaced, edited unseen", ["edits"], "replaces", ClashType.FIELD, "9"),
    ("edited, replaced unseen", ["replaces"], "edits", ClashType.FIELD, "3"),
    ("replaced, taken out unseen", ["takes"], "replaces", ClashType.EDIT_ON_DELETED, None),
]


@pytest.mark.parametrize(("name", "theirs", "mine", "clash", "phone"), ENTRIES, ids=[e[0] for e in ENTRIES])
def test_an_entry_that_two_people_touched(name, theirs, mine, clash, phone):
    row = made("dispute", **DISPUTE)
    entry = f"parties/{ENTRY}"

    def act(what, value, at):
        match what:
            case "takes":
                return takes_out(row, entry, at)
            case "edits":
                return sets(row, PHONE, value, at)
        return sets(row, entry, {"name": "王", "phone": "9"}, at)

    now = after(row, *(act(what, "2", 10) for what in theirs))
    outcome = apply(KINDS["dispute"], now, act(mine, "3", 20), WANG)
    assert (outcome.clash.type if outcome.clash else None) == clash
    assert (outcome.row or now).value(PHONE) == phone


def test_an_entry_comes_back_for_who_knows_that_it_was_taken_out():
    row = made("dispute", **DISPUTE)
    entry = f"parties/{ENTRY}"
    gone = after(row, out := takes_out(row, entry))
    again = change(Verb.SET, entry, {"name": "陈"}, kind="dispute", parent=out.id, seen={})
    outcome = apply(KINDS["dispute"], gone, again, WANG)
    assert outcome.clash is None
    assert outcome.row.fields["parties"] == {ENTRY: {"name": "陈"}}
    assert "-" + entry not in outcome.row.writers


def test_what_an_entry_said_stays_with_who_took_it_out():
    row = made("dispute", **DISPUTE)
    entry = f"parties/{ENTRY}"
    gone = after(row, sets(row, PHONE, "2"))
    gone = after(gone, takes_out(gone, entry))
    assert gone.taken_out(entry) == {"name": "陈", "phone": "2"}
    assert gone.writer("-" + entry).by == LI
    assert Row.from_wire(gone.to_wire(), BUCKET).taken_out(entry) == gone.taken_out(entry)
    assert gone.taken_out(f"parties/{SECOND}") is None
    again = removes(gone)
    assert apply(KINDS["dispute"], gone, again, WANG).clash is None, "who sees that it is gone has seen all of it"


def test_an_entry_that_the_centre_never_saw_is_waited_for():
    row = made("dispute", title="田埂", state="registered")
    with pytest.raises(Refused) as refused:
        apply(KINDS["dispute"], after(row, sets(row, f"parties/{SECOND}", {"name": "王"})), sets(row, PHONE, "3"), WANG)
    assert refused.value.code == "unknown_record"


# ---------------------------------------------------------------------- steps


STEPS = [
    ("the step from where it stands", [], ("accepted", "handling"), "handling", None),
    ("both take the same step", [("accepted", "handling")], ("accepted", "handling"), "handling", None),
    ("the first step stands", [("accepted", "returned")], ("accepted", "handling"), "returned", ClashType.MOVE),
    ("the first step stands again", [("accepted", "handling")], ("accepted", "returned"), "handling", ClashType.MOVE),
    ("one begins what the other has done", [("accepted", "done")], ("accepted", "handling"), "done", None),
    ("one has done what the other begins", [("accepted", "handling")], ("accepted", "done"), "done", None),
]


@pytest.mark.parametrize(("name", "theirs", "mine", "state", "clash"), STEPS, ids=[s[0] for s in STEPS])
def test_of_two_steps_the_first_that_was_taken_stands(name, theirs, mine, state, clash):
    row = made("matter", **MATTER)
    now = after(row, *(moves(row, *each) for each in theirs))
    outcome = apply(KINDS["matter"], now, moves(row, *mine), WANG)
    assert (outcome.row or now).fields["state"] == state
    assert (outcome.clash.type if outcome.clash else None) == clash
    if clash:
        assert (outcome.clash.shown.value, outcome.clash.other.value) == (state, mine[1])


def test_handing_over_for_safety_goes_before_what_another_decided():
    row = made("dispute", **DISPUTE)
    now = after(row, moves(row, "mediating", "agreed"))
    outcome = apply(KINDS["dispute"], now, moves(row, "mediating", "transferred"), WANG)
    # From an agreement nothing is handed over any more; from the stages before it is.
    assert outcome.clash.type is ClashType.MOVE
    early = made("dispute", title="田埂", state="registered")
    accepted = after(early, moves(early, "registered", "accepted"))
    outcome = apply(KINDS["dispute"], accepted, moves(early, "registered", "transferred"), WANG)
    assert outcome.row.fields["state"] == "transferred"
    assert (outcome.clash.shown.value, outcome.clash.other.value) == ("transferred", "accepted")


@pytest.mark.parametrize("value", [None, "done", {}, {"from": "accepted"}, {"from": "accepted", "to": 7}])
def test_a_step_of_the_wrong_shape_is_refused(value):
    row = made("matter", **MATTER)
    with pytest.raises(Refused):
        apply(KINDS["matter"], row, change(Verb.MOVE, "state", value, kind="matter"), WANG)


def test_an_unlawful_step_is_refused_with_its_reason():
    row = made("matter", **MATTER)
    with pytest.raises(Refused) as refused:
        apply(KINDS["matter"], row, moves(row, "accepted", "confirmed"), WANG)
    assert (refused.value.code, "不能直接变为" in refused.value.reason) == ("unlawful_move", True)


# ---------------------------------------------------------------------- removal


def test_who_saw_everything_removes_and_brings_back():
    row = made(**HOUSE, tags=["rental"])
    row = after(row, sets(row, "phone", "2"), change(Verb.ADD, "tags/veteran"))
    gone = apply(KINDS["household"], row, out := removes(row), WANG)
    assert gone.clash is None
    assert gone.row.removed == (out.id, WANG, 10 << 16)
    assert gone.row.fields == row.fields
    back = apply(KINDS["household"], gone.row, change(Verb.RESTORE, parent=out.id), LI).row
    assert back.removed is None
    assert apply(KINDS["household"], back, change(Verb.RESTORE, parent=out.id), LI).row is None


UNSEEN_EDITS = {
    "a value": lambda row: sets(row, "phone", "2"),
    "a first value": lambda row: sets(row, "members", 3),
    "a tag": lambda row: change(Verb.ADD, "tags/veteran"),
    "a tag less": lambda row: untags(row, "rental"),
    "a return": lambda row: change(Verb.RESTORE, parent="x"),
}


@pytest.mark.parametrize("edit", UNSEEN_EDITS, ids=list(UNSEEN_EDITS))
def test_a_removal_by_somebody_who_had_not_seen_all_of_it_is_a_proposal(edit):
    row = made(**HOUSE, tags=["rental"])
    now = row
    if edit == "a return":
        now = after(now, removes(row))
    now = after(now, UNSEEN_EDITS[edit](row))
    outcome = apply(KINDS["household"], now, removes(row, at=99), WANG)
    assert outcome.row is None
    assert (outcome.clash.type, outcome.clash.shown.by, outcome.clash.other.by) == ("del_vs_edit", LI, WANG)


@pytest.mark.parametrize("edit", list(UNSEEN_EDITS)[:4])
def test_an_edit_of_a_removed_record_is_kept_beside_it(edit):
    row = made(**HOUSE, tags=["rental"])
    gone = after(row, removes(row))
    outcome = apply(KINDS["household"], gone, UNSEEN_EDITS[edit](row), WANG)
    assert outcome.row is None
    assert (outcome.clash.type, outcome.clash.other.by) == ("edit_on_deleted", WANG)
    assert outcome.clash.other.value in ("2", 3, {"add": "veteran"}, {"rem": "rental"})
    assert outcome.clash.shown.by == LI


def test_two_removals_are_one():
    row = made(**HOUSE)
    gone = after(row, removes(row))
    again = apply(KINDS["household"], gone, removes(row), WANG)
    assert (again.row, again.clash) == (None, None)


# ---------------------------------------------------------------------- first things


def test_a_record_is_made_once_and_edited_when_it_is_there():
    row = made(**HOUSE)
    for given, each, code in (
        (row, change(Verb.CREATE, value=HOUSE), "exists"),
        (None, change(Verb.SET, "phone", "2"), "unknown_record"),
        (None, removes(row), "unknown_record"),
    ):
        with pytest.raises(Refused) as refused:
            apply(KINDS["household"], given, each, WANG)
        assert refused.value.code == code


@pytest.mark.parametrize(
    ("path", "verb", "fields"),
    [
        ("tags/x", Verb.ADD, {"tags": "x"}),
        (f"parties/{ENTRY}", Verb.REM, {"parties": 7}),
        (PHONE, Verb.SET, {"parties": 7}),
    ],
)
def test_an_edit_of_another_shape_than_what_stands_is_refused(path, verb, fields):
    row = made("dispute", title="田埂", state="registered", **fields)
    with pytest.raises(Refused) as refused:
        apply(KINDS["dispute"], row, change(verb, path, "2", kind="dispute", seen=[]), WANG)
    assert refused.value.code == "wrong_value"


def test_what_the_desk_lays_is_what_the_centre_makes_of_it_when_nobody_came_between():
    row = made("dispute", **DISPUTE)
    edits = [
        lambda r: sets(r, "summary", "两家争田埂"),
        lambda r: sets(r, f"parties/{SECOND}", {"name": "王"}),
        lambda r: sets(r, PHONE, "2"),
        lambda r: takes_out(r, f"parties/{SECOND}"),
        lambda r: moves(r, "mediating", "agreed"),
        lambda r: removes(r),
        lambda r: change(Verb.RESTORE, kind="dispute", parent=r.removed.change),
    ]
    laid = taken = row
    for edit in edits:
        each = edit(taken)
        outcome = apply(KINDS["dispute"], taken, each, WANG)
        assert outcome.clash is None
        laid, taken = lay(KINDS["dispute"], laid, each, WANG), outcome.row
        assert laid == taken
    assert taken.ver == 1 + len(edits)


# ---------------------------------------------------------------------- conflicts


def clash_of(one, two, at=20):
    row = made(**HOUSE)
    return row, apply(KINDS["household"], after(row, sets(row, "phone", one)), sets(row, "phone", two, at=at), WANG)


def test_a_loser_becomes_a_conflict_that_says_who_and_when():
    _, outcome = clash_of("2", "3")
    fields = conflict_of(outcome.clash, "household", RECORD, "13800000001", ENTRY)
    assert KINDS["conflict"].clean(fields) == fields
    assert (fields["shown_value"], fields["shown_by"], fields["shown_at"]) == ("3", WANG, 20)
    assert fields["others"][ENTRY]["value"] == "2"
    assert (fields["base"], fields["state"], fields["type"]) == ("13800000001", "open", "field")


def test_more_losers_join_the_same_conflict_and_one_that_was_seen_makes_room():
    row, outcome = clash_of("2", "3")
    fields = conflict_of(outcome.clash, "household", RECORD, None, ENTRY)
    conflict = Row("conflict", SECOND, BUCKET, 1, "m", fields, {"": ["m", WANG, 1]})
    third = apply(KINDS["household"], outcome.row, sets(row, "phone", "4", at=30), LI)
    told = dict(joined(conflict, third.clash, SECOND))
    assert (told["shown_value"], told["state"], told[f"others/{SECOND}"]["value"]) == ("4", "open", "3")
    assert f"others/{ENTRY}" not in told
    seen = sets(outcome.row, "phone", "5", at=40)
    assert apply(KINDS["household"], outcome.row, seen, LI).clash is None
    assert dict(overtaken(conflict, "5", LI, 40, seen.id))["shown_value"] == "5"
    assert overtaken(conflict, "3", WANG, 20, fields["shown_change"]) == []


# ---------------------------------------------------------------------- rows


def test_who_wrote_what_is_told_sparsely():
    row = made("dispute", **DISPUTE)
    assert row.writer("summary") == row.writer(PHONE) == row.writer("")
    assert row.author == WANG
    now = after(row, each := sets(row, PHONE, "2"))
    assert now.writer(PHONE).change == each.id
    assert now.writer(f"parties/{ENTRY}/name") == row.writer("")
    assert (now.value(PHONE), now.value("nothing/at/all"), now.value("title/x")) == ("2", None, None)


def test_a_row_adds_to_the_set_hash_by_its_version_and_mark_alone():
    digests = {
        row_digest(*each) for each in (("a", "b", 1, "m"), ("a", "b", 2, "m"), ("a", "b", 1, "n"), ("x", "b", 1, "m"))
    }
    assert len(digests) == 4
    assert all(0 <= digest < 1 << 128 for digest in digests)

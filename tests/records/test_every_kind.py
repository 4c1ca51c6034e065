"""What must hold of every kind: a new kind is tested by being named in the catalogue."""

import re

import pytest

from gridworker.records import KINDS
from gridworker.records.change import Change, Verb
from gridworker.records.fields import Choice, Field, Flag, Merge, Moment, Privacy, Ref, Searched, State, Text, Whole
from gridworker.records.identity import check_digit
from gridworker.records.kind import BucketClass, Role
from gridworker.records.kinds.visit import SUBJECT_KINDS
from gridworker.records.rights import check_values
from gridworker.records.row import Row
from gridworker.records.several import Entries, Tags
from gridworker.records.wrong import Wrong

HAN = re.compile(r"[一-鿿]")
NAME = re.compile(r"[a-z][a-z0-9_]*\Z")
ID = "01900000-0000-7000-8000-000000000001"
EVERY_KIND = pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)


def every_field(kind):
    """The fields of a kind, and those inside its lists."""
    for field in kind.fields:
        yield field.name, field
        for inner in getattr(field, "fields", ()):
            yield f"{field.name}/{inner.name}", inner


SAMPLES = {
    "flag": True,
    "ref": ID,
    "moment": 1_772_414_040_000,
    "id_number": (NUMBER := "33068319500101123") + check_digit(NUMBER),
    "phone": "13800000001",
    "day": "2026-03-02",
    "any": {"x": 1},
    "digest": "ab" * 32,
}


def sample(field: Field):
    """Something that may stand in a field."""
    match field:
        case Entries():
            return {ID: {inner.name: sample(inner) for inner in field.fields}}
        case Tags():
            return sorted(field.choices)[:2]
        case State() | Choice():
            return next(iter(field.choices))
        case _ if field.type in SAMPLES:
            return SAMPLES[field.type]
        case Whole():
            return max(field.least, 1)
    return "陈建国"


def filled(kind):
    """A record with something in every field, that obeys the kind's rules."""
    fields = {field.name: sample(field) for field in kind.fields}
    if kind.machine is not None:
        fields[kind.machine.field] = kind.machine.initial
    if kind.name == "person":  # sex and date of birth would have to follow the number
        del fields["birth_date"], fields["sex"]
    return fields


def test_the_catalogue_names_each_kind_as_it_names_itself():
    assert [name for name in KINDS if KINDS[name].name != name] == []
    assert len({kind.title for kind in KINDS.values()}) == len(KINDS)


@EVERY_KIND
def test_names_are_english_and_titles_chinese(kind):
    assert NAME.match(kind.name)
    assert HAN.search(kind.title)
    for path, field in every_field(kind):
        assert all(NAME.match(step) for step in path.split("/")), path
        assert HAN.search(field.title), path
        for code, words in getattr(field, "choices", {}).items():
            assert code, path
            assert words, path


@EVERY_KIND
def test_what_it_shows_counts_and_looks_for_is_declared(kind):
    known = set(kind.by_name)
    assert len(known) == len(kind.fields)
    assert {*kind.title_fields, *kind.columns} <= known
    assert all(set(names) <= known for names in kind.indexes)
    for summary in kind.summaries:
        assert {*summary.by, *summary.where, *filter(None, [summary.latest])} <= known
    assert len({summary.name for summary in kind.summaries}) == len(kind.summaries)


@EVERY_KIND
def test_where_it_lives_is_told_by_one_field_that_does_not_change(kind):
    if kind.home is BucketClass.ANY:
        assert kind.rights.create == {Role.CENTRE}
        return
    home = kind.by_name[kind.home_field]
    assert isinstance(home, Ref)
    assert home.merge in (Merge.HOME, Merge.FIXED)
    assert home.to == (("staff_member",) if kind.home is BucketClass.USER else ("region",))


@EVERY_KIND
def test_what_moves_or_follows_what_moves_is_declared(kind):
    if kind.rights.move:
        assert kind.moves
        assert not kind.follows, "it goes by itself or after another, not both"
    for each in kind.follows:
        assert kind.home in (BucketClass.GRID, BucketClass.SENSITIVE)
        assert kind.by_name[each.pointer].to == (each.kind,)
        leader = KINDS[each.kind]
        assert leader.rights.move or leader.follows, "who follows it would never move"
        assert not each.while_open or kind.machine is not None


@EVERY_KIND
def test_what_is_sensitive_lies_in_a_sensitive_bucket_alone(kind):
    sensitive = [path for path, field in every_field(kind) if field.privacy is Privacy.A]
    assert not sensitive or kind.home is BucketClass.SENSITIVE
    if kind.home is BucketClass.SENSITIVE:
        assert sensitive


@EVERY_KIND
def test_what_is_private_is_never_searched_as_free_text_of_a_reference(kind):
    for path, field in every_field(kind):
        if isinstance(field, Ref | Flag | Moment):
            assert field.searched is Searched.NO, path


@EVERY_KIND
def test_references_point_to_kinds_that_exist(kind):
    for path, field in every_field(kind):
        if isinstance(field, Ref):
            assert set(field.to) <= {*KINDS, *SUBJECT_KINDS}, path


@EVERY_KIND
def test_a_full_record_is_kept_as_it_is_and_the_centre_takes_it(kind):
    fields = kind.clean(filled(kind))
    assert kind.clean(fields) == fields
    change = Change(ID, Verb.CREATE, kind.name, ID, ID, 1 << 16, 1, value=fields)
    check_values(kind, change)
    assert Change.from_wire({**change.to_wire(), "n": 1}, ID, ID).value == fields
    row = Row(kind.name, ID, ID, 3, ID, fields, {"": [ID, ID, 1]})
    assert Row.from_wire(row.to_wire(), ID) == row
    assert kind.title_of(fields)


@EVERY_KIND
def test_what_must_be_filled_is_asked_for_by_name(kind):
    fields = kind.clean(filled(kind))
    for field in kind.fields:
        if field.required and field.default is None:
            with pytest.raises(Wrong) as wrong:
                kind.clean({name: value for name, value in fields.items() if name != field.name})
            assert (wrong.value.field, field.title in wrong.value.reason) == (field.name, True)


@EVERY_KIND
def test_fields_of_a_newer_version_pass_through(kind):
    fields = {**kind.clean(filled(kind)), "not_yet_known": {"a": [1]}}
    assert kind.clean(fields)["not_yet_known"] == {"a": [1]}


@EVERY_KIND
def test_a_default_may_stand_where_it_stands(kind):
    for path, field in every_field(kind):
        if field.default is not None:
            assert field.clean(field.default) == field.default, path


@EVERY_KIND
def test_a_policy_fits_its_type(kind):
    for path, field in every_field(kind):
        if isinstance(field, Entries):
            assert field.merge is Merge.ENTRIES, path
            assert "/" not in path, "a list in a list"
        elif isinstance(field, Tags):
            assert field.merge in (Merge.SET, Merge.FIXED), path
        elif isinstance(field, State):
            assert field.merge is Merge.STATE, path
            assert kind.machine is not None
            assert kind.machine.field == path
        elif isinstance(field, Text) and field.lines:
            assert field.merge in (Merge.TEXT, Merge.FIXED), path
        else:
            kept_by_centre = (Merge.CENTRE,) if "/" in path else ()
            assert field.merge in (Merge.ORDINARY, Merge.GUARDED, Merge.FIXED, Merge.HOME, *kept_by_centre), path


@EVERY_KIND
def test_what_is_written_once_has_no_field_that_could_change(kind):
    if kind.append_only:
        assert {field.merge for field in kind.fields} == {Merge.FIXED}
        assert kind.machine is None
        assert not kind.rights.edit | kind.rights.remove


@pytest.mark.parametrize(
    "kind", [kind for kind in KINDS.values() if kind.machine is not None], ids=lambda kind: kind.name
)
def test_a_machine_leads_everywhere_by_declared_steps(kind):
    machine, states = kind.machine, set(kind.machine.states)
    assert dict(kind.by_name[machine.field].choices) == dict(machine.states)
    assert kind.by_name[machine.field].default == machine.initial
    assert machine.ended <= states
    assert set(machine.tones) <= states
    reached = {machine.initial}
    while more := {m.target for m in machine.moves if m.sources & reached} - reached:
        reached |= more
    assert reached == states
    pairs = [(source, move.target) for move in machine.moves for source in move.sources]
    assert len(set(pairs)) == len(pairs), "two steps lead the same way"
    for move in machine.moves:
        assert {*move.sources, move.target} <= states
        assert move.target not in move.sources
        assert HAN.search(move.title)
        assert set(move.needs) <= set(kind.by_name)
        assert move.roles <= set(Role)
        assert move.roles


@pytest.mark.parametrize(
    "text", ["\x00", "a\x00b", "\x07", "\ud800"], ids=["NUL", "NUL inside", "bell", "half a character"]
)
@EVERY_KIND
def test_signs_that_cannot_be_kept_are_refused_in_every_text(kind, text):
    for path, field in every_field(kind):
        if isinstance(field, Text):
            with pytest.raises(Wrong):
                field.clean(text)
            with pytest.raises(Wrong):
                field.clean("民" * (field.limit + 1))
            assert path


def reason(field, value):
    """What is said of a value that does not fit; "" when it does."""
    try:
        field.clean(value)
    except Wrong as wrong:
        return wrong.reason
    return ""


@EVERY_KIND
def test_a_wrong_value_is_never_repeated_in_its_reason(kind):
    for _, field in every_field(kind):
        for value in ("欧阳锦绣13905751234", 10**15, ["欧阳锦绣"], {"欧阳锦绣": 1}, -7.5):
            said = reason(field, value)
            assert not [trace for trace in ("欧阳", "1390575", str(10**15)) if trace in said]

"""Who may do what, tried for every role, kind and field against a table written by hand."""

import itertools

import pytest

from gridworker.records import KINDS
from gridworker.records.change import Change, Verb
from gridworker.records.fields import Merge
from gridworker.records.kind import Role
from gridworker.records.rights import Author, check_values, why_not
from gridworker.records.row import Row
from gridworker.records.several import Entries, Tags
from gridworker.records.wrong import Wrong

ID = "01900000-0000-7000-8000-000000000001"
ME, OTHER = "01900000-0000-7000-8000-0000000000a1", "01900000-0000-7000-8000-0000000000a2"
LETTERS = {"g": Role.GRID_WORKER, "m": Role.MEDIATOR, "s": Role.SUPERVISOR, "a": Role.ADMIN}

# kind: who makes, who edits, who removes, who moves it to another region; * only what he made himself.
TABLE = """
region             a    a    a    -
staff_member       a    a    a    -
household          gs   gms  gs   gs
person             gs   gs   gs   -
key_group_tag      gs   gs   gs   -
visit              gms* gms* gms* -
matter             gms  gms  gs   -
dispute            gms  gms  gs   -
mediation_case     ms   ms   s    -
mediation_session  ms   ms   s    -
review             s    -    -    -
audit              gmsa -    -    -
conflict           -    -    -    -
"""
# Fields for which others stand than the table says.
FIELDS = {
    ("dispute", "mediator"): "ms",
    ("dispute", "next_at"): "ms",
    ("dispute", "outcome"): "ms",
    ("mediation_case", "case_no"): "",
    ("mediation_case", "readers"): "",
    ("conflict", "settled_by"): "gms",
    ("conflict", "undo_of"): "gms",
}
NEVER = (Merge.FIXED, Merge.HOME, Merge.STATE, Merge.CENTRE)


def table():
    for line in TABLE.split("\n"):
        if line:
            name, *cells = line.split()
            yield name, [{LETTERS[letter] for letter in cell if letter in LETTERS} for cell in cells], "*" in line


def change(kind, verb, path="", value=None):
    return Change(ID, verb, kind.name, ID, ID, 1 << 16, 1, path=path, value=value, seen=[])


def row(kind, author=ME):
    return Row(kind.name, ID, ID, 1, ID, {}, {"": [ID, author, 1]})


def edits(kind, field):
    """Every sort of edit of one field."""
    if isinstance(field, Entries):
        yield change(kind, Verb.SET, f"{field.name}/{ID}", {})
        yield change(kind, Verb.REM, f"{field.name}/{ID}")
        for inner in field.fields:
            yield change(kind, Verb.SET, f"{field.name}/{ID}/{inner.name}", None)
    elif isinstance(field, Tags):
        yield change(kind, Verb.ADD, f"{field.name}/{next(iter(field.choices))}")
        yield change(kind, Verb.REM, f"{field.name}/{next(iter(field.choices))}")
    else:
        yield change(kind, Verb.SET, field.name, None)


def test_the_table_names_every_kind():
    assert [name for name, *_ in table()] == list(KINDS)


@pytest.mark.parametrize(("name", "cells", "own"), list(table()), ids=[name for name, *_ in table()])
def test_every_role_against_every_field(name, cells, own):
    kind = KINDS[name]
    create, edit, remove, move = cells
    tried = 0
    for role in LETTERS.values():
        me = Author(ME, role)
        assert (why_not(kind, None, change(kind, Verb.CREATE, value={}), me) == "") is (role in create)
        for verb in (Verb.DEL, Verb.RESTORE):
            assert (why_not(kind, row(kind), change(kind, verb), me) == "") is (role in remove)
        assert why_not(kind, row(kind), change(kind, Verb.HOME, value=ID), me), "that is the centre's alone"
        for field in kind.fields:
            allowed = {LETTERS[each] for each in FIELDS[name, field.name]} if (name, field.name) in FIELDS else edit
            allowed = set() if field.merge in NEVER or kind.append_only else allowed
            for each in edits(kind, field):
                tried += 1
                inner = kind.field(each.path)
                may = role in allowed and (inner is None or inner.merge not in NEVER)
                may = role in move if field.merge is Merge.HOME else may
                assert (why_not(kind, row(kind), each, me) == "") is may, (role, each.path)
                if own:
                    assert why_not(kind, row(kind, OTHER), each, me)
    assert tried >= 4 * len(kind.fields)


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_the_centre_as_an_author_may_do_everything_and_a_stranger_nothing(kind):
    for verb in (Verb.CREATE, Verb.DEL, Verb.RESTORE):
        assert why_not(kind, row(kind), change(kind, verb, value={}), Author(ME, Role.CENTRE)) == ""
        assert why_not(kind, row(kind), change(kind, verb, value={}), Author(ME, "stranger"))
    for field in kind.fields:
        for each in edits(kind, field):
            assert why_not(kind, row(kind), each, Author(ME, "stranger"))


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_a_step_is_taken_by_its_roles_alone_and_an_unlawful_one_by_nobody(kind):
    if kind.machine is None:
        move = change(kind, Verb.MOVE, value={"from": "a", "to": "b"})
        assert why_not(kind, row(kind), move, Author(ME, Role.SUPERVISOR))
        return
    for source, target in itertools.product(kind.machine.states, repeat=2):
        lawful = kind.machine.move(source, target)
        for role in LETTERS.values():
            move = change(kind, Verb.MOVE, value={"from": source, "to": target})
            allowed = lawful is not None and role in lawful.roles
            assert (why_not(kind, row(kind), move, Author(ME, role)) == "") is allowed
            if allowed and lawful.author_only:
                assert why_not(kind, row(kind, OTHER), move, Author(ME, role))


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_an_edit_of_the_wrong_shape_is_refused_by_both_sides(kind):
    for field in kind.fields:
        right = {(each.verb, each.path.count("/")) for each in edits(kind, field)}
        for verb, steps in itertools.product((Verb.SET, Verb.ADD, Verb.REM), range(4)):
            path = "/".join([field.name, ID, "name", "more"][: steps + 1])
            if (verb, steps) not in right:
                with pytest.raises(Wrong):
                    check_values(kind, change(kind, verb, path))


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_why_not_is_said_in_words_and_without_names_of_the_code(kind):
    for field in kind.fields:
        for each in edits(kind, field):
            words = why_not(kind, row(kind, OTHER), each, Author(ME, Role.ADMIN))
            assert not words or (words.endswith("。") and field.name not in words)

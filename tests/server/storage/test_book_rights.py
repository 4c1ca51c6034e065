"""Who may do what: every role tries every kind, every field and every move at the centre."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from gridserver.author import Author
from gridserver.storage import rows, scope
from gridserver.storage.engine import Connection, text
from gridworker.protocol.sync import GroupResult
from gridworker.records import KINDS
from gridworker.records.change import Change, Verb
from gridworker.records.fields import Choice, Field, Flag, IdNumber, Merge, Moment, Phone, Ref, Whole
from gridworker.records.files import Digest
from gridworker.records.kind import BucketClass, Kind, Role
from gridworker.records.machine import Machine
from gridworker.records.row import Row
from gridworker.records.several import Entries, Tags
from tests.helpers.centre import Centre, new_id
from tests.helpers.hand import Hand, household
from tests.helpers.writer import GRID, TOWN, Writer

ROLES = [Role.GRID_WORKER, Role.MEDIATOR, Role.SUPERVISOR, Role.ADMIN]
MADE_BY_PEOPLE = [kind for kind in KINDS.values() if kind.home is not BucketClass.ANY]
WITH_MACHINE = [kind for kind in MADE_BY_PEOPLE if kind.machine is not None]
NEXT_GRID = "330683106211002"
_ID_NUMBER = "110101199001011237"


@pytest.fixture
def people(centre: Centre) -> dict[str, Writer]:
    """One person of each role, who sees everything: only his role is in question."""
    centre.district()
    writers = {role: Writer.at(centre, role, role, "330683") for role in ROLES}
    with centre.conn() as conn:
        conn.execute(
            text("""
                INSERT INTO bucket_grant (account, bucket, from_version)
                SELECT account.id, bucket.id, 1 FROM account CROSS JOIN bucket WHERE role <> 'centre'
                ON CONFLICT DO NOTHING
            """)
        )
    return writers


def sample(field: Field) -> Any:
    """A value that fits the field."""
    if isinstance(field, Entries):
        return {new_id(): {each.name: sample(each) for each in field.fields}}
    fitting: tuple[tuple[type[Field], Any], ...] = (
        (IdNumber, _ID_NUMBER),
        (Digest, "a" * 64),
        (Phone, "13812345678"),
        (Tags, [next(iter(getattr(field, "choices", {})), "")]),
        (Choice, next(iter(getattr(field, "choices", {})), "")),
        (Flag, True),
        (Moment, 1_772_414_040_000),
        (Whole, max(getattr(field, "least", 0), 1)),
        (Ref, new_id()),
    )
    return next((value for kind, value in fitting if isinstance(field, kind)), _text(field))


def _text(field: Field) -> str:
    return "2026-03-02" if field.type == "day" else "王建国"


def fields_of(kind: Kind, writer: Writer) -> dict[str, Any]:
    """What must be filled for a record of this kind, and where it lies."""
    regions = writer.centre.regions
    home = {"grid": regions[GRID], "town": regions[TOWN], "county": regions["330683"], "person": writer.desk.person}
    filled = {field.name: sample(field) for field in kind.fields if field.required}
    return kind.clean({**filled, kind.home_field: home[kind.home_field], **_more(kind)})


def _more(kind: Kind) -> dict[str, Any]:
    return (
        {"act": "read"} if kind.name == "review" else {"result": "agreed"} if kind.name == "mediation_session" else {}
    )


def bucket_of(writer: Writer, kind: Kind, fields: Mapping[str, Any]) -> str:
    """Where such a record lies."""
    place = (kind.home, fields[kind.home_field])
    with writer.centre.conn() as conn:
        return scope.ground(conn, writer.desk.person, [], [place], []).homes[place]


def made_by_the_centre(writer: Writer, kind: Kind, count: int = 1) -> list[Row]:
    """Records of which nobody among the people is the author."""
    fields = fields_of(kind, writer)
    bucket = bucket_of(writer, kind, fields)
    with writer.centre.conn() as conn:
        author = Author(conn, writer.centre.clock(), new_id)
        changes = [author.create(kind.name, new_id(), bucket, fields) for _ in range(count)]
        author.write(changes)
        return standing(conn, changes)


def made_by(writer: Writer, kind: Kind, count: int) -> list[Row]:
    """Records of his own."""
    fields = fields_of(kind, writer)
    bucket = bucket_of(writer, kind, fields)
    changes = [writer.hand.create(kind.name, bucket, fields) for _ in range(count)]
    groups = [writer.hand.group(change) for change in changes]
    writer.send(*groups)
    if kind.pointers:
        writer.centre.clock.move(days=6)  # what they point at never comes
        writer.send(*groups)
    with writer.centre.conn() as conn:
        return standing(conn, changes)


def standing(conn: Connection, changes: Sequence[Change]) -> list[Row]:
    """The records that were made."""
    found = rows.read(conn, [change.record for change in changes], []).rows
    return [found[change.kind, change.record] for change in changes]


def edit(writer: Writer, row: Row, field: Field) -> Change:
    """An edit of the field."""
    value = sample(field)
    if field.merge is Merge.HOME:
        return writer.hand.set(row, field.name, writer.centre.regions[NEXT_GRID])
    if isinstance(field, Tags):
        return writer.hand.add(row, f"{field.name}/{value[0]}")
    if isinstance(field, Entries):
        ((entry, fields),) = value.items()
        path = f"{field.name}/{entry}"
        return writer.hand.set(row, path, KINDS[row.kind].a_persons(path, fields))
    return writer.hand.set(row, field.name, value)


def may_edit(kind: Kind, field: Field, role: str, is_author: bool) -> bool:
    """As the declaration says."""
    if field.merge is Merge.HOME:
        return role in kind.rights.move
    if kind.append_only or field.merge in (Merge.FIXED, Merge.STATE):
        return False
    if kind.rights.author_only and not is_author:
        return False
    return role in (kind.rights.edit if field.editors is None else field.editors)


def taken(result: GroupResult) -> bool:
    """Whether a change was let in; what was not, was not for this reason alone. Who writes of a record that has not
    come yet may write it."""
    let_in = result.verdict in ("ok", "conflict") or result.code == "unknown_target"
    assert let_in or result.code == "not_allowed", result
    return let_in


@pytest.mark.parametrize("kind", MADE_BY_PEOPLE, ids=lambda kind: kind.name)
def test_each_role_may_do_to_a_record_what_its_kind_declares(people, kind):
    for role, writer in people.items():
        fields = fields_of(kind, writer)
        create = writer.hand.create(kind.name, bucket_of(writer, kind, fields), fields)
        assert taken(writer.keep(create)) == (role in kind.rights.create), (role, "create")
        count = len(kind.fields) + 1
        try_edits(writer, role, kind, made_by_the_centre(writer, kind, count), is_author=False)
        if role in kind.rights.create:
            try_edits(writer, role, kind, made_by(writer, kind, count), is_author=True)


def try_edits(writer: Writer, role: str, kind: Kind, rows: Sequence[Row], *, is_author: bool) -> None:
    """Each field of a record of its own, so that no refusal stands in another's way; and one is removed."""
    results = writer.send(*(edit(writer, row, field) for row, field in zip(rows, kind.fields, strict=False)))
    for field, result in zip(kind.fields, results, strict=True):
        assert taken(result) == may_edit(kind, field, role, is_author), (role, field.name, is_author)
    may_remove = role in kind.rights.remove and not kind.append_only and (is_author or not kind.rights.author_only)
    assert taken(writer.keep(writer.hand.remove(rows[-1]))) == may_remove, (role, "remove", is_author)
    if may_remove:
        assert taken(writer.keep(writer.hand.restore(writer.row(kind.name, rows[-1].id))))


def way_to(machine: Machine, state: str) -> list[str]:
    """Lawful moves that lead from the first state to this one."""
    ways = {machine.initial: [machine.initial]}
    for _ in machine.states:
        for move in machine.moves:
            for source in move.sources & ways.keys():
                ways.setdefault(move.target, [*ways[source], move.target])
    return ways[state]


@pytest.mark.parametrize("kind", WITH_MACHINE, ids=lambda kind: kind.name)
def test_each_role_may_make_the_moves_that_the_machine_gives_it(people, kind):
    machine = kind.machine
    any_writer = people[Role.ADMIN]
    for source in machine.states:
        found = made_by_the_centre(any_writer, kind, len(machine.states))
        for state in way_to(machine, source)[1:]:
            found = moved_by_the_centre(any_writer, found, state)
        for role, writer in people.items():
            tried = [writer.hand.move(row, target) for row, target in zip(found, machine.states, strict=True)]
            for target, result in zip(machine.states, writer.send(*tried), strict=True):
                move = machine.move(source, target)
                may = move is not None and role in move.roles and not move.author_only
                assert taken(result) == may, (role, source, target)


def moved_by_the_centre(writer: Writer, found: Sequence[Row], state: str) -> list[Row]:
    """The records one state further."""
    hand = Hand(writer.centre.clock())
    changes = [hand.move(row, state) for row in found]
    with writer.centre.conn() as conn:
        Author(conn, writer.centre.clock(), new_id).write(changes)
        return standing(conn, changes)


@pytest.mark.parametrize("role", ROLES)
def test_what_a_conflict_says_is_the_centres_and_who_settles_it_is_declared(people, role):
    one, other, writer = people[Role.GRID_WORKER], people[Role.SUPERVISOR], people[role]
    grid = one.bucket("grid", GRID)
    home = one.create("household", grid, household(one.centre.regions[GRID]))
    one.set(home, "head_name", "王建军")
    other.set(home, "head_name", "王建民")
    (conflict,) = one.conflicts(home.id)
    kind = KINDS["conflict"]
    for field in kind.fields:
        if field.name != "others":
            result = writer.keep(edit(writer, conflict, field))
            assert taken(result) == may_edit(kind, field, role, False), field.name
    settles = role in (Role.GRID_WORKER, Role.MEDIATOR, Role.SUPERVISOR)
    assert taken(writer.keep(writer.hand.move(conflict, "kept"))) == settles
    removal = writer.hand.change(Verb.DEL, "conflict", conflict.id, conflict.bucket, seen={})
    assert not taken(writer.keep(removal))

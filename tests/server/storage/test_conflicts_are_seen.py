"""Whatever two people may quarrel about lies where at least one person sees it who may decide it either way."""

from collections.abc import Iterator

import pytest

from gridserver.storage import scope
from gridserver.storage.engine import text
from gridworker.records import KINDS
from gridworker.records.fields import Merge
from gridworker.records.kind import Kind, Role
from gridworker.records.kinds.conflict import CONFLICT
from gridworker.records.several import Entries
from tests.helpers.centre import Centre
from tests.helpers.hand import household
from tests.helpers.writer import GRID, TOWN, Writer

PEOPLE = (Role.GRID_WORKER, Role.MEDIATOR, Role.SUPERVISOR)
CONTESTED = [kind for kind in KINDS.values() if set(PEOPLE) & (kind.rights.edit | kind.rights.remove)]


@pytest.fixture
def holders(centre: Centre) -> dict[str, set[Role]]:
    """By class of bucket, the roles of those who hold one in a town with its people."""
    centre.district()
    found: dict[str, set[Role]] = {}
    for role in PEOPLE:
        person = centre.account(role, role, GRID if role is Role.GRID_WORKER else TOWN)
        with centre.conn() as conn:
            for bucket in scope.buckets_of(conn, person):
                found.setdefault(bucket.bucket_class, set()).add(role)
    return found


def deciders(kind: Kind) -> Iterator[tuple[str, frozenset[Role]]]:
    """Everything about which there can be a conflict, and who may make of it what the one that lost wanted."""
    for field in kind.fields:
        for each in (field, *(field.fields if isinstance(field, Entries) else ())):
            path = field.name if each is field else f"{field.name}/x/{each.name}"
            may = frozenset(role for role in PEOPLE if kind.may("edit", role, path))
            if may:
                yield path, may
    for move in kind.machine.moves if kind.machine is not None else ():
        yield f"to {move.target}", frozenset(role for role in PEOPLE if role in move.roles)
    if kind.rights.remove:
        yield "removal", frozenset(role for role in PEOPLE if kind.may("remove", role))


@pytest.mark.parametrize("kind", CONTESTED, ids=lambda kind: kind.name)
def test_somebody_who_sees_the_conflict_may_decide_it_either_way(holders, kind):
    here = holders[kind.home]
    assert here, "a bucket that nobody holds"
    settle = {role for move in CONFLICT.machine.moves for role in move.roles}
    for place, may in deciders(kind):
        assert here & may & settle, (kind.name, place)


def test_every_kind_that_points_at_another_is_seen_by_somebody_who_may_point_elsewhere_or_leave_it(holders):
    for kind in KINDS.values():
        for field in kind.pointers:
            loose = [role for role in holders.get(kind.home, ()) if kind.may("edit", role, field.name)]
            assert loose or field.merge is Merge.FIXED or kind.append_only or isinstance(field, Entries), field.name


@pytest.mark.parametrize(
    "kind", [kind for kind in KINDS.values() if "same_as" in kind.by_name], ids=lambda kind: kind.name
)
def test_who_sees_two_records_of_one_thing_may_make_them_one(holders, kind):
    for role in (Role.GRID_WORKER, Role.SUPERVISOR):
        assert role in holders[kind.home]
        assert kind.may("edit", role, "same_as")
        assert kind.may("edit", role, "also")
        assert kind.may("remove", role)


def test_every_conflict_that_was_opened_lies_in_a_bucket_that_somebody_holds_and_goes_with_its_record(centre):
    centre.district()
    wang, li = (Writer.at(centre, name, "grid_worker", GRID) for name in ("wang", "li"))
    row = wang.create("household", wang.bucket("grid", GRID), household(centre.regions[GRID], phone="13800000000"))
    wang.set(row, "phone", "13811111111")
    li.set(row, "phone", "13822222222")
    wang.keep(wang.hand.remove(wang.row("household", row.id)))
    li.set(row, "note", "养蜂。")
    with centre.conn() as conn:
        unseen = conn.scalar(
            text("""
                SELECT count(*) FROM record AS conflict
                JOIN record AS about ON about.id = conflict.about
                WHERE conflict.kind = 'conflict' AND (about.bucket <> conflict.bucket OR NOT EXISTS (
                    SELECT FROM bucket_grant JOIN account ON account.id = account
                    WHERE bucket = conflict.bucket AND until_version IS NULL AND role <> 'centre'))
            """)
        )
        assert conn.scalar(text("SELECT count(*) FROM record WHERE kind = 'conflict'")) == 2
    assert unseen == 0

"""One mediation case for named people: it and its sessions lie in a bucket of their own, which nobody else holds."""

from collections.abc import Sequence

from gridserver.author import Author
from gridserver.doors import CallerVisit
from gridserver.errors import Refused
from gridserver.storage import devices, meta, restricted, scope, watch
from gridserver.storage.buckets import bucket_for
from gridserver.storage.restricted import Lies
from gridworker.protocol.oversight import Readers, Restricted
from gridworker.records.change import Change
from gridworker.records.fields import ENTRY_ID
from gridworker.records.kind import Role
from gridworker.records.kinds.mediation_case import MEDIATION_CASE
from gridworker.records.row import Row

NOBODY = "请至少留下一位调解员或督导，否则没有人能办这个案件。"
NOT_HERE = "名单里有人不在本县，或已经离岗，请重新选择。"
NOT_YOURS = "只有督导和主办调解员可以限定一个案件由谁查看。"
REMOVED = "这个案件已经删除，请先恢复它，再限定或放开查看的人。"
"""Nothing is written in a removed record, so that the names in it would not be those of its bucket."""
TOO_MANY = f"一个案件最多指定 {restricted.MOST} 人。"


def of_caller(visit: CallerVisit, case: str, said: Readers) -> Restricted:
    """By a supervisor who sees the case, or its mediator in charge; whoever restricts it stays in."""
    caller = visit.caller
    if caller.status != "active":
        raise Refused("device")
    author = Author(visit.conn, visit.now, visit.ground.new_id)
    row = author.row_of(MEDIATION_CASE.name, case) if ENTRY_ID.match(case) else None
    if row is None or not scope.may_see(visit.conn, caller.person, row.bucket):
        raise Refused("not_found")
    in_charge = row.fields.get("mediator") == caller.person and caller.role == Role.MEDIATOR
    if not in_charge and caller.role != Role.SUPERVISOR:
        raise Refused("not_allowed", NOT_YOURS)
    named = list(dict.fromkeys([caller.person, *said.people])) if said.people else []
    told = restrict(author, case, named, caller.county)
    watch.note(
        visit.conn,
        "restrict_case" if named else "lift_case",
        now=visit.now,
        account=caller.person,
        device=caller.device,
        address=visit.address,
        code=case,
    )
    return told


def restrict(author: Author, case: str, people: Sequence[str], county: str) -> Restricted:
    """In the transaction at hand; nobody named: whoever holds the town's cases sees it again. Raises ``Refused``."""
    conn = author.conn
    roles = _roles(author, people, county)
    # First the centre's own place in line, then the buckets: as everything that the centre writes.
    known = meta.read(conn)
    assert known is not None
    devices.count_up(conn, known.author, 0)
    if not ENTRY_ID.match(case):
        raise Refused("not_found")
    row = _case(author, case)
    town = str(row.fields["town"])
    own = bucket_for(conn, MEDIATION_CASE.home, town, case)
    common = scope.bucket_id(MEDIATION_CASE.home, town)
    along = restricted.hold_still(conn, case, common, own)
    restricted.name_readers(conn, own, list(roles))
    there, where = (own, case) if roles else (common, town)
    author.write(written_by_the_centre(author, _case(author, case), along, list(roles), there, where))
    if roles and any(each.bucket != there for each in along):
        restricted.shut(conn, common)
    return Restricted(people=list(roles))


def written_by_the_centre(
    author: Author, row: Row, along: Sequence[Lies], people: Sequence[str], there: str, where: str
) -> list[Change]:
    """Who may see the case, and all that lies elsewhere than in the bucket ``there``, to which ``where`` leads."""
    moved = [author.bring_home(each.kind, each.id, each.bucket, where) for each in along if each.bucket != there]
    return [*_noted(author, row, people), *moved]


def _roles(author: Author, people: Sequence[str], county: str) -> dict[str, str]:
    wanted = list(dict.fromkeys(people))
    if len(wanted) > restricted.MOST:
        raise Refused("not_allowed", TOO_MANY)
    if not all(ENTRY_ID.match(each) for each in wanted):
        raise Refused("not_allowed", NOT_HERE)
    found = restricted.people(author.conn, county, wanted) if wanted else {}
    if len(found) < len(wanted):
        raise Refused("not_allowed", NOT_HERE)
    if wanted and not {Role.MEDIATOR, Role.SUPERVISOR} & set(found.values()):
        raise Refused("not_allowed", NOBODY)
    return {each: found[each] for each in wanted}


def _case(author: Author, case: str) -> Row:
    row = author.row_of(MEDIATION_CASE.name, case)
    if row is None:
        raise Refused("not_found")
    if row.removed is not None:
        raise Refused("not_allowed", REMOVED)
    return row


def _noted(author: Author, row: Row, people: Sequence[str]) -> list[Change]:
    """Who may see it stands in the case itself, by the centre's hand."""
    there = {str(each.get("staff")): entry for entry, each in (row.fields.get("readers") or {}).items()}
    gone = [author.remove_entry(row, f"readers/{entry}") for person, entry in there.items() if person not in people]
    new = [each for each in people if each not in there]
    return [*gone, *(author.add_entry(row, f"readers/{author.new_id()}", {"staff": each}) for each in new)]

"""The rules of looking after a district."""

from gridserver.doors import CallerVisit
from gridserver.errors import Refused
from gridserver.storage import desks, figures, late, scope
from gridworker.protocol.oversight import Desks
from gridworker.records.kind import Role


def desks_of(visit: CallerVisit) -> Desks:
    """The desks below a supervisor's regions, and what came to his buckets late or was put aside."""
    if visit.caller.role != Role.SUPERVISOR:
        raise Refused("not_allowed")
    conn, person = visit.conn, visit.caller.person
    mine = [bucket.id for bucket in scope.buckets_of(conn, person)]
    return Desks(
        as_of=visit.now,
        desks=desks.below(conn, person),
        late=late.taken_in(conn, mine, visit.now),
        aside=late.put_aside(conn, mine),
        towns=figures.of_towns(conn, mine),
    )

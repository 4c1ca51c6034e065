"""The rules of looking after a district."""

from gridserver.doors import CallerVisit
from gridserver.errors import Refused
from gridserver.storage import desks
from gridworker.protocol.oversight import Desks
from gridworker.records.kind import Role


def desks_of(visit: CallerVisit) -> Desks:
    """The desks below a supervisor's regions."""
    if visit.caller.role != Role.SUPERVISOR:
        raise Refused("not_allowed")
    return Desks(as_of=visit.now, desks=desks.below(visit.conn, visit.caller.person))

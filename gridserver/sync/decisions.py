"""A supervisor decides about work that was put aside: meant for his grids, by somebody who does not hold them."""

from gridserver.doors import CallerVisit, Ground
from gridserver.errors import Refused
from gridserver.storage import book, quarantine, scope, watch
from gridserver.storage.quarantine import PutAside
from gridserver.sync import service
from gridworker.protocol.oversight import AsideWhole, Decided, Decision
from gridworker.records.kind import Role


def whole(visit: CallerVisit, number: int) -> AsideWhole:
    """What somebody wrote, for the supervisor of every grid that it was meant for."""
    found = _found(visit, number)
    _note(visit, "quarantine_show", number)
    return AsideWhole(
        id=found.id,
        person=found.person,
        at=found.at,
        code=found.code,
        reason=found.reason,
        changes=found.group.changes,
    )


def decide(visit: CallerVisit, number: int, said: Decision) -> Decided:
    """Takes it, its author staying its author, or hands it back with the reason. What does not fit waits on."""
    _found(visit, number)
    by, reason = visit.caller.person, said.reason.strip()
    if said.take:
        result = book.release(visit.conn, number, by, visit.now)
        taken = result.verdict in ("ok", "conflict")
        _note(visit, "quarantine_release", number, ok=taken)
        return Decided(taken=taken, reason="" if taken else result.reason)
    if not reason or not reason.isprintable():
        raise Refused("bad_request")
    quarantine.reject(visit.conn, number, reason, by, visit.now)
    _note(visit, "quarantine_reject", number)
    return Decided(taken=False)


def follow(ground: Ground) -> None:
    """After the answer has left: what follows from work that was taken, as after a push."""
    service.tell_of_files(ground)
    service.follow(ground)


def _found(visit: CallerVisit, number: int) -> PutAside:
    """The group, locked. Raises ``Refused`` for whoever is not the supervisor of all that it was meant for."""
    caller = visit.caller
    if caller.status != "active":
        raise Refused("device")
    if caller.role != Role.SUPERVISOR:
        raise Refused("not_allowed")
    found = quarantine.one(visit.conn, number)
    if found is None or not found.buckets:
        raise Refused("not_found")
    if not set(found.buckets) <= scope.holds(visit.conn, caller.person, found.buckets):
        raise Refused("not_found")
    return found


def _note(visit: CallerVisit, act: str, number: int, *, ok: bool = True) -> None:
    caller = visit.caller
    watch.note(
        visit.conn,
        act,
        now=visit.now,
        ok=ok,
        account=caller.person,
        device=caller.device,
        address=visit.address,
        code=str(number),
    )

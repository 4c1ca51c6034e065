"""The doors for those who look after a district, and for the machine that watches the centre."""

import hmac

from fastapi import APIRouter, Request, Response

from gridserver.description import answers
from gridserver.doors import OpenDoor, ReadDoor, Visit, refusals_of
from gridserver.errors import Refused
from gridserver.oversight import metrics as figures
from gridserver.oversight import service
from gridserver.storage import migrate
from gridserver.storage.health import health as look

router = APIRouter()

_FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip", "via")
"""Who comes with one of these comes from elsewhere, through a proxy on this machine."""


@router.get("/oversight/v1/desks")
def desks(visit: ReadDoor) -> Response:
    """The desks of the caller's district, and when each was last heard from."""
    return visit.answer(service.desks_of(visit))


@router.get("/healthz")
def health(request: Request, visit: OpenDoor) -> Response:
    """Whether the centre and its database are up; a stranger is told nothing else, a watcher everything."""
    up = bool(migrate.version(visit.conn))
    if not up or not _is_watcher(request, visit):
        return visit.answer({"ok": up})
    return visit.answer(look(visit.conn, visit.now).document())


@router.get("/metrics", responses=answers(200, figures.CONTENT_TYPE))
def metrics(request: Request, visit: OpenDoor) -> Response:
    """The figures, for Prometheus on this machine or with the token."""
    if not _is_watcher(request, visit):
        raise Refused("auth")
    return Response(
        figures.exposition(look(visit.conn, visit.now), refusals_of(request)), media_type=figures.CONTENT_TYPE
    )


def _is_watcher(request: Request, visit: Visit) -> bool:
    watch = visit.ground.watch
    scheme, _, shown = request.headers.get("authorization", "").partition(" ")
    if watch.token and scheme.lower() == "bearer":
        return hmac.compare_digest(shown.strip().encode(), watch.token.encode())
    through_proxy = any(name in request.headers for name in _FORWARDED)
    return watch.from_here and not through_proxy and visit.address in ("127.0.0.1", "::1")

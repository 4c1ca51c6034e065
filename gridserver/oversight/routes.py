"""The doors for those who look after a district, and for the machine that watches the centre."""

from fastapi import APIRouter, Response

from gridserver.doors import OpenDoor, ReadDoor
from gridserver.oversight import service
from gridserver.storage import migrate

router = APIRouter()


@router.get("/oversight/v1/desks")
def desks(visit: ReadDoor) -> Response:
    """The desks of the caller's district, and when each was last heard from."""
    return visit.answer(service.desks_of(visit))


@router.get("/healthz")
def health(visit: OpenDoor) -> Response:
    """Whether the centre and its database are up. Tells nothing else to whoever asks."""
    return visit.answer({"ok": bool(migrate.version(visit.conn))})

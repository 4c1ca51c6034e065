"""The doors by which people come in."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel

from gridserver.doors import OpenDoor, Visit, WriteDoor, message, problem
from gridserver.errors import Refused
from gridserver.people import service
from gridserver.people.passwords import Passwords
from gridserver.storage import meta
from gridworker.protocol.people import ChangePassword, Enrol, Recover, Refresh, SignIn, Wiped
from gridworker.protocol.sync import Message

router = APIRouter(prefix="/people/v1")


def _passwords(request: Request) -> Passwords:
    found: Passwords = request.app.state.passwords
    return found


ThePasswords = Annotated[Passwords, Depends(_passwords)]


@router.post("/enrol")
def enrol(
    asked: Annotated[Enrol, Depends(message(Enrol))], request: Request, visit: OpenDoor, passwords: ThePasswords
) -> Response:
    """First sign-in of a device, with a one-time code."""
    return _told(request, visit, lambda: service.enrol(visit, passwords, asked))


@router.post("/sign-in")
def sign_in(
    asked: Annotated[SignIn, Depends(message(SignIn))], request: Request, visit: OpenDoor, passwords: ThePasswords
) -> Response:
    """A later sign-in of an enrolled device."""
    return _told(request, visit, lambda: service.sign_in(visit, passwords, asked))


@router.post("/refresh")
def refresh(asked: Annotated[Refresh, Depends(message(Refresh))], request: Request, visit: OpenDoor) -> Response:
    """New tokens for a refresh token."""
    return _told(request, visit, lambda: service.refresh(visit, asked))


@router.post("/password")
def password(
    asked: Annotated[ChangePassword, Depends(message(ChangePassword))],
    request: Request,
    visit: WriteDoor,
    passwords: ThePasswords,
) -> Response:
    """A person changes his password."""

    def change() -> Message:
        service.change_password(visit, passwords, asked)
        return Message()

    return _told(request, visit, change)


@router.post("/recover")
def recover(
    asked: Annotated[Recover, Depends(message(Recover))], request: Request, visit: OpenDoor, passwords: ThePasswords
) -> Response:
    """The key of a store whose password was reset."""
    return _told(request, visit, lambda: service.recover(visit, passwords, asked))


@router.post("/wiped")
def wiped(asked: Annotated[Wiped, Depends(message(Wiped))], request: Request, visit: OpenDoor) -> Response:
    """A desk says that its store is destroyed."""

    def note() -> Message:
        service.wiped(visit, asked)
        return Message()

    return _told(request, visit, note)


@router.get("/keys")
def keys(visit: OpenDoor) -> Response:
    """The centre's public keys and its private authority: a desk holds them against its enrolment code."""
    known = meta.read(visit.conn)
    ours = visit.ground.keys
    return visit.answer(
        {
            "centre_key": ours.sign_public.hex(),
            "recovery_key": ours.seal_public.hex(),
            "ca": known.ca if known else "",
        }
    )


def _told(request: Request, visit: Visit, act: Callable[[], BaseModel]) -> Response:
    """The answer, or the refusal as an answer: what was noted of it is committed, too."""
    try:
        return visit.answer(act())
    except Refused as refused:
        return problem(request, refused)

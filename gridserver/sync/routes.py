"""The doors by which changes come in and news go out."""

import re
from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.routing import APIRoute
from starlette.background import BackgroundTask, BackgroundTasks
from starlette.responses import FileResponse

from gridserver.description import answers
from gridserver.doors import KnownDoor, ReadDoor, Visit, WriteDoor, at_work, looking, message, raw, reading, visit
from gridserver.errors import Refused
from gridserver.straight import Way
from gridserver.sync import decisions, restricting, service
from gridserver.sync.courier import Counter
from gridworker.protocol.codec import OCTETS
from gridworker.protocol.oversight import Decision, Readers
from gridworker.protocol.sync import Pull, Push, SealedGroups
from gridworker.records.fields import ENTRY_ID

router = APIRouter(prefix="/sync/v1")

_NUMBER = re.compile(r"[0-9]{1,18}\Z")
_SHA = re.compile(r"[0-9a-f]{64}\Z")


def _anybody(request: Request) -> Iterator[Visit]:
    """Whoever shows a token is known; whoever shows none is told no more than who we are."""
    yield from reading(request) if "authorization" in request.headers else visit(request)


# The body is read before the door opens a transaction: a slow line must not hold one.
_read_push, _read_pull = message(Push), message(Pull)
Sent = Annotated[Push, Depends(_read_push)]
Sealed = Annotated[SealedGroups, Depends(message(SealedGroups))]
Asked = Annotated[Pull, Depends(_read_pull)]
Said = Annotated[Decision, Depends(message(Decision))]
Named = Annotated[Readers, Depends(message(Readers))]


@router.get("/hello")
def hello(visit: Annotated[Visit, Depends(_anybody, scope="function")]) -> Response:
    """Who the centre is and what it knows of the caller."""
    return visit.answer(service.hello(visit))


@router.post("/push")
def push(sent: Sent, request: Request) -> Response:
    """Takes in groups of changes."""
    with at_work(request) as visit:
        pushed = service.push(visit, sent)
        answer = visit.answer(pushed.answer.model_dump(mode="json", exclude_defaults=True))
        afterwards = BackgroundTasks()
        if service.speaks_of_files(sent):
            afterwards.add_task(service.tell_of_files, visit.ground)
        if pushed.are_left:
            afterwards.add_task(service.follow, visit.ground)
    if afterwards.tasks:
        answer.background = afterwards
    return answer


@router.post("/sealed")
def sealed(sent: Sealed, visit: WriteDoor) -> Response:
    """Takes in groups that a desk could not read itself."""
    return visit.answer(service.take_sealed(visit, sent))


@router.get("/aside/{number}")
def aside(number: str, visit: WriteDoor) -> Response:
    """What was put aside, as its author wrote it; that it was read is noted."""
    return visit.answer(decisions.whole(visit, _number(number)))


@router.post("/aside/{number}")
def decide(number: str, said: Said, visit: WriteDoor) -> Response:
    """A supervisor takes it in its author's name, or says why not."""
    answer = visit.answer(decisions.decide(visit, _number(number), said))
    answer.background = BackgroundTask(decisions.follow, visit.ground)
    return answer


@router.post("/case/{case}/readers")
def restrict(case: str, said: Named, visit: WriteDoor) -> Response:
    """Only named people see a case from now on; or, with nobody named, all who hold the town's cases."""
    return visit.answer(restricting.of_caller(visit, case, said))


@router.post("/pull")
def pull(asked: Asked, request: Request) -> Response:
    """Tells what is new."""
    with looking(request) as visit:
        pulled = service.pull(visit, asked)
        answer = visit.answer(pulled.message())
    if pulled.told_all:
        engine, device = visit.ground.engine, visit.caller.device
        answer.background = BackgroundTask(service.remember, engine, device, pulled)
    return answer


@router.post("/courier", responses=answers(200, OCTETS))
def courier(file: Annotated[bytes, Depends(raw)], ground: KnownDoor) -> Response:
    """Takes a package in that the caller carried for another desk, and gives him the receipt to carry back."""
    receipt = Counter(ground.engine, ground.keys, ground.clock, ground.chance).take(file)
    return Response(receipt, media_type=OCTETS)


@router.get("/snapshot/{bucket}/{sha}")
def snapshot(bucket: str, sha: str, visit: ReadDoor) -> Response:
    """A whole bucket as one file, from any byte on. Who may have it is asked anew each time."""
    if not ENTRY_ID.match(bucket) or not _SHA.match(sha):
        raise Refused("not_found")
    path = service.snapshot(visit, bucket, sha)
    headers = {"ETag": f'"{sha}"', "Cache-Control": "private, no-store"}
    return FileResponse(path, headers=headers, media_type="application/zstd", stat_result=path.stat())


@router.get("/history/{kind}/{record}")
def history(kind: str, record: str, visit: ReadDoor) -> Response:
    """Every write of a record, newest first."""
    if not ENTRY_ID.match(record) or "\0" in kind:
        raise Refused("not_found")
    return visit.answer(service.history(visit, kind, record))


def ways() -> dict[tuple[str, str], Way]:
    """To the doors that every sync goes through."""
    routes = {route.endpoint: route for route in router.routes if isinstance(route, APIRoute)}
    made = [Way(routes[push], _read_push, push), Way(routes[pull], _read_pull, pull)]
    return {("POST", way.route.path): way for way in made}


def _number(said: str) -> int:
    """The number of a group; what is none names no group."""
    if not _NUMBER.match(said):
        raise Refused("not_found")
    return int(said)

"""The doors for attached files: tus 1.0 (core, creation, checksum, expiration, termination) in, HTTP ranges out.

``POST /files/v1/<bucket>`` with ``Upload-Metadata: sha256 …`` may always be repeated: it tells where the upload
goes on, or, with ``Gridworker-Stored``, that this bucket has these bytes already.

Crates of other desks' files (``crates``) come in the same manner, known by their hash.
"""

import asyncio
import base64
import binascii
from collections.abc import AsyncGenerator, Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from starlette.responses import FileResponse

from gridserver.description import answers
from gridserver.doors import CallerVisit, KnownDoor, ReadDoor, WriteDoor, ground_of, writing
from gridserver.errors import Refused
from gridserver.files import crates, service
from gridserver.storage.files import Stored, Upload
from gridserver.storage.stacks import CHECKSUMS, Stacks
from gridworker.protocol.codec import OCTETS
from gridworker.protocol.files import EXTENSIONS, PIECE_TYPE, STORED, TUS
from gridworker.records.files import MOST_BYTES

router = APIRouter(prefix="/files/v1")

PATIENCE = 30.0
"""Seconds for which the next bytes of a piece are waited for."""


def speaks_tus(request: Request) -> None:
    """Only the version that both speak. Raises ``Refused("version")``."""
    if request.headers.get("tus-resumable") != TUS:
        raise Refused("version")


def found(bucket: str, upload: str, visit: Annotated[CallerVisit, Depends(writing, scope="function")]) -> Upload:
    """The upload that is spoken of."""
    return service.under_way(visit, bucket, upload)


TUS_ONLY = [Depends(speaks_tus)]
UnderWay = Annotated[Upload, Depends(found)]


@router.options("/{bucket}", responses=answers(204))
def options(bucket: str) -> Response:
    """What can be spoken here."""
    return _answer(
        204,
        {
            "Tus-Version": TUS,
            "Tus-Extension": ",".join(EXTENSIONS),
            "Tus-Max-Size": str(MOST_BYTES),
            "Tus-Checksum-Algorithm": ",".join(CHECKSUMS),
        },
    )


@router.post("/{bucket}", dependencies=TUS_ONLY, responses=answers(201))
def begin(bucket: str, request: Request, visit: WriteDoor) -> Response:
    """A file is announced, or asked after."""
    sha256 = _metadata(request).get("sha256", "")
    begun = service.begin(visit, bucket, sha256, _number(request, "upload-length"))
    if isinstance(begun, Stored):
        place = f"/files/v1/{bucket}/{sha256}"
        return _answer(201, {"Location": place, "Upload-Offset": str(begun.size), STORED: str(begun.n)})
    offset = service.length(service.stacks_of(visit.ground), begun)
    place = f"/files/v1/{bucket}/uploads/{begun.id}"
    return _answer(201, {"Location": place, "Upload-Offset": str(offset), "Upload-Expires": _date(begun.until)})


@router.head("/{bucket}/uploads/{upload}", dependencies=TUS_ONLY, responses=answers(200))
def offset(under_way: UnderWay, request: Request) -> Response:
    """How far an upload has come."""
    length = service.length(service.stacks_of(ground_of(request)), under_way)
    told = {"Upload-Offset": str(length), "Upload-Length": str(under_way.size), "Cache-Control": "no-store"}
    return _answer(200, {**told, "Upload-Expires": _date(under_way.until)})


@router.patch("/{bucket}/uploads/{upload}", dependencies=TUS_ONLY, responses=answers(204))
async def piece(under_way: UnderWay, request: Request) -> Response:
    """The next bytes. Of a piece without a checksum all stays that came, of one with a checksum all or nothing."""
    if request.headers.get("content-type") != PIECE_TYPE:
        raise Refused("media")
    start, check = _number(request, "upload-offset"), _checksum(request)
    ground = ground_of(request)
    stacks = service.stacks_of(ground)
    with stacks.turn(under_way.id):
        if stacks.has(under_way.bucket, under_way.sha256):
            length = under_way.size
        else:
            length = await _gather(request, stacks, under_way.id, under_way.size, start, check)
        told = {"Upload-Offset": str(length), "Upload-Expires": _date(under_way.until)}
        if length == under_way.size:
            told[STORED] = str(await run_in_threadpool(service.finish, ground, under_way))
    return _answer(204, told)


@router.delete("/{bucket}/uploads/{upload}", dependencies=TUS_ONLY, responses=answers(204))
def give_up(bucket: str, upload: str, visit: WriteDoor) -> Response:
    """The device does not want to bring the rest."""
    service.give_up(visit, service.under_way(visit, bucket, upload))
    return _answer(204, {})


@router.head("/crates/{name}", dependencies=TUS_ONLY, responses=answers(200))
def crate_offset(name: str, request: Request, ground: KnownDoor) -> Response:
    """How far a crate has come that the caller carries for another desk."""
    coming = crates.coming(ground, request.state.caller, name)
    told = {"Upload-Offset": str(coming.length), "Cache-Control": "no-store"}
    return _answer(200, {**told, STORED: "1"} if coming.is_taken else told)


@router.patch("/crates/{name}", dependencies=TUS_ONLY, responses=answers(204) | answers(200, OCTETS))
async def crate_piece(name: str, request: Request, ground: KnownDoor) -> Response:
    """The next bytes of it; after the last the receipt, which may be asked for again with an empty piece."""
    if request.headers.get("content-type") != PIECE_TYPE:
        raise Refused("media")
    start, size, check = _number(request, "upload-offset"), _number(request, "upload-length"), _checksum(request)
    coming = crates.coming(ground, request.state.caller, name)
    with coming.stacks.turn(coming.upload):
        if coming.is_taken:
            receipt = await run_in_threadpool(coming.receipt)
        else:
            await run_in_threadpool(coming.check_room, size)
            length = await _gather(request, coming.stacks, coming.upload, size, start, check)
            if length < size:
                return _answer(204, {"Upload-Offset": str(length)})
            receipt = await run_in_threadpool(coming.take)
    return Response(receipt, 200, {"Tus-Resumable": TUS, STORED: "1"}, OCTETS)


@router.get("/{bucket}/{sha256}", responses=answers(200, "*/*") | answers(206, "*/*"))
def content(bucket: str, sha256: str, visit: ReadDoor) -> Response:
    """The bytes of a file, or a range of them."""
    path, media_type = service.content(visit, bucket, sha256)
    told = {"ETag": f'"{sha256}"', "Cache-Control": "private, max-age=31536000, immutable"}
    return FileResponse(path, media_type=media_type, headers={**told, "X-Content-Type-Options": "nosniff"})


async def _gather(
    request: Request, stacks: Stacks, upload: str, size: int, start: int, check: tuple[str, bytes] | None
) -> int:
    """Writes what comes; the length of the upload afterwards."""
    gathering = await run_in_threadpool(stacks.open, upload, start)
    try:
        length = start
        stream = request.stream()
        while (some := await _next(stream)) is not None:
            if length + len(some) > size:
                raise Refused("bad_request")
            length = await run_in_threadpool(gathering.write, some)
        if check is not None and not gathering.is_right(*check):
            raise Refused("checksum")
        return length
    except (ClientDisconnect, TimeoutError):
        if check is not None:
            gathering.take_back()
        raise Refused("broken") from None  # nobody hears it
    except BaseException:
        gathering.take_back()
        raise
    finally:
        gathering.close()


async def _next(stream: AsyncGenerator[bytes, None]) -> bytes | None:
    """The next bytes of a request; None at its end. A line that died without a word must not lock an upload."""
    async with asyncio.timeout(PATIENCE):
        return await anext(stream, None)


def _answer(status: int, headers: Mapping[str, str]) -> Response:
    return Response(status_code=status, headers={"Tus-Resumable": TUS, **headers})


def _number(request: Request, name: str) -> int:
    said = request.headers.get(name, "")
    if not said.isascii() or not said.isdecimal() or len(said) > 15:
        raise Refused("bad_request")
    return int(said)


def _metadata(request: Request) -> dict[str, str]:
    """``key base64, key base64``."""
    told = {}
    for pair in request.headers.get("upload-metadata", "").split(","):
        key, _, value = pair.strip().partition(" ")
        told[key] = _decoded(value).decode("utf-8", "replace")
    return told


def _checksum(request: Request) -> tuple[str, bytes] | None:
    said = request.headers.get("upload-checksum")
    if said is None:
        return None
    algorithm, _, value = said.partition(" ")
    if algorithm not in CHECKSUMS:
        raise Refused("bad_request")
    return algorithm, _decoded(value)


def _decoded(value: str) -> bytes:
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise Refused("bad_request") from None


def _date(ms: int) -> str:
    return format_datetime(datetime.fromtimestamp(ms // 1000, UTC), usegmt=True)

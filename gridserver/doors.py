"""The centre's doors: who comes in, in which transaction he is served, and how answers leave."""

import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Set
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Request, Response
from pydantic import BaseModel, ValidationError
from starlette.requests import ClientDisconnect

from gridserver import logs
from gridserver.errors import Refused
from gridserver.keys import Keys
from gridserver.settings import MINUTE, PasswordCost, Watch
from gridserver.storage.engine import Connection, Engine, snapshot, transaction
from gridserver.storage.people import Caller, caller_of_token, seen, standing_of, token_hash
from gridserver.storage.snapshots import Workshop
from gridserver.storage.stacks import Stacks
from gridworker.protocol import MOST_BYTES
from gridworker.protocol.codec import BZIP2, CODINGS, JSON, ZSTD, NotReadable, TooLong, coding_of, pack, unpack
from gridworker.protocol.files import TUS
from gridworker.protocol.sync import Problem, Standing

_log = logging.getLogger(__name__)

Shape = TypeVar("Shape", bound=BaseModel)


@dataclass(frozen=True)
class Ground:
    """What the whole centre stands on; handed to ``app.create_app``."""

    engine: Engine
    keys: Keys
    clock: Callable[[], int]
    """Milliseconds UTC."""
    new_id: Callable[[], str]
    """A new UUIDv7 as text."""
    chance: Callable[[int], bytes]
    """So many random bytes, fit for secrets."""
    password_cost: PasswordCost
    watch: Watch = field(default_factory=Watch)
    """Who may look at the figures."""
    stacks: Stacks | None = None
    """Where attached files lie; a centre without one takes none."""
    workshop: Workshop | None = None
    """Where snapshots are made and lie; a centre without one sends pages alone."""


@dataclass(frozen=True)
class Visit:
    """One request: the ground, its transaction, its time."""

    ground: Ground
    conn: Connection
    now: int
    address: str
    """Where it comes from."""
    reads: frozenset[str]
    """How the answer may be packed."""

    def answer(self, message: BaseModel | dict[str, Any] | list[Any]) -> Response:
        """The message as it leaves."""
        plain = message.model_dump(mode="json") if isinstance(message, BaseModel) else message
        return packed(plain, self.reads)


@dataclass(frozen=True)
class CallerVisit(Visit):
    """A request of somebody whom the centre knows."""

    caller: Caller
    afterwards: list[Callable[[Connection], None]] = field(default_factory=list)
    """What is to be written when the reading is over, before the answer leaves."""

    @property
    def standing(self) -> Standing:
        """What goes with every answer. After a push: ``standing_of(replace(caller, last_n=…), now)``."""
        return standing_of(self.caller, self.now)


def packed(
    plain: Any, reads: Set[str] = frozenset(), status: int = 200, headers: dict[str, str] | None = None
) -> Response:
    """A response with this JSON in it, packed in one of the ways that the other side reads."""
    body, compressed = pack(plain, compress=ZSTD in reads, bzip2=BZIP2 in reads)
    encoding = {"Content-Encoding": coding_of(body)} if compressed else {}
    return Response(body, status, {**encoding, **(headers or {})}, JSON)


def problem(request: Request, refused: Refused) -> Response:
    """A refusal as it leaves."""
    logs.note(code=refused.error)
    refusals_of(request)[refused.error] += 1
    told = Problem(error=refused.error, reason=refused.reason, want=refused.want, kept=refused.kept)
    if isinstance(known := getattr(request.state, "caller", None), Caller):
        told.standing = standing_of(known, ground_of(request).clock())
    wait = {"Retry-After": str(refused.retry_after)} if refused.retry_after else {}
    if request.url.path.startswith("/files/"):
        wait |= {"Tus-Resumable": TUS, "Tus-Version": TUS}
    if request.method == "HEAD":
        return Response(None, refused.status, wait)
    return packed(told.model_dump(mode="json"), status=refused.status, headers=wait)


def message(shape: type[Shape]) -> Callable[[Request], Awaitable[Shape]]:
    """A dependency that reads the body as ``shape``. Refuses what is too long, garbled or of another shape."""

    async def read(request: Request) -> Shape:
        compressed = request.headers.get("content-encoding", "") in CODINGS
        try:
            return shape.model_validate(unpack(await _body(request), compressed=compressed))
        except TooLong:
            raise Refused("too_big") from None
        except (NotReadable, ValidationError):
            raise Refused("bad_request") from None

    read.shape = shape  # type: ignore[attr-defined]  # for ``description``
    return read


async def raw(request: Request) -> bytes:
    """A dependency that reads the body as it is. Refuses what is too long."""
    return await _body(request)


raw.octets = True  # type: ignore[attr-defined]  # for ``description``


def known(request: Request) -> Ground:
    """A known caller with an active device; nothing of the database is held for him."""
    ground = ground_of(request)
    now = ground.clock()
    with snapshot(ground.engine, limits=True) as conn:
        caller = _caller(request, conn, now)
    if caller.status != "active":
        raise Refused("device")
    with transaction(ground.engine) as conn:
        _note_seen(request, conn, caller, now)
    return ground


def visit(request: Request) -> Iterator[Visit]:
    """One transaction, committed once, before the answer leaves; nobody is asked who he is."""
    ground = ground_of(request)
    with transaction(ground.engine) as conn:
        yield Visit(ground, conn, ground.clock(), _address(request), _reads(request))


def writing(request: Request) -> Iterator[CallerVisit]:
    """A known caller and one transaction. A device that was cut off comes in, too: see ``caller.status``."""
    ground = ground_of(request)
    now = ground.clock()
    with transaction(ground.engine) as conn:
        caller = _caller(request, conn, now)
        _note_seen(request, conn, caller, now)
        yield CallerVisit(ground, conn, now, _address(request), _reads(request), caller)


def reading(request: Request) -> Iterator[CallerVisit]:
    """A known caller with an active device, and one picture of the database that does not change meanwhile."""
    ground = ground_of(request)
    now = ground.clock()
    with snapshot(ground.engine, limits=True) as conn:
        caller = _caller(request, conn, now)
        if caller.status != "active":
            raise Refused("device")
        visit = CallerVisit(ground, conn, now, _address(request), _reads(request), caller)
        yield visit
    if visit.afterwards or _is_stale(request, caller, now):
        with transaction(ground.engine) as conn:
            _note_seen(request, conn, caller, now)
            for write in visit.afterwards:
                write(conn)


at_work = contextmanager(writing)
"""``writing`` as a block, for a route that is used so often that one thread has to do all of it."""
looking = contextmanager(reading)
"""The same of ``reading``."""
OpenDoor = Annotated[Visit, Depends(visit, scope="function")]
"""For a route that anybody may use."""
WriteDoor = Annotated[CallerVisit, Depends(writing, scope="function")]
"""For a route that changes something. The route itself decides about ``caller.status``."""
KnownDoor = Annotated[Ground, Depends(known, scope="function")]
"""For a route that works in transactions of its own."""
ReadDoor = Annotated[CallerVisit, Depends(reading, scope="function")]
"""For a route that only reads."""


def ground_of(request: Request) -> Ground:
    """What the application was made with."""
    ground: Ground = request.app.state.ground
    return ground


def refusals_of(request: Request) -> Counter[str]:
    """How often this process has refused a request, by the code of the ``Problem``."""
    counted: Counter[str] = request.app.state.refusals
    return counted


def _caller(request: Request, conn: Connection, now: int) -> Caller:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Refused("auth")
    caller = caller_of_token(conn, token_hash(token.strip()), now)
    if caller is None:
        raise Refused("auth")
    request.state.caller = caller
    logs.note(device=caller.device)
    return caller


def _version(request: Request) -> str:
    """``gridworker/1.2.3`` in the User-Agent."""
    product, _, version = request.headers.get("user-agent", "").partition(" ")[0].partition("/")
    return version[:40] if product == "gridworker" else ""


def _is_stale(request: Request, caller: Caller, now: int) -> bool:
    """Once a minute is enough to know when a desk was last heard from."""
    return now - caller.seen_at >= MINUTE or caller.app_version != (_version(request) or caller.app_version)


def _note_seen(request: Request, conn: Connection, caller: Caller, now: int) -> None:
    if _is_stale(request, caller, now):
        seen(conn, caller.device, now, _version(request))


async def _body(request: Request) -> bytes:
    pieces: list[bytes] = []
    size = 0
    try:
        async for piece in request.stream():
            size += len(piece)
            if size > MOST_BYTES:
                raise Refused("too_big")
            pieces.append(piece)
    except ClientDisconnect:  # nobody hears the answer; the log and the figures tell of a bad line, not of a bug
        raise Refused("cut") from None
    return b"".join(pieces)


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _reads(request: Request) -> frozenset[str]:
    said = request.headers.get("accept-encoding", "")
    return frozenset(each for each in CODINGS if each in said)

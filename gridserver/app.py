"""Puts the centre together: rooms behind doors, and one way in which every refusal leaves."""

import logging
import secrets
import time
from collections import Counter
from pathlib import Path

from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gridserver import logs
from gridserver.beginning import clock, new_id
from gridserver.description import describe
from gridserver.doors import Ground, packed, problem
from gridserver.errors import REASONS, Refused
from gridserver.files.routes import router as files
from gridserver.keys import Keys
from gridserver.oversight.routes import router as oversight
from gridserver.people.passwords import Passwords
from gridserver.people.routes import router as people
from gridserver.settings import PasswordCost, Watch
from gridserver.storage.engine import Engine
from gridserver.storage.shelf import Shelf
from gridserver.storage.snapshots import Workshop
from gridserver.storage.stacks import Stacks
from gridserver.straight import Straight
from gridserver.sync.routes import router as sync
from gridserver.sync.routes import ways
from gridworker.protocol.sync import Problem

MARK = (b"x-gridworker", b"1")
"""On every answer, so that a proxy's login page is told apart."""

ROUTERS = (people, oversight, files, sync)

MOST_AT_ONCE = 400
"""Requests inside; one that is being read from a slow line counts too."""
_SHORTEST_WAIT, _LONGEST_WAIT = 5, 120
"""Seconds after which somebody who found no room may come again."""

_log = logging.getLogger(__name__)


def create_app(ground: Ground) -> FastAPI:
    """The centre as an ASGI application."""
    app = FastAPI(title="gridworker centre", docs_url=None, redoc_url=None, openapi_url="/openapi.json")
    app.openapi = lambda: describe(ROUTERS)  # type: ignore[method-assign]
    app.state.ground = ground
    app.state.refusals = Counter()
    app.state.passwords = Passwords(ground.password_cost)
    for router in ROUTERS:
        app.include_router(router)
    app.add_exception_handler(Refused, _refuse)
    app.add_exception_handler(HTTPException, _not_here)
    app.add_exception_handler(Exception, _bug)
    app.add_middleware(Straight, ways=ways())
    app.add_middleware(Crowd, most=MOST_AT_ONCE)
    app.add_middleware(_Marked)
    app.add_middleware(_Told)
    return app


def ground_on(
    engine: Engine,
    keys: Keys,
    cost: PasswordCost | None = None,
    watch: Watch | None = None,
    files: Path | None = None,
    shelf: Path | None = None,
) -> Ground:
    """A ground with the machine's clock and chance. ``files``, ``shelf``: the folders of attached files, and of
    snapshots."""
    stacks = None if files is None else Stacks(files)
    workshop = None if shelf is None else Workshop(Shelf(shelf))
    usual = cost or PasswordCost()
    return Ground(engine, keys, clock, new_id, secrets.token_bytes, usual, watch or Watch(), stacks, workshop)


def _refuse(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)
    return problem(request, error)


def _not_here(request: Request, error: Exception) -> Response:
    """A path or a verb that the centre does not have."""
    return problem(request, Refused("not_found"))


def _bug(request: Request, error: Exception) -> Response:
    """What nobody foresaw. The server's own log tells where; the desk tries again later."""
    answer = problem(request, Refused("broken"))
    answer.raw_headers.append(MARK)  # it leaves outside of ``_Marked``
    return answer


class Crowd:
    """Lets so many requests in at once, and asks the others to come again, later the more there are of them: when the
    line of a county returns, all its desks come in one minute.
    """

    def __init__(self, app: ASGIApp, most: int) -> None:
        self._app = app
        self._most = most
        self._inside = 0
        self._sent_away = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        if self._inside >= self._most:
            self._sent_away += 1
            wait = min(_SHORTEST_WAIT + self._sent_away // 10, _LONGEST_WAIT)
            told = Problem(error="busy", reason=REASONS["busy"])
            answer = packed(told.model_dump(mode="json"), status=503, headers={"Retry-After": str(wait)})
            return await answer(scope, receive, send)
        self._inside += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._inside -= 1
            if not self._inside:
                self._sent_away = 0


class _Marked:
    """Puts the mark on every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), MARK]
            await send(message)

        await self._app(scope, receive, marked if scope["type"] == "http" else send)


class _Told:
    """One line in the log for each request: its id, route, device, code, counts and time; no address, no name."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = time.perf_counter()
        status = 500

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        with logs.request(secrets.token_hex(4)) as told:
            try:
                await self._app(scope, receive, watched)
            finally:
                ms = round((time.perf_counter() - begun) * 1000, 1)
                route = getattr(scope.get("route"), "path", "none")
                facts = {**told, "method": scope["method"], "route": route, "status": status, "ms": ms}
                _log.info("request", extra={"facts": facts})

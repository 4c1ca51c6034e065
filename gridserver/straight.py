"""The doors that every sync goes through, past the machinery that finds a door and fills in what it asks for: that
takes a fifth of a small push.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, NamedTuple

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Receive, Scope, Send

from gridserver.doors import problem
from gridserver.errors import Refused


class Way(NamedTuple):
    """How a request gets to a route: its body is read, then a thread serves it."""

    route: APIRoute
    """Which FastAPI knows as well, and describes."""
    read: Callable[[Request], Awaitable[Any]]
    serve: Callable[[Any, Request], Response]


class Straight:
    """Serves what comes to one of these doors; everything else goes on."""

    def __init__(self, app: ASGIApp, ways: Mapping[tuple[str, str], Way]) -> None:
        """``ways``: by method and path."""
        self._app = app
        self._ways = ways

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        way = self._ways.get((scope["method"], scope["path"])) if scope["type"] == "http" else None
        if way is None:
            await self._app(scope, receive, send)
            return
        scope["route"] = way.route
        request = Request(scope, receive)
        try:
            answer = await run_in_threadpool(way.serve, await way.read(request), request)
        except Refused as refused:
            answer = problem(request, refused)
        await answer(scope, receive, send)

"""Puts the centre together: rooms behind doors, and one way in which every refusal leaves."""

from fastapi import FastAPI, Request, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gridserver.doors import Ground, problem
from gridserver.errors import Refused

MARK = (b"x-gridworker", b"1")
"""On every answer, so that a proxy's login page is told apart."""


def create_app(ground: Ground) -> FastAPI:
    """The centre as an ASGI application."""
    app = FastAPI(title="gridworker centre", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.ground = ground
    app.add_exception_handler(Refused, _refuse)
    app.add_middleware(_Marked)
    return app


def _refuse(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)
    return problem(request, error)


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

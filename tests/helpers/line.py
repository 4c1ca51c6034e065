"""The line between desk and centre in a test: `requests` on one side, the application itself on the other."""

import asyncio
import io
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

import anyio.from_thread
import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPResponse
from urllib3._collections import HTTPHeaderDict


class Line(HTTPAdapter):
    """Mount it on a session (``session.mount("https://", line)``): its requests walk straight into the app.

    ``cut``: nothing comes through. ``lose_answers``: so many requests are served, and their answers lost.
    ``cut_answers_after``: each answer ends after so many bytes.
    """

    def __init__(self, app: Any, portal: anyio.from_thread.BlockingPortal) -> None:
        super().__init__()
        self.app = app
        self._portal = portal
        self.cut = False
        self.lose_answers = 0
        self.cut_answers_after: int | None = None
        self.last: tuple[int, dict[str, str], bytes] = (0, {}, b"")
        """The last answer that left the application, also when a bug came after it."""
        self.served: list[str] = []
        """Method and path of each request that came through."""

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: bool | str = True,
        cert: Any = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """One request."""
        if self.cut:
            raise requests.ConnectionError("the line is cut", request=request)
        status, headers, body = self._portal.call(self._serve, request)
        self.served.append(f"{request.method} {urlsplit(request.url or '').path}")
        if self.lose_answers:
            self.lose_answers -= 1
            raise requests.ConnectionError("the line was cut before the answer", request=request)
        answer = HTTPResponse(
            io.BytesIO(body[: self.cut_answers_after]),
            headers=HTTPHeaderDict(headers),
            status=status,
            preload_content=False,
            enforce_content_length=True,
            request_method=request.method,
            decode_content=False,
        )
        return self.build_response(request, answer)

    async def _serve(self, request: requests.PreparedRequest) -> tuple[int, list[tuple[str, str]], bytes]:
        parts = urlsplit(request.url or "")
        body = request.body.encode() if isinstance(request.body, str) else request.body or b""
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": request.method,
            "scheme": parts.scheme,
            "path": parts.path,
            "raw_path": parts.path.encode(),
            "query_string": parts.query.encode(),
            "root_path": "",
            "headers": [(k.lower().encode(), _bytes(v)) for k, v in request.headers.items()],
            "client": ("127.0.0.1", 50000),
            "server": (parts.hostname, parts.port or 443),
            "state": {},
        }
        return await self._exchange(scope, body)

    async def _exchange(self, scope: dict[str, Any], body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        start: dict[str, Any] = {}
        pieces: list[bytes] = []
        sent = False

        async def receive() -> dict[str, Any]:
            nonlocal sent
            if sent:
                await asyncio.sleep(3600)  # nothing more comes until the answer is there
            sent = True
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            else:
                pieces.append(message.get("body", b""))

        try:
            await self.app(scope, receive, send)
        finally:
            headers = [(k.decode("latin-1"), v.decode("latin-1")) for k, v in start.get("headers", ())]
            self.last = start.get("status", 0), dict(headers), b"".join(pieces)
        return start["status"], headers, b"".join(pieces)


def _bytes(value: str | bytes) -> bytes:
    return value if isinstance(value, bytes) else value.encode("latin-1")


Get = Callable[[str], requests.Response]

"""The line to the centre: the only module that asks anything of requests, and the border where its errors become
ours."""

import re
import ssl
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests
import urllib3
from requests.adapters import BaseAdapter
from requests.auth import AuthBase

from gridworker.errors import (
    BrokenAnswer,
    Cancelled,
    CentreUnreachable,
    GridworkerError,
    NameNotFound,
    ProxyInTheWay,
    TooSlow,
)
from gridworker.protocol import MOST_BYTES
from gridworker.protocol.codec import CODINGS
from gridworker.settings import VERSION
from gridworker.sync import address
from gridworker.sync.answers import Reply
from gridworker.sync.tls_words import tls_failed

MARK = "X-Gridworker"
"""The header on every answer of a centre; what comes without it was said by somebody else."""

TIMEOUTS = (5.0, 30.0)
"""Seconds to connect, and between two pieces of an answer."""

_PIECE = 64 * 1024
_FROM = re.compile(r"bytes (\d{1,15})-")

Take = Callable[[int, bytes], object]
"""Gets bytes as they come, and the place in the whole at which they begin."""


class _Bearer(AuthBase):
    """Our own way to show the token, so that requests looks for no other in a ``.netrc``."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._token:
            request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class Line:
    """One address; belongs to one thread. See ``centre.Centre`` for what its parts mean."""

    def __init__(
        self,
        place: str,
        *,
        ca: Path | None,
        cancelled: Callable[[], bool],
        adapter: BaseAdapter | None,
        timeouts: tuple[float, float],
    ) -> None:
        self.address = address.read(place)
        self._cancelled = cancelled
        self._timeouts = timeouts
        self._http = requests.Session()
        self._http.trust_env = False
        self._http.headers.clear()  # a quiet sync is smaller than what requests says by itself
        self._http.verify = True if ca is None else str(ca)
        if not self.address.is_loopback:
            self._http.proxies.update(requests.utils.get_environ_proxies(str(self.address)))
        if adapter is not None:
            self._http.mount("https://", adapter)
            self._http.mount("http://", adapter)

    def close(self) -> None:
        """Hangs up."""
        self._http.close()

    @contextmanager
    def unverified(self) -> Iterator[None]:
        """Inside the block nobody asks who is at the other end; no later request takes this line."""
        verify, self._http.verify = self._http.verify, False
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", urllib3.exceptions.InsecureRequestWarning)
                yield
        finally:
            self._http.verify = verify
            self._http.close()

    def exchange_beside(self, meanwhile: Callable[[], None], *asked: Any) -> Reply:
        """An exchange, and what is done here ``meanwhile``. The line has a thread of its own for as long as this
        takes: it touches nothing but the line, so that whatever belongs to this thread stays in it."""
        with ThreadPoolExecutor(1, "line") as lane:
            coming = lane.submit(self.exchange, *asked)
            meanwhile()
            return coming.result()

    def exchange(self, method: str, path: str, body: bytes | None, headers: dict[str, str], token: str) -> Reply:
        """One request and its whole answer."""
        with self.opened(method, path, headers, body, token) as response:
            return self.read(response)

    @contextmanager
    def opened(
        self, method: str, path: str, headers: dict[str, str], body: bytes | None, token: str
    ) -> Iterator[requests.Response]:
        """The answer to one request, whose body is still to be read inside the block."""
        self.look()
        try:
            with self._http.request(
                method,
                f"{self.address}{path}",
                data=body,
                headers={"User-Agent": f"gridworker/{VERSION}", **headers},
                auth=_Bearer(token),
                timeout=self._timeouts,
                allow_redirects=False,
                stream=True,
            ) as response:
                yield response
        except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
            raise _line_error(error) from None

    def pieces(self, response: requests.Response) -> Iterator[bytes]:
        """What comes, as it comes: whoever hands it on at once need not ask for it again when the line breaks."""
        while piece := response.raw.read1(_PIECE, decode_content=False):
            self.look()
            yield piece

    def hand_on(self, response: requests.Response, take: Take) -> None:
        """Gives to ``take`` what comes, with its places in the whole."""
        said = _FROM.match(response.headers.get("Content-Range", ""))
        first, size = int(said[1]) if said is not None else 0, 0
        for piece in self.pieces(response):
            take(first + size, piece)
            size += len(piece)
        whole = response.headers.get("Content-Length", "")
        if whole.isdecimal() and int(whole) != size:
            raise BrokenAnswer(f"{size} bytes of {whole}")

    def read(self, response: requests.Response) -> Reply:
        """The whole answer, which has an end."""
        pieces: list[bytes] = []
        size = 0
        for piece in response.raw.stream(_PIECE, decode_content=False):
            self.look()
            pieces.append(piece)
            size += len(piece)
            if size > MOST_BYTES:
                raise BrokenAnswer("too long")
        said = response.headers.get("Content-Length", "")
        if said.isdecimal() and int(said) != size:
            raise BrokenAnswer(f"{size} bytes of {said}")
        if not size and response.status_code == 200 and not said and MARK not in response.headers:
            raise BrokenAnswer("cut in its head")
        wait = response.headers.get("Retry-After", "")
        return Reply(
            status=response.status_code,
            ours=MARK in response.headers,
            kind=response.headers.get("Content-Type", "").partition(";")[0].strip().lower(),
            compressed=response.headers.get("Content-Encoding", "") in CODINGS,
            wait=int(wait) * 1000 if wait.isdecimal() else 0,
            body=b"".join(pieces),
        )

    def look(self) -> None:
        """Raises ``Cancelled`` when nobody waits for this any more."""
        if self._cancelled():
            raise Cancelled


def _line_error(error: Exception) -> GridworkerError:
    """What happened on the way, from what requests and urllib3 say of it."""
    chain = list(_causes(error))
    if any(isinstance(each, ssl.SSLError | urllib3.exceptions.SSLError) for each in chain):
        return tls_failed(" ".join(str(each) for each in chain))
    if isinstance(error, requests.exceptions.SSLError):
        return tls_failed(" ".join(str(each) for each in chain))
    if isinstance(error, requests.exceptions.ProxyError):
        return ProxyInTheWay("the proxy", advice="请检查电脑的代理设置，或打开浏览器完成上网认证。")
    if any(isinstance(each, urllib3.exceptions.NameResolutionError) for each in chain):
        return NameNotFound("name not known")
    if isinstance(error, requests.ConnectTimeout):
        return CentreUnreachable("no connection in time")
    if any(isinstance(each, urllib3.exceptions.ReadTimeoutError) for each in chain) or isinstance(
        error, requests.ReadTimeout
    ):
        return TooSlow("no answer in time")
    if isinstance(error, urllib3.exceptions.HTTPError | requests.exceptions.ChunkedEncodingError):
        return BrokenAnswer("cut on its way")
    return CentreUnreachable(type(chain[-1]).__name__)


def _causes(error: BaseException) -> list[BaseException]:
    """The error and all that it wraps, outermost first."""
    found: list[BaseException] = []
    todo: list[Any] = [error]
    while todo:
        each = todo.pop(0)
        if isinstance(each, BaseException) and each not in found:
            found.append(each)
            todo += [*each.args, getattr(each, "reason", None), each.__cause__, each.__context__]
    return found

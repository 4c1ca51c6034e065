"""The line to the centre: the only module that uses requests, and the border where its errors become ours."""

import re
import ssl
import warnings
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import requests
import urllib3
from pydantic import ValidationError
from requests.adapters import BaseAdapter
from requests.auth import AuthBase

from gridworker.errors import (
    BrokenAnswer,
    Cancelled,
    CentreBusy,
    CentreUnreachable,
    GridworkerError,
    NameNotFound,
    ProxyInTheWay,
    SignInNeeded,
    SignInRefused,
    TooManyTries,
    TooSlow,
)
from gridworker.protocol import MOST_BYTES
from gridworker.protocol.codec import CODINGS, OCTETS, NotReadable, coding_of, pack, unpack
from gridworker.protocol.oversight import AsideWhole, Decided, Decision, Desks
from gridworker.protocol.people import ChangePassword, Enrol, Recover, Recovered, SignedIn, Wiped
from gridworker.protocol.sync import (
    Fetch,
    Handing,
    Hello,
    History,
    Message,
    Pull,
    PullAnswer,
    Push,
    PushAnswer,
    SealedAnswer,
    SealedGroups,
)
from gridworker.settings import VERSION
from gridworker.sync import address
from gridworker.sync.answers import (
    COURIER,
    OF_FILES,
    Reply,
    SnapshotGone,
    Unauthorised,
    problem_in,
    refusal,
    stranger,
)
from gridworker.sync.badge import Badge
from gridworker.sync.tls_words import tls_failed

MARK = "X-Gridworker"
"""The header on every answer of a centre; what comes without it was said by somebody else."""

TIMEOUTS = (5.0, 30.0)
"""Seconds to connect, and between two pieces of an answer."""

_PIECE = 64 * 1024
_READ = ",".join(CODINGS)
_SNAPSHOT = "application/zstd"
_RANGE = re.compile(r"bytes (\d{1,15})-\d{1,15}/(\d{1,15})\Z")
_AnyMessage = TypeVar("_AnyMessage", bound=Message)
_Answer = TypeVar("_Answer")
_FROM = re.compile(r"bytes (\d{1,15})-")

Take = Callable[[int, bytes], object]
"""Gets bytes as they come, and the place in the whole at which they begin."""


class Plain(NamedTuple):
    """The answer to a request about bytes. ``problem``: why it was not served; "" when it was."""

    status: int
    headers: Mapping[str, str]
    problem: str


class CentreKeys(Message):
    """The centre's public halves (hex) and the certificate (PEM) of its own authority, as it tells everybody."""

    centre_key: str
    recovery_key: str
    ca: str = ""


class _Bearer(AuthBase):
    """Our own way to show the token, so that requests looks for no other in a ``.netrc``."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._token:
            request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class Centre:
    """One centre at one address; belongs to one thread.

    ``ca``: certificate file of a private authority that alone is trusted. ``badge``: shown to this
    address and no other. ``cancelled`` is looked at between requests and between the pieces of an
    answer. Nothing is read from ``.netrc`` or from the environment's certificate variables; the
    system's proxies are used on purpose, except towards this machine itself. Redirects are not followed.
    """

    def __init__(
        self,
        place: str,
        *,
        ca: Path | None = None,
        badge: Badge | None = None,
        cancelled: Callable[[], bool] = lambda: False,
        adapter: BaseAdapter | None = None,
        timeouts: tuple[float, float] = TIMEOUTS,
    ) -> None:
        self.address = address.read(place)
        self._badge = badge
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

    def hello(self) -> Hello:
        """Who the centre is, and what it knows of this device when there is a badge."""
        if self._badge is None:
            return self._send("GET", "/sync/v1/hello", Hello)
        return self._ask("GET", "/sync/v1/hello", Hello)

    def push(self, message: Push, meanwhile: Callable[[], None] | None = None) -> PushAnswer:
        """Hands in changes. ``meanwhile`` is done here while they are on their way."""
        return self._as_known(lambda token: self._send("POST", "/sync/v1/push", PushAnswer, message, token, meanwhile))

    def pull(self, message: Pull) -> PullAnswer:
        """Asks what is new."""
        return self._ask("POST", "/sync/v1/pull", PullAnswer, message)

    def sealed(self, message: SealedGroups) -> SealedAnswer:
        """Hands in groups that only the centre can read."""
        return self._ask("POST", "/sync/v1/sealed", SealedAnswer, message)

    def hand_over(self, package: bytes) -> bytes:
        """Hands over another desk's package; the receipt to carry back. Raises ``NotThisFile``."""
        return self._as_known(lambda token: self._octets(COURIER, package, token))

    def plain(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"", take: Take | None = None
    ) -> Plain:
        """A request that brings bytes, or that asks for some: ``take`` gets them as they come; broken off, those
        that came are good. Whatever the centre itself says of files comes back as ``Plain.problem``.
        """
        return self._as_known(lambda token: self._say_plain(method, path, headers, body, take, token))

    def fetch(self, wanted: Fetch) -> Iterator[bytes]:
        """A snapshot from ``wanted.start`` on, in pieces as they come; broken off, those that came are good.

        Raises ``SnapshotGone`` when there is none of this name any more, or not for this desk.
        """
        yield from self._as_known(lambda token: self._begin(wanted, token))

    def history(self, kind: str, record: str) -> History:
        """The full history of a record."""
        return self._ask("GET", f"/sync/v1/history/{kind}/{record}", History)

    def desks(self) -> Desks:
        """The desks of a supervisor's district, and when each was last heard from."""
        return self._ask("GET", "/oversight/v1/desks", Desks)

    def put_aside(self, number: int) -> AsideWhole:
        """What was put aside under this number, for a supervisor of the place that it was meant for."""
        return self._ask("GET", f"/sync/v1/aside/{number}", AsideWhole)

    def decide(self, number: int, decision: Decision) -> Decided:
        """The supervisor's word about it."""
        return self._ask("POST", f"/sync/v1/aside/{number}", Decided, decision)

    def renew(self) -> None:
        """New tokens before their time, and what the centre knows of the person today: role, regions."""
        if self._badge is not None:
            self._renew(self._badge)

    def keys(self) -> CentreKeys:
        """The centre's public keys; who needs to be sure of them compares them with the enrolment code."""
        return self._send("GET", "/people/v1/keys", CentreKeys)

    def keys_unverified(self) -> CentreKeys:
        """The same from a centre whose authority nobody here knows yet. Nothing secret is said on this line, and
        what it tells is worth nothing until it was compared with the enrolment code."""
        verify, self._http.verify = self._http.verify, False
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", urllib3.exceptions.InsecureRequestWarning)
                return self.keys()
        finally:
            self._http.verify = verify
            self._http.close()  # no later request may take this line

    def enrol(self, message: Enrol) -> SignedIn:
        """First sign-in of a device."""
        return self._sign("/people/v1/enrol", SignedIn, message)

    def sign_in(self, user: str, password: str) -> SignedIn:
        """A later sign-in; the badge keeps the tokens."""
        if self._badge is None:
            raise SignInNeeded("not enrolled")
        answer = self._sign("/people/v1/sign-in", SignedIn, self._badge.sign_in(user, password))
        self._badge.renewed(answer)
        return answer

    def recover(self, message: Recover) -> Recovered:
        """The key of a store whose password was changed elsewhere."""
        return self._sign("/people/v1/recover", Recovered, message)

    def wiped(self, message: Wiped) -> None:
        """A store that it ordered destroyed is destroyed; the device has nothing else to show any more."""
        self._sign("/people/v1/wiped", Message, message)

    def change_password(self, message: ChangePassword) -> None:
        """Changes the password at the centre."""
        self._ask("POST", "/people/v1/password", Message, message)

    def _sign(self, path: str, answer: type[_AnyMessage], message: Message) -> _AnyMessage:
        try:
            return self._send("POST", path, answer, message)
        except Unauthorised as refused:
            raise SignInRefused(path, advice=str(refused)) from None
        except CentreBusy as error:
            if error.detail == "throttled":
                raise TooManyTries(path) from None
            raise

    def _ask(self, method: str, path: str, answer: type[_AnyMessage], message: Message | None = None) -> _AnyMessage:
        """One request of a signed-in device."""
        return self._as_known(lambda token: self._send(method, path, answer, message, token))

    def _as_known(self, send: Callable[[str], _Answer]) -> _Answer:
        """What *send* brings with a token that is good; one that has run out is renewed once."""
        badge = self._badge
        if badge is None:
            raise SignInNeeded("not enrolled")
        renewed = badge.is_stale
        if renewed:
            self._renew(badge)
        try:
            return send(badge.token)
        except Unauthorised:
            if renewed:
                raise SignInNeeded("the new token was not accepted") from None
        self._renew(badge)
        try:
            return send(badge.token)
        except Unauthorised:
            raise SignInNeeded("the new token was not accepted either") from None

    def _renew(self, badge: Badge) -> None:
        message = badge.refresh()
        if message is None:
            raise SignInNeeded("no tokens")
        try:
            answer = self._send("POST", "/people/v1/refresh", SignedIn, message)
        except Unauthorised:
            raise SignInNeeded("the refresh token was not accepted") from None
        badge.renewed(answer)

    def _send(
        self,
        method: str,
        path: str,
        answer: type[_AnyMessage],
        message: Message | None = None,
        token: str = "",
        meanwhile: Callable[[], None] | None = None,
    ) -> _AnyMessage:
        body, headers = _packed(message)
        reply = self._served(method, path, body, headers, token, meanwhile)
        try:
            return answer.model_validate(unpack(reply.body, compressed=reply.compressed))
        except NotReadable as error:
            raise BrokenAnswer(f"{path}: {error}") from None
        except ValidationError as error:
            raise BrokenAnswer(f"{path}: {error.error_count()} fields do not fit") from None

    def _octets(self, path: str, body: bytes, token: str) -> bytes:
        return self._served("POST", path, body, {"Content-Type": OCTETS}, token).body

    def _served(
        self,
        method: str,
        path: str,
        body: bytes | None,
        headers: Mapping[str, str],
        token: str,
        meanwhile: Callable[[], None] | None = None,
    ) -> Reply:
        """What the centre answered; raises when it was somebody else, or no."""
        asked = (method, path, body, {"Accept-Encoding": _READ, **headers}, token)
        reply = self._exchange(*asked) if meanwhile is None else self._exchange_beside(meanwhile, *asked)
        if not reply.ours:
            raise stranger(reply)
        if reply.status != 200:
            raise refusal(reply, path)
        return reply

    def _exchange_beside(self, meanwhile: Callable[[], None], *asked: Any) -> Reply:
        """The line has a thread of its own for as long as this takes: it touches nothing but the line, so that
        whatever belongs to this thread stays in it."""
        with ThreadPoolExecutor(1, "line") as lane:
            coming = lane.submit(self._exchange, *asked)
            meanwhile()
            return coming.result()

    def _exchange(self, method: str, path: str, body: bytes | None, headers: dict[str, str], token: str) -> Reply:
        with self._opened(method, path, headers, body, token) as response:
            return self._read(response)

    def _say_plain(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes, take: Take | None, token: str
    ) -> Plain:
        usual = {"Accept-Encoding": "identity"}
        with self._opened(method, path, {**usual, **headers}, body, token) as response:
            if take is not None and MARK in response.headers and response.status_code in (200, 206):
                self._hand_on(response, take)
                return Plain(response.status_code, response.headers, "")
            reply = self._read(response)
        if not reply.ours:
            raise stranger(reply)
        problem = "" if reply.status < 400 else problem_in(reply).error
        if reply.status >= 300 and problem not in OF_FILES:
            raise refusal(reply, path)
        return Plain(reply.status, response.headers, problem)

    def _hand_on(self, response: requests.Response, take: Take) -> None:
        # Whatever has come is handed on at once: what is broken off in the middle is not asked for again.
        said = _FROM.match(response.headers.get("Content-Range", ""))
        first, size = int(said[1]) if said is not None else 0, 0
        while piece := response.raw.read1(_PIECE, decode_content=False):
            self._look()
            take(first + size, piece)
            size += len(piece)
        whole = response.headers.get("Content-Length", "")
        if whole.isdecimal() and int(whole) != size:
            raise BrokenAnswer(f"{size} bytes of {whole}")

    @contextmanager
    def _opened(
        self, method: str, path: str, headers: dict[str, str], body: bytes | None, token: str
    ) -> Iterator[requests.Response]:
        """The answer to one request, whose body is still to be read inside the block."""
        self._look()
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

    def _begin(self, wanted: Fetch, token: str) -> Iterator[bytes]:
        pieces = self._pieces(wanted, token)
        next(pieces)
        return pieces

    def _pieces(self, wanted: Fetch, token: str) -> Iterator[bytes]:
        """The bytes of a snapshot that are missing. Whoever stands between may not understand ``Range``: then all
        of it comes, and what is here already is passed over. Nothing at first, when the centre serves it."""
        path = f"/sync/v1/snapshot/{wanted.bucket}/{wanted.sha}"
        headers = {"Accept": _SNAPSHOT, "Accept-Encoding": "identity"}
        if wanted.start:
            headers |= {"Range": f"bytes={wanted.start}-", "If-Range": f'"{wanted.sha}"'}
        with self._opened("GET", path, headers, None, token) as response:
            if response.status_code not in (200, 206) or MARK not in response.headers:
                raise self._not_served(response, path)
            came = _first_byte(response, wanted)
            yield b""
            # Whatever has come is handed on at once: what is broken off in the middle is not asked for again.
            while piece := response.raw.read1(_PIECE, decode_content=False):
                self._look()
                missing = piece[max(wanted.start - came, 0) :]
                came += len(piece)
                if came > wanted.bytes:
                    raise SnapshotGone("more than there is")
                if missing:
                    yield missing
            if came != wanted.bytes:  # not cut on its way: it ends here
                raise SnapshotGone(f"{came} bytes of {wanted.bytes}")

    def _not_served(self, response: requests.Response, path: str) -> Exception:
        reply = self._read(response)
        if not reply.ours:
            return stranger(reply)
        return SnapshotGone(path) if reply.status in (404, 416) else refusal(reply, path)

    def _read(self, response: requests.Response) -> Reply:
        pieces: list[bytes] = []
        size = 0
        for piece in response.raw.stream(_PIECE, decode_content=False):
            self._look()
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

    def _look(self) -> None:
        if self._cancelled():
            raise Cancelled


def _packed(message: Message | None) -> tuple[bytes | None, dict[str, str]]:
    """The body of a request, and what its headers say of it."""
    if message is None:
        return None, {}
    body, compressed = message.packed() if isinstance(message, Handing) else pack(message.plain())
    return body, {"Content-Encoding": coding_of(body)} if compressed else {}


def _first_byte(response: requests.Response, wanted: Fetch) -> int:
    """The place in the snapshot at which the answer begins."""
    if response.headers.get("ETag", wanted.sha).removeprefix("W/").strip('"') != wanted.sha:
        raise SnapshotGone("another file")
    if response.status_code == 200:
        return 0
    said = _RANGE.match(response.headers.get("Content-Range", ""))
    if said is None or int(said[1]) > wanted.start or int(said[2]) != wanted.bytes:
        raise SnapshotGone("another part of the file")
    return int(said[1])


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
